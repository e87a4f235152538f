from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools import known_money as core

DAY = date(2024, 3, 4)
EUR, USD = 1, 2
#: A machine with other work to do is no finding.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
cents = st.integers(1, 100_000).map(lambda number: Decimal(number) / 100)


def item(key, balance, late=0, currency=EUR, residual=None, numbers=(), group=None):
    balance = Decimal(str(balance))
    residual = balance if residual is None else Decimal(str(residual))
    due = DAY - timedelta(days=late)
    group = key if group is None else group
    return core.Open(key, due, currency, balance, residual, group, tuple(numbers))


def money(key, amount, source=core.BANK, day=0, currency=EUR, own=None, **more):
    amount = Decimal(str(amount))
    own = amount if own is None else Decimal(str(own))
    when = DAY + timedelta(days=day)
    return core.Money((source, key), when, amount, currency, own, **more)


def given_to(allocation):
    """Return ``{item: amount in its currency}``."""
    return {key: float(amount) for key, amount in allocation.by_item().items()}


class TestNumbers(TestCase):
    def test_a_number_is_found_however_its_parts_are_set_apart(self):
        for text in (
            "VIR FAC/2026/00012",
            "fac 2026 00012",
            "FAC202600012",
            "/RFB/FAC-2026-00012/EUR 500,00",
            "FAC/2026/00012 500,00",
            "factures FAC/2026/00011, FAC/2026/00012",
        ):
            with self.subTest(text):
                self.assertTrue(core.names(text, "FAC/2026/00012"))

    def test_a_longer_number_is_another_one(self):
        for text in ("FAC/2026/000123", "FAC/2026/0001", "RFAC/2026/00012", ""):
            with self.subTest(text):
                self.assertFalse(core.names(text, "FAC/2026/00012"))

    def test_a_number_of_digits_is_not_found_inside_another(self):
        self.assertTrue(core.names("client X fact 202600012", "202600012"))
        self.assertTrue(core.names("FA202600012", "202600012"))
        self.assertFalse(core.names("1202600012", "202600012"))
        self.assertFalse(core.names("2026000123", "202600012"))

    def test_what_is_short_stands_in_a_text_by_chance(self):
        for number in ("F1", "2026", "FAC", "ABCD", "", "//"):
            with self.subTest(number):
                self.assertFalse(core.names(f"VIR {number} 12", number))
        self.assertTrue(core.names("VIR FA12", "FA12"))
        self.assertTrue(core.names("VIR 20261", "20261"))

    def test_only_the_beginning_of_a_long_text_is_read(self):
        text = "x " * (core.MOST_SIGNS // 2)
        self.assertFalse(core.names(text + "FAC/2026/00012", "FAC/2026/00012"))
        self.assertTrue(core.names("FAC/2026/00012" + text, "FAC/2026/00012"))


class TestWhatItIsFor(TestCase):
    def test_a_linked_document_goes_before_a_number_and_an_exact_amount(self):
        items = [item(1, 600, late=9, numbers=["FAC1234"]), item(2, 600), item(3, 600)]
        linked = money(1, 600, groups=frozenset([3]), text="FAC1234")
        self.assertEqual(given_to(core.allocate(items, [linked])), {3: 600})
        named = money(1, 600, text="VIR FAC1234")
        self.assertEqual(given_to(core.allocate(items[::-1], [named])), {1: 600})

    def test_an_exact_amount_that_fits_several_is_for_the_oldest(self):
        items = [item(1, 600, late=1), item(2, 600, late=5), item(3, 599.99, late=9)]
        allocation = core.allocate(items, [money(1, 600)])
        self.assertEqual(given_to(allocation), {2: 600})
        self.assertEqual((allocation.free, allocation.total), (0, 600))

    def test_two_exact_amounts_are_for_two_items(self):
        items = [item(1, 600, late=1), item(2, 600, late=5)]
        allocation = core.allocate(items, [money(1, 600), money(2, 600)])
        self.assertEqual(given_to(allocation), {1: 600, 2: 600})

    def test_several_that_are_named_are_paid_in_order_of_due_date(self):
        items = [
            item(1, 300, late=1, numbers=["FAC0001"]),
            item(2, 300, late=9, numbers=["FAC0002"]),
        ]
        paid = money(1, 400, text="FAC0001 FAC0002")
        self.assertEqual(given_to(core.allocate(items, [paid])), {2: 300, 1: 100})

    def test_what_covers_less_is_a_part_of_the_item_that_it_names(self):
        allocation = core.allocate(
            [item(1, 1000, numbers=["FAC0001"])], [money(1, 600, text="FAC0001")]
        )
        self.assertEqual(given_to(allocation), {1: 600})
        self.assertEqual(allocation.free, 0)

    def test_what_is_more_than_the_item_it_names_is_free(self):
        allocation = core.allocate(
            [item(1, 100, numbers=["FAC0001"]), item(2, 30)],
            [money(1, 130, text="FAC0001")],
        )
        self.assertEqual(given_to(allocation), {1: 100})
        self.assertEqual(allocation.free, 30)

    def test_money_that_names_nothing_is_free(self):
        allocation = core.allocate([item(1, 100), item(2, 30)], [money(1, 99.99)])
        self.assertEqual(given_to(allocation), {})
        self.assertEqual(allocation.left, {(core.BANK, 1): Decimal("99.99")})

    def test_bound_money_pays_its_documents_and_nothing_else(self):
        paid = money(1, 800, core.ONLINE, groups=frozenset([7]), is_bound=True)
        allocation = core.allocate([item(1, 800)], [paid])
        self.assertEqual((given_to(allocation), allocation.total), ({}, 0))
        bound = money(1, 800, core.ONLINE, groups=frozenset([1]), is_bound=True)
        allocation = core.allocate([item(1, 500), item(2, 300)], [bound])
        self.assertEqual((given_to(allocation), allocation.total), ({1: 500}, 500))

    def test_in_one_currency_the_rate_of_the_day_does_not_matter(self):
        dollars = item(1, 500, currency=USD, residual=450)
        paid = money(1, 430, currency=USD, own=500)
        allocation = core.allocate([dollars], [paid])
        self.assertEqual((given_to(allocation), allocation.free), ({1: 500}, 0))

    def test_in_another_currency_the_amount_of_the_company_counts(self):
        dollars = item(1, 500, currency=USD, residual=450, numbers=["FAC0001"])
        for amount, paid in ((450, 500), (225, 250), (500, 500)):
            with self.subTest(amount):
                euros = money(1, amount, text="FAC0001")
                allocation = core.allocate([dollars], [euros])
                self.assertEqual(given_to(allocation), {1: paid})
                self.assertEqual(allocation.free, max(amount - 450, 0))
        self.assertEqual(given_to(core.allocate([dollars], [money(1, 450)])), {1: 500})

    def test_free_money_goes_on_the_oldest_items_of_a_message(self):
        items = [item(1, 300, late=1), item(2, 300, late=9)]
        allocation = core.allocate(items, [money(1, 400)])
        parts = [(part.item, float(part.amount)) for part in allocation.spread(items)]
        self.assertEqual(parts, [(2, 300), (1, 100)])
        self.assertEqual(allocation.spread([]), [])
        dollars = [item(3, 300, currency=USD)]
        self.assertEqual(allocation.spread(dollars), [])

    def test_free_money_goes_on_the_items_of_a_message_before_older_ones(self):
        items = [item(1, 300, late=1), item(2, 300, late=9)]
        allocation = core.allocate(items, [money(1, 400)])
        spread = allocation.spread(items, first={1})
        parts = [(part.item, float(part.amount)) for part in spread]
        self.assertEqual(parts, [(1, 300), (2, 100)])

    @calm
    @given(
        st.lists(cents, max_size=6),
        st.lists(st.tuples(cents, st.integers(0, 7), st.booleans()), max_size=6),
    )
    def test_no_cent_is_lost_or_given_twice(self, balances, payments):
        items = [item(key, balance) for key, balance in enumerate(balances)]
        moneys = [
            money(key, amount, groups=frozenset([group] if linked else []))
            for key, (amount, group, linked) in enumerate(payments)
        ]
        allocation = core.allocate(items, moneys)
        self.assertEqual(allocation.total, sum(m.amount for m in moneys))
        for key, amount in allocation.by_item().items():
            self.assertLessEqual(amount, balances[key])


class TestCorrections(TestCase):
    def test_what_the_bank_took_back_undoes_the_last_line_of_its_amount(self):
        lines = [
            money(1, 600, day=0),
            money(2, 600, day=1),
            money(3, -600, day=2),
            money(4, 600, day=3),
        ]
        self.assertEqual([one.key[1] for one in core.net(lines)], [1, 4])

    def test_another_amount_that_left_the_bank_is_none_of_his_money(self):
        lines = [money(1, 600), money(2, -599.99, day=1), money(3, -600, core.CREDIT)]
        self.assertEqual([one.key[1] for one in core.net(lines)], [1])

    def test_a_correction_before_the_money_undoes_nothing(self):
        lines = [money(1, -600), money(2, 600, day=1)]
        self.assertEqual([one.key[1] for one in core.net(lines)], [2])
