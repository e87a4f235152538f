from odoo import fields, models
from odoo.exceptions import UserError


class DunningPlanVersion(models.Model):
    """Change by agreement: a new version about what is left, the old one kept."""

    _inherit = "dunning.plan"

    previous_id = fields.Many2one(
        "dunning.plan",
        "Former version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The plan that this one replaces once it is signed.",
    )
    version = fields.Integer(readonly=True, default=1, copy=False)

    def _replace_former(self):
        former = self.previous_id
        if former.state in ("proposed", "accepted"):
            former._end(
                "replaced",
                self.env._("Replaced by version %(number)s.", number=self.version),
            )

    def action_change(self):
        """Open a new version about what is left; this one runs until it is signed."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("proposed", "accepted"):
            raise UserError(
                self.env._("Only a plan that is proposed or runs has a new version.")
            )
        return self._make_version()._get_window()

    def _make_version(self):
        """Return a draft with the instalments that are not paid yet."""
        filled = self._fill(self._get_received()[self])
        rows = []
        for row in self._get_rows():
            left = self.currency_id.round(row.amount - filled[row])
            if left > 0:
                rows.append({"date": row.date, "amount": left})
                rows[-1]["interest"] = min(row.interest, left)
        left = sum(row["amount"] - row["interest"] for row in rows)
        version = self.copy(
            {
                "amount": self.currency_id.round(left),
                "count": len(rows),
                "date_first": rows[0]["date"] if rows else self.date_first,
                "down_payment": 0,
                "instalment_ids": [fields.Command.create(row) for row in rows],
            }
        )
        version.sudo().write(  # a fact: see dunning.plan
            {"previous_id": self.id, "version": self.version + 1}
        )
        return version
