from odoo import models
from odoo.tools import format_date


class DunningProceeding(models.Model):
    """What the declaration says of open disputes (Code de commerce R622-23)."""

    _inherit = "dunning.proceeding"

    def _list_disputed(self):
        # That it is contested is no secret to who declares it.
        disputes = self.env["dunning.dispute"].sudo()
        found = disputes.search(
            [
                ("case_id.partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("open", "mediation")),
                ("move_id", "in", self.line_ids.move_id.ids),
            ],
            order="date, id",
        )
        return super()._list_disputed() + [
            self.env._(
                "%(amount)s of %(invoice)s is contested since %(date)s.",
                amount=dispute._format_amount(dispute.amount),
                invoice=dispute.move_name,
                date=format_date(self.env, dispute.date),
            )
            for dispute in found
        ]
