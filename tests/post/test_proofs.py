from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import common_intent as intent
from ..common import DAY
from ..common_rights import RightsCommon


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

    def test_nobody_deletes_changes_or_adds_amounts_of_a_contact(self):
        item = {"currency_id": self.company.currency_id.id, "level_id": self.notice.id}
        for action in (self.done, self.own["dunning.action"]):
            line = action.with_env(self._as(self.manager)).line_ids
            self._refuse(lambda line=line: line.write({"amount_claimed": 1}))
            self._refuse(lambda line=line: line.write({"level_id": self.notice.id}))
            self._refuse(line.unlink)
            values = {"line_ids": [Command.create(item)]}
            self._refuse(lambda line=line, v=values: line.action_id.write(v))

    def test_nobody_deletes_or_changes_the_document_of_a_posted_letter(self):
        self.done.sudo().attachment_ids = self.env["ir.attachment"].create(
            {
                "name": "letter.pdf",
                "raw": b"%PDF-",
                "res_model": "dunning.action",
                "res_id": self.done.id,
            }
        )
        self.env.flush_all()
        document = self.done.attachment_ids
        self._refuse(document.unlink)
        for values in (
            {"raw": b"%PDF-other"},
            {"datas": "AAAA"},
            {"res_id": self.own["dunning.action"].id},
            {"res_model": "dunning.case", "res_id": self.case.id},
        ):
            self._refuse(lambda values=values: document.write(values))

    def test_a_collector_sends_no_formal_notice_by_writing_its_state(self):
        notice = self.own["formal notice"].with_env(self._as(self.collector))
        for values in (
            {"state": "queued"},
            {"state": "done"},
            {"level_id": self.second.id},
        ):
            self._refuse(lambda values=values: notice.write(values))

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

    def test_an_email_is_not_delivered_because_somebody_says_so(self):
        env = self._as(self.manager)
        email = self.own["dunning.action"].with_env(env)
        self.assertEqual(email.channel, "email")
        self._refuse(lambda: email.write({"state": "done", "delivered_on": DAY}))
        values = {"case_id": self.case.id, "date": DAY + timedelta(days=1)}
        for channel in ("email", "letter", "phone"):
            new = values | {"channel": channel, "state": "done"}
            self._refuse(lambda new=new: env["dunning.action"].create(new))

    def test_a_contact_cancels_no_message_or_task_but_its_own(self):
        contact = self.done.env["res.partner"].browse(self.partner_a.id)
        task = contact.sudo().activity_schedule("mail.mail_activity_data_todo")
        mail = self.env["mail.mail"].sudo().create({"subject": "Not ours"})
        proposal = self.own["dunning.action"].with_env(self.done.env)
        for carrier in ({"activity_id": task.id}, {"mail_mail_id": mail.id}):
            self._refuse(lambda carrier=carrier: proposal.write(carrier))
            new = {"case_id": self.case.id, "channel": "phone", "date": DAY} | carrier
            self._refuse(lambda new=new: proposal.create(new))

    def test_a_case_stays_with_its_debtor_and_company(self):
        for values in (
            {"company_id": self.other.id},
            {"partner_id": self.partner_b.id},
        ):
            self._refuse(lambda values=values: self.case.write(values))

    def test_a_text_written_over_the_network_is_cleaned_and_checked(self):
        action = self.own["dunning.action"].with_env(self._as(self.collector))
        hostile = '<p onclick="x()">Hello</p><script>x()</script>'
        created = action.create(
            {
                "case_id": action.case_id.id,
                "channel": "email",
                "date": DAY + timedelta(days=1),
                "body": hostile,
            }
        )
        texts = {"subject": "One\r\nBcc: x@example.com", "is_edited": True}
        self._call(self.collector, action, "write", texts | {"body": hostile})
        for written in (action, created):
            self.assertIn("Hello", written.body)
            self.assertNotIn("script", written.body)
            self.assertNotIn("onclick", written.body)
        self.assertEqual(action.subject, "One Bcc: x@example.com")
        action.body = "<p>We will send the bailiff (huissier) and seize it all.</p>"
        with (
            self.assertRaisesRegex(UserError, "bailiff|huissier"),
            self.cr.savepoint(),
        ):
            action.action_approve()

    def test_nobody_plays_with_a_run(self):
        for role in ("collector", "director"):
            run = self.own["dunning.run"].with_env(self._as(self.users[role]))
            self._refuse(lambda run=run: run.write({"date": "2999-12-31"}))
            done = {"batch_ids": [Command.update(run.batch_ids.id, {"is_done": True})]}
            self._refuse(lambda run=run, done=done: run.write(done))

    def test_nobody_writes_a_rung_on_an_item(self):
        self._refuse(lambda: self.case.line_ids.write({"level_id": self.notice.id}))

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
            may_open = "C" in intent.operations(model, "collector")
            opener = self.collector if may_open else self.manager
            window = self._make_window(model, self.own, opener)
            with self.subTest(model=model), self.assertRaises(AccessError):
                window.with_env(self._as(self.users["director"])).read()

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
        action.sudo().activity_id = activity  # as if the engine had planned it
        action.sudo().write({"channel": "phone", "state": "queued"})
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
