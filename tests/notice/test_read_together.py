from odoo.tests import tagged

from ..common import DunningCommon, day


@tagged("post_install", "-at_install")
class TestReadTogether(DunningCommon):
    """Contacts of all kinds are read together, as an export or a list does."""

    def test_with_one_that_has_no_level(self):
        self._invoice(40)
        for number in (0, 10, 20, 30):
            self._run(day(number))
            for action in self._case().action_ids.filtered(
                lambda one: one.state == "queued"
            ):
                action._mark_done(day(number))
        actions = self._case().action_ids
        self.assertTrue(any(action.is_formal_notice for action in actions))
        bare = actions[:1].copy()
        bare.sudo().write({"level_id": False, "kind": "manual"})
        names = [
            name
            for name, field in actions._fields.items()
            if not field.groups and field.type != "binary"
        ]
        both = (actions | bare).with_user(self.manager)
        for some in (both, both[::-1]):
            some.invalidate_recordset()
            rows = some.read(names)
            self.assertEqual(len(rows), len(actions) + 1)
        self.manager.group_ids += self.env.ref("base.group_allow_export")
        rows = both.export_data(["notice_check", "is_notice_complete"])["datas"]
        self.assertEqual(len(rows), len(actions) + 1)
        self.assertEqual((bare.notice_check, bare.is_notice_complete), (False, True))
