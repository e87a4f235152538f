from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import ladder as core
from ...tools.channels import BY_PERSON
from ...tools.items import looks_like_number
from .text import SHORT_LIST

#: Contacts that ask for a payment: confirmations, thanks and courtesies do not.
ASKING = ("rung", "manual")
#: So many days an answer is waited for, where the text names no date to pay by.
DAYS_TO_ANSWER = 8
#: What texts can say that is true of some contacts only (docs/texts.md).
SENTENCES = (
    "opening_text",
    "usual_care_text",
    "unusual_delay_text",
    "second_title_text",
    "last_title_text",
    "invoices_text",
    "your_invoices_text",
    "answer_by_text",
    "how_to_pay_text",
)


class DunningAction(models.Model):
    """Sentences that state a fact: each one stands in a text only where it is true."""

    _inherit = "dunning.action"

    step_date_text = fields.Char("Day of the message", compute="_compute_calendar")
    deadline_text = fields.Char("Day to pay by", compute="_compute_calendar")
    answer_by_text = fields.Char("Day to answer by", compute="_compute_calendar")
    next_step_text = fields.Char(
        "Sentence: what comes next, and when", compute="_compute_calendar"
    )
    last_title_text = fields.Char("Title: last reminder", compute="_compute_calendar")
    previous_contact_text = fields.Char(
        "Sentence: the contact before", compute="_compute_previous_contact_text"
    )
    opening_text = fields.Char(
        "Sentence: probably an oversight", compute="_compute_opening"
    )
    second_title_text = fields.Char(
        "Title: second reminder", compute="_compute_opening"
    )
    usual_care_text = fields.Char(
        "Sentence: thanks for paying on time", compute="_compute_habits"
    )
    unusual_delay_text = fields.Char(
        "Sentence: this delay is unusual", compute="_compute_habits"
    )
    invoices_text = fields.Char("For which invoices", compute="_compute_invoices_text")
    your_invoices_text = fields.Char(
        "Your invoice(s)", compute="_compute_invoices_text"
    )
    how_to_pay_text = fields.Char(
        "With the payment details of the letter", compute="_compute_how_to_pay_text"
    )

    @api.model
    def _get_placeholders(self):
        return (*super()._get_placeholders(), *SENTENCES)

    # What comes next: as the engine will act, for the items that the text asks for.

    @api.depends("deadline", "queued_on", "level_id")
    @api.depends_context("lang")
    def _compute_calendar(self):
        ladders = {}
        for action in self:
            day = action._get_text_day()
            deadline = action.deadline or action._get_deadline(day)
            ladder = action.case_id.ladder_id
            if ladder not in ladders:
                ladders[ladder] = ladder._to_core() if ladder else None
            rung, following = action._find_next_step(ladders[ladder], day, deadline)
            action.step_date_text = self._format_day(day)
            action.deadline_text = self._format_day(deadline)
            action.answer_by_text = self._format_day(
                deadline or action._get_answer_day(day, following)
            )
            action.next_step_text = action._describe_next_step(rung, following)
            action.last_title_text = action._get_last_title(rung)

    def _get_text_day(self):
        """Return the day on which the text speaks."""
        today = self.company_id._dunning_today()
        return self.queued_on or max(self.date or today, today)

    def _get_deadline(self, day):
        """Return the date by which a message of that day asks to pay, or False."""
        days = self.level_id.deadline_days
        return day + timedelta(days=days) if days else False

    @api.model
    def _get_answer_day(self, day, following):
        """Return by when an answer is hoped for: before the next step can come."""
        latest = day + timedelta(days=DAYS_TO_ANSWER)
        before = following and following - timedelta(days=1)
        return min(before, latest) if before and before > day else latest

    def _find_next_step(self, ladder, day, deadline):
        """Return the rung that will speak next of what the contact asks for, and its
        first possible day; ``(None, None)`` when nothing follows.

        Never softer (design, rule 2): when a softer text would come first, this one
        speaks again; a call is a call all the same.

        :param core.Ladder ladder: the ladder of the case
        """
        level = self.level_id
        if self.kind not in ASKING or not level or not ladder:
            return None, None
        items = [line._to_next_item(day, deadline) for line in self._get_object_lines()]
        nexts = {item.key: core.next_rung(ladder, item) for item in items}
        nexts = {key: pair for key, pair in nexts.items() if pair[0]}
        decided = [(its, rung) for rung, its in nexts.values() if rung.decision]
        spoken = {key: pair for key, pair in nexts.items() if not pair[0].decision}
        decision = min(decided, key=lambda pair: pair[0], default=None)
        if not spoken:
            return (decision[1], decision[0]) if decision else (None, None)
        first = min(its_day for _rung, its_day in spoken.values())
        first = max(first, day + timedelta(days=ladder.contact_gap))
        if decision and decision[0] <= first:
            return decision[1], decision[0]
        due = {key: rung for key, (rung, its_day) in spoken.items() if its_day <= first}
        return core.find_speaking(ladder, due, items), first

    def _describe_next_step(self, rung, following):
        """Announce the next rung and its first possible day, as the engine will act.

        :param core.Rung rung: what will speak, None when nothing follows
        :param date following: the first day on which it may
        """
        self.ensure_one()
        if not rung:
            return ""
        date = self._format_day(following)
        if rung.formal:
            # A credit manager decides: it is no promise.
            return self.env._(
                "Unless we receive your payment or hear from you, we may send you a "
                "formal notice from %(date)s.",
                date=date,
            )
        if rung.decision:
            return self.env._(
                "Unless we receive your payment or hear from you, we will decide from "
                "%(date)s what further steps to take.",
                date=date,
            )
        level = self.env["dunning.level"].browse(rung.key)
        return self._describe_next_contact(level, date)

    def _describe_next_contact(self, level, date):
        """Announce the ways of contact of a level that can really be used.

        :param level: the level that speaks next
        :param date: its first possible day, in words
        """
        channels = self._get_usable_channels(level)
        if not level._is_automatic():  # somebody approves it first
            return self.env._(
                "Unless we hear from you, we may contact you again from %(date)s.",
                date=date,
            )
        if "phone" in channels:
            return self.env._(
                "Unless we hear from you, we will call you from %(date)s to look at it "
                "together.",
                date=date,
            )
        if not channels or "visit" in channels:
            return self.env._(
                "Unless we hear from you, we will get in touch with you again from "
                "%(date)s.",
                date=date,
            )
        return self.env._(
            "Unless we hear from you, we will write to you again from %(date)s.",
            date=date,
        )

    def _get_usable_channels(self, level):
        """Return the channels of a level for which there is an address or a number;
        what replaces them where there is none."""
        company, debtor = self.company_id, self.case_id.partner_id
        people = [one for one in (self.contact_id, debtor) if one]

        def is_usable(channel):
            datum = level._get_datum(channel, company)
            return any(one._has_dunning_datum(datum, company) for one in people)

        usable = [one for one in level._get_channels() if is_usable(one)]
        other = level.fallback_channel
        return usable or ([other] if other and is_usable(other) else [])

    def _get_last_title(self, rung):
        """Return what the last text before the formal notice calls itself."""
        if not rung or not (rung.formal or rung.decision):
            return self.env._("Reminder")
        if rung.formal and self.level_id.tone in ("firm", "formal"):
            return self.env._("Last reminder before formal notice")
        return self.env._("Last reminder")

    # What was said before, and whether the debtor has answered it.

    @api.depends("case_id", "line_ids.case_line_id")
    @api.depends_context("lang")
    def _compute_previous_contact_text(self):
        previous = {action: action._find_previous_contact() for action in self}
        asked = self.filtered(lambda action: previous[action]._expects_answer())
        news = asked._read_news() if asked else {}
        for action in self:
            before = previous[action]
            keys = action._get_object_lines().case_line_id.ids
            days = [news[key] for key in keys if key in news]
            is_answered = any(day >= before.delivered_on for day in days)
            action.previous_contact_text = action._describe_contact_before(
                before, is_answered
            )

    def _find_previous_contact(self):
        """Return the last contact that asked for what this one asks for, or in which
        the debtor called; empty when there is none."""
        self.ensure_one()
        items = self._get_object_lines().case_line_id
        return self.case_id.action_ids.filtered(
            lambda action: (
                action.state == "done"
                and action.kind in ASKING
                and action.channel != "decision"
                and action.id != self.id
                and (
                    action._is_noted_call()
                    or action._get_object_lines().case_line_id & items
                )
            )
        ).sorted(lambda action: (action.delivered_on, action.id))[-1:]

    def _is_noted_call(self):
        """Tell whether it is a call that nobody had planned: it is about no item."""
        self.ensure_one()
        return self.kind == "manual" and not self.level_id and not self.line_ids

    def _expects_answer(self):
        """Tell whether a written answer could have come to it."""
        return bool(self) and self.channel not in BY_PERSON

    def _read_news(self):
        """Map ids of case lines to the last day on which something came about them:
        words of the debtor, money, an agreement, a dispute. A hook, in batches: who
        extends it adds days with :meth:`_note_news`.

        :rtype: dict[int, date]
        """
        news = {}
        lines = self._get_object_lines_of_all()
        words = self._read_words(lines.case_id, lines.move_id)
        for name in ("case_id", "move_id"):
            for record, of_record in lines.grouped(name).items():
                self._note_news(news, of_record.ids, words.get(record))
        by_item = lines.grouped("move_line_id")
        # What was matched with an item is a fact about it.
        partials = self.env["account.partial.reconcile"].sudo()
        for item, day in partials._read_group(
            Domain("debit_move_id", "in", lines.move_line_id.ids),
            ["debit_move_id"],
            ["max_date:max"],
        ):
            self._note_news(news, by_item[item.sudo(False)].ids, day)
        for action in self:
            for deduction in action._get_deductions():
                of_action = action._get_object_lines().case_line_id
                self._note_news(news, of_action.ids, deduction.date)
        return news

    def _get_object_lines_of_all(self):
        """Return the case lines of all that these contacts ask for."""
        lines = self.env["dunning.case.line"]
        return lines.union(*(one._get_object_lines().case_line_id for one in self))

    @api.model
    def _note_news(self, news, line_ids, day):
        """Keep the later day for each line.

        :param dict news: what :meth:`_read_news` returns
        """
        for line_id in line_ids if day else ():
            news[line_id] = max(news.get(line_id, day), day)

    @api.model
    def _read_words(self, cases, moves):
        """Map cases and invoices to the last day on which the debtor wrote: on the
        case, to his own record, under the invoice; or spoke with somebody. Automatic
        answers are no words.

        :rtype: dict[dunning.case | account.move, date]
        """
        days = defaultdict(list)
        by_partner = defaultdict(cases.browse)
        for case in cases:
            # Whoever writes there for the debtor has answered.
            for person in case.partner_id | case.partner_id.child_ids:
                by_partner[person.id] |= case
        of_model = {
            "dunning.case": cases.ids,
            "res.partner": list(by_partner),
            "account.move": moves.ids,
        }
        # What the debtor wrote is no secret of whoever sends; only its day is read.
        messages = self.env["mail.message"].sudo()
        found = messages.search_fetch(
            Domain.OR(
                Domain("model", "=", name) & Domain("res_id", "in", ids)
                for name, ids in of_model.items()
            )
            & (
                Domain("message_type", "=", "email")
                | Domain("message_type", "=", "comment")
                & Domain("author_id.partner_share", "=", True)
            ),
            ["model", "res_id", "date"],
        )
        for message in found:
            if message.model == "res.partner":
                told = by_partner[message.res_id]
            else:
                told = self.env[message.model].browse(message.res_id)
            for record in told:
                company = record.company_id or self.env.company
                days[record].append(company._dunning_to_day(message.date))
        for action in cases.action_ids:
            if action.outcome == "reached" and action.outcome_on:
                days[action.case_id].append(action.outcome_on)
        return {record: max(of_record) for record, of_record in days.items()}

    def _describe_contact_before(self, before, is_answered):
        """Recall a contact; only what nothing came to is called unanswered.

        :param before: the contact, empty when there was none
        :param bool is_answered: the debtor answered, paid, promised or contested since
        """
        if not before:
            return ""
        date = self._format_day(before.delivered_on)
        if before.channel in BY_PERSON:
            return self._recall_meeting(before, date)
        if is_answered:
            return self._come_back_to(before.channel, date)
        if before.channel == "registered":
            return self.env._(
                "Our registered letter of %(date)s remains unanswered.", date=date
            )
        if before.channel == "letter":
            return self.env._("Our letter of %(date)s remains unanswered.", date=date)
        return self.env._("Our message of %(date)s remains unanswered.", date=date)

    def _recall_meeting(self, before, date):
        """Recall a call or a visit, and whether anybody was reached.

        :param before: the contact
        :param date: its day, in words
        """
        if before.is_incoming:
            return self.env._("You called us on %(date)s.", date=date)
        if before.channel == "visit":
            return self.env._("We came to see you on %(date)s.", date=date)
        if before.outcome == "not_reached":
            return self.env._("We tried to call you on %(date)s.", date=date)
        return self.env._("We called you on %(date)s.", date=date)

    def _come_back_to(self, channel, date):
        if channel == "registered":
            return self.env._(
                "We are coming back to you further to our registered letter of "
                "%(date)s.",
                date=date,
            )
        if channel == "letter":
            return self.env._(
                "We are coming back to you further to our letter of %(date)s.",
                date=date,
            )
        return self.env._(
            "We are coming back to you further to our message of %(date)s.", date=date
        )

    # Whether anything was said before at all.

    @api.depends("case_id", "line_ids.case_line_id")
    @api.depends_context("lang")
    def _compute_opening(self):
        for action in self:
            heard = action._get_heard_lines()
            is_first = not heard
            action.opening_text = (
                self.env._("This is probably just an oversight.")
                if is_first
                else self.env._("We are coming back to you about your account.")
            )
            action.second_title_text = (
                self.env._("Reminder") if is_first else self.env._("Second reminder")
            )

    def _get_heard_lines(self):
        """Return the items asked for that the debtor was asked for before."""
        self.ensure_one()
        items = self._get_object_lines().case_line_id
        step = self._get_step()
        before = (self.case_id.action_ids - step).filtered(
            lambda action: (
                action.kind in ASKING
                and action.channel != "decision"
                and (action.state == "done" or action._has_left())
            )
        )
        own = self.level_id
        return items.filtered(
            lambda line: (
                line in before.line_ids.case_line_id
                or line.level_id - own
                or line.heard_level_id - own
            )
        )

    @api.depends("case_id")
    @api.depends_context("lang")
    def _compute_habits(self):
        late_before = self._find_late_before()
        for action in self:
            is_usual = action in late_before
            action.usual_care_text = (
                ""
                if is_usual
                else self.env._("Thank you for the care with which you usually pay us.")
            )
            action.unusual_delay_text = (
                ""
                if is_usual
                else self.env._(
                    "This is not like you, and we would like to understand."
                )
            )

    def _find_late_before(self):
        """Return those whose debtor was reminded of other invoices before."""
        asked = self.search_fetch(
            Domain("partner_id", "in", self.partner_id.ids)
            & Domain("company_id", "in", self.company_id.ids)
            & Domain("kind", "in", ASKING)
            & Domain("state", "=", "done")
            & Domain("level_id", "!=", False),
            ["partner_id", "company_id", "line_ids"],
        )
        by_debtor = asked.grouped(lambda one: (one.partner_id, one.company_id))
        empty = self.browse()
        return self.filtered(
            lambda action: (
                by_debtor.get(
                    (action.partner_id, action.company_id), empty
                ).line_ids.case_line_id
                - action._get_object_lines().case_line_id
            )
        )

    # What the invoices are called in a sentence.

    @api.depends("line_ids.name")
    @api.depends_context("lang")
    def _compute_invoices_text(self):
        for action in self:
            lines = action._get_object_lines()
            texts = action._name_invoices(lines._list_names(), lines._are_invoices())
            action.invoices_text, action.your_invoices_text = texts

    def _name_invoices(self, names, are_invoices):
        """Return what the items are called after "paid" and as a title.

        :param list names: their numbers, each once
        :param bool are_invoices: False when something else is owed as well
        """
        few = self._join_few(names)
        if not are_invoices or len(names) > SHORT_LIST:
            return (
                self.env._("for %(names)s", names=few),
                self.env._("Your account, %(names)s", names=few),
            )
        if len(names) > 1:
            return (
                self.env._("for invoices %(names)s", names=few),
                self.env._("Your invoices %(names)s", names=few),
            )
        return (
            self.env._("for invoice %(names)s", names=few),
            self.env._("Your invoice %(names)s", names=few),
        )

    @api.depends("line_ids.move_id", "company_id", "channel")
    @api.depends_context("lang")
    def _compute_how_to_pay_text(self):
        """Where no bank account is known the letter prints none."""
        said = self.env._("using the payment details given in this letter")
        for action in self:
            action.how_to_pay_text = f", {said}" if action._get_bank() else ""


