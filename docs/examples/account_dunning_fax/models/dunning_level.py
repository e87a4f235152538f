from odoo import api, fields, models


class DunningLevel(models.Model):
    _inherit = "dunning.level"

    channel_fax = fields.Boolean(
        "Fax",
        help="The text of the letter is sent to the contact's fax number.",
        entry="over",
    )

    @api.model
    def _selection_channel(self):
        return [*super()._selection_channel(), ("fax", self.env._("Fax"))]

    @api.model
    def _get_channel_labels(self):
        return super()._get_channel_labels() | {"fax": self.env._("fax")}

    def _get_template(self, channel):
        if channel == "fax":
            return self.letter_template_id
        return super()._get_template(channel)
