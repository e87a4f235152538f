from typing import Any, NamedTuple

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...tools.wording import find_forbidden
from ..common import DAY, DunningCommon

KINDS = {
    "business": ("business", "key_account", "first_delay"),
    "consumer": ("consumer",),
    "public": ("public",),
}
NEXT_STEP = r"from \w+ \d+, 2024|compter du (?:1er|\d+) \w+ 2024|that period|ce délai"
#: A formal notice grants a period: nobody knows yet when it will be presented.
PERIOD = r"within \d+ days of the first presentation|délai de \d+ jours à compter de la"
DEADLINE = r"by \w+ \d+, 2024|plus tard le (?:1er|\d+) \w+ 2024"


class Text(NamedTuple):
    """What one channel of a level says to a debtor."""

    key: str
    level: Any
    channel: str
    subject: str
    body: str


class ShippedCommon(DunningCommon):
    """Every text that the module ships, as a debtor of each kind would read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.ladders = {
            key: cls.env.ref(f"account_dunning.dunning_ladder_{key}")
            for keys in KINDS.values()
            for key in keys
        }
        cls.debtors = {
            (kind, lang): cls._owe(kind, lang)
            for kind in KINDS
            for lang in ("en_US", "fr_FR")
        }
        cls.texts = {
            (kind, lang): cls._read(kind, lang, cls.ladders)
            for kind, lang in cls.debtors
        }

    @classmethod
    def _owe(cls, kind, lang):
        """Return the case of a debtor with three late invoices, 150 in all."""
        partner = cls._create_customer(
            f"Debtor {kind} {lang[:2]}",
            is_company=kind != "consumer",
            dunning_debtor_kind=kind,
            lang=lang,
        )
        for days in (70, 52, 33):
            cls._invoice(days, amount=50.0, partner=partner)
        return cls.env["dunning.case"]._open_for(partner)

    @classmethod
    def _read(cls, kind, lang, keys):
        """Return the texts of ladders as a debtor of a kind would get them today."""
        case, texts = cls.debtors[kind, lang], []
        actions = cls.env["dunning.action"]

        def render():
            for key in keys:
                case.sudo().ladder_id = cls.ladders[key]
                for level in case.ladder_id._get_levels():
                    for action in actions._make_example(case, level):
                        rendered = action._render_texts()[action.id]
                        texts.append(Text(key, level, action.channel, *rendered))

        actions._do_and_forget(render)
        return texts

    def _each(self, kind, lang, key=None):
        """Yield the texts that are written to a kind of debtor, calls left out."""
        for text in self.texts[kind, lang]:
            if text.channel != "phone" and key in (None, text.key):
                with_level = f"{text.level.name} of {text.key} ({text.channel}, {lang})"
                yield with_level, text

    def _each_to_its_kind(self):
        """Yield (case, name, text) of what the shipped rules write to each kind."""
        for (kind, lang), case in self.debtors.items():
            for name, text in self._each(kind, lang):
                if text.key in KINDS[kind]:
                    yield case, name, text


@tagged("post_install", "-at_install")
class TestShippedLadders(ShippedCommon):
    """What each text says, and who gets which ladder."""

    def test_every_text_is_lawful_and_courteous(self):
        for _case, name, text in self._each_to_its_kind():
            with self.subTest(name):
                said = f"{text.subject}\n{text.body}"
                self.assertFalse(find_forbidden(said, "en_US"))
                self.assertNotIn("object.", said)

    def test_every_text_names_the_invoices_their_due_dates_and_the_amount(self):
        for case, name, text in self._each_to_its_kind():
            if text.level.is_courtesy:
                continue
            with self.subTest(name):
                form = "%d/%m/%Y" if case.partner_id.lang == "fr_FR" else "%m/%d/%Y"
                for line in case.line_ids:
                    self.assertIn(line.move_id.name, text.body)
                    self.assertIn(line.date_due.strftime(form), text.body)
                self.assertIn("150", text.body)
                self.assertTrue(text.subject)

    def test_every_text_says_what_comes_next_and_when(self):
        for _case, name, text in self._each_to_its_kind():
            if text.level.is_courtesy:
                continue
            with self.subTest(name):
                said = " ".join(html2plaintext(text.body).split())
                self.assertRegex(said, NEXT_STEP)
                if text.level.deadline_days:
                    is_notice = text.level.is_formal_notice
                    self.assertRegex(said, PERIOD if is_notice else DEADLINE)

    def test_every_text_is_there_in_french(self):
        for kind in KINDS:
            english, french = self._each(kind, "en_US"), self._each(kind, "fr_FR")
            for (name, one), (_name, other) in zip(english, french, strict=True):
                with self.subTest(name):
                    self.assertNotEqual(one.subject, other.subject)
                    said = html2plaintext(other.body)
                    self.assertRegex(said, r"règlement|paiement")
                    self.assertNotRegex(said, r"Dear|payment|the ")

    def test_a_public_body_reads_of_its_own_law_and_of_chorus_pro(self):
        for name, text in self._each("public", "en_US", "public"):
            with self.subTest(name):
                self.assertIn("Chorus Pro", text.body)
                self.assertNotIn("L441", text.body)

    def test_no_ladder_warns_and_each_one_ends_with_notice_and_decision(self):
        for ladder in self.ladders.values():
            with self.subTest(ladder=ladder.name):
                levels = ladder._get_levels()
                self.assertFalse(ladder.warning)
                self.assertTrue(levels[-1].is_decision)
                self.assertTrue(levels[-2].is_formal_notice)
                self.assertEqual(levels[-2]._get_channels(), ["registered"])
                self.assertEqual(levels[-2].automation, "manual")

    def test_key_accounts_are_called_before_anything_is_written(self):
        rungs = self.ladders["key_account"]._get_levels()
        rungs = rungs.filtered(lambda level: not level.is_courtesy)
        self.assertEqual(rungs[0]._get_channels(), ["phone"])

    def test_each_kind_and_tag_finds_its_ladder(self):
        every = self.env["dunning.ladder"].with_context(active_test=False)
        every.search([]).active = False
        for ladder in self.ladders.values():
            ladder.active = True
        self.company.dunning_ladder_id = False
        tags = {
            "key_account": self.env.ref("account_dunning.partner_category_key_account"),
            "first_delay": self.env.ref("account_dunning.partner_category_first_delay"),
        }
        for kind, tag, expected in (
            ("business", False, "business"),
            ("consumer", False, "consumer"),
            ("public", False, "public"),
            ("business", "key_account", "key_account"),
            ("business", "first_delay", "first_delay"),
            ("consumer", "key_account", "consumer"),
            ("public", "first_delay", "public"),
        ):
            with self.subTest(kind=kind, tag=tag):
                self.customer.write(
                    {
                        "dunning_debtor_kind": kind,
                        "category_id": tags[tag].ids if tag else [(5,)],
                    }
                )
                found = every._find_for(self.customer, self.company)
                self.assertEqual(found[self.customer], self.ladders[expected])

    def test_a_consumer_is_reminded_on_the_seventh_day_and_not_the_day_before(self):
        self.ladders["consumer"].active = True
        person = self._create_customer("Claire Petit", is_company=False)
        invoice = self._invoice(6, partner=person)
        self._run()
        case = self._case(person)
        self.assertEqual(case.ladder_id, self.ladders["consumer"])
        self.assertFalse(case.action_ids)
        self.assertEqual((case.line_ids.next_date - invoice.invoice_date_due).days, 7)
        self._run(DAY.replace(day=DAY.day + 1))
        self.assertEqual(
            case.action_ids.level_id, self.ladders["consumer"].level_ids[0]
        )
