from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningCompanyAgreement(models.Model):
    """What a company decides about promises and other agreements."""

    _inherit = "res.company"

    dunning_promise_tolerance_days = fields.Integer(
        "Bank tolerance (working days)",
        default=3,
        help="A promise is kept when the money is in the books so many working days "
        "after the promised date at the latest: banks need time.",
    )
    dunning_confirm_promises = fields.Boolean(
        "Confirm promises in writing",
        default=True,
        help="A message confirms each promise at once, in the customer's language. It "
        "can be switched off for a single promise.",
    )
    dunning_disclose_after = fields.Integer(
        "Plan B is told after (broken agreements)",
        default=2,
        help="From so many broken agreements of a customer on, each new one tells "
        "what happens if it is not kept. 0: only when somebody chooses so.",
    )

    @api.constrains("dunning_promise_tolerance_days", "dunning_disclose_after")
    def _check_dunning_agreement_days(self):
        for company in self:
            if company.dunning_promise_tolerance_days not in range(31):
                raise ValidationError(
                    self.env._("The bank tolerance is between 0 and 30 working days.")
                )
            if company.dunning_disclose_after < 0:
                raise ValidationError(
                    self.env._("The number of broken agreements cannot be negative.")
                )

    def _dunning_last_tolerated_day(self, day):
        """Return the last day on which the bank may bring in what was due on a day."""
        self.ensure_one()
        tolerance = self.dunning_promise_tolerance_days
        return self._dunning_add_working_days(day, tolerance) if tolerance else day
