from odoo import api, models
from odoo.tools.mail import decode_message_header

from ...tools.automatic import is_automatic

#: What the host calls a message that nobody has written himself.
OUT_OF_OFFICE = "out_of_office"


class MailThread(models.AbstractModel):
    """What comes in by e-mail on a case, or on the record of a customer."""

    _inherit = "mail.thread"

    @api.model
    def _message_parse_post_process(self, message, message_dict, routes):
        """Keep automatic answers apart: an absence notice is no word of the debtor."""
        values = super()._message_parse_post_process(message, message_dict, routes)
        ours = {"dunning.case", "res.partner"}
        if ours.intersection(route[0] for route in routes or ()):
            headers = {name: decode_message_header(message, name) for name in message}
            if is_automatic(headers, message_dict.get("subject") or ""):
                values["message_type"] = OUT_OF_OFFICE
        return values
