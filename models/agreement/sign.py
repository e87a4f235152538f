from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..contact.event import Event

AGREEMENT = "account_dunning.dunning_plan_report"


class DunningPlanAgree(models.Model):
    """Agree: the written agreement is sent, signed on paper or on line, and changed
    by a new version only."""

    _inherit = "dunning.plan"

    proposed_on = fields.Date(readonly=True, copy=False)
    answer_by = fields.Date(
        copy=False,
        help="Until this day the proposal keeps its invoices back. Without a "
        "signature by then it lapses.",
    )
    agreement_id = fields.Many2one(
        "ir.attachment",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The agreement as it was sent.",
    )
    signed_on = fields.Date(
        copy=False, help="The day of the signature. It acknowledges the debt."
    )
    signed_by = fields.Char(
        copy=False, help="Who signed for the customer, as written on the agreement."
    )
    signed_as = fields.Char(
        "Capacity",
        copy=False,
        help="In which capacity, for example manager or accountant with power to sign.",
    )
    signature = fields.Binary(
        copy=False, attachment=True, help="The signature given on line."
    )

    def _check_terms(self):
        """Refuse what cannot be agreed upon, in words."""
        self.ensure_one()
        self._check_case_is_open()
        if not self.line_ids:
            raise UserError(
                self.env._("Choose the invoices that the payment plan is about.")
            )
        if not self.instalment_ids:
            raise UserError(self.env._("The payment plan has no instalments."))
        if problem := self._find_sum_problem():
            raise UserError(problem)
        lines = self.line_ids.sudo()  # as for the amounts a case shows
        open_amount = sum(lines.mapped("amount_residual"))
        if self.currency_id.compare_amounts(self.amount, open_amount) > 0:
            raise UserError(
                self.env._(
                    "The plan is about %(amount)s, but only %(open)s is open of its "
                    "invoices: lower the sum, or choose more invoices.",
                    amount=self._format(self.amount),
                    open=self._format(open_amount),
                )
            )
        if self.interest_method != "none" and self.interest_rate <= 0:
            raise UserError(
                self.env._("Enter the rate of the interest, or choose no interest.")
            )

    def action_propose(self):
        """Send the agreement to be signed; above the thresholds a credit manager
        approves first, and gets a task for it."""
        self.check_access("write")
        waiting = self.browse()
        for plan in self:
            if plan.state != "draft":
                raise UserError(
                    self.env._("%(plan)s was proposed already.", plan=plan.display_name)
                )
            plan._check_terms()
            if plan._needs_approval():
                if not plan.may_approve:
                    plan._ask_approval()
                    waiting |= plan
                    continue
                plan.action_approve()
            plan._propose()
        return waiting._notify_waiting() if waiting else True

    def _notify_waiting(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "A credit manager must approve it first: %(reasons)s. The task has "
                    "been planned.",
                    reasons=self[0].approval_reason,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _propose(self):
        company = self.company_id
        today = company._dunning_today()
        days = company.dunning_plan_answer_days
        answer_by = max(self.answer_by or today, fields.Date.add(today, days=days))
        self.sudo().write(  # how far a plan is follows from what happens
            {"state": "proposed", "proposed_on": today, "answer_by": answer_by}
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
        return self.contact_id.lang or self.case_id._get_lang()

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
        picture of it.

        :param signed_on: the day of the signature (what was entered, else today)
        :param signed_by: who signed (what was entered, else the person it was agreed
            with)
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
            plan._accept(signed_on, signed_by, signature)
        return True

    def _accept(self, signed_on, signed_by, signature):
        today = self.company_id._dunning_latest_day(signed_on, self.signed_on)
        day = signed_on or self.signed_on or today
        if day > today:
            raise UserError(
                self.env._(
                    "The agreement cannot have been signed on %(date)s: that day has "
                    "not come yet.",
                    date=format_date(self.env, day),
                )
            )
        contact = self.contact_id or self.case_id._get_contact()
        values = {
            "state": "accepted",
            "signed_on": day,
            "signed_by": signed_by or self.signed_by or contact.name,
        }
        if signature:
            values["signature"] = signature
        self.sudo().write(values)  # how far a plan is follows from what happens
        self._keep_items_back(self.date_last)
        self._replace_former()
        self._on_made()
        self.case_id._message_log(
            body=self.env._(
                "%(plan)s: signed on %(date)s by %(name)s.",
                plan=self.display_name,
                date=format_date(self.env, day),
                name=self.signed_by,
            ),
            attachment_ids=self.document_ids.ids,
        )

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

    def _get_window(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment plan"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.model
    def _get_plan_template(self, what):
        return self.env.ref(f"account_dunning.mail_template_plan_{what}")

    def _announce_plan(self, what, day=None):
        """Tell the debtor about a plan, a single time."""
        events = [
            Event(
                f"plan.{what},{plan.id}",
                plan.case_id,
                plan._get_plan_template(what),
                plan.line_ids,
            )
            for plan in self
        ]
        return self.env["dunning.action"]._announce(events, day)
