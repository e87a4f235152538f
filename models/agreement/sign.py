from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.image import base64_to_image

from ...tools import instalments as core
from ...tools.registration import group_number
from ..contact.event import Event

AGREEMENT = "account_dunning.dunning_plan_report"


class DunningPlan(models.Model):
    """Agree: the written agreement is sent, signed on paper or on line, and changed
    by a new version only."""

    _inherit = "dunning.plan"

    proposed_on = fields.Date(readonly=True, copy=False)
    answer_by = fields.Date(
        copy=False,
        help="Until this day the proposal keeps its invoices back. Without a "
        "signature by then it lapses.",
        entry="proposed",
    )
    agreement_id = fields.Many2one(
        "ir.attachment",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The agreement as it was sent.",
    )
    signed_on = fields.Date(
        copy=False,
        help="The day of the signature. It acknowledges the debt.",
        entry="proposed",
    )
    signed_by = fields.Char(
        copy=False,
        help="Who signed for the customer, as written on the agreement.",
        entry="proposed",
    )
    signed_as = fields.Char(
        "Capacity",
        copy=False,
        help="In which capacity, for example manager or accountant with power to sign.",
        entry="proposed",
    )
    signature = fields.Binary(
        copy=False,
        attachment=True,
        help="The signature given on line.",
        entry="proposed",
    )

    average_delay = fields.Integer(
        "Paid later by (days)",
        compute="_compute_cash_effect",
        help="By how many days the money comes later than it was due, on average: "
        "each day weighs as much as what is paid on it.",
    )
    cash_effect = fields.Html(
        "Effect on cash",
        compute="_compute_cash_effect",
        sanitize=False,
        help="What comes in each month, as it was due and as planned. What is late "
        "already was due this month.",
    )

    previous_id = fields.Many2one(
        "dunning.plan",
        "Former version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The plan that this one replaces once it is signed.",
    )
    version = fields.Integer(readonly=True, default=1, copy=False)
    seal_ids = fields.One2many(
        "dunning.seal", "plan_id", "Fingerprints", readonly=True, copy=False
    )

    def _check_terms(self):
        self.ensure_one()
        self._check_case_is_open()
        self._check_lawful()
        self.case_id._check_money_is_matched(
            self.env._("The payment plan cannot be proposed yet")
        )
        if self.state != "draft":
            raise UserError(
                self.env._("%(plan)s was proposed already.", plan=self.display_name)
            )
        if not self.line_ids:
            raise UserError(
                self.env._("Choose the invoices that the payment plan is about.")
            )
        if not self.instalment_ids:
            raise UserError(self.env._("The payment plan has no instalments."))
        if problem := self._find_sum_problem():
            raise UserError(problem)
        self._check_terms_are_possible()
        self._check_days_are_to_come()
        self._check_sum_is_open()
        if self.interest_method != "none" and self.interest_rate <= 0:
            raise UserError(
                self.env._("Enter the rate of the interest, or choose no interest.")
            )

    def action_propose(self):
        """Send the agreement to be signed; above the thresholds a credit manager
        approves first, and gets a task for it."""
        ready = self._approve_or_ask()
        for plan in ready:
            plan._propose()
        return (self - ready)._notify_waiting()

    def action_approve(self):
        """Approve plans that are above the thresholds.

        :raises AccessError: for whoever is no credit manager
        """
        self._approve()
        return True

    def _propose(self):
        company = self.company_id
        today = company._dunning_today()
        days = company.dunning_plan_answer_days
        answer_by = max(self.answer_by or today, fields.Date.add(today, days=days))
        self.sudo().write(  # how far a plan is follows from what happens
            {
                "state": "proposed",
                "proposed_on": today,
                "answer_by": answer_by,
                **self._freeze_conditions(),
            }
        )
        self._make_agreement()
        self._keep_items_back(self.answer_by)
        self._announce_plan("proposed")
        self.case_id._message_log(
            body=self.env._("%(plan)s: proposed.", plan=self.display_name)
        )

    def _make_agreement(self):
        """Keep the agreement as it is sent."""
        report = self.env["ir.actions.report"]
        content, kind = report._render_qweb_pdf(AGREEMENT, self.ids)
        self.sudo().agreement_id = self.env["ir.attachment"].create(
            {
                "name": f"{self._get_agreement_name()}.{kind}",
                "raw": content,
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self._seal([(self.agreement_id, "agreement")])

    def _seal(self, documents):
        """Take the fingerprints of documents of the plan.

        :param documents: ``[(attachment, kind of the seal), …]``
        """
        self.env["dunning.seal"]._take(
            [(self, attachment, kind) for attachment, kind in documents]
        )

    def _find_signed_documents(self):
        """Return what shows that it was signed: scans, and a signature given on line;
        neither what was marked as void, nor the agreement as we sent it."""
        files = self.env["ir.attachment"].sudo()  # the host hides the file of a field
        documents = self.document_ids.sudo()
        signature = files.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", "signature"),
            ]
        )
        sent = self.agreement_id.sudo().checksum
        return signature | documents.filtered(
            lambda file: not file.dunning_void_text and file.checksum != sent
        )

    def _get_versions(self):
        """A new version takes the place of those before it."""
        versions, found = self, self
        while found := found.previous_id - versions:
            versions |= found
        return versions

    def action_check_documents(self):
        """Compute the fingerprints of the agreement again, and tell."""
        self.ensure_one()
        self.check_access("write")
        self.seal_ids._check()
        self.case_id._message_log(
            body=self.env._(
                "%(plan)s: documents checked. %(found)s",
                plan=self.display_name,
                found="; ".join(self.seal_ids._describe()),
            )
        )
        return self.seal_ids._tell()

    def _get_agreement_name(self):
        self.ensure_one()
        plan = self.with_context(lang=self._get_lang())
        name = plan.env._(
            "Payment agreement %(reference)s", reference=self._get_reference()
        )
        return name.replace("/", "-")

    def _get_reference(self):
        """Return the reference by which an answer finds its way back."""
        self.ensure_one()
        return f"E{self.case_id.id}-{self.id}"

    def _get_lang(self):
        self.ensure_one()
        return self.case_id._get_lang(self.contact_id)

    def action_print_agreement(self):
        """Open the agreement as it was sent; a draft as it would be."""
        self.ensure_one()
        self.check_access("read")
        if self.agreement_id:
            return {
                "type": "ir.actions.act_url",
                "url": f"/web/content/{self.agreement_id.id}?download=true",
                "target": "self",
            }
        return self.env.ref(AGREEMENT).report_action(self)

    def action_accept(self, signed_on=None, signed_by=None, signature=None):
        """Record the signature: from now on the plan runs.

        On paper, the scan is among the documents; on line, ``signature`` is the
        picture of it. Without either it runs all the same, its proof is missing.

        :param signed_on: the day of the signature (what was entered when None)
        :param signed_by: who signed (what was entered when None)
        :raises UserError: without who signed and when, and when the conditions have
            changed since the agreement was sent
        """
        self.check_access("write")
        signed_on = self.env["res.company"]._dunning_read_day(signed_on)
        for plan in self:
            if plan.state != "proposed":
                raise UserError(
                    self.env._(
                        "%(plan)s is not waiting for a signature: propose it first.",
                        plan=plan.display_name,
                    )
                )
            plan._accept(signed_on or plan.signed_on, signed_by, signature)
        return True

    def _accept(self, day, signed_by, signature):
        name = str(signed_by or self.signed_by or "").strip()
        self._check_signed(day, name)
        self._check_is_as_sent()
        waiting = self._find_unsent()
        values = {"state": "accepted", "signed_on": day, "signed_by": name}
        if signature:
            base64_to_image(signature)  # refuses, in words, what is no picture
            values["signature"] = signature
        self.sudo().write(values)  # how far a plan is follows from what happens
        self._keep_items_back(self.date_last)
        self._replace_former()
        self._on_made()
        self._log_signed()
        if waiting:
            self._send_what_was_signed(waiting)

    def _check_signed(self, day, name):
        """Refuse a signature of nobody, of no day, or of one that cannot be."""
        if day:
            self.company_id._dunning_check_happened(
                day,
                self.env._("Signature of %(plan)s", plan=self.display_name),
                self.proposed_on,
                self.env._("when the agreement was proposed"),
            )
        if not (day and name):
            raise UserError(
                self.env._(
                    "%(plan)s: enter who signed it and on which day, as written on the "
                    "agreement (“Signed…”).",
                    plan=self.display_name,
                )
            )

    def _log_signed(self):
        text = self.env._(
            "%(plan)s: signed on %(date)s by %(name)s.",
            plan=self.display_name,
            date=format_date(self.env, self.signed_on),
            name=self.signed_by,
        )
        if self.is_proof_missing:
            text = self.env._("%(text)s The proof is missing.", text=text)
        self.case_id._message_log(body=text, attachment_ids=self.document_ids.ids)

    def action_cancel(self):
        """Call a plan off: the reminders go on."""
        self.check_access("write")
        for plan in self:
            if plan.state not in ("draft", "proposed", "accepted"):
                raise UserError(
                    self.env._("%(plan)s is over already.", plan=plan.display_name)
                )
            plan._end(
                "cancelled",
                self.env._("Cancelled by %(user)s.", user=self.env.user.name),
            )
        return True

    @api.model
    def _get_title(self):
        return self.env._("Payment plan")

    @api.model
    def _get_plan_template(self, what):
        return self.env.ref(f"account_dunning.mail_template_plan_{what}")

    def _announce_plan(self, what, day=None):
        """Tell the debtor about a plan, a single time."""
        events = [
            Event(f"plan.{what}", plan, plan._get_plan_template(what), plan.line_ids)
            for plan in self
        ]
        return self.env["dunning.action"]._announce(events, day)

    # Approval: above the company's thresholds a credit manager looks at the effect on
    # cash before a plan is proposed (requirement R50).

    @api.depends("amount", "date_first", "instalment_ids.date")
    def _compute_approval_reason(self):
        return super()._compute_approval_reason()

    def _find_approval_reasons(self):
        company, reasons = self.company_id, super()._find_approval_reasons()
        if not company:
            return reasons
        today = company._dunning_today()
        amount = self.currency_id._convert(
            self.amount, company.currency_id, company, today
        )
        most = company.dunning_plan_max_amount
        if company.currency_id.compare_amounts(amount, most) > 0:
            reasons.append(
                self.env._("the sum is above %(amount)s", amount=self._format(most))
            )
        days = [day for day in self.instalment_ids.mapped("date") if day]
        longest = company.dunning_plan_max_months
        if days and core.months_between(today, max(days)) > longest:
            reasons.append(
                self.env._("it lasts more than %(count)s months", count=longest)
            )
        # Who has to wait for the first payment has been promised it for that day.
        ahead = company._dunning_read_leeway("collector")
        if self._puts_off(days) and min(days) > ahead.last_day(today):
            reasons.append(
                self.env._(
                    "its first payment is more than %(count)s days away",
                    count=ahead.days_ahead,
                )
            )
        return reasons

    def _puts_off(self, days):
        """Tell whether the plan gives more time for the next payment than there was: a
        new version may keep the day of the one before.

        :param days: those of its instalments
        """
        former = self.previous_id.instalment_ids
        former = former.filtered(lambda row: row.state != "paid").mapped("date")
        return bool(days) and not (former and min(days) <= min(former))

    @api.depends(
        "instalment_ids.date", "instalment_ids.amount", "line_ids", "amount", "state"
    )
    @api.depends_context("lang")
    def _compute_cash_effect(self):
        for plan in self:
            dues, rows = plan._get_due_rows(), plan._get_planned_rows()
            plan.average_delay = core.average_delay(dues, rows) if rows else 0
            plan.cash_effect = plan._render_cash_effect(dues, rows)

    def _get_due_rows(self):
        """Return the sum as it was due, invoice by invoice: the oldest first."""
        left, rows = self._decimal(self.amount), []
        lines = self.line_ids.sudo()  # as for the amounts a case shows
        for line in lines.sorted(lambda line: (line.date_due, line.id)):
            part = min(self._decimal(line.amount_residual), left)
            if part > 0:
                rows.append((line.date_due, part))
                left -= part
        return rows

    def _get_planned_rows(self):
        return [
            (row.date, self._decimal(row.amount))
            for row in self.instalment_ids
            if row.date
        ]

    def _render_cash_effect(self, dues, rows):
        """Return a small table: month, as due, as planned."""
        if not rows:
            return False
        today = self.company_id._dunning_today()
        due, planned = core.cash_by_month(dues, today), core.cash_by_month(rows, today)
        row_of = Markup(
            "<tr><td>%s</td><td class='text-end'>%s</td>"
            "<td class='text-end'>%s</td></tr>"
        )
        body = Markup("").join(
            row_of
            % (
                format_date(self.env, month, date_format="MMMM yyyy"),
                self._format(float(due.get(month, 0))) if month in due else "",
                self._format(float(planned.get(month, 0))) if month in planned else "",
            )
            for month in sorted({*due, *planned})
        )
        return Markup(
            "<table class='table table-sm w-auto'><thead><tr><th>%s</th>"
            "<th class='text-end'>%s</th><th class='text-end'>%s</th></tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (
            self.env._("Month"),
            self.env._("As it was due"),
            self.env._("As planned"),
            body,
        )

    def _get_approval_note(self):
        return self.env._(
            "%(plan)s (%(amount)s, until %(date)s) waits for your approval: "
            "%(reasons)s. On average the money comes %(days)s days later than it was "
            "due.",
            plan=self.display_name,
            amount=self._format(self.amount_total),
            date=format_date(self.env, self.date_last),
            reasons=self.approval_reason,
            days=self.average_delay,
        )

    def _get_approval_summary(self):
        return self.env._("Approve the payment plan (%(id)s)", id=self.id)

    # Change by agreement: a new version about what is left, the old one kept.

    def _replace_former(self):
        former = self.previous_id
        if former.state in ("proposed", "accepted"):
            former._end(
                "replaced",
                self.env._("Replaced by version %(number)s.", number=self.version),
            )

    def action_change(self):
        """Open a new version about what is left; this one runs until it is signed."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("proposed", "accepted"):
            raise UserError(
                self.env._("Only a plan that is proposed or runs has a new version.")
            )
        return self._make_version()._get_window()

    def _make_version(self):
        """Return a draft with the instalments that are not paid yet."""
        filled = self._fill(self._get_known()[self].covered)
        rows = []
        for row in self._get_rows():
            left = self.currency_id.round(row.amount - filled[row])
            if left > 0:
                rows.append({"date": row.date, "amount": left})
                rows[-1]["interest"] = min(row.interest, left)
        left = sum(row["amount"] - row["interest"] for row in rows)
        # What it is a version of is a fact: see dunning.guarded.
        version = self.sudo().copy(
            {
                "amount": self.currency_id.round(left),
                "count": len(rows),
                "date_first": rows[0]["date"] if rows else self.date_first,
                "down_payment": 0,
                "instalment_ids": [fields.Command.create(row) for row in rows],
            }
        )
        version.write({"previous_id": self.id, "version": self.version + 1})
        return version.sudo(self.env.su)

    # What the written agreement says, in the debtor's language.

    def _get_party_lines(self, partner):
        """Return name, address and registration of a party."""
        self.ensure_one()
        lines = self.env["dunning.action"]._get_address_lines(partner)
        # The registrations stand on every invoice; they are no secret.
        kind, number = group_number(partner.sudo().company_registry)
        if kind:
            lines.append(f"{kind} {number}")
        elif number:
            lines.append(self.env._("Registration: %(number)s", number=number))
        if partner.vat:
            lines.append(self.env._("VAT: %(number)s", number=partner.vat))
        return lines

    def _get_amount_in_words(self):
        self.ensure_one()
        # Odoo Writes It Like A Title.
        return self.currency_id.amount_to_text(self.amount).lower()

    def _format_invoices(self):
        """Return the rows of the invoices: what was open when it was proposed."""
        self.ensure_one()
        day_of = self.env["dunning.action"]._format_day
        start = {cover.line_id.id: cover.balance_start for cover in self._get_covers()}
        lines = self.line_ids.sorted(lambda line: (line.date_due, line.id))
        return [
            {
                "name": line.name or "",
                "date": day_of(line.invoice_date),
                "due": day_of(line.date_due),
                # As for the amounts a case shows.
                "amount": self._format(start.get(line.id, line.sudo().amount_residual)),
            }
            for line in lines
        ]

    def _format_rate(self):
        """Return the rate as it is written: "6" or "6.25" in the language."""
        self.ensure_one()
        code = self.env.lang or "en_US"
        text = self.env["res.lang"]._lang_get(code).format("%.3f", self.interest_rate)
        return text.rstrip("0").rstrip(".,")

    def _get_bank_text(self):
        """Return where to pay, as on the invoices."""
        self.ensure_one()
        bank = self.company_id._dunning_get_bank(self.line_ids.move_id)
        return bank.acc_number or ""

    def _get_notice_emails(self):
        contact = self.contact_id or self.case_id._get_contact("email")
        emails = [self.company_id.email, contact.email]
        return ", ".join(filter(None, emails))
