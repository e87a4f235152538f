from datetime import datetime
from smtplib import SMTPException

from markupsafe import Markup
from pytz import timezone

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Datetime, Domain
from odoo.tools import config, email_normalize, format_date

from ...tools.registration import CIVIL_NAME, PUBLIC_DIGITS, PUBLIC_NAME
from ..books.res_company import BRITISH, CLOSING_TIME

#: How urgent a check is, with the icon and the colour that show it.
CHECK_STYLES = {
    "ok": ("fa-check-circle", "text-success"),
    "warning": ("fa-exclamation-triangle", "text-warning"),
    "danger": ("fa-times-circle", "text-danger"),
}


class ResCompany(models.Model):
    """What to look at before, and while, reminders leave by themselves.

    Each check is (state, what, detail): facts in a sentence, never a guess.
    """

    _inherit = "res.company"

    def _dunning_get_checks(self):
        """Return every check of the company, in the order in which one mends them."""
        self.ensure_one()
        debtors = self._dunning_find_late_debtors()
        return [
            self._dunning_check_sender(),
            self._dunning_check_mail_server(),
            self._dunning_check_bank(),
            self._dunning_check_kinds(debtors),
            *self._dunning_check_doubtful_kinds(),
            self._dunning_check_emails(debtors),
            self._dunning_check_addresses(debtors),
            *self._dunning_check_time_zone(),
            *self._dunning_check_british(debtors),
            *self._dunning_check_people(),
            *self._dunning_check_days(),
        ]

    def _dunning_render_checks(self):
        """Return the checks as a list to read."""
        rows = Markup()
        row = Markup(
            '<li class="d-flex mb-2"><i class="fa fa-fw {} {} mt-1 me-2"'
            ' role="img" aria-hidden="true"></i><div><b>{}</b> {}</div></li>'
        )
        for state, what, detail in self._dunning_get_checks():
            rows += row.format(*CHECK_STYLES[state], what, detail)
        return Markup('<ul class="list-unstyled mb-0">{}</ul>').format(rows)

    def _dunning_find_late_debtors(self):
        """Return the customers with a late item in the company."""
        self.ensure_one()
        today = self._dunning_today()
        items = self.env["account.move.line"].sudo()  # who is late, without the books
        domain = items._get_dunning_item_domain(self, today)
        domain &= Domain("date_maturity", "<", today) | (
            Domain("date_maturity", "=", False) & Domain("date", "<", today)
        )
        groups = items._read_group(domain, ["partner_id"])
        partners = items.env["res.partner"].union(*(partner for (partner,) in groups))
        return partners.commercial_partner_id.sudo(self.env.su)

    def _dunning_check_sender(self):
        user, email = self._dunning_get_in_charge(), email_normalize(self.email)
        what = self.env._("Sender:")
        if not email:
            return (
                "danger",
                what,
                self.env._(
                    "%(company)s has no e-mail address that can be written to: add one "
                    "to the company.",
                    company=self.name,
                ),
            )
        if not user:
            return (
                "warning",
                what,
                self.env._(
                    "nobody is named as collector: messages are signed by the company "
                    "(%(email)s).",
                    email=email,
                ),
            )
        sender = user.sudo()  # the name and address that every debtor reads
        return (
            "ok",
            what,
            self.env._(
                "messages are signed by %(user)s, %(email)s.",
                user=sender.name,
                email=sender.email or email,
            ),
        )

    def _dunning_check_mail_server(self):
        what = self.env._("Mail server:")
        # Whether there is one is not a secret of administrators.
        servers = self.env["ir.mail_server"].sudo().search_count([], limit=1)
        if not servers and not self._dunning_get_configured_server():
            return (
                "danger",
                what,
                self.env._(
                    "no outgoing mail server is set up: an administrator adds one in "
                    "Settings, “Outgoing Email Servers”."
                ),
            )
        if not self.dunning_mail_tested_on:
            return ("warning", what, self.env._("not tested yet: test it below."))
        return (
            "ok",
            what,
            self.env._(
                "answered when it was tested on %(date)s.",
                date=format_date(self.env, self.dunning_mail_tested_on),
            ),
        )

    def _dunning_check_bank(self):
        what = self.env._("Bank:")
        last, today = self._dunning_find_last_bank_day(), self._dunning_today()
        if not last:
            text = self.env._(
                "no line of a bank statement and no payment of a customer was ever "
                "entered."
            )
        else:
            text = self.env._(
                "last line or payment of %(date)s, %(days)s days ago.",
                date=format_date(self.env, last),
                days=(today - last).days,
            )
        if self._dunning_is_bank_fresh(today):
            return ("ok", what, text)
        return (
            "warning",
            what,
            self.env._(
                "%(last)s What leaves by itself waits for newer ones (%(days)s working "
                "days at most).",
                last=text,
                days=self.dunning_bank_freshness_days,
            ),
        )

    def _dunning_find_time_zones(self):
        """Return the time zones of the country, one of which the working hours should
        have; none when they have it, or the same hours."""
        self.ensure_one()
        zones, own = self._dunning_country_zones(), self.resource_calendar_id.tz
        closings = self._dunning_list_closings(own or "UTC")
        is_right = any(
            [moment.time() for moment in self._dunning_list_closings(zone, zone)]
            == [moment.astimezone(timezone(zone)).time() for moment in closings]
            for zone in zones
        )
        return [] if is_right else zones

    def _dunning_list_closings(self, zone, reader=None):
        """Return until when messages leave by a time zone, in winter and in summer.

        :param reader: the time zone in which the moments are told
        """
        year = self._dunning_today().year
        moments = [
            timezone(zone).localize(datetime.combine(day, CLOSING_TIME))
            for day in (datetime(year, 1, 1), datetime(year, 7, 1))
        ]
        return [moment.astimezone(timezone(reader or zone)) for moment in moments]

    def _dunning_check_british(self, debtors):
        """Return a check only where a British customer who reads English would read
        the dates of Americans: 09/27 is no day for him."""
        installed = dict(self.env["res.lang"].get_installed())
        british = debtors.filtered(
            lambda debtor: (
                debtor.country_code == "GB"
                and self._dunning_find_lang(debtor) == "en_US"
            )
        )
        if BRITISH in installed or not british:
            return []
        text = self.env._(
            "late customers who would read American dates: %(count)s. An administrator "
            "adds “English (UK)” in Settings, Translations.",
            count=len(british),
        )
        return [("warning", self.env._("British customers:"), text)]

    def _dunning_check_time_zone(self):
        """Return a check only where messages would leave by the hours of elsewhere."""
        zones = self._dunning_find_time_zones()
        if not zones:
            return []
        own = self.resource_calendar_id.tz or "UTC"
        latest = max(
            (moment.time(), zone)
            for zone in zones
            for moment in self._dunning_list_closings(own, zone)
        )
        text = self.env._(
            "the working hours are set in %(zone)s: messages would leave until "
            "%(hour)s in %(city)s.",
            zone=own,
            hour=latest[0].strftime("%H:%M"),
            city=latest[1].split("/")[-1].replace("_", " "),
        )
        if self._dunning_timezone().zone in zones:
            text += " " + self.env._(
                "Since nobody has chosen %(zone)s, dunning works by %(used)s "
                "meanwhile: set it with the button below.",
                zone=own,
                used=self._dunning_timezone().zone,
            )
        else:
            text += " " + self.env._("Choose the time zone of the company below.")
        return [("warning", self.env._("Time zone:"), text)]

    def _dunning_set_time_zone(self, zone):
        """Give the working hours of the company the time zone of its country.

        :raises UserError: when they are shared with a company of another country
        """
        self.ensure_one()
        self._dunning_check_manager()
        # Who decides when messages leave need not administrate working hours.
        company = self.sudo()
        calendar = company.resource_calendar_id
        sharing = company.search([("resource_calendar_id", "=", calendar.id)])
        if not calendar or sharing.country_id - company.country_id:
            raise UserError(
                self.env._(
                    "The working hours of %(company)s are none, or shared with a "
                    "company of another country: an administrator gives it its own in "
                    "Settings, “Companies”.",
                    company=self.name,
                )
            )
        calendar.tz = zone

    def _dunning_check_days(self):
        """Return a check only where something is dated in the future."""
        runs, contacts = self._dunning_find_ahead()
        if not runs and not contacts:
            return []
        text = self.env._(
            "%(runs)s runs and %(contacts)s deliveries are dated in the future: no "
            "night starts before. Undo the runs (Tracking, Runs), put the days of the "
            "deliveries right (on the contact).",
            runs=len(runs),
            contacts=len(contacts),
        )
        return [("danger", self.env._("Days:"), text)]

    def _dunning_check_kinds(self, debtors):
        groups = debtors._read_group(
            [("id", "in", debtors.ids)], ["dunning_debtor_kind"], ["__count"]
        )
        counts = dict(groups)
        return (
            "ok" if counts.get("business") or not debtors else "warning",
            self.env._("Kinds of customers:"),
            self.env._(
                "%(business)s businesses, %(consumer)s consumers, %(public)s public "
                "bodies among those who are late, guessed from SIRET and VAT numbers "
                "(in doubt consumer).",
                business=counts.get("business", 0),
                consumer=counts.get("consumer", 0) + counts.get(False, 0),
                public=counts.get("public", 0),
            ),
        )

    def _dunning_check_doubtful_kinds(self):
        """Return a check only where the kind of customers is to be looked at."""
        public, civil = self._dunning_find_doubtful_kinds()
        rows = []
        if public:
            rows.append(
                (
                    "warning",
                    self.env._("Public bodies:"),
                    self.env._(
                        "%(count)s customers look like public bodies (a SIREN that "
                        "begins with 1 or 2, or their name) and are treated as "
                        "something else: other interest, other limitation. Look at "
                        "them with the button “Kinds to look at”.",
                        count=len(public),
                    ),
                )
            )
        if civil:
            rows.append(
                (
                    "warning",
                    self.env._("Associations and co-owners:"),
                    self.env._(
                        "%(count)s customers look like associations or unions of "
                        "co-owners, and count as businesses: whether they owe the "
                        "penalties between traders is contested. Look at them with the "
                        "button “Kinds to look at”.",
                        count=len(civil),
                    ),
                )
            )
        return rows

    def _dunning_find_doubtful_kinds(self):
        """Return the customers who look like public bodies but are not treated as such,
        and those businesses that look like associations or unions of co-owners; without
        those at whom somebody has looked.

        :rtype: tuple[res.partner, res.partner]
        """
        self.ensure_one()
        partners = self.env["res.partner"]
        unseen = (
            Domain("dunning_kind_is_checked", "=", False)
            & Domain("parent_id", "=", False)
            & Domain("customer_rank", ">", 0)
            & Domain(partners._check_company_domain(self))
        )
        # Few have such a number or name: the database looks, words decide.
        numbers = Domain.OR(
            Domain("company_registry", "=like", f"{digit}%")
            | Domain("vat", "=ilike", f"FR__{digit}%")
            for digit in PUBLIC_DIGITS
        )
        other = unseen & Domain("dunning_debtor_kind", "!=", "public")
        numbered = partners.search(other & numbers).filtered(
            lambda one: one._dunning_has_public_number()
        )
        named = partners.search_fetch(other & Domain("is_company", "=", True), ["name"])
        public = numbered | named.filtered(
            lambda one: PUBLIC_NAME.search(one.name or "")
        )
        civil = (named - public).filtered(
            lambda one: (
                one.dunning_debtor_kind == "business"
                and CIVIL_NAME.search(one.name or "")
            )
        )
        return public, civil

    def _dunning_check_emails(self, debtors):
        missing = len(self._dunning_find_unreachable(debtors, "email"))
        return self._dunning_describe_missing(
            self.env._("E-mail addresses:"),
            missing,
            self.env._("every late customer has one."),
            self.env._(
                "%(count)s late customers have none: their e-mails would fail.",
                count=missing,
            ),
        )

    def _dunning_check_addresses(self, debtors):
        missing = len(self._dunning_find_unreachable(debtors, "letter"))
        return self._dunning_describe_missing(
            self.env._("Postal addresses:"),
            missing,
            self.env._("every late customer has one."),
            self.env._(
                "%(count)s late customers have no complete one: their letters would "
                "fail.",
                count=missing,
            ),
        )

    def _dunning_check_people(self):
        """Return a check only where an open case is in nobody's hands."""
        count = self.env["dunning.case"].search_count(self._dunning_nobodys_cases())
        if not count:
            return []
        text = self.env._(
            "%(count)s open cases are in the hands of nobody, or of somebody who left "
            "or has no rights any more: give them to a colleague. Until then the next "
            "in line signs and is asked.",
            count=count,
        )
        return [("warning", self.env._("Cases of nobody:"), text)]

    def _dunning_describe_missing(self, what, missing, good, bad):
        return ("warning", what, bad) if missing else ("ok", what, good)

    def _dunning_find_unreachable(self, debtors, channel):
        """Return who of these debtors could not be written to through a channel, found
        as the engine finds whom it writes to.

        :param debtors: customers with a late item in the company
        """
        self.ensure_one()
        today = self._dunning_today()
        items = self.env["account.move.line"]
        billed = {debtor.id: set() for debtor in debtors}
        for item in items._read_dunning_items(self, today, debtors):
            if item.due < today and item.contact_id:
                billed[item.partner_id].add(item.contact_id)
        cases = self.env["dunning.case"]._search_open(self, debtors)
        chosen = {case.partner_id: case.contact_id for case in cases}
        partners = self.env["res.partner"].browse(set().union(*billed.values()))
        partners = (debtors | partners)._prefetch_recipients()
        datum = self.env["dunning.level"]._get_datum(channel, self)

        def is_unreachable(debtor):
            of_debtor = partners.browse(billed[debtor.id])
            contact = self._dunning_find_contact(
                debtor, channel, of_debtor, chosen.get(debtor)
            )
            return not contact._has_dunning_datum(datum, self)

        return debtors.filtered(is_unreachable)

    def _dunning_nobodys_cases(self):
        """Return the domain of the open cases that nobody is in charge of: their owner
        left, or they have none and the company has nobody either."""
        self.ensure_one()
        able = self._dunning_find_able()
        domain = (
            Domain("company_id", "=", self.id)
            & Domain("state", "!=", "closed")
            & Domain("user_id", "not in", able.ids)
        )
        if self._dunning_get_in_charge():
            domain &= Domain("user_id", "!=", False)
        return domain

    def _dunning_test_mail_server(self):
        """Connect to the mail server that messages of the company would take.

        :raises UserError: with the server's own words, when it does not answer
        """
        self.ensure_one()
        self._dunning_check_manager()
        # Credit managers do not see the password of the server they test.
        servers = self.env["ir.mail_server"].sudo()
        server, _sender = servers._find_mail_server(self.email_formatted or "")
        if server:
            server.test_smtp_connection()
        elif self._dunning_get_configured_server():
            self._dunning_test_configured_server()
        else:
            raise UserError(
                self.env._(
                    "No outgoing mail server is set up for %(email)s: an administrator "
                    "adds one in Settings, “Outgoing Email Servers”.",
                    email=self.email or self.name,
                )
            )
        self.sudo().dunning_mail_tested_on = Datetime.now()  # see KEPT

    def _dunning_get_configured_server(self):
        """Return the mail server of the server's configuration file, "" for the default
        that nobody has chosen."""
        server = config.get("smtp_server") or ""
        return "" if server == "localhost" else server

    def _dunning_test_configured_server(self):
        servers = self.env["ir.mail_server"].sudo()  # as the mail queue connects
        try:
            connection = servers._connect__(smtp_from=self.email_formatted or None)
            if connection:
                connection.quit()
        except (OSError, SMTPException) as error:
            raise UserError(
                self.env._(
                    "The mail server %(server)s does not answer: %(error)s",
                    server=self._dunning_get_configured_server(),
                    error=error,
                )
            ) from error