class DunningActionLine(models.Model):
    """An item, as the calendar of the next steps sees it after a contact."""

    _inherit = "dunning.action.line"

    def _to_next_item(self, day, deadline):
        """Return the item as it stands once the contact is delivered: on the rung that
        it delivers or, only named, where it stands today.

        :rtype: core.Item
        """
        self.ensure_one()
        line = self.case_line_id
        level = self.level_id or line.level_id
        rung = level._to_rung() if level else None
        is_moved = bool(self.level_id)
        dates = (deadline, not is_moved and line.deadline)
        return core.Item(
            self.id,
            self.date_due or line.date_due,
            core.Decimal(0),
            rung=level.id or None,
            rung_delay=rung.delay if rung else 0,
            rung_formal=bool(rung and rung.formal),
            rung_notified=bool(rung and rung.notified),
            rung_decided=bool(rung and rung.decision),
            delivered_on=day if is_moved else line.delivered_on or None,
            # Only named, it waits for the date that the text names all the same.
            deadline=max(filter(None, dates), default=None),
            start=None if is_moved else line.start_level_id.id or None,
            start_delay=0 if is_moved else line.start_level_id.delay_days,
            agreed=line.agreed_level_id.id or None,
            agreed_on=line.agreed_on or None,
            heard=self._find_heard_after(),
        )

    def _find_heard_after(self):
        """Return the rung of the strongest text that has asked for the item once the
        contact is delivered; None where none has."""
        action = self.action_id
        heard = self.case_line_id.heard_level_id
        if action._asks_in_words():
            heard |= action.level_id
        strongest = heard._find_strongest()
        return strongest._to_rung() if strongest else None

    def _are_invoices(self):
        """Tell whether each item is an invoice, or an entry that bears the number of
        one: what else is owed is called by its name."""
        # Whether an entry is a document is a fact about the item.
        return all(
            line.move_id.sudo()._is_dunning_document() or looks_like_number(line.name)
            for line in self
        )
