from odoo import api, fields, models
from odoo.tools import SQL

RESULTS = [
    ("queued", "On its way"),
    ("proposed", "To approve"),
    ("decision", "To decide"),
    ("none", "Not contacted"),
    ("failed", "Failed"),
]


class DunningRunCount(models.Model):
    """What one batch of a run counted.

    Each batch adds rows of its own: workers side by side never wait for each other.
    """

    _name = "dunning.run.count"
    _description = "Dunning Run Count"

    run_id = fields.Many2one(
        "dunning.run", required=True, index=True, ondelete="cascade"
    )
    result = fields.Selection(RESULTS, required=True)
    reason = fields.Char(help="Code of the reason, empty for a contact.")
    level_id = fields.Many2one("dunning.level")
    channel = fields.Char()
    count = fields.Integer()
    debtor_count = fields.Integer()


class DunningRunLine(models.Model):
    """How often a run came to one result, or had one reason for not acting."""

    _name = "dunning.run.line"
    _description = "Dunning Run Result"
    _order = "run_id, result, count desc, id"
    _auto = False
    _depends = {
        "dunning.run.count": [
            "run_id",
            "result",
            "reason",
            "level_id",
            "channel",
            "count",
            "debtor_count",
        ]
    }

    run_id = fields.Many2one("dunning.run", readonly=True)
    company_id = fields.Many2one(related="run_id.company_id")
    result = fields.Selection(RESULTS, readonly=True)
    reason = fields.Selection(selection="_selection_reason", readonly=True)
    level_id = fields.Many2one("dunning.level", readonly=True)
    channel = fields.Selection(selection="_selection_channel", readonly=True)
    count = fields.Integer(readonly=True)
    debtor_count = fields.Integer("Debtors", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT min(id) AS id, run_id, result, reason, level_id, channel,
                      sum(count)::int4 AS count, sum(debtor_count)::int4 AS debtor_count
                 FROM dunning_run_count
             GROUP BY run_id, result, reason, level_id, channel"""
        )

    @api.model
    def _selection_reason(self):
        return self.env["dunning.case"]._selection_wait_reason()

    @api.model
    def _selection_channel(self):
        return self.env["dunning.action"]._selection_channel()

    def action_open_cases(self):
        """Open the cases that share this reason today."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_case_action"
        )
        return action | {
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("wait_reason", "=", self.reason),
                ("last_run_on", "=", self.run_id.date),
            ],
            "context": {},
        }
