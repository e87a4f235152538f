from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DAY
from ..hold.test_hold import day
from .test_plan import PlanCommon


class OfferCommon(PlanCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.offers = cls.env["dunning.offer"].with_user(cls.collector)

    def _offer(self, **values):
        values = {
            "case_id": self.case.id,
            "percent": 2,
            "valid_until": day(10),
        } | values
        return self.offers.create(values)

    def _sent(self, **values):
        offer = self._offer(**values)
        offer.action_send()
        self._send_mails()
        return offer


@tagged("post_install", "-at_install")
class TestOffer(OfferCommon):
    """R48: a discount if everything is paid by a date."""

    def test_the_text_is_sent_and_the_amounts_are_frozen(self):
        offer = self._offer()
        self.assertEqual((offer.amount, offer.amount_to_pay), (20, 980))
        offer.action_send()
        text = self._texts("offer.sent")
        self.assertEqual(text.state, "queued")
        for amount in ("980.00", "20.00", "1,000.00"):
            self.assertIn(amount, text.body)
        self.assertNotRegex(text.body, r"(?<![\d,])0\.00", "what is offered is due")
        self._pay(self.invoice, 100)
        self.assertEqual((offer.amount, offer.amount_to_pay), (20, 980))
        with self.assertRaises(UserError):
            offer.amount = 50

    def test_an_amount_instead_of_a_percentage(self):
        offer = self._sent(percent=0, amount=15)
        self.assertEqual((offer.state, offer.amount_to_pay), ("sent", 985))

    def test_no_discount_or_all_of_it_is_refused(self):
        for values in ({"percent": 0, "amount": 0}, {"percent": 100}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "more than"):
                self._offer(**values).with_user(self.manager).action_send()

    def test_up_to_his_limit_a_collector_offers_alone(self):
        self.assertEqual(self._sent(percent=2).state, "sent")

    def test_above_it_a_manager_approves(self):
        offer = self._offer(percent=2.01)
        offer.action_send()
        self.assertEqual(offer.state, "draft")
        self.assertFalse(self._texts("offer.sent"))
        self.assertEqual(len(self.case.activity_ids), 1)
        with self.assertRaises(AccessError):
            offer.action_approve()
        offer.with_user(self.manager).action_approve()
        self.assertFalse(self.case.activity_ids)
        offer.action_send()
        self.assertEqual(offer.state, "sent")

    def test_while_it_is_valid_nobody_is_dunned(self):
        self._sent()
        self.assertEqual(self.case.line_ids.hold, "offered")
        self._run(day(10))
        self.assertFalse(self.case.action_ids.level_id)
        self.assertEqual(self.case.state, "waiting")

    def test_paid_in_time_the_credit_note_is_drafted_and_the_rest_kept_back(self):
        offer = self._sent()
        self._pay(self.invoice, 980)
        self._run(day(5))
        self.assertEqual(offer.state, "kept")
        refund = offer.refund_ids
        self.assertEqual((refund.state, refund.amount_total), ("draft", 20))
        self.assertEqual(refund.reversed_entry_id, self.invoice)
        self.assertEqual(self._texts("offer.kept").kind, "thanks")
        self.assertTrue(self.case.activity_ids)
        self._run(day(30))
        self.assertFalse(self.case.action_ids.level_id)

    def test_once_the_credit_note_is_posted_the_case_is_settled(self):
        offer = self._sent()
        self._pay(self.invoice, 980)
        self._run(day(5))
        refund = offer.refund_ids.with_user(self.env.user)
        refund.invoice_date = DAY
        refund.action_post()
        self.assertEqual(self.invoice.amount_residual, 0)  # Odoo reconciles a reversal
        self._run(day(6))
        self.assertEqual(self.case.state, "closed")
        self.assertEqual(offer.state, "kept")

    def test_paid_in_full_it_is_taken_up_all_the_same(self):
        offer = self._sent()
        self._pay(self.invoice, 1000)
        self._run(day(5))
        self.assertEqual(offer.state, "kept")
        self.assertEqual(offer.refund_ids.amount_total, 20)

    def test_the_credit_note_has_the_taxes_of_the_invoice_to_the_cent(self):
        tax = self.company_data["default_tax_sale"]
        customer = self._create_customer("Garage Petit")
        invoice = self._create_invoice_one_line(
            partner_id=customer,
            price_unit=833.33,
            tax_ids=tax.ids,
            invoice_date=day(-40),
            invoice_date_due=day(-6),
            invoice_payment_term_id=False,
            post=True,
        )
        case = self.env["dunning.case"]._open_for(customer)
        offer = self._sent(case_id=case.id)
        self._pay(invoice, offer.amount_to_pay)
        self._run(day(5))
        refund = offer.refund_ids
        self.assertEqual(refund.amount_total, offer.amount)
        self.assertEqual(refund.invoice_line_ids.tax_ids, tax)

    def test_it_lapses_after_the_days_a_transfer_takes(self):
        offer = self._sent()
        self._run(day(14))  # 10 March + 2 working days, a weekend between
        self.assertEqual(offer.state, "sent")
        self._run(day(15))
        self.assertEqual(offer.state, "lapsed")
        self.assertIn("Lapsed", offer.end_reason)
        self.assertFalse(offer.refund_ids)
        self.assertIn("1,000.00", self._texts("offer.lapsed").body)
        self._run(day(16))
        self.assertEqual(self.case.action_ids.level_id, self.first)

    def test_a_part_is_not_enough(self):
        offer = self._sent()
        self._pay(self.invoice, 979)
        self._run(day(15))
        self.assertEqual(offer.state, "lapsed")

    def test_money_not_matched_yet_is_checked_first(self):
        offer = self._sent()
        self._post_entry(
            (self.company_data["default_account_receivable"], -980),
            (self.company_data["default_account_revenue"], 980),
        )
        self._run(day(15))
        self.assertEqual(offer.state, "sent")
        self.assertTrue(offer.check_on)
        self.assertFalse(self._texts("offer.lapsed"))

    def test_a_payment_taken_back_ends_the_discount(self):
        offer = self._sent()
        payment = self._pay(self.invoice, 980)
        self._run(day(5))
        self._take_back(payment)
        self._run(day(6))
        self.assertEqual((offer.state, offer.refund_ids.state), ("sent", "cancel"))
        self._run(day(15))
        self.assertEqual(offer.state, "lapsed")

    def test_a_manager_may_honour_it_all_the_same(self):
        offer = self._sent()
        self._run(day(15))
        with self.assertRaises(AccessError):
            offer.action_keep()
        offer.with_user(self.manager).action_keep()
        self.assertEqual((offer.state, offer.refund_ids.state), ("kept", "draft"))

    def test_taken_back_the_ladder_goes_on(self):
        offer = self._sent()
        offer.action_cancel()
        self.assertFalse(self.case.line_ids.hold)
        self.assertEqual(offer.state, "cancelled")

    def test_a_reader_offers_nothing(self):
        with self.assertRaises(AccessError):
            self.offers.with_user(self.reader).create({"case_id": self.case.id})

    # Plan B, each value

    def _lapse(self, fallback, **values):
        offer = self._sent(fallback=fallback, **values)
        self._run(day(15))
        self.assertEqual(offer.state, "lapsed")
        return offer

    def test_plan_b_the_next_level(self):
        offer = self._lapse("next_rung")
        self.assertEqual(offer.fallback_record, self.first)
        self.assertEqual(self.case.action_ids.level_id, self.first)

    def test_plan_b_a_given_level(self):
        offer = self._lapse("given_rung", fallback_level_id=self.second.id)
        self.assertEqual(offer.fallback_record, self.second)

    def test_plan_b_an_extension(self):
        offer = self._lapse("extension")
        self.assertEqual(offer.fallback_record._name, "dunning.promise")
        self.assertEqual(offer.fallback_record.amount, 1000)

    def test_plan_b_a_formal_notice(self):
        self._lapse("formal_notice")
        self.assertTrue(self.case.action_ids.filtered("is_formal_notice"))

    def test_plan_b_a_payment_plan(self):
        offer = self._lapse("plan")
        self.assertEqual(offer.fallback_record.amount, 1000)

    def test_plan_b_a_proposal_to_hand_over(self):
        self.assertEqual(
            self._lapse("hand_over").fallback_record._name, "mail.activity"
        )

    def test_plan_b_a_decision(self):
        self.assertEqual(self._lapse("decision").fallback_record._name, "mail.activity")
