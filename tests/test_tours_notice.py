from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import DAY
from .common_registered import RegisteredCommon


@tagged("post_install", "-at_install")
class TestToursNotice(RegisteredCommon, HttpCase):
    """What people click on a formal notice, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.collector | cls.manager).lang = "en_US"
        cls.env.ref("base.user_admin").tour_enabled = False

    def _tour(self, name, user, letter):
        url = f"/odoo/dunning.action/{letter.id}"
        self.start_tour(url, name, login=user.login)

    @mute_logger("odoo.http")  # tells of the refusal
    def test_a_manager_sees_what_a_notice_to_a_consumer_lacks(self):
        self.company.write(
            {"country_id": self.env.ref("base.fr").id, "company_registry": "042177330"}
        )
        letter = self._propose_notices("Martin", dunning_debtor_kind="consumer")
        self._tour("dunning_notice_content", self.manager, letter)
        self.assertEqual(letter.state, "proposed")

    def test_a_collector_checks_the_proofs_of_a_letter(self):
        letter = self._put_on_notice("Martin")
        file = {"name": "letter.pdf", "raw": b"%PDF-", "mimetype": "application/pdf"}
        letter.sudo().attachment_ids = self.env["ir.attachment"].create(
            file | {"res_model": letter._name, "res_id": letter.id}
        )
        letter.with_user(self.collector).action_deliver(DAY)
        self._tour("dunning_notice_proofs", self.collector, letter)
        self.assertEqual(letter.seal_ids.state, "intact")
