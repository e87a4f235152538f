from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import DAY
from ..hold.test_hold import day
from .test_disputes import DisputeCommon

MEDIATOR = "Médiation Exemple"


@tagged("post_install", "-at_install")
class TestAnswers(DisputeCommon):
    """An answer to a complaint names a date, and to a consumer the mediator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.fr")

    def _decide(self, kind, resolution="unjustified"):
        self.customer.dunning_debtor_kind = kind
        dispute = self._dispute(200)
        dispute.action_resolve(resolution, 50 if resolution == "partly" else None)
        return dispute.case_id.action_ids.filtered("dispute_id")

    def test_the_mediator_is_named_to_a_consumer_in_every_answer(self):
        self.company.dunning_mediator = f"{MEDIATOR}\n1 rue du Port, 69002 Lyon"
        for resolution in ("unjustified", "partly"):
            with self.subTest(resolution):
                answer = self._decide("consumer", resolution)[-1:]
                self.assertIn(MEDIATOR, answer.body)
                self.assertIn("free of charge", answer.body)

    def test_a_business_is_told_of_no_consumer_mediator(self):
        self.company.dunning_mediator = MEDIATOR
        self.assertNotIn(MEDIATOR, self._decide("business").body)

    def test_without_a_mediator_the_answer_to_a_consumer_is_held_back_in_words(self):
        self.customer.dunning_debtor_kind = "consumer"
        dispute = self._dispute(200)
        for resolution in ("unjustified", "partly"):
            with (
                self.assertRaisesRegex(UserError, "Enter the mediator"),
                self.cr.savepoint(),
            ):
                dispute.action_resolve(resolution, 50)
        self.env.invalidate_all()
        self.assertEqual((dispute.state, dispute.resolution), ("open", False))
        self.assertFalse(dispute.case_id.action_ids)
        dispute.action_resolve("justified")  # nothing to complain about any more

    def test_a_text_without_him_is_held_back_too(self):
        self.company.dunning_mediator = MEDIATOR
        text = self.env.ref("account_dunning.mail_template_dispute_unjustified")
        text.body_html = text.body_html.replace("object.mediator_text", "''")
        with self.assertRaisesRegex(UserError, "does not name the consumer mediator"):
            self._decide("consumer")

    def test_outside_french_law_no_mediator_is_asked_for(self):
        self.company.country_id = self.env.ref("base.us")
        self.assertTrue(self._decide("consumer"))

    def test_it_names_a_date_and_nothing_is_asked_for_before_it(self):
        answer = self._decide("business")
        self.assertEqual(answer.deadline, day(10))
        self.assertIn("at the latest by March 14, 2024", answer.body)
        self._send_mails()
        self.assertEqual(answer.delivered_on, DAY)
        self._run(day(10))
        self.assertFalse(answer.case_id.action_ids - answer)
        self._run(day(11))
        self.assertIn(self.first, answer.case_id.action_ids.level_id)

    def test_the_date_of_a_formal_notice_is_not_put_off(self):
        self.customer.dunning_debtor_kind = "business"
        dispute = self._dispute(200)
        line, expired = dispute.case_id.line_ids, day(-2)
        line._write_facts(
            {
                "level_id": self.notice.id,
                "delivered_on": day(-12),
                "deadline": expired,
            }
        )
        dispute.action_resolve("unjustified")
        self._send_mails()
        self.assertEqual(line.deadline, expired)
