from odoo.tools import SQL, sql

#: What contacts outside the ladder were about: "plan.missed.45,12".
KINDS = ("promise", "plan", "offer", "dispute")


def migrate(cr, version):
    """What a contact tells, and since when an agreement counts, in columns."""
    split_events(cr)
    mark_covers(cr)


def split_events(cr):
    """Turn "plan.missed.45,12" into what happened, to which record, to which part."""
    cr.execute(
        SQL(
            """UPDATE dunning_action
                  SET event = CASE WHEN old.what = '' THEN old.kind
                                   ELSE old.kind || '.' || old.what END,
                      event_model = CASE WHEN old.kind IN %s
                                         THEN 'dunning.' || old.kind END,
                      event_res_id = NULLIF(old.key, '')::int,
                      event_row_id = NULLIF(old.part, '')::int
                 FROM (SELECT id,
                              split_part(split_part(event, ',', 1), '.', 1) AS kind,
                              split_part(split_part(event, ',', 1), '.', 2) AS what,
                              split_part(split_part(event, ',', 1), '.', 3) AS part,
                              split_part(event, ',', 2) AS key
                         FROM dunning_action
                        WHERE event LIKE '%%,%%') AS old
                WHERE old.id = dunning_action.id""",
            KINDS,
        )
    )


def mark_covers(cr):
    """Note for each item the last matching before its agreement was made: promises
    knew it, of the others it follows from the time."""
    if sql.column_exists(cr, "dunning_promise", "partial_mark"):
        cr.execute(
            SQL(
                """UPDATE dunning_cover
                      SET partial_mark = promise.partial_mark
                     FROM dunning_promise promise
                    WHERE dunning_cover.res_model = 'dunning.promise'
                      AND dunning_cover.source_id = promise.id"""
            )
        )
    cr.execute(
        SQL(
            """UPDATE dunning_cover
                  SET partial_mark = COALESCE(
                      (SELECT max(partial.id)
                         FROM account_partial_reconcile partial
                         JOIN dunning_case_line line
                           ON line.move_line_id = partial.debit_move_id
                        WHERE line.id = dunning_cover.line_id
                          AND partial.create_date <= dunning_cover.create_date), 0)
                WHERE partial_mark IS NULL"""
        )
    )
