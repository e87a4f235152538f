"""Who may do what: the intention, in one readable place.

``tests/test_rights.py`` tries every cell of these tables on a running system;
``dev/security_table.py`` writes them as ``docs/security.md``. Plain Python: the program
reads this file without Odoo.
"""

#: Role: (XML id of its group, the tier whose rights it has). No tier: no rights at all.
ROLES = {
    "public": ("base.group_public", None),
    "portal": ("base.group_portal", None),
    "employee": ("base.group_user", None),
    "settings": ("base.group_user,base.group_system", None),
    "auditor": ("base.group_user,account.group_account_readonly", None),
    "reader": ("account_dunning.group_dunning_reader", "reader"),
    "collector": ("account_dunning.group_dunning_collector", "collector"),
    "billing": ("account.group_account_invoice", "collector"),
    "manager": ("account_dunning.group_dunning_manager", "manager"),
    "accounting": ("account.group_account_manager", "manager"),
    "director": ("account_dunning.group_dunning_director", "manager"),
}
ROLE_NAMES = {
    "public": "Visitor of the web site",
    "portal": "Portal user (a debtor)",
    "employee": "Employee without rights on accounting",
    "settings": "Administrator of the settings",
    "auditor": "Accounting: read only",
    "reader": "Dunning: Reader",
    "collector": "Dunning: Collector",
    "billing": "Accounting: Invoicing (implies Collector)",
    "manager": "Dunning: Credit manager",
    "accounting": "Accounting: Administrator (implies Credit manager)",
    "director": "Dunning: Finance director",
}

#: Each tier has the rights of those before it.
TIERS = ("reader", "collector", "manager")

#: What no company owns: facts of law, the same for all of them.
COMMON = ("dunning.phrase", "dunning.rate", "dunning.reason")

#: Model: the operations of each tier (C create, R read, W write, D delete), on records
#: of the user's company. On another company's records nobody may do anything.
OPERATIONS = {
    "dunning.ladder": {"reader": "R", "manager": "CRWD"},
    "dunning.level": {"reader": "R", "manager": "CRWD"},
    "dunning.case": {"reader": "R", "collector": "CRW", "manager": "CRWD"},
    "dunning.case.line": {"reader": "R"},
    "dunning.hold": {"reader": "R", "collector": "CRW"},
    "dunning.promise": {"reader": "R", "collector": "CRW"},
    "dunning.cover": {"reader": "R"},
    "dunning.claim": {"reader": "R"},
    "dunning.claim.line": {"reader": "R"},
    "dunning.waiver": {"reader": "R"},
    "dunning.claim.wizard": {"collector": "CRWD"},
    "dunning.claim.wizard.line": {"collector": "CRWD"},
    "dunning.dispute": {"reader": "R", "collector": "CRW"},
    "dunning.dispute.owner": {"reader": "R", "manager": "CRWD"},
    "dunning.einvoice.status": {"reader": "R"},
    "dunning.phrase": {"reader": "R", "manager": "CRWD"},
    "dunning.reason": {"reader": "R", "manager": "CRWD"},
    "dunning.plan": {"reader": "R", "collector": "CRWD"},
    "dunning.plan.line": {"reader": "R", "collector": "CRWD"},
    "dunning.offer": {"reader": "R", "collector": "CRWD"},
    "dunning.exclusion": {"reader": "R"},
    "dunning.alert": {"reader": "R"},
    "dunning.limitation.event": {"reader": "R", "collector": "CRW"},
    "dunning.limitation.override": {"reader": "R", "manager": "CR"},
    "dunning.proceeding": {"reader": "R", "collector": "CRW", "manager": "CRWD"},
    "dunning.proceeding.line": {"reader": "R", "collector": "CRWD"},
    "dunning.action": {"reader": "R", "collector": "CRW"},
    "dunning.action.line": {"reader": "R"},
    "dunning.seal": {"reader": "R"},
    "dunning.rate": {"reader": "R", "manager": "CRWD"},
    "dunning.run": {"reader": "R"},
    "dunning.run.batch": {"reader": "R"},
    "dunning.run.count": {"reader": "R"},
    "dunning.run.line": {"reader": "R"},
    "dunning.old.items": {"reader": "R", "manager": "RW"},
    "dunning.old.items.band": {"reader": "R", "manager": "RW"},
    "dunning.first.run": {"reader": "R"},
    "dunning.first.run.line": {"reader": "R"},
    "dunning.first.run.total": {"reader": "R"},
    "dunning.setup": {"manager": "CRWD"},
    "dunning.doubtful": {"manager": "CRWD"},
    "dunning.doubtful.line": {"manager": "CRWD"},
    "dunning.relance": {"collector": "CRWD"},
    "dunning.relance.line": {"collector": "CRWD"},
    "dunning.letter.post": {"collector": "CRWD"},
    "dunning.ladder.change": {"collector": "CRWD"},
    "dunning.hold.wizard": {"collector": "CRWD"},
    "dunning.file.void": {"collector": "CRWD"},
    "dunning.case.close": {"collector": "CRWD"},
    "dunning.known.money": {"manager": "CRWD"},
    "dunning.deposit": {"reader": "R", "collector": "CRWD"},
    "dunning.receipt.import": {"collector": "CRWD"},
    "dunning.receipt.import.line": {"collector": "CRWD"},
    "dunning.outcome": {"collector": "CRWD"},
    "dunning.plan.sign": {"collector": "CRWD"},
    "dunning.delivery.day": {"manager": "CRWD"},
    "dunning.level.preview": {"reader": "CRWD"},
}

