from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


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

    @api.constrains("model_id")
    def _check_dunning_levels(self):
        """A text that a level uses stays a text for dunning."""
        others = self.filtered(lambda template: template.model != "dunning.action")
        # Archived levels too, and those of other companies.
        levels = self.env["dunning.level"].sudo().with_context(active_test=False)
        used = levels.search(
            Domain("mail_template_id", "in", others.ids)
            | Domain("letter_template_id", "in", others.ids),
            limit=1,
        )
        if used:
            raise ValidationError(
                self.env._(
                    "The level “%(level)s” uses this text: it stays a text for "
                    "dunning.",
                    level=used.display_name,
                )
            )
