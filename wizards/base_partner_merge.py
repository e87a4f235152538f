from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging customers: their open cases become one (design, rule 11)."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        # Before the host writes, in SQL, the same debtor on all of them.
        self.env["dunning.case"]._join_debtors(
            src_partners, dst_partner.commercial_partner_id
        )
        return super()._update_foreign_keys(src_partners, dst_partner)
