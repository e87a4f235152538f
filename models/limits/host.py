"""What this concern adds to models of the host."""

from collections import defaultdict
from datetime import date as Date
from functools import partial
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ...tools.days import add_months
from ...tools.holds import BY_LAW, INSOLVENCY, OVER_INDEBTED, TIME_BARRED
from ...tools.insolvency import is_earlier
from ...tools.limitation import (
    LONGEST_CONTRACT,
    SHORTEST_CONTRACT,
    SHORTEST_MONTHS,
    Event,
    find_period,
    last_day_to_act,
)
from ..case.res_partner import COLLECTOR
from .dunning_limitation_event import DEMAND

#: Trades whose claims are barred sooner than others.
SECTORS = [
    ("transport", "Carriage of goods (1 year)"),
    ("telecom", "Electronic communications (1 year)"),
]
#: Months before the last day to act at which somebody is asked to act.
WARNING_MONTHS = (6, 3)
LIMITS_CRON = "account_dunning.ir_cron_dunning_limits"
#: Cases whose tasks are planned in one transaction.
CASES_PER_BATCH = 200


class ResPartner(models.Model):
    """How long a customer can be sued, and his insolvency proceedings."""

    _inherit = "res.partner"

    dunning_limitation_sector = fields.Selection(
        [("none", "No trade of its own"), *SECTORS],
        "Trade (limitation)",
        company_dependent=True,
        help="Claims of some trades are barred after one year (Code de commerce "
        "L133-6, Code des postes L34-2). Empty: as the company.",
    )
    dunning_limitation_years = fields.Integer(
        "Contractual limitation (years)",
        company_dependent=True,
        help="1 to 10 years, if a contract with this business says so (Code civil "
        "2254). 0: as the company. Never for consumers.",
    )
    dunning_proceeding_ids = fields.One2many(
        "dunning.proceeding",
        "partner_id",
        "Insolvency proceedings",
        groups="account_dunning.group_dunning_reader",
    )
    dunning_limitation_event_ids = fields.One2many(
        "dunning.limitation.event",
        "partner_id",
        "What interrupts the limitation",
        groups="account_dunning.group_dunning_reader",
    )

    @api.model
    def _get_dunning_writers(self):
        return super()._get_dunning_writers() | {
            "dunning_limitation_sector": COLLECTOR,
            "dunning_limitation_years": COLLECTOR,
        }

    @api.constrains("dunning_limitation_years", "dunning_debtor_kind")
    def _check_dunning_limitation_years(self):
        for partner in self:
            years = partner.dunning_limitation_years
            check_contract_years(partner, years)
            if years and partner.dunning_debtor_kind != "business":
                raise ValidationError(
                    self.env._(
                        "%(debtor)s is no business: the law fixes the limitation, and "
                        "no contract changes it (Code de la consommation L218-1). "
                        "Remove the contractual years.",
                        debtor=partner.display_name,
                    )
                )

    def _get_limitation_events(self):
        """Map (debtor id, unit) to the confirmed events of the debt; units are those of
        ``dunning.limitation.subject``.

        :rtype: dict[tuple[int, tuple[bool, int]], list[Event]]
        """
        found = defaultdict(list)
        # Until when a debt can be claimed is no secret to who sees the item.
        for event in self.sudo().dunning_limitation_event_ids:
            if event.state != "confirmed" or event._came_back():
                continue
            known = Event(
                event.date,
                event.date_until or None,
                suspends=event.kind == "mediation",
                by_calendar=event.kind == DEMAND,
            )
            for unit in event._get_units():
                found[event.partner_id.id, unit].append(known)
        return found

    def _get_limitation_periods(self, company):
        """Map ids of debtors to the period of what they owe to a company.

        :rtype: dict[int, tools.limitation.Period]
        """
        periods = {}
        for debtor in self.with_company(company):
            sector = debtor.dunning_limitation_sector
            sector = sector or company.sudo().dunning_limitation_sector or ""
            years = debtor.dunning_limitation_years
            periods[debtor.id] = find_period(
                debtor.dunning_debtor_kind,
                "" if sector == "none" else sector,
                years or company.sudo().dunning_limitation_years,  # as its terms say
            )
        return periods

    def _take_over_legal_records(self):
        """Let these debtors take over proceedings, and what interrupts limitations, of
        those who are mere contacts of theirs by now; a second running proceeding of
        one debtor stays where it is, for a person to look at."""
        for name in (
            "dunning.limitation.event",
            "dunning.limitation.override",
            "dunning.proceeding",
        ):
            # Whoever may edit customers need not have rights on dunning.
            records = self.env[name].sudo()
            found = records.search(
                [
                    ("partner_id.commercial_partner_id", "in", self.ids),
                    ("partner_id", "not in", self.ids),
                ]
            )
            for record in found:
                debtor = record.partner_id.commercial_partner_id
                if not record._is_doubled_by(debtor):
                    record.partner_id = debtor

    def _follow_dunning_debtor(self):
        debtors = super()._follow_dunning_debtor()
        debtors._take_over_legal_records()
        return debtors


