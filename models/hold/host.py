"""What this concern adds to models of the host."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.holds import ON_HOLD


class ResConfigSettings(models.TransientModel):
    """When exclusions are looked at again."""

    _inherit = "res.config.settings"

    dunning_review_months = fields.Integer(
        related="company_id.dunning_review_months", readonly=False
    )


class AccountMoveLine(models.Model):
    """What follows when an item is excluded from follow-up, or taken up again."""

    _inherit = "account.move.line"

    def write(self, vals):
        result = super().write(vals)
        if "no_followup" in vals:
            self.env["dunning.exclusion"]._follow(self, vals["no_followup"])
        return result

    @api.model
    def _dunning_exclude(self, move_ids, item_ids, is_excluded):
        """Exclude whole invoices, and items of other entries, from follow-up, or take
        them up again.

        One statement: through the ORM the host works out each invoice's lines anew,
        15 ms each, minutes for the tens of thousands a company starts with. The flag
        enters no figure and no entry.
        """
        self.check_access("write")
        self.flush_model(["no_followup"])
        items = self._search(
            (Domain("move_id", "in", move_ids) | Domain("id", "in", item_ids))
            & Domain("account_type", "in", ("asset_receivable", "liability_payable"))
            & Domain("no_followup", "!=", is_excluded)
        )
        self.env.cr.execute(
            SQL(
                """UPDATE account_move_line
                      SET no_followup = %s, write_uid = %s, write_date = %s
                    WHERE id IN %s
                RETURNING id""",
                is_excluded,
                self.env.uid,
                self.env.cr.now(),
                items.subselect(),
            )
        )
        changed = self.browse(row[0] for row in self.env.cr.fetchall())
        changed.invalidate_recordset(["no_followup"])
        changed.modified(["no_followup"])


class ResCompany(models.Model):
    """How often somebody looks again at what is excluded from follow-up."""

    _inherit = "res.company"

    dunning_review_months = fields.Integer(
        "Review of exclusions (months)",
        default=3,
        help="The credit manager is asked to look again at invoices that are excluded "
        "from follow-up when nobody did so for this many months. 0: never.",
    )

    def _dunning_review_before(self, today=None):
        """Return the day until which a look at an exclusion is too old, or None."""
        if self.dunning_review_months <= 0:
            return None
        day = today or self._dunning_today()
        return day - relativedelta(months=self.dunning_review_months)


class AccountMove(models.Model):
    """Invoices that somebody has put on hold for a time."""

    _inherit = "account.move"

    dunning_hold_id = fields.Many2one(
        "dunning.hold",
        "Put on hold",
        compute="_compute_dunning_hold_id",
        help="Who put the invoice, or its customer's case, on hold for a time.",
    )

    @api.model
    def _get_on_hold_ids(self):
        """Return the invoices that somebody has put on hold for a time."""
        lines = self.env["dunning.case.line"]
        return lines._search(lines._get_held_domain()).subselect("move_id")

    def action_dunning_hold(self):
        """Open the window that puts invoices on hold, or excludes them."""
        self.check_access("read")
        self._check_can_be_dunned()
        return self.env["dunning.hold.wizard"]._open_for_invoices(self)

    @api.depends("payment_state", "state", "no_followup")
    def _compute_dunning_hold_id(self):
        """A user without rights on dunning sees an empty field, never an error."""
        lines = self.env["dunning.case.line"]
        if lines.has_access("read") and self.ids:
            lines = lines.search([("move_id", "in", self.ids)])
        by_move = lines.grouped("move_id")
        for move in self:
            of_move = by_move.get(move._origin, lines.browse())
            move.dunning_hold_id = of_move.hold_id[:1]

    @api.model
    def _get_dunning_hold_domains(self):
        own = {ON_HOLD: [("id", "in", self._get_on_hold_ids())]}
        return super()._get_dunning_hold_domains() | own
