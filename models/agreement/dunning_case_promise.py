from odoo import api, fields, models
from odoo.fields import Domain

from ...tools import covers
from .dunning_promise import FINAL


class DunningCasePromise(models.Model):
    """Promises of a case: made from it, judged with it."""

    _inherit = "dunning.case"

    promise_ids = fields.One2many("dunning.promise", "case_id", "Promises")
    promise_kept_rate = fields.Float(
        "Promises kept",
        compute="_compute_promise_kept_rate",
        help="Of what this customer promised and was judged, the part that came in on "
        "time; a promise taken back counts as not kept, a replaced one does not count.",
    )
    promise_judged_count = fields.Integer(
        "Promises judged", compute="_compute_promise_kept_rate"
    )

    @api.depends("promise_ids.kept_share", "promise_ids.state")
    def _compute_promise_kept_rate(self):
        for company, cases in self.grouped("company_id").items():
            rates = self.env["dunning.promise"]._read_kept_rates(
                cases.partner_id, company
            )
            for case in cases:
                rate, count = rates.get(case.partner_id.id, (0.0, 0))
                case.promise_kept_rate = rate
                case.promise_judged_count = count

    # What may be promised

    def _get_free_amounts(self, lines=None):
        """Map open items to what of them may be promised, the oldest due first: neither
        disputed nor on a payment plan.

        :param lines: only these; every item of the case when None
        """
        free = {}
        lines = self.line_ids if lines is None else lines._origin
        kept = {
            item.line_id: parts
            for of_case in self._origin._find_kept_back().values()
            for item, parts in of_case.items()
        }
        for line in lines.sorted(lambda line: (line.date_due, line.id)):
            item = line.sudo().move_line_id  # as for the amounts a case shows
            parts = kept.get(item.id, {})
            amount = line.sudo().amount_residual - float(
                parts.get(covers.DISPUTED, 0) + parts.get(covers.PLANNED, 0)
            )
            is_open = item.parent_state == "posted" and not item.reconciled
            if is_open and line.currency_id.compare_amounts(amount, 0) > 0:
                free[line] = amount
        return free

    def _get_promisable(self, currency, is_late=False):
        """Return the items of which something may be promised, the oldest due first.

        :param is_late: only what is late already
        """
        found = self.env["dunning.case.line"].browse(
            line.id for line in self._get_free_amounts() if line.currency_id == currency
        )
        return found.filtered("days_overdue") if is_late else found

    def _count_broken_agreements(self):
        """Return how many agreements the debtor has broken: each kind adds its own."""
        self.ensure_one()
        return self.env["dunning.promise"].search_count(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("broken_on", "!=", False),
            ]
        )

    def action_promise(self):
        """Open a new promise, filled in with what is late."""
        self.ensure_one()
        self.check_access("write")
        currency = self.line_ids.filtered("days_overdue").currency_id[:1]
        currency = currency or self.line_ids.currency_id[:1] or self.currency_id
        late = self._get_promisable(currency, is_late=True)
        contact = self._get_contact()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise of %(debtor)s", debtor=self.display_name),
            "res_model": "dunning.promise",
            "view_mode": "form",
            "views": [
                (self.env.ref("account_dunning.dunning_promise_view_dialog").id, "form")
            ],
            "target": "new",
            "context": {
                "default_case_id": self.id,
                "default_line_ids": late.ids,
                "default_contact_id": contact.id,
            },
        }

    # Judged

    def _judge_promises(self, day):
        """Judge every promise of the cases that payments still change.

        :return: the cases on whose items plan B wrote a level
        """
        # The engine's own: whoever sees the cases has them judged.
        found = self.env["dunning.promise"].sudo()
        found = found.search(
            Domain("case_id", "in", self.ids) & Domain("state", "not in", FINAL),
            order="id",
        )
        if not found:
            return self.browse()
        promises = found.with_env(self.env)
        return promises._in_company_language()._judge(day)

    def _settle_commitments(self, day, items, lines):
        changed = super()._settle_commitments(day, items, lines)
        return changed | self._judge_promises(day)

    def _settle_closed(self, day):
        self._judge_promises(day)
        return super()._settle_closed(day)

    def _end_commitments(self):
        running = self.promise_ids.filtered(
            lambda promise: promise.state in promise._get_running_states()
        )
        running._end("cancelled")
        return super()._end_commitments()
