from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Tell credit managers which runs and deliveries are dated in the future: they were
    accepted before, and stop every night until then."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company in env["res.company"].search([]):
        lang = company.partner_id.lang
        company.with_context(lang=lang)._dunning_tell_ahead()
