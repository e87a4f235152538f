from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..books.bulk_insert import insert_rows

RESULTS = [
    ("automatic", "Leaves by itself"),
    ("manual", "Waits for approval"),
    ("decision", "Decision to take"),
    ("none", "Not contacted"),
]


class DunningFirstRun(models.Model):
    """The first run of a company, looked at before anything leaves.

    Made by the very code of the night, which takes everything back. A credit manager
    confirms it; who confirmed what, and when, stays. Nobody edits it.
    """

    _name = "dunning.first.run"
    _description = "Preview of the First Run"
    _inherit = ["dunning.company.draft", "dunning.guarded"]
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(readonly=True, help="The day for which the run was looked at.")
    state = fields.Selection(
        [("draft", "To confirm"), ("confirmed", "Confirmed")],
        required=True,
        default="draft",
        readonly=True,
    )
    user_id = fields.Many2one("res.users", "Confirmed by", readonly=True)
    confirmed_on = fields.Datetime(readonly=True)
    is_bank_fresh = fields.Boolean(readonly=True)
    undecided_count = fields.Integer(
        "Old invoices to decide",
        readonly=True,
        help="Late invoices for which nobody has decided yet whether and where they "
        "start.",
    )
    line_ids = fields.One2many("dunning.first.run.line", "first_run_id", "Customers")
    total_ids = fields.One2many("dunning.first.run.total", "first_run_id", "Totals")
    is_night_on = fields.Boolean(related="company_id.dunning_is_night_on")
    _one_draft = models.UniqueIndex(
        "(company_id) WHERE state = 'draft'",
        "The first run of this company is already being looked at.",
    )

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for preview in self:
            preview.display_name = self.env._(
                "First run, as of %(date)s", date=format_date(self.env, preview.date)
            )

    @api.model
    def action_open(self):
        """Look at the first run of the company as it would be today."""
        self.env["dunning.case"].check_access("write")
        return self._open_draft()

    @api.model
    def _get_window_title(self):
        return self.env._("First run")

    def action_refresh(self):
        """Look again: who would get what today."""
        self.ensure_one()
        self.env["dunning.case"].check_access("write")
        self.check_access("read")
        self._check_is_draft()
        company = self.company_id
        cases = self.env["dunning.case"].with_context(allowed_company_ids=company.ids)
        today = company._dunning_today()
        rows = [
            row for told in cases.preview(today) for row in self._prepare_rows(told)
        ]
        preview = self.sudo()  # nobody edits a preview
        preview.line_ids.unlink()
        preview.total_ids.unlink()
        insert_rows(preview.env["dunning.first.run.line"], rows)
        preview._write_facts(
            {
                "date": today,
                "is_bank_fresh": company._dunning_is_bank_fresh(today),
                "undecided_count": self._count_undecided(),
                "total_ids": [
                    Command.create(values) for values in self._prepare_totals(rows)
                ],
            }
        )
        preview.invalidate_recordset(["line_ids"])

    def _check_is_draft(self):
        if self.state != "draft":
            raise UserError(
                self.env._("This preview was confirmed: it stays as it was seen.")
            )

    def _prepare_rows(self, told):
        """Yield the lines of one debtor: one per step, or why there is none."""
        debtor = {
            "first_run_id": self.id,
            "partner_id": told["partner_id"],
            "result": "none",
            "reason": told["reason"] or None,
            "level_id": None,
            "channels": None,
            "invoice_count": 0,
            "invoices": None,
            "amount": 0.0,
        }
        labels = self.env["dunning.level"]._get_channel_labels()
        lines = self.env["dunning.case.line"]
        for step in told["steps"]:
            result = "automatic" if step["automatic"] else "manual"
            yield debtor | {
                "result": result if step["channels"] else "decision",
                "reason": None,
                "level_id": step["level_id"] or None,
                "channels": " + ".join(labels[name] for name in step["channels"]),
                "invoice_count": len(step["invoices"]),
                "invoices": ", ".join(lines._say_names(step["invoices"])),
                "amount": step["amount"],
            }
        if not told["steps"]:
            yield debtor

    @api.model
    def _prepare_totals(self, rows):
        """Return one total per result, level and reason."""
        counts, amounts = Counter(), Counter()
        for row in rows:
            key = row["result"], row["level_id"], row["channels"], row["reason"]
            counts[key] += 1
            amounts[key] += row["amount"]
        order = [result for result, _label in RESULTS]
        for key in sorted(counts, key=lambda key: (order.index(key[0]), -counts[key])):
            result, level_id, channels, reason = key
            yield {
                "result": result,
                "level_id": level_id,
                "channels": channels,
                "reason": reason,
                "debtor_count": counts[key],
                "amount": amounts[key],
            }

    def _count_undecided(self):
        """Return how many late invoices no decision on old items has met yet.

        0 once a decision was applied: what is late from then on climbs the ladder.
        """
        decisions = self.env["dunning.old.items"]
        domain = [("company_id", "=", self.company_id.id), ("state", "=", "applied")]
        if decisions.search_count(domain, limit=1):
            return 0
        # Counts what is late, whoever looks.
        look = decisions.sudo().new({"company_id": self.company_id.id})
        return len(look._read_old_items().invoices)

    def action_confirm(self):
        """Confirm what was seen: from now on runs may start."""
        self.ensure_one()
        company = self.company_id
        company._dunning_check_manager()
        self.check_access("read")
        self._check_is_draft()
        if self.date != company._dunning_today():
            raise UserError(
                self.env._(
                    "This preview is of %(date)s: look again, so that you confirm what "
                    "would really leave today.",
                    date=format_date(self.env, self.date),
                )
            )
        if self._count_undecided():
            raise UserError(
                self.env._(
                    "Decide first what becomes of the invoices that are late already: "
                    "open “Old items…”, then look again."
                )
            )
        self.sudo().write(  # nobody edits a preview
            {
                "state": "confirmed",
                "user_id": self.env.uid,
                "confirmed_on": fields.Datetime.now(),
            }
        )
        company._dunning_confirm_first_run()
        return self._get_window()

    def action_switch_on(self):
        """Switch the nightly run on."""
        self.ensure_one()
        self.company_id._dunning_switch_on()
        return self._get_window()

    def action_open_lines(self):
        """List every customer, to filter, group and export."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_first_run_line_action"
        )
        return action | {"domain": [("first_run_id", "=", self.id)]}


class DunningFirstRunLine(models.Model):
    """What one customer would get from the first run, or why nothing."""

    _name = "dunning.first.run.line"
    _description = "Preview of the First Run: Customer"
    _inherit = ["dunning.guarded"]
    _order = "result, level_id, amount desc, id"
    _rec_name = "partner_id"

    first_run_id = fields.Many2one(
        "dunning.first.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="first_run_id.company_id")
    currency_id = fields.Many2one(related="first_run_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    email = fields.Char(related="partner_id.email")
    result = fields.Selection(RESULTS, readonly=True)
    level_id = fields.Many2one("dunning.level", readonly=True)
    channels = fields.Char(readonly=True)
    reason = fields.Selection(
        selection="_selection_reason", string="Why not", readonly=True
    )
    invoice_count = fields.Integer("Invoices", readonly=True)
    invoices = fields.Text("Invoice numbers", readonly=True)
    amount = fields.Monetary(readonly=True)

    @api.model
    def _selection_reason(self):
        return self.env["dunning.case"]._selection_wait_reason()


class DunningFirstRunTotal(models.Model):
    """How many customers the first run would treat alike, and for which amount."""

    _name = "dunning.first.run.total"
    _description = "Preview of the First Run: Total"
    _inherit = ["dunning.guarded"]
    _order = "id"

    first_run_id = fields.Many2one(
        "dunning.first.run", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="first_run_id.company_id")
    currency_id = fields.Many2one(related="first_run_id.currency_id")
    result = fields.Selection(RESULTS, readonly=True)
    level_id = fields.Many2one("dunning.level", readonly=True)
    channels = fields.Char(readonly=True)
    reason = fields.Selection(
        selection="_selection_reason", string="Why not", readonly=True
    )
    debtor_count = fields.Integer("Customers", readonly=True)
    amount = fields.Monetary(readonly=True)

    @api.model
    def _selection_reason(self):
        return self.env["dunning.case"]._selection_wait_reason()