#: Method, with the kind of record it is called on where that matters: the lowest tier
#: for which it works on records of the user's company. ``window``: it reads nothing, it
#: only opens a list or form, which shows what the user's rights allow.
METHODS = {
    "account.move.action_dun": "collector",
    "account.move.action_dunning_hold": "collector",
    "account.move.action_open_dunning_case": "window",
    "account.move.action_dunning_dispute": "collector",
    "account.move.action_dunning_record_call": "collector",
    "account.move.dunning_set_einvoice_status": "collector",
    "dunning.case.action_open_dispute": "collector",
    "dunning.case.action_record_call": "collector",
    "dunning.dispute.action_end_mediation (mediation)": "collector",
    "dunning.dispute.action_mediate": "collector",
    "dunning.dispute.action_resolve": "collector",
    "mail.activity.action_dunning_outcome": "collector",
    "dunning.action.action_approve": "collector",
    "dunning.action.action_approve (formal notice)": "manager",
    "dunning.action.action_cancel": "collector",
    "dunning.action.action_deliver": "collector",
    "dunning.action.action_deliver (formal notice)": "manager",
    "dunning.action.action_print_letters": "collector",
    "dunning.action.action_print_letters (formal notice)": "manager",
    "dunning.case.action_change_ladder": "collector",
    "dunning.action.action_record_outcome (call)": "collector",
    "dunning.action.action_send_again": "collector",
    "dunning.case.action_close": "collector",
    "dunning.case.action_dun": "collector",
    "dunning.case.action_hold": "collector",
    "dunning.case.action_open_actions": "window",
    "dunning.case.action_open_invoices": "reader",
    "dunning.case.action_resume": "collector",
    "dunning.case.action_promise": "collector",
    "dunning.promise.action_cancel": "collector",
    "dunning.promise.action_carry_out_fallback (broken promise)": "collector",
    "dunning.promise.action_count_as_broken (doubtful promise)": "collector",
    "dunning.promise.action_count_as_kept (doubtful promise)": "collector",
    "dunning.promise.action_extend": "collector",
    "dunning.promise.action_withdraw": "collector",
    "dunning.case.action_open_offer": "collector",
    "dunning.case.action_open_plan": "collector",
    "dunning.plan.action_accept (proposed plan)": "collector",
    "dunning.plan.action_approve": "manager",
    "dunning.plan.action_cancel": "collector",
    "dunning.plan.action_change (proposed plan)": "collector",
    "dunning.plan.action_draft_interest (plan with interest)": "collector",
    "dunning.plan.action_print_agreement": "reader",
    "dunning.plan.action_propose": "collector",
    "dunning.plan.action_reschedule": "collector",
    "dunning.plan.action_send_again (proposed plan)": "collector",
    "dunning.plan.action_sign (proposed plan)": "collector",
    "dunning.offer.action_approve": "manager",
    "dunning.offer.action_cancel": "collector",
    "dunning.offer.action_keep (sent offer)": "manager",
    "dunning.offer.action_send": "collector",
    "dunning.case.preview": "reader",
    "dunning.case.run": "collector",
    "dunning.case.action_add_limitation_event": "collector",
    "dunning.case.action_override_limitation": "manager",
    "dunning.doubtful.action_download_csv": "manager",
    "dunning.doubtful.action_download_xlsx": "manager",
    "dunning.doubtful.action_open": "manager",
    "dunning.doubtful.action_refresh": "manager",
    "dunning.limitation.event.action_confirm": "manager",
    "dunning.limitation.event.action_refuse": "manager",
    "dunning.proceeding.action_declare": "collector",
    "dunning.proceeding.action_end": "manager",
    "dunning.proceeding.action_prepare": "collector",
    "dunning.proceeding.action_print": "reader",
    "dunning.ladder.action_open_debtors": "reader",
    "dunning.ladder.change.action_apply": "collector",
    "dunning.case.action_claim": "collector",
    "dunning.claim.wizard.action_confirm": "collector",
    "dunning.claim.wizard.action_waive": "manager",
    "dunning.claim.wizard.action_waive_all": "manager",
    "dunning.waiver.action_withdraw": "manager",
    "dunning.exclusion.action_open_invoice": "reader",
    "dunning.exclusion.action_open_review": "reader",
    "dunning.exclusion.action_resume": "manager",
    "dunning.exclusion.action_reviewed": "manager",
    "dunning.hold.action_change": "reader",
    "dunning.hold.action_resume": "collector",
    "dunning.hold.wizard.action_confirm": "collector",
    "dunning.file.void.action_confirm": "collector",
    "dunning.case.close.action_confirm": "collector",
    "dunning.known.money.action_confirm": "manager",
    "dunning.case.action_match_money": "reader",
    "dunning.case.action_go_on": "manager",
    "dunning.case.action_ask_to_close": "collector",
    "dunning.plan.action_check_documents": "collector",
    "dunning.action.action_print_letters (registered letter)": "collector",
    "dunning.action.action_check_proofs": "collector",
    "dunning.action.action_send_on_paper": "collector",
    "dunning.seal.action_open_document": "reader",
    "dunning.deposit.action_deposit": "collector",
    "dunning.deposit.action_download_letters": "reader",
    "dunning.deposit.action_download_list": "reader",
    "dunning.deposit.action_print_list": "reader",
    "dunning.deposit.action_refresh": "reader",
    "dunning.receipt.import.action_attach_scans": "collector",
    "dunning.receipt.import.action_download_template": "collector",
    "dunning.receipt.import.action_read": "collector",
    "dunning.receipt.import.action_write": "collector",
    "dunning.first.run.action_confirm": "manager",
    "dunning.first.run.action_open": "collector",
    "dunning.first.run.action_open_lines": "reader",
    "dunning.first.run.action_refresh": "collector",
    "dunning.first.run.action_switch_on": "manager",
    "dunning.letter.post.action_mark_posted": "collector",
    "dunning.letter.post.action_refresh": "window",
    "dunning.level.action_copy_letter_text": "manager",
    "dunning.level.action_copy_mail_text": "manager",
    "dunning.level.action_preview_text": "reader",
    "dunning.old.items.action_apply": "manager",
    "dunning.old.items.action_open": "manager",
    "dunning.old.items.action_open_left_out": "reader",
    "dunning.old.items.action_refresh": "manager",
    "dunning.outcome.action_confirm": "collector",
    "dunning.plan.sign.action_confirm": "collector",
    "dunning.delivery.day.action_confirm": "manager",
    "dunning.relance.action_start": "collector",
    "dunning.relance.process_next": "collector",
    "dunning.relance.line.action_back": "collector",
    "dunning.relance.line.action_open": "collector",
    "dunning.relance.line.action_send": "collector",
    "dunning.relance.line.action_write_anew": "collector",
    "dunning.run.action_run_now": "collector",
    "dunning.run.action_undo (last run)": "manager",
    "dunning.run.line.action_open_cases": "reader",
    "dunning.setup.action_open_debtors": "manager",
    "dunning.setup.action_open_doubtful_kinds": "manager",
    "dunning.setup.action_open_nobodys_cases": "manager",
    "dunning.setup.action_open_without_address": "manager",
    "dunning.setup.action_open_without_email": "manager",
    "dunning.setup.action_save_checks": "manager",
    "dunning.setup.action_save_ladder": "manager",
    "dunning.setup.action_save_people": "manager",
    "dunning.setup.action_save_sender": "manager",
    "dunning.setup.action_set_time_zone": "manager",
    "dunning.setup.action_show_panel": "manager",
    "dunning.setup.action_switch_off": "manager",
    "dunning.setup.action_switch_on": "manager",
    "dunning.setup.action_test_mail_server": "manager",
    "dunning.setup.close_panel": "manager",
    "dunning.setup.get_panel": "window",
    "dunning.setup.switch_night": "manager",
    "onboarding.onboarding.step.action_open_dunning_checks": "window",
    "onboarding.onboarding.step.action_open_dunning_first_run": "collector",
    "onboarding.onboarding.step.action_open_dunning_ladder": "window",
    "onboarding.onboarding.step.action_open_dunning_night": "window",
    "onboarding.onboarding.step.action_open_dunning_old_items": "manager",
    "onboarding.onboarding.step.action_open_dunning_people": "window",
    "onboarding.onboarding.step.action_open_dunning_sender": "window",
    "res.config.settings.action_open_dunning_cron": "window",
    "res.partner.action_dun": "collector",
    "res.partner.action_dunning_keep_kind": "collector",
    "res.partner.action_dunning_mark_public": "collector",
    "res.partner.action_open_dunning_cases": "reader",
}

