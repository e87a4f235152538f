from odoo import api, fields, models
from odoo.fields import Command

#: Debtors served in one call while a selection is worked through.
CHUNK_SIZE = 20


class DunningRelance(models.TransientModel):
    """**Relancer** a selection: what leaves to whom, what does not, and why."""

    _name = "dunning.relance"
    _description = "Send Reminders"

    line_ids = fields.One2many("dunning.relance.line", "relance_id")
    state = fields.Selection(
        [("draft", "To send"), ("running", "Sending"), ("done", "Sent")],
        default="draft",
        required=True,
    )
    ready_count = fields.Integer(compute="_compute_counts")
    refused_count = fields.Integer(compute="_compute_counts")
    done_count = fields.Integer(compute="_compute_counts")
    total_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for relance in self:
            states = relance.line_ids.mapped("state")
            relance.ready_count = states.count("ready")
            relance.refused_count = states.count("refused")
            relance.done_count = states.count("sent") + states.count("failed")
            relance.total_count = relance.done_count + relance.ready_count

    @api.model
    def _open_for_cases(self, cases):
        """Return the window for cases: one message for one debtor, a list for more."""
        cases.check_access("write")
        lines = self.env["dunning.relance.line"]._prepare_for(cases)
        relance = self.create({"line_ids": [Command.create(line) for line in lines]})
        if len(relance.line_ids) == 1:
            relance.line_ids._fill_texts()
            return relance.line_ids._get_window()
        return relance._get_window()

    def _get_window(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send reminders"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},  # the web client's own
        }

    def action_start(self):
        """Begin to work through the list; the window shows the progress."""
        self.ensure_one()
        self.state = "running"
        return self._get_window()

    def process_next(self):
        """Serve the next debtors of the list.

        :return: how many are left; each call is a transaction of its own, so that a
            closed window loses nothing and doubles nothing
        """
        self.ensure_one()
        waiting = self.line_ids.filtered(lambda line: line.state == "ready")
        for line in waiting[:CHUNK_SIZE]:
            line._send_safely()
        left = len(waiting[CHUNK_SIZE:])
        if not left:
            self.state = "done"
        return left
