from odoo import api, fields, models
from odoo.exceptions import UserError


class DunningCase(models.Model):
    """The last reason a debtor gave for not paying, and calls nobody had planned."""

    _inherit = "dunning.case"

    reason_id = fields.Many2one(
        "dunning.reason",
        "Last reason given",
        readonly=True,
        tracking=True,
        ondelete="restrict",
        help="Why the debtor does not pay, as last recorded on a contact or a dispute.",
    )
    reason_said_by = fields.Selection(
        selection="_selection_said_by", string="Said by", readonly=True
    )

    @api.model
    def _selection_said_by(self):
        return self.env["dunning.action"]._selection_said_by()

    def action_record_call(self):
        """Open the window where a call that nobody had planned is recorded."""
        self.ensure_one()
        self.check_access("write")
        return self._get_outcome_window()

    def _get_outcome_window(self, **values):
        """Return the window of the outcome of a contact; ``values`` are defaults."""
        values = {"case_id": self.id, **values}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call with %(debtor)s", debtor=self.display_name),
            "res_model": "dunning.outcome",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{name}": value for name, value in values.items()},
        }

    @api.model
    def _take_back_run(self, company, day):
        """Plan the calls and visits again that the run had given up."""
        result = super()._take_back_run(company, day)
        skipped = self.env["dunning.action"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "cancelled"),
                ("outcome", "=", "skipped"),
                ("outcome_on", "=", day),
                ("case_id.state", "!=", "closed"),
            ]
        )
        skipped._take_back_skip()
        return result

    def _get_first_day(self):
        """Return the day on which the case began: nobody spoke about it before."""
        self.ensure_one()
        opened = self.company_id._dunning_to_day(self.create_date)
        # A day that was played (replay, demonstration) is before its record's.
        return min([opened, *self.action_ids.mapped("date")])

    def _check_spoken_on(self, day, what):
        """Refuse a day of which no call or visit can be noted by hand.

        :param what: what is noted, in words
        :raises ValidationError: with the days that are possible
        """
        self.ensure_one()
        why = self.env._("when the case was opened")
        self.company_id._dunning_check_noted(day, what, self._get_first_day(), why)

    def _find_contact(self, channel="phone"):
        """Return who is called, or reached by another channel; nobody when there is no
        case yet."""
        return self._get_contact(channel) if self else self.env["res.partner"]

    def message_post(self, **kwargs):
        """Tell who is in charge what the debtor writes: nobody may follow the case, or
        only somebody who left."""
        if self._comes_from_outside(**kwargs):
            asked = self.company_id._dunning_get_asked_for(*self._get_owners())
            told = asked.sudo().partner_id  # whoever answers sees no users
            kwargs["partner_ids"] = [*(kwargs.get("partner_ids") or ()), *told.ids]
        return super().message_post(**kwargs)

    @api.model
    def _comes_from_outside(
        self, message_type="notification", author_id=None, **kwargs
    ):
        """Tell whether a message that is posted was written by the debtor."""
        if message_type not in ("email", "comment"):
            return False
        author = self.env["res.partner"].sudo().browse(author_id or None)
        author = author or self.env.user.sudo().partner_id
        return message_type == "email" or author.partner_share

    def action_dun(self):
        """**Relancer**: show what would leave for these debtors, then send it."""
        if not self:
            raise UserError(
                self.env._("Nothing is late for this customer: there is no one to dun.")
            )
        return self.env["dunning.relance"]._open_for_cases(self)
