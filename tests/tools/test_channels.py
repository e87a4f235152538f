from unittest import TestCase

from ...tools import channels as core


class TestChannels(TestCase):
    """When a contact makes its rung count."""

    def test_a_rung_counts_once_a_channel_of_it_was_delivered(self):
        self.assertIs(core.is_rung_delivered("done", "email", None), True)
        for state in core.UNDELIVERED:
            with self.subTest(state):
                self.assertIs(core.is_rung_delivered(state, "email", None), False)

    def test_of_a_formal_notice_the_letter_that_proves_it_counts(self):
        for channel, proof, is_delivered in (
            ("registered", "registered", True),
            ("registered", "letter", True),
            ("letter", "letter", True),
            ("letter", "registered", False),
            ("email", "letter", False),
        ):
            with self.subTest(channel=channel, proof=proof):
                found = core.is_rung_delivered("done", channel, proof)
                self.assertIs(found, is_delivered)
                self.assertFalse(core.is_rung_delivered("queued", channel, proof))

    def test_what_goes_by_post_is_told_from_what_a_person_or_the_host_does(self):
        every = [*core.POSTED, *core.BY_PERSON, *core.BY_HOST]
        self.assertEqual(len(every), len(set(every)))
