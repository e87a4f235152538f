import importlib.util

from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common_promise import PromiseCommon


@tagged("post_install", "-at_install")
class TestMigrationOfAgreements(PromiseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = "account_dunning/migrations/19.0.1.4.0/post-agreements.py"
        spec = importlib.util.spec_from_file_location("migration", file_path(path))
        cls.script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(cls.script)

    def _migrate(self):
        self.env.flush_all()
        self.script.migrate(self.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def test_what_a_contact_tells_is_read_from_the_old_text(self):
        self._promise(confirm=True)
        contact = self._contacts()
        for old, new in {
            "plan.missed.45,12": ("plan.missed", "dunning.plan", 12, 45),
            "promise.broken,7": ("promise.broken", "dunning.promise", 7, 0),
            "offer.sent,3": ("offer.sent", "dunning.offer", 3, 0),
            "dispute.partly,9": ("dispute.partly", "dunning.dispute", 9, 0),
            "call,31": ("call", False, 31, 0),
        }.items():
            with self.subTest(old):
                self.cr.execute(
                    """UPDATE dunning_action
                          SET event = %s, event_model = NULL, event_res_id = NULL,
                              event_row_id = NULL
                        WHERE id = %s""",
                    (old, contact.id),
                )
                self._migrate()
                found = (
                    *(contact.event, contact.event_model or False),
                    *(contact.event_res_id, contact.event_row_id),
                )
                self.assertEqual(found, new)
                self._migrate()
                self.assertEqual(contact.event, new[0], "a second time changes nothing")

    def test_what_was_matched_before_an_agreement_is_none_of_it(self):
        self._pay(self.invoice, 100)
        promise = self._promise(200)
        cover = promise.cover_ids
        mark = cover.partial_mark
        self.assertTrue(mark)
        self.cr.execute("UPDATE dunning_cover SET partial_mark = NULL")
        self._migrate()
        self.assertEqual(cover.partial_mark, mark)
