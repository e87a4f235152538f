from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ...tools.channels import POSTED
from ...tools.notice import DAYS_BY_POST

#: More agreements than this are not recalled in a text: the last ones count.
MOST_RECALLED = 3
#: Whoever did not keep an agreement has so many days to pay, at least.
LEAST_DAYS_TO_PAY = 3
#: What a text about an agreement can name (see ``dunning.commitment``).
EVENT_TEXTS = (
    "agreement_text",
    "agreement_amount_text",
    "agreement_date_text",
    "agreement_left_text",
    "agreement_next_text",
    "fallback_text",
)
#: What a text about a payment plan or an offer can name.
PLAN_TEXTS = (
    "plan_table",
    "plan_date_text",
    "plan_amount_text",
    "plan_total_text",
    "plan_left_text",
    "plan_answer_text",
    "plan_notice_text",
    "plan_period_text",
    "plan_revived_text",
    "plan_signed_text",
    "plan_reference",
    "offer_total_text",
    "offer_discount_text",
    "offer_amount_text",
    "offer_until_text",
)
#: What a contact outside the ladder may be about here.
AGREEMENTS = ("dunning.promise", "dunning.plan", "dunning.offer")
#: On which day an agreement was told, by kind.
TOLD_ON = {
    "dunning.promise": ("promised_on",),
    "dunning.plan": ("signed_on", "proposed_on"),
    "dunning.offer": ("sent_on",),
}


