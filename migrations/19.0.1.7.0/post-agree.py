from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Keep with each plan that was proposed the notice that its agreement prints: what
    the company decides from now on does not change it."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    plans = env["dunning.plan"].search(
        [
            ("state", "in", ("proposed", "accepted", "broken")),
            ("sent_conditions", "=", False),
        ]
    )
    for plan in plans:
        plan.write(
            {
                "notice_days": plan.company_id.dunning_plan_notice_days,
                "sent_conditions": plan._get_fingerprint(),
            }
        )
