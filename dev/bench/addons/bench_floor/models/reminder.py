from odoo import fields, models


class BenchReminderPlain(models.Model):
    """A reminder without chatter."""

    _name = "bench.reminder.plain"
    _description = "Benchmark Reminder without Chatter"

    partner_id = fields.Many2one("res.partner", required=True, index=True)
    currency_id = fields.Many2one("res.currency")
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    date = fields.Date()
    days_overdue = fields.Integer()
    amount = fields.Monetary()
    state = fields.Selection([("draft", "Draft"), ("sent", "Sent")], default="draft")
    item_ids = fields.Many2many("account.move.line")


class BenchReminder(models.Model):
    """A reminder with chatter, linked to its items or with a line for each."""

    _name = "bench.reminder"
    _description = "Benchmark Reminder"
    _inherit = ["bench.reminder.plain", "mail.thread"]

    state = fields.Selection(tracking=True)
    item_ids = fields.Many2many("account.move.line", "bench_reminder_item_rel")
    line_ids = fields.One2many("bench.reminder.line", "reminder_id")


class BenchReminderLine(models.Model):
    """One item in one reminder, as it was."""

    _name = "bench.reminder.line"
    _description = "Benchmark Reminder Line"

    reminder_id = fields.Many2one(
        "bench.reminder", required=True, index=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one("account.move.line", index=True)
    currency_id = fields.Many2one("res.currency")
    name = fields.Char()
    date_due = fields.Date()
    days_overdue = fields.Integer()
    amount = fields.Monetary()
