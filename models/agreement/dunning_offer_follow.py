from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date


class DunningOfferFollow(models.Model):
    """Judge: whether what was asked for came in by the date of the offer."""

    _inherit = "dunning.offer"

    amount_paid = fields.Monetary(
        "Paid", compute="_compute_amount_paid", help="Since the offer was sent."
    )
    check_on = fields.Date(
        "To check since",
        readonly=True,
        copy=False,
        help="Money of the customer waits to be reconciled: it may be the payment.",
    )

    @api.depends("state", "line_ids.move_line_id.amount_residual_currency")
    def _compute_amount_paid(self):
        received = self._get_received()
        for offer in self:
            offer.amount_paid = float(received[offer])

    def _get_received(self):
        """Map offers to what came in on their invoices since they were sent."""
        covers_of = {}
        if self._origin:
            # As for the amounts a case shows.
            covers_of = self._origin._get_covers().sudo().grouped("source_id")
        none = self.env["dunning.cover"].sudo()
        decimal = self.env["dunning.plan"]._decimal
        return {
            offer: sum(
                (
                    decimal(cover.balance_start)
                    - decimal(cover.line_id.amount_residual)
                    for cover in covers_of.get(offer._origin.id, none)
                ),
                Decimal(0),
            )
            for offer in self
        }

    @api.model
    def _find_to_judge(self, cases):
        """Return the offers of cases that a run looks at: those that wait, and those
        that were taken up, should a payment be taken back."""
        return self.search(
            Domain("case_id", "in", cases.ids) & Domain("state", "in", ("sent", "kept"))
        )

    @api.model
    def _find_paid(self, company):
        """Return the offers of a company on whose invoices nothing is open any more."""
        open_item = Domain("move_line_id.reconciled", "=", False)
        return self.search(
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "sent")
            & ~Domain("line_ids", "any", open_item)
        )

    def _settle(self, day):
        """Judge offers on a day; return the cases whose items have changed."""
        lang = self.env.lang or self.company_id[:1].partner_id.lang
        offers, changed = self.with_context(lang=lang), self.env["dunning.case"]
        received = offers._get_received()
        plans = self.env["dunning.plan"]
        for offer in offers:
            missing = plans._decimal(offer.amount_to_pay) - received[offer]
            if offer.state == "kept":
                if missing > 0:
                    offer._take_up_again()
                else:
                    continue
            if missing <= 0:
                offer._keep(day)
            elif day > offer._get_last_day():
                if offer._is_announced(missing, day):
                    offer._ask_to_check(missing, day)
                else:
                    offer._lapse(day)
                    changed |= offer.case_id
        return changed.with_env(self.env)

    def _get_last_day(self):
        """Return the last tolerated day: a transfer takes working days."""
        company = self.company_id
        days = company.dunning_plan_grace_days
        until = self.valid_until
        return (days and company._dunning_add_working_days(until, days)) or until

    def _is_announced(self, missing, day):
        """Tell whether money of the debtor that is not matched yet would do."""
        company = self.company_id
        totals = self.env["account.move.line"]._read_dunning_credits(
            company, self.partner_id
        )
        amount = float(totals.get(self.partner_id.id, 0))
        own = company.currency_id._convert(amount, self.currency_id, company, day)
        return own >= float(missing)

    def _ask_to_check(self, missing, day):
        if not self.check_on:
            self.sudo().check_on = day  # a fact
        self.case_id._plan_task(
            self.env._("Check a payment for the offer"),
            self.env._(
                "%(offer)s: %(amount)s is missing, but money of this customer that is "
                "not reconciled would cover it. Reconcile it, or clear it up.",
                offer=self.display_name,
                amount=self._format(float(missing)),
            ),
            self.user_id,
        )

    def _keep(self, day):
        """The condition is met: draft the credit note, ask for it to be posted."""
        refunds = self._draft_refunds()
        reason = self.env._(
            "Paid in time. Credit note drafted: %(amount)s.",
            amount=self._format(self.amount),
        )
        self._end("kept", reason, day)
        note = self.env._(
            "%(offer)s was taken up. Post the draft credit note (%(documents)s) and "
            "reconcile it: until then the discount is kept back.",
            offer=self.display_name,
            documents=", ".join(refunds.mapped("invoice_origin")) or "–",
        )
        summary = self.env._("Post the credit note of an offer")
        self.case_id._plan_task(summary, note, self.case_id.manager_id)
        self._announce_offer("kept", "thanks", day)

    def action_keep(self):
        """Honour an offer that lapsed: the discount is given all the same."""
        self.check_access("write")
        self._check_may_approve()
        for offer in self:
            if offer.state not in ("sent", "lapsed"):
                raise UserError(
                    self.env._(
                        "%(offer)s cannot be honoured.", offer=offer.display_name
                    )
                )
            offer._get_covers().sudo().active = True  # the engine's own
            offer._keep(offer.company_id._dunning_today())
        return True

    def _take_up_again(self):
        """A payment was taken back: the condition is met no more."""
        drafts = self.refund_ids.sudo().filtered(lambda move: move.state == "draft")
        drafts.button_cancel()  # drafted by the engine, see _draft_refunds
        self.sudo().write(  # a fact
            {"state": "sent", "ended_on": False, "end_reason": False}
        )
        if posted := self.refund_ids.sudo() - drafts:
            self.case_id._plan_task(
                self.env._("A credit note has lost its condition"),
                self.env._(
                    "%(offer)s: the payment was taken back, the credit note "
                    "%(documents)s was posted.",
                    offer=self.display_name,
                    documents=", ".join(posted.mapped("name")),
                ),
                self.case_id.manager_id,
            )

    def _lapse(self, day):
        """The date has passed: the whole is due again, plan B happens."""
        reason = self.env._(
            "Lapsed: not paid by %(date)s.",
            date=format_date(self.env, self.valid_until),
        )
        self._end("lapsed", reason, day)
        # A rule that an administrator may change lets plan B happen.
        self.env["dunning.alert"]._raise_broken(self, day)
        if self.fallback in self._tells_of_failure():
            self._announce_offer("lapsed", day=day)

    def _end(self, state, reason, day=None):
        """End an offer; of one that was taken up the discount stays kept back until
        its credit note is reconciled."""
        date = day or self.company_id._dunning_today()
        self.sudo().write(  # how it ends follows from what is paid
            {
                "state": state,
                "ended_on": date,
                "end_reason": reason,
                "check_on": False,
            }
        )
        self.case_id._message_log(
            body=self.env._(
                "%(offer)s: %(reason)s", offer=self.display_name, reason=reason
            )
        )
        if state == "kept":
            self._follow_covers()
        else:
            self._uncover()
