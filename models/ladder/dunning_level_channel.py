import re

from odoo import api, fields, models, tools

from ...tools.channels import BY_PERSON
from ...tools.sms import simplify


class DunningLevelChannel(models.Model):
    """Through which ways of contact a level speaks, and what each one says.

    A module that adds one extends ``_selection_channel``, adds the field
    ``channel_<name>``, says where its text is (``_get_template``) and how it leaves
    (``dunning.action._get_queuers``): ``docs/examples/account_dunning_fax``.
    """

    _inherit = "dunning.level"

    channel_email = fields.Boolean(
        "E-mail",
        help="Counts once the mail server has taken it.",
    )
    channel_letter = fields.Boolean(
        "Letter",
        help="Printed by you; counts once it is marked as posted.",
    )
    channel_registered = fields.Boolean(
        "Registered letter",
        help="Printed and numbered; counts from the day it was deposited at the post "
        "office.",
    )
    channel_phone = fields.Boolean(
        "Call",
        help="A task for the collector; counts once the customer was reached, or "
        "after two attempts.",
    )
    channel_visit = fields.Boolean(
        "Visit",
        help="A task for the collector, closed with a report.",
    )
    channel_sms = fields.Boolean(
        "SMS",
        help="To consumers only with their consent, in working hours.",
    )
    fallback_channel = fields.Selection(
        selection="_selection_channel",
        string="If it cannot be delivered",
        help="The way of contact that is used instead when a message comes back or "
        "has no valid address.",
    )
    skip_after_days = fields.Integer(
        "Skipped after (working days)",
        default=5,
        help="A call or visit that nobody carries out within so many working days is "
        "recorded as skipped, and the next rung may start. Written messages and "
        "formal notices never are.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail text",
        domain=[("model", "=", "dunning.action")],
        ondelete="restrict",
        help="What the e-mail says, in each language. The eye above shows it for a "
        "real customer.",
    )
    letter_template_id = fields.Many2one(
        "mail.template",
        "Letter text",
        domain=[("model", "=", "dunning.action")],
        ondelete="restrict",
        help="The text of the letter and of the registered letter.",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        "SMS text",
        domain=[("model", "=", "dunning.action")],
        ondelete="restrict",
        help="What the SMS says, in each language.",
    )
    sms_size = fields.Char(
        compute="_compute_sms_size",
        string="SMS length",
        help="Without the names and amounts that the placeholders stand for. The "
        "preview shows the length of a real message.",
    )
    call_script = fields.Html(
        translate=True,
        sanitize=True,
        help="What to say on the phone or during the visit.",
    )

    @api.depends("sms_template_id.body")
    @api.depends_context("lang")
    def _compute_sms_size(self):
        for level in self:
            body = level.sms_template_id.body
            words = re.sub(r"{{.*?}}", "", body or "")
            level.sms_size = body and level.env["dunning.action"]._describe_sms(
                simplify(words)
            )

    @api.model
    def _selection_channel(self):
        """Return the ways of contact, in the order in which they are shown."""
        return [
            ("email", self.env._("E-mail")),
            ("letter", self.env._("Letter")),
            ("registered", self.env._("Registered letter")),
            ("phone", self.env._("Call")),
            ("visit", self.env._("Visit")),
            ("sms", self.env._("SMS")),
        ]

    @api.model
    def _get_channel_labels(self):
        """Map each channel to its name inside a sentence."""
        return dict(self._selection_channel()) | {
            "email": self.env._("e-mail"),
            "letter": self.env._("letter"),
            "registered": self.env._("registered letter"),
            "phone": self.env._("call"),
            "visit": self.env._("visit"),
            "sms": self.env._("SMS"),
        }

    @api.model
    @tools.ormcache()
    def _get_channel_names(self):
        """Return the technical names of all ways of contact, asked for each step."""
        return tuple(name for name, _label in self._selection_channel())

    @api.model
    def _get_channel_fields(self):
        """Return the fields that switch the ways of contact on."""
        return tuple(f"channel_{name}" for name in self._get_channel_names())

    def _get_channels(self):
        """Return the names of the channels of the level, in their order."""
        self.ensure_one()
        return [name for name in self._get_channel_names() if self[f"channel_{name}"]]

    def _get_text(self, channel):
        """Return what holds the text of a channel: a template, or the call script."""
        self.ensure_one()
        if channel in BY_PERSON:
            return self.call_script
        if channel == "sms":
            return self.sms_template_id
        return self._get_template(channel)

    def _get_template(self, channel):
        """Return the mail template that holds the text of an e-mail or letter."""
        return {
            "email": self.mail_template_id,
            "letter": self.letter_template_id,
            "registered": self.letter_template_id,
        }.get(channel, self.env["mail.template"])
