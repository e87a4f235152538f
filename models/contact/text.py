from dataclasses import dataclass
from datetime import date as Date
from functools import cache

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import format_date

from ...tools.channels import BY_PERSON
from ...tools.items import count_names
from ...tools.known_money import CREDIT, CREDIT_NOTE, IN_BOOKS
from ...tools.people import DOCTOR, LAWYER, MAN, WOMAN, read_civility, say_day
from ..books.money import format_amount

#: What the texts of levels may name; admins without the right to edit code use them.
PLACEHOLDERS = (
    "late_payment_text",
    "agreements_text",
    "greeting",
    "debtor_name",
    "contact_name",
    "company_name",
    "items_table",
    "amount_text",
    "oldest_days",
    "invoice_names",
    "due_text",
    "deadline_text",
    "next_step_text",
    "previous_contact_text",
    "payment_block",
    "sender_name",
    "sender_phone_text",
    "sender_email",
    "step_date_text",
    "lang",
)
#: More invoices than this are counted, not named, in a subject line.
SHORT_LIST = 3


@dataclass(frozen=True, slots=True)
class Deduction:
    """Money of the debtor that is not matched yet and deducted from what is asked: from
    where (``tools/known_money.py``), its number, day and amount (positive)."""

    source: str
    name: str
    date: Date
    currency: models.BaseModel
    amount: float


