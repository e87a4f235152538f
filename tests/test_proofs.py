from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from . import common_intent as intent
from .common import DAY
from .common_holes import known_hole
from .common_rights import RightsCommon


@tagged("post_install", "-at_install")
class TestProofs(RightsCommon):
    """What has left is a proof, and a rung is delivered, never written by hand."""

    def setUp(self):
        super().setUp()
        self.done = self.own["letter"].with_env(self._as(self.collector))
        self.done.sudo().action_deliver()
        self.case = self.done.case_id
        self.assertEqual(self.done.state, "done")

    def _refuse(self, function):
        with self.assertRaises(UserError), self.cr.savepoint():
            function()
            self.env.flush_all()

    def test_nobody_deletes_a_delivered_contact_or_its_case(self):
        for role in ("collector", "manager", "director"):
            env = self._as(self.users[role])
            for record in (self.done, self.case):
                with self.subTest(role=role, model=record._name):
                    self._refuse(record.with_env(env).unlink)

    @known_hole("delivered contact")
    def test_nobody_changes_a_delivered_contact(self):
        foreign = self.foreign["dunning.case"]
        for values in (
            {"body": "<p>We never asked.</p>"},
            {"subject": "Other"},
            {"state": "proposed"},
            {"delivered_on": DAY - timedelta(days=90)},
            {"case_id": foreign.id},
            {"line_ids": [Command.clear()]},
        ):
            self._refuse(lambda values=values: self.done.write(values))

    @known_hole("delivered lines")
    def test_nobody_deletes_or_changes_the_amounts_of_a_delivered_contact(self):
        line = self.done.line_ids
        self._refuse(lambda: line.write({"amount_claimed": 1}))
        self._refuse(line.unlink)

    @known_hole("delivered document")
    def test_nobody_deletes_the_document_of_a_posted_letter(self):
        self.done.sudo().attachment_ids = self.env["ir.attachment"].create(
            {
                "name": "letter.pdf",
                "raw": b"%PDF-",
                "res_model": "dunning.action",
                "res_id": self.done.id,
            }
        )
        self.env.flush_all()
        self._refuse(self.done.attachment_ids.unlink)

    @known_hole("formal notice")
    def test_a_collector_sends_no_formal_notice_by_writing_its_state(self):
        notice = self.own["formal notice"].with_env(self._as(self.collector))
        for values in (
            {"state": "queued"},
            {"state": "done"},
            {"level_id": self.second.id},
        ):
            self._refuse(lambda values=values: notice.write(values))

    @known_hole("formal notice")
    def test_a_collector_creates_no_formal_notice_that_has_left(self):
        for state in ("queued", "done"):
            values = {
                "case_id": self.case.id,
                "level_id": self.notice.id,
                "channel": "letter",
                "date": DAY,
                "state": state,
            }
            self._refuse(lambda v=values: self.case.env["dunning.action"].create(v))

    @known_hole("rung by hand")
    def test_nobody_writes_a_rung_on_an_item(self):
        self._refuse(lambda: self.case.line_ids.write({"level_id": self.notice.id}))

    @known_hole("foreign item")
    def test_an_item_of_another_company_cannot_be_put_in_a_case(self):
        item = self.foreign["dunning.case.line"]
        values = {
            "case_id": self.case.id,
            "move_line_id": item.move_line_id.id,
            "move_id": item.move_id.id,
            "date_due": DAY,
            "currency_id": item.currency_id.id,
        }
        lines = self.case.env["dunning.case.line"]
        self._refuse(lambda: lines.create(values).read(["amount_residual"]))

    # Ways around the models: windows, queues, tasks, settings

    def test_a_window_belongs_to_who_opened_it(self):
        for model in intent.OPERATIONS.keys() - self.own.keys():
            window = self._make_window(model, self.own, self.collector)
            with self.subTest(model=model), self.assertRaises(AccessError):
                window.with_env(self._as(self.manager)).read()

    def test_a_form_that_is_not_saved_shows_nothing_of_another_company(self):
        case = self.foreign["dunning.case"]
        level = self.foreign["dunning.level"]
        fields = {"partner_id": {}, "amount_overdue": {}, "days_overdue": {}}
        for model, values, spec in (
            ("dunning.relance.line", {"case_id": case.id}, {"case_id": {}} | fields),
            (
                "dunning.level.preview",
                {"case_id": case.id, "level_id": level.id},
                {"case_id": {}, "level_id": {}, "text": {}},
            ),
        ):
            form = self._as(self.collector)[model]
            with self.subTest(model=model), self.assertRaises(AccessError):
                form.onchange(values, list(values), spec)

    @known_hole("mail queue")
    def test_who_may_not_send_the_queue_changes_nothing_in_it(self):
        action = self.own["dunning.action"]
        action.action_approve()
        self._pay(action.line_ids.move_id)
        for role in ("portal", "employee", "collector"):
            mails = action.mail_mail_id.with_env(self._as(self.users[role]))
            self.assertFalse(self._try(lambda mails=mails: mails.send()), role)

    def test_a_task_of_another_company_is_not_done_by_its_number(self):
        action = self.foreign["dunning.action"]
        activity = action.case_id.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.env.uid
        )
        action.write(
            {"activity_id": activity.id, "channel": "phone", "state": "queued"}
        )
        for role, user in self.users.items():
            task = activity.with_env(self._as(user))
            for method in ("action_done", "unlink"):
                with self.subTest(role=role, method=method):
                    self.assertFalse(self._try(getattr(task, method)))

    def test_only_who_answers_for_the_texts_may_change_them(self):
        for role, user in self.users.items():
            tier = intent.ROLES[role][1]
            with self.subTest(role=role):
                text = self.mail_text.with_env(self._as(user))
                found = self._try(lambda text=text: text.write({"subject": "Pay"}))
                self.assertEqual(found, tier == "manager")

    def test_a_collector_does_not_configure_the_company(self):
        company = self.company.with_env(self._as(self.collector))
        with self.assertRaises(AccessError):
            company.write({"dunning_bank_freshness_days": 0})
