"""What this concern adds to models of the host."""

from odoo import api, fields, models


class OnboardingOnboardingStep(models.Model):
    """The steps of the start-up: each opens a window, none of them sends anything."""

    _inherit = "onboarding.onboarding.step"

    @api.model
    def action_open_dunning_sender(self):
        """Who signs, and from which address."""
        return self._get_dunning_window(self.env._("Sender and signature"), "sender")

    @api.model
    def action_open_dunning_ladder(self):
        """The default ladder, in plain words."""
        return self._get_dunning_window(self.env._("Default ladder"), "ladder")

    @api.model
    def action_open_dunning_people(self):
        """Who collects, who approves."""
        return self._get_dunning_window(self.env._("Who approves"), "people")

    @api.model
    def action_open_dunning_checks(self):
        """Mail server, bank entries, customers' data."""
        return self._get_dunning_window(self.env._("Checks"), "checks")

    @api.model
    def action_open_dunning_old_items(self):
        """What becomes of the invoices that are late already."""
        return self.env["dunning.old.items"].action_open()

    @api.model
    def action_open_dunning_first_run(self):
        """Who would get what from the first run."""
        return self.env["dunning.first.run"].action_open()

    @api.model
    def action_open_dunning_night(self):
        """The switch of the nightly run."""
        return self._get_dunning_window(self.env._("Nightly run"), "night")

    @api.model
    def _get_dunning_window(self, title, code):
        view = self.env.ref(f"account_dunning.dunning_setup_view_form_{code}")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "dunning.setup",
            "views": [(view.id, "form")],
            "target": "new",
        }


class ResConfigSettings(models.TransientModel):
    """How fresh the bank is."""

    _inherit = "res.config.settings"

    dunning_bank_text = fields.Char(compute="_compute_dunning_bank")
    dunning_is_bank_fresh = fields.Boolean(compute="_compute_dunning_bank")

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_dunning_bank(self):
        for settings in self:
            company = settings.company_id
            _state, _what, text = company._dunning_check_bank()
            settings.dunning_bank_text = text[:1].upper() + text[1:]
            settings.dunning_is_bank_fresh = company._dunning_is_bank_fresh(
                company._dunning_today()
            )
