from odoo import api, models
from odoo.tools import SQL


class DunningLimitationFind(models.Model):
    """What the module finds by itself and proposes: nothing counts before a person has
    confirmed it."""

    _inherit = "dunning.limitation.event"

    @api.model
    def _propose_payments(self, company):
        """Propose each payment on account of an invoice that is still open, once.

        :return: the proposals
        """
        self.env["account.partial.reconcile"].flush_model()
        self.env["dunning.case.line"].flush_model()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT paid.id, item.move_id, dossier.partner_id, paid.date
                     FROM dunning_case_line line
                     JOIN dunning_case dossier ON dossier.id = line.case_id
                          AND dossier.company_id = %(company)s
                          AND dossier.state != 'closed'
                     JOIN account_move_line item ON item.id = line.move_line_id
                          AND NOT item.reconciled
                     JOIN account_partial_reconcile part
                          ON part.debit_move_id = item.id
                     JOIN account_move_line paid ON paid.id = part.credit_move_id
                     JOIN account_journal journal ON journal.id = paid.journal_id
                          AND journal.type IN ('bank', 'cash', 'credit')
                    WHERE line.active
                      AND NOT EXISTS (
                          SELECT FROM dunning_limitation_event known
                           WHERE known.payment_line_id = paid.id
                             AND known.paid_move_id = item.move_id)
                    ORDER BY paid.id""",
                company=company.id,
            )
        )
        return self.create(
            [
                {
                    "kind": "payment",
                    "date": day,
                    "partner_id": partner_id,
                    "company_id": company.id,
                    "move_ids": [move_id],
                    "payment_line_id": paid_id,
                    "paid_move_id": move_id,
                    "is_found": True,
                }
                for paid_id, move_id, partner_id, day in rows
            ]
        )
