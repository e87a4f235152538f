import base64

from odoo import api, fields, models


class DunningLetterPost(models.TransientModel):
    """A batch of printed letters on its way to the post."""

    _name = "dunning.letter.post"
    _description = "Post Letters"
    _inherit = ["dunning.guarded"]

    action_ids = fields.Many2many("dunning.action", string="Letters", readonly=True)
    posted_on = fields.Date(
        required=True,
        default=lambda self: self.env.company._dunning_today(),
        help="The letters count as delivered from this day on.",
    )
    document = fields.Binary("Letters to print", readonly=True, attachment=True)
    document_name = fields.Char(compute="_compute_document_name")
    letter_count = fields.Integer(compute="_compute_pulled_ids")
    pulled_ids = fields.Many2many(
        "dunning.action", string="Pull these", compute="_compute_pulled_ids"
    )
    pulled_text = fields.Html(compute="_compute_pulled_ids", sanitize=False)

    @api.depends("posted_on")
    def _compute_document_name(self):
        for batch in self:
            batch.document_name = self.env._(
                "letters-%(date)s.pdf", date=batch.posted_on
            )

    @api.depends("action_ids", "action_ids.state")
    def _compute_pulled_ids(self):
        """List the letters whose debtor has paid since they were printed."""
        for batch in self:
            letters = batch.action_ids.filtered(lambda a: a.state == "queued")
            outdated = letters._find_outdated()
            batch.pulled_ids = letters.browse(action.id for action in outdated)
            batch.letter_count = len(letters)
            batch.pulled_text = self.env["ir.qweb"]._render(
                "account_dunning.pulled_letters", {"outdated": outdated}
            )

    @api.model
    def _open_for(self, letters):
        """Print letters and return the window of their batch.

        Letters that were still proposed are approved by whoever prints them.
        """
        printed = letters._approve_and_print()
        batch = self.create(
            {
                "action_ids": printed.ids,
                "document": base64.b64encode(printed._get_merged_pdf()),
            }
        )
        return batch._get_window()

    def _get_window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Letters to post"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_refresh(self):
        """Look again at who has paid."""
        return self._get_window()

    def action_mark_posted(self):
        """Cancel the letters to pull; the others are delivered.

        :raises ValidationError: for a day on which they cannot have been posted
        """
        letters = self.action_ids.filtered(lambda action: action.state == "queued")
        letters._check_delivered_on(self.posted_on)
        letters._drop_outdated()._mark_done(self.posted_on)
        return {"type": "ir.actions.act_window_close"}
