from odoo.tests import tagged

from ...models.books.money import format_amount
from ..common import DunningCommon


@tagged("post_install", "-at_install")
class TestBritish(DunningCommon):
    """Dates and amounts as British and French readers write them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in ("en_GB", "fr_FR"):
            cls.env["res.lang"]._activate_lang(lang)
        cls.pound, cls.euro = cls.env.ref("base.GBP"), cls.env.ref("base.EUR")
        (cls.pound | cls.euro).active = True
        cls.united_kingdom = cls.env.ref("base.uk")

    def _say(self, lang, amount, currency):
        return format_amount(self.env(context={"lang": lang}), amount, currency)

    def test_the_sign_stands_where_the_reader_expects_it(self):
        self.assertEqual(self._say("en_GB", 2600, self.pound), "£2,600.00")
        self.assertEqual(self._say("en_GB", 740, self.euro), "€740.00")
        self.assertEqual(self._say("en_GB", -740, self.euro), "-€740.00")
        french = self._say("fr_FR", 2600, self.pound)
        self.assertEqual(" ".join(french.split()), "2 600,00 £")
        self.assertTrue(self._say("en_US", 2600, self.pound).startswith("£"))

    def _lang(self, **values):
        debtor = self._create_customer("Lamps", **values)
        return self.company._dunning_find_lang(debtor)

    def test_a_british_debtor_reads_british_english(self):
        for lang in ("en_US", False):
            with self.subTest(lang):
                debtor = {"country_id": self.united_kingdom.id, "lang": lang}
                self.assertEqual(self._lang(**debtor), "en_GB")
        chosen = {"country_id": self.united_kingdom.id, "lang": "fr_FR"}
        self.assertEqual(self._lang(**chosen), "fr_FR")
        self.assertEqual(self._lang(lang="en_US"), "en_US")

    def test_without_british_english_it_is_the_language_of_the_debtor(self):
        self.env["res.lang"]._lang_get("en_GB")
        self.env["res.lang"].search([("code", "=", "en_GB")]).active = False
        debtor = {"country_id": self.united_kingdom.id, "lang": "en_US"}
        self.assertEqual(self._lang(**debtor), "en_US")

    def test_his_dates_begin_with_the_day(self):
        debtor = self._create_customer(
            "Lamps", country_id=self.united_kingdom.id, zip="SW1A 1AA"
        )
        self._invoice(5, partner=debtor)
        self._run()
        action = self._case(debtor).action_ids
        self.assertEqual(action.lang, "en_GB")
        table = action.with_context(lang="en_GB").items_table
        self.assertIn("28/02/2024", table)
