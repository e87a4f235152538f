from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..common import DAY, DunningCommon
from ..hold.test_hold import day


class DisputeCommon(DunningCommon):
    """An invoice of 1,000, six days late."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "UTC"
        cls.company.dunning_user_id = cls.collector
        cls.company.dunning_manager_id = cls.manager
        cls.invoice = cls._invoice(6, 1000.0)
        cls.quantity = cls.env.ref("account_dunning.dunning_reason_qte")
        cls.quality = cls.env.ref("account_dunning.dunning_reason_qua")

    @classmethod
    def _dispute(cls, amount=200, move=None, user=None, **values):
        disputes = cls.env["dunning.dispute"].with_user(user or cls.collector)
        return disputes.create(
            {
                "move_id": (move or cls.invoice).id,
                "amount": amount,
                "reason_id": cls.quantity.id,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestDisputeHolds(DisputeCommon):
    """Only what is contested waits."""

    def test_F4_800_go_on_200_wait_and_a_payment_of_300_leaves_it_open(self):
        dispute = self._dispute(200)
        case = dispute.case_id
        self._run()
        self.assertEqual(case.action_ids.line_ids.amount_claimed, 800)
        self._pay(self.invoice, 300)
        self.assertEqual((dispute.state, case.amount_disputed), ("open", 200))
        self._send_mails()
        self._run(day(9))
        self.assertEqual(dispute.state, "open")
        last = case.action_ids.sorted("date")[-1:]
        self.assertEqual(last.line_ids.amount_claimed, 500)

    def test_a_payment_of_everything_leaves_it_open_too(self):
        dispute = self._dispute(200)
        self._pay(self.invoice)
        self._run()
        self.assertEqual(dispute.case_id.state, "closed")
        self.assertEqual(dispute.state, "open")

    def test_I4_an_invoice_contested_as_a_whole_is_left_out(self):
        other = self._invoice(6, 50.0)
        dispute = self._dispute(1000)
        self._run()
        self.assertEqual(dispute.case_id.action_ids.line_ids.move_id, other)
        self.assertEqual(self.invoice.dunning_hold, "disputed")

    def test_F5_what_is_contested_is_out_of_the_sequence_and_still_outstanding(self):
        dispute = self._dispute(1000)
        self._run()
        case = dispute.case_id
        self.assertFalse(case.action_ids)
        self.assertEqual((case.amount_due, case.amount_overdue), (1000, 1000))
        self.assertEqual(self.invoice.amount_residual, 1000)

    def test_without_an_amount_the_whole_balance_is_contested(self):
        self._pay(self.invoice, 400)
        self.assertEqual(self._dispute(None).amount, 600)

    def test_of_a_case_the_oldest_invoice_that_is_large_enough_is_contested(self):
        old = self._invoice(20, 100.0)
        case = self.env["dunning.case"]._open_for(self.customer)
        disputes = self.env["dunning.dispute"].with_user(self.collector)
        values = {"case_id": case.id, "reason_id": self.quantity.id}
        self.assertEqual(disputes.create(values | {"amount": 50}).move_id, old)
        other = disputes.create(values | {"amount": 500})
        self.assertEqual(other.move_id, self.invoice)

    def test_an_invoice_that_is_not_late_yet_is_contested_beforehand(self):
        customer = self._create_customer("Not Late Yet")
        invoice = self._invoice(-10, 100.0, partner=customer)
        dispute = self._dispute(100, invoice)
        self.assertEqual(dispute.case_id.partner_id, customer)
        self._run(day(20))
        self.assertFalse(dispute.case_id.action_ids)

    def test_what_a_paid_instalment_does_not_keep_back_the_next_one_does(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Twice",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 0}),
                    Command.create({"value_amount": 50, "nb_days": 3}),
                ],
            }
        )
        customer = self._create_customer("Pays Twice")
        invoice = self._invoice(10, 1000.0, partner=customer)
        invoice.button_draft()
        invoice.invoice_payment_term_id = term
        invoice.invoice_date = day(-10)
        invoice.action_post()
        dispute = self._dispute(200, invoice)
        first, second = dispute.case_id.line_ids
        self.assertEqual((first.hold, second.hold), (False, False))
        self._pay(invoice, 500)
        self.assertEqual(dispute.case_id.amount_disputed, 200)
        self._run()
        self.assertEqual(dispute.case_id.action_ids.line_ids.amount_claimed, 300)

    def test_a_message_on_its_way_does_not_claim_what_is_contested_since(self):
        self._run()
        self._dispute(200)
        self.assertFalse(self._send_mails())

    def test_an_invoice_posted_again_with_another_due_date_stays_contested(self):
        dispute = self._dispute(1000)
        self.invoice.button_draft()
        self.invoice.invoice_date_due = day(-8)
        self.invoice.action_post()
        self._run()
        self._run(day(1))
        self.assertFalse(dispute.case_id.action_ids)
        self.assertEqual(self.invoice.dunning_hold, "disputed")

    def test_a_new_case_of_the_debtor_takes_the_dispute_over(self):
        dispute = self._dispute(1000)
        dispute.case_id.action_close()
        self._run()
        case = self._case()
        self.assertEqual(dispute.case_id, case)
        self.assertFalse(case.action_ids)

    def test_the_case_says_what_is_contested_why_and_who_examines_it(self):
        dispute = self._dispute(200)
        for words in ("200.00", "Quantity", "dunning_collector", self.invoice.name):
            with self.subTest(words=words):
                self.assertIn(words, dispute.case_id.why)
        self.assertEqual(dispute.case_id.reason_id, self.quantity)


@tagged("post_install", "-at_install")
class TestDisputeEntered(DisputeCommon):
    def test_more_than_is_open_nothing_or_no_invoice_is_refused_in_words(self):
        refused = (
            (1001, "only"),
            (-1, "above zero"),
            (0, "above zero"),
            (0.001, "zero"),
        )
        for amount, words in refused:
            with (
                self.subTest(amount=amount),
                self.assertRaisesRegex(UserError, words),
                self.cr.savepoint(),
            ):
                self._dispute(amount)
        with self.assertRaisesRegex(UserError, "Choose the invoice"):
            self.env["dunning.dispute"].create({"reason_id": self.quantity.id})
        self._pay(self.invoice)
        with self.assertRaisesRegex(UserError, "nothing to contest"):
            self._dispute(10)

    def test_the_family_decides_who_examines_it_and_until_when(self):
        self.env["dunning.dispute.owner"].create(
            {"family": "technical", "user_id": self.manager.id, "days": 30}
        )
        technical = self._dispute(100, reason_id=self.quality.id)
        self.assertEqual(technical.user_id, self.manager)
        self.assertEqual(technical.deadline, DAY + timedelta(days=30))
        other = self._dispute(100)
        self.assertEqual(other.user_id, self.collector)
        self.assertEqual(other.deadline, DAY + timedelta(days=15))

    def test_the_owner_gets_a_task_and_another_owner_takes_it_over(self):
        dispute = self._dispute()
        task = dispute.activity_ids
        self.assertEqual(task.user_id, self.collector)
        self.assertEqual(task.date_deadline, dispute.deadline)
        dispute.user_id = self.manager
        self.assertEqual(dispute.activity_ids, task)
        self.assertEqual(task.user_id, self.manager)

    def test_whoever_cannot_see_disputes_owns_none(self):
        stranger = self.env["res.users"].create(
            {"name": "Paul", "login": "paul", "group_ids": [Command.set([])]}
        )
        with self.assertRaisesRegex(ValidationError, "Paul cannot see"):
            self._dispute().user_id = stranger
        with self.assertRaisesRegex(ValidationError, "Paul cannot see"):
            self.env["dunning.dispute.owner"].create(
                {"family": "finance", "user_id": stranger.id}
            )

    def test_documents_belong_to_the_dispute(self):
        paper = self.env["ir.attachment"].with_user(self.collector)
        paper = paper.create({"name": "photo.png", "raw": b"x"})
        dispute = self._dispute(document_ids=[Command.set(paper.ids)])
        self.assertEqual((paper.res_model, paper.res_id), (dispute._name, dispute.id))

    def test_a_reader_looks_on_and_a_collector_forges_and_deletes_nothing(self):
        with self.assertRaises(AccessError):
            self._dispute(user=self.reader)
        dispute = self._dispute()
        self.assertEqual(dispute.with_user(self.reader).amount, 200)
        with self.assertRaises(AccessError):
            dispute.with_user(self.reader).action_resolve("withdrawn")
        with self.assertRaisesRegex(UserError, "use its buttons"):
            dispute.state = "closed"
        with self.assertRaises(AccessError):
            dispute.with_user(self.manager).unlink()

    def test_the_windows_of_invoice_and_case_are_filled_in(self):
        window = self.invoice.with_user(self.collector).action_dunning_dispute()
        self.assertEqual(window["context"]["default_move_id"], self.invoice.id)
        case = self.env["dunning.case"]._open_for(self.customer)
        window = case.with_user(self.collector).action_open_dispute()
        self.assertEqual(window["context"]["default_case_id"], case.id)

    def test_a_cancelled_or_deleted_invoice_leaves_the_dispute_with_its_number(self):
        dispute = self._dispute()
        number = self.invoice.name
        self.invoice.button_draft()
        self.invoice.button_cancel()
        self._run()
        self.assertEqual((dispute.state, dispute.move_name), ("open", number))
        dispute.action_resolve("withdrawn")
        self.assertEqual(dispute.state, "closed")


@tagged("post_install", "-at_install")
class TestDisputeDeadline(DisputeCommon):
    def _tick(self, date):
        """Let the automation rule look at the clock."""
        rule = self.env.ref("account_dunning.base_automation_dispute")
        with freeze_time(f"{date} 10:00:00"):
            self.env.flush_all()
            self.env["base.automation"].invalidate_model()
            until = self.env.cr.now().replace(
                year=date.year, month=date.month, day=date.day
            )
            for record in rule._search_time_based_automation_records(until=until):
                rule._process(record)
            rule.last_run = until

    def _get_alerts(self, dispute):
        return dispute.activity_ids.filtered(
            lambda activity: "past its deadline" in activity.summary
        )

    def test_the_day_after_the_deadline_the_credit_manager_is_asked_once(self):
        dispute = self._dispute()
        self.env.ref("account_dunning.base_automation_dispute").last_run = DAY
        self._tick(dispute.deadline)
        self.assertFalse(self._get_alerts(dispute))
        self._tick(dispute.deadline + timedelta(days=1))
        self.assertEqual(self._get_alerts(dispute).user_id, self.manager)
        self._tick(dispute.deadline + timedelta(days=2))
        self.assertEqual(len(self._get_alerts(dispute)), 1)

    def test_what_was_decided_asks_nobody(self):
        dispute = self._dispute()
        self.env.ref("account_dunning.base_automation_dispute").last_run = DAY
        dispute.action_resolve("withdrawn")
        self._tick(dispute.deadline + timedelta(days=1))
        self.assertFalse(self._get_alerts(dispute))

    def test_the_list_shows_what_is_past_its_deadline_and_not_on_the_last_day(self):
        dispute = self._dispute(deadline=day(3))
        late = [("is_late", "=", True)]
        disputes = self.env["dunning.dispute"]
        with freeze_time(f"{day(3)} 10:00:00"):
            self.assertNotIn(dispute, disputes.search(late))
        with freeze_time(f"{day(4)} 10:00:00"):
            self.assertIn(dispute, disputes.search(late))
