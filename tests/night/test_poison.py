from contextlib import ExitStack, contextmanager
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import OperationalError
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..common import DAY
from ..common_worker import WorkerCommon

MODELS = "odoo.addons.account_dunning.models"
WORKER = f"{MODELS}.books.dunning_worker"
SLEEP = f"{WORKER}.time.sleep"
QUIET = (
    *(WORKER, f"{MODELS}.contact.deliver", f"{MODELS}.post.letter"),
    *("odoo.addons.mail.models.mail_mail", "odoo.sql_db"),
)


class Poison(Exception):
    """What no record was expected to do."""


class PoisonCommon(WorkerCommon):
    """Three debtors have a reminder on its way; the first one's is spoilt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("Alpha", "Beta", "Gamma")
        cls.debtors = [cls._create_customer(n, phone="+33612345678") for n in names]
        for debtor in cls.debtors:
            cls._invoice(5, partner=debtor)
        cls._run(DAY)
        cls.contacts = cls.env["dunning.action"].search([("state", "=", "queued")])
        cls.contacts = cls.contacts.sorted("id")
        cls.spoilt, cls.others = cls.contacts[0], cls.contacts[1:]
        cls.actions = cls.env["dunning.action"]

    @contextmanager
    def _poison(self, model, method, records, error=Poison, instead=None):
        """Let a method fail wherever one of some records is among those it is called
        on, or given.

        :param instead: what it does with the others
        """
        cls = type(self.env[model])
        original, name = getattr(cls, method), records._name

        def poisoned(called, *args, **kwargs):
            for given in (called, *args):
                is_one = getattr(given, "_name", "") == name
                if is_one and set(records.ids) & set(given.ids):
                    raise error("spoilt")
            return (instead or original)(called, *args, **kwargs)

        with patch.object(cls, method, poisoned), mute_logger(*QUIET):
            yield

    def _set(self, records, **values):
        """Write columns behind the back of every guard."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                    SQL.identifier(records._table),
                    SQL.identifier(name),
                    value,
                    records.ids,
                )
            )
        self.env.invalidate_all()

    def _call(self, model, method):
        with self._in_worker() as env, patch(SLEEP):
            getattr(env[model], method)()

    def _wait_again(self, **values):
        """Let the contacts wait as before they were handed to a queue of the host."""
        self._set(
            self.contacts, mail_mail_id=None, message_id=None, sms_id=None, **values
        )

    def assertShown(self, action=None):
        """It failed with its reason, and a task on its case says so; no other did."""
        action = action or self.spoilt
        self.env.invalidate_all()
        self.assertEqual(action.state, "failed")
        self.assertTrue(action.failure_reason)
        self.assertTrue(action.case_id.activity_ids)
        self.assertNotIn("failed", (self.contacts - action).mapped("state"))

    def assertTold(self, case):
        """A task on the case asks to look at it; the other cases have none."""
        self.env.invalidate_all()
        self.assertIn("Dunning stopped", " ".join(case.activity_ids.mapped("summary")))
        others = self.contacts.case_id - case
        self.assertNotIn("Dunning stopped", str(others.activity_ids.mapped("summary")))

    def assertManagerTold(self, company=None):
        self.env.invalidate_all()
        partner = (company or self.company).partner_id
        self.assertIn(
            "Dunning was not done", str(partner.activity_ids.mapped("summary"))
        )


