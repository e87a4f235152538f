from odoo import api, models


class MailTemplate(models.Model):
    """Texts of levels are mail templates: one editor, one language mechanism."""

    _inherit = "mail.template"

    @api.constrains("subject", "body_html", "model_id")
    def _check_dunning_wording(self):
        """Refuse a forbidden phrase as soon as the text of a level is saved."""
        for template in self:
            if template.model == "dunning.action":
                text = f"{template.subject or ''}\n{template.body_html or ''}"
                self.env["dunning.level"]._raise_forbidden(template.name, text)
