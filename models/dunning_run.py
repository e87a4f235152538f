from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class DunningRun(models.Model):
    """One execution of the engine for one company, and what came of it."""

    _name = "dunning.run"
    _description = "Dunning Run"
    _order = "date desc, id desc"

    date = fields.Date(required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Started by", readonly=True, default=lambda self: self.env.user
    )
    is_nightly = fields.Boolean("Nightly", readonly=True)
    is_bank_fresh = fields.Boolean(readonly=True, default=True)
    line_ids = fields.One2many("dunning.run.line", "run_id", readonly=True)
    case_count = fields.Integer("Debtors looked at", compute="_compute_counts")
    contact_count = fields.Integer("Contacts", compute="_compute_counts")
    failure_count = fields.Integer("Failures", compute="_compute_counts")
    summary = fields.Char(compute="_compute_counts")

    @api.depends("line_ids.count", "line_ids.result")
    @api.depends_context("lang")
    def _compute_counts(self):
        for run in self:
            total = {"queued": 0, "proposed": 0, "decision": 0, "none": 0, "failed": 0}
            for line in run.line_ids:
                total[line.result] += line.count
            run.contact_count = total["queued"] + total["proposed"]
            run.failure_count = total["failed"]
            run.case_count = sum(run.line_ids.mapped("debtor_count"))
            run.summary = self.env._(
                "%(queued)s on their way, %(proposed)s to approve, %(decisions)s to "
                "decide, %(none)s not contacted, %(failed)s failed",
                queued=total["queued"],
                proposed=total["proposed"],
                decisions=total["decision"],
                none=total["none"],
                failed=total["failed"],
            )

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._(
                "Run of %(date)s", date=format_date(self.env, run.date)
            )

    @api.model
    def _start(self, company, date, is_nightly=False):
        """Return the record of an execution that begins.

        The nightly run of a day is one record, however often it is interrupted.

        :raises UserError: when the company was already run on a later date
        """
        last = self.search([("company_id", "=", company.id)], limit=1)
        if last and date < last.date:
            raise UserError(
                self.env._(
                    "%(company)s was already run for %(last)s: the past cannot be "
                    "dunned again (%(date)s was asked for).",
                    company=company.name,
                    last=format_date(self.env, last.date),
                    date=format_date(self.env, date),
                )
            )
        if is_nightly and last.date == date and last.is_nightly:
            return last
        return self.create(
            {
                "company_id": company.id,
                "date": date,
                "is_nightly": is_nightly,
                "is_bank_fresh": company._dunning_is_bank_fresh(date),
            }
        )

    @api.model
    def action_run_now(self):
        """Run the allowed companies now and show what came of it."""
        runs = self.env["dunning.case"].run()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_run_action"
        )
        if len(runs) == 1:
            return action | {
                "res_id": runs.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return action

    def _add(self, counts):
        """Add to the counts of the run.

        :param counts: {(result, reason, level id, channel): (contacts, debtors)}
        """
        self.ensure_one()
        known = {
            (
                line.result,
                line.reason or "",
                line.level_id.id or 0,
                line.channel or "",
            ): (line)
            for line in self.line_ids
        }
        for key, (count, debtors) in counts.items():
            if line := known.get(key):
                line.count += count
                line.debtor_count += debtors
                continue
            result, reason, level_id, channel = key
            self.env["dunning.run.line"].create(
                {
                    "run_id": self.id,
                    "result": result,
                    "reason": reason or False,
                    "level_id": level_id or False,
                    "channel": channel or False,
                    "count": count,
                    "debtor_count": debtors,
                }
            )


class DunningRunLine(models.Model):
    """How often a run came to one result, or had one reason for not acting."""

    _name = "dunning.run.line"
    _description = "Dunning Run Result"
    _order = "run_id, result, count desc, id"

    run_id = fields.Many2one(
        "dunning.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id")
    result = fields.Selection(
        [
            ("queued", "On its way"),
            ("proposed", "To approve"),
            ("decision", "To decide"),
            ("none", "Not contacted"),
            ("failed", "Failed"),
        ],
        required=True,
    )
    reason = fields.Selection(selection="_selection_reason")
    level_id = fields.Many2one("dunning.level")
    channel = fields.Selection(selection="_selection_channel")
    count = fields.Integer()
    debtor_count = fields.Integer("Debtors")

    @api.model
    def _selection_reason(self):
        return self.env["dunning.case"]._selection_wait_reason()

    @api.model
    def _selection_channel(self):
        return self.env["dunning.action"]._selection_channel()

    def action_open_cases(self):
        """Open the cases that share this reason today."""
        self.ensure_one()
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