@tagged("post_install", "-at_install")
class TestPoisonedContacts(PoisonCommon):
    """Workers whose records are contacts: the spoilt one fails, the others leave."""

    def test_invoices_are_attached_to_the_other_messages(self):
        self._wait_again()
        with self._poison("dunning.action", "_complete", self.spoilt):
            self._call("dunning.action", "_cron_make_documents")
        self.assertShown()
        self.assertTrue(all(one.mail_mail_id for one in self.others))

    def test_a_contact_without_its_days_stops_no_other(self):
        self._wait_again()
        self._set(self.spoilt, queued_on=None)
        self.env.cr.execute("ALTER TABLE dunning_action ALTER date DROP NOT NULL")
        self._set(self.spoilt, date=None)
        with mute_logger(*QUIET):
            self._call("dunning.action", "_cron_make_documents")
        self.env.invalidate_all()
        self.assertTrue(all(one.mail_mail_id for one in self.others))
        self.assertTrue(self.spoilt.mail_mail_id or self.spoilt.state == "failed")

    def test_one_that_cannot_even_be_marked_as_usual_is_marked_all_the_same(self):
        self._wait_again()
        with (
            self._poison("dunning.action", "_complete", self.spoilt),
            self._poison("dunning.action", "_mark_failed", self.spoilt),
        ):
            self._call("dunning.action", "_cron_make_documents")
        self.assertShown()
        self.assertTrue(all(one.mail_mail_id for one in self.others))

    def test_one_that_cannot_be_marked_at_all_is_not_served_for_ever(self):
        self._wait_again()
        calls = []

        def count(actions):
            calls.append(len(actions))

        with (
            self._poison("dunning.action", "_complete", self.spoilt, instead=count),
            self._poison("dunning.action", "_fail_in_worker", self.spoilt),
        ):
            self._call("dunning.action", "_cron_make_documents")
        self.assertEqual(sum(calls), 2)

    def test_messages_by_sms_are_released(self):
        self._wait_again(channel="sms")
        with self._poison("dunning.action", "_release_sms", self.spoilt):
            self._call("dunning.action", "_cron_release_sms")
        self.assertShown()
        self.assertTrue(all(one.sms_id for one in self.others))

    def test_the_queue_of_sms_goes_on(self):
        self._wait_again(channel="sms")
        self._call("dunning.action", "_cron_release_sms")
        self.env.invalidate_all()
        queue = self.contacts.sms_id.sudo()
        sent = []
        with (
            self._poison("dunning.action", "_drop_outdated", self.spoilt),
            patch.object(
                self.registry["sms.sms"],
                "_send_with_api",
                lambda records, *args, **kwargs: sent.extend(records.ids),
            ),
        ):
            queue._send()
        self.assertEqual(set(sent), set(self.others.sms_id.ids))
        self.assertShown()
        self.assertEqual(self.spoilt.sms_id.state, "error")

    def test_the_queue_of_mails_goes_on(self):
        with self._poison("dunning.action", "_drop_outdated", self.spoilt):
            recipients = self._send_mails()
        self.assertEqual(len(recipients), 2)
        self.assertNotIn(self.spoilt.contact_id.email, str(recipients))
        self.assertShown()
        self.assertEqual(set(self.others.mapped("state")), {"done"})
        self.assertEqual(self.spoilt.mail_mail_id.state, "exception")
        # It does not come back by itself.
        self.assertFalse(self._send_mails())

    def test_deliveries_are_noted_for_the_other_messages(self):
        with self._poison("dunning.action", "_mark_done", self.spoilt):
            self.assertEqual(len(self._send_mails()), 3)
        self.assertShown()
        self.assertEqual(set(self.others.mapped("state")), {"done"})

    def test_messages_that_come_back_are_noted_for_the_others(self):
        self._send_mails()
        mails = self.contacts.mail_mail_id.sudo()
        notifications = mails.mail_message_id.notification_ids
        with self._poison("dunning.action", "_bounce", self.spoilt):
            notifications.write(
                {"notification_status": "bounce", "failure_reason": "Unknown"}
            )
        self.env.invalidate_all()
        self.assertEqual(set(self.contacts.mapped("state")), {"failed"})
        self.assertIn("came back", self.others[0].failure_reason)
        self.assertIn("spoilt", self.spoilt.failure_reason)

    def _prepare_lre(self, **values):
        self._wait_again(channel="registered", is_electronic=True, **values)

    def test_electronic_letters_are_handed_in(self):
        self._prepare_lre(lre_status="to_send")

        def hand_in(letter):
            letter.write({"lre_status": "sent"})

        with self._poison(
            "dunning.action", "_hand_in_lre", self.spoilt, instead=hand_in
        ):
            self._call("dunning.action", "_cron_lre")
        self.assertShown()
        self.assertEqual(set(self.others.mapped("lre_status")), {"sent"})

    def test_news_of_electronic_letters_are_noted(self):
        self._prepare_lre(state="done", lre_reference="X", lre_status="sent")
        noted = []

        def note(letter, news):
            noted.append(letter.id)

        with (
            patch.object(
                self.registry["dunning.lre"],
                "_lre_fetch",
                lambda lre, letters: dict.fromkeys(letters, "news"),
            ),
            self._poison("dunning.action", "_note_lre_news", self.spoilt, instead=note),
        ):
            self._call("dunning.action", "_cron_fetch_lre")
        self.assertLessEqual(set(self.others.ids), set(noted))
        self.assertTold(self.spoilt.case_id)

    def test_a_provider_that_fails_stops_no_other(self):
        self._prepare_lre(state="done", lre_reference="X", lre_status="sent")
        lre = self.registry["dunning.lre"]
        with patch.object(lre, "_lre_fetch", side_effect=Poison), mute_logger(*QUIET):
            self._call("dunning.action", "_cron_fetch_lre")
        self.env.invalidate_all()
        for contact in self.contacts:
            self.assertIn("Dunning stopped", contact.case_id.activity_ids.summary)

    def test_letters_are_printed(self):
        self._set(self.contacts, channel="letter")
        with self._poison("dunning.action", "_seal_letters", self.spoilt):
            printed = self.contacts._print()
        self.assertEqual(printed, self.others)
        self.assertTrue(all(one.printed_on for one in self.others))
        self.assertShown()

    def test_a_conflict_with_another_transaction_is_no_fault_of_a_contact(self):
        """Nothing is marked as failed: the worker looks again with a fresh snapshot."""
        self._wait_again()
        for method in ("_cron_make_documents", "_cron_release_sms"):
            self._set(self.contacts, channel="sms" if "sms" in method else "email")
            work = {"_cron_make_documents": "_complete"}.get(method, "_release_sms")
            with (
                self.subTest(worker=method),
                self._poison(
                    "dunning.action", work, self.spoilt, error=SerializationFailure
                ),
                self.assertRaises(OperationalError),
            ):
                self._call("dunning.action", method)
            self.env.invalidate_all()
            self.assertEqual(set(self.contacts.mapped("state")), {"queued"})

    def test_a_conflict_in_the_queue_of_mails_is_no_fault_of_a_message(self):
        with (
            self._poison(
                "dunning.action", "_drop_outdated", self.spoilt, SerializationFailure
            ),
            self.assertRaises(OperationalError),
        ):
            self._send_mails()
        self.env.invalidate_all()
        self.assertEqual(set(self.contacts.mapped("state")), {"queued"})


