"""Claims that the law has frozen are neither promised nor paid in instalments."""

from odoo import api, models
from odoo.exceptions import ValidationError


class DunningCommitment(models.AbstractModel):
    """No agreement on claims born before proceedings of the debtor: he may not pay them
    (Code de commerce L622-7, Code de la consommation L722-5), later ones he may."""

    _inherit = "dunning.commitment"

    @api.constrains("line_ids")
    def _check_not_frozen(self):
        """:raises ValidationError: with the invoices that are to be left out"""
        for one in self.filtered(lambda one: one._get_stage() != "over"):
            one._refuse_frozen(one.line_ids)

    def _check_rest_not_frozen(self):
        """Where nothing is left to agree upon, say that proceedings are why."""
        self._refuse_frozen(self.case_id.line_ids)

    def _refuse_frozen(self, lines):
        """:raises ValidationError: when one of these case lines is frozen"""
        self.ensure_one()
        if frozen := lines._find_frozen():
            names = dict.fromkeys(name for name in frozen.mapped("name") if name)
            raise ValidationError(
                self.env._(
                    "%(debtor)s is in proceedings: what was owed before them may not "
                    "be paid now, nor promised (%(invoices)s). Leave these invoices "
                    "out; later ones may be agreed upon.",
                    debtor=self.partner_id.display_name,
                    invoices=", ".join(names),
                )
            )

    def _check_rivals(self):
        if not self.line_ids:
            self._check_rest_not_frozen()
        return super()._check_rivals()

    def _approve_or_ask(self):
        self._check_not_frozen()  # the judgment may have come since
        return super()._approve_or_ask()

    def _on_made(self):
        self._check_not_frozen()  # the judgment may have come since
        return super()._on_made()


class DunningProceeding(models.Model):
    """What was agreed upon before a judgment ends with it."""

    _inherit = "dunning.proceeding"

    def _take_effect(self):
        result = super()._take_effect()
        self.filtered(lambda one: not one.ended_on)._find_cases()._end_frozen()
        return result


class DunningCase(models.Model):
    """What of the agreements ends with a judgment."""

    _inherit = "dunning.case"

    def _end_frozen(self):
        """Call off what was agreed upon about claims that are frozen now: nobody is
        accused, nobody is written to."""
        frozen = self.line_ids._find_frozen()
        if not frozen:
            return
        reason = self.env._("The customer is in proceedings: he may not pay it now.")
        for agreements in (self.promise_ids, self.plan_ids, self.offer_ids):
            running = agreements.filtered(
                lambda one: (
                    one.state in one._get_running_states() and one.line_ids & frozen
                )
            )
            if running:
                running._end("cancelled", reason)
