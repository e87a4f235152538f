from odoo.tests import tagged

from ..contact.test_recipient import PeopleCommon


@tagged("post_install", "-at_install")
class TestReachChecks(PeopleCommon):
    """What is looked at before the first run finds exactly who cannot be written to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        alone = cls._create_customer("Alone", email=False)
        cls._invoice(5, partner=alone)
        billed = cls._create_customer("Billed", email=False)
        cls._invoice(5, partner=cls._contact("Site", "other", billed))
        sites = cls._create_customer("Sites", email=False)
        cls._invoice(5, partner=cls._contact("North", "other", sites))
        cls._invoice(6, partner=cls._contact("South", "other", sites))
        several = cls._create_customer("Several", email="a@x.test; b@x.test")
        cls._invoice(5, partner=several)
        left = cls._create_customer("Left", email=False)
        left.dunning_contact_id = cls._contact("Gone", "contact", left)
        cls._invoice(5, partner=left)
        left.dunning_contact_id.active = False
        dock = cls._create_customer("Dock", email=False)
        cls._contact("Delivery", "delivery", dock)
        cls._invoice(5, partner=dock)
        cls.unreachable = alone | sites | left | dock
        cls.debtors = cls.unreachable | billed | several

    def _find(self, channel="email"):
        return self.company._dunning_find_unreachable(self.debtors, channel)

    def test_it_finds_those_whose_messages_fail_and_nobody_else(self):
        self.assertEqual(self._find(), self.unreachable)
        self._run()
        actions = self.env["dunning.action"].search(
            [("partner_id", "in", self.debtors.ids)]
        )
        failed = actions.filtered(lambda action: action.state == "failed")
        self.assertEqual(failed.partner_id, self.unreachable)

    def test_a_contact_named_on_a_case_counts(self):
        self._run()
        case = self._case(self.unreachable[0])
        case.contact_id = self.customer
        self.assertNotIn(case.partner_id, self._find())

    def test_postal_addresses_are_looked_at_in_the_same_way(self):
        self.assertFalse(self._find("letter"))
        self.unreachable[0].city = False
        self.assertEqual(self._find("letter"), self.unreachable[0])

    def test_the_check_and_its_list_say_the_same(self):
        state, _what, text = self.company._dunning_check_emails(self.debtors)
        self.assertEqual((state, text[:1]), ("warning", "4"))
        setup = self.env["dunning.setup"].with_user(self.manager).create({})
        domain = setup.action_open_without_email()["domain"]
        listed = self.env["res.partner"].search(domain)
        self.assertEqual(listed & self.debtors, self.unreachable)
