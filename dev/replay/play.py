"""Play one mode in a database that holds the books: day after day, as at night.

Each day: payments in, run, e-mails out through Odoo's own mail queue, checks.
``main(env, [mode, file, result])`` is run inside Odoo.
"""

import pickle
import resource
import time
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from replay.books import Replayed, address, find_company, make_ladder
from replay.checks import Broken, Contact, Named, Watch
from replay.ledger import days_of, read, skipped_days
from replay.modes import MODES, Outcome, rows_of


def main(env, arguments):
    """Play a mode, keep its outcome in a file; return 1 when something is wrong."""
    mode, file, result = arguments
    try:
        outcome = Play(env, mode, rows_of(mode, read(Path(file)))).through()
    except Broken as error:
        print(f"STOPPED  {error}", flush=True)
        return 1
    Path(result).write_bytes(pickle.dumps(outcome))
    return 0


class Outbox:
    """Stands where the mail server would: takes every message, sends none."""

    def __init__(self):
        self.recipients = []

    def send_message(self, _message, _sender, recipients):
        """Take a message, as an SMTP session does."""
        self.recipients += recipients

    def quit(self):
        """End the session, as Odoo does after a batch."""

    def empty(self):
        """Return to whom messages went since the last call."""
        taken, self.recipients = self.recipients, []
        return taken

    @contextmanager
    def connected(self, env):
        """Let Odoo's mail queue deliver here."""
        servers = type(env["ir.mail_server"])
        with patch.object(servers, "_connect__", lambda *_args, **_options: self):
            yield


class Play:
    """One mode, played from the first day to the last."""

    def __init__(self, env, name, invoices):
        self.env, self.name = find_company(env), name
        self.invoices, self.rules = invoices, MODES[name]
        self.watch = Watch(invoices, self.rules)
        self.outbox, self.outcome = Outbox(), Outcome()
        make_ladder(self.env, self.rules)
        self.books = Replayed(self.env)
        self.books.open(invoices)
        self.to_dispute = [
            one for one in invoices if self.rules.disputes and one.disputed
        ]
        self.levels = {
            level.id: level.delay_days
            for level in self.env.company.dunning_ladder_id.level_ids
        }

    def through(self):
        """Play every day and return the outcome.

        :raises Broken: on the first day on which something is wrong
        """
        days = days_of(self.invoices, self.rules)
        skipped = set(skipped_days(days, self.rules.skip))
        with self.outbox.connected(self.env):
            for day, tomorrow in zip(days, [*days[1:], None], strict=True):
                self._play_day(day, is_run=day not in skipped)
                if not tomorrow or tomorrow.month != day.month:
                    self._show(day)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.outcome.megabytes = usage.ru_maxrss // 1024
        self.outcome.decisions = self.env["dunning.action"].search_count(
            [("channel", "=", "decision"), ("company_id", "=", self.env.company.id)]
        )
        return self.outcome

    def _play_day(self, day, is_run):
        with self._timed("payments"):
            self.books.bring_in(day)
            self.books.settle(day)
            self.env.cr.commit()
        with self._timed("disputes"):
            self._dispute(day)
        if is_run:
            with self._timed("run"):
                self._run(day)
            with self._timed("mail"):
                self.env["mail.mail"].process_email_queue()
                self.env.cr.commit()
        with self._timed("checks"):
            self._check_day(day)
            self.env.cr.commit()
        self.env.invalidate_all()

    def _dispute(self, day):
        """Contest the whole of each disputed invoice that falls due, if it is open."""
        due = [one for one in self.to_dispute if one.due <= day]
        if not due:
            return
        self.to_dispute = [one for one in self.to_dispute if one.due > day]
        reason = self.env.ref("account_dunning.dunning_reason_lit")
        self.env["dunning.dispute"].create(
            [
                {
                    "move_id": self.books.get_move(one.number).id,
                    "reason_id": reason.id,
                    "date": day,
                }
                for one in due
                if one.is_open(day)
            ]
        )
        self.env.cr.commit()

    def _run(self, day):
        start, before = time.monotonic(), self.env.cr.sql_log_count
        runs = self.env["dunning.case"].run(day)
        self.env.cr.commit()
        self.outcome.runs += 1
        self.outcome.queries += self.env.cr.sql_log_count - before
        self.outcome.slowest = max(self.outcome.slowest, time.monotonic() - start)
        self._want("failures", day, runs.failure_count, 0)
        for line in runs.line_ids.filtered("reason"):
            self.outcome.reasons[line.reason] += line.count

    def _check_day(self, day):
        in_books = self.books.count_open(day)
        in_file = sum(invoice.is_unmatched(day) for invoice in self.invoices)
        self._want("open invoices", day, in_books, in_file)
        actions = self.env["dunning.action"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("date", "=", day),
                ("channel", "!=", "decision"),
            ]
        )
        states = {(action.state, action.delivered_on) for action in actions}
        self._want("state of contacts", day, states - {("done", day)}, set())
        wanted = [address(action.partner_id.name) for action in actions]
        self._want("messages", day, sorted(self.outbox.empty()), sorted(wanted))
        contacts = [self._read(action) for action in actions.sorted("id")]
        self.watch.observe(contacts)
        self.outcome.contacts += contacts

    def _want(self, what, day, found, wanted):
        if found != wanted:
            raise Broken(f"{day}: {what}: {found} instead of {wanted}")

    def _read(self, action):
        """Return a contact in the words of the file."""
        return Contact(
            day=action.delivered_on,
            customer=action.partner_id.name,
            level=self.levels[action.level_id.id],
            channel=action.channel,
            named=tuple(
                Named(
                    number=line.move_id.ref or line.name,
                    level=self.levels.get(line.level_id.id),
                    amount=Decimal(f"{line.amount_claimed:.2f}"),
                    is_for_record=line.is_for_record,
                )
                for line in action.line_ids
            ),
        )

    @contextmanager
    def _timed(self, what):
        start = time.monotonic()
        yield
        self.outcome.seconds[what] += time.monotonic() - start

    def _show(self, day):
        is_open = sum(invoice.is_open(day) for invoice in self.invoices)
        print(
            f"{self.name:6}{day:%Y-%m}  {is_open:5} open  "
            f"{len(self.outcome.contacts):6} contacts",
            flush=True,
        )
