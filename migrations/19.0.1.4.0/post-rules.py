from odoo.tools import SQL

#: What the shipped rules call under another name now, also in copies of them.
RENAMED = (
    ("records._carry_out_fallback()", "records._carry_out_plan_b()"),
    ("records._plan_task()", "records._ask_for_task()"),
)


def migrate(cr, version):
    """Let the automation rules on alerts, which an administrator may have copied, call
    what they mean by its new name."""
    for old, new in RENAMED:
        cr.execute(
            SQL(
                """UPDATE ir_act_server action
                      SET code = replace(action.code, %(old)s, %(new)s)
                     FROM ir_model model
                    WHERE model.id = action.model_id
                      AND model.model = 'dunning.alert'
                      AND action.code LIKE %(like)s""",
                old=old,
                new=new,
                like=f"%{old}%",
            )
        )
