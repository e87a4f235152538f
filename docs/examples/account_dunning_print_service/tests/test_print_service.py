from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account_dunning.tests.common import DAY
from odoo.addons.account_dunning.tests.common_registered import RegisteredCommon
from odoo.addons.account_dunning.tests.night.test_workers import WorkerCommon
from odoo.addons.account_dunning_print_service.models.print_service import (
    PrintServiceError,
)


@tagged("post_install", "-at_install")
class TestPrintService(RegisteredCommon, WorkerCommon):
    """The formal notice is a registered letter that the service prints and posts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without this the host makes no PDF during tests.
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        # Nobody is asked for style sheets: the connection is refused at once.
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:9")
        cls.company.dunning_print_service = True
        cls.letter = cls._put_on_notice("Garage Petit").with_env(cls.env)

    def _work(self, refusal="", posted=None):
        """Let the scheduled action work; return what the service was given.

        :param refusal: the service's answer to every letter
        :param posted: what it says of its orders
        """
        given = []

        def hand_in(service, reference, pdf, is_registered):
            self.assertTrue(pdf.startswith(b"%PDF"))
            given.append((reference, is_registered))
            if refusal:
                raise PrintServiceError(refusal)
            return f"ORDER-{reference}"

        def ask_about(service, orders):
            return posted or {}

        service = self.env.registry["dunning.print.service"]
        with (
            patch.object(service, "_hand_in", hand_in),
            patch.object(service, "_ask_about", ask_about),
            self._in_worker() as env,
        ):
            env["dunning.action"]._cron_print_service()
        return given

    def test_a_letter_counts_once_the_service_has_posted_it(self):
        reference = self.letter._get_letter_reference()
        self.assertEqual(self._work(), [(reference, True)])
        order = self.letter.print_order
        self.assertEqual((order, self.letter.state), (f"ORDER-{reference}", "queued"))
        self._work(posted={order: (DAY, "1L 234 567")})
        self.assertEqual(self.letter.state, "done")
        self.assertEqual(self.letter.tracking_number, "1L234567")
        self.assertEqual(self.letter.deposit_date, DAY)
        self.assertEqual(self.letter.line_ids.case_line_id.level_id, self.notice)

    def test_no_letter_is_handed_in_twice(self):
        self.assertEqual(len(self._work()), 1)
        self.assertFalse(self._work())

    def test_who_has_paid_since_gets_no_letter(self):
        self._pay(self.letter.line_ids.move_id)
        self.assertFalse(self._work())
        self.assertEqual(self.letter.state, "cancelled")

    def test_a_refused_letter_says_why(self):
        self._work(refusal="Address unknown to the service.")
        self.assertEqual(
            (self.letter.state, self.letter.failure_reason),
            ("failed", "Address unknown to the service."),
        )

    def test_a_collector_does_not_post_by_hand_what_the_service_posts(self):
        letter = self.letter.with_user(self.collector)
        with self.assertRaisesRegex(UserError, "printing service"):
            letter.action_print_letters()
        self.company.dunning_print_service = False
        self.assertTrue(letter.action_print_letters())
