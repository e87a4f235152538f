"""Let the version before work: dun its demonstration on some days, up to today."""

from datetime import timedelta


def main(env, _arguments):
    """Run today and on the two weeks after; deliver what the days allow."""
    company = env.ref("base.main_company")
    companies = env["res.company"].search([])
    cases = env["dunning.case"].with_context(allowed_company_ids=companies.ids)
    companies.dunning_bank_freshness_days = 0
    # Printing invoices is not what this is about, and takes long.
    env["dunning.level"].search([]).attach_invoices = False
    # Words of their own, which no version may write over.
    text = env.ref("account_dunning.mail_template_reminder")
    text.subject = "Our own words about {{ object.invoice_names }}"
    rates = env["dunning.rate"].search(
        [("date_from", "=", "2026-01-01"), ("kind", "=", "legal_other")]
    )
    rates.source = "Read in the gazette by hand"
    today = company._dunning_today()
    for days in (0, 8, 15):
        cases.run(today + timedelta(days=days))
        queued = env["dunning.action"].search(
            [("state", "=", "queued"), ("channel", "=", "email")]
        )
        some = queued[: len(queued) // 2 + 1]
        # As if the mail server had taken them: there is none on this machine.
        some.mail_mail_id.state = "sent"
        some._mark_done()
        calls = env["dunning.action"].search(
            [("state", "=", "queued"), ("channel", "=", "phone")]
        )
        calls[:1].action_deliver(today + timedelta(days=days))
    lines = env["dunning.case.line"].search([])
    print(
        f"{env['dunning.case'].search_count([])} cases, {len(lines)} items, "
        f"{len(lines.filtered('level_id'))} of them on a level, "
        f"{env['dunning.action'].search_count([])} contacts"
    )
    return 0
