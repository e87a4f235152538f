from odoo import api, models
from odoo.fields import Domain

from ...tools import covers as core

#: While a dispute is in one of these states, its amount waits.
HOLDING = ("open", "mediation", "credit")


class DunningDisputeHold(models.Model):
    """What a dispute keeps back: the contested amount, and nothing else."""

    _inherit = "dunning.dispute"

    def _take_effect(self):
        """Keep the amounts back, tell the case, give the owners their task."""
        self._keep_back()
        for dispute in self:
            if dispute.case_id.reason_id != dispute.reason_id:
                # The last reason known is the engine's, from what was recorded.
                dispute.case_id.sudo().write(
                    {"reason_id": dispute.reason_id.id, "reason_said_by": "debtor"}
                )
            dispute.document_ids.filtered(lambda file: not file.res_id).write(
                {"res_model": self._name, "res_id": dispute.id}
            )
            dispute._log(self.env._("Disputed: %(what)s", what=dispute._describe()))
        self._plan_owner()

    def _log(self, text):
        """Write it into the history of the case, with its author."""
        self.ensure_one()
        self.case_id._message_log(body=text)

    def _get_amount_held(self):
        """Return what waits: the contested amount, or what a credit note settles."""
        self.ensure_one()
        return self.amount_accepted if self.state == "credit" else self.amount

    def _keep_back(self):
        """Write what waits of each item."""
        self._release()
        lines = self.case_id.with_context(active_test=False).line_ids
        of_move = lines.grouped("move_id")
        # The engine's own: see dunning.cover.
        self.env["dunning.cover"].sudo().create(
            [
                dispute._prepare_cover(line)
                for dispute in self
                if dispute.state in HOLDING
                for line in of_move.get(dispute.move_id, lines.browse())
                if line.case_id == dispute.case_id
            ]
        )
        self._show()

    def _prepare_cover(self, line):
        self.ensure_one()
        return {
            "line_id": line.id,
            "kind": core.DISPUTED,
            "res_model": "dunning.dispute",
            "source_id": self.id,
            "amount": self._get_amount_held(),
            "balance_start": line.amount_residual,
        }

    def _get_covers(self):
        # The engine's own: see dunning.cover.
        return (
            self.env["dunning.cover"]
            .sudo()
            .search([("res_model", "=", self._name), ("source_id", "in", self.ids)])
        )

    def _release(self):
        """Let the amounts go on."""
        self._get_covers().write({"active": False})

    def _show(self):
        """Let the cases show what waits, and look afresh at what is about to leave."""
        self.env.flush_all()
        cases = self.case_id
        cases.invalidate_recordset(["amount_disputed", "amount_promised"])
        cases.line_ids.invalidate_recordset(["hold"])
        cases._keep_back_held()
        cases._show_waiting()

    @api.model
    def _follow_items(self, cases):
        """Keep back what became of contested invoices: posted again with other due
        dates, or followed by a new case. One query as a rule.

        :param cases: open cases of one company
        """
        # The engine's own, of the cases that it was given.
        disputes = self.sudo().search(
            Domain("partner_id", "in", cases.partner_id.ids)
            & Domain("company_id", "in", cases.company_id.ids)
            & Domain("state", "in", HOLDING)
        )
        if not disputes:
            return
        by_partner = {case.partner_id: case for case in cases}
        for dispute in disputes:
            case = by_partner[dispute.partner_id]
            if dispute.case_id != case and dispute.move_id in case.line_ids.move_id:
                dispute.case_id = case
        covered = {(cover.source_id, cover.line_id) for cover in disputes._get_covers()}
        changed = disputes.filtered(
            lambda dispute: any(
                line.move_id == dispute.move_id and (dispute.id, line) not in covered
                for line in dispute.case_id.line_ids
            )
        )
        changed._keep_back()
