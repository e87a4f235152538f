from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..common import DunningCommon, day


@tagged("post_install", "-at_install")
class TestLetterTwice(DunningCommon):
    """The same letter is not repeated before the first was posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first.write(
            {"channel_letter": True, "letter_template_id": cls.letter_text.id}
        )
        cls.ladder.contact_gap_days = 2
        cls._invoice(6)

    def setUp(self):
        super().setUp()
        self._run_and_send()
        self.letter = self._case().action_ids.filtered(
            lambda one: one.channel == "letter"
        )

    def _repeat(self, **values):
        window = self._case().with_user(self.collector).action_dun()
        line = self.env[window["res_model"]].with_user(self.collector)
        line = line.browse(window["res_id"])
        self.assertEqual((line.kind, line.level_id), ("manual", self.first))
        line.write(values)
        line.action_send()
        return self._case().action_ids.filtered(lambda one: one.kind == "manual")

    @freeze_time("2024-03-08 10:00:00")
    def test_while_the_first_is_unposted_it_is_named_instead(self):
        self.assertEqual(self.letter.state, "queued")
        with self.assertRaises(UserError) as refusal:
            self._repeat()
        self.assertRegex(
            str(refusal.exception), "“First” of 03/04/2024 to Boulangerie Martin"
        )
        self.assertEqual(self._case().action_ids.mapped("kind"), ["rung", "rung"])

    @freeze_time("2024-03-08 10:00:00")
    def test_the_e_mail_alone_may_be_repeated(self):
        repeated = self._repeat(use_letter=False)
        sent = repeated.filtered(lambda one: one.state != "cancelled")
        self.assertEqual(sent.mapped("channel"), ["email"])

    @freeze_time("2024-03-08 10:00:00")
    def test_once_it_was_posted_or_cancelled_it_may_be_repeated(self):
        self.letter.sudo().action_deliver(day(1))
        repeated = self._repeat()
        self.assertEqual(set(repeated.mapped("channel")), {"email", "letter"})
