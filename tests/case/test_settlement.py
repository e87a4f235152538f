from odoo import Command
from odoo.tests import tagged

from ..common import DAY, DunningCommon
from ..common_settlement import SettlementCommon


@tagged("post_install", "-at_install")
class TestSettlement(SettlementCommon, DunningCommon):
    """What stands against an item is classed by the accounts of its counterparts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(6, 1000.0)
        cls.item = cls._item(cls.invoice)
        cls.bank = cls.company_data["default_journal_bank"].default_account_id
        cls.expense = cls.company_data["default_account_expense"]

    @classmethod
    def _item(cls, move):
        return move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )

    def _read(self, items=None):
        """Map kinds to amounts in the currency of the item."""
        items = items or self.item
        partials = self.env["account.partial.reconcile"]
        sums = {}
        for rows in partials._read_dunning_settlements(items).values():
            for row in rows:
                sums[row.kind] = sums.get(row.kind, 0) + float(row.amount)
        return sums

    def test_each_way_to_settle_has_its_class(self):
        for way, kind in {
            "payment": "money",
            "credit note": "money",
            "cheque": "money",
            "rounding": "money",
            "netted": "netted",
            "transferred": "transferred",
            "written_off": "written_off",
        }.items():
            with self.subTest(way):
                invoice = self._invoice(6, 100.0)
                self._settle_as(way, invoice, 100)
                self.assertEqual(self._read(self._item(invoice)), {kind: 100})

    def test_another_receivable_is_a_transfer(self):
        other = self.company_data["default_account_receivable"].copy()
        self._settle(self.invoice, (other, 1000))
        self.assertEqual(self._read(), {"transferred": 1000})

    def test_the_reversal_of_the_invoice_is_a_credit_note(self):
        self.invoice._reverse_moves([{"invoice_date": DAY}], cancel=True)
        self.assertEqual(self._read(), {"money": 1000})

    def test_a_payment_on_an_outstanding_account_is_money(self):
        outstanding = self._account("101999", "asset_current", reconcile=True)
        journal = self.company_data["default_journal_bank"]
        journal.inbound_payment_method_line_ids.payment_account_id = outstanding
        payment = self._pay(self.invoice)
        self.assertIn(outstanding, payment.move_id.line_ids.account_id)
        self.assertEqual(self._read(), {"money": 1000})

    def test_a_manual_entry_on_an_outstanding_account_is_money(self):
        outstanding = self._account("101999", "asset_current", reconcile=True)
        journal = self.company_data["default_journal_bank"]
        journal.inbound_payment_method_line_ids.payment_account_id = outstanding
        self._settle(self.invoice, (outstanding, 1000))
        self.assertEqual(self._read(), {"money": 1000})

    def test_a_payment_with_a_loss_is_money_only_as_far_as_the_bank_covers(self):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        wizard.create(
            {
                "payment_date": DAY,
                "amount": 100,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": self.expense.id,
            }
        )._create_payments()
        self.assertEqual(self._read(), {"money": 100, "written_off": 900})

    def test_a_bank_line_matched_with_an_invoice_is_money(self):
        self._match_bank_line(self._bank_line(1000), self.invoice)
        self.assertEqual(self._read(), {"money": 1000})

    def test_what_the_bank_kept_of_a_transfer_was_paid(self):
        fees = self._account("627000", "expense")
        self._match_bank_line(self._bank_line(985), self.invoice, (fees, 15))
        self.assertEqual(self._read(), {"money": 1000})

    def test_a_discount_for_early_payment_counts_with_the_money(self):
        discount = self._account("665000", "expense")
        self.company.account_journal_early_pay_discount_loss_account_id = discount
        self._settle(self.invoice, (self.bank, 980), (discount, 20))
        self.assertEqual(self._read(), {"money": 1000})

    def test_an_open_credit_of_the_opening_entry_is_money(self):
        entry = self._settle(self.invoice, (self.expense, 1000))
        self.company.account_opening_move_id = entry
        self.assertEqual(self._read(), {"money": 1000})

    def test_an_opening_balance_against_equity_is_money(self):
        opening = self._account("890000", "equity")
        self._settle(self.invoice, (opening, 1000))
        self.assertEqual(self._read(), {"money": 1000})

    def test_a_foreign_currency_counts_in_its_own(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        rates = self.env["res.currency.rate"]
        for day, rate in (("2024-01-01", 1.0), (DAY, 0.5)):
            rates.create({"name": day, "rate": rate, "currency_id": euro.id})
        invoice = self._invoice(30, 100.0, currency_id=euro.id)
        self._pay(invoice)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self._read(self._item(invoice)), {"money": 100})

    def test_a_bill_of_exchange_is_money_once_it_is_paid(self):
        bills = self._account("413000", "asset_receivable")
        entry = self._settle(self.invoice, (bills, 1000))
        bill = entry.line_ids.filtered(lambda line: line.account_id == bills)
        self.assertEqual(self._read(), {"transferred": 1000})
        paid = self._post_entry((bills, -400), (self.bank, 400))
        (bill | paid.line_ids.filtered(lambda l: l.account_id == bills)).reconcile()
        self.assertEqual(self._read(), {"money": 400, "transferred": 600})

    def test_only_later_matchings_are_read(self):
        self._pay(self.invoice, 300)
        partials = self.env["account.partial.reconcile"]
        mark = partials.search([], order="id desc", limit=1).id
        self._pay(self.invoice, 200)
        rows = partials._read_dunning_settlements(self.item, mark)[self.item.id]
        self.assertEqual([float(row.amount) for row in rows], [200])

    def test_many_items_cost_no_more_queries_than_one(self):
        moves = self.invoice
        for _number in range(5):
            moves |= self._invoice(6, 100.0)
        for move in moves:
            self._pay(move)
        counts = []
        for some in (self.item, self._item(moves)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._read(some)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual(counts[0], 12)


@tagged("post_install", "-at_install")
class TestCloseReason(SettlementCommon, DunningCommon):
    def _close(self, *ways):
        invoice = self._invoice(6, 100.0)
        self._run()
        case = self._case()
        for way, amount in ways:
            self._settle_as(way, invoice, amount)
        self._run()
        self.assertEqual(case.state, "closed")
        return case.close_reason

    def test_it_says_how_the_debt_was_settled(self):
        for way, reason in {
            "payment": "paid",
            "credit note": "paid",
            "cheque": "paid",
            "rounding": "paid",
            "netted": "netted",
            "transferred": "transferred",
            "written_off": "written_off",
        }.items():
            with self.subTest(way):
                self.assertEqual(self._close((way, 100)), reason)

    def test_the_largest_part_decides(self):
        self.assertEqual(self._close(("payment", 60), ("transferred", 40)), "paid")
        self.assertEqual(
            self._close(("payment", 40), ("written_off", 60)), "written_off"
        )

    def test_of_branches_the_accounts_of_the_whole_company_tell(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.cr.precommit.run()  # the accounts of the branch are its parent's
        self.env.user.company_ids = [Command.link(branch.id)]
        doubtful = self._account("416000", "asset_current")
        entry = self.env["account.move"].with_company(branch)
        account = doubtful.with_company(branch)
        kind_of = self.env["account.partial.reconcile"]._get_dunning_kinds(
            entry.new({"company_id": branch.id}), account
        )
        move = entry.new({"company_id": branch.id})
        self.assertEqual(kind_of(move, account), "transferred")
