from collections import defaultdict
from datetime import date as Date
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ...tools.days import add_months
from ...tools.holds import INSOLVENCY, TIME_BARRED
from ...tools.limitation import SHORTEST_MONTHS, Event, last_day_to_act


class LimitRow(NamedTuple):
    """An item as the law looks at it: since when it could be claimed, of whom.

    ``is_insolvent``: the debtor is in insolvency proceedings, and the claim was born
    before the judgment.
    """

    id: int
    company_id: int
    move_id: int
    debtor_id: int
    start: Date
    is_insolvent: bool


class AccountMoveLine(models.Model):
    """What the law says of an open item: until when it can be claimed in court, and
    whether its debtor may be written to at all. Read in batch, nothing is stored."""

    _inherit = "account.move.line"

    def _find_dunning_holds(self, date):
        """Add what the law keeps back: claims born before a judgment of insolvency, and
        what a consumer can no longer be sued for (design, rule 8)."""
        held, old = super()._find_dunning_holds(date), []
        for row in self._read_dunning_limits(date, is_held=True):
            if row.is_insolvent:
                held[row.id] = INSOLVENCY
            else:
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
            row.id for row in barred if (row.debtor_id, row.move_id) not in overridden
        ]

    def _read_dunning_limits(self, date, before=None, is_held=False):
        """Read since when items could be claimed, in one query.

        :param before: only items whose period began by that day
        :param is_held: only items that the law may hold back on ``date``: of debtors in
            proceedings, and old ones of consumers
        :rtype: list[LimitRow]
        """
        if not self:
            return []
        self._flush_for_limits()
        born = SQL("COALESCE(move.delivery_date, move.invoice_date, item.date)")
        start = SQL(
            "LEAST(move.delivery_date, move.invoice_date, item.date, "
            "item.date_maturity)"
        )
        test = SQL("TRUE")
        if before:
            test = SQL("%s <= %s", start, before)
        if is_held:
            test = SQL(
                """(proceeding.id IS NOT NULL
                    OR COALESCE(debtor.dunning_debtor_kind, 'consumer') = 'consumer'
                       AND %s < %s)""",
                start,
                add_months(date, -SHORTEST_MONTHS),
            )
        rows = self.env.execute_query(
            SQL(
                """SELECT item.id, item.company_id, item.move_id, debtor.id, %(start)s,
                          proceeding.id IS NOT NULL
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
                         AND %(born)s < proceeding.judgment_date
                    WHERE item.id = ANY(%(ids)s) AND %(test)s""",
                start=start,
                date=date,
                born=born,
                ids=list(self.ids),
                test=test,
            )
        )
        return [LimitRow(*row) for row in rows]

    def _flush_for_limits(self):
        self.flush_model(["partner_id", "date", "date_maturity", "move_id"])
        self.env["account.move"].flush_model(["invoice_date", "delivery_date"])
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
        events = self._read_limitation_events(rows)
        return {
            row.id: last_day_to_act(
                row.start,
                periods[row.company_id][row.debtor_id],
                events[row.debtor_id, row.move_id],
            )
            for row in rows
        }

    @api.model
    def _read_limitation_events(self, rows):
        """Map (debtor id, invoice id) to the confirmed events of the debt."""
        events = self.env["dunning.limitation.event"]
        events.flush_model()
        found = defaultdict(list)
        moves = list({row.move_id for row in rows})
        if not moves:
            return found
        for partner_id, move_id, day, until, kind in self.env.execute_query(
            SQL(
                """SELECT event.partner_id, rel.move_id, event.date, event.date_until,
                          event.kind
                     FROM dunning_limitation_event event
                     JOIN dunning_limitation_event_move_rel rel
                          ON rel.event_id = event.id
                    WHERE event.state = 'confirmed' AND rel.move_id = ANY(%s)""",
                moves,
            )
        ):
            suspends = kind == "mediation"
            found[partner_id, move_id].append(Event(day, until, suspends))
        return found
