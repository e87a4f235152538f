import importlib.util

from odoo.tests import tagged
from odoo.tools.misc import file_path

from ..common import DAY
from ..common_opening import OpeningCommon


@tagged("post_install", "-at_install")
class TestMigrationToItems(OpeningCommon):
    """What was keyed by an entry is about one debtor's items after the upgrade."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_indemnity = 40
        cls.company.dunning_interest_account_id = cls.company_data[
            "default_account_revenue"
        ]
        cls.company.dunning_indemnity_account_id = (
            cls.company.dunning_interest_account_id
        )
        cls.items = cls._open_books(
            (cls.one, 100, "F1", 60), (cls.one, 50, "F2", 50), (cls.two, 70, "F3", 60)
        )
        cls._open_case(cls.one | cls.two)

    def _migrate(self):
        path = "account_dunning/migrations/19.0.1.6.0/post-item.py"
        spec = importlib.util.spec_from_file_location("migration", file_path(path))
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        self.env.invalidate_all()
        script.migrate(self.cr, "19.0.1.5.0")
        self.env.invalidate_all()

    def _forget(self, *statements):
        """Bring the database to what the version before kept."""
        self.env.flush_all()
        for statement in statements:
            self.cr.execute(statement)
        self.env.invalidate_all()

    def test_case_lines_get_the_number_of_their_item(self):
        invoice = self._invoice(6, partner=self.one)
        self._open_case(self.one)
        self._forget("UPDATE dunning_case_line SET number = NULL")
        self._migrate()
        lines = (self._case(self.one) | self._case(self.two)).line_ids
        self.assertEqual(
            sorted(lines.mapped("number")), sorted(["F1", "F2", "F3", invoice.name])
        )

    def test_claims_and_waivers_get_the_number_of_their_item(self):
        case = self._case(self.one)
        first, second = case._read_claimable(DAY)[0]
        claim = case._claim(DAY, [(first, 0, first.indemnity)])
        case = case.with_user(self.manager)
        waiver = case._waive(DAY, [(second, 0, second.indemnity)], "small", "A word")
        entry = self.items.move_id.name
        self._forget(
            f"UPDATE dunning_claim_line SET name = '{entry}'",
            "UPDATE dunning_waiver SET name = NULL",
        )
        self._migrate()
        self.assertEqual((claim.line_ids.name, waiver.name), ("F1", "F2"))
        self.assertEqual(self._case(self.two).line_ids.amount_indemnity, 40)

    def test_a_dispute_is_about_an_item_of_its_debtor(self):
        disputes = self.env["dunning.dispute"].with_user(self.collector)
        reason = self.env.ref("account_dunning.dunning_reason_qte")
        dispute = disputes.create(
            {"move_line_id": self.items[0].id, "reason_id": reason.id, "amount": 60}
        )
        self._forget(
            "UPDATE dunning_dispute SET move_line_id = NULL, "
            f"move_name = '{self.items.move_id.name}'"
        )
        self._migrate()
        self.assertEqual(dispute.move_line_id, self.items[0])
        self.assertEqual(dispute.move_name, "F1")
        holds = {line.name: line.hold for line in self._case(self.one).line_ids}
        self.assertEqual(set(holds.values()), {False})  # 40 of F1 go on
        covers = dispute.sudo()._get_covers().filtered("active")
        self.assertEqual(covers.line_id.name, "F1")

    def test_events_and_overrides_are_about_the_items_of_their_debtor(self):
        values = {
            "partner_id": self.one.id,
            "company_id": self.company.id,
            "move_ids": self.items.move_id.ids,
        }
        event = self.env["dunning.limitation.event"].create(
            values | {"kind": "payment", "date": DAY}
        )
        override = self.env["dunning.limitation.override"].create(
            values | {"reason": "A word"}
        )
        self._forget(
            "DELETE FROM dunning_limitation_event_item_rel",
            "DELETE FROM dunning_limitation_override_item_rel",
        )
        self._migrate()
        self.assertEqual(event.move_line_ids, self.items[:2])
        self.assertEqual(override.move_line_ids, self.items[:2])

    def test_what_a_decision_left_out_of_an_entry_are_its_excluded_items(self):
        self.items[0].no_followup = True
        decision = (
            self.env["dunning.old.items"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "state": "applied",
                    "left_out_ids": self.items.move_id.ids,
                }
            )
        )
        self._migrate()
        self.assertEqual(decision.left_out_item_ids, self.items[0])
        self.assertFalse(decision.left_out_ids)
