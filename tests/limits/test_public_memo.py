from datetime import date

from odoo.tests import tagged

from ..common import DAY
from ..common_registered import RegisteredCommon
from .test_limitation import watch


@tagged("post_install", "-at_install")
class TestPublicMemo(RegisteredCommon):
    """After a formal notice to a public body: the formal claim within two months."""

    def _tasks(self, case):
        kind = self.env.ref("account_dunning.mail_activity_type_memo")
        case.invalidate_recordset()
        return case.sudo().activity_ids.filtered(
            lambda task: task.activity_type_id == kind
        )

    def _notice(self, kind="public"):
        letter = self._put_on_notice("Vauvert")
        letter.partner_id.dunning_debtor_kind = kind
        letter.action_deliver(DAY)
        return letter

    def test_it_is_planned_for_who_is_in_charge_two_months_after_the_delivery(self):
        letter = self._notice()
        task = self._tasks(letter.case_id)
        self.assertEqual(task.date_deadline, date(2024, 5, 4))
        self.assertEqual(task.user_id, letter.case_id._get_asked())
        self.assertIn("mémoire en réclamation", task.note)

    def test_a_business_has_no_such_deadline(self):
        self.assertFalse(self._tasks(self._notice("business").case_id))

    def test_it_is_not_doubled(self):
        case = self._notice().case_id
        case._plan_memo(DAY)
        self.assertEqual(len(self._tasks(case)), 1)

    def test_it_ends_once_the_invoices_under_notice_are_paid(self):
        letter = self._notice()
        case, invoice = letter.case_id, letter.line_ids.move_id
        self._invoice(5, partner=case.partner_id)
        case._open_for(case.partner_id)
        watch(self)
        self.assertTrue(self._tasks(case))
        self._pay(invoice)
        watch(self)
        self.assertFalse(self._tasks(case))
