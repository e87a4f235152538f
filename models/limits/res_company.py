from odoo import api, fields, models
from odoo.tools.misc import split_every

from ...tools.days import add_months
from .res_partner import SECTORS, check_contract_years

#: Months before the last day to act at which somebody is asked to act.
WARNING_MONTHS = (6, 3)
#: Cases whose tasks are planned in one transaction.
CASES_PER_BATCH = 200


class ResCompany(models.Model):
    """What a company's trade and terms say of limitation, and the nightly watch over
    the last days to act."""

    _inherit = "res.company"

    dunning_limitation_sector = fields.Selection(
        SECTORS,
        "Trade (limitation)",
        help="Claims of some trades are barred after one year, whoever the customer is "
        "(Code de commerce L133-6, Code des postes L34-2). Empty: another trade.",
    )
    dunning_limitation_years = fields.Integer(
        "Contractual limitation (years)",
        help="1 to 10 years, if your terms of sale to businesses say so (Code civil "
        "2254). 0: five years. Never for consumers (two years).",
    )

    @api.constrains("dunning_limitation_years")
    def _check_dunning_limitation_years(self):
        for company in self:
            check_contract_years(company, company.dunning_limitation_years)

    @api.model
    def _cron_watch_limits(self):
        """Each night: propose what interrupts limitations, ask to act before it is too
        late. Committed batch by batch: a task is planned once, whatever happens."""
        commit_progress = self.env["ir.cron"]._commit_progress
        companies = self.env["res.company"].search([("active", "=", True)])
        for company in companies:
            company = company._in_its_language()
            self.env["dunning.limitation.event"]._propose_payments(company)
            commit_progress()
            for lines in company._dunning_find_expiring():
                lines._warn_of_limitation()
                commit_progress()
            company._dunning_warn_of_declarations()
            commit_progress(1)

    def _in_its_language(self):
        """Return the company, at work: the scheduler speaks no language."""
        lang = self.partner_id.lang or self.env.lang
        return self.with_company(self).with_context(lang=lang)

    def _dunning_find_expiring(self):
        """Yield the items of open cases that somebody must be told of, by batches of
        cases: their last day comes within six or three months, and it was not said
        yet of that day."""
        self.ensure_one()
        today = self._dunning_today()
        lines = self.env["dunning.case.line"].search(
            [
                ("company_id", "=", self.id),
                ("case_id.state", "!=", "closed"),
                ("limitation_date", ">=", today),
                ("limitation_date", "<=", add_months(today, max(WARNING_MONTHS))),
            ]
        )
        asking = lines.filtered(lambda line: line._get_limitation_warning(today))
        for cases in split_every(CASES_PER_BATCH, asking.case_id.ids):
            chosen = set(cases)
            yield asking.filtered(lambda line, ids=chosen: line.case_id.id in ids)

    def _dunning_warn_of_declarations(self):
        """Ask for the declarations of claims whose deadline comes near."""
        self.ensure_one()
        today = self._dunning_today()
        self.env["dunning.proceeding"]._warn_of_deadlines(self, today)