@tagged("post_install", "-at_install")
class TestPoisonedNight(PoisonCommon):
    """The night: a debtor, a share or a company that fails stops no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company()["company"]
        cls.other.dunning_bank_freshness_days = 0
        cls._open_for_business(cls.other)

    def test_the_other_messages_are_queued(self):
        self.contacts._drop("Again")
        self.env["dunning.case"].search([]).sudo().write({"last_run_on": False})
        with self._poison("dunning.case", "_send", self.spoilt.case_id):
            runs = self._run(DAY)
        queued = self.actions.search([("state", "=", "queued")])
        self.assertEqual(queued.case_id, self.others.case_id)
        self.assertTold(self.spoilt.case_id)
        self.assertIn("spoilt", self.spoilt.case_id.failure)
        run = runs.filtered(lambda one: one.company_id == self.company)
        self.assertEqual(run.failure_count, 1)

    def test_a_failure_that_cannot_be_shown_on_its_case_stops_no_other(self):
        with (
            self._poison("dunning.case", "_collect", self.debtors[0]),
            self._poison("dunning.case", "_record_failure", self.debtors[0]),
        ):
            self._run(DAY)
        self.assertEqual(set(self.others.case_id.mapped("last_run_on")), {DAY})

    def test_the_other_shares_of_a_night_are_done(self):
        run = self._start_night()
        run._add_batches("prepare", self.debtors[1].ids)
        batches = run.batch_ids.sorted("id")
        with self._poison("dunning.run.batch", "_work", batches[0]):
            self._work()
        self.env.invalidate_all()
        self.assertTrue(all(batch.is_done for batch in run.batch_ids))
        self.assertEqual(run.failure_count, len(batches[0].keys))
        self.assertManagerTold()

    def test_the_other_companies_have_their_night(self):
        first, second = (self.company | self.other).sorted("id")
        with self._poison("dunning.run.batch", "_cron_start_night", first):
            self._call("dunning.case", "_cron_run")
        nights = self.env["dunning.run"].sudo().search([("is_nightly", "=", True)])
        self.assertIn(second, nights.company_id)
        self.assertNotIn(first, nights.company_id)
        self.assertManagerTold(first)

    def test_a_company_whose_night_meets_conflicts_is_served_later(self):
        with (
            self._poison(
                "dunning.run.batch",
                "_cron_start_night",
                self.company,
                error=SerializationFailure,
            ),
            self.assertRaises(OperationalError),
        ):
            self._call("dunning.case", "_cron_run")
        self.assertFalse(self.company.partner_id.activity_ids)

    def test_a_company_whose_day_is_not_known_keeps_no_other_from_working(self):
        self._wait_again(channel="sms")
        run = self._start_night()
        with self._poison("res.company", "_dunning_today", self.other):
            self._call("dunning.action", "_cron_release_sms")
            self._work()
        self.env.invalidate_all()
        self.assertTrue(all(one.sms_id for one in self.contacts))
        self.assertTrue(all(batch.is_done for batch in run.batch_ids))
        self.assertManagerTold(self.other)

    def test_what_nobody_carried_out_is_skipped_for_the_others(self):
        self._set(self.contacts, channel="phone", mail_mail_id=None, message_id=None)
        with self._poison("dunning.action", "_get_overdue_by_person", self.spoilt):
            self._run(DAY + timedelta(days=20))
        self.env.invalidate_all()
        self.assertEqual(set(self.others.mapped("outcome")), {"skipped"})
        self.assertEqual(self.spoilt.outcome, False)
        self.assertTold(self.spoilt.case_id)

    def test_the_review_of_exclusions_does_not_stop_the_night(self):
        with self._poison("dunning.exclusion", "_ask_for_review", self.company):
            run = self._run(DAY + timedelta(days=1))
        self.assertTrue(run)
        self.assertManagerTold()
        with (
            self._poison(
                "dunning.exclusion",
                "_ask_for_review",
                self.company,
                error=SerializationFailure,
            ),
            self.assertRaises(OperationalError),
        ):
            self._run(DAY + timedelta(days=2))

    def test_the_watch_over_limits_goes_on_in_the_other_companies(self):
        seen = []

        def find(company):
            seen.append(company)
            return iter(())

        with self._poison(
            "res.company", "_dunning_find_expiring", self.company, instead=find
        ):
            self._call("res.company", "_cron_watch_limits")
        self.assertIn(self.other.id, [company.id for company in seen])
        self.assertManagerTold()

    def test_the_watch_over_limits_goes_on_for_the_other_cases(self):
        lines = self.contacts.case_id.line_ids
        spoilt, warned = self.spoilt.case_id.line_ids, []

        def warn(found):
            warned.extend(found.case_id.ids)

        with (
            patch.object(
                self.registry["res.company"],
                "_dunning_find_expiring",
                lambda company: iter(
                    [company.env[lines._name].browse(lines.ids)]
                    if company.id == self.company.id
                    else []
                ),
            ),
            self._poison(
                "dunning.case.line", "_warn_of_limitation", spoilt, instead=warn
            ),
        ):
            self._call("res.company", "_cron_watch_limits")
        self.assertEqual(set(warned), set(self.others.case_id.ids))
        self.assertTold(self.spoilt.case_id)

    def test_payments_are_proposed_for_the_other_debtors(self):
        for debtor in self.debtors:
            self._pay(self._invoice(5, partner=debtor), 10)
        self._run(DAY)
        events = self.env["dunning.limitation.event"].sudo()  # as the scheduler
        cls, original = type(events), type(events)._prepare_payment

        def prepare(found, company, paid_id, move_id, partner_id, *more):
            if partner_id == self.debtors[0].id:
                raise Poison("spoilt")
            return original(found, company, paid_id, move_id, partner_id, *more)

        rows = events._find_payments_to_propose(self.company)
        self.assertEqual({row[2] for row in rows}, {one.id for one in self.debtors})
        with patch.object(cls, "_prepare_payment", prepare), mute_logger(*QUIET):
            events._propose_payments(self.company)
        found = events.search([("company_id", "=", self.company.id)])
        self.assertEqual(found.partner_id, self.debtors[1] | self.debtors[2])
        self.assertTold(self.spoilt.case_id)

    def test_deadlines_of_other_proceedings_are_watched(self):
        proceedings = self.env["dunning.proceeding"]
        for debtor in self.debtors:
            proceedings |= proceedings.create(
                {
                    "partner_id": debtor.id,
                    "company_id": self.company.id,
                    "kind": "safeguard",
                    "judgment_date": DAY,
                }
            )
        self._set(proceedings, deadline=DAY + timedelta(days=9))
        with self._poison("dunning.proceeding", "_plan_declaration", proceedings[0]):
            proceedings._warn_of_deadlines(self.company, DAY)
        warned = proceedings.filtered("warned_for")
        self.assertEqual(warned, proceedings[1:])
        self.assertTold(self.spoilt.case_id)

    def test_the_managers_of_the_other_companies_are_asked_for_rates(self):
        manager = self.env.ref("base.user_admin")
        manager.sudo().company_ids |= self.company | self.other
        (self.company | self.other).dunning_manager_id = manager
        asked = []

        def ask(company):
            asked.append(company.id)

        with self._poison(
            "res.company", "_dunning_ask_for_rates", self.company, instead=ask
        ):
            self._call("dunning.rate", "_cron_ask_for_rates")
        self.assertIn(self.other.id, asked)
        self.assertManagerTold()

    def test_a_selection_is_worked_through(self):
        self.contacts._drop("Again")
        window = self.contacts.case_id.action_dun()
        relance = self.env[window["res_model"]].browse(window["res_id"])
        lines = relance.line_ids.sorted("id")
        with self._poison("dunning.relance.line", "_send", lines[0]):
            relance.process_next()
        self.assertEqual(lines.mapped("state"), ["failed", "sent", "sent"])
        self.assertIn("spoilt", lines[0].reason)


@tagged("post_install", "-at_install")
class TestOneOfMany(PoisonCommon):
    """The one way in which all of them leave out what fails."""

    def _do(self, records, spoilt, error, tell=None):
        told, done = [], []

        def work(some):
            if set(some.ids) & set(spoilt.ids):
                raise error
            done.extend(some.ids)

        with mute_logger(*QUIET):
            self.env["dunning.worker"]._do_each(
                records, work, tell or (lambda one, why: told.append((one, why)))
            )
        return done, told

    def test_what_fails_is_found_and_told_of_with_its_error(self):
        error = UserError("No.")
        done, told = self._do(self.contacts, self.spoilt, error)
        self.assertEqual((done, told), (self.others.ids, [(self.spoilt, error)]))

    def test_what_a_failing_record_had_written_is_taken_back(self):
        def work(some):
            some.sudo().write({"cancel_reason": "Half done"})
            if self.spoilt in some:
                raise Poison

        with mute_logger(*QUIET):
            self.env["dunning.worker"]._do_each(self.contacts, work, lambda *_args: 0)
        self.assertFalse(self.spoilt.cancel_reason)
        self.assertEqual(set(self.others.mapped("cancel_reason")), {"Half done"})

    def test_a_failure_that_cannot_be_told_of_stops_nothing(self):
        def tell(one, why):
            raise Poison

        done, _told = self._do(self.contacts, self.spoilt, Poison(), tell)
        self.assertEqual(done, self.others.ids)

    def test_a_conflict_is_raised_from_the_work_and_from_the_telling(self):
        conflict = SerializationFailure("could not serialize access")

        def tell(one, why):
            raise conflict

        for error, telling in ((conflict, None), (Poison(), tell)):
            with self.assertRaises(SerializationFailure), ExitStack():
                self._do(self.contacts, self.spoilt, error, telling)

    def test_a_server_action_does_not_hide_a_conflict(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Spoilt",
                "model_id": self.env["ir.model"]._get_id("dunning.case"),
                "state": "code",
                "code": "1",
            }
        )
        self.first.server_action_ids = action
        run = type(action)
        conflict = SerializationFailure("could not serialize access")
        with (
            patch.object(run, "run", side_effect=conflict),
            self.assertRaises(SerializationFailure),
        ):
            self.first._run_server_actions(self.spoilt)
