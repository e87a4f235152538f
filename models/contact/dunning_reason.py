from odoo import api, fields, models

#: Families of reasons; disputes have an owner for each of them.
FAMILIES = [
    ("admin", "Administrative"),
    ("commercial", "Commercial dispute"),
    ("logistic", "Logistic dispute"),
    ("technical", "Technical dispute"),
    ("contractual", "Contractual dispute"),
    ("dispute", "Other dispute"),
    ("finance", "Financial difficulty"),
    ("will", "Deliberate delay"),
    ("contact", "Contact"),
    ("check", "To be checked"),
    ("commitment", "Commitment"),
    ("special", "Special situation"),
]
#: What a contact can lead to, in one screen with its outcome; features add theirs.
FOLLOW_UPS = [
    ("none", "Nothing: the ladder goes on"),
    ("call_back", "Call back on a day"),
    ("task", "A task for somebody"),
]


class DunningReason(models.Model):
    """Why a debtor does not pay, coded so that it can be counted.

    The shipped list follows what French credit managers use: administrative reasons,
    disputes by kind, difficulties, will. A reason suggests what to do about it.
    """

    _name = "dunning.reason"
    _description = "Reason for Non-payment"
    _inherit = ["dunning.guarded"]
    _order = "sequence, code"
    _rec_names_search = ["code", "name"]

    sequence = fields.Integer(default=100, entry="over")
    code = fields.Char(
        required=True,
        help="Short and unique, for statistics and other programs.",
        entry="over",
    )
    name = fields.Char("Reason", required=True, translate=True, entry="over")
    family = fields.Selection(
        FAMILIES,
        required=True,
        help="Groups reasons in statistics. Disputes have an owner and a number of "
        "days for each family.",
        entry="over",
    )
    suggested_action = fields.Selection(
        FOLLOW_UPS,
        required=True,
        default="none",
        help="What is proposed when this reason is recorded: a choice, not a rule.",
        entry="over",
    )
    advice = fields.Char(
        "What to do",
        translate=True,
        help="Shown to whoever records this reason, and written in the task.",
        entry="over",
    )
    active = fields.Boolean(default=True, entry="over")
    _code_once = models.Constraint(
        "UNIQUE(code)", "Another reason has this code: each reason has its own."
    )

    @api.depends("code", "name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for reason in self:
            reason.display_name = f"{reason.code} – {reason.name or ''}"
