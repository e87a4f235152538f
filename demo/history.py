"""Twelve weeks in the life of Atelier Lumière: the engine really runs, day after day.

Each working day the bank is entered, the night's run decides, e-mails "leave" (to
nobody: the mail server is replaced meanwhile), the accountant calls and posts letters,
the credit manager approves formal notices. The last days are left as they are found on
a morning: calls to make, letters to post, formal notices to approve.
"""

import contextlib
from datetime import datetime, time, timedelta
from itertools import cycle
from unittest import mock

from .agreements import AGREEMENTS
from .events import EVENTS
from .post import PostOffice

FIRST_DAY = 84
#: What happened after that many days ago is still to be done.
LAST_CALL, LAST_POST = 6, 7
FIRST_REMINDER = "account_dunning.dunning_level_business_reminder"
MORNING = time(8, 0)
#: Debtors whose formal notice the credit manager has approved.
PUT_ON_NOTICE = ("loisirs", "decors", "pergola")
#: Whose was approved this morning: printed, to be handed in at the post office.
TO_HAND_IN = "salon"
ANSWERS = (
    "La comptabilité a bien reçu la facture et la vérifie.",
    "Répondeur : laissé nom et numéro, rappelé l'après-midi. Règlement annoncé.",
    "La personne qui valide les paiements revient la semaine prochaine.",
    "Attend un duplicata de la facture : envoyé pendant l'appel.",
)


