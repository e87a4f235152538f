from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

LINES_PER_BATCH = 1000


def migrate(cr, version):
    """Fill the strongest text that each item has heard, from the contacts that left."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    lines = env["dunning.case.line"].with_context(active_test=False)
    for ids in split_every(LINES_PER_BATCH, lines.search([], order="id").ids):
        lines.browse(ids)._hear_anew()
        env.flush_all()
        env.invalidate_all()
