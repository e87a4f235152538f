from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...tools import ladder as core
from ..common import DAY, DunningCommon, day


class MoneyCommon(DunningCommon):
    """Two late invoices of 600 and 400, and money in all the places where it may be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]
        cls.misc = cls.company_data["default_journal_misc"]
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.revenue = cls.company_data["default_account_revenue"]

    def _bank_line(self, amount, text="Transfer", partner=None, on=DAY, **values):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": on,
                "payment_ref": text,
                "partner_id": (partner or self.customer).id,
                "amount": amount,
                **values,
            }
        )

    def _draft(self, amount, on=DAY, **values):
        return self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": amount,
                "date": on,
                "journal_id": self.bank.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                **values,
            }
        )

    def _online(
        self, amount, invoices, state="pending", on=DAY, live="enabled", **more
    ):
        provider = self.env["payment.provider"].create(
            {"name": "Card", "code": "none", "company_id": self.company.id}
            | {"state": live}
        )
        method = self.env["payment.method"].with_context(active_test=False)
        count = self.env["payment.transaction"].search_count([])
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.search([], limit=1).id,
                "reference": f"Card {count}",
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.customer.id,
                "invoice_ids": [Command.set(invoices.ids)],
                "state": state,
                "last_state_change": datetime.combine(on, datetime.min.time()),
                **more,
            }
        )

    def _told(self):
        """Return (names, amount) of the reminder of today, empty without one."""
        actions = self._case().action_ids.filtered(lambda one: one.state != "cancelled")
        return actions.line_ids.mapped("name"), [*map(self._amount, actions)]

    @staticmethod
    def _amount(action):
        return action.amount_text.replace("\xa0", " ")

    def _reason(self, on=DAY):
        self._run(on)
        return self._case().wait_reason

    def _credits(self):
        found = self.env["account.move.line"]._read_dunning_credits(
            self.company, self.customer
        )
        return float(found.get(self.customer.id, 0))


@tagged("post_install", "-at_install")
class TestMoneyCountsWhereItBelongs(MoneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paid, cls.owed = cls._invoice(6, 600.0), cls._invoice(6, 400.0)

    def _assert_only_the_other_is_asked_for(self):
        self._run()
        self.assertEqual(self._told(), ([self.owed.name], ["$ 400.00"]))
        line = self._case().line_ids.filtered(lambda one: one.move_id == self.paid)
        self.assertEqual((line.hold, self.paid.dunning_hold), ("announced",) * 2)
        found = self.env["account.move"].search([("dunning_hold", "=", "announced")])
        self.assertEqual(found, self.paid)

    def test_a_bank_line_of_exactly_its_balance_is_for_the_invoice(self):
        self._bank_line(600)
        self._assert_only_the_other_is_asked_for()

    def test_a_bank_line_that_quotes_the_number_is_for_the_invoice(self):
        self._bank_line(600, f"VIR SEPA {self.paid.name.replace('/', ' ')}")
        self._assert_only_the_other_is_asked_for()

    def test_a_bank_line_of_a_contact_of_the_customer_counts(self):
        clerk = self.env["res.partner"].create(
            {"name": "Clerk", "parent_id": self.customer.id}
        )
        self._bank_line(600, partner=clerk)
        self._assert_only_the_other_is_asked_for()

    def test_a_draft_payment_counts(self):
        self._draft(600)
        self._assert_only_the_other_is_asked_for()

    def test_a_payment_with_the_number_in_its_memo_counts(self):
        self._draft(600, memo=self.paid.name)
        self._assert_only_the_other_is_asked_for()

    def test_a_card_payment_that_is_pending_counts(self):
        self._online(600, self.paid)
        self._assert_only_the_other_is_asked_for()

    def test_a_credit_note_that_names_the_invoice_is_deducted_from_it(self):
        self._create_invoice_one_line(
            move_type="out_refund",
            partner_id=self.customer,
            price_unit=450.0,
            tax_ids=[],
            invoice_date=DAY,
            ref=f"Discount on {self.paid.name}",
            post=True,
        )
        self._run()
        line = self._case().action_ids.line_ids[0]
        self.assertEqual((line.move_id, line.amount_claimed), (self.paid, 150))
        self.assertIn("In your favour, to be deducted", self._case().action_ids.body)

    def test_a_posted_payment_that_nobody_matched_counts(self):
        self._draft(600).action_post()
        self._assert_only_the_other_is_asked_for()

    def test_a_part_is_deducted_from_the_invoice_it_names_and_the_text_says_so(self):
        self._bank_line(150, f"acompte {self.paid.name}")
        self._run()
        action = self._case().action_ids
        self.assertEqual(self._amount(action), "$ 850.00")
        line = action.line_ids.filtered(lambda one: one.move_id == self.paid)
        self.assertEqual(
            (line.amount_residual, line.amount_claimed, line.amount_announced),
            (600, 450, 150),
        )
        for text in ("600.00", "400.00", "1,000.00", "Payment being allocated", "850"):
            self.assertIn(text, action.body)
        self.assertFalse(self.paid.dunning_hold)

    def test_money_that_names_nothing_is_deducted_from_the_total(self):
        self._bank_line(250)
        self._run()
        action = self._case().action_ids
        self.assertEqual(self._amount(action), "$ 750.00")
        self.assertIn("Payment being allocated", action.body)
        self.assertNotIn("BNK", action.body)  # our number tells him nothing

    def test_when_less_than_the_minimum_is_left_nobody_is_dunned(self):
        self.ladder.minimum_amount = 100
        self._bank_line(900.01)
        self.assertEqual(self._reason(), core.TO_RECONCILE)
        self.env["account.bank.statement.line"].search([]).unlink()
        self._bank_line(900)
        self.assertFalse(self._reason())
        self.assertEqual(self._told()[1], ["$ 100.00"])

    def test_a_courtesy_is_not_about_what_is_paid(self):
        self.paid.line_ids.filtered("date_maturity").date_maturity = day(3)
        self.owed.line_ids.filtered("date_maturity").date_maturity = day(3)
        text = self.ladder.level_ids[0].mail_template_id.id
        self.ladder.level_ids = [
            Command.create(
                {
                    "name": "Courtesy",
                    "delay_days": -5,
                    "sequence": 1,
                    "channel_email": True,
                    "mail_template_id": text,
                }
            )
        ]
        self._bank_line(600)
        self._run()
        self.assertEqual(self._told()[0], [self.owed.name])

    def test_money_that_comes_while_a_message_waits_holds_it_back(self):
        self._run()
        message = self._case().action_ids
        self.assertEqual(message.state, "queued")
        self._bank_line(600)
        self.assertFalse(self._send_mails())
        self.assertEqual(message.state, "cancelled")
        self.assertIn("waits to be matched", message.cancel_reason)
        self._run(day(1))
        self.assertEqual(self._told(), ([self.owed.name], ["$ 400.00"]))

    def test_money_that_names_nothing_and_comes_meanwhile_holds_it_back_too(self):
        self._run()
        self._bank_line(50)
        self.assertFalse(self._send_mails())
        self.assertIn("money has changed", self._case().action_ids.cancel_reason)

    def test_the_case_lists_date_amount_and_where_from(self):
        self._bank_line(600)
        self._draft(50)
        self._run()
        case = self._case().with_user(self._user("dunning_reader"))
        for text in ("600.00", "50.00", "Bank line, not matched", "03/04/2024"):
            self.assertIn(text, case.known_money_text)

    def _user(self, *groups):
        groups = ",".join(f"account_dunning.group_{name}" for name in groups)
        return new_test_user(self.env, f"money.{groups}", groups=groups)

    def test_relancer_shows_it_and_asks_for_the_rest(self):
        self._bank_line(600)
        window = self.owed.action_dun()
        line = self.env[window["res_model"]].browse(window["res_id"])
        self.assertIn("600.00", line.known_money_text)
        self.assertEqual(line.case_line_ids.move_id, self.owed)
        self.assertIn("400.00", line.body)

    def test_a_bank_line_that_is_the_payment_entered_already_is_no_other_money(self):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.paid.ids
        )
        wizard.create({"payment_date": DAY})._create_payments()
        self._bank_line(600, f"VIR {self.paid.name}")
        self.assertEqual(self._credits(), 0)
        self._run()
        self.assertEqual(self._told(), ([self.owed.name], ["$ 400.00"]))
        # A second one of the same amount was paid twice.
        self._bank_line(600, f"VIR {self.paid.name}")
        self.assertEqual(self._credits(), 600)

    def test_a_bank_line_and_the_draft_payment_of_it_are_counted_once(self):
        self._draft(600, memo=self.paid.name)
        self._bank_line(600, f"VIR {self.paid.name}")
        self._assert_only_the_other_is_asked_for()
        self.assertIn("Bank line, not matched", self._case().known_money_text)

    def test_a_bank_line_that_quotes_another_invoice_is_other_money(self):
        self._draft(400, memo=self.paid.name)
        self._bank_line(400, f"VIR {self.owed.name}")
        self._run()
        self.assertEqual(self._told(), ([self.paid.name], ["$ 200.00"]))

    def test_what_somebody_else_pays_for_his_invoice_counts(self):
        head_office = self.env["res.partner"].create({"name": "Head office"})
        draft = self._draft(
            600,
            partner_id=head_office.id,
            invoice_ids=[Command.set(self.paid.ids)],
        )
        self._assert_only_the_other_is_asked_for()
        draft.action_cancel()
        self._online(600, self.paid, partner_id=head_office.id)
        self.assertEqual(self._credits(), 600)
        other = self.env["account.move.line"]._read_dunning_credits(
            self.company, head_office
        )
        self.assertFalse(other)

    def test_what_somebody_else_pays_too_much_is_deducted_from_nothing_else(self):
        head_office = self.env["res.partner"].create({"name": "Head office"})
        invoices = [Command.set(self.paid.ids)]
        self._draft(900, partner_id=head_office.id, invoice_ids=invoices)
        self._assert_only_the_other_is_asked_for()

    def test_a_bank_line_of_another_customer_that_quotes_an_invoice_is_a_hint(self):
        head_office = self.env["res.partner"].create({"name": "Head office"})
        self._bank_line(600, f"VIR {self.paid.name}", head_office)
        self._run()
        hints = [hint.text for hint in self._case()._find_hints()[self._case()]]
        self.assertTrue(any("A bank line of Head office" in text for text in hints))
        self.assertEqual(self._told()[1], ["$ 1,000.00"])

    def _plan_call(self):
        self.first.write(
            {"channel_email": False, "channel_phone": True, "call_script": "<p>Hi</p>"}
        )
        self._run()
        return self._case().action_ids

    def test_nobody_calls_a_customer_whose_money_only_waits_to_be_matched(self):
        call = self._plan_call()
        self.assertEqual((call.channel, call.state), ("phone", "queued"))
        money = self._bank_line(1000)
        self._run(day(1))
        self.assertEqual(call.state, "cancelled")
        self.assertIn("reconcile", call.cancel_reason.lower())
        self.assertFalse(self._case().activity_ids)
        # It was no money of his: the call is planned again.
        money.unlink()
        self._run(day(2))
        again = self._case().action_ids - call
        self.assertEqual((again.channel, again.state), ("phone", "queued"))

    def test_a_call_stays_while_something_is_left_to_ask_for(self):
        call = self._plan_call()
        self._bank_line(600)
        self._run(day(1))
        self.assertEqual(call.state, "queued")
        self.assertEqual(self._case().action_ids, call)

    def test_who_asked_to_be_called_back_is_called(self):
        call = self._plan_call()
        call._record_call_back(day(3))
        self._bank_line(1000)
        self._run(day(1))
        self.assertEqual(call.state, "queued")

    def test_the_preview_deducts_what_the_message_deducts(self):
        self._bank_line(600, self.paid.name)
        self._bank_line(50)
        (row,) = self.env["dunning.case"]._preview_debtors(
            self.company, DAY, self.customer.ids
        )
        self.assertEqual([step["amount"] for step in row["steps"]], [350])

    def test_what_is_promised_beside_it_is_not_asked_for_twice(self):
        self._bank_line(350, self.paid.name)
        self._run()
        self.env["dunning.promise"].create(
            {
                "case_id": self._case().id,
                "line_ids": [Command.set(self._case().line_ids[:1].ids)],
                "date": day(9),
                "amount": 250,
            }
        )
        line = self._case().line_ids.filtered(lambda one: one.move_id == self.paid)
        plan = self._case()._decide(DAY)[self._case()]
        self.assertEqual(plan.items[line.id].hold, "announced")


@tagged("post_install", "-at_install")
class TestWhereMoneyMayBe(MoneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls._invoice(6, 1000.0)

    def test_a_bank_line_counts_in_the_currency_of_the_company(self):
        pounds = self.env.ref("base.GBP")
        pounds.active = True
        self.env["res.currency.rate"].create(
            {"name": "2023-01-01", "currency_id": pounds.id, "rate": 0.8}
            | {"company_id": self.company.id}
        )
        journal = self.env["account.journal"].create(
            {"name": "London", "type": "bank", "code": "LON"}
            | {"currency_id": pounds.id, "company_id": self.company.id}
        )
        self._bank_line(800, journal_id=journal.id)
        self.assertEqual(self._credits(), 1000)
        self.assertEqual(self._reason(), core.TO_RECONCILE)

    def test_of_a_bank_line_only_what_is_not_matched_counts(self):
        line = self._bank_line(1000)
        suspense = line._seek_for_lines()[1]
        partial = {"balance": -600, "amount_currency": -600}
        line.move_id.with_context(
            force_delete=True, skip_readonly_check=True
        ).line_ids = [
            Command.update(suspense.id, {"balance": -400, "amount_currency": -400}),
            Command.create(
                partial
                | {"account_id": self.receivable.id, "partner_id": self.customer.id}
            ),
        ]
        ours = (line.move_id | self.late).line_ids
        ours.filtered(lambda i: i.account_id == self.receivable).reconcile()
        self.assertEqual((self.late.amount_residual, self._credits()), (400, 400))
        self.assertEqual(self._reason(), core.TO_RECONCILE)

    def test_a_bank_line_that_is_a_draft_or_cancelled_is_no_money(self):
        line = self._bank_line(1000)
        self.assertEqual(self._credits(), 1000)
        line.move_id.button_draft()
        self.assertEqual(self._credits(), 0)
        line.move_id.button_cancel()
        self.assertEqual(self._credits(), 0)

    def test_a_bank_line_that_was_taken_back_is_no_money(self):
        self._bank_line(1000)
        self._bank_line(-1000, "Correction")
        self.assertEqual(self._credits(), 0)
        self.assertFalse(self._reason())

    def test_what_left_our_bank_is_none_of_his_money(self):
        self._bank_line(1000)
        self._bank_line(-30, "Refund of a deposit")
        self.assertEqual(self._credits(), 1000)

    def test_credits_on_accounts_that_are_left_out_do_not_count(self):
        bills = self.receivable.copy({"code": "413000"})
        self.company.dunning_left_out_codes = "413"
        self._post_entry((bills, -1000.0), (self.revenue, 1000.0))
        self.assertEqual(self._credits(), 0)
        self.assertFalse(self._reason())

    def test_a_credit_note_counts_from_its_day(self):
        refund = self._create_invoice_one_line(
            move_type="out_refund",
            partner_id=self.customer,
            price_unit=1000.0,
            tax_ids=[],
            invoice_date=day(1),
        )
        refund.date = day(1)
        refund.action_post()
        self.assertFalse(self._reason())
        self.assertEqual(self._reason(day(1)), core.TO_RECONCILE)

    def test_a_draft_payment_counts_for_fifteen_days_then_somebody_is_asked(self):
        self._draft(1000)
        self.assertEqual(self._reason(day(15)), core.TO_RECONCILE)
        self.assertFalse(self._case().activity_ids)
        self.assertFalse(self._reason(day(16)))
        self.assertEqual(
            self._case().activity_ids.mapped("summary"), ["Match the customer's money"]
        )

    def test_the_days_of_a_draft_payment_are_a_setting(self):
        self.company.dunning_draft_payment_days = 3
        self._draft(1000)
        self.assertEqual(self._reason(day(3)), core.TO_RECONCILE)
        self.assertFalse(self._reason(day(4)))

    def test_a_bank_line_counts_until_it_is_matched_and_is_work_after_three_days(self):
        self._bank_line(1000)  # a Monday
        self.assertEqual(self._reason(day(3)), core.TO_RECONCILE)
        self.assertFalse(self._case().activity_ids)
        self.assertEqual(self._reason(day(4)), core.TO_RECONCILE)
        self.assertEqual(len(self._case().activity_ids), 1)
        self.assertEqual(self._reason(day(90)), core.TO_RECONCILE)
        self.assertEqual(len(self._case().activity_ids), 1)

    def test_a_payment_in_another_currency_counts(self):
        dollars = self.env.ref("base.USD")
        self._draft(2000, currency_id=dollars.id, memo=self.late.name)
        amount = dollars._convert(2000, self.company.currency_id, self.company, DAY)
        self.assertEqual(self._credits(), amount)

    def test_a_pending_online_payment_counts_for_seven_days(self):
        self._online(1000, self.late)
        self.assertEqual(self._reason(day(7)), core.TO_RECONCILE)
        self.assertFalse(self._reason(day(8)))
        self.assertTrue(self._case().activity_ids)

    def test_only_a_provider_in_use_can_bring_money(self):
        for state in ("disabled", "test"):
            self._online(1000, self.late, live=state)
        self.assertFalse(self._reason())

    def test_an_online_payment_of_a_settled_invoice_is_for_nothing_else(self):
        settled = self._invoice(9, 1000.0)
        self._online(1000, settled)
        self._pay(settled)
        self.assertFalse(self._reason())
        self.assertEqual(self._told()[1], ["$ 1,000.00"])

    def test_what_is_made_and_not_in_the_books_yet_is_paid(self):
        self._online(1000, self.late, "done", live="disabled")
        self.assertEqual(self._reason(day(30)), core.TO_RECONCILE)

    def test_a_pending_refund_lifts_nothing(self):
        done = self._online(1000, self._invoice(-9, 1000.0), "done")
        done.is_post_processed = True
        refund = self._online(-1000, self.late, operation="refund")
        refund.source_transaction_id = done
        self.assertFalse(self._reason())

    def test_a_transfer_that_was_only_chosen_holds_nothing_and_is_told(self):
        chosen = self._online(1000, self.late)
        self.env.cr.execute(
            "UPDATE payment_provider SET code = 'custom' WHERE id = %s",
            [chosen.provider_id.id],
        )
        self.assertFalse(self._reason())
        self.assertIn(chosen.reference, self._case().known_money_text)

    def test_a_manager_may_dun_in_spite_of_a_dead_online_payment(self):
        dead = self._online(1000, self.late)
        self.assertEqual(self._reason(), core.TO_RECONCILE)
        case = self._case()
        collector = new_test_user(
            self.env, "dead.c", groups="account_dunning.group_dunning_collector"
        )
        with self.assertRaises(AccessError):
            case.with_user(collector).action_go_on()
        manager = new_test_user(
            self.env, "dead.m", groups="account_dunning.group_dunning_manager"
        )
        self._go_on(case.with_user(manager), "Card was declined", "void")
        self.assertEqual(dead.dunning_void_reason, "Card was declined")
        self.assertIn("Card was declined", case.message_ids[0].body)
        self.assertFalse(self._reason(day(1)))

    def test_whoever_keeps_the_books_cannot_give_an_online_payment_up(self):
        pending = self._online(1000, self.late)
        clerk = new_test_user(
            self.env,
            "void.clerk",
            groups="base.group_system,account_dunning.group_dunning_manager",
        )
        with self.assertRaises(AccessError):
            pending.with_user(clerk).dunning_void_reason = "Declined"
        values = pending.copy_data({"reference": "Typed in"})[0]
        other = self.env["payment.transaction"].with_user(clerk)
        typed = other.with_context(default_dunning_void_reason="Declined").create(
            values
        )
        self.assertFalse(typed.dunning_void_reason)
        with self.assertRaises(AccessError):
            other.create(
                values | {"reference": "Again", "dunning_void_reason": "Declined"}
            )

    def _go_on(self, case, reason, choice="go_on"):
        window = case.action_go_on()
        window = case.env[window["res_model"]].browse(window["res_id"])
        window.write({"choice": choice, "reason": reason})
        window.action_confirm()


@tagged("post_install", "-at_install")
class TestMatchFirst(MoneyCommon):
    """What is formal waits while money of the debtor is to be matched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ladder.minimum_amount = 50
        cls.late = cls._invoice(60, 1000.0)
        cls.manager = new_test_user(
            cls.env, "match.m", groups="account_dunning.group_dunning_manager"
        )
        cls.case = cls.env["dunning.case"]._open_for(cls.customer)

    def _stand_before_notice(self):
        self.case.line_ids.sudo().write(
            {"level_id": self.second.id, "delivered_on": day(-20)}
        )

    def _propose_notice(self):
        self._stand_before_notice()
        self._run()
        return self.case.action_ids.filtered(lambda one: one.state == "proposed")

    def test_a_formal_notice_waits_from_the_minimum_of_the_ladder_on(self):
        self._bank_line(50)
        self.assertFalse(self._propose_notice())
        self.assertEqual(self.case.wait_reason, core.MATCH_FIRST)

    def test_below_the_minimum_it_leaves_and_deducts(self):
        self._bank_line(49.99)
        self.assertEqual(self._amount(self._propose_notice()), "$ 950.01")

    def test_a_reminder_does_not_wait(self):
        self._bank_line(50)
        self._run()
        self.assertEqual(self._amount(self.case.action_ids), "$ 950.00")

    def test_a_notice_that_waits_for_approval_does_not_leave(self):
        notice = self._propose_notice()
        self._bank_line(50)
        message = notice.with_user(self.manager).action_approve()
        self.assertNotIn(notice.state, ("queued", "done"))
        self.assertIn("match it first", message["params"]["message"])

    def test_a_manager_goes_on_with_a_reason_and_it_is_deducted(self):
        self._bank_line(50)
        self._propose_notice()
        self._go_on("Paid for an order to come")
        notice = self._propose_notice()
        self.assertEqual(self._amount(notice), "$ 950.00")
        notice.with_user(self.manager).action_approve()
        self.assertEqual(notice.state, "queued")
        # Other money stops it again.
        self._bank_line(70)
        self.assertTrue(self.case._must_match_first())

    def _go_on(self, reason):
        window = self.case.with_user(self.manager).action_go_on()
        window = self.env[window["res_model"]].browse(window["res_id"])
        window.with_user(self.manager).write({"reason": reason})
        window.with_user(self.manager).action_confirm()

    def test_going_on_needs_a_reason(self):
        self._bank_line(50)
        with self.assertRaisesRegex(UserError, "Write why"):
            self._go_on(" ")

    def test_no_claim_offer_or_plan_while_money_is_there(self):
        self._bank_line(50)
        claimable = self.case._read_claimable(DAY)[0]
        offer = self.env["dunning.offer"].create(
            {"case_id": self.case.id, "percent": 1, "valid_until": day(9)}
        )
        plan = self.env["dunning.plan"].create({"case_id": self.case.id})
        for act in (
            lambda: self.case._claim(
                DAY, [(one, one.interest, one.indemnity) for one in claimable]
            ),
            offer.action_send,
            plan.action_propose,
        ):
            with self.assertRaisesRegex(UserError, "Match it first"):
                act()
        self._go_on("Agreed by telephone")
        offer.action_send()
        self.assertEqual(offer.state, "sent")

    def test_the_button_leads_to_what_the_host_has(self):
        window = self.case.action_match_money()
        self.assertIn("no money to match", window["params"]["message"])
        line = self._bank_line(50)
        window = self.case.action_match_money()
        self.assertEqual(
            (window["res_model"], window["domain"]),
            (line._name, [("id", "in", line.ids)]),
        )
        payment = self._draft(60)
        window = self.case.action_match_money()
        self.assertEqual(window["domain"], [("id", "in", payment.ids)])
        self._draft(70).action_post()
        window = self.case.action_match_money()
        self.assertEqual(
            (window["res_model"], window["res_id"]), ("account.move", self.late.id)
        )
