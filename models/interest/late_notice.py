from odoo import api, fields, models

from ...tools.interest import half_year_start
from ...tools.notice import Finding


class DunningAction(models.Model):
    """What is told of the rates to who approves, and to nobody else.

    A formal notice is held while a missing rate would take a part of its claim.

    The days with a known rate could be claimed; but what a notice leaves out is asked
    for by no text after it. The checklist says who enters which rate where.
    """

    _inherit = "dunning.action"

    rate_warning = fields.Char(
        "Rates to check",
        compute="_compute_rate_warning",
        help="Which rates of this text somebody should compare with their source.",
    )

    @api.depends("state", "rate_facts", "level_id", "interest_until")
    @api.depends_context("lang")
    def _compute_rate_warning(self):
        for action in self:
            basis = action._get_rates_told() if action.state == "proposed" else []
            action.rate_warning = bool(basis) and self.env[
                "dunning.rate"
            ]._describe_doubts(basis, action.company_id._dunning_today())

    def _get_rates_told(self):
        """Return the rates that the text names, see ``dunning.rate._describe_basis``:
        a notice to a consumer names the legal rate before any interest runs."""
        self.ensure_one()
        if self.rate_facts:
            return self.rate_facts
        kind = self.case_id.partner_id.dunning_debtor_kind
        if kind != "consumer" or not self._is_notice_itself():
            return []
        day = half_year_start(self.interest_until or self.date)
        return [{"kind": kind, "day": day.isoformat()}]

    def _examine_notice(self, subject, body):
        findings = super()._examine_notice(subject, body)
        if not self._may_lose_interest():
            return findings
        missing = (self.interest_warning,) if self.interest_warning else ()
        return [*findings, Finding("rates", missing, True)]

    def _may_lose_interest(self):
        """Tell whether the notice claims interest, which a missing rate would cut."""
        self.ensure_one()
        is_consumer = self.case_id.partner_id.dunning_debtor_kind == "consumer"
        return bool(self.level_id.claim_interest and not is_consumer)

    @api.model
    def _get_mention_words(self):
        return super()._get_mention_words() | {
            "rates": (
                self.env._("The interest of all days until today"),
                self.env._("enter the missing rate"),
            ),
        }
