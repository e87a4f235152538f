from odoo.tools import sql


def migrate(cr, version):
    """Nothing was added to, or taken out of, contacts before: do not ask each one."""
    if not sql.column_exists(cr, "dunning_action", "is_arranged"):
        sql.create_column(cr, "dunning_action", "is_arranged", "bool")
