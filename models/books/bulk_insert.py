from odoo.tools import SQL
from odoo.tools.misc import split_every

#: Rows of one INSERT statement.
ROWS_PER_STATEMENT = 2000


def insert_rows(model, rows):
    """Insert plain records in a few statements, where a run makes ten thousands.

    Only for models whose columns are all given here: no computed or translated fields,
    no tracking, no defaults but those the database has. Who reads the records next asks
    the database: caches of fields that lead to them are the caller's to invalidate.

    :param model: the (empty) recordset, with the user's right to create checked here
    :param rows: dicts with the same keys: column values as the database takes them
    """
    model.check_access("create")
    if not rows:
        return
    columns = list(rows[0])
    stamp = (model.env.uid, model.env.uid, model.env.cr.now(), model.env.cr.now())
    insert = SQL(
        "INSERT INTO %s (%s, create_uid, write_uid, create_date, write_date) VALUES ",
        SQL.identifier(model._table),
        SQL(", ").join(map(SQL.identifier, columns)),
    )
    for some in split_every(ROWS_PER_STATEMENT, rows):
        values = SQL(", ").join(
            (*map(row.__getitem__, columns), *stamp) for row in some
        )
        model.env.cr.execute(SQL("%s%s", insert, values))
