import re
from datetime import timedelta

from odoo import Command
from odoo.tests import BaseCase, HttpCase, tagged

from ..common import DAY
from ..common_intent import ATTACKS
from ..common_rights import RightsCommon
from ..common_rpc import RpcMixin
from ..common_values import NewValues


def method_of(attack):
    """Return the name of the method that tries an attack."""
    return "_try_" + re.sub(r"\W+", "_", attack).strip("_")


@tagged("post_install", "-at_install")
class TestAttacks(RpcMixin, NewValues, RightsCommon, HttpCase):
    """Each way in of ``common_attacks``, over RPC, as the lowest role that could."""

    def test_each_attack_that_is_listed_is_tried(self):
        for attack, (role, _now) in ATTACKS.items():
            with self.subTest(attack), self.cr.savepoint() as point:
                self._sign_in(self.users[role])
                getattr(self, method_of(attack))()
                point.rollback()
            self.env.invalidate_all(flush=False)

    def _new(self, model, context=None, **values):
        """Create over RPC, with defaults in the context; return the record."""
        context = {"allowed_company_ids": self.company.ids} | (context or {})
        values = self._plain(self._new_values(model, self.own) | values)
        [number] = self._rpc(model, "create", [values], context=context)
        return self.env[model].sudo().browse(number)

    def _plain(self, values):
        """Return values as they go over the network."""
        return {
            name: str(value) if hasattr(value, "isoformat") else value
            for name, value in values.items()
        }

    def _writes(self, record, **values):
        """A write over RPC, which must be refused; return the words."""
        return self._refused(record._name, "write", record.ids, self._plain(values))

    def _creates(self, model, **values):
        values = self._plain(self._new_values(model, self.own) | values)
        return self._refused(model, "create", [values])

    def _queued(self):
        return self.own["letter"]

    # Facts by the context

    def _try_a_promise_is_made_kept_by_a_default_of_the_context(self):
        promise = self._new("dunning.promise", {"default_state": "kept"})
        self.assertEqual(promise.state, "open")

    def _try_a_promise_is_made_kept_by_a_default_of_one_s_own(self):
        self._rpc("ir.default", "set", "dunning.promise", "state", "kept", True)
        self.assertEqual(self._new("dunning.promise").state, "open")

    def _try_an_offer_is_made_approved_by_the_context(self):
        self.company.sudo().dunning_offer_max_percent = 5
        forged = {
            "default_approved_by_id": self.manager.id,
            "default_approved_on": str(DAY),
        }
        offer = self._new("dunning.offer", forged, percent=90)
        self.assertFalse(offer.approved_by_id)
        self._rpc("dunning.offer", "action_send", offer.ids)
        self.assertEqual(offer.state, "draft")

    def _try_a_contact_is_made_delivered_by_the_context(self):
        forged = {"default_state": "done", "default_delivered_on": str(DAY)}
        contact = self._new("dunning.action", forged)
        self.assertEqual((contact.state, contact.delivered_on), ("proposed", False))

    def _try_an_interruption_of_limitation_is_made_confirmed_by_the_context(self):
        forged = {
            "default_state": "confirmed",
            "default_decided_by_id": self.manager.id,
        }
        values = self._new_values("dunning.limitation.event", self.own)
        event = self._new("dunning.limitation.event", forged, date=str(values["date"]))
        self.assertEqual((event.state, event.decided_by_id.id), ("proposed", False))

    def _try_a_contact_carries_an_e_mail_of_others_by_the_context_and_is_cancelled(
        self,
    ):
        mail = self.env["mail.mail"].sudo().create({"subject": "Not ours"})
        contact = self._new("dunning.action", {"default_mail_mail_id": mail.id})
        self._rpc("dunning.action", "action_cancel", contact.ids)
        self.assertEqual(mail.exists().state, "outgoing")

    def _try_a_contact_carries_a_task_of_others_by_the_context_and_is_cancelled(self):
        task = self.company.partner_id.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.manager.id
        )
        contact = self._new("dunning.action", {"default_activity_id": task.id})
        self._rpc("dunning.action", "action_cancel", contact.ids)
        self.assertTrue(task.exists().active)

    def _try_a_promise_is_made_with_its_plan_B_carried_out_by_the_context(self):
        forged = {"default_fallback_done_on": str(DAY)}
        self.assertFalse(self._new("dunning.promise", forged).fallback_done_on)

    def _try_a_formal_notice_number_is_given_by_the_context(self):
        forged = {"default_notice_number": "MED/1"}
        self.assertFalse(self._new("dunning.action", forged).notice_number)

    # Facts by values and imports

    def _try_a_plan_is_made_with_any_entry_as_the_invoice_of_its_interest(self):
        self._creates("dunning.plan", interest_move_id=self.own["account.move"].id)

    def _try_a_promise_is_made_with_its_verdict(self):
        self._creates("dunning.promise", decided_state="kept")

    def _try_a_promise_is_made_in_the_name_of_another_approver(self):
        self._creates("dunning.promise", approved_by_id=self.manager.id)

    def _try_promises_are_imported_as_kept(self):
        case = self.own["dunning.case"].id
        row = [str(case), str(DAY + timedelta(days=3)), "10", "kept"]
        heads = ["case_id/.id", "date", "amount", "state"]
        found = self._rpc("dunning.promise", "load", heads, [row])
        self.assertFalse(found["ids"])

    # Facts later

    def _try_a_case_is_closed_as_paid_by_writing_it(self):
        self._writes(self.own["dunning.case"], state="closed", close_reason="paid")

    def _try_a_case_gets_another_ladder_by_writing_it(self):
        case = self.own["dunning.case"]
        self._writes(case, ladder_id=self.own["dunning.ladder"].id)

    def _try_the_text_of_an_approved_contact_is_written(self):
        self._writes(self._queued(), body="<p>Pay to another account.</p>")
        self._writes(self._queued(), text_body="<p>Pay to another account.</p>")

    def _try_the_recipient_of_an_approved_contact_is_written(self):
        self._writes(self._queued(), contact_id=self.partner_b.id)

    def _try_the_deadline_of_an_approved_contact_is_written(self):
        self._writes(self._queued(), deadline=DAY)

    def _try_files_are_put_on_an_approved_contact(self):
        files = self.env["ir.attachment"].with_user(self.users["collector"])
        file = files.create({"name": "a", "raw": b"a"})
        self._writes(self._queued(), attachment_ids=[Command.link(file.id)])

    def _try_a_contact_is_delivered_by_writing_it(self):
        self._writes(self._queued(), state="done", delivered_on=DAY)

    def _try_an_instalment_is_changed_after_the_approval(self):
        plan = self.own["dunning.plan"].sudo()
        plan.write({"approved_by_id": self.manager.id, "approved_on": DAY})
        row = plan.instalment_ids[0]
        self._rpc(row._name, "write", row.ids, {"amount": row.amount - 1})
        self.assertFalse(plan.approved_by_id)

    def _try_the_answer_to_a_dispute_is_written_anew_once_it_was_sent(self):
        dispute = self.own["dunning.dispute"].sudo()
        dispute.action_resolve("unjustified", note="As delivered")
        self._writes(dispute, resolution_note="We never said so")

    # Through a neighbouring record

    def _try_the_rung_of_an_item_is_written_through_its_case(self):
        line = self.own["dunning.case.line"]
        change = Command.update(line.id, {"level_id": self.notice.id})
        self._writes(line.case_id, line_ids=[change])

    def _try_a_letter_is_delivered_through_its_deposit(self):
        letter = self.own["registered letter"]
        change = Command.update(letter.id, {"state": "done"})
        self._writes(self.own["dunning.deposit"], action_ids=[change])

    def _try_a_contact_is_tied_to_a_task_through_the_task(self):
        task = self.own["dunning.case"].activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.users["collector"].id
        )
        link = Command.link(self.own["dunning.action"].id)
        self._writes(task, dunning_action_ids=[link])

    # Into another company

    def _try_an_event_of_limitation_is_moved_into_another_company(self):
        self._writes(self.own["dunning.limitation.event"], company_id=self.other.id)

    def _try_a_promise_is_moved_to_the_case_of_another_company(self):
        case = self.foreign["dunning.case"]
        self._writes(self.own["dunning.promise"], case_id=case.id)

    def _try_insolvency_proceedings_are_moved_to_another_customer(self):
        self._writes(self.own["dunning.proceeding"], partner_id=self.partner_a.id)

    def _try_a_deposit_is_moved_into_another_company(self):
        self._writes(self.own["dunning.deposit"], company_id=self.other.id)

    def _try_an_offer_is_made_to_a_customer_of_another_company(self):
        self._creates("dunning.offer", case_id=self.foreign["dunning.case"].id)

    def _try_items_of_another_company_are_put_on_hold(self):
        lines = self.foreign["dunning.case.line"]
        self._creates("dunning.hold", line_ids=[Command.set(lines.ids)])

    def _try_the_form_of_a_dispute_is_asked_who_the_debtor_of_another_company_s_case_is(
        self,
    ):
        values = {"case_id": self.foreign["dunning.case"].id}
        spec = {"case_id": {}, "partner_id": {"fields": {"display_name": {}}}}
        self._refused("dunning.dispute", "onchange", [], values, ["case_id"], spec)

    def _try_the_form_of_a_promise_is_asked_the_same_by_the_context(self):
        spec = {"case_id": {}, "partner_id": {"fields": {"display_name": {}}}}
        context = {
            "allowed_company_ids": self.company.ids,
            "default_case_id": self.foreign["dunning.case"].id,
        }
        self._refused("dunning.promise", "onchange", [], {}, [], spec, context=context)

    # Numbers that a user gives

    def _try_the_window_of_a_call_closes_a_task_of_another_company(self):
        task = self.foreign["dunning.case"].activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.manager.id
        )
        self._creates("dunning.outcome", activity_id=task.id)
        self.assertTrue(task.exists().active)

    def _try_a_scan_is_said_to_be_the_PDF_of_another_letter(self):
        letter = self.own["handed in"].sudo()
        pdf = self.env["ir.attachment"].sudo()
        pdf = pdf.create(
            {
                "name": f"{self.own['registered letter'].tracking_number}.pdf",
                "raw": b"%PDF-",
                "mimetype": "application/pdf",
                "res_model": letter._name,
                "res_id": letter.id,
            }
        )
        values = {
            "company_id": self.company.id,
            "scan_ids": [Command.set(pdf.ids)],
        }
        model = "dunning.receipt.import"
        [number] = self._rpc(model, "create", [values])
        self._rpc(model, "action_attach_scans", [number])
        self.assertEqual((pdf.res_model, pdf.res_id), (letter._name, letter.id))

    def _try_a_document_of_another_company_is_marked_as_void(self):
        there = self.foreign["dunning.promise"]
        self._creates(
            "dunning.file.void",
            res_id=there.id,
            attachment_id=there.sudo().document_ids[:1].id,
        )

    # Proofs

    def _try_the_PDF_of_a_posted_letter_is_renamed(self):
        letter = self.own["handed in"].sudo()
        pdf = self.env["ir.attachment"].sudo()
        pdf = pdf.create(
            {
                "name": "letter.pdf",
                "raw": b"%PDF-",
                "res_model": letter._name,
                "res_id": letter.id,
            }
        )
        self._writes(pdf, name="other.pdf")

    def _try_the_document_of_a_promise_is_made_public(self):
        promise = self.own["dunning.promise"].sudo()
        self._writes(promise.document_ids[:1], public=True)

    def _try_the_PDF_of_a_proposed_agreement_is_deleted(self):
        plan = self.own["dunning.plan"].sudo()
        plan.action_propose()
        self._refused("ir.attachment", "unlink", plan.agreement_id.ids)

    def _try_the_message_of_a_queued_reminder_is_deleted(self):
        action = self.own["dunning.action"]
        self._rpc(action._name, "action_approve", action.ids)
        message = action.sudo().mail_mail_id.mail_message_id
        self._refused("mail.message", "unlink", message.ids)

    # The clock, and twice

    def _try_the_run_of_tomorrow_is_started(self):
        self._refused("dunning.case", "run", str(DAY + timedelta(days=1)))

    def _try_a_letter_is_posted_tomorrow(self):
        day = str(DAY + timedelta(days=1))
        self._refused("dunning.action", "action_deliver", self._queued().ids, day)

    # Who reads what, and work without bounds

    def _try_a_reader_reads_entries_of_a_journal_that_is_no_sale(self):
        journal = self.company_data["default_journal_misc"]
        account = self.company_data["default_account_revenue"]
        line = {"account_id": account.id, "name": "Wages", "debit": 0, "credit": 0}
        entry = self.env["account.move"].sudo()
        entry = entry.create(
            {"journal_id": journal.id, "line_ids": [Command.create(line)]}
        )
        self._refused("account.move", "read", entry.ids, ["name"])
        self._refused("account.move.line", "read", entry.line_ids.ids, ["name"])

    def _try_a_reader_reads_a_bank_account_journal(self):
        journal = self.company_data["default_journal_bank"]
        self._refused("account.journal", "read", journal.ids, ["name"])

    def _try_who_may_edit_contacts_makes_a_consumer_a_business(self):
        user = self.users["employee"].sudo()
        user.group_ids |= self.env.ref("base.group_partner_manager")
        debtor = self.own["res.partner"]
        debtor.sudo().dunning_debtor_kind = "consumer"
        self._writes(debtor, dunning_debtor_kind="business")

    def _try_a_ladder_of_1_500_levels_is_created(self):
        levels = [
            Command.create({"name": str(number), "delay_days": number})
            for number in range(1500)
        ]
        words = self._refused(
            "dunning.ladder", "create", [{"name": "Long", "level_ids": levels}]
        )
        self.assertIn("100", words)

    def _try_a_text_of_48_KB_of_unfinished_comments_is_put_on_a_proposal(self):
        action = self.own["dunning.action"]
        self._rpc(action._name, "write", action.ids, {"body": "<!--" * 12_000})
        self.assertTrue(self._rpc(action._name, "read", action.ids, ["body"]))

    def _try_an_invoice_is_contested_twice(self):
        self._new("dunning.dispute")
        self.assertIn("contest", self._creates("dunning.dispute"))

    def _try_a_second_plan_is_proposed_on_an_invoice(self):
        first, second = (self._new("dunning.plan") for _n in range(2))
        self._rpc("dunning.plan", "action_propose", first.ids)
        words = self._refused("dunning.plan", "action_propose", second.ids)
        self.assertIn("left", words)


@tagged("post_install", "-at_install")
class TestAttackList(BaseCase):
    def test_nothing_is_tried_that_is_not_listed(self):
        tried = {name for name in dir(TestAttacks) if name.startswith("_try_")}
        self.assertEqual(tried, {method_of(attack) for attack in ATTACKS})
        self.assertGreaterEqual(len(ATTACKS), 40)
