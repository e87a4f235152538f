from datetime import date, timedelta

from odoo.tests import tagged

from ..limits.test_limitation import watch
from .common_claims import DUE, ST_VALENTINE, ClaimsCommon, at


@tagged("post_install", "-at_install")
class TestPublicInterestTask(ClaimsCommon):
    """CCP R2192-36: interest and indemnity within 45 days of the principal."""

    def _tasks(self, case):
        kind = self.env.ref("account_dunning.mail_activity_type_public_interest")
        case.invalidate_recordset()
        return case.sudo().activity_ids.filtered(
            lambda task: task.activity_type_id == kind
        )

    def test_while_the_principal_is_open_it_is_45_days_after_the_claim(self):
        case = self._owe(kind="public")
        self._claim(case, user=self.collector)
        task = self._tasks(case)
        self.assertEqual(task.date_deadline, ST_VALENTINE + timedelta(days=45))
        self.assertEqual(task.user_id, case._get_asked())

    def test_once_it_is_paid_the_45_days_count_from_that_payment(self):
        case = self._owe(kind="public")
        self._invoice(DUE, 10, invoice_date=DUE - timedelta(days=30))
        paid = ST_VALENTINE - timedelta(days=4)
        invoice = case.line_ids.move_id
        self._pay(invoice, day=paid)
        self._claim(case)
        claimed = case.claim_ids.line_ids.move_id
        self.assertEqual(claimed, invoice)
        self.assertEqual(self._tasks(case).date_deadline, paid + timedelta(days=45))

    def test_of_a_business_nobody_is_asked(self):
        case = self._owe()
        self._claim(case)
        self.assertFalse(self._tasks(case))

    def test_a_second_claim_makes_no_second_task(self):
        case = self._owe(kind="public")
        self._claim(case)
        self._claim(case, date(2025, 3, 14))
        self.assertEqual(len(self._tasks(case)), 1)

    def test_the_night_ends_it_when_the_note_is_called_off_or_paid(self):
        case = self._owe(kind="public")
        note = self._claim(case).move_id
        with at(ST_VALENTINE):
            watch(self)
            self.assertTrue(self._tasks(case))
            note.button_cancel()
            watch(self)
        self.assertFalse(self._tasks(case))

    def test_the_night_ends_it_when_the_note_is_paid(self):
        case = self._owe(kind="public")
        note = self._claim(case).move_id
        with at(ST_VALENTINE):
            note.action_post()
            watch(self)
            self.assertTrue(self._tasks(case))
            self._pay(note, day=ST_VALENTINE)
            watch(self)
        self.assertFalse(self._tasks(case))
