from odoo import api, models


class FaxOperator(models.AbstractModel):
    """Who sends the faxes; a real module calls its service over the network here."""

    _name = "fax.operator"
    _description = "Fax Operator"

    @api.model
    def _send(self, number, pdf):
        """Send one document.

        :return: why it could not be sent, in words; empty when it arrived
        """
        return ""
