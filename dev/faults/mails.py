"""Mail servers that refuse, stall, die, or send a message back."""

import email.message

from host import databases, faults, odoo_server

from odoo.tools import config

from . import checks, jobs
from .lab import opened
from .outcome import Outcome

#: Seconds that the host waits for a mail server; 60 there, too many for us.
PATIENCE = 1
QUEUED = "faults_mailed"
#: The addresses that one server does not know: eight of the debtors with e-mail.
UNKNOWN = "e0001"
FAILED = """
SELECT partner.ref, action.state, coalesce(action.failure_reason, ''),
       coalesce(mail.state, ''),
       (SELECT count(*) FROM mail_activity activity
         WHERE activity.res_model = 'dunning.case' AND activity.res_id = action.case_id
           AND activity.active)
  FROM dunning_action action
  JOIN dunning_case c ON c.id = action.case_id
  JOIN res_partner partner ON partner.id = c.partner_id
  LEFT JOIN mail_mail mail ON mail.id = action.mail_mail_id
 WHERE action.channel = 'email' AND action.state != 'cancelled'
"""


def prepare(lab):
    """Start from a night that is over: all e-mails wait in the queue."""
    if not lab.is_mailed:
        lab.is_mailed = True
        lab.fresh(faults.seed_name(60))
        lab.do(jobs.run)
        lab.release()
        databases.clone(lab.name, databases.own_name(QUEUED))
    lab.fresh(databases.own_name(QUEUED))


def deliver(say, name, port=None):
    """Deliver, with little patience, through a server at some port."""
    from odoo.addons.base.models import ir_mail_server

    ir_mail_server.SMTP_TIMEOUT = PATIENCE
    config["smtp_port"] = port or config["smtp_port"]
    return jobs.deliver(say, name)


def send_again(say, name):
    """Send what failed again, as users do: half from our list, half from the host's."""
    with opened(name) as env:
        say("begin")
        failed = env["dunning.action"].search(
            [("state", "=", "failed"), ("channel", "=", "email")]
        )
        half = len(failed) // 2
        failed[:half].action_deliver()
        failed[half:].mail_mail_id.mark_outgoing()
        # What is stuck in the host's own list is tried again there as well.
        stuck = env["mail.mail"].search(
            [("state", "=", "exception"), ("model", "=", "dunning.case")]
        )
        (stuck - failed.mail_mail_id).mark_outgoing()
    return {"again": len(failed), "stuck": len(stuck)}


def judge_failures(lab, outcome, expected):
    """Check that each failed message is shown where the user looks; return them."""
    rows = {row[0]: row[1:] for row in lab.read(FAILED)}
    for ref in expected:
        state, reason, mail, tasks = rows[ref]
        outcome.show(state == "failed", f"{ref}: mail {mail}, action {state}")
        if state == "failed":
            outcome.show(reason, f"{ref}: no reason on the action")
            outcome.show(tasks, f"{ref}: no task for the collector")
    others = [ref for ref in rows if ref not in expected]
    served = [ref for ref in others if rows[ref][0] == "done"]
    outcome.served = (len(served), len(others))
    return rows


def recover(lab, outcome):
    """Repair the server, send again, deliver; check that nobody is lost or double."""
    lab.server.behave(mode="accept")
    before = len(lab.server.read())
    outcome.figures |= {
        key: value
        for key, value in lab.do(send_again).items()
        if key in ("again", "stuck")
    }
    lab.do(jobs.deliver)
    outcome.figures["accepted_after"] = len(lab.server.read()) - before
    debtors = {debtor["ref"]: debtor for debtor in checks.read_debtors(lab)}
    for ref, debtor in debtors.items():
        if ref.startswith("E") and (debtor["actions"], debtor["states"]) != (1, "done"):
            outcome.lost.append(f"{ref}: {debtor['states']} after it was sent again")
        if debtor["mails"] > 1:
            outcome.double.append(f"{ref}: {debtor['mails']} live mails")
    mailbox = checks.judge_mailbox(lab)
    outcome.blame(mailbox)
    outcome.host += ["accepted twice, one Message-ID"] * mailbox["repeated"]


def call_again(lab, outcome):
    """Run and deliver again, as the scheduler will; mend what that leaves undelivered.

    :return: whether something had to be mended
    """
    lab.do(jobs.run)
    lab.do(jobs.deliver)
    stuck = [row[0] for row in lab.read(FAILED) if row[1] != "done"]
    if stuck:
        outcome.figures["not_delivered_by_next_call"] = len(stuck)
        judge_failures(lab, outcome, stuck)
        recover(lab, outcome)
    return bool(stuck)


def everybody(lab):
    """Return the references of all debtors who get an e-mail."""
    return [d["ref"] for d in checks.read_debtors(lab) if d["ref"].startswith("E")]


