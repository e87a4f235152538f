from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class DunningFileVoid(models.TransientModel):
    """Mark a document of a record as void: it was put there by mistake.

    The document stays, with who said so, when and why: it proves nothing any more.
    """

    _name = "dunning.file.void"
    _description = "Mark a Document as Void"
    _inherit = ["dunning.guarded"]

    res_model = fields.Char("Kind of record", required=True)
    res_id = fields.Many2oneReference("Record", required=True, model_field="res_model")
    file_ids = fields.Many2many(
        "ir.attachment", compute="_compute_file_ids", string="Documents"
    )
    attachment_id = fields.Many2one(
        "ir.attachment", "Document", domain="[('id', 'in', file_ids)]"
    )
    reason = fields.Char(help="What is wrong with it, for whoever looks at it later.")

    @api.model_create_multi
    def create(self, vals_list):
        windows = super().create(vals_list)
        for window in windows:
            window._get_record()  # a number is looked at as whoever gives it
        return windows

    @api.depends("res_model", "res_id")
    def _compute_file_ids(self):
        for window in self:
            window.file_ids = window._get_record()._get_all_files()

    def _get_record(self):
        """Return the record of which the documents are.

        :raises UserError: where it has none
        """
        self.ensure_one()
        known = self.env["ir.attachment"]._get_dunning_file_models()
        if self.res_model not in known or not known[self.res_model]:
            raise UserError(self.env._("This has no documents that could be void."))
        record = self.env[self.res_model].browse(self.res_id)
        record.check_access("read")
        return record

    def action_confirm(self):
        """Mark the document; it is told in the history of the case."""
        self.ensure_one()
        record = self._get_record()
        record.check_access("write")
        self._check_choice(record)
        text = self.env._(
            "Void since %(date)s (%(user)s): %(reason)s",
            date=format_date(self.env, self.env.company._dunning_today()),
            user=self.env.user.name,
            reason=self.reason.strip(),
        )
        # The document is the record's for good: only this is ever written on it.
        self.attachment_id.sudo().dunning_void_text = text
        record._note_void_file(
            self.env._(
                "Document “%(document)s” of %(record)s. %(void)s",
                document=self.attachment_id.name,
                record=record.display_name,
                void=text,
            )
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_choice(self, record):
        document = self.attachment_id
        if not document or not (self.reason or "").strip():
            raise UserError(self.env._("Choose the document, and say why it is void."))
        if document not in record._get_all_files():
            raise UserError(
                self.env._(
                    "“%(document)s” is no document of %(record)s.",
                    document=document.name,
                    record=record.display_name,
                )
            )
        if document.dunning_void_text:
            raise UserError(document.dunning_void_text)
        if not record._keeps_files():
            raise UserError(
                self.env._(
                    "%(record)s is a draft: remove the document itself.",
                    record=record.display_name,
                )
            )
