from odoo import api, fields, models

from ..contact.dunning_reason import FAMILIES

#: Days to examine a dispute when the company has said nothing for its family.
USUAL_DAYS = 15


class DunningDisputeOwner(models.Model):
    """Who examines the disputes of a family in a company, and how many days he has."""

    _name = "dunning.dispute.owner"
    _description = "Dispute Owner"
    _order = "company_id, family"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    family = fields.Selection(FAMILIES, required=True)
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        domain=[("share", "=", False)],
        help="Examines the disputes of this family and gets the task. Empty: the "
        "collector of the case.",
    )
    days = fields.Integer(
        default=USUAL_DAYS,
        required=True,
        help="Days to examine a dispute. When they are over, the credit manager is "
        "asked.",
    )

    _family_once = models.Constraint(
        "UNIQUE(company_id, family)",
        "This company has an owner for this family of disputes already.",
    )
    _days_positive = models.Constraint(
        "CHECK(days BETWEEN 1 AND 366)",
        "A dispute is examined within 1 to 366 days.",
    )

    @api.constrains("user_id")
    def _check_user(self):
        self.env["dunning.dispute"]._check_may_own(self.user_id)

    @api.depends("family")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["family"]._description_selection(self.env))
        for owner in self:
            owner.display_name = labels.get(owner.family, "")

    @api.model
    def _find(self, company, family):
        """Return the setting of a company for a family, if there is one.

        Who opens a dispute need not be a manager to be served by the setting.
        """
        owners = self.sudo()
        return owners.search(
            [("company_id", "=", company.id), ("family", "=", family)], limit=1
        )
