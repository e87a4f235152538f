from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Ask about retention of title in the proceedings that are running already. The
    written demands to public bodies are proposed by the first night."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    running = env["dunning.proceeding"].search([("ended_on", "=", False)])
    running._ask_for_retention()
