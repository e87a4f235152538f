from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, fields
from odoo.tests import freeze_time, tagged

from ...models.books.dunning_worker import CALL_AGAIN_AFTER, MAX_CONFLICTS
from ...models.night import dunning_run
from ..common import DAY
from ..common_worker import WorkerCommon

SLEEP = "odoo.addons.account_dunning.models.books.dunning_worker.time.sleep"


@tagged("post_install", "-at_install")
class TestWorkers(WorkerCommon):
    """The night in shares: each is claimed by one worker, done and marked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(5):
            cls._invoice(5, partner=cls._create_customer(f"Debtor {number}"))
        cls.batches = cls.env["dunning.run.batch"]
        cls.startClassPatcher(patch.object(dunning_run, "DEBTORS_PER_BATCH", 2))
        cls.startClassPatcher(patch.object(dunning_run, "MESSAGES_PER_BATCH", 2))

    def test_a_night_is_shared_out_in_batches_and_shows_its_progress(self):
        run = self._start_night()
        self.assertEqual([len(batch.keys) for batch in run.batch_ids], [2, 2, 1])
        self.assertEqual((run.progress, run.is_running), (0, True))
        run.batch_ids[0]._work()
        self.env.invalidate_all()
        self.assertEqual(len(run.batch_ids.filtered(lambda b: b.kind == "send")), 1)
        self.assertEqual(run.progress, 25)
        self._work()
        self.env.invalidate_all()
        self.assertEqual((run.progress, run.is_running), (100, False))
        self.assertEqual((run.contact_count, run.case_count), (5, 5))
        self.assertEqual(set(self._get_cases().action_ids.mapped("state")), {"queued"})

    def test_two_workers_that_plan_the_same_night_plan_it_once(self):
        first = self._start_night()
        self.assertEqual(self._start_night(), first)
        self.assertEqual(len(first.batch_ids), 3)

    def test_a_batch_is_not_claimed_when_its_day_is_over(self):
        self._start_night()
        with freeze_time(f"{DAY + timedelta(days=1)} 10:00:00"):
            self.assertFalse(self.batches._claim())
        self.assertTrue(self.batches._claim())

    def test_the_next_night_forgets_the_batches_of_the_one_before(self):
        old = self._start_night().batch_ids
        with freeze_time(f"{DAY + timedelta(days=1)} 10:00:00"):
            self._start_night()
            self.assertFalse(old.exists())
            self._work()
        self.assertEqual(len(self._get_cases().action_ids), 5)

    def test_a_batch_that_was_done_is_not_claimed_again(self):
        self._start_night()
        self._work()
        self.assertFalse(self.batches._claim())
        self._work()
        self.assertEqual(len(self._get_cases().action_ids), 5)

    def test_a_night_called_again_looks_only_at_who_is_new(self):
        run = self._start_night()
        self._work()
        late = self._create_customer("Late comer")
        self._invoice(5, partner=late)
        self._start_night()
        todo = run.batch_ids.filtered(lambda batch: not batch.is_done)
        self.assertEqual(todo.keys, late.ids)

    def test_a_conflict_with_another_transaction_is_tried_again(self):
        self._start_night()
        tries = []

        def claim():
            tries.append(1)
            if len(tries) < 3:
                raise SerializationFailure("could not serialize access")
            return self.batches

        with self._in_worker() as env, patch(SLEEP):
            env["dunning.worker"]._cron_work_off(claim, len, dunning_run.WORKER)
        self.assertEqual(len(tries), 3)

    def test_a_worker_gives_up_after_twenty_conflicts_and_is_called_again(self):
        cron = self.env.ref(dunning_run.WORKER)
        before = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        tries = []

        def claim():
            tries.append(1)
            raise SerializationFailure("could not serialize access")

        # Not assertRaises: it takes back what the worker committed.
        with self._in_worker() as env, patch(SLEEP), suppress(SerializationFailure):
            env["dunning.worker"]._cron_work_off(claim, len, dunning_run.WORKER)
            self.fail("It must be told to the scheduler.")
        self.assertEqual(len(tries), MAX_CONFLICTS)
        trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        trigger -= before
        self.assertEqual(trigger.call_at, fields.Datetime.now() + CALL_AGAIN_AFTER)

    def test_who_pays_between_the_decision_and_the_sending_gets_no_message(self):
        paying = self._create_customer("Paying")
        invoice = self._invoice(5, partner=paying)
        run = self._start_night()
        for batch in run.batch_ids:
            batch._work()
        action = self._case(paying).action_ids
        self.assertEqual(action.state, "proposed")
        self._pay(invoice)
        self._work()
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(action.mail_mail_id)
        self.assertEqual(run.contact_count, 5)

    def test_run_now_does_few_debtors_at_once_and_leaves_more_to_the_scheduler(self):
        runs = self.env["dunning.run"].with_user(self.manager)
        runs.action_run_now()
        self.assertEqual(len(self._get_cases().action_ids), 5)
        triggers = self.env["ir.cron.trigger"].search([])
        with patch.object(dunning_run, "AT_ONCE", 4):
            action = runs.action_run_now()
        run = self.env["dunning.run"].browse(action["res_id"])
        self.assertTrue(run.is_running)
        self.assertFalse(run.line_ids)
        worker = self.env.ref(dunning_run.WORKER)
        self.assertIn(
            worker, (self.env["ir.cron.trigger"].search([]) - triggers).cron_id
        )


@tagged("-standard", "dunning_jobs", "post_install", "-at_install")
class TestJobs(WorkerCommon):
    """With OCA's queue_job each batch is a job; tested where it is installed."""

    def test_each_batch_is_one_job_on_its_own_channel_and_sends_once(self):
        for number in range(3):
            self._invoice(5, partner=self._create_customer(f"Debtor {number}"))
        run = self._start_night()
        jobs = self.env["queue.job"].sudo().search([("channel", "=", "root.dunning")])
        batch = run.batch_ids
        self.assertEqual(jobs.identity_key, f"dunning.run.batch-{batch.id}")
        batch._enqueue()
        self.assertEqual(
            self.env["queue.job"]
            .sudo()
            .search_count([("channel", "=", "root.dunning")]),
            1,
        )
        self._work()
        self.assertFalse(batch.is_done)
        self._perform(jobs)
        sending = (
            self.env["queue.job"]
            .sudo()
            .search([("channel", "=", "root.dunning"), ("state", "!=", "done")])
        )
        self.assertEqual(len(sending), 1)
        self._perform(sending)
        self._perform(sending)
        cases = self.env["dunning.case"].search([("company_id", "=", self.company.id)])
        self.assertEqual(cases.action_ids.mapped("state"), ["queued"] * 3)
        self.assertEqual(run.contact_count, 3)

    def _perform(self, records):
        from odoo.addons.queue_job.job import Job

        for record in records:
            job = Job.load(record.env(user=SUPERUSER_ID), record.uuid)
            job.perform()
            job.set_done()
            job.store()
