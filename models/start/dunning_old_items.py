from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import format_date, formatLang

from ...tools.age_bands import BANDS, Band


class DunningOldItems(models.Model):
    """What a credit manager decides about invoices that were late before dunning began.

    Per age band: leave out, start at the first rung, start at a chosen rung (design,
    rule 3). There is one decision being prepared per company, kept until it is applied:
    whoever leaves half-way finds it again. An applied one stays as the record of who
    decided what, when and why. Invoices that were reminded already are never touched.
    """

    _name = "dunning.old.items"
    _description = "Decision on Old Items"
    _inherit = ["dunning.company.draft"]
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "To decide"), ("applied", "Decided")],
        required=True,
        default="draft",
        readonly=True,
    )
    date = fields.Date(
        "Counted on", readonly=True, help="The day to which ages are counted."
    )
    reason = fields.Text(
        help="Why you decide so: written, with your name, on each customer's case and "
        "on each invoice that is left out or taken up again."
    )
    user_id = fields.Many2one("res.users", "Decided by", readonly=True)
    applied_on = fields.Datetime("Decided on", readonly=True)
    band_ids = fields.One2many("dunning.old.items.band", "old_items_id", "Age bands")
    begun_count = fields.Integer(
        "Reminded already",
        readonly=True,
        help="Late invoices that were reminded at least once: they go on climbing "
        "their ladder, whatever is decided here.",
    )
    excluded_count = fields.Integer(
        "Excluded by hand",
        readonly=True,
        help="Late invoices and entries that somebody excluded from follow-up on the "
        "invoice itself: they stay excluded, whatever is decided here.",
    )
    left_out_ids = fields.Many2many(
        "account.move",
        "dunning_old_items_left_out_rel",
        string="Left out",
        readonly=True,
        help="Invoices that this decision left out and that are not taken up again.",
    )
    left_out_count = fields.Integer(compute="_compute_left_out_count")
    result = fields.Text(readonly=True, help="What the decision has changed.")

    _one_draft = models.UniqueIndex(
        "(company_id) WHERE state = 'draft'",
        "A decision on old items is already being prepared in this company.",
    )

    def _compute_left_out_count(self):
        for decision in self:
            decision.left_out_count = len(decision.left_out_ids)

    @api.depends("state", "date", "applied_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for decision in self:
            decision.display_name = self.env._(
                "Old items (%(date)s)",
                date=format_date(self.env, decision.applied_on or decision.date),
            )

    def write(self, vals):
        """Choices and the reason are the credit manager's, the rest is the engine's."""
        if not self.env.su:
            self._check_is_draft()
            if not {"reason", "band_ids"}.issuperset(vals):
                raise AccessError(
                    self.env._(
                        "A decision on old items is recorded when it is applied."
                    )
                )
        return super().write(vals)

    def _check_is_draft(self):
        if "applied" in self.mapped("state"):
            raise UserError(
                self.env._(
                    "This decision was applied: it stays as it was taken. Open “Old "
                    "items…” to take another one."
                )
            )

    # The window

    @api.model
    def action_open(self):
        """Open the decision being prepared in the company, with fresh counts."""
        self.check_access("write")
        return self._open_draft()

    @api.model
    def _get_window_title(self):
        return self.env._("Old items")

    def action_refresh(self):
        """Count again; the choices made so far stay."""
        self.ensure_one()
        self.check_access("write")
        self._check_is_draft()
        old = self._read_old_items()
        bands = {band._key(): band for band in self.band_ids}
        commands = []
        for sequence, band in enumerate(BANDS):
            values = old.count(band) | {"sequence": sequence}
            if known := bands.get(band):
                commands.append(Command.update(known.id, values))
            else:
                days = {"days_from": band.first, "days_to": band.last or 0}
                commands.append(Command.create(values | days))
        self.sudo().write(  # the counts are the engine's
            {
                "date": old.date,
                "begun_count": len(old.begun),
                "excluded_count": len(old.excluded),
                "band_ids": commands,
            }
        )

    def action_open_left_out(self):
        """List the invoices that are left out by this decision."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Left out"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.left_out_ids.ids)],
        }


class DunningOldItemsBand(models.Model):
    """One age band of a decision: how much there is, and what becomes of it."""

    _name = "dunning.old.items.band"
    _description = "Decision on Old Items: Age Band"
    _order = "old_items_id, sequence, id"

    old_items_id = fields.Many2one(
        "dunning.old.items", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="old_items_id.company_id")
    currency_id = fields.Many2one(related="old_items_id.currency_id")
    sequence = fields.Integer()
    days_from = fields.Integer(required=True, readonly=True)
    days_to = fields.Integer(readonly=True, help="0: without end.")
    name = fields.Char("Days late", compute="_compute_name")
    invoice_count = fields.Integer("Invoices", readonly=True)
    debtor_count = fields.Integer("Customers", readonly=True)
    amount = fields.Monetary("Late amount", readonly=True)
    left_out_count = fields.Integer("Left out now", readonly=True)
    choice = fields.Selection(
        [
            ("first", "Start at the first reminder"),
            ("level", "Start at a chosen reminder"),
            ("leave", "Leave out"),
        ],
        "What to do",
        help="Leave out: excluded from follow-up until somebody takes the invoice up "
        "again. Start: what comes first; each later reminder then keeps its distance.",
    )
    level_id = fields.Many2one(
        "dunning.level",
        "Starts at",
        help="The first reminder these invoices get. On another ladder, or when an "
        "invoice is not late enough for it, the highest reminder whose delay fits. "
        "Never a formal notice: it must follow a reminder, and is approved one by one.",
    )

    @api.depends("days_from", "days_to")
    @api.depends_context("lang")
    def _compute_name(self):
        for band in self:
            if band.days_to:
                band.name = self.env._(
                    "%(first)s to %(last)s days",
                    first=band.days_from,
                    last=band.days_to,
                )
            else:
                band.name = self.env._("over %(days)s days", days=band.days_from - 1)

    @api.onchange("choice")
    def _onchange_choice(self):
        if self.choice != "level":
            self.level_id = False

    @api.constrains("level_id")
    def _check_level(self):
        """Nobody starts with a formal notice, a decision or a courtesy."""
        for level in self.level_id:
            if not level._to_rung().ordinary:
                raise UserError(
                    self.env._(
                        "“%(level)s” cannot be the first thing a customer hears "
                        "about an old invoice: start at an ordinary reminder. A "
                        "formal notice must come after one, and is approved case by "
                        "case.",
                        level=level.name,
                    )
                )

    @api.constrains("level_id")
    def _check_level_company(self):
        for band in self.filtered("level_id"):
            company = band.company_id
            company._check_dunning_ladder_is_ours(band.level_id.ladder_id)

    def write(self, vals):
        if not self.env.su:
            self.old_items_id._check_is_draft()
            if not {"choice", "level_id"}.issuperset(vals):
                raise AccessError(
                    self.env._("What was counted in an age band is not edited.")
                )
        return super().write(vals)

    def _key(self):
        self.ensure_one()
        return Band(self.days_from, self.days_to or None)

    def _describe(self):
        """Return the decision on the band in words, for the record of it."""
        self.ensure_one()
        what = dict(self._fields["choice"]._description_selection(self.env))
        return self.env._(
            "%(band)s: %(what)s (%(invoices)s invoices of %(debtors)s customers, "
            "%(amount)s)",
            band=self.name,
            what=self.level_id.name if self.choice == "level" else what[self.choice],
            invoices=self.invoice_count,
            debtors=self.debtor_count,
            amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
        )
