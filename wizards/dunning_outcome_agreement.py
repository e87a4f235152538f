from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.agreement.dunning_reason import FOLLOW_UPS


class DunningOutcome(models.TransientModel):
    """What came of a call or a visit: a promise, a plan or an offer."""

    _inherit = "dunning.outcome"

    follow_up = fields.Selection(
        selection_add=FOLLOW_UPS,
        ondelete={choice: "cascade" for choice, _label in FOLLOW_UPS},
    )
    promise_date = fields.Date("Promised for", help="The day by which he will pay.")
    promise_amount = fields.Monetary(
        "Promised amount",
        compute="_compute_promise_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="What he will pay; the oldest invoices are covered first.",
    )
    promise_means = fields.Selection(
        selection=lambda self: (
            self.env["dunning.promise"]
            ._fields["means"]
            ._description_selection(self.env)
        ),
        string="By what means",
    )

    @api.depends("case_id")
    def _compute_promise_amount(self):
        """What is late and not kept back already, in the currency of the oldest."""
        for window in self:
            lines = window.case_id.line_ids.filtered("days_overdue")
            lines = lines.filtered(lambda line: not line.hold)
            oldest = lines.sorted("date_due")[:1]
            alike = lines.filtered(
                lambda line, oldest=oldest: line.currency_id == oldest.currency_id
            )
            window.promise_amount = sum(alike.mapped("amount_residual"))

    leaving_text = fields.Char(
        "What leaves to the customer", compute="_compute_leaving_text"
    )

    @api.depends("case_id", "follow_up", "outcome")
    @api.depends_context("lang")
    def _compute_leaving_text(self):
        """Say before the call is recorded what the debtor gets."""
        for window in self:
            case = window.case_id._origin
            is_promise = window.outcome == "reached" and window.follow_up == "promise"
            if not (is_promise and case):
                window.leaving_text = False
            elif case.company_id.dunning_confirm_promises:
                window.leaving_text = case._describe_leaving(
                    self.env._("the confirmation of this promise"),
                    case._get_promisable(window.currency_id, is_late=True),
                )
            else:
                window.leaving_text = self.env._("Nothing leaves to the customer.")

    def _check_follow_up(self):
        if self.follow_up == "promise" and not self.promise_date:
            raise UserError(
                self.env._(
                    "For which day does %(debtor)s promise to pay?",
                    debtor=self.partner_id.display_name,
                )
            )
        return super()._check_follow_up()

    def _follow_promise(self):
        values = {"case_id": self.case_id.id, "date": self.promise_date}
        self.env["dunning.promise"].create(
            values
            | {
                "amount": self.promise_amount,
                "means": self.promise_means,
                "contact_id": self.contact_id.id,
                "note": self.note,
            }
        )

    def _follow_plan(self):
        return self._open(self.env["dunning.plan"]._draft_for(self.case_id))

    def _follow_offer(self):
        return self._open(self.env["dunning.offer"]._draft_for(self.case_id))

    def _open(self, record):
        """Return the form of a draft: its terms are looked at before it is sent."""
        record.write({"contact_id": self.contact_id.id, "note": self.note})
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
