"""What workers do: the night, the delivery, as the host's scheduler calls them."""

from .lab import opened


def run(say, name):
    """Run the nightly action of every company, which commits by itself."""
    with opened(name) as env:
        say("begin")
        env["dunning.case"]._cron_run()
    return {}


def deliver(say, name):
    """Send what waits in the host's mail queue, which commits after each mail."""
    with opened(name) as env:
        say("begin")
        env["mail.mail"].process_email_queue()
    return {}


def read_runs(say, name):
    """Return what the runs say of themselves, as users read it."""
    with opened(name) as env:
        say("begin")
        runs = env["dunning.run"].search([("company_id", "!=", False)])
        counts = {}
        for line in runs.line_ids:
            counts[line.result] = counts.get(line.result, 0) + line.count
        return {"runs": len(runs), "counts": counts}