def refuse(lab, _options):
    """No mail server answers."""
    prepare(lab)
    outcome = Outcome("smtp-refuse")
    lab.do(deliver, odoo_server.any_port())
    rows = judge_failures(lab, outcome, everybody(lab))
    outcome.hits = sum(row[0] != "done" for row in rows.values())
    recover(lab, outcome)
    yield outcome


def answers(lab, fault, mode, match, expected):
    """The server answers recipients with an error code."""
    prepare(lab)
    outcome = Outcome(fault)
    lab.server.behave(mode=mode, match=match)
    lab.do(deliver)
    outcome.hits = len(lab.server.read("refused"))
    judge_failures(lab, outcome, [ref for ref in everybody(lab) if expected(ref)])
    recover(lab, outcome)
    yield outcome


def later(lab, _options):
    """The server takes nothing now (451)."""
    yield from answers(lab, "smtp-later", "4xx", "", lambda ref: True)


def unknown(lab, _options):
    """The server does not know some recipients (550)."""
    yield from answers(
        lab, "smtp-unknown", "5xx", UNKNOWN, lambda ref: ref.lower().startswith(UNKNOWN)
    )


def stall(lab, _options):
    """The server takes a message and never answers; some messages later it does."""
    prepare(lab)
    outcome = Outcome("smtp-stall")
    worker = begin_delivery(lab)
    lab.server.behave(mode="hang")
    while not lab.server.read("refused") and worker.poll(0.005):
        pass
    lab.server.behave(mode="accept")
    worker.result()
    outcome.hits = len(lab.server.read("refused"))
    judge_interrupted(lab, outcome)
    yield outcome


def dies(lab, _options):
    """The server is killed in the middle of the delivery; another one starts later."""
    prepare(lab)
    outcome = Outcome("smtp-dies")
    worker = begin_delivery(lab)
    lab.server.process.kill()
    lab.server.process.wait()
    worker.result()
    outcome.hits = int(len(lab.server.read()) < len(everybody(lab)))
    lab.server.start(mode="accept")
    config["smtp_port"] = lab.server.port
    judge_interrupted(lab, outcome)
    yield outcome


def begin_delivery(lab):
    """Start a delivery; return its worker when the server has taken ten messages."""
    worker = lab.start(deliver)
    while len(lab.server.read()) < 10 and worker.poll(0.005):
        pass
    return worker


def judge_interrupted(lab, outcome):
    """Check a delivery that was cut short: the next one does the rest by itself."""
    lab.do(deliver)
    rows = {row[0]: row[1:] for row in lab.read(FAILED)}
    undone = [ref for ref, row in rows.items() if row[0] != "done"]
    outcome.figures["not_delivered_by_next_call"] = len(undone)
    judge_failures(lab, outcome, undone)
    recover(lab, outcome)


def bounce(lab, _options):
    """The server takes all messages; one of them comes back hours later."""
    prepare(lab)
    outcome = Outcome("smtp-bounce")
    lab.do(jobs.deliver)
    message = next(row for row in lab.server.read() if "e00001" in row["to"][0])
    lab.do(receive, returned(message))
    status = lab.read(
        "SELECT n.notification_status FROM mail_notification n JOIN mail_message m"
        " ON m.id = n.mail_message_id WHERE m.message_id = %s",
        [message["message_id"]],
    )
    outcome.hits = int(("bounce",) in status)
    rows = judge_failures(lab, outcome, ["E00001"])
    outcome.expect(rows["E00001"][0] == "failed", "E00001: still counts as delivered")
    yield outcome


def returned(original):
    """Return a message as mail servers send them back (RFC 3464), as text."""
    [address] = original["to"]
    report = email.message.EmailMessage()
    report["From"] = "MAILER-DAEMON@debtor.example"
    report["To"] = original["from"]
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["References"] = report["In-Reply-To"] = original["message_id"]
    report["Message-ID"] = "<returned.1@debtor.example>"
    boundary, status = "=_returned", "5.1.1"
    report["MIME-Version"] = "1.0"
    head = report.as_string().rstrip("\n")
    return (
        f"{head}\nContent-Type: multipart/report; report-type=delivery-status; "
        f'boundary="{boundary}"\n\n--{boundary}\nContent-Type: text/plain\n\n'
        f"<{address}>: no such mailbox\n\n--{boundary}\n"
        "Content-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; debtor.example\n\n"
        f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\n\n"
        f"--{boundary}\nContent-Type: message/rfc822\n\n"
        f"Message-ID: {original['message_id']}\nTo: {address}\n"
        f"Subject: {original['subject'].encode('ascii', 'ignore').decode()}\n\n"
        f"--{boundary}--\n"
    )


def receive(say, name, text):
    """Let the host's mail gateway take a message."""
    with opened(name) as env:
        say("begin")
        env["mail.thread"].message_process(None, text)
    return {}
