from datetime import date

from odoo.tests import tagged

from ..interest.common_claims import at
from ..interest.common_notice import LateNoticeCommon

#: 10 000 due on 30 April 2026, put on notice seven months later.
DUE, NOTICE_DAY = date(2026, 4, 30), date(2026, 11, 30)


@tagged("post_install", "-at_install")
class TestInterestOfWhatIsAskedFor(LateNoticeCommon):
    """A text claims no interest on what it does not ask for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(DUE, 10000, invoice_date=date(2026, 3, 31))

    def _notice(self):
        letter = self._propose(NOTICE_DAY)
        self.assertEqual(letter.line_ids.amount_claimed, 6000)
        # 61 days at 12.15 % and 153 at 12.40 %, on 6 000.
        self.assertEqual(letter.line_ids.interest, 433.70)
        self.assertEqual(list(letter._get_demanded().values()), [6473.70])

    def test_what_is_contested_bears_none_in_the_notice(self):
        with at(NOTICE_DAY):
            self.env["dunning.dispute"].create(
                {
                    "move_id": self.invoice.id,
                    "amount": 4000,
                    "reason_id": self.env.ref("account_dunning.dunning_reason_qte").id,
                }
            )
        self._notice()

    def test_what_is_promised_bears_none_in_the_notice(self):
        with at(NOTICE_DAY):
            self.env["dunning.promise"].create(
                {
                    "case_id": self.env["dunning.case"]._open_for(self.customer).id,
                    "date": date(2026, 12, 15),
                    "amount": 4000,
                    "confirm": False,
                }
            )
        self._notice()

    def test_the_case_goes_on_showing_all_of_it(self):
        self.test_what_is_contested_bears_none_in_the_notice()
        with at(NOTICE_DAY):
            line = self._case().line_ids
            line.invalidate_recordset(["amount_interest"])
            self.assertEqual(line.amount_interest, 722.84)
