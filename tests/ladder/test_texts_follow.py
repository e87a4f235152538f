from lxml import etree

from odoo.tests import tagged

from ...shipped import FIELDS, HERE, MODULE, follow_shipped_texts
from ...tools.shipped import fingerprint
from ..common import DunningCommon

NAME = "mail_template_reminder"
OLD = {"subject": "Old subject", "body_html": "<p>Old words</p>"}
FRENCH = {"subject": "Ancien objet", "body_html": "<p>Anciens mots</p>"}


@tagged("post_install", "-at_install")
class TestTextsFollow(DunningCommon):
    """Shipped texts that nobody changed follow a new version; changed ones stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.text = cls.env.ref(f"{MODULE}.{NAME}")
        cls.french = cls.text.with_context(lang="fr_FR")
        cls.now = {name: cls.text[name] for name in OLD}
        cls.text.write(OLD)
        cls.french.write(FRENCH)
        cls.known = {
            NAME: {
                name: {
                    "en": fingerprint(OLD[name]),
                    "fr": fingerprint(FRENCH[name]),
                }
                for name in OLD
            }
        }

    def _upgrade(self):
        self.text.flush_recordset()
        followed, kept = follow_shipped_texts(self.env, self.known)
        self.assertEqual([*followed, *kept], [NAME])
        return bool(followed)

    def test_an_untouched_text_says_what_the_new_version_says(self):
        self.assertTrue(self._upgrade())
        self.assertEqual(self.text.body_html, self.now["body_html"])
        self.assertEqual(self.text.subject, self.now["subject"])
        self.assertIn("Sauf erreur de notre part", self.french.body_html)
        self.assertIn("Rappel", self.french.subject)
        self.assertNotEqual(self.french.subject, self.text.subject)

    def test_what_else_was_set_on_it_stays(self):
        self.text.write({"name": "Our reminder", "email_cc": "me@example.com"})
        self.assertTrue(self._upgrade())
        self.assertEqual(self.text.name, "Our reminder")
        self.assertEqual(self.text.email_cc, "me@example.com")

    def test_a_text_that_was_changed_stays(self):
        self.text.subject = "Ours"
        self.assertFalse(self._upgrade())
        self.assertEqual(self.text.subject, "Ours")
        self.assertIn("Old words", self.text.body_html)

    def test_one_that_was_changed_in_french_only_stays_too(self):
        self.french.body_html = "<p>Nos mots</p>"
        self.assertFalse(self._upgrade())
        self.assertIn("Nos mots", self.french.body_html)

    def test_a_text_that_was_deleted_is_not_made_again(self):
        self.known = {"mail_template_never_was": self.known[NAME]}
        self.assertEqual(follow_shipped_texts(self.env, self.known), ([], []))

    def test_once_is_enough(self):
        self.assertTrue(self._upgrade())
        self.assertFalse(self._upgrade())

    def test_what_the_database_holds_is_known_by_what_the_file_says(self):
        self._upgrade()
        seen = 0
        for path in sorted(HERE.glob("data/**/*.xml")):
            for record in etree.parse(path).iterfind(".//record"):
                names = FIELDS.get(record.get("model"), ())
                for field in record.findall("field"):
                    if field.get("name") in names:
                        text = self.env.ref(f"{MODULE}.{record.get('id')}")
                        held = text.with_context(lang="en_US")[field.get("name")]
                        inner = [etree.tostring(c, encoding="unicode") for c in field]
                        said = (field.text or "") + "".join(inner)
                        with self.subTest(record.get("id"), field=field.get("name")):
                            self.assertEqual(fingerprint(held), fingerprint(said))
                        seen += 1
        self.assertGreater(seen, 40)
