"""PDF programs that are missing, crash or hang; a disk without room for files."""

import os
import shutil
import subprocess
from contextlib import contextmanager

from host import databases, faults, odoo_server

from odoo.tools import config

from odoo.addons.base.models import ir_actions_report

from . import checks, jobs, mails
from .lab import WORK, opened
from .outcome import Outcome

#: What it says of itself is what Odoo asks for; then it notes the call and fails.
BROKEN = """#!/bin/sh
[ "$1" = --version ] && echo "wkhtmltopdf 0.12.6 (with patched qt)" && exit
echo called >> "$(dirname "$0")/calls"
{failure}
"""
PROGRAMS = {"crash": "kill -SEGV $$", "hang": "exec sleep 1000"}
POISON = "Faults: an invoice that cannot be rendered"
#: Seconds after which the host's server would end a worker that hangs; 120 there.
LIMIT = 5
#: Room that a nearly full disk has left, in KiB: a letter or two.
ROOM = 60
LETTERS = """
SELECT partner.ref, a.id, a.state, coalesce(a.failure_reason, ''),
       a.printed_on IS NOT NULL,
       (SELECT count(*) FROM mail_activity activity
         WHERE activity.res_model = 'dunning.case' AND activity.res_id = a.case_id)
  FROM dunning_action a JOIN dunning_case c ON c.id = a.case_id
  JOIN res_partner partner ON partner.id = c.partner_id
 WHERE a.channel = 'letter' AND a.state != 'cancelled'
"""
FILES = """
SELECT res_id, store_fname, file_size FROM ir_attachment
 WHERE res_model = 'dunning.action' AND mimetype = 'application/pdf'
"""


@contextmanager
def program(kind):
    """Put another PDF program first on the path of the workers, or none at all."""
    path = os.environ["PATH"]
    folder = WORK / f"pdf-{kind}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if kind in PROGRAMS:
        text = BROKEN.format(failure=PROGRAMS[kind])
        (folder / "wkhtmltopdf").write_text(text)
        (folder / "wkhtmltopdf").chmod(0o755)
        os.environ["PATH"] = f"{folder}:{path}"
    elif kind == "missing":
        os.environ["PATH"] = str(folder)
    ir_actions_report._wkhtml.cache_clear()
    try:
        yield
    finally:
        os.environ["PATH"] = path
        ir_actions_report._wkhtml.cache_clear()


def count_calls(kind):
    """Return how often a broken program was called."""
    calls = WORK / f"pdf-{kind}" / "calls"
    return len(calls.read_text().split()) if calls.exists() else 0


def serve(name):
    """Answer the PDF program, which fetches style sheets from Odoo, in this process."""
    import inside

    config["db_name"] = [name]
    config["http_port"] = odoo_server.any_port()
    config["http_interface"] = "127.0.0.1"
    inside.serve()
    return f"http://127.0.0.1:{config['http_port']}"


def post(say, name):
    """Print and post the letters that wait or failed, as a user does."""
    url = serve(name)
    with opened(name) as env:
        env["ir.config_parameter"].set_param("report.url", url)
        env["ir.config_parameter"].set_param("report.print_delay", "0")
        env.cr.commit()
        say("begin")
        letters = env["dunning.action"].search(
            [("channel", "=", "letter"), ("state", "in", ("queued", "failed"))]
        )
        letters.action_deliver()
    return {}


def pdf(lab, _options):
    """Post letters with each broken program, then with a good one."""
    for kind in ("missing", "crash", "hang"):
        lab.fresh(faults.seed_name(60))
        lab.do(jobs.run)
        outcome = Outcome("pdf", figures={"program": kind})
        with program(kind):
            break_letters(lab, kind, outcome)
        lab.do(post)
        judge_letters(lab, outcome)
        yield outcome
    for kind in ("missing", "crash", "poison"):
        yield attach(lab, kind)


def break_letters(lab, kind, outcome):
    """Post with a broken program; see what the user is told."""
    worker = lab.start(post)
    if kind == "hang":
        worker.wait_for("begin")
        worker.poll(LIMIT)
        worker.kill()
    end = worker.wait() or {}
    letters = lab.read(LETTERS)
    states = [state for _ref, _id, state, *_rest in letters]
    outcome.figures |= {state: states.count(state) for state in sorted(set(states))}
    outcome.figures["user_is_told"] = end.get("error", "")[:120]
    outcome.hits = count_calls(kind) or int("error" in end)
    outcome.expect("done" not in states, "a letter counts as posted without a PDF")
    for ref, _id, state, reason, _printed, tasks in letters:
        told = "error" in end or kind == "hang"  # the screen of who posts shows it
        outcome.show(
            told or (state == "failed" and reason and tasks), f"{ref}: {state}"
        )


