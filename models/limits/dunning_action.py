from odoo import models

from .dunning_limitation_event import DEMAND_CHANNELS, DEMAND_KINDS


class DunningAction(models.Model):
    """What a delivered message means in law: of a public body each written demand to
    pay interrupts the limitation (law 68-1250 of 31 December 1968, article 2)."""

    _inherit = "dunning.action"

    def _after_delivery(self):
        result = super()._after_delivery()
        demands = self.filtered(lambda one: one._is_public_demand())
        self.env["dunning.limitation.event"]._propose_demands(demands)
        for notice in demands.filtered(lambda one: one._is_notice_itself()):
            notice.case_id._plan_memo(notice.delivered_on)
        return result

    def _is_public_demand(self):
        """Tell whether it is a written demand to a public body, delivered by today:
        what a program delivers ahead of the clock is proposed once its day has come."""
        self.ensure_one()
        return (
            self.channel in DEMAND_CHANNELS
            and self.kind in DEMAND_KINDS
            and self.partner_id.dunning_debtor_kind == "public"
            and self.delivered_on <= self.company_id._dunning_today()
        )

    def _mark_failed_each(self, reasons, task=None):
        """What came back was demanded of nobody."""
        result = super()._mark_failed_each(reasons, task)
        self._withdraw_demands()
        return result

    def _withdraw_demands(self):
        """Refuse what was proposed of contacts that came back; what a manager has
        confirmed meanwhile counts no more either: see ``_get_limitation_events``."""
        public = self.filtered(
            lambda one: one.partner_id.dunning_debtor_kind == "public"
        )
        if not public:
            return
        events = self.env["dunning.limitation.event"].sudo()  # the engine's own
        found = events.search([("demand_id", "in", public.ids)])
        for company, proposed in found.grouped("company_id").items():
            proposed.filtered(lambda one: one.state == "proposed").write(
                {"state": "refused", "decided_on": company._dunning_today()}
            )
        found._forget_dates()
