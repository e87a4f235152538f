from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Texts that may name what a late payment costs; an SMS or a call does not.
WRITTEN = ("mail_template_id", "letter_template_id")
PLACEHOLDER = "late_payment_text"


class DunningLevel(models.Model):
    """What a level says of late-payment interest and of the flat indemnity.

    A text that holds ``late_payment_text`` names them as information; with these boxes
    it claims them. The law follows the debtor, whatever the level says: a consumer is
    never claimed either of them (design, rule 14).
    """

    _inherit = "dunning.level"

    claim_interest = fields.Boolean(
        "Claim interest",
        help="The text claims the late-payment interest to date, shown apart with its "
        "rate and its day, beside the invoices. Off: it is named as information. "
        "Never claimed from a consumer.",
        entry="over",
    )
    claim_indemnity = fields.Boolean(
        "Claim the indemnity",
        help="The text claims the flat indemnity for recovery costs, once for each "
        "late invoice. Off: it is named as information. Never claimed from a consumer.",
        entry="over",
    )
    names_late_payment = fields.Boolean(
        compute="_compute_names_late_payment",
        store=True,
        help="The amounts are computed only where a text names them.",
    )

    @api.depends(lambda self: [f"{name}.body_html" for name in WRITTEN])
    def _compute_names_late_payment(self):
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        for level in self:
            level.names_late_payment = any(
                PLACEHOLDER in (level.with_context(lang=lang)[name].body_html or "")
                for lang in langs
                for name in WRITTEN
            )

    @api.constrains(
        lambda self: (
            *("claim_interest", "claim_indemnity", "delay_days"),
            *(*WRITTEN, *self._get_channel_fields()),
        )
    )
    def _check_claim(self):
        for level in self:
            if not (level.claim_interest or level.claim_indemnity):
                continue
            if level.is_courtesy or level.is_decision:
                raise ValidationError(
                    self.env._(
                        "“%(level)s” cannot claim interest or the indemnity: only a "
                        "text about a late invoice can.",
                        level=level.name,
                    )
                )
            if not level.names_late_payment:
                raise ValidationError(
                    self.env._(
                        "“%(level)s” claims interest or the indemnity, but no text of "
                        "it says so: insert the placeholder %(placeholder)s.",
                        level=level.name,
                        placeholder=f"object.{PLACEHOLDER}",
                    )
                )
