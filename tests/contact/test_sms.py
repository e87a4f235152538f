from datetime import date, datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from ..common import DAY
from .common_sms import SmsCommon


@tagged("post_install", "-at_install")
class TestSms(SmsCommon):
    def test_an_sms_waits_in_the_hosts_queue_and_in_the_chatter(self):
        sms = self._write_sms()
        self.assertEqual((sms.state, sms.sms_id.state), ("queued", "outgoing"))
        self.assertEqual(sms.sms_id.number, "+33612345678")
        self.assertIn("A word about", sms.sms_id.body)
        self.assertIn(sms.message_id, self._case().message_ids)
        self.assertEqual(sms.message_id.message_type, "sms")
        self.assertFalse(self._case().level_id)

    def test_an_sms_is_delivered_once_the_operator_accepted_it(self):
        sms = self._write_sms()
        self.assertEqual(
            [number for number, _text in self._send_sms()], ["+33612345678"]
        )
        self.assertEqual((sms.state, sms.delivered_on), ("done", DAY))
        self.assertEqual(self._case().level_id, self.first)

    def test_an_sms_the_operator_is_still_looking_at_is_on_its_way(self):
        sms = self._write_sms()
        self._send_sms("processing")
        self.assertEqual(sms.state, "queued")
        self._report(sms, "success")
        self.assertEqual(sms.state, "done")

    def test_who_pays_while_his_sms_waits_is_left_alone(self):
        invoice = self._invoice(5)
        self._run()
        sms = self._case().action_ids
        self._pay(invoice)
        self.assertEqual(self._send_sms(), [])
        self.assertEqual((sms.state, sms.sms_id.state), ("cancelled", "canceled"))
        self.assertIn("settled", sms.cancel_reason)

    def test_an_sms_that_is_dropped_does_not_leave(self):
        sms = self._write_sms()
        sms.with_user(self.collector).action_cancel()
        self.assertEqual(sms.sms_id.state, "canceled")
        self.assertEqual(self._send_sms(), [])

    def test_the_sms_of_others_leave_as_ever_beside_ours(self):
        self._write_sms()
        other = self.env["sms.sms"].create({"number": "+33700000000", "body": "Hi"})
        given = self._send_sms()
        self.assertIn(("+33700000000", "Hi"), given)
        self.assertEqual((len(given), other.state), (2, "pending"))

    def test_an_operator_out_of_credit_fails_and_may_be_tried_again(self):
        sms = self._write_sms()
        self._send_sms("insufficient_credit")
        self.assertEqual(sms.state, "failed")
        self.assertTrue(self._case().activity_ids)
        sms.with_user(self.collector).action_send_again()
        self.assertEqual(len(self._send_sms()), 1)
        self.assertEqual(sms.state, "done")

    def test_typography_does_not_make_an_sms_dearer(self):
        self.sms_text.body = "We’re waiting for {{ object.amount_text }} – thank you"
        sms = self._write_sms()
        self.assertIn("We're waiting", sms.sms_id.body)
        self.assertIn("1 SMS", sms.sms_size)
        self.assertTrue(sms.sms_id.body.isascii() or "€" in sms.sms_id.body)

    def test_a_name_in_an_sms_stays_text(self):
        self.customer.name = "<b>Dupont</b> & Cie"
        self.sms_text.body = "For {{ object.debtor_name }}"
        sms = self._write_sms()
        self.assertEqual(sms.sms_id.body, "For <b>Dupont</b> & Cie")

    def test_the_debtors_language_rules_the_text(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.sms_text.with_context(lang="fr_FR").body = "Un mot"
        self.customer.lang = "fr_FR"
        self.assertEqual(self._write_sms().sms_id.body, "Un mot")


@tagged("post_install", "-at_install")
class TestSmsObstacles(SmsCommon):
    """What cannot be sent fails with the remedy, and is asked of the collector."""

    def _get_failure(self):
        sms = self._write_sms()
        self.assertEqual(sms.state, "failed")
        self.assertFalse(sms.sms_id)
        self.assertTrue(self._case().activity_ids)
        return sms.failure_reason

    def test_a_contact_without_a_number_cannot_be_written_to(self):
        self.customer.phone = False
        self.assertIn("no phone number", self._get_failure())

    def test_a_number_that_does_not_exist_is_not_tried(self):
        self.customer.phone = "12"
        self.assertIn("(12)", self._get_failure())

    def test_a_refused_number_is_respected(self):
        self.env["phone.blacklist"].create({"number": "+33612345678"})
        self.assertIn("refused numbers", self._get_failure())

    def test_a_consumer_who_did_not_agree_gets_none(self):
        self.customer.write({"is_company": False, "dunning_debtor_kind": "consumer"})
        self.assertIn("has not agreed", self._get_failure())

    def test_a_consumer_who_agreed_gets_one_and_who_noted_it_is_kept(self):
        self.customer.write({"is_company": False, "dunning_debtor_kind": "consumer"})
        partner_manager = self.env.ref("base.group_partner_manager")
        self.collector.group_ids += partner_manager
        customer = self.customer.with_user(self.collector)
        customer.write(
            {
                "dunning_sms_consent": "agreed",
                "dunning_sms_consent_user_id": self.env.ref("base.user_admin").id,
            }
        )
        self.assertEqual(customer.dunning_sms_consent_user_id, self.collector)
        self.assertEqual(customer.dunning_sms_consent_on, DAY)
        self.assertEqual(self._write_sms().state, "queued")

    def test_a_business_that_refuses_gets_none(self):
        self.customer.dunning_sms_consent = "refused"
        self.assertIn("refuses", self._get_failure())

    def test_a_text_of_more_than_four_sms_is_too_long(self):
        self.sms_text.body = "a" * 612
        self.assertEqual(self._write_sms().state, "queued")
        self._case().action_ids.action_cancel()
        self.sms_text.body = "a" * 613
        self._run()
        failed = self._case().action_ids.filtered(lambda a: a.state == "failed")
        self.assertIn("613 letters, 5 SMS", failed.failure_reason)

    def test_a_failed_sms_can_be_sent_again_once_the_number_is_mended(self):
        self.customer.phone = False
        sms = self._write_sms()
        self.customer.phone = "06 12 34 56 78"
        sms.with_user(self.collector).action_send_again()
        self.assertEqual(len(self._send_sms()), 1)
        self.assertEqual(sms.state, "done")


@tagged("post_install", "-at_install")
class TestSmsHours(SmsCommon):
    """Handed to the host's queue on working days from 8:30 to 20:00."""

    def _release(self):
        with self._in_worker() as env:
            env["dunning.action"]._cron_release_sms()

    @freeze_time("2024-03-04 02:00:00")
    def test_what_is_decided_at_night_waits_for_the_morning(self):
        sms = self._write_sms()
        self.assertEqual((sms.state, sms.sms_id.id), ("queued", False))
        cron = self.env.ref("account_dunning.ir_cron_dunning_sms")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertIn(datetime(2024, 3, 4, 8, 30), triggers.mapped("call_at"))
        for clock, is_handed_over in (("08:29", False), ("08:30", True)):
            with freeze_time(f"{DAY} {clock}:00"):
                self._release()
            self.assertEqual(bool(sms.sms_id), is_handed_over)

    @freeze_time("2024-03-03 10:00:00")
    def test_nothing_leaves_on_a_sunday(self):
        self._invoice(date(2024, 2, 20))
        self.env["dunning.case"].run()
        sms = self._case().action_ids
        self._release()
        self.assertFalse(sms.sms_id)
        with freeze_time("2024-03-04 08:30:00"):
            self._release()
        self.assertTrue(sms.sms_id)

    @freeze_time("2024-03-04 20:00:00")
    def test_nothing_leaves_from_eight_in_the_evening(self):
        self.assertFalse(self._write_sms().sms_id)

    @freeze_time("2024-03-04 02:00:00")
    def test_who_pays_before_the_morning_is_left_alone(self):
        invoice = self._invoice(5)
        self._run()
        sms = self._case().action_ids
        self._pay(invoice)
        with freeze_time(f"{DAY} 09:00:00"):
            self._release()
        self.assertEqual((sms.state, sms.sms_id.id), ("cancelled", False))


@tagged("post_install", "-at_install")
class TestSmsTexts(SmsCommon):
    """Texts of levels are checked as soon as they are saved."""

    def test_a_forbidden_phrase_is_refused(self):
        with self.assertRaises(ValidationError):
            self.sms_text.body = "A bailiff will come"

    def test_a_table_cannot_stand_in_an_sms(self):
        with self.assertRaisesRegex(ValidationError, "is a table"):
            self.sms_text.body = "{{ object.items_table }}"

    def test_a_text_for_other_records_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "stays a text for dunning"):
            self.sms_text.model_id = self.env["ir.model"]._get_id("res.partner")

    def test_a_credit_manager_writes_them_and_a_collector_does_not(self):
        self.sms_text.with_user(self.manager).body = "Hello"
        with self.assertRaises(AccessError):
            self.sms_text.with_user(self.collector).body = "Hello"
        other = self.env["sms.template"].create(
            {"name": "Other", "model_id": self.env["ir.model"]._get_id("res.partner")}
            | {"body": "Hello"}
        )
        with self.assertRaises(AccessError):
            other.with_user(self.manager).body = "Hi"

    def test_the_level_and_its_preview_show_the_length(self):
        self.assertIn("12 letters, 1 SMS", self.first.sms_size)
        self._write_sms()
        preview = self.env["dunning.level.preview"].create(
            {"level_id": self.first.id, "case_id": self._case().id}
        )
        self.assertIn("1 SMS", preview.text)

    def test_relancer_sends_the_sms_as_edited(self):
        self._write_sms().action_cancel()
        window = self._case().with_user(self.collector).action_dun()
        line = self.env["dunning.relance.line"].with_user(self.collector)
        line = line.browse(window["res_id"])
        self.assertEqual((line.use_sms, line.channels), (True, "SMS"))
        with Form(line) as form:
            form.sms_body = "<p>Please call us</p>"
        line.action_send()
        sms = self._case().action_ids.filtered(lambda a: a.state == "queued")
        self.assertEqual(sms.sms_id.body, "Please call us")
