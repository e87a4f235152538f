from odoo import api, models


class DunningCompanyDraft(models.AbstractModel):
    """A record of which each company prepares one at a time.

    Whoever leaves half-way finds it again; the finished ones stay as they were. The
    model has ``company_id``, ``state`` (``draft`` while it is prepared) and
    ``action_refresh``.
    """

    _name = "dunning.company.draft"
    _description = "Prepared Once per Company"

    @api.model
    def _open_draft(self):
        """Return the window of what the company is preparing, brought up to date."""
        company = self.env.company
        draft = self.search(
            [("company_id", "=", company.id), ("state", "=", "draft")], limit=1
        )
        if not draft:
            # One per company, made here only.
            draft = self.sudo().create({"company_id": company.id}).sudo(False)
        draft.action_refresh()
        return draft._get_window()

    def _get_window(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self._get_window_title(),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
