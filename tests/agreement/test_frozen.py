from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import DAY
from ..hold.test_hold import day
from .test_plan import PlanCommon

JUDGMENT = DAY - timedelta(days=3)


class FrozenCommon(PlanCommon):
    """1,000 € born before a judgment, 70 € born on its day."""

    KIND = "reorganisation"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(5, 70.0, invoice_date=JUDGMENT)
        cls.case = cls.env["dunning.case"]._open_for(cls.customer)
        cls.earlier = cls.case.line_ids.filtered(
            lambda line: line.move_id == cls.invoice
        )
        cls.later = cls.case.line_ids - cls.earlier

    @classmethod
    def _judge(cls):
        cls.customer.is_company = cls.KIND != "over_indebtedness"
        cls.customer.dunning_debtor_kind = "consumer"
        return (
            cls.env["dunning.proceeding"]
            .with_user(cls.collector)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "judgment_date": JUDGMENT,
                    "company_id": cls.company.id,
                    "kind": cls.KIND,
                }
            )
        )

    def _promise(self, lines=None, amount=50):
        return (
            self.env["dunning.promise"]
            .with_user(self.collector)
            .create(
                {
                    "case_id": self.case.id,
                    "date": day(5),
                    "amount": amount,
                    "line_ids": (lines or self.later.browse()).ids,
                }
            )
        )

    def _offer(self, lines):
        offers = self.env["dunning.offer"].with_user(self.collector)
        return offers.create(
            {
                "case_id": self.case.id,
                "amount": 10,
                "valid_until": day(10),
                "line_ids": lines.ids,
            }
        )


@tagged("post_install", "-at_install")
class TestFrozen(FrozenCommon):
    """What was owed before the judgment may not be paid (C. com. L622-7)."""

    def test_earlier_claims_are_neither_promised_nor_planned_nor_offered(self):
        self._judge()
        for enter in (
            lambda: self._promise(self.earlier),
            lambda: self._plan(line_ids=self.earlier.ids),
            lambda: self._offer(self.earlier),
            lambda: self._plan(line_ids=self.later.ids).write(
                {"line_ids": self.case.line_ids.ids}
            ),
        ):
            with self.assertRaisesRegex(ValidationError, self.invoice.name):
                enter()

    def test_an_import_is_refused_as_well(self):
        self._judge()
        promises = self.env["dunning.promise"].with_user(self.collector)
        result = promises.load(
            ["case_id/.id", "date", "amount", "line_ids/.id"],
            [[str(self.case.id), "2024-03-09", "50", str(self.earlier.id)]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("in proceedings", result["messages"][0]["message"])

    def test_later_claims_are_promised_planned_and_offered_as_ever(self):
        self._judge()
        self.assertEqual(self._promise(self.later).line_ids, self.later)
        self.env["dunning.promise"].search([]).action_cancel()
        self.assertTrue(self._plan(line_ids=self.later.ids))
        self.assertTrue(self._offer(self.later))

    def test_a_promise_on_the_whole_case_covers_later_claims_only(self):
        self._judge()
        self.assertEqual(self._promise(amount=70).line_ids, self.later)
        with self.assertRaises(UserError):
            self._promise(amount=71)

    def test_where_everything_is_frozen_it_is_said_so(self):
        self._judge()
        self._pay(self.later.move_id)
        for enter in (self._promise, self._plan):
            with self.assertRaisesRegex(ValidationError, "in proceedings"):
                enter()

    def test_a_draft_of_before_is_not_proposed_nor_signed_after_the_judgment(self):
        plan = self._plan(line_ids=self.earlier.ids)
        offer = self._offer(self.earlier)
        proceeding = self._judge()
        for act in (plan.action_propose, offer.action_send):
            with self.assertRaisesRegex(ValidationError, "in proceedings"):
                act()
        proceeding.with_user(self.manager).action_end()
        plan.action_propose()
        self.assertEqual(plan.state, "proposed")

    def test_what_ran_ends_with_the_judgment_and_nobody_is_accused(self):
        promise = self._promise(self.earlier)
        self._send_mails()
        plan = self._plan(line_ids=self.later.ids)
        plan.action_propose()
        self._judge()
        self.assertEqual((promise.state, plan.state), ("cancelled", "proposed"))
        self.assertFalse(promise.broken_on)
        self._run(day(20))
        self.assertFalse(self._texts("promise.broken"))


@tagged("post_install", "-at_install")
class TestOverIndebted(FrozenCommon):
    """Code de la consommation L722-2 ff.: born before the admission, two years."""

    KIND = "over_indebtedness"

    def test_the_hold_has_a_kind_of_its_own_and_later_debts_go_on(self):
        self._judge()
        self.case.line_ids.invalidate_recordset()
        self.assertEqual(self.earlier.hold, "over_indebted")
        self.assertFalse(self.later.hold)
        self._run()
        self.assertEqual(self.case.action_ids.line_ids.case_line_id, self.later)

    def test_it_lasts_two_years_to_the_day(self):
        proceeding = self._judge()
        self.assertEqual(str(proceeding.frozen_until), "2026-03-01")
        items = self.earlier.move_line_id
        last = proceeding.frozen_until
        self.assertIn(items.id, items._find_dunning_holds(last))
        after = items._find_dunning_holds(last + timedelta(days=1))
        self.assertNotEqual(after.get(items.id), "over_indebted")

    def test_no_agreement_on_earlier_debts(self):
        self._judge()
        with self.assertRaisesRegex(ValidationError, "in proceedings"):
            self._promise(self.earlier)

    def test_nothing_is_declared_to_a_trustee_and_no_deadline_runs(self):
        proceeding = self._judge()
        self.assertFalse(proceeding.deadline)
        self.assertIn("03/01/2026", proceeding.warning)
        with self.assertRaisesRegex(UserError, "commission"):
            proceeding.action_prepare()
        with self.assertRaisesRegex(UserError, "commission"):
            proceeding.action_declare()

    def test_only_a_private_person_is_over_indebted(self):
        self.customer.is_company = True
        with self.assertRaisesRegex(ValidationError, "private person"):
            self.env["dunning.proceeding"].create(
                {
                    "partner_id": self.customer.id,
                    "judgment_date": JUDGMENT,
                    "company_id": self.company.id,
                    "kind": self.KIND,
                }
            )