#: Public methods of the host that we extend: the host's rights hold, ours add nothing.
HOST_METHODS = (
    *("mail.activity.unlink", "mail.mail.send", "account.move.unlink"),
    *("account.move.button_cancel", "account.move.button_draft"),
    # Each asks the host, and leaves out or refuses what the user may not say.
    *("dunning.ladder.default_get", "dunning.ladder.onchange"),
    *("res.partner.default_get", "res.partner.fields_get", "res.partner.copy_data"),
    *("account.move.default_get", "account.move.fields_get"),
    *("account.move.copy_data", "payment.transaction.fields_get"),
    # Tells who is in charge beside; whoever may write it may do so.
    "dunning.case.message_post",
)
#: Ways in that were tried on a running server, over RPC. What is tried: (as whom, what
#: happens now). The keys name the methods of ``guard/test_attacks.py``.
ATTACKS = {
    "a promise is made “kept” by a default of the context": ("collector", "made open"),
    "a promise is made “kept” by a default of one's own": ("collector", "made open"),
    "an offer is made “approved” by the context": ("collector", "waits for a manager"),
    "a contact is made “delivered” by the context": ("collector", "made a proposal"),
    "an interruption of limitation is made “confirmed” by the context": (
        "collector",
        "made a proposal",
    ),
    "a contact carries an e-mail of others by the context, and is cancelled": (
        "collector",
        "the e-mail stays",
    ),
    "a contact carries a task of others by the context, and is cancelled": (
        "collector",
        "the task stays",
    ),
    "a promise is made with its plan B carried out, by the context": (
        "collector",
        "made without",
    ),
    "a formal notice number is given by the context": ("collector", "none is taken"),
    "a plan is made with any entry as the invoice of its interest": (
        "collector",
        "refused",
    ),
    "a promise is made with its verdict": ("collector", "refused"),
    "a promise is made in the name of another approver": ("manager", "refused"),
    "promises are imported as kept": ("collector", "refused"),
    "a case is closed as paid by writing it": ("collector", "refused"),
    "a case gets another ladder by writing it": ("manager", "refused"),
    "the text of an approved contact is written": ("collector", "refused"),
    "the recipient of an approved contact is written": ("collector", "refused"),
    "the deadline of an approved contact is written": ("manager", "refused"),
    "files are put on an approved contact": ("collector", "refused"),
    "a contact is delivered by writing it": ("manager", "refused"),
    "an instalment is changed after the approval": (
        "collector",
        "the approval is taken away",
    ),
    "the answer to a dispute is written anew once it was sent": (
        "collector",
        "refused",
    ),
    "the rung of an item is written through its case": ("manager", "refused"),
    "a letter is delivered through its deposit": ("collector", "refused"),
    "a contact is tied to a task through the task": ("collector", "refused"),
    "an event of limitation is moved into another company": ("collector", "refused"),
    "a promise is moved to the case of another company": ("collector", "refused"),
    "insolvency proceedings are moved to another customer": ("manager", "refused"),
    "a deposit is moved into another company": ("collector", "refused"),
    "an offer is made to a customer of another company": ("manager", "refused"),
    "items of another company are put on hold": ("collector", "refused"),
    "the form of a dispute is asked who the debtor of another company's case is": (
        "collector",
        "refused",
    ),
    "the form of a promise is asked the same by the context": ("collector", "refused"),
    "the window of a call closes a task of another company": ("collector", "refused"),
    "a scan is said to be the PDF of another letter": (
        "collector",
        "left where it is, with the reason",
    ),
    "a document of another company is marked as void": ("manager", "refused"),
    "the PDF of a posted letter is renamed": ("manager", "refused"),
    "the document of a promise is made public": ("manager", "refused"),
    "the PDF of a proposed agreement is deleted": ("manager", "refused"),
    "the message of a queued reminder is deleted": ("collector", "refused"),
    "the run of tomorrow is started": ("collector", "refused"),
    "a letter is posted tomorrow": ("collector", "refused"),
    "a reader reads entries of a journal that is no sale": ("reader", "refused"),
    "a reader reads a bank account journal": ("reader", "refused"),
    "who may edit contacts makes a consumer a business": ("employee", "refused"),
    "a ladder of 1,500 levels is created": ("manager", "refused at once"),
    "a text of 48 KB of unfinished comments is put on a proposal": (
        "collector",
        "answered at once",
    ),
    "an invoice is contested twice": ("collector", "refused, with what is left"),
    "a second plan is proposed on an invoice": (
        "collector",
        "refused, with what is left",
    ),
}

