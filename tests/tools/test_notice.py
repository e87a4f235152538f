from datetime import date, timedelta
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ...tools.notice import (
    DAYS_BY_POST,
    SHORTEST_PERIOD,
    USUAL_PERIOD,
    Mention,
    essence,
    examine,
    has_all,
    period_end,
    read_html,
)

POSTED = date(2024, 3, 4)


class TestToolsNotice(TestCase):
    """What a formal notice says, and when its period ends."""

    def test_practice_gives_eight_to_fifteen_days(self):
        self.assertEqual((SHORTEST_PERIOD, USUAL_PERIOD), (8, 15))

    def test_the_period_counts_from_the_first_presentation(self):
        presented = date(2024, 3, 6)
        self.assertEqual(period_end(15, POSTED, presented), date(2024, 3, 21))
        self.assertEqual(
            period_end(15, POSTED, presented, date(2024, 3, 12)), date(2024, 3, 21)
        )

    def test_what_was_received_was_presented_by_then(self):
        self.assertEqual(
            period_end(15, POSTED, None, date(2024, 3, 6)), date(2024, 3, 21)
        )

    def test_unknown_it_is_taken_as_presented_after_seven_days(self):
        self.assertEqual(period_end(15, POSTED), date(2024, 3, 26))
        self.assertEqual(
            period_end(15, POSTED, POSTED + timedelta(days=7)), date(2024, 3, 26)
        )
        self.assertEqual(
            period_end(15, POSTED, POSTED + timedelta(days=6)), date(2024, 3, 25)
        )

    @given(
        st.integers(0, 60),
        st.dates(date(2000, 1, 1), date(2099, 1, 1)),
        st.integers(0, 40),
    )
    def test_a_later_presentation_never_ends_the_period_earlier(self, days, posted, on):
        presented = posted + timedelta(days=on)
        end = period_end(days, posted, presented)
        self.assertEqual((end - presented).days, days)
        self.assertEqual(end >= period_end(days, posted), on >= DAYS_BY_POST)

    def test_blanks_case_and_accents_make_no_difference(self):
        self.assertEqual(essence("1\u202f234,56\u00a0€"), essence("1 234,56 €"))
        self.assertEqual(essence("Mise en  Demeure"), essence("mise en demeure"))
        self.assertEqual(essence("Évry"), essence("EVRY"))

    def test_markup_is_left_out_and_links_are_read(self):
        text = read_html('<p>Pay <b>100&nbsp;€</b> <a href="https://pay">here</a></p>')
        self.assertIn(essence("100 €"), essence(text))
        self.assertIn("https://pay", text)
        self.assertEqual(read_html(""), "")

    def test_a_text_without_markup_is_read_to_its_end(self):
        for text in ("Dupont & Fils", "Dupont&Fils", "less than 5"):
            self.assertEqual(read_html(text), text)

    def _examine(self, mention, subject="", body="", letter=""):
        return examine(subject, body, letter, [mention])[0]

    def test_each_group_must_be_met_by_one_of_its_phrases(self):
        mention = Mention("items", (("INV/1",), ("100.00 €", "100 €")))
        found = self._examine(mention, letter="Invoice INV / 1: 100 €")
        self.assertTrue(found.is_met)
        found = self._examine(mention, letter="Invoice INV/1")
        self.assertEqual(found.missing, ("100.00 €",))

    def test_a_fact_that_is_not_known_cannot_be_said(self):
        found = self._examine(Mention("bank", ((),)), letter="anything")
        self.assertEqual(found.missing, ("–",))
        found = self._examine(Mention("bank", (("",),)), letter="anything")
        self.assertFalse(found.is_met)

    def test_a_mention_is_looked_for_in_its_place(self):
        mention = Mention("subject", (("formal notice",),), "subject")
        self.assertFalse(self._examine(mention, body="formal notice").is_met)
        self.assertTrue(self._examine(mention, subject="Formal Notice").is_met)

    def test_one_missing_mention_is_enough_to_hold_it_back(self):
        said, missing = Mention("a", (("sum",),)), Mention("b", (("date",),))
        self.assertTrue(has_all(examine("", "", "sum, date", [said, missing])))
        self.assertFalse(has_all(examine("", "", "sum", [said, missing])))

    def test_only_binding_mentions_hold_it_back(self):
        missing = Mention("enclosures", (("Enclosures",),), "letter", False)
        found = examine("", "", "", [missing])
        self.assertFalse(found[0].is_met)
        self.assertTrue(has_all(found))
        self.assertFalse(has_all(examine("", "", "", [missing._replace(binding=True)])))
