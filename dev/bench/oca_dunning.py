"""Measure OCA's ``account_credit_control``: the same books, three levels.

Its steps, as its user takes them: compute a run (one record per item), mark the lines,
group them in communications, e-mail or print these. No mail leaves: they stay queued.
"""

from odoo.fields import Command

from bench.options import parse

WITH_PDF, WITHOUT_PDF, LETTERS = 10, 300, 50
LEVELS = ((1, "email"), (15, "email"), (30, "letter"))  # days after the due date


def main(env, arguments):
    """Measure every step that the size allows."""
    meter, options = parse(env, arguments)
    env = env(context={**env.context, "mail_notify_force_send": False})
    template = env.ref("account_credit_control.email_template_credit_control_base")
    run = make_run(env, template)
    with meter.stage("compute", "line") as reading:
        run.generate_credit_lines()
        reading.count = len(run.line_ids)
        reading.extra = {"debtors": len(run.line_ids.partner_id)}
    if options.only_compute:
        return 0
    with meter.stage("mark", "line", len(run.line_ids)):
        run.set_to_ready_lines()
    lines = run.line_ids.filtered(lambda line: line.state == "to_be_sent")
    by_channel = lines.grouped("channel")
    communications = env["credit.control.communication"]
    with meter.stage("group", "communication") as reading:
        made = communications._generate_comm_from_credit_lines(by_channel["email"])
        reading.count = len(made)
    measure_letters(env, meter, by_channel["letter"])
    measure_mails(meter, template, made.exists())
    return 0


def make_run(env, template):
    """Configure a policy of three levels and return a run of today."""
    accounts = env["account.account"].search(
        [("account_type", "=", "asset_receivable")]
    )
    policy = env["credit.control.policy"].create(
        {
            "name": "Bench",
            "account_ids": [Command.set(accounts.ids)],
            "level_ids": [
                Command.create(
                    {
                        "name": f"Level {number}",
                        "level": number,
                        "computation_mode": "net_days",
                        "delay_days": days,
                        "channel": channel,
                        "email_template_id": template.id,
                        "custom_text": "Please pay.",
                        "custom_mail_text": "<p>Please pay.</p>",
                        "mail_show_invoice_detail": True,
                    }
                )
                for number, (days, channel) in enumerate(LEVELS, start=1)
            ],
        }
    )
    env.company.credit_policy_id = policy
    run = env["credit.control.run"].create(
        {
            "date": env.cr.now().date(),
            "policy_ids": [Command.set(policy.ids)],
            "company_id": env.company.id,
        }
    )
    env.cr.commit()
    return run


def measure_letters(env, meter, lines):
    """Print the first letters in one PDF, as the module does."""
    debtors = lines.partner_id[:LETTERS]
    some = lines.filtered(lambda line: line.partner_id in debtors)
    with meter.stage("letters, grouping", "letter", len(debtors)):
        wizard = env["credit.control.printer"].create({"line_ids": some.ids})
        window = wizard.print_lines()
    letters = env["credit.control.communication"].browse(
        window["context"]["active_ids"]
    )
    report = env["ir.actions.report"]._get_report(
        "account_credit_control.report_credit_control_summary"
    )
    # Odoo makes the style sheets of a language when they are first asked for.
    report._render_qweb_pdf(report.report_name, letters[:1].ids)
    with meter.stage("letters, one PDF", "letter", len(letters)):
        report._render_qweb_pdf(report.report_name, letters.ids)


def measure_mails(meter, template, communications):
    """Queue e-mails with their letter attached, as shipped, then without it."""
    some = communications[:WITH_PDF]
    with meter.stage("e-mail with PDF", "mail", len(some)):
        some._generate_emails()
    template.report_template_ids = [Command.clear()]
    some = communications[WITH_PDF:][:WITHOUT_PDF]
    with meter.stage("e-mail without PDF", "mail", len(some)):
        some._generate_emails()
