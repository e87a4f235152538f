from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

#: Placeholders that are tables: a telephone shows none.
TABLES = ("items_table", "payment_block")


class SmsTemplate(models.Model):
    """Texts of levels are SMS templates: one editor, one language mechanism."""

    _inherit = "sms.template"

    @api.constrains("body", "model_id")
    def _check_dunning_wording(self):
        """Refuse a forbidden phrase, or a table, as soon as the text is saved."""
        for template in self:
            if template.model != "dunning.action":
                continue
            self.env["dunning.level"]._raise_forbidden(template.name, template.body)
            for name in TABLES:
                if name in (template.body or ""):
                    raise ValidationError(
                        self.env._(
                            "“%(placeholder)s” is a table: it cannot stand in the SMS "
                            "“%(template)s”.",
                            placeholder=name,
                            template=template.name,
                        )
                    )

    @api.constrains("model_id")
    def _check_dunning_levels(self):
        """A text that a level uses stays a text for dunning."""
        others = self.filtered(lambda template: template.model != "dunning.action")
        # Archived levels too, and those of other companies.
        levels = self.env["dunning.level"].sudo().with_context(active_test=False)
        used = levels.search(Domain("sms_template_id", "in", others.ids), limit=1)
        if used:
            raise ValidationError(
                self.env._(
                    "The level “%(level)s” uses this text: it stays a text for "
                    "dunning.",
                    level=used.display_name,
                )
            )
