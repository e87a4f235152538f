from psycopg2.extras import Json

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """Clean the call scripts that are there as those that are saved from now on."""
    levels = api.Environment(cr, SUPERUSER_ID, {})["dunning.level"]
    field = levels._fields["call_script"]
    cr.execute(
        "SELECT id, call_script FROM dunning_level WHERE call_script IS NOT NULL"
    )
    for level_id, by_lang in cr.fetchall():
        clean = {
            lang: field.convert_to_cache(text, levels.browse(level_id))
            for lang, text in by_lang.items()
        }
        if clean != by_lang:
            cr.execute(
                SQL(
                    "UPDATE dunning_level SET call_script = %s WHERE id = %s",
                    Json(clean),
                    level_id,
                )
            )
    levels.invalidate_model(["call_script"])
