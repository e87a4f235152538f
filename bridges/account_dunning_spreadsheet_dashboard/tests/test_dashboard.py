import json
from base64 import b64decode

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.account_dunning.tests.common import DunningCommon

DASHBOARD = "account_dunning_spreadsheet_dashboard.dashboard_dunning"


@tagged("post_install", "-at_install")
class TestDashboard(DunningCommon):
    """The dashboard is one of Odoo's own; its figures are those of the cases."""

    def test_a_credit_manager_sees_it_and_a_collector_does_not(self):
        dashboard = self.env.ref(DASHBOARD)
        self.assertTrue(dashboard.with_user(self.manager).name)
        with self.assertRaises(AccessError):
            dashboard.with_user(self.collector).name  # noqa: B018 it is read

    def test_every_pivot_and_list_of_it_can_be_read_by_a_credit_manager(self):
        data = json.loads(b64decode(self.env.ref(DASHBOARD).spreadsheet_binary_data))
        self._invoice(30)
        self._run()
        for pivot in data["pivots"].values():
            rows = (
                self.env[pivot["model"]]
                .with_user(self.manager)
                ._read_group(
                    pivot["domain"],
                    [row["fieldName"] for row in pivot["rows"]],
                    [measure["id"] for measure in pivot["measures"]],
                )
            )
            self.assertTrue(rows)
        for one in data["lists"].values():
            order = ", ".join(
                f"{by['name']} {'asc' if by['asc'] else 'desc'}"
                for by in one["orderBy"]
            )
            found = self.env[one["model"]].with_user(self.manager)
            self.assertTrue(found.search(one["domain"], order=order, limit=10))

    def test_its_total_is_what_is_overdue_in_the_open_cases(self):
        self._invoice(30)
        self._run()
        data = json.loads(b64decode(self.env.ref(DASHBOARD).spreadsheet_binary_data))
        total = data["pivots"]["2"]
        cases = self.env[total["model"]].with_user(self.manager)
        [(amount,)] = cases._read_group(
            total["domain"], [], [one["id"] for one in total["measures"]]
        )
        self.assertEqual(amount, 100)
