from odoo import api, fields, models
from odoo.tools import format_date

from ...tools import notice as core
from ...tools.channels import POSTED
from ...tools.registration import group_number

#: Signs of a long name or street that surely stand in the window of the envelope.
SURE_IN_WINDOW = 20


class DunningAction(models.Model):
    """The content of a formal notice, checked on the text as it will leave.

    Each mention is looked for in what the debtor will read: the sheet with its
    letterhead, or the message, with the text as somebody edited it. What is missing
    holds the notice back; the checklist on the form says how to mend it.
    """

    _inherit = "dunning.action"

    notice_check = fields.Html(
        "Content of the formal notice",
        compute="_compute_notice_check",
        sanitize=False,
        help="What a formal notice must say, checked on the text as it will leave.",
    )
    is_notice_complete = fields.Boolean(compute="_compute_notice_check")

    @api.depends("text_subject", "text_body", "level_id", "channel", "contact_id")
    @api.depends_context("lang")
    def _compute_notice_check(self):
        for action in self:
            if not action._is_notice_itself():
                action.notice_check, action.is_notice_complete = False, True
                continue
            findings = action._examine_notice(action.text_subject, action.text_body)
            action.is_notice_complete = core.has_all(findings)
            action.notice_check = self.env["ir.qweb"]._render(
                "account_dunning.notice_check",
                {"rows": [action._describe_finding(finding) for finding in findings]},
            )

    def _get_missing_mentions(self):
        """Return in words what the frozen text must still say, and how to mend it."""
        self.ensure_one()
        findings = self._examine_notice(self.subject, self.body)
        rows = [
            self._describe_finding(finding)
            for finding in findings
            if finding.binding and not finding.is_met
        ]
        return [f"{row['label']}: {row['hint']}" for row in rows]

    def _examine_notice(self, subject, body):
        """Return the findings of the core for a text, in the debtor's language."""
        self.ensure_one()
        notice = self.with_context(lang=self.lang)
        text = core.read_html(body or "")
        sheet = "\n".join([subject or "", text, *notice._get_notice_frame()])
        findings = core.examine(subject or "", text, sheet, notice._get_mentions())
        return [*findings, *notice._examine_numbers()]

    def _get_notice_frame(self):
        """Return what the letter prints around its text; an e-mail has no frame."""
        if self.channel not in POSTED:
            return []
        return [
            *self._get_address_lines(self.contact_id),
            self._get_letter_reference(),
            self._get_place_and_date(),
            self.sender_name or "",
            self.sender_email or "",
            core.read_html(self.payment_block or ""),
            *self._get_creditor_lines(),
            *self._get_enclosure_names(),
            self.mediator_text or "",
        ]

    def _get_mentions(self):
        """Return what this notice must say, with the facts it must say it with."""
        mentions = [
            core.Mention("subject", (core.NOTICE_WORDS,), "subject"),
            core.Mention("body", (core.NOTICE_WORDS,), "body"),
            self._mention_creditor(),
            self._mention_debtor(),
            self._mention_items(),
            core.Mention("total", tuple((text,) for text in self._get_total_texts())),
            core.Mention("basis", ((self.legal_basis_text, *core.BASIS_WORDS),)),
            core.Mention("period", (self._get_period_phrases(),)),
            core.Mention("payment", ((self._get_account_text(), "https://"),)),
            core.Mention(
                "reference",
                ((self._get_payment_reference() or "", self._get_letter_reference()),),
            ),
            self._mention_contact(),
            self._mention_enclosures(),
        ]
        if self.company_id._is_under_french_law():
            mentions += self._mention_french()
        return mentions

    def _mention_creditor(self):
        company = self.company_id.sudo()  # printed on every invoice
        groups = [(company.name or "",)]
        if self.channel in POSTED:
            groups += [(company.street or "",), (company.city or "",)]
        return core.Mention("creditor", tuple(groups))

    def _mention_debtor(self):
        """The debtor's name; on paper the whole address in the window."""
        debtor, contact = self.partner_id, self.contact_id
        facts = [debtor.name]
        if self.channel in POSTED:
            facts += [contact.street, contact.city]
        # What is too long for the window ends at a word: its beginning is enough.
        return core.Mention(
            "debtor",
            tuple((fact or "", (fact or "")[:SURE_IN_WINDOW]) for fact in facts),
        )

    def _mention_items(self):
        """Each invoice: number, date, due date, balance."""
        groups = []
        for line in self._get_object_lines():
            groups += [
                (line.name or "",),
                self._get_day_phrases(line.date_due),
                (line._format_shown(), f"{line._get_shown():.2f}"),
            ]
            if line.invoice_date:
                groups.append(self._get_day_phrases(line.invoice_date))
        return core.Mention("items", tuple(groups) or ((),), "body")

    def _examine_numbers(self):
        """Yield whether each item of an entry has a number and a due date of its own:
        what an opening balance says as a whole tells the debtor of no invoice, and no
        text can say what the books do not know."""
        # What the debtor is told of his items is no secret.
        items = self.line_ids.move_line_id.sudo()
        items = items.filtered(lambda item: not item.move_id._is_dunning_document())
        if items:
            unnamed = items._find_dunning_unnamed()
            names = tuple(item._get_dunning_number() for item in unnamed)
            yield core.Finding("numbers", names, True)

    def _get_day_phrases(self, day):
        """Return the ways in which a day may be written, the table's first."""
        if not day:
            return ()
        return (
            format_date(self.env, day),
            format_date(self.env, day, date_format="long"),
            day.strftime("%d/%m/%Y"),
            day.isoformat(),
        )

    def _get_total_texts(self):
        return self._format_amounts(self._get_demanded())

    def _get_period_phrases(self):
        """Return the period and the ways to write it; nothing where there is none."""
        days = self.level_id.deadline_days
        if not days:
            return ()
        phrases = [self.period_text, f"{days} jours", f"{days} days"]
        return (*phrases, *self._get_day_phrases(self.deadline))

    def _get_account_text(self):
        bank = self._get_bank()
        return bank.sanitized_acc_number or bank.acc_number or ""

    def _mention_contact(self):
        """Who answers: a person, with a telephone number or an e-mail address."""
        sender = self._get_sender()
        ways = (sender.email, sender.phone, self.company_id.phone)
        return core.Mention(
            "contact", ((sender.name or "",), tuple(filter(None, ways)))
        )

    def _mention_enclosures(self):
        names = self._get_document_lines().move_id.mapped("name")
        is_promised = self.level_id.attach_invoices
        groups = tuple((name,) for name in names if name) if is_promised else ((),)
        return core.Mention("enclosures", groups, binding=is_promised)

    def _mention_french(self):
        """What French law adds: the number of registration, the mediator."""
        company = self.company_id.sudo()  # printed on every invoice
        grouped = group_number(company.company_registry)[1]
        numbers = (grouped, company.company_registry, company.vat)
        yield core.Mention("registration", (tuple(filter(None, numbers)),))
        if self.partner_id.dunning_debtor_kind == "consumer":
            mediator = (company.dunning_mediator or "").strip().split("\n")[0]
            yield core.Mention("mediator", ((mediator,),))

    # In words

    def _describe_finding(self, finding):
        """Return a row of the checklist, in the language of who reads it."""
        label, hint = self._get_mention_words()[finding.code]
        missing = [
            text
            for text in finding.missing
            if text.strip() and text != core.UNKNOWN_FACT
        ]
        if missing:
            hint = f"{hint} ({', '.join(missing[:3])})"
        return {
            "label": label,
            "hint": "" if finding.is_met else hint,
            "is_met": finding.is_met,
            "binding": finding.binding,
        }

    @api.model
    def _get_mention_words(self):
        """Map each mention to its name and to how it is mended."""
        return {
            "subject": (
                self.env._("“Formal notice” in the subject"),
                self.env._("write “formal notice” (mise en demeure) in the subject"),
            ),
            "body": (
                self.env._("“Formal notice” in the text"),
                self.env._("write “formal notice” (mise en demeure) in the text"),
            ),
            "creditor": (
                self.env._("The creditor's name and address"),
                self.env._("complete the address of the company"),
            ),
            "registration": (
                self.env._("The creditor's SIREN or VAT number"),
                self.env._("enter the company ID or the tax ID on the company"),
            ),
            "debtor": (
                self.env._("The debtor's name and full address"),
                self.env._("complete the address of the recipient"),
            ),
            "items": (
                self.env._("Each invoice: number, date, due date, balance"),
                self.env._("put the table of invoices back into the text"),
            ),
            "numbers": (
                self.env._("Each item: a number and a due date of its own"),
                self.env._(
                    "enter the number of the invoice as the label of the journal item, "
                    "and its due date"
                ),
            ),
            "total": (
                self.env._("The amount claimed"),
                self.env._("write the total into the text"),
            ),
            "basis": (
                self.env._("The legal or contractual basis"),
                self.env._("name what the claim is based on"),
            ),
            "period": (
                self.env._("A clear period to pay"),
                self.env._("name the period; it is set on the level"),
            ),
            "payment": (
                self.env._("How to pay (bank account or link)"),
                self.env._("enter the bank account of the company"),
            ),
            "reference": (
                self.env._("The reference to quote"),
                self.env._("write the reference of the payment into the text"),
            ),
            "contact": (
                self.env._("A person to contact, who signs"),
                self.env._(
                    "choose a collector for the case or the company, with an e-mail "
                    "address or a phone number"
                ),
            ),
            "enclosures": (
                self.env._("The invoices are enclosed"),
                self.env._("tick “Attach invoices” on the level"),
            ),
            "mediator": (
                self.env._("The consumer mediator"),
                self.env._("enter the mediator in the settings of dunning"),
            ),
        }