def attach(lab, kind):
    """Let the night attach invoices while they cannot be printed; then mend it.

    :param kind: of the broken program; ``poison`` for one invoice with an error
    """
    lab.fresh(faults.seed_name(60))
    lab.write("UPDATE dunning_level SET attach_invoices = true WHERE channel_email")
    if kind == "poison":
        lab.do(spoil)
    outcome = Outcome("pdf", figures={"program": kind, "for": "attached invoices"})
    with program(kind):
        end = lab.start(run_and_make).wait()
    if "error" in end:
        outcome.figures["worker_said"] = end["error"][:120]
    victims = ["E00005"] if kind == "poison" else mails.everybody(lab)
    rows = mails.judge_failures(lab, outcome, victims)
    mailed = [ref for ref, row in rows.items() if row[2] == "outgoing"]
    outcome.served = (len(set(mailed) - set(victims)), len(rows) - len(victims))
    outcome.expect(
        outcome.served[0] == outcome.served[1],
        f"{outcome.served[1] - outcome.served[0]} others wait without end",
    )
    outcome.hits = count_calls(kind) or len(victims)
    lab.write("DELETE FROM ir_ui_view WHERE name = %s", [POISON])
    lab.do(mend)
    outcome.blame(checks.judge(lab, delivered=False))
    return outcome


def spoil(say, name):
    """Let the text of one debtor's invoice fail, as a faulty customization would."""
    with opened(name) as env:
        env["ir.ui.view"].create(
            {
                "name": POISON,
                "type": "qweb",
                "mode": "extension",
                "inherit_id": env.ref("account.report_invoice_document").id,
                "arch": "<data><xpath expr='//div' position='inside'>"
                "<t t-if=\"o.partner_id.ref == 'E00005'\" t-out='1 / 0'/>"
                "</xpath></data>",
            }
        )
    return {}


def run_and_make(say, name):
    """Run the night, then render what e-mails wait for, as the scheduler does."""
    url = serve(name)
    with opened(name) as env:
        env["ir.config_parameter"].set_param("report.url", url)
    jobs.run(say, name)
    with opened(name) as env:
        env["dunning.action"]._cron_make_documents()
    return {}


def mend(say, name):
    """With a good program, send again what failed; do what waits."""
    run_and_make(say, name)
    with opened(name) as env:
        failed = env["dunning.action"].search([("state", "=", "failed")])
        failed.action_deliver()
        env["dunning.action"]._cron_make_documents()
    return {}


def judge_letters(lab, outcome):
    """Check that each letter is posted once, with one PDF that can be read."""
    files = lab.read(FILES)
    for ref, action, state, _reason, _printed, _tasks in lab.read(LETTERS):
        found = [row[1:] for row in files if row[0] == action]
        if state != "done":
            outcome.lost.append(f"{ref}: letter {state}")
        if len(found) > 1:
            outcome.double.append(f"{ref}: {len(found)} PDFs")
        for name, size in found:
            path = databases.FILES / lab.name / (name or "")
            whole = path.is_file() and path.stat().st_size == size
            outcome.expect(whole, f"{ref}: its PDF is lost or cut short on the disk")
        outcome.expect(found, f"{ref}: posted without a PDF")


def disk(lab, _options):
    """Post letters while the disk of the attachments has room for very few."""
    lab.fresh(faults.seed_name(60))
    lab.do(jobs.run)
    outcome = Outcome("disk-full")
    folder = databases.FILES / lab.name
    if not mount(folder):
        outcome.figures["why_not"] = "only root can mount a small disk"
        yield outcome
        return
    try:
        end = lab.start(post).wait()
    finally:
        unmount(folder)
    outcome.figures["user_is_told"] = (end or {}).get("error", "")[:120]
    cut = count_cut(lab)
    outcome.hits = len(cut) or int("error" in end)
    outcome.figures["files_cut_short"] = len(cut)
    letters = {row[1]: row for row in lab.read(LETTERS)}
    for action in cut:
        ref, _id, state, reason, printed, _tasks = letters[action]
        outcome.expect(
            state != "done", f"{ref}: counts as posted, its PDF is empty ({reason})"
        )
        outcome.show(state == "failed" or not printed, f"{ref}: printed, says {state}")
    lab.do(post)
    judge_letters(lab, outcome)
    yield outcome


def count_cut(lab):
    """Return the letters whose PDF is not on the disk as the database says."""
    files = databases.FILES / lab.name
    return [
        action
        for action, name, size in lab.read(FILES)
        if not (files / name).is_file() or (files / name).stat().st_size != size
    ]


def mount(folder):
    """Put a disk of memory, nearly full, over a folder; tell whether that worked."""
    used = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    blocks = sum(f.is_file() for f in folder.rglob("*"))
    copy = WORK / "disk"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    # Each file takes whole pages of 4 KiB, folders some as well.
    size = used // 1024 + 4 * blocks + 4 * 256 + ROOM
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", folder]
    if os.geteuid() or subprocess.run(command, check=False).returncode:
        return False
    shutil.copytree(copy, folder, dirs_exist_ok=True)
    filler = folder / "filler"
    free = shutil.disk_usage(folder).free - ROOM * 1024
    filler.write_bytes(b"\0" * max(free, 0))
    return True


def unmount(folder):
    """Take the small disk away, what was written on it kept."""
    (folder / "filler").unlink(missing_ok=True)
    kept = WORK / "disk"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept)
    subprocess.run(["umount", folder], check=True)
    for file in kept.rglob("*"):
        target = folder / file.relative_to(kept)
        if file.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
