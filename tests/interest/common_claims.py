from datetime import date, timedelta

from markupsafe import Markup

from odoo.tests import freeze_time

from ..common import DunningCommon

#: R1 of law-and-practice: 12 000 due on 30 November 2024, 339.78 on 14 February 2025.
DUE, ST_VALENTINE = date(2024, 11, 30), date(2025, 2, 14)
JUNE_30 = date(2026, 6, 30)


def at(day):
    return freeze_time(f"{day} 10:00:00")


class ClaimsCommon(DunningCommon):
    """A French company whose texts name what a late payment costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_fiscal_country_id = cls.env.ref("base.fr")
        cls.company.dunning_indemnity = 40
        income = cls.company_data["default_account_revenue"]
        cls.company.dunning_interest_account_id = income
        cls.company.dunning_indemnity_account_id = income.copy()
        cls.customer.dunning_debtor_kind = "business"
        for text in cls.mail_text | cls.letter_text:
            text.body_html += Markup('<p><t t-out="object.late_payment_text"/></p>')

    def _owe(self, amount=12000, due=DUE, day=ST_VALENTINE, kind="business", **values):
        """Return the case of a debt, collected on a day."""
        self.customer.dunning_debtor_kind = kind
        self._invoice(due, amount, invoice_date=due - timedelta(days=30), **values)
        with at(day):
            self._run(day)
        return self._case()

    def _present_notice(self, case, day):
        """Let a formal notice have been presented first on a day."""
        with at(day + timedelta(days=5)):
            action = (
                self.env["dunning.action"]
                .sudo()
                .create(
                    {
                        "case_id": case.id,
                        "level_id": self.notice.id,
                        "channel": "letter",
                        "date": day - timedelta(days=2),
                        "state": "done",
                        "delivered_on": day - timedelta(days=2),
                        "presentation_date": day,
                    }
                )
            )
        line = case.line_ids[0]
        self.env["dunning.action.line"].sudo().create(
            {
                "action_id": action.id,
                "case_line_id": line.id,
                "level_id": self.notice.id,
                "currency_id": line.currency_id.id,
            }
        )

    def _open_window(self, case, user=None, until=None):
        """Return the window that claims, as a user opens it."""
        case = case.with_user(user or self.manager)
        windows = case.env["dunning.claim.wizard"]
        window = windows.browse(case.action_claim()["res_id"])
        if until:
            window.until = until
        return window

    def _claim(self, case, day=ST_VALENTINE, user=None, **values):
        """Claim all that is owed on a day; return the claims that this made."""
        with at(day):
            before = case.claim_ids
            window = self._open_window(case, user)
            window.write(values)
            window.action_confirm()
            return case.claim_ids - before

    def _shown(self, case, day):
        """Return interest and indemnity as the case shows them on a day."""
        with at(day):
            case.line_ids.invalidate_recordset()
            case.invalidate_recordset()
            return case.amount_interest, case.amount_indemnity
