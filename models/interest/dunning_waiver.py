from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .dunning_claim import KINDS

MOTIVES = [
    ("concession", "Concession in a negotiation"),
    ("goodwill", "Goodwill"),
    ("contested", "Contested"),
    ("small", "Too small to claim"),
]


class DunningWaiver(models.Model):
    """A decision not to claim some interest or an indemnity: who, why, how much.

    It is taken off what is shown to date. It stands whatever becomes of the note in
    which the rest was claimed; a credit manager takes it back. Only the engine writes
    it, for the credit manager who decides.
    """

    _name = "dunning.waiver"
    _description = "Dunning Waiver"
    _inherit = ["dunning.claim.settled", "dunning.guarded"]
    _order = "date desc, id desc"

    case_id = fields.Many2one(
        "dunning.case", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    kind = fields.Selection(
        [kind for kind in KINDS if kind[0] != "costs"], required=True, readonly=True
    )
    motive = fields.Selection(MOTIVES, "Kind of waiver", required=True, readonly=True)
    reason = fields.Text(required=True, readonly=True)
    is_whole = fields.Boolean(
        "In full", readonly=True, help="All that was owed until that day was waived."
    )
    date = fields.Date("Waived on", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users",
        "Waived by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    withdrawn_on = fields.Date("Taken back on", readonly=True)
    withdrawn_by_id = fields.Many2one("res.users", "Taken back by", readonly=True)

    _amount_is_positive = models.Constraint(
        "CHECK (amount > 0)", "What is waived is more than nothing."
    )

    @api.constrains("kind", "case_id")
    def _check_lawful(self):
        """Refuse to give up interest that a public body owes, by whatever way it comes.

        Any waiver of it is deemed unwritten (Code de la commande publique L2192-14);
        that article says nothing of the fixed indemnity, which may be waived.
        """
        for waiver in self.filtered(lambda one: one.kind == "interest"):
            debtor = waiver._get_debtor()
            if debtor.dunning_debtor_kind == "public":
                raise ValidationError(
                    self.env._(
                        "%(debtor)s is a public body: a waiver of its late-payment "
                        "interest is void (Code de la commande publique L2192-14). "
                        "Leave the interest due; it need not be claimed now.",
                        debtor=debtor.display_name,
                    )
                )

    def _get_debtor(self):
        self.ensure_one()
        return self.partner_id.commercial_partner_id

    @api.model
    def _get_live_domain(self):
        """Return the waivers that count: not those of interest of who turned out to be
        a public body, which are deemed unwritten."""
        return [
            ("withdrawn_on", "=", False),
            "|",
            ("kind", "!=", "interest"),
            ("case_id.partner_id.dunning_debtor_kind", "!=", "public"),
        ]

    @api.model
    def _check_may_waive(self):
        """Only a credit manager gives up money."""
        if not self.env.user.has_group("account_dunning.group_dunning_manager"):
            raise AccessError(
                self.env._("Interest and indemnities are waived by a credit manager.")
            )

    def action_withdraw(self):
        """Take waivers back: what they gave up can be claimed again."""
        self.check_access("read")
        self._check_may_waive()
        for waiver in self.filtered(lambda waiver: not waiver.withdrawn_on):
            waiver.sudo().write(  # the engine's own
                {
                    "withdrawn_on": waiver.company_id._dunning_today(),
                    "withdrawn_by_id": self.env.uid,
                }
            )
            waiver.case_id._message_log(
                body=self.env._(
                    "Waiver taken back: %(waiver)s", waiver=waiver._describe()
                )
            )
        return True

    def _describe(self):
        """Return the waiver in words, for the history of the case."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        motives = dict(self._fields["motive"]._description_selection(self.env))
        return self.env._(
            "%(kind)s of %(invoice)s, %(amount)s (%(motive)s)",
            kind=kinds[self.kind],
            invoice=self._get_number(),
            amount=self.currency_id.format(self.amount),
            motive=motives[self.motive],
        )
