from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools import covers
from ..contact.event import Event

#: What is offered: frozen once the debtor knows it.
TERMS = {"case_id", "line_ids", "currency_id", "percent", "amount", "valid_until"}
OPEN = {"note", "user_id", "contact_id", "document_ids"} | {
    "fallback",
    "fallback_days",
    "fallback_level_id",
    "fallback_disclosed",
}
ENDED = ("kept", "lapsed", "cancelled")


class DunningOffer(models.Model):
    """An offer: a discount if everything is paid by a date.

    While it is valid its invoices are not dunned. When the condition is met, the
    discount becomes a draft credit note; when not, it lapses and the whole is due.
    """

    _name = "dunning.offer"
    _description = "Dunning Offer"
    _inherit = ["dunning.commitment"]
    _order = "id desc"

    percent = fields.Float(
        "Discount (%)",
        digits=(6, 3),
        help="Of what is open of the invoices when the offer is sent.",
    )
    amount = fields.Monetary(
        "Discount",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="What the customer need not pay if he pays the rest in time.",
    )
    amount_open = fields.Monetary(
        "Open then",
        readonly=True,
        copy=False,
        help="What was open of the invoices when the offer was sent.",
    )
    amount_to_pay = fields.Monetary("To pay", compute="_compute_amount_to_pay")
    valid_until = fields.Date(
        required=True,
        help="The last day to pay. A transfer that is on its way is waited for, as "
        "many working days as for an instalment.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("kept", "Taken up"),
            ("lapsed", "Lapsed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
        help="Taken up: paid in time, the discount is a credit note to post. Lapsed: "
        "not paid in time, the whole is due.",
    )
    sent_on = fields.Date(readonly=True, copy=False)
    ended_on = fields.Date(readonly=True, copy=False)
    end_reason = fields.Char("How it ended", readonly=True, copy=False)

    @api.depends("percent", "line_ids")
    def _compute_amount(self):
        for offer in self:
            if offer.percent and offer.state == "draft":
                total = offer._get_total()
                offer.amount = offer.currency_id.round(total * offer.percent / 100)

    @api.depends("amount", "amount_open", "line_ids")
    def _compute_amount_to_pay(self):
        for offer in self:
            offer.amount_to_pay = offer._get_total() - offer.amount

    def _get_total(self):
        """Return what the offer is about: frozen once it was sent."""
        if self.state != "draft":
            return self.amount_open
        lines = self.line_ids.sudo()  # as for the amounts a case shows
        return sum(lines.mapped("amount_residual"))

    @api.depends("partner_id", "amount", "valid_until")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for offer in self:
            offer.display_name = self.env._(
                "Offer to %(debtor)s: %(amount)s off until %(date)s",
                debtor=offer.partner_id.display_name or "",
                amount=offer._format(offer.amount),
                date=format_date(self.env, offer.valid_until),
            )

    # What may be entered

    @api.model_create_multi
    def create(self, vals_list):
        offers = super().create([self._prepare_offer(vals) for vals in vals_list])
        offers._check_case_is_open()
        return offers

    @api.model
    def _prepare_offer(self, vals):
        """An offer begins as a draft about what is late, valid as long as usual."""
        facts = {"state", "approved_by_id", "sent_on", "amount_open", "refund_ids"}
        if not self.env.su and not facts.isdisjoint(vals):
            self._refuse_facts()
        case = self.env["dunning.case"].browse(vals.get("case_id"))
        company = case.company_id or self.env.company
        days = company.dunning_plan_answer_days
        values = {"valid_until": fields.Date.add(company._dunning_today(), days=days)}
        if not vals.get("line_ids"):
            lines = self.env["dunning.plan"]._find_lines(case)
            values["line_ids"] = [fields.Command.set(lines.ids)]
        return values | vals

    def write(self, vals):
        if not self.env.su:
            for offer in self:
                allowed = OPEN | TERMS if offer.state == "draft" else OPEN
                allowed = {"note", "document_ids"} if offer.state in ENDED else allowed
                if not allowed.issuperset(vals):
                    offer._refuse_facts()
        if not TERMS.isdisjoint(vals):
            vals = {"approved_by_id": False} | vals
        return super().write(vals)

    @api.model
    def _refuse_facts(self):
        raise UserError(
            self.env._(
                "What was offered stays as it was, and how it ends follows from what "
                "is paid: cancel the offer and make another."
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.filtered(lambda offer: offer.state != "draft"):
            raise UserError(
                self.env._("An offer that was sent is kept: cancel it instead.")
            )

    @api.model
    def _draft_for(self, case, lines=None):
        """Return a draft offer about case lines; about what is late when None."""
        most = case.company_id.dunning_offer_max_percent
        values = {"case_id": case.id, "percent": most}
        if lines:
            values["line_ids"] = [fields.Command.set(lines.ids)]
        return self.create(values)

    def _get_window(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Offer"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # What is done with it

    def action_send(self):
        """Send the offer; above what a collector may give a manager approves first."""
        self.check_access("write")
        waiting = self.browse()
        for offer in self:
            offer._check_terms()
            if offer.needs_approval:
                if not offer.may_approve:
                    offer.case_id._plan_task(
                        offer._get_approval_summary(),
                        offer.display_name,
                        offer.case_id.manager_id,
                    )
                    waiting |= offer
                    continue
                offer.action_approve()
            offer._send()
        return waiting._notify_waiting() if waiting else True

    def _check_terms(self):
        self._check_case_is_open()
        if self.state != "draft":
            raise UserError(
                self.env._("%(offer)s was sent already.", offer=self.display_name)
            )
        if not 0 < self.amount < self._get_total():
            raise UserError(
                self.env._(
                    "The discount (%(amount)s) must be more than zero and less than "
                    "what is open (%(open)s).",
                    amount=self._format(self.amount),
                    open=self._format(self._get_total()),
                )
            )
        if self.valid_until < self.company_id._dunning_today():
            raise UserError(
                self.env._(
                    "The offer must leave time to pay: %(date)s is over.",
                    date=format_date(self.env, self.valid_until),
                )
            )

    def _send(self):
        total = self._get_total()
        self.sudo().write(  # what is offered is frozen with what it was based on
            {
                "state": "sent",
                "sent_on": self.company_id._dunning_today(),
                "amount_open": total,
            }
        )
        self._cover(covers.OFFERED, total, until=self.valid_until)
        self._announce_offer("sent")

    def _announce_offer(self, what, kind="commitment", day=None):
        template = self.env.ref(f"account_dunning.mail_template_offer_{what}")
        key = f"offer.{what},{self.id}"
        event = Event(key, self.case_id, template, self.line_ids, kind)
        return self.env["dunning.action"]._announce([event], day)

    def action_cancel(self):
        """Take an offer back: the whole is due as before."""
        self.check_access("write")
        for offer in self:
            if offer.state not in ("draft", "sent"):
                raise UserError(
                    self.env._("%(offer)s is over already.", offer=offer.display_name)
                )
            reason = self.env._("Cancelled by %(user)s.", user=self.env.user.name)
            offer._end("cancelled", reason)
        return True

    # What it says of itself

    def _get_left(self):
        self.ensure_one()
        return self._get_total() - self.amount_paid

    @api.model
    def _get_running_states(self):
        return ("sent",)

    def _describe(self):
        self.ensure_one()
        return self.env._(
            "an offer of %(amount)s off until %(date)s",
            amount=self._format(self.amount),
            date=format_date(self.env, self.valid_until),
        )

    def _describe_for_debtor(self):
        self.ensure_one()
        if self.state != "lapsed":
            return ""
        return self.env._(
            "A discount of %(amount)s was offered for a payment by %(date)s; this "
            "offer has ended.",
            amount=self._format(self.amount),
            date=self.env["dunning.action"]._format_day(self.valid_until),
        )
