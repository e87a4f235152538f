from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.disputes import share
from ..contact.event import Event

#: Decisions that the debtor is told of, with the text that says so.
TEXTS = {
    "partly": "account_dunning.mail_template_dispute_partly",
    "unjustified": "account_dunning.mail_template_dispute_unjustified",
}


class DunningDispute(models.Model):
    """What is decided on a dispute, and what follows from it."""

    _inherit = "dunning.dispute"

    resolution = fields.Selection(
        [
            ("justified", "Justified"),
            ("partly", "Partly justified"),
            ("unjustified", "Not justified"),
            ("withdrawn", "Withdrawn"),
        ],
        "Decision",
        tracking=True,
        help="Justified: a draft credit note over the contested amount, which waits "
        "until it is posted. Partly: a draft credit note over a part, the rest goes "
        "on. Not justified: the debtor is told so and the reminders go on. Withdrawn: "
        "by the debtor, or opened by mistake.",
        entry="open",
    )
    amount_accepted = fields.Monetary(
        "Amount accepted",
        help="What is credited when the debtor is right in part, VAT included.",
        entry="open",
    )
    resolution_note = fields.Text(
        "Our answer",
        help="Why it was decided so. The debtor reads it in the message that tells him "
        "that his objection was accepted in part, or not.",
        entry="open",
    )
    closed_on = fields.Date("Settled on", readonly=True)
    closed_by_id = fields.Many2one("res.users", "Settled by", readonly=True)
    currency_id = fields.Many2one("res.currency")  # the invoice's, by dunning.dispute

    credit_move_id = fields.Many2one(
        "account.move",
        "Credit note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Made as a draft by the decision; an accountant posts it.",
    )
    credit_state = fields.Selection(
        related="credit_move_id.state", string="State of the credit note"
    )

    mediation_provider = fields.Selection(
        [
            ("business", "Business ombudsman (Médiateur des entreprises)"),
            ("consumer", "Consumer mediator"),
            ("conciliator", "Court conciliator"),
            ("private", "Mediator chosen by the parties"),
        ],
        "Mediation by",
        tracking=True,
        help="Who mediates. The consumer mediator is free for consumers, the business "
        "ombudsman for both sides.",
        entry="open",
    )
    mediator = fields.Char(help="Name, reference of the file, telephone.", entry="open")
    mediation_from = fields.Date("In mediation since", readonly=True, tracking=True)
    mediation_meeting = fields.Date(
        "Next meeting", help="When the parties are to meet or to answer.", entry="open"
    )
    mediation_until = fields.Date("Mediation ended on", readonly=True)
    mediation_result = fields.Selection(
        [
            ("agreement", "Agreement"),
            ("none", "No agreement"),
            ("refused", "Refused by a party"),
        ],
        "Result of the mediation",
        tracking=True,
        entry="open",
    )

    def action_resolve(self, resolution=None, amount=None, note=None):
        """Carry out the decision.

        :param resolution: ``justified``, ``partly``, ``unjustified`` or ``withdrawn``;
            the one chosen on the dispute when None
        :param amount: what is credited, when it is justified in part
        :param note: our answer to the debtor
        """
        self.check_access("write")
        given = {
            "resolution": resolution,
            "amount_accepted": amount,
            "resolution_note": note,
        }
        values = {name: value for name, value in given.items() if value}
        self._check_undecided()
        if values:
            self.write(values)
        for dispute in self:
            dispute._check_decision()
            {
                "justified": dispute._resolve_justified,
                "partly": dispute._resolve_partly,
                "unjustified": dispute._resolve_unjustified,
                "withdrawn": dispute._finish,
            }[dispute.resolution]()
        return True

    def _check_undecided(self):
        for dispute in self:
            if dispute.state not in ("open", "mediation"):
                raise UserError(
                    self.env._(
                        "“%(dispute)s” was decided on already.",
                        dispute=dispute.display_name,
                    )
                )

    def _check_decision(self):
        self.ensure_one()
        if not self.resolution:
            raise UserError(
                self.env._(
                    "Choose the decision first: justified, partly, not justified or "
                    "withdrawn."
                )
            )
        accepted = self.amount_accepted
        if self.resolution == "partly" and not 0 < accepted < self.amount:
            raise UserError(
                self.env._(
                    "Justified in part: enter how much of %(amount)s is accepted, more "
                    "than nothing and less than all of it.",
                    amount=self._format_amount(self.amount),
                )
            )

    def _resolve_justified(self):
        self.amount_accepted = self.amount
        self._draft_credit_note()

    def _resolve_partly(self):
        """The accepted part waits for its credit note, the rest goes on."""
        self._draft_credit_note()
        self._tell_debtor()

    def _resolve_unjustified(self):
        self._finish()
        self._tell_debtor()

    def _finish(self):
        """Settle the dispute: nothing of it waits any more."""
        labels = dict(self._fields["resolution"]._description_selection(self.env))
        self._release()
        for dispute in self:
            # Written down by us: when and by whom it was settled is no choice.
            dispute.sudo().write(
                {
                    "state": "closed",
                    "closed_on": dispute.company_id._dunning_today(),
                    "closed_by_id": self.env.uid,
                }
            )
            text = self.env._(
                "Dispute settled: %(dispute)s. %(resolution)s.",
                dispute=dispute.display_name,
                resolution=labels.get(dispute.resolution, ""),
            )
            dispute._log(text)
            dispute._end_tasks(text)
        self._show()

    def _tell_debtor(self):
        """Tell the debtor what was decided, in his language, once.

        Nothing is told to who owes nothing any more.
        """
        open_cases = self.filtered(lambda one: one.case_id.state != "closed")
        events = [
            Event(
                f"dispute.{dispute.resolution}",
                dispute,
                self.env.ref(TEXTS[dispute.resolution]),
                lines,
            )
            for dispute in open_cases
            if (lines := dispute.case_id.line_ids.filtered(dispute._concerns))
        ]
        return self.env["dunning.action"]._announce(events)

    def _describe_for_debtor(self):
        """Return what a later text recalls of the dispute; empty when nothing."""
        self.ensure_one()
        if self.resolution == "withdrawn" and self.state == "closed":
            return ""
        details = {
            "date": self.env["dunning.action"]._format_day(self.date),
            "amount": self._format_amount(self.amount),
            "invoice": self.move_name,
            "answered": self.env["dunning.action"]._format_day(self.closed_on),
            "accepted": self._format_amount(self.amount_accepted),
        }
        if self.state in ("open", "mediation"):
            return self.env._(
                "Since %(date)s you have contested %(amount)s of %(invoice)s: we are "
                "looking into it, and this amount is not asked for here.",
                **details,
            )
        if self.resolution == "unjustified":
            return self.env._(
                "On %(answered)s we answered your objection of %(date)s to "
                "%(invoice)s: we could not accept it.",
                **details,
            )
        return self.env._(
            "On your objection of %(date)s to %(invoice)s, we accepted to credit "
            "%(accepted)s.",
            **details,
        )

    # The credit note that settles a dispute: a draft, made by the host's reversal.
    #
    # An accountant posts it, and it is reconciled with its invoice by the host. Until
    # then the amount waits; deleted or cancelled, the dispute is examined again.

    def _draft_credit_note(self):
        """Make the draft and wait for it to be posted."""
        for dispute in self:
            refund = dispute._create_credit_note()
            # Facts, written by the engine.
            dispute.sudo().write({"credit_move_id": refund.id, "state": "credit"})
            dispute._log(dispute._describe_credit_note(refund))
            dispute._end_tasks(dispute._describe_credit_note(refund))
        self._keep_back()

    def _create_credit_note(self):
        """Reverse the invoice as the host does, for the accepted amount only."""
        self.ensure_one()
        if self._is_about_item():
            # A draft, as below.
            moves = self.env["account.move"].sudo().with_company(self.company_id)
            return moves.create(self._prepare_credit_note()).sudo(self.env.su)
        # A draft on the decision of who may settle disputes; posting it stays with
        # the accountants.
        move = self.move_id.sudo()
        if not move or move.state != "posted":
            raise UserError(
                self.env._(
                    "%(invoice)s is not posted any more: there is nothing to credit. "
                    "Withdraw the dispute instead.",
                    invoice=self.move_name,
                )
            )
        wizard = self.env["account.move.reversal"].sudo()
        wizard = wizard.with_context(active_model=move._name, active_ids=move.ids)
        reversal = wizard.create(
            {
                "journal_id": move.journal_id.id,
                "date": self.company_id._dunning_today(),
                "reason": self.reason_id.with_context(
                    lang=self.case_id._get_lang()
                ).name,
            }
        )
        reversal.refund_moves()
        refund = reversal.new_move_ids
        if self.currency_id.compare_amounts(self.amount_accepted, move.amount_total):
            self._reduce(refund)
        return refund.sudo(self.env.su)

    def _reduce(self, refund):
        """Let the draft amount to what is accepted, in proportion to its lines."""
        currency = self.currency_id
        lines = refund.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.price_total
        )
        wanted = Decimal(str(self.amount_accepted))
        shares = share(
            [Decimal(str(line.price_total)) for line in lines],
            wanted,
            Decimal(str(currency.rounding)),
        )
        changes = []
        for line, part in zip(lines, shares, strict=True):
            # Of a price without VAT only the part before VAT.
            ratio = Decimal(str(line.price_subtotal)) / Decimal(str(line.price_total))
            has_tax_inside = any(
                line.tax_ids.flatten_taxes_hierarchy().mapped("price_include")
            )
            price = part if has_tax_inside else part * ratio
            changes.append(
                Command.update(
                    line.id,
                    {
                        "quantity": 1,
                        "discount": 0,
                        "price_unit": currency.round(float(price)),
                    },
                )
            )
        refund.write({"invoice_line_ids": changes})

    def _describe_credit_note(self, refund):
        self.ensure_one()
        amount = self._format_amount(refund.amount_total)
        text = self.env._(
            "Draft credit note over %(amount)s for %(invoice)s: an accountant checks "
            "and posts it; until then the amount waits.",
            amount=amount,
            invoice=self.move_name,
        )
        if self.currency_id.compare_amounts(refund.amount_total, self.amount_accepted):
            text += " " + self.env._(
                "VAT is rounded: %(accepted)s were accepted.",
                accepted=self._format_amount(self.amount_accepted),
            )
        return text

    # What becomes of it

    def _follow_credit_note(self, state):
        """Follow the credit note, whatever the host does with it.

        :param state: ``posted``, ``draft`` or ``gone`` (cancelled or deleted)
        """
        if not self:  # the rule: nearly every entry settles no dispute
            return
        if state == "posted":
            self.filtered(lambda one: one.state == "credit")._finish()
        elif state == "draft":
            again = self.filtered(lambda one: one.state == "closed")
            # Facts, written by the engine.
            again.sudo().write(
                {"state": "credit", "closed_on": False, "closed_by_id": False}
            )
            again._keep_back()
        else:
            self.filtered(lambda one: one.state == "credit")._examine_again()

    def _examine_again(self):
        """Without its credit note a dispute is undecided."""
        for dispute in self:
            dispute._log(
                self.env._(
                    "The credit note for %(invoice)s was cancelled: the dispute is "
                    "examined again.",
                    invoice=dispute.move_name,
                )
            )
            # Facts, written by the engine.
            dispute.sudo().write(
                {"state": "open", "resolution": False, "credit_move_id": False}
            )
        self._keep_back()
        self._plan_owner()

    # Mediation: a third party looks at the dispute, before any court does.
    #
    # Between businesses the Médiateur des entreprises, for consumers the consumer
    # mediator (C. conso L612-1), for up to 5,000 € the court's conciliator (CPC 750-1).

    def action_mediate(self):
        """Hand the dispute to the mediator who was chosen; its amount waits."""
        self.check_access("write")
        self._check_undecided()
        for dispute in self:
            if not dispute.mediation_provider:
                raise UserError(
                    self.env._("Choose who mediates, under “Mediation”, first.")
                )
            # Facts, written by the engine.
            dispute.sudo().write(
                {
                    "state": "mediation",
                    "mediation_from": dispute.company_id._dunning_today(),
                    "mediation_until": False,
                    "mediation_result": False,
                }
            )
            dispute._log(
                self.env._(
                    "Mediation asked for (%(provider)s): %(dispute)s",
                    provider=dispute._get_provider(),
                    dispute=dispute.display_name,
                )
            )
        return True

    def action_end_mediation(self):
        """Note the result; the dispute is to be decided on."""
        self.check_access("write")
        for dispute in self.filtered(lambda one: one.state == "mediation"):
            if not dispute.mediation_result:
                raise UserError(self.env._("Choose the result of the mediation first."))
            # Facts, written by the engine.
            dispute.sudo().write(
                {
                    "state": "open",
                    "mediation_until": dispute.company_id._dunning_today(),
                }
            )
            field = self._fields["mediation_result"]
            dispute._log(
                self.env._(
                    "Mediation ended (%(provider)s): %(result)s.",
                    provider=dispute._get_provider(),
                    result=dict(field._description_selection(self.env))[
                        dispute.mediation_result
                    ],
                )
            )
        return True

    def _get_provider(self):
        self.ensure_one()
        field = self._fields["mediation_provider"]
        return dict(field._description_selection(self.env))[self.mediation_provider]
