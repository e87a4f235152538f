"""What must hold after every fault: nobody lost, nothing double.

Read from the tables and from the mail server's own record, not through the product.
"""

from collections import Counter, defaultdict

#: Per debtor: actions, messages in the chatter, mails, items on a rung.
STATE = """
SELECT partner.ref,
       (SELECT count(*) FROM dunning_case c
         WHERE c.partner_id = partner.id AND c.state != 'closed') AS cases,
       (SELECT count(*) FROM dunning_action a JOIN dunning_case c ON c.id = a.case_id
         WHERE c.partner_id = partner.id AND a.state != 'cancelled') AS actions,
       (SELECT string_agg(a.state, ',')
          FROM dunning_action a JOIN dunning_case c ON c.id = a.case_id
         WHERE c.partner_id = partner.id AND a.state != 'cancelled') AS states,
       (SELECT count(*) FROM mail_message m
          JOIN dunning_case c ON c.id = m.res_id AND m.model = 'dunning.case'
         WHERE c.partner_id = partner.id
           AND m.message_type = 'email_outgoing') AS messages,
       (SELECT count(*) FROM mail_mail q JOIN mail_message m ON m.id = q.mail_message_id
          JOIN dunning_case c ON c.id = m.res_id AND m.model = 'dunning.case'
         WHERE c.partner_id = partner.id AND q.state != 'cancel') AS mails,
       (SELECT count(*) FROM dunning_case_line l JOIN dunning_case c ON c.id = l.case_id
         WHERE c.partner_id = partner.id AND l.active) AS items,
       (SELECT count(*) FROM dunning_case_line l JOIN dunning_case c ON c.id = l.case_id
         WHERE c.partner_id = partner.id AND l.active
           AND l.level_id IS NOT NULL AND l.delivered_on IS NOT NULL) AS on_rung
  FROM res_partner partner
 WHERE partner.ref ~ '^[EL][0-9]{5}$'
 ORDER BY partner.ref
"""
PROGRESS = """
SELECT (SELECT count(*) FROM dunning_case) AS cases,
       (SELECT count(*) FROM mail_mail q JOIN mail_message m ON m.id = q.mail_message_id
         WHERE m.model = 'dunning.case') AS mails,
       (SELECT count(*) FROM mail_mail q JOIN mail_message m ON m.id = q.mail_message_id
         WHERE m.model = 'dunning.case' AND q.state = 'sent') AS sent
"""
COLUMNS = ["ref", "cases", "actions", "states", "messages", "mails", "items", "on_rung"]


def read_debtors(lab):
    """Return one dict per debtor: what the database holds about him."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in lab.read(STATE)]


def progress(lab):
    """Return how far the work came: cases, mails queued, mails sent."""
    row = lab.read(PROGRESS)[0]
    return dict(zip(("cases", "mails", "sent"), row, strict=True))


def judge(lab, delivered=True, leave_out=()):
    """Return what is wrong, as ``{"lost": …, "double": …, "wrong": [sentences]}``.

    :param delivered: the mail queue has been worked through
    :param leave_out: references of debtors for whom something else is expected
    """
    verdict = {"lost": [], "double": [], "wrong": []}
    for debtor in read_debtors(lab):
        if debtor["ref"] not in leave_out:
            judge_debtor(debtor, delivered, verdict)
    return verdict


def judge_debtor(debtor, delivered, verdict):
    """Add to a verdict what is wrong with one debtor."""
    ref, mailed = debtor["ref"], debtor["ref"].startswith("E")
    once = {"cases": 1, "actions": 1, "messages": int(mailed), "mails": int(mailed)}
    for what, wanted in once.items():
        if debtor[what] != wanted:
            kind = "lost" if debtor[what] < wanted else "double"
            verdict[kind].append(f"{ref}: {debtor[what]} {what}")
    if not debtor["items"]:
        verdict["lost"].append(f"{ref}: no items")
    state = "done" if mailed and delivered else "queued"
    if debtor["actions"] == 1 and debtor["states"] != state:
        verdict["wrong"].append(f"{ref}: {debtor['states']}, not {state}")
    if debtor["on_rung"] != (debtor["items"] if state == "done" else 0):
        verdict["wrong"].append(f"{ref}: {debtor['on_rung']} items on a rung")


def judge_mailbox(lab, leave_out=(), expected=True):
    """Compare the mail server's record with who should have a message, once.

    A message accepted twice under one Message-ID fell into the host's window between
    the server's acceptance and the host's commit: ``repeated``, counted apart.
    """
    ids, times = defaultdict(set), Counter()
    for row in lab.server.read():
        for address in row["to"]:
            reference = address.split("@")[0].upper()
            ids[reference].add(row["message_id"])
            times[reference] += 1
    wanted = {
        debtor["ref"]
        for debtor in read_debtors(lab)
        if debtor["ref"].startswith("E") and debtor["ref"] not in leave_out
    }
    return {
        "accepted": sum(times.values()),
        "lost": sorted(wanted - set(ids)) if expected else [],
        "uninvited": sorted(set(ids) - wanted),
        "double": sorted(ref for ref, found in ids.items() if len(found) > 1),
        "repeated": sum(times.values()) - sum(len(found) for found in ids.values()),
    }
