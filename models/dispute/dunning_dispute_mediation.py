from odoo import fields, models
from odoo.exceptions import UserError


class DunningDisputeMediation(models.Model):
    """Mediation: a third party looks at the dispute, before any court does.

    Between businesses the Médiateur des entreprises, for consumers the consumer
    mediator (C. conso L612-1), for up to 5,000 € the court's conciliator (CPC 750-1).
    """

    _inherit = "dunning.dispute"

    mediation_provider = fields.Selection(
        [
            ("business", "Business ombudsman (Médiateur des entreprises)"),
            ("consumer", "Consumer mediator"),
            ("conciliator", "Court conciliator"),
            ("private", "Mediator chosen by the parties"),
        ],
        "Mediation by",
        tracking=True,
        help="Who mediates. The consumer mediator is free for consumers, the business "
        "ombudsman for both sides.",
    )
    mediator = fields.Char(help="Name, reference of the file, telephone.")
    mediation_from = fields.Date("In mediation since", readonly=True, tracking=True)
    mediation_meeting = fields.Date(
        "Next meeting", help="When the parties are to meet or to answer."
    )
    mediation_until = fields.Date("Mediation ended on", readonly=True)
    mediation_result = fields.Selection(
        [
            ("agreement", "Agreement"),
            ("none", "No agreement"),
            ("refused", "Refused by a party"),
        ],
        "Result of the mediation",
        tracking=True,
    )

    def action_mediate(self):
        """Hand the dispute to the mediator who was chosen; its amount waits."""
        self.check_access("write")
        self._check_undecided()
        for dispute in self:
            if not dispute.mediation_provider:
                raise UserError(
                    self.env._("Choose who mediates, under “Mediation”, first.")
                )
            # Facts, written by the engine.
            dispute.sudo().write(
                {
                    "state": "mediation",
                    "mediation_from": dispute.company_id._dunning_today(),
                    "mediation_until": False,
                    "mediation_result": False,
                }
            )
            dispute._log(
                self.env._(
                    "Mediation asked for (%(provider)s): %(dispute)s",
                    provider=dispute._get_provider(),
                    dispute=dispute.display_name,
                )
            )
        return True

    def action_end_mediation(self):
        """Note the result; the dispute is to be decided on."""
        self.check_access("write")
        for dispute in self.filtered(lambda one: one.state == "mediation"):
            if not dispute.mediation_result:
                raise UserError(self.env._("Choose the result of the mediation first."))
            # Facts, written by the engine.
            dispute.sudo().write(
                {
                    "state": "open",
                    "mediation_until": dispute.company_id._dunning_today(),
                }
            )
            field = self._fields["mediation_result"]
            dispute._log(
                self.env._(
                    "Mediation ended (%(provider)s): %(result)s.",
                    provider=dispute._get_provider(),
                    result=dict(field._description_selection(self.env))[
                        dispute.mediation_result
                    ],
                )
            )
        return True

    def _get_provider(self):
        self.ensure_one()
        field = self._fields["mediation_provider"]
        return dict(field._description_selection(self.env))[self.mediation_provider]