def check_contract_years(record, years):
    """Refuse a contractual limitation that the law does not allow.

    :raises ValidationError: when it is neither empty nor between 1 and 10 years
    """
    if years and not SHORTEST_CONTRACT <= years <= LONGEST_CONTRACT:
        raise ValidationError(
            record.env._(
                "A contract between businesses may set a limitation of 1 to 10 years "
                "(Code civil 2254), not %(years)s. 0: what the law says.",
                years=years,
            )
        )


class ResCompany(models.Model):
    """What a company's trade and terms say of limitation, and the nightly watch over
    the last days to act."""

    _inherit = "res.company"

    dunning_limitation_sector = fields.Selection(
        SECTORS,
        "Trade (limitation)",
        help="Claims of some trades are barred after one year, whoever the customer is "
        "(Code de commerce L133-6, Code des postes L34-2). Empty: another trade.",
    )
    dunning_limitation_years = fields.Integer(
        "Contractual limitation (years)",
        help="1 to 10 years, if your terms of sale to businesses say so (Code civil "
        "2254). 0: five years. Never for consumers (two years).",
    )

    @api.constrains("dunning_limitation_years")
    def _check_dunning_limitation_years(self):
        for company in self:
            check_contract_years(company, company.dunning_limitation_years)

    @api.model
    def _cron_watch_limits(self):
        """Each night: propose what interrupts limitations, ask to act before it is too
        late."""
        companies = self.env["res.company"].search([("active", "=", True)])
        self.env["dunning.worker"]._cron_each(
            companies, lambda company: company._dunning_watch_limits(), LIMITS_CRON
        )

    def _dunning_watch_limits(self):
        """Watch the limits of one company. Committed batch by batch: a task is planned
        once, whatever happens."""
        commit_progress = self.env["ir.cron"]._commit_progress
        company = self._in_its_language()
        events = company.env["dunning.limitation.event"]
        events._propose_payments(company)
        events._propose_missed_demands(company)
        commit_progress()
        worker = company.env["dunning.worker"]
        for lines in company._dunning_find_expiring():
            worker._do_each(
                lines.case_id,
                lambda cases, of_batch=lines: of_batch.filtered(
                    lambda line: line.case_id in cases
                )._warn_of_limitation(),
                lambda case, error: case._tell_left_out(error),
            )
            commit_progress()
        company._dunning_warn_of_declarations()
        company.env["dunning.case"]._close_public_tasks(company)
        commit_progress(1)

    def _dunning_find_expiring(self):
        """Yield the items of open cases that somebody must be told of, by batches of
        cases: their last day comes within six or three months, and it was not said
        yet of that day."""
        self.ensure_one()
        today = self._dunning_today()
        lines = self.env["dunning.case.line"].search(
            [
                ("company_id", "=", self.id),
                ("case_id.state", "!=", "closed"),
                ("limitation_date", ">=", today),
                ("limitation_date", "<=", add_months(today, max(WARNING_MONTHS))),
            ]
        )
        asking = lines.filtered(lambda line: line._get_limitation_warning(today))
        for cases in split_every(CASES_PER_BATCH, asking.case_id.ids):
            chosen = set(cases)
            yield asking.filtered(lambda line, ids=chosen: line.case_id.id in ids)

    def _dunning_warn_of_declarations(self):
        """Ask for the declarations of claims whose deadline comes near."""
        self.ensure_one()
        today = self._dunning_today()
        proceedings = self.env["dunning.proceeding"]
        proceedings._warn_of_deadlines(self, today)
        proceedings._warn_of_thaw(self, today)


