from html import escape
from time import process_time
from unicodedata import normalize
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ...tools import notice, postal, sms
from ...tools.text import (
    HIDDEN,
    MOST_MARKS,
    TEXT,
    normal,
    read_attribute,
    read_characters,
    split_markup,
    without_marks,
)
from ...tools.wording import find_forbidden, visible_text

#: What hostile texts are made of: beginnings that never end, and what patterns go over.
SEEDS = (
    *("<!--", "<!-- --", "<a", '<a "', "<a '", "<a \"'", "</", "<a x=", "<a x   "),
    *("<style", "<style>", "</style", "<script>x", "&", "&#", "&#1", "1", "0"),
    *("\u0301\u0323", "e\u0301\u0323", " ", "(1", " (", "( ", "{{", "{{ {"),
    *("saisie-a", "saisie-", "seize of ", "of ", "inscri", "appelons", "bleu,"),
    *("indemnite forfaitaire pour frais de recouvrement ", "indemnite ", "huissier "),
    *("rend votre a ", "frais de ", "forfaitaire ", "publi"),
)
ALPHABET = "<>/!-&;#\"'= \n\tabhrefscipty019é\u0301\u0323\u00a0"
TEXTS = st.text(ALPHABET, max_size=60)
PROPERTY = settings(max_examples=200, deadline=None, derandomize=True, database=None)


def measure(function, text):
    """Return the seconds of processor time that a function takes."""
    before = process_time()
    function(text)
    return process_time() - before


