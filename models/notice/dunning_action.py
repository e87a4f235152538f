from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html

from ...tools import notice as core
from ...tools.channels import POSTED
from ...tools.registration import group_number

#: What a formal notice is written on; calls and SMS only go with it.
WRITTEN = ("email", *POSTED)
#: Notices named in one refusal; the others are counted.
NAMED = 5
#: What says that the letter reached the debtor's door, or that it came back.
NEWS = {"presentation_date", "receipt_date", "return_reason"}
#: Where an invoice says to which contract or order it belongs, the most exact first.
ORDER_FIELDS = ("contract_reference", "purchase_order_reference", "ref")
PROOF_TASK = "account_dunning.mail_activity_type_proof"


class DunningAction(models.Model):
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

    period_text = fields.Char(compute="_compute_period_text")

    @api.depends("level_id", "company_id", "partner_id.dunning_debtor_kind")
    @api.depends_context("lang")
    def _compute_notice_texts(self):
        for action in self:
            # What is printed in every notice is no secret of who configures it.
            company = action.company_id.sudo()
            action.legal_basis_text = (
                action.level_id.legal_basis
                or company.dunning_legal_basis
                or action._describe_legal_basis()
            )
            is_consumer = action.partner_id.dunning_debtor_kind == "consumer"
            action.mediator_text = is_consumer and company.dunning_mediator

    def _name_notice(self, notice):
        if not notice.notice_number:
            return super()._name_notice(notice)
        return self.env._(
            "our formal notice no. %(number)s of %(date)s",
            number=notice.notice_number,
            date=self._format_day(notice.delivered_on),
        )

    def _describe_legal_basis(self):
        """Return what a demand rests on where nobody has chosen it: the ground of the
        debt by the kind of the debtor, not only the form of the notice (C. civ. 1344).

        Sources: between businesses C. com. L441-10, D441-5; public contracts CCP
        L2192-10 to L2192-14; consumers the Civil Code alone.
        """
        kind = self.partner_id.dunning_debtor_kind
        if kind == "public":
            text = self.env._(
                "articles L2192-10 to L2192-14, R2192-10 and R2192-31 to R2192-36 of "
                "the French Public Procurement Code"
            )
            orders = self._get_order_numbers()
            if not orders:
                return text
            return self.env._(
                "%(articles)s (contract or purchase order no. %(numbers)s)",
                articles=text,
                numbers=self._join_few(orders),
            )
        if kind == "business":
            return self.env._(
                "our agreements, articles 1103, 1231-6 and 1344 of the French Civil "
                "Code and articles L441-10 and D441-5 of the French Commercial Code"
            )
        return self.env._(
            "our agreements and articles 1103, 1231-6 and 1344 of the French Civil Code"
        )

    def _get_order_numbers(self):
        """Return the contracts or orders that the invoices name, each once: as Chorus
        Pro asks for them where it is used, else the reference of the customer."""
        moves = self._get_object_lines().move_id.sudo()  # printed on every invoice
        moves = moves.filtered(lambda move: move._is_dunning_document())
        names = [name for name in ORDER_FIELDS if name in moves._fields]
        numbers = [
            next(filter(None, (move[name] for name in names)), False) for move in moves
        ]
        return list(dict.fromkeys(filter(None, numbers)))

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
        kind, number = group_number(company.company_registry)
        return list(
            filter(
                None,
                [
                    company.name,
                    ", ".join(filter(None, [company.street, company.street2, place])),
                    f"{kind} {number}"
                    if kind
                    else number
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

    # The period that a formal notice grants: counted from its first presentation.
    #
    # The letter prints the period, not a date, because nobody knows on the day it is
    # printed when the post will present it. The level counts from the deposit; the next
    # rung waits until the period is over. While the presentation is unknown it is taken
    # to be seven days after the deposit, and somebody is asked to find it out; as soon
    # as it is known the end of the period follows.

    @api.depends("level_id", "channel")
    @api.depends_context("lang")
    def _compute_period_text(self):
        for action in self:
            action.period_text = action._describe_period()

    def _describe_period(self):
        """Return the period in words; empty where the level grants none."""
        days = self.level_id.deadline_days
        if not days:  # as without a level
            return ""
        proof = self.level_id._get_proof_channel()
        if self.channel == "registered":
            return self.env._(
                "within %(days)s days of the first presentation of this letter",
                days=days,
            )
        if proof == "registered":
            return self.env._(
                "within %(days)s days of the first presentation of our registered "
                "letter",
                days=days,
            )
        if self.channel == "letter":
            return self.env._(
                "within %(days)s days of the receipt of this letter", days=days
            )
        return self.env._("within %(days)s days of the date of this message", days=days)

    def _has_period(self):
        """Tell whether it is a notice on paper that grants a period."""
        self.ensure_one()
        return bool(
            self.is_formal_notice
            and self.channel in POSTED
            and self.level_id.deadline_days
        )

    def _get_period_end(self, posted):
        return core.period_end(
            self.level_id.deadline_days,
            posted,
            self.presentation_date or None,
            self.receipt_date or None,
        )

    def _before_delivery(self, day):
        """Start the period as well: posted, nobody knows yet when it is presented."""
        result = super()._before_delivery(day)
        notices = self.filtered(lambda action: action._has_period())
        for notice in notices:
            notice._write_facts({"deadline": notice._get_period_end(day)})
        notices.filtered(lambda one: one.channel == "registered")._ask_for_proof(day)
        return result

    def write(self, vals):
        result = super().write(vals)
        if not NEWS.isdisjoint(vals):
            self._follow_presentation()
            self._close_proof_tasks()
        return result

    def _follow_presentation(self):
        """Let the end of the period follow what is known of the presentation now."""
        for notice in self:
            if notice.state != "done" or not notice._has_period():
                continue
            end, before = notice._get_period_end(notice.delivered_on), notice.deadline
            if end != before:
                notice.sudo().deadline = end  # the engine's to say
                notice._move_deadlines(before, end)

    def _move_deadlines(self, before, end):
        """Let the items that stand on this notice wait for the end of its period."""
        lines = self.line_ids.filtered("level_id").case_line_id
        waiting = lines.filtered(
            lambda line: (
                line.delivered_on == self.delivered_on and line.deadline == before
            )
        )
        if waiting:
            waiting.sudo().deadline = end  # the engine's own
            waiting._refresh_next()

    # The task to find out

    def _ask_for_proof(self, day):
        """Plan, for the day the post should have come, a task to enter when it came.

        One task per case; it ends by itself with the first news of the letter.
        """
        kind = self.env.ref(PROOF_TASK)
        asked = self.case_id.activity_ids.filtered(lambda a: a.activity_type_id == kind)
        asked_ids = set(asked.mapped("res_id"))
        silent = self.filtered(
            lambda one: (
                one.case_id.id not in asked_ids
                and not (one.presentation_date or one.receipt_date or one.return_reason)
            )
        )
        # It is planned for later: no message for each letter on the day of the deposit.
        quiet = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        quiet.create(
            [
                letters[0]._prepare_proof_task(kind, day)
                for letters in silent.grouped("case_id").values()
            ]
        )

    def _prepare_proof_task(self, kind, day):
        case = self.case_id
        note = self.env._(
            "The formal notice of %(day)s was deposited (tracking number: %(number)s). "
            "Find out when it was first presented and enter it with the proof: its "
            "period counts from that day. Until then it is taken as presented on "
            "%(taken)s.",
            day=format_date(self.env, day),
            number=self.tracking_number or "–",
            taken=format_date(self.env, day + timedelta(days=core.DAYS_BY_POST)),
        )
        return {
            "activity_type_id": kind.id,
            "res_model_id": self.env["ir.model"]._get_id("dunning.case"),
            "res_id": case.id,
            "summary": self.env._("Fetch the proof of presentation"),
            "note": plaintext2html(note),
            "date_deadline": day + timedelta(days=core.DAYS_BY_POST),
            "user_id": case._get_asked().id,
        }

    def _close_proof_tasks(self):
        """End the tasks of cases all of whose notices have news."""
        kind = self.env.ref(PROOF_TASK)
        for case in self.case_id:
            awaited = case.action_ids.filtered(
                lambda one: (
                    one.channel == "registered"
                    and one.state == "done"
                    and one._has_period()
                    and not (
                        one.presentation_date or one.receipt_date or one.return_reason
                    )
                )
            )
            if not awaited:
                tasks = case.activity_ids.filtered(lambda a: a.activity_type_id == kind)
                # Whoever was asked: the chatter tells what was entered.
                tasks.sudo().unlink()

    def _before_freezing(self, day):
        self._number_notices(day)
        return super()._before_freezing(day)

    def _after_freezing(self):
        result = super()._after_freezing()
        self._check_notices()
        return result

    @api.model
    def _get_placeholders(self):
        return (
            *super()._get_placeholders(),
            *("period_text", "notice_number", "legal_basis_text", "mediator_text"),
        )
