from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.channels import POSTED

#: What a formal notice is written on; calls and SMS only go with it.
WRITTEN = ("email", *POSTED)
#: Notices named in one refusal; the others are counted.
NAMED = 5


class DunningActionNotice(models.Model):
    """A formal notice: its number, what it is based on, what it encloses.

    The number is taken when the text is frozen, so that no proposal leaves a hole; the
    channels of one step share it, because they carry one notice.
    """

    _inherit = "dunning.action"

    notice_number = fields.Char(
        "Formal notice no.",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Taken when the notice is approved; printed in the letter.",
    )
    _one_notice = models.UniqueIndex(
        "(company_id, channel, notice_number) "
        "WHERE notice_number IS NOT NULL AND state != 'cancelled'",
        "Another formal notice has this number: each has its own.",
    )

    legal_basis_text = fields.Char(compute="_compute_notice_texts")
    mediator_text = fields.Text(compute="_compute_notice_texts")

    @api.depends("level_id", "company_id")
    @api.depends_context("lang")
    def _compute_notice_texts(self):
        for action in self:
            # What is printed in every notice is no secret of who configures it.
            company = action.company_id.sudo()
            action.legal_basis_text = (
                action.level_id.legal_basis
                or company.dunning_legal_basis
                or self.env._("articles 1344 et seq. of the French Civil Code")
            )
            is_consumer = action.partner_id.dunning_debtor_kind == "consumer"
            action.mediator_text = is_consumer and company.dunning_mediator

    def _is_notice_itself(self):
        """Tell whether this contact is the formal notice, and not a copy of it."""
        self.ensure_one()
        if not self.is_formal_notice:
            return False
        proof = self.level_id._get_proof_channel()
        return self.channel == proof if proof else self.channel in WRITTEN

    def _number_notices(self, day):
        """Give each formal notice its number, once, as it leaves."""
        written = self.filtered(
            lambda action: (
                action.is_formal_notice
                and action.channel in WRITTEN
                and not action.notice_number
            )
        )
        for action in written:
            step = action._get_step().filtered(lambda other: other.state != "cancelled")
            numbers = list(filter(None, step.mapped("notice_number")))
            company = action.company_id
            action.sudo().notice_number = (  # the engine's to say
                numbers[0] if numbers else company._take_notice_number(day)
            )

    def _check_notices(self):
        """Let no formal notice leave that does not say what it must.

        :raises UserError: with what is missing in each, and how to mend it
        """
        notices = self.filtered(
            lambda action: action._is_notice_itself() and not action._cannot_be_posted()
        )
        faults = [
            (notice, missing)
            for notice in notices
            if (missing := notice._get_missing_mentions())
        ]
        if not faults:
            return
        parts = []
        for notice, missing in faults[:NAMED]:
            title = self.env._(
                "The formal notice to %(debtor)s cannot leave yet:",
                debtor=notice.partner_id.display_name,
            )
            parts.append("\n".join([title, *(f"• {text}" for text in missing)]))
        if len(faults) > NAMED:
            parts.append(
                self.env._("… and %(count)s others.", count=len(faults) - NAMED)
            )
        raise UserError("\n\n".join(parts))

    def _cannot_be_posted(self):
        """Tell whether the letter will fail by itself, with a task to mend it."""
        self.ensure_one()
        return self.channel in POSTED and not self._has_postal_address()

    def _get_creditor_lines(self):
        """Return who claims: name, address, registration, as printed in a notice."""
        self.ensure_one()
        company = self.company_id.sudo()  # printed on every invoice
        place = " ".join(filter(None, [company.zip, company.city]))
        number = company.company_registry
        return list(
            filter(
                None,
                [
                    company.name,
                    ", ".join(filter(None, [company.street, company.street2, place])),
                    number
                    and self.env._("Registration number %(number)s", number=number),
                    company.vat
                    and self.env._("VAT number %(number)s", number=company.vat),
                ],
            )
        )

    def _get_enclosure_names(self):
        """Return the invoices that go with a formal notice on paper."""
        self.ensure_one()
        if not self.is_formal_notice or self.channel not in POSTED:
            return []
        moves = self._get_document_lines().move_id
        return [move.name for move in moves if move.name]
