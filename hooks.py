"""What the module does as it leaves: Odoo would delete what was said to debtors."""

from odoo.tools import SQL

#: Messages that were written or sent, not the log of what fields have become.
SPOKEN = ("email", "email_outgoing", "comment", "sms", "auto_comment")

#: Deleted in this order, the database removes what hangs on them: what uses a level
#: goes before the levels, the levels before their texts, which Odoo deletes itself.
TABLES = (
    "dunning_seal",
    "dunning_plan",
    "dunning_offer",
    "dunning_action",
    "dunning_dispute",
    "dunning_case",
    "dunning_reason",
    "dunning_run",
    "dunning_level",
    "dunning_ladder",
)


def uninstall_hook(env):
    """Leave accounting, customers and what was sent as they are; remove the rest.

    What waits to leave is called back: without the module nobody would look whether
    the debtor has paid meanwhile. What was sent stays in the mail queue's history and
    in the chatter of the customer, with its documents.
    """
    waiting = env["dunning.action"].search([("state", "=", "queued")])
    waiting._drop(env._("The dunning module was uninstalled."))
    env.flush_all()
    _keep_messages(env)
    _keep_documents(env)
    for table in TABLES:
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    env.invalidate_all()


def _keep_messages(env):
    """Move what was written about cases to the customers they are about."""
    env.cr.execute(
        SQL(
            """UPDATE mail_message message
                  SET model = 'res.partner', res_id = dunning_case.partner_id
                 FROM dunning_case
                WHERE message.model = 'dunning.case'
                  AND message.res_id = dunning_case.id
                  AND message.message_type IN %s""",
            SPOKEN,
        )
    )
    # What colleagues were mailed about tasks is about nothing any more; the queue's
    # history keeps it. What waits is not sent: nobody could open what it is about.
    env.cr.execute(
        SQL(
            """UPDATE mail_message message
                  SET model = NULL, res_id = NULL
                 FROM mail_mail mail
                WHERE mail.mail_message_id = message.id
                  AND mail.state != 'outgoing'
                  AND message.message_type = 'user_notification'
                  AND message.model LIKE 'dunning.%%'"""
        )
    )


def _keep_documents(env):
    """Move the letters that were posted to the customers who got them."""
    env.cr.execute(
        SQL(
            """UPDATE ir_attachment attachment
                  SET res_model = 'res.partner', res_id = action.partner_id
                 FROM dunning_action action
                WHERE attachment.res_model = 'dunning.action'
                  AND attachment.res_field IS NULL
                  AND attachment.res_id = action.id
                  AND (action.state = 'done' OR action.printed_on IS NOT NULL)"""
        )
    )
    env.cr.execute(
        SQL(
            """UPDATE ir_attachment attachment
                  SET res_model = 'res.partner', res_id = dunning_case.partner_id
                 FROM dunning_case
                WHERE attachment.res_model = 'dunning.case'
                  AND attachment.res_field IS NULL
                  AND attachment.res_id = dunning_case.id"""
        )
    )
