from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.holds import ON_HOLD


class DunningCaseLine(models.Model):
    """Why an item is not dunned now: what the ledger says, another module, a person."""

    _inherit = "dunning.case.line"

    hold_ids = fields.Many2many(
        "dunning.hold",
        "dunning_hold_line_rel",
        "line_id",
        "hold_id",
        "Holds",
        readonly=True,
    )
    hold_id = fields.Many2one(
        "dunning.hold",
        "Put on hold",
        compute="_compute_hold_id",
        help="Who put it on hold for a time, why, and until when.",
    )

    @api.model
    def _selection_hold(self):
        own = [(ON_HOLD, self.env._("On hold for a time"))]
        return super()._selection_hold() + own

    @api.depends(
        "hold_ids.date_until",
        "hold_ids.ended_on",
        "case_id.hold_ids.date_until",
        "case_id.hold_ids.ended_on",
    )
    def _compute_hold_id(self):
        holds = self._find_holds()
        for line in self:
            line.hold_id = holds.get(line.id)

    @api.depends("hold_id")
    def _compute_hold(self):
        return super()._compute_hold()

    def _find_item_holds(self):
        held = dict.fromkeys(self.filtered("hold_id"), ON_HOLD)
        return held | super()._find_item_holds()

    def _find_holds(self):
        """Map line ids to the hold of the item, or of its case, in force today."""
        found = {}
        for company, lines in self.grouped("company_id").items():
            if not company:
                continue
            # See _compute_hold: asked for whoever sees the item.
            holds = self.env["dunning.hold"].sudo()
            running = Domain("case_id", "in", lines.case_id.ids)
            running &= holds._get_domain(company._dunning_today())
            by_case = holds.search(running).grouped("case_id")
            for line in lines:
                of_case = by_case.get(line.case_id, holds).filtered(
                    lambda hold, line=line: (
                        hold.scope == "case" or line in hold.line_ids
                    )
                )
                longest = of_case.sorted("date_until")[-1:]
                found[line.id] = longest.with_env(self.env)
        return found

    @api.model
    def _get_held_domain(self):
        """Return the items that are on hold for a time today."""
        today = self.env.company._dunning_today()
        running = self.env["dunning.hold"]._get_domain(today)
        whole = running & Domain("scope", "=", "case")
        return Domain("hold_ids", "any", running) | Domain(
            "case_id.hold_ids", "any", whole
        )
