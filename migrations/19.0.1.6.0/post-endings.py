from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Read once more how closed cases ended, by the accounts that settled them; what
    only credit notes have settled was no promise that somebody kept."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["dunning.case"]._read_endings_again()
    env["dunning.promise"]._judge_kept_again(["kept"])
    env["dunning.plan"]._judge_kept_again(["completed"])
