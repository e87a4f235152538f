from odoo import Command
from odoo.tests import tagged

from ..common import DunningCommon


@tagged("post_install", "-at_install")
class TestLadderCount(DunningCommon):
    """How many debtors each rule of assignment catches, as the cases get them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["res.partner.category"].create({"name": "Key"})
        cls.consumers = cls._create_ladder(
            name="Consumers", debtor_kind="consumer", sequence=1
        )
        cls.keys = cls._create_ladder(name="Keys", category_ids=cls.tag.ids, sequence=2)
        cls.person = cls._create_customer("Claire Petit", is_company=False)
        cls.key = cls._create_customer("Grand Magasin", category_id=cls.tag.ids)
        for partner in (cls.customer, cls.person, cls.key):
            cls._invoice(5, partner=partner)

    def _counts(self, user=None):
        ladders = (self.ladder | self.consumers | self.keys).with_user(
            user or self.reader
        )
        ladders.invalidate_recordset()
        return ladders.mapped("debtor_count")

    def test_each_debtor_is_counted_on_the_ladder_that_catches_it(self):
        self.assertEqual(self._counts(), [1, 1, 1])

    def test_who_owes_nothing_or_owes_another_company_is_not_counted(self):
        self._create_customer("Owes Nothing", is_company=False)
        data = self.setup_other_company()
        self.env["dunning.ladder"].invalidate_model()
        keys = self.keys.with_company(data["company"])
        self.assertEqual(self._counts(), [1, 1, 1])
        self.assertEqual(keys.debtor_count, 0)

    def test_a_debtor_that_an_earlier_rule_takes_is_named_there(self):
        self.person.category_id = self.tag
        self.assertEqual(self._counts(), [1, 1, 1])
        self.assertEqual(self.keys.caught_before, "1 by “Consumers”")
        self.keys.sequence = 0
        self.assertEqual(self._counts(), [1, 0, 2])
        self.assertEqual(self.consumers.caught_before, "1 by “Keys”")

    def test_the_customers_own_ladder_takes_it_from_every_rule(self):
        self.key.dunning_ladder_id = self.ladder
        self.assertEqual(self._counts(), [2, 1, 0])
        self.assertEqual(self.keys.caught_before, "1 by “Test ladder”")

    def test_a_consumer_never_gets_a_ladder_made_for_businesses(self):
        for choose in (
            lambda ladder: self.person.write({"dunning_ladder_id": ladder.id}),
            lambda ladder: self.company.write({"dunning_ladder_id": ladder.id}),
        ):
            self.keys.debtor_kind = "business"
            self.consumers.active = False
            choose(self.keys)
            found = self.env["dunning.ladder"]._find_for(self.person, self.company)
            self.assertNotEqual(found[self.person], self.keys)

    def test_the_button_shows_the_debtors_that_were_counted(self):
        action = self.keys.with_user(self.reader).action_open_debtors()
        partners = self.env["res.partner"].search(action["domain"])
        self.assertEqual(partners, self.key)

    def test_counting_asks_as_much_for_many_debtors_as_for_few(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            ladders = self.env["dunning.ladder"].search([])
            ladders.mapped("debtor_count")
            ladders.mapped("caught_before")
            return self.cr.sql_log_count - before

        few = count()
        partners = self.env["res.partner"].create(
            [{"name": f"Debtor {n}", "category_id": self.tag.ids} for n in range(20)]
        )
        invoices = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": "2024-01-02",
                    "invoice_line_ids": [
                        Command.create({"name": "Work", "price_unit": 100.0})
                    ],
                }
                for partner in partners
            ]
        )
        invoices.action_post()
        self.assertLessEqual(count(), few)
