import logging

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

REVIEW_TYPE = "account_dunning.mail_activity_type_exclusions"


class DunningExclusionReview(models.Model):
    """The credit manager is asked to look again at what is excluded for long."""

    _inherit = "dunning.exclusion"

    @api.model
    def _ask_for_review(self, company, day):
        """Ask the credit manager to review what is old: one task at a time."""
        limit = company._dunning_review_before(day)
        if not limit:
            return
        # The engine's own, for who need not see the books.
        items = self.env["account.move.line"].sudo()
        due = items.search_count(self._get_unseen_domain(company, day, limit))
        if not due or self.sudo()._find_tasks(company):
            return
        self._note_unknown(company, day)
        domain = Domain("company_id", "=", company.id) & self._get_open_domain()
        first = self.sudo().search(domain & self._get_due_domain(limit), limit=1)
        first._plan_review(company, day, due)

    @api.model
    def _ask_for_review_safely(self, company, day):
        """Ask for the review; the night does not stop for it."""
        try:
            with self.env.cr.savepoint():
                self._ask_for_review(company, day)
        except Exception:
            _logger.warning("No review of exclusions: %s", company.name, exc_info=True)

    @api.model
    def _find_tasks(self, company):
        return self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", self.env.ref(REVIEW_TYPE).id),
                ("res_model", "=", self._name),
                (
                    "res_id",
                    "in",
                    self._search([("company_id", "=", company.id)]),
                ),
            ]
        )

    def _plan_review(self, company, day, count):
        lang = company.partner_id.lang or self.env.lang
        exclusion = self.with_context(lang=lang)
        note = exclusion.env._(
            "%(count)s excluded items were not looked at for %(months)s months: "
            "decide for each whether it stays excluded. The list is under Dunning, "
            "Exclusions.",
            count=count,
            months=company.dunning_review_months,
        )
        exclusion.activity_schedule(
            REVIEW_TYPE,
            date_deadline=company._dunning_next_working_day(day),
            note=Markup("<p>%s</p>") % note,
            user_id=(company.dunning_manager_id or company.dunning_user_id).id
            or self.env.uid,
        )

    def _close_task(self, company):
        """Close the task of who has reviewed all that was due."""
        limit = company._dunning_review_before()
        domain = Domain("company_id", "=", company.id) & self._get_open_domain()
        if limit and not self.sudo().search_count(
            domain & self._get_due_domain(limit), 1
        ):
            self.sudo()._find_tasks(company).action_done()  # the engine's own task
