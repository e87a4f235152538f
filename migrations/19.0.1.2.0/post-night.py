from odoo.tools import SQL


def migrate(cr, version):
    """Serve at night who was served before: each company has a switch of its own now.

    Companies that were run already have nothing to confirm any more.
    """
    cr.execute(
        SQL(
            """UPDATE res_company
                  SET dunning_confirmed_on = now() AT TIME ZONE 'UTC'
                WHERE dunning_confirmed_on IS NULL
                  AND id IN (SELECT company_id FROM dunning_run)"""
        )
    )
    cr.execute(
        SQL(
            """UPDATE res_company
                  SET dunning_is_night_on = TRUE,
                      dunning_confirmed_on =
                          COALESCE(dunning_confirmed_on, now() AT TIME ZONE 'UTC')
                WHERE EXISTS (
                      SELECT 1
                        FROM ir_cron cron
                        JOIN ir_model_data data
                          ON data.model = 'ir.cron' AND data.res_id = cron.id
                       WHERE data.module = 'account_dunning'
                         AND data.name = 'ir_cron_dunning_run'
                         AND cron.active)"""
        )
    )
