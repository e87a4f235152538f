from collections import defaultdict
from decimal import Decimal

from odoo import models


class DunningCaseLineClaim(models.Model):
    """What was claimed or waived of the interest and the indemnity of an item: it is
    no longer part of what is shown to date.

    Kept by journal item and invoice, not by line of a case: an item that comes into
    another case is not claimed again.
    """

    _inherit = "dunning.case.line"

    def _read_settled(self, kind):
        """Return the claims in force and the waivers of a kind on these invoices.

        :param kind: ``interest`` or ``indemnity``
        """
        domain = [("kind", "=", kind), ("move_id", "in", self.move_id.ids)]
        # That it was claimed counts, whoever looks at the amount that is left.
        claims = self.env["dunning.claim.line"].sudo()
        waivers = self.env["dunning.waiver"].sudo()
        return (
            claims.search(domain + claims._get_live_domain()),
            waivers.search(domain + waivers._get_live_domain()),
        )

    def _read_interest_claims(self):
        """Map lines to ``[(last day, amount)]`` of interest claimed or waived."""
        found = defaultdict(list)
        of_move = self.grouped("move_id")
        for records in self._read_settled("interest"):
            for record in records:
                line = record._find_line(of_move.get(record.move_id, self.browse()))
                if line:
                    found[line].append((record.date_to, Decimal(str(record.amount))))
        return found

    def _read_claimed_until(self):
        """Map lines to the last day of which the interest was claimed."""
        days = {}
        of_move = self.grouped("move_id")
        for claim in self._read_settled("interest")[0]:
            line = claim._find_line(of_move.get(claim.move_id, self.browse()))
            if line:
                days[line] = max(days.get(line, claim.date_to), claim.date_to)
        return days

    def _get_indemnities(self, day=None):
        """Map the lines that bear the indemnity on a day to what is left of it.

        :param day: an item is late when it was due before; today when None
        """
        return self._get_indemnity_lines(day)._get_indemnities_left()

    def _get_indemnities_left(self):
        """Map lines to the company's indemnity less what was claimed or waived."""
        left = {line: line.company_id.dunning_indemnity for line in self}
        claims, waivers = (
            self._read_settled("indemnity") if any(left.values()) else ((), ())
        )
        claimed = {claim.move_id.id for claim in claims}
        waived = defaultdict(float)
        for waiver in waivers:
            waived[waiver.move_id.id] += waiver.amount
        for line, amount in left.items():
            move_id, currency = line.move_id.id, line.company_currency_id
            rest = 0.0 if move_id in claimed else amount - waived[move_id]
            left[line] = currency.round(max(rest, 0.0))
        return {line: amount for line, amount in left.items() if amount}
