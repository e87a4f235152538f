from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools import settlement as core

DAY = date(2024, 3, 4)
#: A machine with other work to do is no finding.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
money = st.integers(0, 1_000_000).map(lambda cents: Decimal(cents) / 100)


def split(amount, **weights):
    weights = {kind: Decimal(str(weight)) for kind, weight in weights.items()}
    return core.split(Decimal(str(amount)), weights)


class TestClasses(TestCase):
    def test_the_type_of_the_account_tells_first(self):
        for account_type, kind in {
            "asset_cash": core.MONEY,
            "liability_payable": core.NETTED,
            "asset_receivable": core.TRANSFERRED,
            "expense": core.WRITTEN_OFF,
            "expense_other": core.WRITTEN_OFF,
            "income": core.WRITTEN_OFF,
            "equity_unaffected": core.MONEY,
        }.items():
            with self.subTest(account_type):
                self.assertEqual(core.classify(account_type, "511200"), kind)

    def test_the_code_tells_where_the_type_does_not(self):
        for code, kind in {
            "511200": core.MONEY,
            "580000": core.MONEY,
            "419100": core.MONEY,
            "401000": core.NETTED,
            "416000": core.TRANSFERRED,
            "467000": core.TRANSFERRED,
            "101402": core.TRANSFERRED,
        }.items():
            with self.subTest(code):
                self.assertEqual(core.classify("asset_current", code), kind)

    def test_in_a_payment_an_unknown_account_is_a_stage_of_the_money(self):
        self.assertEqual(core.classify("asset_current", "101", True), core.MONEY)
        self.assertEqual(core.classify("asset_current", "416", True), core.TRANSFERRED)
        self.assertEqual(core.classify("expense", "658", True), core.WRITTEN_OFF)

    def test_charges_of_the_bank_are_told_from_losses(self):
        self.assertEqual(core.classify("expense", "627100"), core.FEE)


class TestParts(TestCase):
    def test_the_money_part_is_what_the_bank_side_covers(self):
        parts = split(1000, money=100, written_off=900)
        self.assertEqual(parts, {core.MONEY: 100, core.WRITTEN_OFF: 900})

    def test_what_the_bank_kept_the_debtor_has_paid(self):
        self.assertEqual(split(300, money=290, fee=10), {core.MONEY: 300})
        self.assertEqual(split(300, fee=300), {core.WRITTEN_OFF: 300})

    def test_a_discount_for_early_payment_counts_with_its_taxes(self):
        self.assertEqual(split(120, money=118, discount=1, tax=1), {core.MONEY: 120})

    def test_the_taxes_of_a_loss_are_lost_too(self):
        parts = split(120, money=60, written_off=50, tax=10)
        self.assertEqual(parts, {core.MONEY: 60, core.WRITTEN_OFF: 60})

    def test_cents_are_a_rounding(self):
        self.assertEqual(split(100, money="99.01", written_off=".99"), {"money": 100})
        parts = split(100, money=99, written_off=1)
        self.assertEqual(parts, {core.MONEY: 99, core.WRITTEN_OFF: 1})

    def test_an_entry_without_another_side_only_moves_the_debt(self):
        self.assertEqual(split(100), {core.TRANSFERRED: 100})
        self.assertEqual(split(100, money=0), {core.TRANSFERRED: 100})
        self.assertEqual(split(1, money=".01"), {core.MONEY: 1})

    def test_the_cent_that_no_part_has_goes_to_the_largest(self):
        parts = split(100, netted=1, money=1, transferred=1)
        self.assertEqual(
            parts,
            {
                core.NETTED: Decimal("33.34"),
                core.MONEY: Decimal("33.33"),
                core.TRANSFERRED: Decimal("33.33"),
            },
        )
        parts = split("0.05", netted=1, money=9)
        self.assertEqual(
            parts, {core.NETTED: Decimal(".01"), core.MONEY: Decimal(".04")}
        )

    def test_a_cent_of_money_takes_what_the_bank_kept_with_it(self):
        self.assertEqual(split(10, money=".01", fee="9.99"), {core.MONEY: 10})
        self.assertEqual(split(10, money=0, fee=10), {core.WRITTEN_OFF: 10})

    def test_a_discount_and_its_taxes_are_lost_where_no_money_came(self):
        self.assertEqual(split(12, discount=10, tax=2), {core.WRITTEN_OFF: 12})

    @calm
    @given(money, money, money, money)
    def test_the_parts_add_up_to_what_was_matched(self, amount, paid, lost, fee):
        parts = split(amount, money=paid, written_off=lost, fee=fee)
        self.assertEqual(sum(parts.values()), amount)


