"""Make a copy of the template French, before the module is installed in it."""

# A closed port of this machine: what Odoo would ask of its maker's services goes there.
NOWHERE = "http://127.0.0.1:9"
SERVICES = (
    "iap.endpoint",
    "iap.partner_autocomplete.endpoint",
    "partner_autocomplete.endpoint",
    "sms.endpoint",
    "snailmail.endpoint",
)


def main(env, _arguments):
    """Set the language in which the demonstration starts."""
    env["ir.default"].set("res.partner", "lang", "fr_FR")
    users = env["res.users"].search([("share", "=", False)])
    users.partner_id.lang = "fr_FR"
    keep_at_home(env)


def keep_at_home(env):
    """Let nothing that the demonstration does leave this machine."""
    for service in SERVICES:
        env["ir.config_parameter"].set_param(service, NOWHERE)
    env["res.company"].search([]).iap_enrich_auto_done = True
    news = env.ref("mail.ir_cron_module_update_notification", raise_if_not_found=False)
    if news:
        news.active = False
