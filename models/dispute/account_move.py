from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AccountMove(models.Model):
    """What is contested of an invoice, and the credit notes that settle disputes.

    Nothing here refuses or changes an entry: disputes follow what the host does.
    """

    _inherit = "account.move"

    dunning_dispute_ids = fields.One2many(
        "dunning.dispute",
        "move_id",
        "Disputes",
        readonly=True,
        groups="account_dunning.group_dunning_reader",
    )

    def action_dunning_dispute(self):
        """Open the window where an objection to this invoice is written down."""
        self.ensure_one()
        self.env["dunning.dispute"].check_access("create")
        self.check_access("read")
        self._check_can_be_dunned()
        return self.env["dunning.dispute"]._get_window(self, self.dunning_case_id)

    # What the host does with credit notes

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._find_settling_disputes()._follow_credit_note("posted")
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._find_settling_disputes()._follow_credit_note("draft")
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._find_settling_disputes()._follow_credit_note("gone")
        return result

    def unlink(self):
        disputes = self._find_settling_disputes()
        result = super().unlink()
        disputes._follow_credit_note("gone")
        return result

    def _find_settling_disputes(self):
        """Return the disputes that these credit notes settle.

        As superuser: whoever posts a credit note need not know of dunning.
        """
        refunds = self.filtered(lambda move: move.move_type == "out_refund")
        disputes = self.env["dunning.dispute"].sudo()
        if not refunds:
            return disputes
        return disputes.search(Domain("credit_move_id", "in", refunds.ids))

    # What e-invoicing platforms say

    def dunning_set_einvoice_status(self, code, date=None, reason=None, amount=None):
        """Record a status of the French e-invoicing reform; for connectors.

        206, 207, 208 and 210 open a dispute or keep the one that is open; 211 waits
        five working days for the payment; 213 (and 501) waits until the invoice was
        sent again, with a task; 202 to 205 end that wait. Every other status, known to
        us or not, is recorded only. The same status of the same day acts once.

        Whoever calls it needs the role Collector, which the rights on invoicing imply.

        :param code: the number of the status, as text or number
        :param date: the day the platform gives; today when None
        :param reason: the platform's words; when they begin with the code of one of
            our reasons ("QTE …"), the dispute has it
        :param amount: what is contested, VAT included; the whole balance when None
        :return: the ``dunning.einvoice.status`` records, one per invoice
        :raises UserError: for what is no number of a status, or no posted customer
            invoice
        """
        # Who may record what a debtor says may record what his platform says.
        self.env["dunning.dispute"].check_access("create")
        self.check_access("read")
        self._check_can_be_dunned()
        # Facts, written by us: see dunning.einvoice.status.
        statuses = self.env["dunning.einvoice.status"].sudo()
        status = statuses._check_code(code)
        day = self.env["res.company"]._dunning_read_day(date)
        if day:
            self._check_said_on(day)
        self._check_einvoice_amount(amount)
        result = statuses.browse()
        for move in self:
            values = {
                "move_id": move.id,
                **status,
                "date": day or move.company_id._dunning_today(),
                "reason": (reason or "").strip() or False,
                "amount": amount or 0,
            }
            known = statuses.search(
                [(name, "=", value) for name, value in values.items()], limit=1
            )
            if not known:
                known = statuses.create(values)
                known.with_company(move.company_id)._act()
            result |= known
        return result.sudo(self.env.su)

    def _check_said_on(self, day):
        """Refuse a day on which no platform can have spoken of these invoices.

        :raises ValidationError: after today, or before the date of an invoice
        """
        for move in self:
            move.company_id._dunning_check_happened(
                day,
                self.env._("Status of %(invoice)s", invoice=move.display_name),
                move.invoice_date,
                self.env._("the date of the invoice"),
            )

    def _check_einvoice_amount(self, amount):
        """Refuse what cannot be contested, in words."""
        for move in self:
            is_number = isinstance(amount or 0, int | float)
            if not is_number or not 0 <= (amount or 0) <= move.amount_total:
                raise UserError(
                    self.env._(
                        "“%(amount)s” is no amount that can be contested of "
                        "%(invoice)s.",
                        amount=amount,
                        invoice=move.display_name,
                    )
                )
