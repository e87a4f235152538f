"""Two server actions on the formal notice, as an administrator would set them."""

from odoo.fields import Command

FORMAL_NOTICES = [("is_formal_notice", "=", True)]
TAG = "Mis en demeure"


def set_up(env):
    """Once a formal notice is delivered: tag the customer, tell the salesperson."""
    actions = tag_customer(env) | tell_salesperson(env)
    for level in env["dunning.level"].search(FORMAL_NOTICES):
        level.server_action_ids = [Command.set(actions.ids)]


def tag_customer(env):
    """Return the action that adds a tag to the customer of the case."""
    tag = env["res.partner.category"].create({"name": TAG, "color": 1})
    return env["ir.actions.server"].create(
        {
            "name": "Étiqueter le client « mis en demeure »",
            "model_id": env["ir.model"]._get_id("dunning.case"),
            "state": "object_write",
            "update_path": "partner_id.category_id",
            "update_m2m_operation": "add",
            "resource_ref": f"res.partner.category,{tag.id}",
        }
    )


def tell_salesperson(env):
    """Return the action that plans a task for the salesperson of the customer."""
    return env["ir.actions.server"].create(
        {
            "name": "Prévenir le commercial",
            "model_id": env["ir.model"]._get_id("dunning.case"),
            "state": "next_activity",
            "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
            "activity_summary": "Mise en demeure envoyée : suspendre les livraisons ?",
            "activity_user_type": "generic",
            "activity_user_field_name": "salesperson_id",
        }
    )
