from odoo.tests import tagged

from ..common import DunningCommon


@tagged("post_install", "-at_install")
class TestBritishCheck(DunningCommon):
    """The start-up says who would read the dates of Americans."""

    def _find_check(self):
        checks = self.company._dunning_get_checks()
        return next((one for one in checks if one[1] == "British customers:"), None)

    def test_british_customers_who_read_american_dates_are_told_of(self):
        self.assertIsNone(self._find_check())
        self.customer.country_id = self.env.ref("base.uk")
        self._invoice(5)
        state, _what, detail = self._find_check()
        self.assertEqual(state, "warning")
        self.assertIn("American dates: 1.", detail)
        self.env["res.lang"]._activate_lang("en_GB")
        self.assertIsNone(self._find_check())
