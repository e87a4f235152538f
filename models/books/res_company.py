from datetime import date, datetime, time, timedelta

from pytz import country_timezones, timezone, utc

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.contact import MOST_DAYS_TO_NOTE, first_day_to_note, last_day_to_act

#: The English of the United Kingdom: the day comes first.
BRITISH = "en_GB"
#: Messages leave between these hours of a working day, in the company's time zone.
OPENING_TIME = time(8, 30)
CLOSING_TIME = time(20, 0)
#: What a calendar says when nobody has chosen a time zone.
NOT_CHOSEN_ZONES = ("UTC", "Etc/UTC")
#: A calendar without any working day in so many days is taken as always open.
LONGEST_CLOSURE_DAYS = 60
#: A day outside these was mistyped, whoever gives it.
EARLIEST_DAY, LATEST_DAY = date(1970, 1, 1), date(2100, 12, 31)


class ResCompany(models.Model):
    """What a company decides about its dunning, and its calendar."""

    _inherit = "res.company"

    dunning_ladder_id = fields.Many2one(
        "dunning.ladder",
        "Default dunning ladder",
        help="Used when neither the customer nor a rule of assignment says otherwise.",
    )
    dunning_user_id = fields.Many2one(
        "res.users",
        "Default collector",
        help="In charge of the cases of customers who have no collector of their own; "
        "named and signing in the messages.",
    )
    dunning_manager_id = fields.Many2one(
        "res.users",
        "Credit manager",
        help="Is asked to decide when a ladder has come to its end.",
    )
    dunning_bank_freshness_days = fields.Integer(
        "Bank freshness (working days)",
        default=3,
        help="When for so many working days no line of a bank statement, in or out, "
        "and no payment of a customer was entered, levels that leave by themselves "
        "wait: the payment may be there already. What you pay yourselves is no sign. "
        "0: no check.",
    )
    dunning_left_out_codes = fields.Char(
        "Accounts left out",
        compute="_compute_dunning_left_out_codes",
        store=True,
        readonly=False,
        help="Comma-separated beginnings of receivable account codes that are never "
        "dunned, such as bills of exchange (413) and retentions (4117) in France.",
    )

    def _in_its_language(self):
        """Return the company, at work: the scheduler speaks no language."""
        lang = self.partner_id.lang or self.env.lang
        return self.with_company(self).with_context(lang=lang)

    def _dunning_find_lang(self, *partners):
        """Return the language in which somebody is written to: the first of these
        partners who has one that is in use, else the company's, whoever asks.

        Who lives in the United Kingdom and reads English, or whose language nobody
        noted, reads British English where it is installed: 27/09 is no month.

        :return: the code of an active language
        """
        self.ensure_one()
        used = [code for code, _name in self.env["res.lang"].get_installed()]
        for partner in (*partners, self.partner_id):
            is_english = (partner.lang or "en").startswith("en")
            if BRITISH in used and partner.country_code == "GB" and is_english:
                return BRITISH
            if partner.lang in used:
                return partner.lang
        # A company without language speaks that of its country.
        country = self.account_fiscal_country_id.code or ""
        spoken = [code for code in used if code.endswith(f"_{country}")]
        return (spoken or [code for code in used if code == "en_US"] or used)[0]

    def _dunning_get_bank(self, moves):
        """Return the bank account to pay into: the invoices', else the company's;
        never one that was closed."""
        self.ensure_one()
        # Where to pay is printed on every invoice; it is no secret of the accountant.
        banks = moves.sudo().partner_bank_id.filtered("active")
        if len(banks) == 1:
            return banks
        return self.sudo().bank_ids.filtered("active")[:1]

    # Whoever is asked when something was not done in the company

    def _dunning_get_asked(self):
        """Return who is asked about the company: a hook."""
        self.ensure_one()
        return self._dunning_get_manager()

    def _dunning_ask_manager(self, summary, note):
        """Give the credit manager a task about the company, once; return it.

        :param note: HTML, or plain text
        """
        self.ensure_one()
        # A task of the company stands on its own card, whoever finds the fault.
        card = self.partner_id.sudo()
        open_one = card.activity_ids.filtered(lambda task: task.summary == summary)
        return open_one[:1] or card.activity_schedule(
            # Due today by the host's own clock: the company's may be what fails.
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note,
            user_id=self._dunning_get_asked().id or self.env.uid,
        )

    @api.constrains("dunning_ladder_id")
    def _check_dunning_ladder(self):
        for company in self:
            company._check_dunning_ladder_is_ours(company.dunning_ladder_id)

    def _check_dunning_ladder_is_ours(self, ladder):
        owner = ladder.sudo().company_id
        if owner and owner not in self.sudo().parent_ids:
            raise ValidationError(
                self.env._(
                    "The ladder “%(ladder)s” belongs to another company than "
                    "%(company)s.",
                    ladder=ladder.sudo().name,
                    company=self.name,
                )
            )

    @api.depends("account_fiscal_country_id")
    def _compute_dunning_left_out_codes(self):
        for company in self:
            if not company.dunning_left_out_codes:
                is_french = company.account_fiscal_country_id.code == "FR"
                company.dunning_left_out_codes = "413,4117" if is_french else False

    def _dunning_timezone(self):
        """Return the time zone in which the company works: its calendar's.

        A database made from the command line has UTC there, which nobody chose: of a
        country with one time zone, that one is meant.
        """
        name = self.resource_calendar_id.tz or self.env.user.tz or "UTC"
        zones = self._dunning_country_zones() if name in NOT_CHOSEN_ZONES else []
        return timezone(zones[0] if len(zones) == 1 else name)

    def _dunning_country_zones(self):
        """Return the names of the time zones of the company's country."""
        # An address on every invoice.
        code = self.sudo().country_id.code or ""
        return list(country_timezones.get(code, ()))

    def _dunning_today(self):
        """Return today's date where the company works: the one source of "today"."""
        return self._dunning_to_day(fields.Datetime.now())

    def _dunning_latest_day(self, *days):
        """Return the last day that can have happened: today or, for the superuser who
        played the calendar ahead of the clock (replay, tests), the day of the last run.

        :param days: the days to judge; the run is only read when one lies ahead
        """
        today = self._dunning_today()
        if not self.env.su or not any(day and day > today for day in days):
            return today
        return max(today, self._dunning_last_played_day() or today)

    def _dunning_check_happened(self, day, what, first=None, why=""):
        """Refuse a day on which something cannot have happened: the one rule for every
        date that says so.

        A user's day is not after today; the superuser (replay, tests) may be ahead of
        the clock. What was prepared for a day to come may happen today all the same.

        :param day: the day that was given
        :param what: what is said to have happened, in words
        :param first: the first day on which it can have happened, None: any
        :param why: what there was on that first day, in words
        :raises ValidationError: with the days that are possible
        """
        self.ensure_one()
        today = self._dunning_today()
        self._dunning_check_meant(day)
        if first and not self.env.su:
            first = min(first, today)
        details = {
            "what": what,
            "day": format_date(self.env, day),
            "today": format_date(self.env, today),
        }
        if day > today and not self.env.su:
            raise ValidationError(
                self.env._(
                    "%(what)s: %(day)s has not come yet. Enter the day on which it "
                    "happened, %(today)s at the latest.",
                    **details,
                )
            )
        if first and day < first:
            raise ValidationError(
                self.env._(
                    "%(what)s: it cannot have happened on %(day)s, before %(first)s "
                    "(%(why)s). Enter the day on which it happened, from that day on.",
                    first=format_date(self.env, first),
                    why=why,
                    **details,
                )
            )

    def _dunning_check_entered(self, day, what, first=None, why=""):
        """Do :meth:`_dunning_check_happened` in a constraint: the host runs those as
        superuser, whoever writes."""
        # Back to the rights of who writes: that is whose day is judged.
        company = self.sudo(self.env.uid == SUPERUSER_ID)
        company._dunning_check_happened(day, what, first, why)

    def _dunning_check_noted(self, day, what, began, why):
        """Do :meth:`_dunning_check_happened` for a call or visit that somebody notes:
        within a month, while he remembers.

        :param began: the day on which it was planned, or its case opened
        """
        first = began
        if not self.env.su:
            first = first_day_to_note(self._dunning_today(), began)
        if first > began:
            why = self.env._("%(days)s days ago", days=MOST_DAYS_TO_NOTE)
        self._dunning_check_happened(day, what, first, why)

    @api.model
    def _dunning_check_meant(self, day):
        """Refuse a day that nobody can mean.

        :raises UserError: before 1970 or after 2100
        """
        if not EARLIEST_DAY <= day <= LATEST_DAY:
            raise UserError(
                self.env._(
                    "%(day)s cannot be meant: check the year, for example 2024-03-31.",
                    day=day.isoformat(),
                )
            )

    def _dunning_to_day(self, moment):
        """Return the day, where the company works, of a moment in UTC."""
        return utc.localize(moment).astimezone(self._dunning_timezone()).date()

    def _dunning_last_played_day(self):
        """Return the last day that was played on the company's calendar, which may be
        ahead of the clock; None when there is none: a hook."""

    @api.model
    def _dunning_read_day(self, value):
        """Return the day given to a public method, None when there is none.

        Over the network a date is text.

        :raises UserError: when it is no day
        """
        if value in (None, False, ""):
            return None
        try:
            day = fields.Date.to_date(value)
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is no day: write it as year-month-day, for example "
                    "2024-03-31.",
                    value=value,
                )
            ) from error
        if not day:
            return None
        self._dunning_check_meant(day)
        return day

    def _dunning_is_working_day(self, day):
        """Tell whether the company works on a date (its calendar and closing days)."""
        return bool(self._dunning_working_days(day, day))

    def _dunning_working_days(self, first, last):
        """Return the days on which the company works, in order, both ends included."""
        self.ensure_one()
        calendar = self.resource_calendar_id
        if not calendar:
            days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            return [day for day in days if day.weekday() < 5]
        zone = self._dunning_timezone()
        start = zone.localize(datetime.combine(first, time.min))
        end = zone.localize(datetime.combine(last, time.max))
        intervals = calendar._work_intervals_batch(start, end, tz=zone)[False]
        return sorted({begin.astimezone(zone).date() for begin, *_rest in intervals})

    def _dunning_next_working_day(self, day):
        """Return the day itself if the company works on it, else the next one."""
        self.ensure_one()
        last = day + timedelta(days=LONGEST_CLOSURE_DAYS)
        if self._dunning_is_working_day(day):
            return day
        return next(iter(self._dunning_working_days(day, last)), day)

    def _dunning_add_working_days(self, day, count):
        """Return the ``count``-th working day after ``day``, None if there is none."""
        last = day + timedelta(days=2 * count + LONGEST_CLOSURE_DAYS)
        return last_day_to_act(day, count, self._dunning_working_days(day, last))

    def _dunning_sending_time(self, day):
        """Return the first moment, in UTC, at which a message of ``day`` may leave.

        Now when the company is at work; else the next opening of a working day.
        """
        self.ensure_one()
        zone = self._dunning_timezone()
        now = utc.localize(fields.Datetime.now()).astimezone(zone)
        day = max(day, now.date())  # of a day that is over, nothing leaves at night
        moment = zone.localize(datetime.combine(day, OPENING_TIME))
        if now.date() == day:
            if now.time() < CLOSING_TIME:
                moment = max(moment, now)
            else:
                moment = self._dunning_next_opening(moment)
        for _unused in range(LONGEST_CLOSURE_DAYS):
            if self._dunning_is_working_day(moment.date()):
                break
            moment = self._dunning_next_opening(moment)
        return moment.astimezone(utc).replace(tzinfo=None)

    def _dunning_next_opening(self, moment):
        following = moment.date() + timedelta(days=1)
        return self._dunning_timezone().localize(
            datetime.combine(following, OPENING_TIME)
        )

    def _dunning_is_bank_fresh(self, day):
        """Tell whether the bank was read, or a payment entered, in the last working
        days: a line of a statement, in or out, or a payment of a customer."""
        self.ensure_one()
        if self.dunning_bank_freshness_days <= 0:
            return True
        days = [day - timedelta(days=n) for n in range(LONGEST_CLOSURE_DAYS, 0, -1)]
        working = self._dunning_working_days(days[0], days[-1])
        oldest = [*days[:1], *working][-self.dunning_bank_freshness_days :][0]
        return bool(self._dunning_find_bank_day(oldest, day))

    def _dunning_find_bank_day(self, oldest, day):
        """Return the day of the last sign that the bank is followed, False without one:
        the last line of a statement of a bank in use, or a payment of a customer.

        What we pay ourselves, transfers between our own accounts and drafts say nothing
        of what customers have paid.
        """
        days = Domain("date", ">=", oldest) & Domain("date", "<=", day)
        # Only asks for a day: a collector need not see the journal.
        for model, domain in (
            ("account.move", self._get_dunning_statement_domain()),
            ("account.payment", self._get_dunning_incoming_domain()),
        ):
            records = self.env[model].sudo()
            last = records.search_fetch(
                domain & days, ["date"], order="date desc", limit=1
            )
            if last:
                return last.date
        return False

    def _get_dunning_statement_domain(self):
        """Return the entries of statement lines of the banks that are in use."""
        return Domain(
            [
                ("company_id", "any", self._dunning_tree()),
                ("statement_line_id", "!=", False),
                ("journal_id.type", "=", "bank"),
                ("journal_id.active", "=", True),
                ("state", "=", "posted"),
            ]
        )

    def _get_dunning_incoming_domain(self):
        """Return the payments of customers that somebody has entered."""
        return Domain(
            [
                ("company_id", "any", self._dunning_tree()),
                ("payment_type", "=", "inbound"),
                ("partner_type", "=", "customer"),
                ("partner_id", "!=", False),
                ("partner_id.ref_company_ids", "=", False),
                ("state", "in", ("in_process", "paid")),
            ]
        )

    def _dunning_tree(self):
        """Return the query of every company of the tree (branches), part of others:
        their credits count together."""
        self.ensure_one()
        # The tree is a fact about the debtor's money, whoever looks at it.
        return self.sudo()._search([("id", "child_of", self.root_id.id)])

    def _dunning_left_out_accounts(self):
        """Return the query, part of others, of the receivable accounts whose items are
        never dunned."""
        self.ensure_one()
        prefixes = [
            code.strip()
            for code in (self.dunning_left_out_codes or "").split(",")
            if code.strip()
        ]
        domain = Domain("non_trade", "=", True)
        for prefix in prefixes:
            domain |= Domain("code", "=like", f"{prefix}%")
        accounts = self.env["account.account"].sudo().with_company(self)
        return accounts._search(
            domain & Domain("account_type", "=", "asset_receivable")
        )
