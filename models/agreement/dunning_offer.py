from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...tools import commitments as core
from ...tools import covers
from ..contact.event import Event


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
        entry="draft",
    )
    amount = fields.Monetary(
        "Discount",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="What the customer need not pay if he pays the rest in time.",
        entry="draft",
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
        entry="draft",
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
    amount_paid = fields.Monetary(
        "Paid", compute="_compute_amount_paid", help="Since the offer was sent."
    )

    refund_ids = fields.Many2many(
        "account.move",
        "dunning_offer_refund_rel",
        "offer_id",
        "move_id",
        "Credit notes",
        readonly=True,
        copy=False,
    )

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

    @api.model
    def _prepare(self, vals):
        """An offer begins as a draft about what is late, valid as long as usual."""
        vals = super()._prepare(vals)
        case = self.env["dunning.case"]
        case = case.browse((self._get_given_defaults() | vals).get("case_id") or [])
        return self._propose_terms(case, vals) | vals

    @api.model
    def _propose_terms(self, case, vals):
        """Return what was not said: what is late, valid as long as usual."""
        company = case.company_id or self.env.company
        days = company.dunning_plan_answer_days
        values = {"valid_until": fields.Date.add(company._dunning_today(), days=days)}
        if not vals.get("line_ids"):
            lines = self.env["dunning.plan"]._find_lines(case)
            values["line_ids"] = [fields.Command.set(lines.ids)]
        return values

    @api.model
    def default_get(self, fields_list):
        """Show what is usual for the case in a new form, before anything is kept."""
        values = super().default_get(fields_list)
        if case_id := values.get("case_id"):
            case = self.env["dunning.case"].browse(case_id)
            usual = self._propose_terms(case, values)
            usual["percent"] = case.company_id.dunning_offer_max_percent
            values |= {name: usual[name] for name in usual if name in fields_list}
        return values

    @api.model_create_multi
    def create(self, vals_list):
        offers = super().create(vals_list)
        offers._check_discount()
        offers._check_valid_until()
        return offers

    def write(self, vals):
        result = super().write(vals)
        drafts = self.filtered(lambda offer: offer.state == "draft")
        if not {"percent", "amount", "line_ids"}.isdisjoint(vals):
            drafts._check_discount()
        if "valid_until" in vals:
            drafts._check_valid_until()
        return result

    @api.onchange("percent", "amount")
    def _onchange_discount(self):
        problem = self._find_discount_problem()
        return {"warning": {"title": "", "message": problem}} if problem else None

    def _check_discount(self):
        """Refuse a discount that leaves nothing, or less; a draft may have none yet.

        :raises UserError: who, what, and what is open
        """
        for offer in self:
            if problem := offer._find_discount_problem():
                raise UserError(problem)

    def _find_discount_problem(self):
        """Return in words why the discount cannot be meant; empty when it can."""
        self.ensure_one()
        if not self.amount or 0 < self.amount < self._get_total():
            return ""
        return self._describe_discount_problem()

    def _describe_discount_problem(self):
        return self.env._(
            "The discount offered to %(debtor)s (%(amount)s) must be more than zero "
            "and less than what is open (%(open)s). Correct it.",
            debtor=self.partner_id.display_name,
            amount=self._format(self.amount),
            open=self._format(self._get_total()),
        )

    def _check_valid_until(self):
        """Refuse a day that is over, or further ahead than the user may grant.

        :raises UserError: with the days that are possible
        """
        for offer in self:
            company = offer.company_id.with_env(self.env)
            if offer.valid_until < company._dunning_today() and not self.env.su:
                raise UserError(offer._describe_over())
            company._dunning_check_days_ahead(offer.partner_id, offer.valid_until)

    def _describe_over(self):
        return self.env._(
            "The offer to %(debtor)s must leave time to pay: %(date)s is over. Choose "
            "today or a later day.",
            debtor=self.partner_id.display_name,
            date=format_date(self.env, self.valid_until),
        )

    def _refuse(self, names):
        raise AccessError(
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

    def _get_leaving(self):
        return self.state == "draft" and self.env._("this offer")

    @api.model
    def _get_title(self):
        return self.env._("Offer")

    # What is done with it

    def action_send(self):
        """Send the offer; above what a collector may give a manager approves first."""
        ready = self._approve_or_ask()
        for offer in ready:
            offer._send()
        return (self - ready)._notify_waiting()

    def action_approve(self):
        """Approve offers with more discount than a collector may give.

        :raises AccessError: for whoever is no credit manager
        """
        self._approve()
        return True

    def _check_terms(self):
        self._check_case_is_open()
        self.case_id._check_money_is_matched(self.env._("The offer cannot be sent yet"))
        if self.state != "draft":
            raise UserError(
                self.env._("%(offer)s was sent already.", offer=self.display_name)
            )
        if not 0 < self.amount < self._get_total():
            raise UserError(self._describe_discount_problem())
        if self.valid_until < self.company_id._dunning_today():
            raise UserError(self._describe_over())

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
        event = Event(f"offer.{what}", self, template, self.line_ids, kind)
        return self.env["dunning.action"]._announce([event], day)

    def _get_outdated_reason(self, contact):
        if contact.event != f"offer.{self.state}":
            return self.env._("The offer has ended meanwhile.")
        return ""

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

    def _get_asked_for(self, event):
        # Once it has ended, the invoices are due as they were issued.
        return {"offer.sent": self.amount_to_pay, "offer.kept": 0.0}.get(event)

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

    # The discount of an offer that was taken up: draft credit notes, one for each
    # invoice, with its taxes. Posting them is the accountant's.

    def _draft_refunds(self):
        """Draft the credit notes of the discount; return them."""
        self.ensure_one()
        moves = self.env["account.move"].sudo()  # drafts only, whoever runs the night
        moves = moves.with_company(self.company_id)
        refunds = moves.browse()
        for subject, share in self._share_discount().items():
            if subject._name == "account.move.line":
                refund = moves.create(self._prepare_item_refund(subject.sudo(), share))
            else:
                refund = moves.create(self._prepare_refund(subject.sudo(), share))
                self._correct_cents(refund, share)
            refunds |= refund
        self.sudo().refund_ids = refunds  # a fact
        return refunds

    def _share_discount(self):
        """Map the invoices, and the items of other entries (an opening balance), to
        their part of the discount; the last carries the cents."""
        open_of = {}
        for cover in self._get_covers():
            line = cover.line_id
            subject = line._get_entry_items() or line.move_id
            if subject:
                open_of[subject] = open_of.get(subject, 0) + cover.balance_start
        total, left, shares = sum(open_of.values()), self.amount, {}
        for number, (subject, amount) in enumerate(open_of.items(), start=1):
            share = self.currency_id.round(self.amount * amount / total)
            shares[subject] = share if number < len(open_of) else left
            left = self.currency_id.round(left - share)
        return {subject: share for subject, share in shares.items() if share > 0}

    def _prepare_item_refund(self, item, share):
        """Return a credit note that takes a share off an item without an invoice."""
        number = item._get_dunning_number()
        words = self.env._(
            "Discount for payment by %(date)s (%(invoice)s)",
            date=fields.Date.to_string(self.valid_until),
            invoice=number,
        )
        account = self.company_id.sudo().dunning_offer_account_id
        return item._prepare_dunning_credit_note(share, words, account) | {
            "ref": self.env._("Discount on %(invoice)s", invoice=number)
        }

    def _prepare_refund(self, move, share):
        """Return a credit note that takes a share off an invoice, tax by tax."""
        return {
            "move_type": "out_refund",
            "company_id": move.company_id.id,
            "journal_id": move.journal_id.id,
            "partner_id": move.partner_id.id,
            "currency_id": move.currency_id.id,
            "fiscal_position_id": move.fiscal_position_id.id,
            "reversed_entry_id": move.id,
            "invoice_origin": move.name,
            "ref": self.env._("Discount on %(invoice)s", invoice=move.name),
            "invoice_line_ids": [
                Command.create(values)
                for values in self._prepare_refund_lines(move, share)
            ],
        }

    def _prepare_refund_lines(self, move, share):
        """Yield a line for each combination of taxes and account of the invoice."""
        products = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        account = self.company_id.sudo().dunning_offer_account_id
        groups = products.grouped(lambda line: (line.tax_ids, line.account_id))
        for (taxes, own_account), lines in groups.items():
            price = sum(
                line.quantity * line.price_unit * (1 - line.discount / 100)
                for line in lines
            )
            yield {
                "name": self.env._(
                    "Discount for payment by %(date)s (%(invoice)s)",
                    date=fields.Date.to_string(self.valid_until),
                    invoice=move.name,
                ),
                "quantity": 1,
                "price_unit": self.currency_id.round(price * share / move.amount_total),
                "account_id": (account or own_account).id,
                "tax_ids": [Command.set(taxes.ids)],
            }

    def _correct_cents(self, refund, share):
        """Let the last line carry the cents that the taxes have rounded away."""
        line = refund.invoice_line_ids[-1:]
        difference = share - refund.amount_total
        if line.price_total and not self.currency_id.is_zero(difference):
            ratio = line.price_unit / line.price_total
            line.price_unit += self.currency_id.round(difference * ratio)

    # Limits per role: what a collector may offer alone, a manager approves above.

    @api.depends("amount", "line_ids")
    def _compute_approval_reason(self):
        return super()._compute_approval_reason()

    def _find_approval_reasons(self):
        reasons, total = super()._find_approval_reasons(), self._get_total()
        share = 100 * self.amount / total if total else 0
        most = self.company_id.dunning_offer_max_percent
        if share > most + 0.005:
            reasons.append(
                self.env._("the discount is above %(percent)s %%", percent=most)
            )
        return reasons

    def _get_approval_summary(self):
        return self.env._("Approve the discount (%(id)s)", id=self.id)

    # Judged, see dunning.commitment: whether it was all paid by the date.

    @api.depends("state", "line_ids.move_line_id.amount_residual_currency")
    def _compute_amount_paid(self):
        for offer, known in self._get_known().items():
            offer.amount_paid = float(known.money)

    @api.model
    def _get_judged_states(self):
        """Those that wait, and those taken up, should a payment be taken back."""
        return ("sent", "kept")

    def _draw_verdicts(self, facts, day, announced):
        verdicts = {}
        for offer in self:
            known, last = facts[offer], offer._get_last_day()
            asked = Decimal(str(offer.amount_to_pay))
            if offer.state == "kept":  # whether it was paid in time is decided
                last = max((one.day for one in known.receipts), default=last)
            verdicts[offer] = core.judge(
                # The discount stays: a credit note lowers what is to pay for it.
                core.Promise(asked - known.credited, known.start, last),
                known.news,
                day,
                announced.get(offer, Decimal(0)),
            )
            if offer.decided_state == core.KEPT:
                verdicts[offer] = core.Verdict(core.KEPT)
        return verdicts

    def _follow_verdicts(self, verdicts, day):
        changed = self.env["dunning.case"]
        for offer in self:
            offer._follow_verdict(verdicts[offer], day)
            if offer.state == "lapsed":
                changed |= offer.case_id
        return changed

    def _follow_verdict(self, verdict, day):
        is_kept = verdict.state == core.KEPT
        if self.state == "kept" and is_kept:
            return
        if self.state == "kept":
            self._take_back_discount()
        if not self._still_waits(verdict, day):
            return
        if is_kept:
            self._keep(day)
        elif verdict.failed:
            self._lapse(verdict, day)

    def _get_last_day(self):
        """Return the last tolerated day: a transfer takes working days."""
        company = self.company_id
        days = company.dunning_plan_grace_days
        until = self.valid_until
        return (days and company._dunning_add_working_days(until, days)) or until

    def _get_check_text(self, verdict):
        return (
            self.env._("Check a payment for the offer"),
            self.env._(
                "%(offer)s: %(amount)s is missing, but money of this customer that is "
                "not reconciled would cover it. Reconcile it, or clear it up.",
                offer=self.display_name,
                amount=self._format(float(verdict.left)),
            ),
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
            # A decision, whatever was paid; what it keeps back is the engine's own.
            offer.sudo().write({"decided_state": "kept", "decided_by_id": self.env.uid})
            offer._get_covers().sudo().active = True
            offer._keep(offer.company_id._dunning_today())
        return True

    def _take_back_discount(self):
        """A payment was taken back: the condition is met no more."""
        drafts = self.refund_ids.sudo().filtered(lambda move: move.state == "draft")
        drafts.button_cancel()  # drafted by the engine, see _draft_refunds
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

    @api.model
    def _get_judged_domain(self, company, day):
        return Domain("state", "=", "lapsed") & Domain("ended_on", "=", day)

    def _wait_again(self):
        for offer in self.filtered(lambda one: one._may_count_again()):
            offer._take_up_again()
            offer._log(self.env._("waits again: the run that had ended it was undone."))

    def _take_up_again(self):
        """What had ended it was taken back: it waits again."""
        self.sudo().write(  # a fact
            {
                "state": "sent",
                "ended_on": False,
                "end_reason": False,
                "ended_as": False,
            }
        )
        self._get_covers().sudo().active = True  # see _cover
        self._follow_covers()

    def _lapse(self, verdict, day):
        """The date has passed: the whole is due again, plan B happens.

        What came in too late is no reason to write to anybody.
        """
        reason = self.env._(
            "Lapsed: not paid by %(date)s.",
            date=format_date(self.env, self.valid_until),
        )
        self._end("lapsed", reason, day)
        if not verdict.escalates(is_done=False):
            return
        # A rule that an administrator may change lets plan B happen.
        self.env["dunning.alert"]._raise_broken(self, day)
        if self.fallback in self._tells_of_failure():
            self._announce_offer("lapsed", day=day)

    def _uncover(self, lines=None):
        """Of an offer that was taken up the discount stays kept back until its credit
        note is reconciled."""
        kept = self.filtered(lambda offer: offer.state == "kept")
        if kept:
            kept._follow_covers()
        return super(DunningOffer, self - kept)._uncover(lines)