#: Where the table of fields begins, which is written out of the registry.
FIELDS_HEAD = "## Fields\n"
#: Not an action: the list of placeholders a text may use.
HARMLESS = ("mail_allowed_qweb_expressions",)

#: What does not hold yet: tests show it, and say it at each run (see common_holes.py).
KNOWN_HOLES = {
    "numbers without bounds": "a whole number above 2,147,483,647 sent over RPC ends "
    "in an error of the database instead of words, as for every whole number in Odoo; "
    "the screens refuse it",
}


def operations(model: str, role: str) -> str:
    """Return what a role may do with a model, as letters of ``CRWD``."""
    tier = ROLES[role][1]
    allowed = ""
    for name in TIERS[: TIERS.index(tier) + 1] if tier else ():
        allowed = OPERATIONS[model].get(name, allowed)
    return allowed


def may_call(method: str, role: str) -> bool:
    """Tell whether a method works for a role on records of the own company."""
    needed, tier = METHODS[method], ROLES[role][1]
    if needed == "window":
        return True
    return bool(tier) and TIERS.index(tier) >= TIERS.index(needed)


def document() -> str:
    """Return ``docs/security.md``."""
    rest = REST % {"attacks": _attack_table()}
    parts = (INTRODUCTION, _role_table(), _operation_table(), _method_table(), rest)
    holes = [f"- **{name}**: {text}." for name, text in KNOWN_HOLES.items()]
    return "\n".join((*parts, *holes)) + "\n"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _role_table() -> str:
    rows = [[f"`{role}`", ROLE_NAMES[role], ROLES[role][1] or "none"] for role in ROLES]
    return _table(["role", "who", "rights of"], rows)


