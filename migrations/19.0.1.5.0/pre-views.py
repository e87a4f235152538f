from odoo.tools import SQL


def migrate(cr, version):
    """Let what extends our screens extend nothing until it is read anew.

    The button that closes a case has another name: what stands beside it is read after
    the screen that has it.
    """
    cr.execute(
        SQL(
            """UPDATE ir_ui_view view
                  SET arch_db = jsonb_build_object('en_US', '<data/>')
                 FROM ir_model_data data
                WHERE data.model = 'ir.ui.view' AND data.res_id = view.id
                  AND data.module = 'account_dunning' AND NOT data.noupdate
                  AND view.inherit_id IS NOT NULL AND view.mode = 'extension'"""
        )
    )
