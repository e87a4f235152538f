import csv
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import file_open, format_date

from ...tools.interest import MissingRate, RateTable, half_year_start, read_percent

#: Points added to the rate of the European Central Bank: between businesses (Code de
#: commerce L441-10 II), and against a public buyer (Code de la commande publique
#: R2192-31).
BUSINESS_MARGIN, PUBLIC_MARGIN = Decimal(10), Decimal(8)
#: A stipulated rate is at least so many times the legal one (L441-10 II).
FLOOR_FACTOR = 3
#: Days before a half-year starts from which its missing rates are asked for.
ASK_DAYS_AHEAD = 15
RATES_CRON = "account_dunning.ir_cron_dunning_rates"


class DunningRate(models.Model):
    """A rate that the law or the central bank fixes for a half-year, with its source.

    Nothing is extrapolated: a half-year without its line is an error in whatever needs
    it, and a task for the credit manager before it begins.
    """

    _name = "dunning.rate"
    _description = "Interest Rate of a Half-Year"
    _inherit = ["dunning.guarded"]
    _order = "date_from desc, kind"
    _rec_name = "half_year"

    date_from = fields.Date(
        "Half-year from",
        required=True,
        help="The first day of the half-year: 1 January or 1 July.",
        entry="over",
    )
    half_year = fields.Char(compute="_compute_half_year")
    kind = fields.Selection(
        [
            ("ecb_refi", "European Central Bank, main refinancing"),
            ("legal_other", "Legal rate, creditor is a company"),
            ("legal_individual", "Legal rate, creditor is an individual"),
        ],
        required=True,
        help="The rate of the central bank is the one in force on the first day of the "
        "half-year: a change within it has no effect before the next one. Of the two "
        "legal rates the creditor's counts, not the debtor's.",
        entry="over",
    )
    rate = fields.Float(
        "Percent per year",
        digits=(6, 2),
        required=True,
        aggregator=None,  # rates do not add up
        entry="over",
    )
    source = fields.Char(
        required=True,
        help="Where the rate was published: the decree, the page.",
        entry="over",
    )
    source_text = fields.Char(
        "Published in",
        compute="_compute_source_text",
        inverse="_inverse_source_text",
        help="Where the rate was published: the decree, the page.",
        entry="over",
    )
    decree_on = fields.Date(
        "Decree of",
        help="The day of the decree (arrêté) that fixes a legal rate: a court wants it "
        "named. Empty: not known.",
        entry="over",
    )
    gazette_on = fields.Date(
        "Official gazette of",
        help="The day of the Journal officiel that published the decree. Empty: not "
        "known.",
        entry="over",
    )
    checked_on = fields.Date(
        help="When somebody last compared it with its source.",
        default=lambda self: self.env.company._dunning_today(),
        entry="over",
    )
    is_secondary = fields.Boolean(
        "Secondary source",
        help="Taken from a source that quotes the official one: compare it before you "
        "print it in a letter.",
        entry="over",
    )

    _one_per_half_year = models.UniqueIndex(
        "(kind, date_from)", "This half-year has its rate already: correct that line."
    )
    _is_a_percentage = models.Constraint(
        "CHECK (rate >= 0 AND rate < 100)",
        "A rate is a percentage per year, between 0 and 100.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Typed in the list: the source itself is required.
        created = super().create(
            [
                vals | {"source": vals.get("source") or vals.get("source_text")}
                for vals in vals_list
            ]
        )
        self.env.registry.clear_cache()
        return created

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.depends("source")
    @api.depends_context("lang")
    def _compute_source_text(self):
        words = self._get_shipped_sources()
        for rate in self:
            rate.source_text = words.get(rate.source, rate.source)

    def _inverse_source_text(self):
        originals = {text: key for key, text in self._get_shipped_sources().items()}
        for rate in self:
            rate.source = originals.get(rate.source_text, rate.source_text)

    @api.model
    def _get_shipped_sources(self):
        """Map the sources of the shipped list to the words of the reader."""
        return {
            "European Central Bank, rate in force on the first day (official)": (
                self.env._(
                    "European Central Bank, rate in force on the first day (official)"
                )
            ),
            (
                "European Central Bank, rate in force on the first day (professional "
                "tables)"
            ): self.env._(
                "European Central Bank, rate in force on the first day (professional "
                "tables)"
            ),
            "Arrêté of the half-year, service-public.fr table F783": self.env._(
                "Arrêté of the half-year, service-public.fr table F783"
            ),
            "Arrêté of the half-year, as quoted by professional sources": self.env._(
                "Arrêté of the half-year, as quoted by professional sources"
            ),
            "Arrêté of the half-year, text of the Journal officiel": self.env._(
                "Arrêté of the half-year, text of the Journal officiel"
            ),
        }

    @api.depends("date_from")
    def _compute_half_year(self):
        for rate in self:
            rate.half_year = self._name_half_year(rate.date_from)

    @api.model
    def _name_half_year(self, day):
        if not day:
            return False
        number = 1 if day.month < 7 else 2
        return self.env._(
            "%(year)s, half-year %(number)s", year=day.year, number=number
        )

    @api.constrains("checked_on")
    def _check_checked_on(self):
        for rate in self.filtered("checked_on"):
            self.env.company._dunning_check_entered(rate.checked_on, rate.display_name)

    @api.constrains("date_from")
    def _check_date_from(self):
        for rate in self:
            if rate.date_from != half_year_start(rate.date_from):
                raise ValidationError(
                    self.env._(
                        "A half-year begins on 1 January or on 1 July, not on "
                        "%(date)s.",
                        date=format_date(self.env, rate.date_from),
                    )
                )

    @api.model
    def _load_shipped_rates(self):
        """Add the half-years that the module knows and the list does not.

        Called at each installation and upgrade: a line that somebody entered or
        corrected stays as it is.
        """
        known = {
            (rate.kind, rate.date_from) for rate in self.search([("id", "!=", False)])
        }
        with file_open("account_dunning/data/interest/rates.csv") as file:
            rows = [
                row
                | {
                    "is_secondary": row["is_secondary"] == "1",
                    "decree_on": row["decree_on"] or False,
                    "gazette_on": row["gazette_on"] or False,
                }
                for row in csv.DictReader(file)
                if (row["kind"], fields.Date.to_date(row["date_from"])) not in known
            ]
        self.create(rows)

    @api.model
    @tools.ormcache("kind")
    def _read_percents(self, kind):
        """Return the rates of a kind, ``((date_from, percent), …)``: asked for every
        amount of interest, and changed twice a year."""
        # Public facts: whoever sees an amount may know how it was computed.
        rows = self.sudo().search_fetch([("kind", "=", kind)], ["date_from", "rate"])
        return tuple((row.date_from, Decimal(f"{row.rate:.2f}")) for row in rows)

    @api.model
    def _read_contracts(self, debtors, company):
        """Map ids of businesses to the rate that their terms with a company stipulate,
        else the company's own, else None."""
        general = read_percent(company, "dunning_contract_rate")
        return {
            debtor.id: read_percent(debtor, "dunning_contract_rate") or general
            for debtor in debtors.with_company(company)
        }

    @api.model
    def _get_business_table(self, contract=None):
        """Return the rates between businesses.

        :param Decimal contract: the stipulated rate (percent per year); each half-year
            it is lifted to its floor. Without one, the central bank's plus 10 points.
        """
        if contract is None:
            bank = self._read_percents("ecb_refi")
            return RateTable([(day, rate + BUSINESS_MARGIN) for day, rate in bank])
        legal = self._read_percents("legal_other")
        rates = [(day, max(contract, FLOOR_FACTOR * rate)) for day, rate in legal]
        last = max(legal, default=(None, contract))[1]
        # Far above the floor, the next legal rate is not needed to know the rate.
        is_above = contract > FLOOR_FACTOR * last
        return RateTable(rates, then=contract if is_above else None)

    @api.model
    def _get_consumer_table(self):
        """Return the legal rates of a company: what a consumer owes from the notice."""
        return RateTable(self._read_percents("legal_other"))

    @api.model
    def _get_public_table(self, due, known):
        """Return the one rate of a public buyer: that of the half-year in which the
        delay began, whatever comes later.

        :param known: ``{date_from: percent}`` of the central bank
        :raises MissingRate: when that half-year has no rate
        """
        first_day = due + timedelta(days=1)
        start = half_year_start(first_day)
        if start not in known:
            raise MissingRate(first_day)
        return RateTable([(start, known[start] + PUBLIC_MARGIN)])

    @api.model
    def _describe_basis(self, kind, contract, interests):
        """Return what each rate of some interest is made of, in the order of time.

        :param kind: of the debtor
        :param Decimal contract: the rate stipulated with a business, None without one
        :param interests: list of ``Interest``, one for each item
        :return: ``[{"percent", "kind", "day", "reference"}]``: ``kind`` is ``business``
            and ``public`` (the central bank's of that day plus points), ``contract``
            (as it is, or three times the legal rate of that day), ``consumer`` (legal)
        """
        if kind == "business" and contract is not None:
            kind = "contract"
        known = dict(self._read_percents(self._get_reference_kind(kind)))
        # A public buyer's is that of the half-year in which the delay began.
        anchors = {
            (
                half_year_start((first if kind == "public" else one).date_from),
                one.percent,
            )
            for interest in interests
            for first in interest.segments[:1]
            for one in interest.segments
        }
        return [
            {
                "percent": f"{percent:.2f}",
                "kind": kind,
                "day": day.isoformat(),
                "reference": f"{known[day]:.2f}" if day in known else None,
            }
            for day, percent in sorted(anchors)
        ]

    @api.model
    def _describe_doubts(self, basis, today):
        """Say which of the rates behind some interest somebody should compare with the
        official source before they are used: those of a secondary source, and the one
        in force if nobody did so since its half-year began. Empty when all is well.

        For who approves, on the screen; no text says it.

        :param basis: what ``_describe_basis`` returned
        """
        used = {
            (self._get_reference_kind(fact["kind"]), fields.Date.to_date(fact["day"]))
            for fact in basis
            # A stipulated rate above the floor does not depend on the legal one.
            if fact["kind"] != "contract"
            or fact["reference"]
            and Decimal(fact["percent"]) == FLOOR_FACTOR * Decimal(fact["reference"])
        }
        # Public facts, as for the amounts.
        rates = self.sudo().search([("date_from", "in", [day for _kind, day in used])])
        rates = rates.filtered(lambda rate: (rate.kind, rate.date_from) in used)
        return " ".join(
            filter(None, (rate._describe_doubt(today) for rate in rates.sorted()))
        )

    def _describe_doubt(self, today):
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        names = {"kind": kinds[self.kind], "half_year": self.half_year}
        if self.is_secondary:
            return self.env._(
                "The rate “%(kind)s” of %(half_year)s comes from a secondary source: "
                "compare it with the official one before you use it.",
                **names,
            )
        is_checked = self.checked_on and self.checked_on >= self.date_from
        if self.date_from == half_year_start(today) and not is_checked:
            return self.env._(
                "Nobody has compared the rate “%(kind)s” of %(half_year)s with its "
                "source since that half-year began.",
                **names,
            )
        return ""

    @api.model
    def _get_reference_kind(self, kind):
        """Return which kind of rate is behind the interest of a kind of debtor."""
        return "ecb_refi" if kind in ("business", "public") else "legal_other"

    @api.model
    def _get_legal_rate(self, day):
        """Return the legal rate of a company on a day, None if it is not known."""
        return dict(self._read_percents("legal_other")).get(half_year_start(day))

    @api.model
    def _get_floor(self, day):
        """Return the lowest rate that may be stipulated on a day, None if unknown."""
        rate = self._get_legal_rate(day)
        return None if rate is None else FLOOR_FACTOR * rate

    @api.model
    def _check_stipulated(self, percent, day):
        """Refuse a stipulated rate that the law does not allow.

        :param Decimal percent: percent per year; None is no stipulation
        :raises ValidationError: below the floor, or no percentage
        """
        if percent is None:
            return
        if not 0 < percent < 100:
            raise ValidationError(
                self.env._("A rate is a percentage per year, between 0 and 100.")
            )
        floor = self._get_floor(day)
        if floor is not None and percent < floor:
            raise ValidationError(
                self.env._(
                    "The law allows no stipulated rate below three times the legal "
                    "one, %(floor)s %% in %(half_year)s: %(percent)s %% is too low. "
                    "Leave it empty for the legal default.",
                    floor=floor,
                    percent=percent,
                    half_year=self._name_half_year(day),
                )
            )

    @api.model
    def _describe_missing(self, error, kind, known_until=None):
        """Say in the user's words which rate is missing, until which day the interest
        is counted, and who mends it where.

        :param error: the ``MissingRate``
        :param kind: of the rate that is missing
        :param known_until: the last day that counted; None when none did
        """
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        counted = (
            self.env._(
                "Interest is counted until %(date)s.",
                date=format_date(self.env, known_until),
            )
            if known_until
            else self.env._("No interest is counted.")
        )
        missing = self.env._(
            "The rate “%(kind)s” of %(half_year)s is not known: a credit manager "
            "enters it in the list of rates (Dunning, Configuration, Interest rates), "
            "with its source.",
            kind=kinds[kind],
            half_year=self._name_half_year(error.day),
        )
        return f"{counted} {missing}"

    @api.model
    def _get_missing(self, day):
        """Return the kinds that have no line for the half-year of a day."""
        start = half_year_start(day)
        known = self.sudo().search([("date_from", "=", start)]).mapped("kind")
        return [kind for kind in ("ecb_refi", "legal_other") if kind not in known]

    @api.model
    def _cron_ask_for_rates(self):
        """Ask for the rates of a half-year that is about to begin, in every company
        that duns: whoever is in charge there, named or not."""
        companies = self.env["res.company"].search([("active", "=", True)])
        cases = self.env["dunning.case"].sudo()  # only of which companies
        dunning = {
            company.id for [company] in cases._read_group([], ["company_id"]) if company
        }
        commit_progress = self.env["ir.cron"]._commit_progress

        def ask(company):
            company._dunning_ask_for_rates()
            commit_progress(1)

        self.env["dunning.worker"]._cron_each(
            companies.filtered(
                lambda company: company.id in dunning or company.dunning_manager_id
            ),
            ask,
            RATES_CRON,
        )