#: Since when an item can be claimed.
LIMITATION_START = SQL(
    "LEAST(move.delivery_date, move.invoice_date, item.date, item.date_maturity)"
)

#: When a debt was born: the earliest day known of it. What came into the books later is
#: no younger for that; the due date counts where an entry has no other.
BORN = SQL(
    """LEAST(move.delivery_date, move.invoice_date, item.date,
             CASE WHEN move.move_type = 'entry' THEN item.date_maturity END)"""
)


class LegalRow(NamedTuple):
    """An item as the law looks at it: since when it could be claimed, of whom.

    ``frozen_by``: the code of what keeps it back because the debtor is in proceedings
    and the claim was born before the judgment, else empty. ``is_consumer``: or what is
    not known to be anything else.
    ``is_dated``: it has a due date, or is an invoice: of an entry without one nobody
    knows since when it could be claimed.
    """

    id: int
    company_id: int
    move_id: int
    debtor_id: int
    start: Date
    frozen_by: str
    is_consumer: bool
    is_dated: bool

    @property
    def units(self):
        """As what a record of the law may name it: see ``_get_units``."""
        return (True, self.move_id), (False, self.id)


def get_birth(born, returned=None):
    """Return the day on which a debt was born.

    :param born: the earliest day known of the item
    :param Returned returned: the payment that came back with it, if it did
    """
    return min(born, returned.born) if returned and returned.born else born


