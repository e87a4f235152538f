import hashlib
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.account_dunning.tests.common import DAY
from odoo.addons.account_dunning.tests.common_registered import RegisteredCommon
from odoo.addons.account_dunning.tests.night.test_workers import WorkerCommon

from .fake_provider import TOKEN, FakeProvider, serve

LRE = "odoo.addons.account_dunning.models.electronic.dunning_action"
NEWS = "odoo.addons.account_dunning.models.electronic.dunning_action"


@tagged("post_install", "-at_install")
class TestLre(RegisteredCommon, WorkerCommon):
    """Formal notices go to a provider, on this machine, over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without this the host makes no PDF during tests.
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        # Nobody is asked for style sheets: the connection is refused at once.
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        cls.provider = FakeProvider(DAY)
        cls.company.write(
            {
                "dunning_lre_provider": "example",
                "dunning_lre_url": cls.enterClassContext(serve(cls.provider)),
                "dunning_lre_token": TOKEN,
            }
        )
        cls.notice.is_registered_electronic = True

    def setUp(self):
        super().setUp()
        self.provider.__init__(DAY)
        self.letter = self._put_on_notice("Garage Petit").with_env(self.env)

    def _work(self, day=DAY, hour=10):
        """Let the scheduled action work on a day."""
        with freeze_time(f"{day} {hour}:00:00"), self._in_worker() as env:
            env["dunning.action"]._cron_lre()

    def _later(self, days):
        return DAY + timedelta(days=days)

    # Handed in

    def test_a_notice_is_handed_in_and_its_level_counts_from_that_day(self):
        self.assertEqual(self.letter.lre_status, "to_send")
        self._work()
        [handed_in] = self.provider.letters.values()
        self.assertTrue(handed_in["pdf"].startswith(b"%PDF"))
        self.assertEqual(handed_in["to"]["email"], self.letter.contact_id.email)
        self.assertEqual((self.letter.state, self.letter.delivered_on), ("done", DAY))
        self.assertEqual(self.letter.lre_reference, "LRE1")
        self.assertEqual(self.letter.line_ids.case_line_id.level_id, self.notice)
        self.assertFalse(self.letter.case_id.activity_ids)

    def test_what_was_handed_in_is_what_was_sealed(self):
        self._work()
        [handed_in] = self.provider.letters.values()
        pdf = hashlib.sha256(handed_in["pdf"]).hexdigest()
        self.assertEqual(self.letter.pdf_sha256, pdf)

    def test_with_its_invoices_the_file_is_kept_as_it_was_handed_in(self):
        self.notice.attach_invoices = True
        letter = self._put_on_notice("Durand")
        letter.contact_id.email = "durand@example.com"
        self._work()
        handed_in = self.provider.letters[letter.lre_reference]["pdf"]
        self.assertEqual(letter.proof_ids.raw, handed_in)
        kinds = sorted(letter.seal_ids.mapped("kind"))
        self.assertEqual(kinds, ["enclosure", "notice", "proof"])

    def test_a_letter_is_handed_in_once(self):
        for _again in range(3):
            self._work()
        self.assertEqual(self.provider.requests, 1)

    @mute_logger(LRE)
    def test_a_provider_that_is_silent_is_asked_again_with_the_same_key(self):
        for silence in ("before", "after"):
            with self.subTest(silence):
                self.setUp() if silence == "after" else None
                self.provider.silence, self.provider.silent_times = silence, 1
                self._work()
                self.assertEqual(self.letter.state, "queued")
                self.assertEqual(self.letter.lre_status, "in_doubt")
                task = self.letter.case_id.activity_ids
                self.assertIn("not handed in", task.summary)
                self._work()  # too soon: nothing is tried
                self.assertEqual(self.provider.requests, 1)
                self._work(hour=11)
                self.assertEqual(self.provider.requests, 2)
                self.assertEqual(len(self.provider.letters), 1)
                self.assertEqual(self.letter.state, "done")

    @mute_logger(LRE)
    def test_what_may_have_left_is_not_dropped(self):
        self.provider.silence, self.provider.silent_times = "after", 1
        self._work()
        with self.assertRaisesRegex(UserError, "may have it"):
            self.letter.with_user(self.collector).action_cancel()

    @mute_logger(LRE)
    def test_who_has_paid_since_a_silent_attempt_gets_no_second_one(self):
        self.provider.silence, self.provider.silent_times = "before", 1
        self._work()
        self._pay(self.letter.line_ids.move_id)
        self._work(hour=11)
        self.assertEqual(self.provider.requests, 1)
        self.assertEqual(self.letter.state, "failed")
        self.assertIn("look on its site", self.letter.failure_reason)

    def test_who_has_paid_before_gets_no_letter(self):
        self._pay(self.letter.line_ids.move_id)
        self._work()
        self.assertFalse(self.provider.requests)
        self.assertEqual(self.letter.state, "cancelled")

    def test_a_refusal_of_the_provider_is_shown_and_can_be_mended(self):
        self.provider.refusal = "Mailbox unknown"
        self._work()
        self.assertEqual(self.letter.state, "failed")
        self.assertEqual(self.letter.failure_reason, "Mailbox unknown")
        self.provider.refusal = ""
        self.letter.with_user(self.manager).action_send_again()
        self._work()
        self.assertEqual(self.letter.state, "done")

    def test_it_goes_on_paper_when_somebody_says_so(self):
        self.provider.refusal = "Mailbox unknown"
        self._work()
        letter = self.letter.with_user(self.manager)
        letter.action_send_on_paper()
        self.assertEqual((letter.state, letter.is_electronic), ("queued", False))
        letter.action_print_letters()
        self.assertTrue(letter.deposit_id)

    def test_it_is_not_printed_for_the_post_office(self):
        with self.assertRaisesRegex(UserError, "provider"):
            self.letter.with_user(self.manager).action_print_letters()

    def test_it_is_not_delivered_by_hand(self):
        self.letter.with_user(self.manager).action_deliver()
        self.assertEqual(self.letter.state, "queued")

    # Consent

    def test_a_consumer_must_have_agreed(self):
        letter = self._put_on_notice("Durand", dunning_debtor_kind="consumer")
        self.assertEqual(letter.state, "failed")
        self.assertIn("has not agreed", letter.failure_reason)
        self.assertTrue(letter.case_id.activity_ids)
        letter.partner_id.dunning_lre_consent_on = DAY
        letter.with_user(self.manager).action_send_again()
        self.assertEqual(letter.state, "queued")

    def test_nobody_agrees_in_the_future(self):
        with self.assertRaisesRegex(UserError, "has not come yet"):
            self.letter.partner_id.dunning_lre_consent_on = self._later(1)

    def test_a_company_without_a_provider_prints(self):
        self.company.dunning_lre_provider = False
        letter = self._put_on_notice("Durand")
        self.assertFalse(letter.is_electronic)
        self.assertEqual(letter.state, "queued")

    # News

    def _tell(self, status, decided=None, **proofs):
        self.provider.news = {
            "status": status,
            "notified_on": DAY.isoformat(),
            "decided_on": decided and decided.isoformat(),
        }
        self.provider.proofs = {name: text.encode() for name, text in proofs.items()}

    def test_its_period_begins_when_the_addressee_is_notified(self):
        self._work()
        self.assertEqual(self.letter.deadline, self._later(17))
        self._tell("sent", deposit="%PDF-deposit")
        self._work(self._later(1))
        self.assertEqual(self.letter.presentation_date, DAY)
        self.assertEqual(self.letter.deadline, self._later(10))
        self.assertFalse(self.letter.is_lre_archived)

    def test_accepted_the_proofs_are_archived_once_with_their_fingerprints(self):
        self._work()
        self._tell("sent", deposit="%PDF-deposit")
        self._work(self._later(1))
        self._tell("accepted", self._later(2), deposit="%PDF-deposit", receipt="%PDF-r")
        for _again in range(2):
            self._work(self._later(2))
        self.assertEqual(self.letter.receipt_date, self._later(2))
        self.assertEqual(self.letter.postal_state, "received")
        self.assertEqual(
            sorted(self.letter.proof_ids.mapped("name")),
            ["LRE1-deposit.pdf", "LRE1-receipt.pdf"],
        )
        seals = self.letter.seal_ids.filtered(lambda one: one.kind == "proof")
        self.assertIn(hashlib.sha256(b"%PDF-r").hexdigest(), seals.mapped("sha256"))
        self.assertTrue(self.letter.is_lre_archived)

    def test_refused_or_not_collected_after_fifteen_days_it_counts_nevertheless(self):
        for status, reason, day in (
            ("refused", "refused", 3),
            ("not_collected", "unclaimed", 16),
        ):
            with self.subTest(status):
                self.setUp()
                self._work()
                self._tell(status, self._later(day), proof="%PDF-proof")
                self._work(self._later(day))
                self.assertEqual(self.letter.return_reason, reason)
                self.assertEqual(self.letter.state, "done")
                self.assertEqual(
                    self.letter.line_ids.case_line_id.level_id, self.notice
                )
                self.assertTrue(self.letter.proof_ids)

    def test_an_end_without_its_proof_is_asked_for_again(self):
        self._work()
        self._tell("accepted", DAY)
        self._work(self._later(1))
        self.assertEqual(self.letter.lre_status, "accepted")
        self.assertFalse(self.letter.is_lre_archived)
        self._tell("accepted", DAY, receipt="%PDF-r")
        self._work(self._later(2))
        self.assertTrue(self.letter.is_lre_archived)

    def test_after_the_fifteen_days_somebody_asks_a_silent_provider(self):
        self._work()
        self._tell("sent", deposit="%PDF-deposit")
        for day, expected in ((16, 0), (17, 1), (18, 1)):
            self._work(self._later(day))
            tasks = self.letter.case_id.activity_ids.filtered(
                lambda task: "what became" in task.summary
            )
            self.assertEqual(len(tasks), expected, day)

    def test_the_sheet_says_that_it_is_electronic(self):
        html = self.env["ir.actions.report"]._render_qweb_html(
            "account_dunning.dunning_letter_report", self.letter.ids
        )[0]
        self.assertIn("Electronic registered letter", str(html))
        self.assertNotIn("acknowledgement of receipt", str(html))

    @mute_logger(NEWS)
    def test_a_provider_without_news_changes_nothing(self):
        self._work()
        self.company.dunning_lre_url = "http://127.0.0.1:9"
        self._work(self._later(1))
        self.assertEqual(
            (self.letter.state, self.letter.lre_status), ("done", "notified")
        )
        self.assertFalse(self.letter.presentation_date)
