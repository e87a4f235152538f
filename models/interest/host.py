"""What this concern adds to models of the host."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.interest import next_half_year, read_percent
from ..case.res_partner import COLLECTOR
from .dunning_rate import ASK_DAYS_AHEAD

#: Beginnings of the accounts proposed with the French chart: income from receivables
#: for interest; "indemnities and other income" for the 40 €. There 7588 has become the
#: account of trusts: it comes last.
CODES = {"interest": ("7631", "763"), "indemnity": ("7580", "758", "7588")}
INCOME = ("income", "income_other")
JOURNAL_CODE = "PEN"
#: What the note of a claim is sent with.
CLAIM_TEXT = "account_dunning.mail_template_claim_note"


class ResCompany(models.Model):
    """What a company decides about late-payment interest and the flat indemnity."""

    _inherit = "res.company"

    dunning_contract_rate = fields.Float(
        "Contract rate of late interest",
        digits=(6, 2),
        help="Percent per year, as your terms of sale say. Empty: the rate of the "
        "European Central Bank plus 10 points, as the law says.",
    )
    dunning_interest_first = fields.Selection(
        [("principal", "The invoice first"), ("interest", "Its interest first")],
        "A payment on account settles",
        required=True,
        default="principal",
        help="The law puts interest first unless you agreed otherwise; accounting "
        "usually settles the invoice.",
    )
    dunning_indemnity = fields.Monetary(
        "Flat indemnity for recovery costs",
        compute="_compute_dunning_indemnity",
        store=True,
        readonly=False,
        help="Once for each invoice that a business or a public body pays late (40 € "
        "in France, Code de commerce D441-5). 0: none.",
    )

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

    @api.constrains("dunning_contract_rate")
    def _check_dunning_contract_rate(self):
        for company in self:
            self.env["dunning.rate"]._check_stipulated(
                read_percent(company, "dunning_contract_rate"),
                company._dunning_today(),
            )

    @api.depends("account_fiscal_country_id")
    def _compute_dunning_indemnity(self):
        for company in self:
            if not company.dunning_indemnity:
                is_french = company.account_fiscal_country_id.code == "FR"
                company.dunning_indemnity = 40 if is_french else 0

    def _dunning_ask_for_rates(self):
        """Plan one task for who enters rates when a half-year that is about to begin,
        or has begun, has none yet: until they are there nothing is claimed of it."""
        self.ensure_one()
        rates = self.env["dunning.rate"]
        today = self._dunning_today()
        coming = next_half_year(today)
        days = [today] + [coming] * ((coming - today).days <= ASK_DAYS_AHEAD)
        for day in days:
            if not rates._get_missing(day):
                continue
            summary = self.env._(
                "Interest rates of %(half_year)s to enter",
                half_year=rates._name_half_year(day),
            )
            if summary not in self.partner_id.activity_ids.mapped("summary"):
                self.partner_id.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=max(day, today),
                    summary=summary,
                    user_id=self._dunning_find_rate_keeper().id,
                )

    def _dunning_find_rate_keeper(self):
        """Return who is asked for rates: who decides about dunning, else whoever duns
        here, else an administrator, who finds somebody."""
        self.ensure_one()
        keeper = self._dunning_get_manager() or self._dunning_find_able(limit=1)
        if keeper:
            return keeper
        # Whose rights reach so far is read, not shown.
        users = self.env["res.users"].sudo()
        administrators = self.env.ref("base.group_system").ids
        found = users.search(
            [
                ("all_group_ids", "in", administrators),
                ("company_ids", "in", self.ids),
            ],
            order="id",
            limit=1,
        )
        return found.sudo(self.env.su) or self.env.user

    # Where claims of interest and indemnities are entered.

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


class ResConfigSettings(models.TransientModel):
    """What late payment costs, and where claims of it are entered."""

    _inherit = "res.config.settings"

    dunning_contract_rate = fields.Float(
        related="company_id.dunning_contract_rate", readonly=False
    )
    dunning_interest_first = fields.Selection(
        related="company_id.dunning_interest_first", readonly=False
    )
    dunning_indemnity = fields.Monetary(
        related="company_id.dunning_indemnity",
        readonly=False,
        currency_field="currency_id",
    )
    dunning_claim_journal_id = fields.Many2one(
        related="company_id.dunning_claim_journal_id", readonly=False
    )
    dunning_interest_account_id = fields.Many2one(
        related="company_id.dunning_interest_account_id", readonly=False
    )
    dunning_indemnity_account_id = fields.Many2one(
        related="company_id.dunning_indemnity_account_id", readonly=False
    )


class AccountMove(models.Model):
    """The note that claims interest and indemnities."""

    _name = "account.move"
    _inherit = ["account.move", "dunning.choices"]

    dunning_claim_id = fields.Many2one(
        "dunning.claim",
        "Claim of interest",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="This note claims interest and indemnities: it bears none itself, and no "
        "reminder leaves because of it alone.",
    )

    @api.depends("dunning_claim_id")
    def _compute_type_name(self):
        """It pays for no supply: whoever reads of it reads of no invoice."""
        result = super()._compute_type_name()
        for move in self.filtered("dunning_claim_id"):
            move.type_name = self.env._("Statement of interest and indemnities")
        return result

    def _get_mail_template(self):
        text = self.env.ref(CLAIM_TEXT, raise_if_not_found=False)
        if text and self and all(move.dunning_claim_id for move in self):
            return text
        return super()._get_mail_template()

    @api.model
    def _get_dunning_writers(self):
        return super()._get_dunning_writers() | {"dunning_claim_id": False}

    @api.model
    def _get_dunning_hold_domains(self):
        own = {"claim": [("dunning_claim_id", "!=", False)]}
        return super()._get_dunning_hold_domains() | own


class AccountMoveLine(models.Model):
    """A note that claims interest bears none, and no reminder leaves because of it."""

    _inherit = "account.move.line"

    @api.model
    def _get_dunning_ledger_holds(self, item, move):
        self.env["account.move"].flush_model(["dunning_claim_id"])
        claim = SQL("%s.dunning_claim_id IS NOT NULL", move)
        return super()._get_dunning_ledger_holds(item, move) | {"claim": claim}


class ResPartner(models.Model):
    """The rate of late interest agreed upon with a customer."""

    _inherit = "res.partner"

    dunning_contract_rate = fields.Float(
        "Contract rate of late interest",
        company_dependent=True,
        help="Percent per year, as agreed with this customer. Empty: the company's. "
        "Not used for consumers and public bodies, whose rate the law fixes.",
    )

    @api.model
    def _get_dunning_writers(self):
        return super()._get_dunning_writers() | {
            "dunning_contract_rate": COLLECTOR,
        }

    @api.constrains("dunning_contract_rate")
    def _check_dunning_contract_rate(self):
        for partner in self:
            self.env["dunning.rate"]._check_stipulated(
                read_percent(partner, "dunning_contract_rate"),
                self.env.company._dunning_today(),
            )
