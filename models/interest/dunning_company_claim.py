from odoo import fields, models
from odoo.exceptions import UserError

#: Beginnings of the accounts proposed with the French chart: income from receivables
#: for interest; "indemnities and other income" for the 40 €. There 7588 has become the
#: account of trusts: it comes last.
CODES = {"interest": ("7631", "763"), "indemnity": ("7580", "758", "7588")}
INCOME = ("income", "income_other")
JOURNAL_CODE = "PEN"


class DunningCompanyClaim(models.Model):
    """Where claims of interest and indemnities are entered."""

    _inherit = "res.company"

    dunning_claim_journal_id = fields.Many2one(
        "account.journal",
        "Journal of claims",
        domain=[("type", "=", "sale")],
        help="Sales journal of the debit notes for interest and indemnities. Empty: "
        "the first claim makes one.",
    )
    dunning_interest_account_id = fields.Many2one(
        "account.account",
        "Account of interest",
        domain=[("account_type", "in", INCOME)],
        help="Income account of late-payment interest (763 in France). Empty: the "
        "first claim takes the one of the French chart.",
    )
    dunning_indemnity_account_id = fields.Many2one(
        "account.account",
        "Account of indemnities",
        domain=[("account_type", "in", INCOME)],
        help="Income account of flat indemnities and recovery costs (758 in France). "
        "Empty: the first claim takes the one of the French chart.",
    )

    def _dunning_prepare_claims(self):
        """Fill what is empty: accounts of the French chart, a sales journal.

        :raises UserError: when an account has to be chosen
        """
        self.ensure_one()
        # The draft that needs them is the collector's to make, not its journal.
        company = self.sudo().with_company(self)
        for kind, codes in CODES.items():
            name = f"dunning_{kind}_account_id"
            if not company[name]:
                company[name] = company._dunning_find_income(codes)
            if not company[name]:
                raise UserError(
                    self.env._(
                        "Choose the accounts of late-payment interest and of "
                        "indemnities first: Settings, Invoicing, Dunning."
                    )
                )
        if not company.dunning_claim_journal_id:
            company.dunning_claim_journal_id = company._dunning_create_journal()

    def _dunning_find_income(self, codes):
        """Return the first income account of the French chart with one of the codes."""
        accounts = self.env["account.account"]
        if self.account_fiscal_country_id.code != "FR":
            return accounts
        for code in codes:
            found = accounts.search(
                [
                    *accounts._check_company_domain(self),
                    ("code", "=like", f"{code}%"),
                    ("account_type", "in", INCOME),
                ],
                order="code",
                limit=1,
            )
            if found:
                return found
        return accounts

    def _dunning_create_journal(self):
        lang = self.partner_id.lang or self.env.lang
        journals = self.env["account.journal"].with_context(active_test=False)
        taken = journals.search(
            [
                *journals._check_company_domain(self),
                ("code", "=like", f"{JOURNAL_CODE}%"),
            ]
        ).mapped("code")
        codes = (f"{JOURNAL_CODE}{number or ''}" for number in range(100))
        return journals.create(
            {
                "name": self.with_context(lang=lang).env._("Late-payment penalties"),
                "code": next(code for code in codes if code not in taken),
                "type": "sale",
                "company_id": self.id,
                "default_account_id": self.dunning_interest_account_id.id,
            }
        )
