from odoo import api, fields, models
from odoo.fields import Domain


class DunningLevelPreview(models.TransientModel):
    """The texts of a level as a real debtor would receive them."""

    _name = "dunning.level.preview"
    _description = "Preview of a Dunning Level"
    _inherit = ["dunning.guarded"]

    level_id = fields.Many2one("dunning.level", required=True, ondelete="cascade")
    case_id = fields.Many2one(
        "dunning.case",
        "Debtor",
        default=lambda self: self._default_case_id(),
        domain=[("state", "!=", "closed")],
    )
    text = fields.Html(compute="_compute_text", sanitize=False)

    @api.model
    def _default_case_id(self):
        """Propose a debtor on the ladder of the level, else of its kind, else any."""
        ladder = (
            self.env["dunning.level"]
            .browse(self.env.context.get("default_level_id"))
            .ladder_id
        )
        late = Domain([("state", "!=", "closed"), ("amount_overdue", ">", 0)])
        kind = Domain("partner_id.dunning_debtor_kind", "=", ladder.debtor_kind)
        for domain in (late & Domain("ladder_id", "=", ladder.id), late & kind, late):
            if case := self.env["dunning.case"].search(domain, limit=1):
                return case
        return self.env["dunning.case"]

    @api.depends("level_id", "case_id")
    def _compute_text(self):
        for preview in self:
            preview.text = self.env["ir.qweb"]._render(
                "account_dunning.level_preview", {"texts": preview._get_texts()}
            )

    def _get_texts(self):
        """Return ``[(channel label, subject, body), …]``; leaves nothing behind."""
        self.ensure_one()
        level, case = self.level_id, self.case_id
        texts = []
        if not (level and case):
            return texts
        # The window is open to every reader, for what he may read himself.
        level.check_access("read")
        case.check_access("read")

        def render():
            # Only looks ahead: whoever may read the level may see its text.
            actions = self.env["dunning.action"].sudo()
            actions = actions._make_example(case.sudo(), level.sudo())
            labels = dict(actions._selection_channel())
            rendered = actions._render_texts()
            for action in actions:
                label = labels[action.channel]
                if action.channel == "sms":
                    text = action._to_sms_text(rendered[action.id][1])
                    label = f"{label} – {action._describe_sms(text)}"
                texts.append((label, *rendered[action.id]))

        self.env["dunning.action"]._do_and_forget(render)
        return texts
