from collections import defaultdict

from odoo import api, models


class DunningCaseSettle(models.Model):
    """Settle: what is no longer due leaves its case, and how it was settled."""

    _inherit = "dunning.case"

    def _settle(self, items, lines, date):
        """Archive the lines of settled items; close the cases where none is left."""
        settled, emptied = [], []
        for case in self:
            open_ids = {item.line_id for item in items.get(case.partner_id.id, ())}
            of_case = lines[case.id]
            lines[case.id] = [row for row in of_case if row.move_line_id in open_ids]
            settled += [row.id for row in of_case if row.move_line_id not in open_ids]
            if not lines[case.id]:
                # Debts that came later belong to a new case, which starts afresh.
                emptied.append(case.id)
        lines_of_items = self.env["dunning.case.line"].sudo()  # the engine's own
        lines_of_items.browse(settled).write({"active": False})
        self.browse(emptied)._close_settled(date)

    def _close_settled(self, date):
        if not self:
            return
        # A thank-you is about what was paid.
        asking = self.action_ids.filtered(lambda action: action.kind != "thanks")
        asking._drop(self.env._("Nothing is open any more."))
        reasons = self._get_close_reasons()
        for reason, cases in self.grouped(reasons.get).items():
            cases.write({"state": "closed", "close_reason": reason})
        self._settle_closed(date)

    def _get_close_reasons(self):
        """Map cases to how their last items were settled, read from the counterpart.

        Money or a credit note makes a case paid; an entry that moves the debt to
        another account closes it as transferred. Where nothing was settled (the
        invoices were cancelled, deleted, excluded or made out to another customer)
        nothing is due any more, and nobody has paid.
        """
        lines = self.with_context(active_test=False).line_ids
        # How an entry was matched is read for the verdict only, never shown.
        items = lines.move_line_id.sudo().filtered("reconciled")
        partials = self.env["account.partial.reconcile"].sudo()
        partials = partials.search_fetch(
            [("debit_move_id", "in", items.ids)],
            ["debit_move_id", "credit_move_id", "exchange_move_id"],
        )
        # The gain or loss on a currency is entered beside the payment, not instead.
        exchange = partials.exchange_move_id
        counterparts = partials.credit_move_id
        counterparts.fetch(["date", "move_id"])
        counterparts = counterparts.filtered(lambda line: line.move_id not in exchange)
        counterparts.move_id.fetch(["journal_id", "origin_payment_id"])
        matched = partials.grouped("debit_move_id")
        of_case = defaultdict(counterparts.browse)
        for line in lines:
            found = matched.get(line.move_line_id.sudo(), partials.browse())
            of_case[line.case_id] |= found.credit_move_id & counterparts
        return {case: self._get_close_reason(of_case[case]) for case in self}

    @api.model
    def _get_close_reason(self, counterparts):
        last = counterparts.sorted(lambda line: (line.date, line.id))[-1:].move_id
        if not last:
            return "void"
        return "paid" if self._is_money(last) else "transferred"

    @api.model
    def _is_money(self, entry):
        """Tell whether an entry is a payment or a credit note, not one that only moves
        a debt elsewhere."""
        is_money = entry.journal_id.type in ("bank", "cash", "credit", "sale")
        return is_money or bool(entry.origin_payment_id)
