from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import DAY
from .test_automation import LOGGER, AutomationCommon


@tagged("post_install", "-at_install")
class TestServerActions(AutomationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["res.partner.category"].create({"name": "Reminded"})
        cls.tagging = cls._create_action(
            "Tag the customer",
            f"records.partner_id.write({{'category_id': [(4, {cls.tag.id})]}})",
        )
        cls.invoice = cls._invoice(5)

    @classmethod
    def _create_action(cls, name, code, model="dunning.case"):
        # Only an administrator may.
        return (
            cls.env["ir.actions.server"]
            .sudo()
            .create(
                {
                    "name": name,
                    "model_id": cls.env["ir.model"]._get_id(model),
                    "state": "code",
                    "code": code,
                }
            )
        )

    def _set(self, *actions):
        self.first.sudo().server_action_ids = [
            Command.set([action.id for action in actions])
        ]

    def test_it_runs_when_the_level_is_delivered_and_not_before(self):
        self._set(self.tagging)
        self._run()
        self.assertFalse(self.customer.category_id)
        self._send_mails()
        self.assertEqual(self.customer.category_id, self.tag)

    def test_it_runs_once_though_two_channels_deliver(self):
        code = "record.case_id.message_post(body='Level reached')"
        self._set(self._create_action("Note it", code, "dunning.action"))
        self.first.write(
            {"channel_letter": True, "letter_template_id": self.letter_text.id}
        )
        self._run_and_send()
        letters = self._case().action_ids.filtered(lambda a: a.channel == "letter")
        letters.action_deliver(DAY)
        self.assertEqual(self._case().action_ids.mapped("state"), ["done", "done"])
        bodies = self._case().message_ids.mapped("body")
        self.assertEqual(len([body for body in bodies if "Level reached" in body]), 1)

    def test_one_that_fails_is_noted_and_the_others_run(self):
        broken = self._create_action("Broken", "raise UserError('No such list')")
        broken.sequence = 1
        self._set(broken, self.tagging)
        self._run()
        with self.assertLogs(LOGGER, "WARNING"):
            self._send_mails()
        self.assertEqual(self._case().action_ids.state, "done")
        self.assertEqual(self._case().line_ids.level_id, self.first)
        self.assertEqual(self.customer.category_id, self.tag)
        notes = "".join(self._case().message_ids.mapped("body"))
        self.assertIn("No such list", notes)
        self.assertIn("Broken", notes)

    def test_it_runs_for_whoever_does_the_call(self):
        self.first.write(
            {
                "channel_email": False,
                "channel_phone": True,
                "call_script": "<p>Ask when they pay.</p>",
            }
        )
        self._set(self.tagging)
        self._run()
        self._case().activity_ids.with_user(self.collector).action_done()
        self.assertEqual(self.customer.category_id, self.tag)

    def test_one_made_for_other_records_is_refused(self):
        stranger = self._create_action("Any", "pass", "res.partner")
        with self.assertRaisesRegex(ValidationError, "other records"):
            self._set(stranger)

    def test_only_who_administers_odoo_sets_them(self):
        for user in (self.collector, self.manager):
            with self.assertRaises(AccessError):
                self.first.with_user(user).write(
                    {"server_action_ids": [Command.link(self.tagging.id)]}
                )
            with self.assertRaises(AccessError):
                self.first.with_user(user).server_action_ids.mapped("name")
        self.assertTrue(self.first.with_user(self.manager).read())
        self.manager.group_ids += self.env.ref("base.group_system")
        self.first.with_user(self.manager).write(
            {"server_action_ids": [Command.link(self.tagging.id)]}
        )
        self.assertEqual(self.first.sudo().server_action_ids, self.tagging)