class History:
    """The days that lie behind, told with the engine itself."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.env = ledger.env
        self.company = ledger.company
        self.today = ledger.today
        self.accountant = ledger.accountant
        self.manager = ledger.company.dunning_manager_id
        self.answers = cycle(ANSWERS)
        self.post_office = PostOffice(ledger)
        self.events = self.plan_events()

    def plan_events(self):
        """Return what happens in the books: [(days ago, function of the day)]."""
        receive = self.ledger.receive
        events = [
            (bill.paid, lambda day, key=key, move=move: receive(key, day, move))
            for key, bills in self.ledger.moves.items()
            for bill, move in bills
            if bill.paid is not None
        ]
        events += [
            (days_ago, lambda day, happen=happen: happen(self.ledger, day))
            for days_ago, happen in EVENTS + AGREEMENTS
        ]
        return sorted(events, key=lambda event: -event[0])

    def tell(self):
        """Live through every working day until yesterday, then the night of today."""
        # Copies of invoices take seconds each: only the last reminders get them.
        levels = self.env["dunning.level"].search([("attach_invoices", "=", True)])
        levels.attach_invoices = False
        with no_mail_leaves(self.env):
            for days_ago in range(FIRST_DAY, 0, -1):
                day = self.ledger.ago(days_ago)
                if day.weekday() < 5:
                    self.live(day)
        self.env.ref(FIRST_REMINDER).attach_invoices = True
        self.wake_up()
        levels.attach_invoices = True

    def live(self, day):
        """Live through one working day."""
        with self.dated(day):
            self.keep_books(day)
            self.env["dunning.case"].run(day)
            self.get_mails("queued").send()
            self.call(day)
            self.put_on_notice(day)
            self.print_and_post(day)
            handed_in = self.search_actions("registered", "done")
            handed_in = handed_in.with_user(self.accountant)
            self.post_office.bring_receipts(handed_in, day)

    def wake_up(self):
        """Prepare this morning: printed letters, what the night decided, the bank."""
        self.make_pdfs()
        self.keep_books(self.today)
        self.env["dunning.case"].run(self.today)
        self.env["dunning.action"]._cron_make_documents()
        self.keep_mails_queued()
        self.miss_a_call()
        self.prepare_deposit()
        # Paid this morning, after the run: one letter to pull, one e-mail to stop.
        for key in ("vitrail", "chocolaterie"):
            self.ledger.receive(key, self.today, self.ledger.get_invoice(key))

    def keep_mails_queued(self):
        """Let tonight's e-mails leave tomorrow morning: they can be seen waiting."""
        tomorrow = self.today + timedelta(days=1)
        moment = self.company._dunning_sending_time(tomorrow)
        self.get_mails("queued").scheduled_date = moment
        scheduler = self.env.ref("mail.ir_cron_mail_scheduler_action")
        self.env["ir.cron.trigger"].search([("cron_id", "=", scheduler.id)]).unlink()

    # The engine's work, carried out

    def search_actions(self, channel, state):
        """Return the company's contacts through a channel, in a state."""
        return self.env["dunning.action"].search(
            [
                ("company_id", "=", self.company.id),
                ("channel", "=", channel),
                ("state", "=", state),
            ],
            order="date, id",
        )

    def get_mails(self, state):
        """Return the messages of the mail queue that belong to contacts in a state."""
        mails = self.search_actions("email", state).mail_mail_id.sudo()
        return mails.filtered(lambda mail: mail.state == "outgoing")

    def call(self, day):
        """Make the calls that were planned; the last days' are still to be made."""
        if day > self.ledger.ago(LAST_CALL):
            return
        for action in self.search_actions("phone", "queued"):
            activity = action.activity_id.with_user(self.accountant)
            activity.action_feedback(feedback=next(self.answers))

    def miss_a_call(self):
        """Try one of the calls in vain: it is planned again for tomorrow; the others
        are still to be made."""
        calls = self.search_actions("phone", "queued").with_user(self.accountant)
        calls[1:2]._record_not_reached(note="Sonne dans le vide, pas de répondeur.")

    def put_on_notice(self, day):
        """Approve the formal notices that the credit manager agreed to, and hand them
        in at the post office."""
        proposed = self.search_actions("letter", "proposed")
        proposed |= self.search_actions("registered", "proposed")
        debtors = [self.ledger.partners[key].id for key in PUT_ON_NOTICE]
        agreed = proposed.filtered(lambda action: action.partner_id.id in debtors)
        agreed._write_facts({"printed_on": datetime.combine(day, MORNING)})
        self.post_office.number(agreed)
        agreed.with_user(self.manager).action_deliver(day)

    def prepare_deposit(self):
        """Approve one formal notice, print it and prepare its deposit at the post."""
        notices = self.search_actions("registered", "proposed")
        partner = self.ledger.partners[TO_HAND_IN]
        notice = notices.filtered(lambda action: action.partner_id == partner)
        notice.level_id.attach_invoices = True  # see tell()
        notice.with_user(self.manager).action_approve()
        notice.with_user(self.accountant).action_print_letters()

    def print_and_post(self, day):
        """Post the day's letters; those of the last week are only printed."""
        letters = self.search_actions("letter", "queued")
        letters = letters.with_user(self.accountant)._drop_outdated()
        letters._write_facts({"printed_on": datetime.combine(day, MORNING)})
        if day <= self.ledger.ago(LAST_POST):
            letters.action_deliver(day)

    def make_pdfs(self):
        """Make the PDFs of all letters at once, which is quicker."""
        self.search_actions("letter", "queued").with_user(self.accountant)._print()
        posted = self.search_actions("letter", "done")
        posted |= self.search_actions("registered", "done")
        report = "account_dunning.dunning_letter_report"
        self.env["ir.actions.report"]._render_qweb_pdf(report, posted.ids)
        posted._keep_pdf()
        posted._seal_letters()

    # What happens in the books

    def keep_books(self, day):
        """Enter the bank and everything else that has happened up to a day."""
        self.ledger.pay_regular(day)
        while self.events and self.ledger.ago(self.events[0][0]) <= day:
            _days_ago, happen = self.events.pop(0)
            happen(day)

    @contextlib.contextmanager
    def dated(self, day):
        """Date what is written meanwhile in discussions back to a day."""
        messages = self.env["mail.message"].sudo()
        last = messages.search([], order="id desc", limit=1).id
        yield
        then = datetime.combine(day, MORNING)
        messages.search([("id", ">", last)]).date = then


@contextlib.contextmanager
def no_mail_leaves(env):
    """Let Odoo send e-mails to nobody, and believe that they were accepted."""

    def accept(_self, message, *_args, **_options):
        return message["Message-Id"]

    server = type(env["ir.mail_server"])
    with (
        mock.patch.object(server, "_connect__", lambda *_args, **_options: None),
        mock.patch.object(server, "send_email", accept),
    ):
        yield