class TestEnding(TestCase):
    def _end(self, expected, **sums):
        sums = {kind: Decimal(part) for kind, part in sums.items()}
        return core.ending(Decimal(expected), sums)

    def test_only_money_that_covers_all_of_it_is_money(self):
        self.assertEqual(self._end(100, money=100), core.MONEY)
        self.assertEqual(self._end(100, money=99), "")

    def test_what_stands_beside_too_little_money_decides(self):
        self.assertEqual(self._end(100, money=60, written_off=40), core.WRITTEN_OFF)
        self.assertEqual(self._end(100, netted=60, transferred=40), core.NETTED)
        self.assertEqual(self._end(100, netted=40, transferred=60), core.TRANSFERRED)

    def test_nothing_was_expected_any_more(self):
        self.assertEqual(self._end(0), core.NOTHING_DUE)

    def test_the_largest_sum_decides_and_money_first(self):
        self.assertEqual(core.largest({"money": 50, "transferred": 50}), core.MONEY)
        self.assertEqual(core.largest({"money": 49, "netted": 50}), core.NETTED)
        self.assertEqual(core.largest({}), "")

    def test_receipts_are_added_up_by_kind(self):
        receipts = [
            core.Receipt(DAY, Decimal(1)),
            core.Receipt(DAY, Decimal(2)),
            core.Receipt(DAY, Decimal(4), core.NETTED),
        ]
        self.assertEqual(core.add_up(receipts), {core.MONEY: 3, core.NETTED: 4})


class TestFacts(TestCase):
    def _money(self, drop, *receipts):
        receipts = tuple(core.Receipt(DAY, Decimal(a), k) for a, k in receipts)
        return core.Facts(Decimal(100), Decimal(drop), receipts).money

    def test_money_counts_and_nothing_else_does(self):
        self.assertEqual(self._money(60, (60, core.MONEY)), 60)
        self.assertEqual(self._money(90, (30, core.TRANSFERRED), (60, core.MONEY)), 60)

    def test_what_was_only_matched_again_is_no_news(self):
        self.assertEqual(self._money(0, (60, core.MONEY)), 0)
        self.assertEqual(self._money(30, (60, core.MONEY), (30, core.MONEY)), 30)
        self.assertEqual(self._money(-20), 0)

    def _news(self, drop, *receipts):
        receipts = tuple(
            core.Receipt(DAY + timedelta(days), Decimal(amount), kind)
            for days, amount, kind in receipts
        )
        facts = core.Facts(Decimal(100), Decimal(drop), receipts)
        return [((one.day - DAY).days, one.amount, one.kind) for one in facts.news]

    def test_the_oldest_money_is_what_was_matched_again(self):
        receipts = [(2, 30, "money"), (0, 10, "netted"), (1, 40, "money")]
        self.assertEqual(
            self._news(60, *receipts),
            [(1, 20, core.MONEY), (2, 30, core.MONEY), (0, 10, core.NETTED)],
        )
        self.assertEqual(
            self._news(40, *receipts), [(2, 30, core.MONEY), (0, 10, core.NETTED)]
        )
        self.assertEqual(self._news(0, *receipts), [])

    def test_a_balance_that_fell_further_makes_no_money(self):
        self.assertEqual(self._news(90, (0, 60, "money")), [(0, 60, core.MONEY)])

    def test_what_came_beside_the_money_is_told_apart(self):
        receipts = tuple(
            core.Receipt(DAY, Decimal(amount), kind)
            for amount, kind in (
                (60, core.MONEY),
                (25, core.NETTED),
                (5, "transferred"),
            )
        )
        facts = core.Facts(Decimal(100), Decimal(90), receipts)
        self.assertEqual((facts.money, facts.other), (60, 30))
        facts = core.Facts(Decimal(100), Decimal(50), receipts)
        self.assertEqual((facts.money, facts.other), (20, 30))
