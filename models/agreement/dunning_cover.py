from datetime import date

from odoo import fields, models

from ...tools import covers as core


class DunningCover(models.Model):
    """An item of which a promise, a plan or a dispute keeps an amount back.

    The one place where the engine looks: whoever makes a commitment writes its covers,
    and archives them when it ends. What is still kept back is computed from the
    balances of now (``tools/covers.py``). Only the engine writes it, as superuser.
    """

    _name = "dunning.cover"
    _description = "Dunning: Amount Kept Back"
    _inherit = ["dunning.guarded"]
    _order = "id"

    line_id = fields.Many2one(
        "dunning.case.line", "Item", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(related="line_id.case_id", store=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="line_id.currency_id")
    active = fields.Boolean(
        default=True, help="Whether the promise, plan or dispute still counts."
    )
    kind = fields.Selection(
        [
            (core.PROMISED, "Promised"),
            (core.PLANNED, "On a payment plan"),
            (core.OFFERED, "Under an offer"),
            (core.DISPUTED, "Disputed"),
        ],
        required=True,
    )
    res_model = fields.Char("Kind of commitment", required=True)
    source_id = fields.Many2oneReference(
        "Commitment", model_field="res_model", required=True, index=True
    )
    amount = fields.Monetary(
        help="The whole sum of the promise, plan or dispute, over all its items.",
    )
    balance_start = fields.Monetary(
        "Balance then",
        help="What was open of the item when the commitment was made.",
    )
    partial_mark = fields.Integer(
        "Matchings before",
        readonly=True,
        help="The last matching in the books then: what comes later is since then.",
    )
    date_until = fields.Date(
        "Last day",
        help="The last day on which it is waited for; empty while nobody knows.",
    )

    def _to_core(self, due: date):
        """Return the cover as the functional core knows it.

        :param due: the due date of its item
        """
        self.ensure_one()
        return core.Cover(
            key=self.line_id.id,
            kind=self.kind,
            source=self.source_id,
            amount=core.Decimal(str(self.amount)),
            start=core.Decimal(str(self.balance_start)),
            due=due,
        )
