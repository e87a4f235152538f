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
