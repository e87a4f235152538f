from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .test_onboarding import OnboardingCommon

TOWN = "21690123100011"  # a SIRET of a commune


@tagged("post_install", "-at_install")
class TestDebtorKinds(OnboardingCommon):
    """Who is a public body: proposed of new customers, looked at of known ones."""

    def _kind(self, **values):
        return self._create_customer("Vauvert", **values).dunning_debtor_kind

    def test_a_new_customer_with_a_public_siren_is_proposed_as_public(self):
        self.assertEqual(self._kind(company_registry=TOWN), "public")
        self.assertEqual(self._kind(company_registry="130 025 265"), "public")
        self.assertEqual(self._kind(vat="FR83404833048"), "business")
        self.assertEqual(self._kind(company_registry="30690123100011"), "business")
        self.assertEqual(self._kind(is_company=True), "business")
        self.assertEqual(self._kind(is_company=False), "consumer")

    def test_what_is_chosen_stays_and_a_number_of_another_country_says_nothing(self):
        chosen = {"company_registry": TOWN, "dunning_debtor_kind": "business"}
        self.assertEqual(self._kind(**chosen), "business")
        abroad = {"company_registry": TOWN, "country_id": self.env.ref("base.pt").id}
        self.assertEqual(self._kind(**abroad), "business")

    def test_in_the_form_and_in_an_import_it_is_proposed_too(self):
        with Form(self.env["res.partner"]) as form:
            form.name = "Vauvert"
            form.company_type = "company"
            self.assertEqual(form.dunning_debtor_kind, "business")
            form.company_registry = TOWN
            self.assertEqual(form.dunning_debtor_kind, "public")
        found = self.env["res.partner"].load(
            ["name", "company_registry"], [["Vauvert", TOWN]]
        )
        partner = self.env["res.partner"].browse(found["ids"])
        self.assertEqual(partner.dunning_debtor_kind, "public")

    def test_a_known_customer_is_only_listed(self):
        partner = self._create_customer("Vauvert", is_company=True)
        self.assertEqual(partner.dunning_debtor_kind, "business")
        partner.company_registry = TOWN
        self.assertEqual(partner.dunning_debtor_kind, "business")
        partner.customer_rank = 1
        public, civil = self.company._dunning_find_doubtful_kinds()
        self.assertIn(partner, public)
        self.assertNotIn(partner, civil)

    def _known(self, name):
        return self._create_customer(
            name, is_company=True, dunning_debtor_kind="business", customer_rank=1
        )

    def test_a_collector_makes_many_public_with_one_click(self):
        towns = self._known("Mairie de Vauvert") | self._known("Commune de Givors")
        self.assertLessEqual(towns, self.company._dunning_find_doubtful_kinds()[0])
        with self.assertRaises(AccessError):
            towns.with_user(self.reader).action_dunning_mark_public()
        towns.with_user(self.collector).action_dunning_mark_public()
        self.assertEqual(set(towns.mapped("dunning_debtor_kind")), {"public"})
        towns[0].dunning_debtor_kind = "business"  # undone by editing
        self.assertFalse(towns & self.company._dunning_find_doubtful_kinds()[0])

    def test_who_was_looked_at_is_listed_no_more(self):
        club = self._known("Association sportive de Vauvert")
        setup = self._setup()
        self.assertIn("associations", str(setup.checks))
        listed = self.env["res.partner"].search(
            setup.action_open_doubtful_kinds()["domain"]
        )
        self.assertIn(club, listed)
        club.with_user(self.collector).action_dunning_keep_kind()
        self.assertEqual(club.dunning_debtor_kind, "business")
        self.assertNotIn(club, self.company._dunning_find_doubtful_kinds()[1])

    def test_a_customer_of_another_company_is_none_of_ours(self):
        town = self._known("Mairie de Vauvert")
        town.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertNotIn(town, self.company._dunning_find_doubtful_kinds()[0])
