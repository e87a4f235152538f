from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal

from odoo import models
from odoo.fields import Domain

from ...tools.age_bands import find_band

#: What somebody holds on the invoice itself is not ours to decide.
HELD_BY_HAND = ("blocked", "in_payment")


@dataclass(slots=True)
class OldInvoice:
    """A late invoice: how late its oldest open instalment is, and what is late of it
    (company currency)."""

    move_id: int
    partner_id: int
    days_late: int = 0
    amount: Decimal = Decimal(0)
    is_left_out: bool = False


@dataclass(slots=True)
class OldInvoices:
    """The late invoices of a company that nobody was reminded of yet.

    ``begun`` and ``excluded`` are ids of late invoices that a decision does not touch.
    """

    date: Date
    invoices: list = field(default_factory=list)
    begun: set = field(default_factory=set)
    excluded: set = field(default_factory=set)

    def of_band(self, band):
        return [one for one in self.invoices if find_band(one.days_late) == band]

    def count(self, band):
        """Return the values of a band's line."""
        found = self.of_band(band)
        return {
            "invoice_count": len(found),
            "debtor_count": len({one.partner_id for one in found}),
            "amount": float(sum((one.amount for one in found), Decimal(0))),
            "left_out_count": sum(one.is_left_out for one in found),
        }


class DunningOldItemsRead(models.Model):
    """Read the late invoices of a company in a few queries, however many there are."""

    _inherit = "dunning.old.items"

    def _read_old_items(self):
        """Return what there is to decide today.

        An invoice stands in the band of its oldest open instalment, because the host
        excludes an invoice as a whole.

        :rtype: OldInvoices
        """
        self.ensure_one()
        company = self.company_id
        old = OldInvoices(company._dunning_today())
        items = self.env["account.move.line"]._read_dunning_items(company, old.date)
        late = [item for item in items if item.due < old.date]
        begun, left_out = self._read_begun(), self._read_left_out()
        invoices = {}
        for item in late:
            if item.move_id in begun:
                old.begun.add(item.move_id)
            elif item.hold in HELD_BY_HAND:
                continue
            elif item.hold and item.move_id not in left_out:
                old.excluded.add(item.move_id)
            else:
                found = invoices.setdefault(
                    item.move_id, OldInvoice(item.move_id, item.partner_id)
                )
                found.days_late = max(found.days_late, (old.date - item.due).days)
                found.amount += item.residual
                found.is_left_out = found.is_left_out or bool(item.hold)
        old.invoices = list(invoices.values())
        return old

    def _read_begun(self):
        """Return the ids of invoices that were reminded, or are about to be."""
        company = Domain("company_id", "=", self.company_id.id)
        lines = self.env["dunning.case.line"].sudo()  # a fact about the invoice
        standing = lines._read_group(
            Domain("case_id.company_id", "=", self.company_id.id)
            & Domain("level_id", "!=", False),
            ["move_id"],
        )
        told = (
            self.env["dunning.action.line"]
            .sudo()  # a fact about the invoice
            ._read_group(
                Domain("action_id", "any", company & Domain("state", "=", "queued"))
                & Domain("level_id", "!=", False),
                ["move_id"],
            )
        )
        return {move.id for (move,) in [*standing, *told]}

    def _read_left_out(self):
        """Map ids of invoices to the decisions of this company that left them out."""
        decisions = self.search([("company_id", "=", self.company_id.id)])
        left_out = defaultdict(self.browse)
        for decision in decisions:
            # Whoever decides sees what was decided, whatever journals he may open.
            for move_id in decision.sudo().left_out_ids.ids:
                left_out[move_id] |= decision
        return left_out