class AccountMoveLine(models.Model):
    """What the law says of an open item: until when it can be claimed in court, and
    whether its debtor may be written to at all. Read in batch, nothing is stored."""

    _inherit = "account.move.line"

    def _find_dunning_holds(self, date):
        """Add what the law keeps back: claims born before a judgment of insolvency, and
        what a consumer can no longer be sued for (design, rule 8)."""
        held, old = super()._find_dunning_holds(date), []
        for row in self._read_dunning_legal_rows(date, is_held=True):
            if row.frozen_by:
                held[row.id] = row.frozen_by
            elif row.is_consumer and row.is_dated:
                old.append(row)
        held |= dict.fromkeys(self._find_time_barred(old, date), TIME_BARRED)
        return held

    @api.model
    def _find_time_barred(self, rows, date):
        """Return the ids of the items that cannot be claimed any more on a day, but
        those for which a manager has decided otherwise."""
        days = self._get_limitation_dates(rows) if rows else {}
        barred = [row for row in rows if days[row.id] < date]
        if not barred:
            return []
        overridden = self.env["dunning.limitation.override"]._find_pairs(
            [row.debtor_id for row in barred]
        )
        return [
            row.id
            for row in barred
            if overridden.isdisjoint((row.debtor_id, unit) for unit in row.units)
        ]

    def _read_dunning_legal_rows(self, date, before=None, is_held=False):
        """Read since when items could be claimed, in one query.

        :param before: only items whose period began by that day
        :param is_held: only items that the law may hold back on ``date``: of debtors in
            proceedings, and old ones of consumers
        :rtype: list[LegalRow]
        """
        if not self:
            return []
        self._flush_for_law()
        rows = self.env.execute_query(
            SQL(
                """SELECT item.id, item.company_id, item.move_id, debtor.id, %(start)s,
                          %(born)s, proceeding.judgment_date, proceeding.frozen_until,
                          COALESCE(debtor.dunning_debtor_kind, 'consumer')
                          = 'consumer',
                          move.move_type != 'entry' OR item.date_maturity IS NOT NULL
                     FROM account_move_line item
                     JOIN account_move move ON move.id = item.move_id
                     JOIN res_partner contact ON contact.id = item.partner_id
                     JOIN res_partner debtor
                          ON debtor.id = contact.commercial_partner_id
                LEFT JOIN dunning_proceeding proceeding
                          ON proceeding.partner_id = debtor.id
                         AND proceeding.company_id = item.company_id
                         AND proceeding.ended_on IS NULL
                         AND proceeding.judgment_date <= %(date)s
                         AND COALESCE(proceeding.frozen_until, %(date)s) >= %(date)s
                    WHERE item.id = ANY(%(ids)s) AND %(test)s""",
                start=LIMITATION_START,
                born=BORN,
                date=date,
                ids=list(self.ids),
                test=self._sql_legal_test(date, before, is_held),
            )
        )
        late = [row[0] for row in rows if row[6] and row[5] >= row[6]]
        returned = self.browse(late)._read_dunning_returned()
        found = []
        for key, *known, born, judgment, until, is_consumer, is_dated in rows:
            born = get_birth(born, returned.get(key))
            frozen_by = ""
            if judgment and is_earlier(born, judgment):
                frozen_by = OVER_INDEBTED if until else INSOLVENCY
            found.append(LegalRow(key, *known, frozen_by, is_consumer, is_dated))
        return found

    def _read_dunning_births(self):
        """Map ids of items to the day on which each debt was born, as far as the books
        know: see ``BORN``; of a payment that came back unpaid that of the invoice which
        is owed again.

        :rtype: dict[int, date]
        """
        if not self:
            return {}
        self._flush_for_law()
        rows = self.env.execute_query(
            SQL(
                """SELECT item.id, %s FROM account_move_line item
                     JOIN account_move move ON move.id = item.move_id
                    WHERE item.id = ANY(%s)""",
                BORN,
                list(self.ids),
            )
        )
        returned = self._read_dunning_returned()
        return {key: get_birth(born, returned.get(key)) for key, born in rows}

    @api.model
    def _sql_legal_test(self, date, before, is_held):
        """Return the test of which items are read, see ``_read_dunning_legal_rows``."""
        if is_held:
            return SQL(
                """(proceeding.id IS NOT NULL
                    OR COALESCE(debtor.dunning_debtor_kind, 'consumer') = 'consumer'
                       AND %s < %s)""",
                LIMITATION_START,
                add_months(date, -SHORTEST_MONTHS),
            )
        return SQL("%s <= %s", LIMITATION_START, before) if before else SQL("TRUE")

    def _flush_for_law(self):
        self.flush_model(["partner_id", "date", "date_maturity", "move_id"])
        self.env["account.move"].flush_model(
            ["invoice_date", "delivery_date", "move_type"]
        )
        partners = self.env["res.partner"]
        partners.flush_model(["commercial_partner_id", "dunning_debtor_kind"])
        self.env["dunning.proceeding"].flush_model()

    @api.model
    def _get_limitation_dates(self, rows):
        """Map ids of items to the last day on which each can be claimed in court."""
        companies = self.env["res.company"].browse({row.company_id for row in rows})
        debtors = self.env["res.partner"].browse({row.debtor_id for row in rows})
        # How long the law gives is no secret to who sees the item.
        periods = {
            company.id: debtors.sudo()._get_limitation_periods(company)
            for company in companies
        }
        events = debtors._get_limitation_events()
        return {
            row.id: last_day_to_act(
                row.start,
                periods[row.company_id][row.debtor_id],
                [
                    event
                    for unit in row.units
                    for event in events.get((row.debtor_id, unit), ())
                ],
            )
            for row in rows
        }


class ResConfigSettings(models.TransientModel):
    """How long a debt can be claimed in court."""

    _inherit = "res.config.settings"

    dunning_limitation_sector = fields.Selection(
        related="company_id.dunning_limitation_sector", readonly=False
    )
    dunning_limitation_years = fields.Integer(
        related="company_id.dunning_limitation_years", readonly=False
    )


class AccountMove(models.Model):
    """Invoices that the law keeps back."""

    _inherit = "account.move"

    @api.model
    def _get_dunning_hold_domains(self):
        own = {
            code: self._get_found_domain(partial(self._find_held_by_law, code))
            for code in BY_LAW
        }
        return super()._get_dunning_hold_domains() | own

    @api.model
    def _find_held_by_law(self, code):
        lines = self.env["dunning.case.line"].search(
            [("case_id.state", "!=", "closed")]
        )
        held = lines._find_other_holds()
        held_ids = [key for key, reason in held.items() if reason == code]
        return lines.move_line_id.browse(held_ids).sudo().move_id.ids  # ids only
