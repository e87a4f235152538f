from dateutil.relativedelta import relativedelta

from odoo import fields, models


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
