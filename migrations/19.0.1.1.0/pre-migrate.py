from odoo.tools import SQL, sql


def migrate(cr, version):
    """Keep what earlier runs counted: the table is now that of the counts."""
    if sql.table_exists(cr, "dunning_run_line"):
        for old, new in (
            ("dunning_run_line", "dunning_run_count"),
            ("dunning_run_line_id_seq", "dunning_run_count_id_seq"),
        ):
            cr.execute(
                SQL(
                    "ALTER TABLE %s RENAME TO %s",
                    SQL.identifier(old),
                    SQL.identifier(new),
                )
            )