class DunningAction(models.Model):
    """What texts say about promises, plans, offers and disputes."""

    _inherit = "dunning.action"

    agreement_text = fields.Char(compute="_compute_agreement")
    agreement_amount_text = fields.Char(compute="_compute_agreement")
    agreement_date_text = fields.Char(compute="_compute_agreement")
    agreement_left_text = fields.Char(compute="_compute_agreement")
    agreement_next_text = fields.Char(compute="_compute_agreement")
    agreement_pay_by_text = fields.Char(compute="_compute_agreement_pay_by_text")
    fallback_text = fields.Char(compute="_compute_agreement")

    plan_id = fields.Many2one("dunning.plan", compute="_compute_about")
    plan_line_id = fields.Many2one("dunning.plan.line", compute="_compute_about")
    offer_id = fields.Many2one("dunning.offer", compute="_compute_about")
    plan_table = fields.Html(compute="_compute_plan_table", sanitize=False)
    plan_date_text = fields.Char(compute="_compute_plan_texts")
    plan_amount_text = fields.Char(compute="_compute_plan_texts")
    plan_total_text = fields.Char(compute="_compute_plan_texts")
    plan_left_text = fields.Char(compute="_compute_plan_texts")
    plan_answer_text = fields.Char(compute="_compute_plan_texts")
    plan_notice_text = fields.Char(compute="_compute_plan_texts")
    plan_period_text = fields.Char(compute="_compute_plan_texts")
    plan_revived_text = fields.Char(compute="_compute_plan_texts")
    plan_signed_text = fields.Char(compute="_compute_plan_texts")
    plan_reference = fields.Char(compute="_compute_plan_texts")
    offer_total_text = fields.Char(compute="_compute_offer_texts")
    offer_discount_text = fields.Char(compute="_compute_offer_texts")
    offer_amount_text = fields.Char(compute="_compute_offer_texts")
    offer_until_text = fields.Char(compute="_compute_offer_texts")

    def _get_agreement(self):
        """Return the agreement that a contact outside the ladder is about, if any."""
        is_about_one = self.event_model in AGREEMENTS
        return self._get_event_source() if is_about_one else None

    def _get_event_outdated_reason(self):
        reason = super()._get_event_outdated_reason()
        agreement = self._get_agreement()
        return reason or (agreement and agreement._get_outdated_reason(self)) or ""

    @api.depends("event", "event_res_id")
    @api.depends_context("lang")
    def _compute_agreement(self):
        for action in self:
            agreement = action._get_agreement()
            texts = agreement._get_event_texts() if agreement else {}
            for name in EVENT_TEXTS:
                action[name] = texts.get(name)

    # Days that a text about an agreement names

    @api.depends("event", "queued_on", "channel")
    @api.depends_context("lang")
    def _compute_agreement_pay_by_text(self):
        """The last day before a reminder may follow, which leaves time to pay."""
        for action in self:
            gap = max(action.case_id.ladder_id.contact_gap_days, LEAST_DAYS_TO_PAY)
            day = action._get_reading_day() + timedelta(days=gap)
            action.agreement_pay_by_text = action._format_day(day)

    def _get_reading_day(self):
        """Return the day on which the debtor has it, as far as it can be known when it
        is written: an e-mail when it leaves, a letter some days after it is posted."""
        self.ensure_one()
        company = self.company_id or self.env.company
        day = self.queued_on or self.date or company._dunning_today()
        if self.channel in POSTED:
            return day + timedelta(days=DAYS_BY_POST)
        if self.is_stamped or self.delivered_on:
            return self.delivered_on or day
        return company._dunning_to_day(company._dunning_sending_time(day))

    def _get_received_on(self):
        """Return the day on which a delivered contact counts as received, from which
        a period runs; None while nobody knows.

        An e-mail on the day of its delivery; a letter on that of its presentation or
        receipt, where nobody knows either some days after it was posted.
        """
        self.ensure_one()
        if not self.delivered_on:
            return None
        if self.channel not in POSTED:
            return self.delivered_on
        known = self.presentation_date or self.receipt_date
        return known or self.delivered_on + timedelta(days=DAYS_BY_POST)

    def _describe_plan_period(self, days, last):
        """Say how long a missed instalment can still be paid: a period that runs from
        the receipt has no date in a letter.

        :param last: the last day, where the day of the receipt is known
        """
        if self.channel in POSTED:
            return self.env._(
                "within %(days)s days of receiving this letter", days=days
            )
        return self.env._(
            "by %(date)s at the latest, %(days)s days after this message",
            date=self._format_day(last),
            days=days,
        )

    # What a contact about a payment plan asks for, and by which reference

    def _get_payment_reference(self):
        """A contact about a plan asks for the reference of its agreement: one debt, one
        reference, in its messages, its letters and their code to scan."""
        plan = self.plan_id
        return plan._get_reference() if plan else super()._get_payment_reference()

    def _get_demanded(self):
        """A contact about an agreement asks for what its text names: what is missing of
        an instalment, what was promised, what an offer asks for."""
        row, plan = self.plan_line_id, self.plan_id
        if row:
            return {plan.currency_id: self._get_missing(plan, row)}
        agreement = self._get_agreement()
        amount = agreement._get_asked_for(self.event) if agreement else None
        if amount is None:
            return super()._get_demanded()
        return {agreement.currency_id: agreement.currency_id.round(amount)}

    @api.model
    def _get_missing(self, plan, row):
        """Return what is missing of an instalment; a part may have moved elsewhere."""
        missing = plan._get_expected(row) - row.amount_paid
        return plan.currency_id.round(min(missing, plan.amount_left))

    # Past agreements, in the later texts

    @api.depends("line_ids.case_line_id")
    @api.depends_context("lang")
    def _compute_agreements_text(self):
        """Recall the agreements on the invoices that a contact is about."""
        by_line = self._read_agreements()
        for action in self:
            sources = {
                source
                for line in action.line_ids.case_line_id
                for source in by_line.get(line.id, ())
            }
            recent = sorted(sources, key=lambda one: (one.create_date, one.id))
            texts = [
                source._describe_for_debtor() for source in recent[-MOST_RECALLED:]
            ]
            is_about_one = action._is_outside_ladder()
            action.agreements_text = not is_about_one and " ".join(filter(None, texts))

    def _read_agreements(self):
        """Map ids of case lines to the agreements on them, in one query and one more
        for each kind there is."""
        covers = self.env["dunning.cover"].with_context(active_test=False)
        covers = covers.search_fetch(
            [("case_id", "in", self.case_id.ids)],
            ["line_id", "res_model", "source_id"],
        )
        by_line = defaultdict(set)
        for model, of_model in covers.grouped("res_model").items():
            if not hasattr(self.env[model], "_describe_for_debtor"):
                continue
            sources = self.env[model].browse({*of_model.mapped("source_id")}).exists()
            known = set(sources.ids)
            for cover in of_model:
                if cover.source_id in known:
                    source = sources.browse(cover.source_id)
                    by_line[cover.line_id.id].add(source.with_prefetch(sources.ids))
        return by_line

    def _read_news(self):
        """An agreement since a message is news: it was not left unanswered."""
        news = super()._read_news()
        asked = self._get_object_lines_of_all()
        by_line = self._read_agreements()
        for line in asked:
            for agreement in by_line.get(line.id, ()):
                names = TOLD_ON.get(agreement._name, ())
                days = [agreement[name] for name in names if agreement[name]]
                made = agreement.company_id._dunning_to_day(agreement.create_date)
                self._note_news(news, line.ids, max(days, default=made))
        return news

    def _get_agreements_below(self):
        """Return the agreements to print below the table, in texts that do not place
        them themselves: an older text, or one that somebody wrote, recalls them too."""
        self.ensure_one()
        if self.kind == "courtesy":
            return ""
        body = self._get_template().sudo().body_html or ""  # a text, whoever prints
        return "" if "object.agreements_text" in body else self.agreements_text

    # What the texts about payment plans and offers can say.

    @api.depends("event", "event_res_id")
    def _compute_about(self):
        for action in self:
            agreement = action._get_agreement()
            model = action.event_model
            action.plan_id = agreement if model == "dunning.plan" else False
            action.plan_line_id = action.plan_id.instalment_ids.filtered(
                lambda row, key=action.event_row_id: row.id == key
            )
            action.offer_id = agreement if model == "dunning.offer" else False

    @api.depends("event", "event_res_id")
    @api.depends_context("lang")
    def _compute_plan_table(self):
        qweb = self.env["ir.qweb"]
        for action in self:
            plan = action.plan_id
            values = {"rows": plan._format_rows()} if plan else {}
            action.plan_table = bool(plan) and qweb._render(
                "account_dunning.plan_table", values
            )

    @api.depends("event", "event_res_id", "queued_on")
    @api.depends_context("lang")
    def _compute_plan_texts(self):
        for action in self:
            plan, row = action.plan_id, action.plan_line_id
            missing = self._get_missing(plan, row) if row else 0
            notice = plan._get_notice_days() if plan else 0
            day = action._get_reading_day() + timedelta(days=notice)
            action.plan_date_text = action._format_day(row.date)
            action.plan_amount_text = bool(row) and plan._format(missing)
            action.plan_total_text = bool(plan) and plan._format(plan.amount_total)
            action.plan_left_text = bool(plan) and plan._format(plan.amount_left)
            action.plan_answer_text = action._format_day(plan.answer_by)
            action.plan_notice_text = action._format_day(day)
            action.plan_period_text = plan and action._describe_plan_period(notice, day)
            action.plan_revived_text = plan and plan._describe_revived()
            action.plan_signed_text = action._format_day(plan.signed_on)
            action.plan_reference = bool(plan) and plan._get_reference()

    @api.depends("event", "event_res_id")
    @api.depends_context("lang")
    def _compute_offer_texts(self):
        for action in self:
            offer = action.offer_id
            action.offer_total_text = bool(offer) and offer._format(offer.amount_open)
            action.offer_discount_text = bool(offer) and offer._format(offer.amount)
            action.offer_amount_text = bool(offer) and offer._format(
                offer.amount_to_pay
            )
            action.offer_until_text = action._format_day(offer.valid_until)

    def _attach_invoices(self):
        """The agreement goes with the message that proposes it."""
        result = super()._attach_invoices()
        for action in self:
            if action.event in ("plan.proposed", "plan.accepted"):
                action._enclose(action.plan_id.agreement_id)
        return result

    @api.model
    def _get_placeholders(self):
        return (
            *super()._get_placeholders(),
            *EVENT_TEXTS,
            "agreement_pay_by_text",
            *PLAN_TEXTS,
        )

    def _get_table_values(self, as_date):
        values = super()._get_table_values(as_date)
        notes = filter(None, (values["notes"], self._get_agreements_below()))
        # An agreement on a part of the invoices that the table lists in full.
        is_part = bool(self._get_agreement()) and (
            self._get_demanded() != self._get_payable()
        )
        return values | {"notes": " ".join(notes), "is_part": is_part}
