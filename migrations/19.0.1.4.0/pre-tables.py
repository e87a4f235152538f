from odoo.tools import sql


def migrate(cr, version):
    """Give the table of held items the order of columns of a fresh installation, where
    the lines of cases are known before the holds."""
    if not sql.table_exists(cr, "dunning_hold_line_rel"):
        return
    cr.execute(
        """ALTER TABLE dunning_hold_line_rel
                  DROP CONSTRAINT IF EXISTS dunning_hold_line_rel_pkey,
                  ADD PRIMARY KEY (line_id, hold_id)"""
    )
    cr.execute("DROP INDEX IF EXISTS dunning_hold_line_rel_line_id_hold_id_idx")
    cr.execute(
        """CREATE INDEX IF NOT EXISTS dunning_hold_line_rel_hold_id_line_id_idx
                  ON dunning_hold_line_rel (hold_id, line_id)"""
    )