def _operation_table() -> str:
    rows = [
        [f"`{model}`", *(operations(model, role) or "–" for role in ROLES)]
        for model in OPERATIONS
    ]
    return (
        "## Models\n\nC create, R read, W write, D delete, on records of the user's "
        "company. On records of another company every cell is “–”: tried for every "
        "role, model and operation, windows (wizards) included. A window is its "
        f"user's own. No company owns {', '.join(COMMON)}: facts of law, the same for "
        "all of them.\n\n" + _table(["model", *ROLES], rows)
    )


def _attack_table() -> str:
    rows = [[what, f"`{role}`", now] for what, (role, now) in ATTACKS.items()]
    return _table(["what is tried", "as whom", "what happens now"], rows)


def _method_table() -> str:
    rows = [
        [f"`{method}`", *(_answer(method, role) for role in ROLES)]
        for method in METHODS
    ]
    return (
        "## Methods\n\nEvery public method of the module, called by number as a web "
        "client does. “yes”: it works on records of the user's company. “–”: access "
        "error. “(opens)”: it reads nothing and only opens a list or form, which shows "
        "what the rights allow. On records of another company every “yes” is “–”.\n\n"
        + _table(["method", *ROLES], rows)
    )


def _answer(method: str, role: str) -> str:
    if METHODS[method] == "window":
        return "(opens)"
    return "yes" if may_call(method, role) else "–"


