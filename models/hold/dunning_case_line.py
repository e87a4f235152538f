from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import covers
from ...tools.holds import INSOLVENCY, ON_HOLD, TIME_BARRED


class DunningCaseLine(models.Model):
    """Why an item is not dunned now: what the ledger says, another module, a person."""

    _inherit = "dunning.case.line"

    hold = fields.Selection(
        selection="_selection_hold",
        string="On hold",
        compute="_compute_hold",
        help="Why the item is not dunned now. Empty when it is.",
    )
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
        compute="_compute_hold",
        help="Who put it on hold for a time, why, and until when.",
    )

    @api.model
    def _selection_hold(self):
        return [
            ("paid", self.env._("Paid")),
            ("unposted", self.env._("No longer posted")),
            ("in_payment", self.env._("Payment in progress")),
            ("blocked", self.env._("Blocked")),
            ("excluded", self.env._("Excluded from follow-up")),
            ("claim", self.env._("Note for interest")),
            (ON_HOLD, self.env._("On hold for a time")),
            (covers.DISPUTED, self.env._("Disputed")),
            (covers.PROMISED, self.env._("Promised")),
            (covers.PLANNED, self.env._("On a payment plan")),
            (INSOLVENCY, self.env._("Insolvency")),
            (TIME_BARRED, self.env._("Time-barred")),
            (covers.OFFERED, self.env._("Under an offer")),
        ]

    @api.depends(
        "move_line_id.reconciled",
        "move_line_id.parent_state",
        "move_line_id.no_followup",
        "move_id.payment_state",
        "hold_ids.date_until",
        "hold_ids.ended_on",
        "case_id.hold_ids.date_until",
        "case_id.hold_ids.ended_on",
    )
    def _compute_hold(self):
        holds, others = self._find_holds(), self._find_other_holds()
        kept = self._find_covered()
        for line in self:
            # Whether an item may be dunned is not a secret to who sees the case.
            line.hold_id = holds.get(line.id)
            line.hold = (
                line.sudo()._get_hold()
                or others.get(line.move_line_id.id)
                or (line.hold_id and ON_HOLD)
                or kept.get(line.move_line_id.id)
            )

    def _find_covered(self):
        """Map ids of journal items to what keeps them back as a whole."""
        return {
            item.line_id: covered.hold
            for of_case in self.case_id._find_kept_back().values()
            for item, parts in of_case.items()
            if (covered := item.keep_back(parts)).hold in parts
        }

    def _find_other_holds(self):
        """Map ids of journal items to why another module keeps them back today."""
        held = {}
        for company, lines in self.sudo().grouped("company_id").items():
            if company:  # see _compute_hold
                today = company._dunning_today()
                held |= lines.move_line_id._find_dunning_holds(today)
        return held

    def _find_holds(self):
        """Map line ids to the hold of the item, or of its case, in force today."""
        found = {}
        for company, lines in self.grouped("company_id").items():
            if not company:
                continue
            # See _compute_hold: asked for whoever sees the item.
            holds = lines.case_id.sudo().hold_ids
            running = holds._get_domain(company._dunning_today())
            by_case = holds.filtered_domain(running).grouped("case_id")
            for line in lines:
                of_case = by_case.get(line.case_id, holds.browse()).filtered(
                    lambda hold, line=line: (
                        hold.scope == "case" or line in hold.line_ids
                    )
                )
                longest = of_case.sorted("date_until")[-1:]
                found[line.id] = longest.with_env(self.env)
        return found

    def _get_hold(self):
        self.ensure_one()
        item, move = self.move_line_id, self.move_id
        if not item or item.parent_state != "posted":
            return "unposted"
        if item.reconciled:
            return "paid"
        if move.payment_state in ("in_payment", "blocked"):
            return move.payment_state
        if item.no_followup:
            return "excluded"
        return "claim" if move.dunning_claim_id else False

    @api.model
    def _get_held_domain(self):
        """Return the items that are on hold for a time today."""
        today = self.env.company._dunning_today()
        running = self.env["dunning.hold"]._get_domain(today)
        whole = running & Domain("scope", "=", "case")
        return Domain("hold_ids", "any", running) | Domain(
            "case_id.hold_ids", "any", whole
        )
