from datetime import timedelta

from odoo import api, models
from odoo.tools import format_date

#: A public body pays interest and indemnity within 45 days of the payment of the
#: principal (Code de la commande publique R2192-36).
INTEREST_TASK = "account_dunning.mail_activity_type_public_interest"
INTEREST_DAYS = 45


class DunningCase(models.Model):
    """When a public body should have paid the interest that was claimed."""

    _inherit = "dunning.case"

    @api.model
    def _get_public_tasks(self):
        own = {INTEREST_TASK: lambda case: case._are_claims_over()}
        return super()._get_public_tasks() | own

    def _plan_public_interest(self, claims):
        """Ask to look, 45 days after the payment of the principal, whether the interest
        of a public body came; while the principal is open, 45 days after the claim.

        :param dunning.claim claims: just made
        """
        self.ensure_one()
        if not claims or self.partner_id.dunning_debtor_kind != "public":
            return
        start = claims._find_principal_paid_on()
        today = self.company_id._dunning_today()
        last = max((start or today) + timedelta(days=INTEREST_DAYS), today)
        self._plan_public_task(
            INTEREST_TASK,
            last,
            self.env._(
                "Interest of a public body: paid by %(date)s?",
                date=format_date(self.env, last),
            ),
            claims._describe_public_interest(start),
        )

    def _are_claims_over(self):
        """Tell whether every note that claims interest was paid or called off."""
        self.ensure_one()
        return not set(self.claim_ids.mapped("state")) & {"draft", "posted"}


class DunningClaim(models.Model):
    """When the principal of a claim was paid."""

    _inherit = "dunning.claim"

    def _describe_public_interest(self, paid):
        """Return what is to be looked at, and when the principal was paid."""
        rule = self.env._(
            "A public body pays late-payment interest and the 40 € within 45 days of "
            "the payment of the principal (Code de la commande publique R2192-36)."
        )
        if not paid:
            found = self.env._(
                "The principal was still open when they were claimed: look when it was "
                "paid, and whether the interest followed."
            )
        else:
            found = self.env._(
                "The principal was paid on %(day)s. If nothing comes, remind the "
                "public accountant; of a local authority the prefect can order the "
                "payment.",
                day=format_date(self.env, paid),
            )
        return f"{rule} {found}"

    def _find_principal_paid_on(self):
        """Return the day on which the last item of the claims was settled; False while
        one is open."""
        items = self.sudo().line_ids.move_line_id  # a fact about the items
        if not items or items.filtered(lambda item: not item.reconciled):
            return False
        days = items.matched_credit_ids.mapped("max_date")
        return max(filter(None, days), default=False)