class TestText(TestCase):
    def _split(self, markup):
        return [*split_markup(markup)]

    def test_tags_comments_scripts_and_text_are_told_apart(self):
        markup = '<p class="a > b">Hello<!-- x --> <STYLE>p{}</STYLE>you</p>'
        self.assertEqual(
            self._split(markup),
            [
                ("p", '<p class="a > b">'),
                (TEXT, "Hello"),
                (HIDDEN, "<!-- x -->"),
                (TEXT, " "),
                ("style", "<STYLE>"),
                (HIDDEN, "p{}"),
                ("style", "</STYLE>"),
                (TEXT, "you"),
                ("p", "</p>"),
            ],
        )

    def test_what_never_ends_is_text(self):
        for text in ("<a href", '<a "x>', "<!-- x", "a < b", "< p>", "<a <b", "x<"):
            with self.subTest(text):
                self.assertEqual(self._split(text), [(TEXT, text)])
        self.assertEqual(self._split("<script>x"), [("script", "<script>"), ("", "x")])

    def test_a_comment_ends_where_a_browser_ends_it(self):
        for comment in ("<!-->", "<!--->", "<!-- a --!>", "<!-- a -->"):
            with self.subTest(comment):
                found = self._split(f"{comment}bailiff-->")
                self.assertEqual(found, [(HIDDEN, comment), (TEXT, "bailiff-->")])

    def test_each_of_several_comments_and_scripts_ends_for_itself(self):
        for piece, parts in (
            ("<!-- x -->", [(HIDDEN, "<!-- x -->")]),
            (
                "<script>x</script>",
                [("script", "<script>"), (HIDDEN, "x"), ("script", "</script>")],
            ),
        ):
            with self.subTest(piece):
                text = [(TEXT, "a/")]
                self.assertEqual(
                    self._split(f"a/{piece}a/{piece}a/"),
                    [*text, *parts, *text, *parts, *text],
                )

    def test_a_script_begins_where_its_tag_opens_and_not_where_it_closes(self):
        self.assertEqual(
            self._split("</script>a</script>"),
            [("script", "</script>"), (TEXT, "a"), ("script", "</script>")],
        )

    def test_a_comment_in_an_attribute_hides_nothing(self):
        text = '<p title="<!--">bailiff<p title="-->">'
        self.assertEqual(visible_text(text), "bailiff")

    def test_the_value_of_an_attribute_is_read_with_any_quotes_or_none(self):
        for tag in ('<a href="x?a=1&amp;b">', "<a b HREF = 'x?a=1&amp;b'>"):
            with self.subTest(tag):
                self.assertEqual(read_attribute(tag, "href"), "x?a=1&b")
        self.assertEqual(read_attribute("<a href=x>", "href"), "x")
        self.assertEqual(read_attribute("<a href>", "href"), "")
        self.assertIsNone(read_attribute("<a title='href=x'>", "href"))

    def test_numbers_of_characters_may_be_as_long_as_anybody_writes_them(self):
        self.assertEqual(read_characters("&#000000104;&eacute;&#x41;"), "héA")
        self.assertEqual(read_characters(f"&#{'0' * 9999}104;uissier"), "huissier")
        self.assertEqual(read_characters(f"&#{'1' * 9999};"), "\ufffd")
        self.assertEqual(len(find_forbidden(f"&#{'0' * 9999}104;uissier", "fr")), 1)

    def test_a_letter_keeps_as_many_accents_as_any_language_writes(self):
        for count in (1, MOST_MARKS):
            text = "e" + "\u0323" * count
            self.assertEqual(normal(text, "NFKD"), normalize("NFKD", text))
        many = normal("e" + "\u0301" * 99 + "x", "NFC")
        self.assertEqual((many[0], many[-1]), ("é", "x"))
        self.assertEqual(len(normalize("NFD", many)), 1 + MOST_MARKS + 1)
        self.assertEqual(MOST_MARKS, 30)  # as Unicode says it of all scripts
        self.assertEqual(len(normal("\u0323" * 99, "NFD")), MOST_MARKS)
        self.assertEqual(len(normal("x" + "\u0323" * 99, "NFD")), 1 + MOST_MARKS)
        self.assertEqual(without_marks("Élan Ça ﬁ"), "Elan Ca fi")

    def test_links_of_a_message_are_read_with_its_text(self):
        text = '<p>Pay <a href="https://x.example/?a=1&amp;b=2">h&eacute;re</a></p>'
        read = notice.read_html(text).split()
        self.assertEqual(read, ["Pay", "https://x.example/?a=1&b=2", "hére"])

    def test_placeholders_of_a_short_message_are_not_counted(self):
        for text, words in (
            ("Hello {{ object.name }}!", "Hello !"),
            ("{{ a }}{{ b }}", ""),
            ("{{ a", "{{ a"),
            ("a }} b", "a }} b"),
        ):
            with self.subTest(text):
                self.assertEqual(sms.without_placeholders(text), words)

    @PROPERTY
    @given(TEXTS)
    def test_nothing_of_a_text_is_lost(self, text):
        parts = self._split(text)
        self.assertEqual("".join(source for _what, source in parts), text)
        for what, source in parts:
            if what != TEXT and what != HIDDEN:
                self.assertTrue(source.startswith("<") and source.endswith(">"))

    @PROPERTY
    @given(TEXTS)
    def test_escaped_text_is_seen_as_it_is(self, text):
        self.assertEqual(
            visible_text(escape(text)), " ".join(normal(text, "NFC").split())
        )

    def test_four_times_the_text_takes_about_four_times_as_long(self):
        """Sixteen times is what going over the text again from each place takes."""
        readers = {
            "forbidden": lambda text: find_forbidden(f"saisie {text}", "fr", [text]),
            "number": lambda text: find_forbidden(f"saisie &#{text};", "fr"),
            "notice": lambda text: notice.essence(notice.read_html(text)),
            "link": lambda text: notice.read_html(f"<a {text}>"),
            "scan": postal.find_numbers,
            "sms": lambda text: sms.measure(sms.without_placeholders(text)),
        }
        for seed in SEEDS:
            short, long = ((seed * size)[:size] for size in (2000, 8000))
            for name, read in readers.items():
                with self.subTest(seed=seed, reader=name):
                    # Something else may be at work here: one good time will do.
                    self.assertTrue(
                        any(
                            measure(read, long) < 9 * measure(read, short) + 0.02
                            for _attempt in range(3)
                        )
                    )