INTRODUCTION = """\
# Security

Who may do what, and what becomes of hostile input. This page is written by `make
security` from `tests/common_intent.py`, where it is declared; `make test` tries every
cell on a running system and fails when a cell, a model, a method or this page
differs. What does not hold yet stands at the end.

## Roles
"""

REST = """\
## Proofs and approval

- A formal notice is approved, sent or printed by a credit manager only.
- What a user may enter stands beside each field, see *Fields* below; what is a fact is
  written by the engine only, whichever way a value comes.
- A delivered contact, and a case with one, cannot be deleted by anybody.
- The files of a record that is no draft any more (letters, proofs, documents of
  promises and disputes, agreements) are neither changed nor deleted; one put there by
  mistake is marked as void with a reason.
- Nobody changes what a delivered contact said, its amounts or the PDF of a posted
  letter.
- An e-mail is delivered when the mail server says so, never because somebody writes it.
- Nobody may delete actions, runs or case items; a ladder that was used is archived.
- Items of cases and contacts, runs, their batches and counts are written by the engine
  only, as superuser: the rung of an item is what was delivered.
- A case stays with its debtor and company. What carries a contact (message, task) is
  set by the engine: it is cancelled with the contact.

## What a reader reads of the books

- Customers' documents (invoices, credit notes, receipts), the entries that a case is
  about (an opening balance), of these and of all other entries what customers owe
  (receivable accounts of trade), and the journals of sales and of entries.
- No wages, bills of suppliers, other lines of entries, bank or cash journals, payments,
  bank statements. Of these the role "Reader" opens nothing, and it takes nothing away
  from whoever has another role: tried with auditor, accountant, expense approver,
  cashier, purchaser and salesperson (`tests/test_readers.py`).
- A customer opens his invoice on the portal, an employee without rights on dunning the
  invoices he may read: our fields on them are empty, or facts of the invoice itself.

## Fields of this module on records of Odoo

Who writes them, by whatever way (values, default, import, copy):

- **Customer:** ladder, collector, contact for reminders, kind of debtor, contract rate
  of interest, trade and years of limitation, consent to SMS and to electronic letters:
  collectors. Whoever may edit customers otherwise changes none of them; the kind
  follows what is known of the customer (company, numbers) for everybody. Who noted the
  consent to SMS, and when, numbers of cases and promises: worked out.
- **Invoice:** the claim of interest that it is: the engine. Level, case, days late,
  reason why not dunned, hold, disputes: worked out.
- **Company:** all fields: whoever may edit companies (administrators). A credit
  manager, by the start-up: collector, manager, default ladder and start of the night
  of a company he works in, and only with colleagues who work in it.

## Texts

- Texts of levels are mail templates, rendered by Odoo. Only credit managers change
  those of this module, even though by default every employee is a template editor in
  Odoo.
- With Odoo's setting “Restrict mail templates edition” a credit manager uses the
  listed placeholders and nothing else; any other expression is refused when it is
  saved, in every language, or stays text. Without that setting Odoo lets every
  employee, thus every credit manager, write code in a template: switch it on where
  managers are not administrators.
- What a user writes in a message, a window or a call script is never rendered.

## Hostile text

Markup, template syntax, quotes, entities, right-to-left marks, emoji, control
characters, line breaks and 10,000 letters in names, references, telephone numbers,
invoice numbers, bank holders and level names: they stay text in the message the mail
server gets (subject, recipients, headers, body), in the chatter, in the letter and
its PDF, on the screens and in the windows. A long name with quotes can make the
*display* of a recipient odd; the addresses that receive the message do not change.

## Bad input

Ladders, windows, methods and imports are tried with random and extreme values
(`tests/test_fuzz*.py`): each call works, or is refused in words, and an import is
kept whole or not at all, with a message per bad row. Left to Odoo's own layer, before
our code: record numbers that are no whole numbers, letters in a date field, the
character NUL.

## Attacks that were tried

Each on a running server over RPC, as the lowest role that could; tried again by
`make test` (`tests/guard/test_attacks.py`).

%(attacks)s
## What does not hold yet

Each point has a test that is skipped with these words, and that fails once it is
mended.
"""
