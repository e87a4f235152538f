from datetime import date
from unittest import TestCase

from ...tools import lre

DAY = date(2024, 3, 4)
PROOF = (lre.Proof("receipt.pdf", b"%PDF-"),)


class TestToolsLre(TestCase):
    """What a provider of electronic registered letters says, read as days."""

    def test_the_addressee_has_fifteen_days_from_the_day_after(self):
        self.assertEqual(lre.last_day_to_accept(DAY), date(2024, 3, 19))

    def test_notified_is_presented(self):
        news = lre.News(lre.NOTIFIED, DAY)
        self.assertEqual(lre.read_news(news), {"presentation_date": DAY})
        self.assertEqual(lre.read_news(lre.News(lre.NOTIFIED)), {})

    def test_accepted_is_received_and_the_rest_came_back(self):
        news = lre.News(lre.ACCEPTED, DAY, DAY)
        self.assertEqual(lre.read_news(news)["receipt_date"], DAY)
        for status in (lre.REFUSED, lre.UNCLAIMED):
            read = lre.read_news(lre.News(status, DAY, DAY))
            self.assertEqual(read["return_reason"], status)
            self.assertNotIn("receipt_date", read)

    def test_nothing_is_left_to_ask_once_the_end_is_proven(self):
        self.assertFalse(lre.is_archived(lre.News(lre.NOTIFIED, DAY, None, PROOF)))
        self.assertFalse(lre.is_archived(lre.News(lre.ACCEPTED, DAY, DAY)))
        self.assertTrue(lre.is_archived(lre.News(lre.UNCLAIMED, DAY, DAY, PROOF)))
