from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    """What follows when an item is excluded from follow-up, or taken up again."""

    _inherit = "account.move.line"

    def write(self, vals):
        result = super().write(vals)
        if "no_followup" in vals:
            self.env["dunning.exclusion"]._follow(self, vals["no_followup"])
        return result

    @api.model
    def _dunning_exclude(self, move_ids, is_excluded):
        """Exclude whole invoices from follow-up, or take them up again.

        One statement: through the ORM the host works out each invoice's lines anew,
        15 ms each, minutes for the tens of thousands a company starts with. The flag
        enters no figure and no entry.
        """
        self.check_access("write")
        self.flush_model(["no_followup"])
        items = self._search(
            Domain("move_id", "in", move_ids)
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