class DunningAction(models.Model):
    """What the texts of a level can say about a contact, in the debtor's language."""

    _inherit = "dunning.action"

    subject = fields.Char(
        readonly=True,
        entry="draft",
    )
    body = fields.Html(
        readonly=True,
        sanitize=False,
        prefetch=False,
        entry="draft",
    )
    is_edited = fields.Boolean(
        "Text edited",
        readonly=True,
        help="A user wrote this text: it is kept as it is.",
        entry="draft",
    )
    is_stale = fields.Boolean(
        "Changed since",
        readonly=True,
        help="The invoices or amounts changed after the text was edited.",
    )
    text_subject = fields.Char(
        "Subject shown", compute="_compute_text", inverse="_inverse_text", entry="draft"
    )
    text_body = fields.Html(
        "Text",
        compute="_compute_text",
        inverse="_inverse_text",
        sanitize="email_outgoing",
        entry="draft",
    )
    lang = fields.Char(compute="_compute_lang")
    greeting = fields.Char(compute="_compute_people")
    debtor_name = fields.Char("Customer's name", compute="_compute_people")
    contact_name = fields.Char("Name of the person", compute="_compute_people")
    company_name = fields.Char("Name of our company", compute="_compute_people")
    sender_name = fields.Char("Sender", compute="_compute_people")
    sender_title_text = fields.Char("Sender and capacity", compute="_compute_people")
    sender_phone_text = fields.Char("Telephone (“ on 01 …”)", compute="_compute_people")
    sender_email = fields.Char(
        "E-mail address of the sender", compute="_compute_people"
    )
    items_table = fields.Html(
        "Table of the invoices", compute="_compute_tables", sanitize=False
    )
    payment_block = fields.Html("How to pay", compute="_compute_tables", sanitize=False)
    amount_text = fields.Char("Amount to pay", compute="_compute_figures")
    oldest_days = fields.Integer(
        "Days late of the oldest invoice", compute="_compute_figures"
    )
    invoice_names = fields.Char("Numbers of the invoices", compute="_compute_figures")
    due_text = fields.Char("Due dates", compute="_compute_due_text")

    # Named in the texts of levels: empty where nobody extends them.
    late_payment_text = fields.Char(
        "Paragraph: what the law adds to a late payment",
        compute="_compute_late_payment_text",
    )
    agreements_text = fields.Char(
        "Sentence: what was agreed upon before", compute="_compute_agreements_text"
    )

    printed_on = fields.Datetime(readonly=True)

    @api.model
    def mail_allowed_qweb_expressions(self):
        """Let every admin of ladders use the placeholders, and nothing else."""
        return super().mail_allowed_qweb_expressions() + tuple(
            f"object.{name}" for name in self._get_placeholders()
        )

    @api.model
    def _get_placeholders(self):
        """Return what the texts of levels may name. Each folder adds its own."""
        return PLACEHOLDERS

    def _compute_text(self):
        """Show the frozen or edited text, else the level's text as it would be now."""
        rendered = self.filtered(lambda action: not action.body)._render_texts()
        for action in self:
            subject, body = rendered.get(action.id, (action.subject, action.body))
            action.text_subject, action.text_body = subject, body

    def _inverse_text(self):
        for action in self.filtered(lambda action: action.state == "proposed"):
            if (action.subject, action.body) != (action.text_subject, action.text_body):
                action._write_text(action.text_subject, action.text_body)

    def _write_text(self, subject, body):
        """Keep the text a user wrote, after checking its wording."""
        self.ensure_one()
        self._check_wording(subject, body)
        self._write_facts({"subject": subject, "body": body})
        self._note_edited()

    def _render_texts(self):
        """Render the level's texts, one compilation per text and language.

        :return: {action id: (subject, body)} for the actions that have a text
        """
        texts = {}
        by_template = self.grouped(lambda action: action._get_template())
        for template, actions in by_template.items():
            if not template or not actions.ids:
                continue
            subjects = actions._render(template, "subject")
            bodies = actions._render(template, "body_html")
            for action in actions:
                # A subject is one line, whatever the names in it.
                subject = " ".join((subjects[action.id] or "").split())
                texts[action.id] = (subject, bodies[action.id])
        texts |= self._render_sms()
        calls = self.filtered(lambda action: action.channel in BY_PERSON)
        for action in calls:
            # Who calls reads the script, in his own language.
            reader = action.company_id._dunning_find_lang(action._get_activity_user())
            script = action.with_context(lang=reader).level_id.call_script
            texts[action.id] = (action.level_id.name, script)
        return texts

    def _render(self, template, name):
        """Render a field of a text in the language that it names; of one that names
        none, in that of each reader, whoever clicks or runs.

        :return: ``{action id: text}``
        """
        if template.lang:
            return template._render_field(name, self.ids, compute_lang=True)
        texts = {}
        for lang, actions in self.grouped("lang").items():
            in_lang = template.with_context(lang=lang)
            texts |= in_lang._render_field(name, actions.ids)
        return texts

    def _freeze_texts(self):
        """Write the rendered texts for good, after checking their wording."""
        unwritten = self.filtered(lambda action: not action.is_edited)
        for action in self - unwritten:  # however the text came there
            action._check_wording(action.subject, action.body)
        for action_id, (subject, body) in unwritten._render_texts().items():
            action = self.browse(action_id)
            action._check_wording(subject, body)
            action._write_facts({"subject": subject, "body": body})

    def _check_wording(self, subject, body):
        """Refuse forbidden phrases; a name is a name, even of a bailiff."""
        self.ensure_one()
        names = {
            self.partner_id.name,
            self.contact_id.name,
            self.company_id.name,
            *self.line_ids.mapped("name"),
        }
        self.env["dunning.level"]._raise_forbidden(
            subject, f"{subject or ''}\n{body or ''}", tuple(filter(None, names))
        )

    @api.depends("case_id", "contact_id")
    def _compute_lang(self):
        for action in self:
            partner = action.case_id.partner_id
            company = action.company_id or self.env.company
            action.lang = company._dunning_find_lang(action.contact_id, partner)

    def _get_sender(self):
        """Return the user whose name stands under the message."""
        self.ensure_one()
        company = self.company_id
        user = company._dunning_first_able(
            *self.case_id._get_owners(), company.dunning_user_id
        )
        # A person who sends by hand signs, whoever prints later; the engine never does.
        author = self.user_id if self.queued_on else self.env.user
        author = author.filtered(lambda one: one.id != SUPERUSER_ID)
        return user or author or company._dunning_get_in_charge()

    @api.depends("contact_id", "case_id.user_id", "company_id")
    @api.depends_context("lang", "uid")
    def _compute_people(self):
        for action in self:
            contact, company = action.contact_id, action.company_id
            # An invoice address may be a person or a department: no name is safer.
            is_person = not contact.is_company and contact.type == "contact"
            sender = action._get_sender()
            phone = sender.phone or company.phone
            action.contact_name = contact.name if is_person else False
            action.greeting = self._greet(contact.name if is_person else "")
            action.debtor_name = action.case_id.partner_id.name
            action.company_name = company.name
            action.sender_name = sender.name or self.env._("Accounts department")
            action.sender_email = sender.email or company.email
            # In which capacity somebody signs (letters).
            titles = (action.sender_name, sender.function)
            action.sender_title_text = ", ".join(filter(None, titles))
            action.sender_phone_text = (
                self.env._(" on %(phone)s", phone=phone) if phone else ""
            )

    @api.model
    def _greet(self, name):
        """Return how a letter begins: with the family name where the civility is known.

        :param str name: of a person; empty for a firm or a department
        """
        kind, family = read_civility(name)
        if not kind:
            # "Dear Jane Smith," is usual in English; elsewhere a name alone is curt.
            is_english = (self.env.lang or "en").startswith("en")
            if name and is_english:
                return self.env._("Dear %(name)s,", name=name)
            return self.env._("Hello,")
        titles = {
            WOMAN: self.env._("Mrs"),
            MAN: self.env._("Mr"),
            DOCTOR: self.env._("Doctor"),
            LAWYER: self.env._("Maître"),
        }
        if family:
            return self.env._(
                "Dear %(title)s %(name)s,", title=titles[kind], name=family
            )
        anonymous = {
            WOMAN: self.env._("Dear Madam,"),
            MAN: self.env._("Dear Sir,"),
            DOCTOR: self.env._("Dear Doctor,"),
            LAWYER: self.env._("Dear Maître,"),
        }
        return anonymous[kind]

    @api.depends("line_ids.amount_claimed")
    @api.depends_context("lang")
    def _compute_tables(self):
        qweb = self.env["ir.qweb"]
        # Where to pay is printed on every invoice; only these columns are wanted.
        moves = self.line_ids.move_id.sudo()
        moves.fetch(["name", "payment_reference", "partner_bank_id"])
        self.line_ids.case_line_id._get_billed()  # of all of them at once
        # The items of a batch share their few hundred dates.
        as_date = cache(lambda day: format_date(self.env, day))
        for action in self:
            values = action._get_table_values(as_date)
            action.items_table = qweb._render("account_dunning.items_table", values)
            action.payment_block = qweb._render("account_dunning.payment_block", values)

    def _get_table_values(self, as_date):
        """Return what the table and the payment block show. Each folder adds its own.

        :param as_date: formats a date for the reader
        """
        self.ensure_one()
        sites = self._get_sites()
        return {
            "action": self,
            "rows": [
                line._format(as_date, sites.get(line, ""))
                for line in self._get_object_lines()
            ],
            # What is asked for elsewhere, and only recalled here.
            "recorded": self._describe_recorded(),
            "totals": self._format_amounts(self._get_totals()),
            "credits": self._format_credits(as_date),
            # The one amount that is asked for, below whatever leads to it.
            "demanded": self._format_amounts(self._get_demanded()),
            "bank": self._get_bank(),
            "reference": self._get_payment_reference(),
            "is_courtesy": self.kind == "courtesy",
            "is_part": False,  # what is asked for is less than what is listed
            # What is claimed beside the items, and what to say below them.
            "beside": [],
            "notes": self._describe_late_entries(),
        }

    def _format_amounts(self, amounts):
        """Return amounts by currency as the reader writes them."""
        return [
            format_amount(self.env, amount, currency)
            for currency, amount in amounts.items()
        ]

    def _get_object_lines(self):
        """Return the lines of what the contact asks for: all but what stands there for
        the record (design, rule 2)."""
        return self.line_ids.filtered(lambda line: not line.is_for_record)

    def _get_totals(self):
        """Return one total asked for per currency, never a mixed sum."""
        lines = self._get_object_lines()
        return lines._get_totals(lines)

    def _get_bank(self):
        """Return the bank account to pay into: the invoices', else the company's."""
        self.ensure_one()
        return self.company_id._dunning_get_bank(self._get_object_lines().move_id)

    def _get_payment_reference(self):
        self.ensure_one()
        lines = self._get_object_lines()
        moves = lines.move_id
        if len(moves) == 1 and moves.sudo()._is_dunning_document():  # as the number
            return moves.payment_reference or moves.name
        names = [name for name, _count in count_names(lines.mapped("name"))]
        if len(names) <= SHORT_LIST:
            return ", ".join(names)
        return self.case_id.partner_id.ref or self._get_letter_reference()

    @api.depends("line_ids.amount_claimed", "line_ids.name", "line_ids.days_overdue")
    @api.depends_context("lang")
    def _compute_figures(self):
        for action in self:
            lines = action._get_object_lines()
            amounts = action._format_amounts(action._get_demanded())
            action.amount_text = self._join(amounts)
            action.oldest_days = max(lines.mapped("days_overdue"), default=0)
            action.invoice_names = self._join_few(lines._list_names())

    @api.depends("line_ids.date_due")
    @api.depends_context("lang")
    def _compute_due_text(self):
        """Apart from the other figures: only courtesies name each day in full."""
        for action in self:
            dues = sorted({due for due in action.line_ids.mapped("date_due") if due})
            action.due_text = self._join([self._format_day(day) for day in dues])

    @api.model
    def _join(self, texts):
        """Join texts as in a sentence: "a, b and c"."""
        texts = list(texts)
        if len(texts) < 2:
            return "".join(texts)
        return self.env._(
            "%(first)s and %(last)s", first=", ".join(texts[:-1]), last=texts[-1]
        )

    @api.model
    def _join_few(self, names):
        """Join names so that they fit in a subject line."""
        if len(names) <= SHORT_LIST:
            return self._join(names)
        return self.env._(
            "%(count)s invoices, including %(name)s", name=names[0], count=len(names)
        )

    @api.model
    def _format_day(self, day):
        """Return a day in words, as one writes it in the language of the reader."""
        lang = self.env.lang or ""
        return say_day(format_date(self.env, day, date_format="long"), lang)

    # What the law and what was agreed upon add: see sentences.py for the others.

    def _compute_late_payment_text(self):
        """What the law adds to a late payment: a hook."""
        self.late_payment_text = False

    def _compute_agreements_text(self):
        """What was agreed upon before about these items: a hook."""
        self.agreements_text = False

    # What speaks for the debtor stands beside what he owes, and is deducted: his money
    # that is known and not matched yet, as it was when the contact was prepared.

    def _get_deductions(self):
        """Return what is deducted, the oldest first.

        :rtype: list[Deduction]
        """
        self.ensure_one()
        currencies = self.env["res.currency"]
        return [
            Deduction(
                row["source"],
                row["name"],
                Date.fromisoformat(row["day"]),
                currencies.browse(row["currency_id"]),
                float(row["amount"]),
            )
            for row in self.known_money or ()
        ]

    def _get_payable(self):
        """Return per currency what is left to pay: the items less the known money.

        What the money covers wholly is not asked for at all, unless a person does so
        all the same.
        """
        totals = self._get_totals()
        payable = dict(totals)
        for one in self._get_deductions():
            if one.currency in payable:
                payable[one.currency] -= one.amount
        return {
            currency: currency.round(amount)
            for currency, amount in payable.items()
            if currency.compare_amounts(amount, 0) > 0
        } or totals

    def _get_demanded(self):
        """Return per currency what the contact asks for, all in all: a hook.

        The one amount of a text: subject, demand, table, code to scan and whatever link
        leads to a payment say it. Who adds something to the principal extends it.
        """
        return self._get_payable()

    def _format_credits(self, as_date):
        """Return what the table of a text shows of the known money.

        :param as_date: formats a date for the reader
        """
        self.ensure_one()
        return [
            {
                # The number of a bank line tells the debtor nothing.
                "name": one.name
                if one.source in IN_BOOKS
                else self.env._("Your payment"),
                "date": as_date(one.date),
                "label": self.env._("In your favour, to be deducted")
                if one.source in (CREDIT, CREDIT_NOTE)
                else self.env._("Payment being allocated"),
                "amount": format_amount(self.env, -one.amount, one.currency),
            }
            for one in self._get_deductions()
        ]

    def _get_letter_reference(self):
        """Return the reference by which an answer finds its way back."""
        self.ensure_one()
        return f"D{self.case_id.id}-{self.id}"
