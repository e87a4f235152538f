from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

REVIEW_TYPE = "account_dunning.mail_activity_type_exclusions"


class DunningExclusion(models.Model):
    """An item that is excluded from follow-up for good, reviewed from time to time.

    The exclusion itself is the host's ``no_followup`` of the journal item; this record
    remembers who set it, why, and who looked at it last. Items that were excluded
    without us (miscellaneous entries are, by default) get one with what is known.
    """

    _name = "dunning.exclusion"
    _description = "Exclusion from Follow-up"
    _inherit = ["mail.thread", "mail.activity.mixin", "dunning.guarded"]
    _order = "reviewed_on nulls first, excluded_on nulls first, id"

    move_line_id = fields.Many2one(
        "account.move.line", "Item", required=True, index=True, ondelete="cascade"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(
        "Number",
        compute="_compute_name",
        compute_sudo=True,  # what is excluded is no secret to who reviews it
        search="_search_name",
    )
    partner_id = fields.Many2one(
        "res.partner", "Debtor", index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    date_due = fields.Date("Due date", compute="_compute_date_due")
    currency_id = fields.Many2one(related="move_line_id.currency_id")
    amount_residual = fields.Monetary(
        "Balance", related="move_line_id.amount_residual_currency"
    )
    reason = fields.Text(help="Empty: it was excluded without giving a reason.")
    user_id = fields.Many2one(
        "res.users",
        "Excluded by",
        help="Empty: not known. Miscellaneous entries are excluded by default.",
    )
    excluded_on = fields.Date("Since", help="Empty: not known.")
    reviewed_on = fields.Date(
        "Last review",
        help="When somebody last confirmed that the exclusion is still right.",
    )
    reviewed_by_id = fields.Many2one("res.users", "Reviewed by")
    ended_on = fields.Date("Resumed on")
    ended_by_id = fields.Many2one("res.users", "Resumed by")
    is_review_due = fields.Boolean(
        "To review",
        compute="_compute_is_review_due",
        search="_search_is_review_due",
        help="Nobody has looked at it for as long as the settings of dunning allow.",
    )
    _once = models.UniqueIndex(
        "(move_line_id) WHERE ended_on IS NULL",
        "This item is excluded from follow-up already.",
    )

    @api.depends("move_line_id.name", "move_id.name", "move_id.ref")
    def _compute_name(self):
        for exclusion in self:
            exclusion.name = exclusion.move_line_id._get_dunning_number()

    @api.model
    def _search_name(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        return Domain("move_line_id.move_name", operator, value) | Domain(
            "move_line_id.name", operator, value
        )

    @api.depends("move_line_id.date_maturity", "move_line_id.date")
    def _compute_date_due(self):
        for exclusion in self:
            # Whoever sees the exclusion may know what it is about.
            item = exclusion.move_line_id.sudo()
            exclusion.date_due = item.date_maturity or item.date

    @api.depends("reviewed_on", "excluded_on", "ended_on", "company_id")
    def _compute_is_review_due(self):
        for exclusion in self:
            last = exclusion.reviewed_on or exclusion.excluded_on
            day = exclusion.company_id._dunning_review_before()
            is_old = bool(day) and (not last or last <= day)
            exclusion.is_review_due = is_old and not exclusion.ended_on

    @api.model
    def _search_is_review_due(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        due = Domain.FALSE
        for company in self.env.companies:
            if day := company._dunning_review_before():
                due |= Domain("company_id", "=", company.id) & self._get_due_domain(day)
        return due

    @api.model
    def _get_due_domain(self, day):
        unreviewed = Domain("reviewed_on", "=", False)
        return Domain("ended_on", "=", False) & (
            Domain("reviewed_on", "<=", day)
            | (unreviewed & Domain("excluded_on", "=", False))
            | (unreviewed & Domain("excluded_on", "<=", day))
        )

    @api.model
    def _get_open_domain(self):
        """Return the exclusions that keep back money today."""
        return Domain(
            [
                ("ended_on", "=", False),
                ("move_line_id.no_followup", "=", True),
                ("move_line_id.parent_state", "=", "posted"),
                ("move_line_id.reconciled", "=", False),
            ]
        )

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        """With the debtor, where one entry has items of several."""
        for exclusion in self:
            names = [exclusion.name or ""]
            move = exclusion.move_id.sudo()  # as the number
            if move and not move._is_dunning_document():
                names.append(exclusion.partner_id.display_name)
            exclusion.display_name = " – ".join(filter(None, names))

    # Keeping the list

    @api.model
    def _exclude(self, moves, items, reason):
        """Exclude from follow-up, with a reason, as a credit manager.

        :param moves: invoices, excluded as a whole as the host does it
        :param items: items of other entries, each for itself
        """
        self._check_manager()
        moves = moves.with_env(self.env)  # he is its author
        (moves | items.with_env(self.env).move_id).check_access("read")
        items = items.with_env(self.env) | moves.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable"
        )
        # The credit manager answers for the follow-up, whatever he may write in the
        # books: this flag is no accounting.
        items.sudo().no_followup = True
        exclusions = self.sudo().search(
            [("move_line_id", "in", items.ids), ("ended_on", "=", False)]
        )
        exclusions._write_facts({"reason": reason})
        exclusions._log(
            self.env._("Excluded from dunning. Reason: %(reason)s", reason=reason)
        )
        lines = self.env["dunning.case.line"].search(
            [("move_line_id", "in", items.ids)]
        )
        lines.case_id._keep_back_held()

    @api.model
    def _follow(self, items, is_excluded):
        """Note who excludes items, or dunns them again, on whatever screen."""
        items = items.filtered(lambda item: item.account_type == "asset_receivable")
        # Whoever may write the item need have no rights on dunning.
        exclusions = self.sudo()
        known = exclusions.search(
            [("move_line_id", "in", items.ids), ("ended_on", "=", False)]
        )
        if not is_excluded:
            for company, ended in known.grouped("company_id").items():
                day = company._dunning_today()
                ended._write_facts({"ended_on": day, "ended_by_id": self.env.uid})
            return
        exclusions.create(
            [
                {
                    "move_line_id": item.id,
                    "move_id": item.move_id.id,
                    "partner_id": item.partner_id.id,
                    "company_id": item.company_id.id,
                    "user_id": self.env.uid,
                    "excluded_on": item.company_id._dunning_today(),
                }
                for item in items - known.move_line_id
            ]
        )

    @api.model
    def _note_in_bulk(self, company, moves, items, is_excluded, reason):
        """Keep who left out many invoices at once, or took them up again, and why.

        :param moves: invoices, each with all its items
        :param items: items of other entries
        """
        exclusions = self.sudo()  # see _follow
        day = company._dunning_today()
        if is_excluded:
            self._note_unknown(company, day)
        noted = exclusions.search(
            (
                Domain("move_id", "in", moves.ids)
                | Domain("move_line_id", "in", items.ids)
            )
            & Domain("ended_on", "=", False)
        )
        if is_excluded:
            noted = noted.filtered(lambda exclusion: not exclusion.excluded_on)
            values = {"user_id": self.env.uid, "excluded_on": day, "reason": reason}
        else:
            values = {"ended_by_id": self.env.uid, "ended_on": day}
        noted._write_facts(values)

    @api.model
    def _note_unknown(self, company, day):
        """Put on the list what was excluded before us or by default, in one query."""
        items = self.env["account.move.line"].sudo()  # see _read_dunning_items
        table = items._table
        query = items._search(self._get_unseen_domain(company, day))
        names = ("id", "move_id", "partner_id", "company_id")
        columns = [SQL.identifier(table, name) for name in names]
        stamp = (self.env.uid, self.env.cr.now())
        # An INSERT is not flushed for by the cursor.
        items.flush_model(["no_followup", "parent_state", "amount_residual"])
        self.env.cr.execute(
            SQL(
                "INSERT INTO dunning_exclusion (move_line_id, move_id, partner_id, "
                "company_id, create_uid, create_date, write_uid, write_date) "
                "%s ON CONFLICT DO NOTHING",
                query.select(
                    *columns, *(SQL("%s", value) for value in (*stamp, *stamp))
                ),
            )
        )

    @api.model
    def _get_unseen_domain(self, company, day, since=None):
        """Return the excluded items that nobody has put on the list.

        :param since: or that nobody has looked at after that day
        """
        self.flush_model()
        items = self.env["account.move.line"]
        looked = SQL("COALESCE(known.reviewed_on, known.excluded_on) > %s", since)
        unseen = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "NOT EXISTS (SELECT FROM dunning_exclusion known "
                "WHERE known.move_line_id = %s AND known.ended_on IS NULL AND %s)",
                SQL.identifier(alias, "id"),
                looked if since else SQL("TRUE"),
            )
        )
        excluded = Domain("no_followup", "=", True)
        return items._get_dunning_item_domain(company, day) & excluded & unseen

    # Reviewing it

    def _check_manager(self):
        if not self.env.user.has_group("account_dunning.group_dunning_manager"):
            raise AccessError(
                self.env._(
                    "A credit manager decides which invoices are excluded from "
                    "follow-up: put it on hold until a day instead, or ask him."
                )
            )

    def _log(self, text):
        for move, exclusions in self.grouped("move_id").items():
            body = text
            if not move.sudo()._is_dunning_document():  # as the exclusion
                names = exclusions.mapped("display_name")
                body = self.env._(
                    "%(items)s: %(what)s", items=", ".join(names), what=text
                )
            move._message_log(body=body)

    @api.model
    def action_open_review(self):
        """Open the list of what is excluded, brought up to date."""
        self.check_access("read")
        for company in self.env.companies:
            self._note_unknown(company, company._dunning_today())
        return self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_exclusion_action"
        )

    def action_reviewed(self):
        """Note that a credit manager looked at it and leaves it excluded."""
        self._check_manager()
        self.check_access("read")
        for company, exclusions in self.grouped("company_id").items():
            # A fact, with its author: not a field anybody edits.
            exclusions.sudo().write(
                {
                    "reviewed_on": company._dunning_today(),
                    "reviewed_by_id": self.env.uid,
                }
            )
            exclusions._close_task(company)
        return True

    def action_resume(self):
        """Dun these invoices again: the calendar decides from their due date."""
        self._check_manager()
        self.check_access("read")
        self.sudo().move_line_id.no_followup = False  # see _exclude
        self._log(self.env._("No longer excluded from dunning."))
        for company, exclusions in self.grouped("company_id").items():
            exclusions._close_task(company)
        return True

    def action_open_invoice(self):
        """Open the invoice, or the entry, that is excluded."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    # The credit manager is asked to look again at what is excluded for long.

    @api.model
    def _ask_for_review(self, company, day):
        """Ask the credit manager to review what is old: one task at a time."""
        limit = company._dunning_review_before(day)
        if not limit:
            return
        # The engine's own, for who need not see the books.
        items = self.env["account.move.line"].sudo()
        due = items.search_count(self._get_unseen_domain(company, day, limit))
        if not due or self.sudo()._find_tasks(company):
            return
        self._note_unknown(company, day)
        domain = Domain("company_id", "=", company.id) & self._get_open_domain()
        first = self.sudo().search(domain & self._get_due_domain(limit), limit=1)
        first._plan_review(company, day, due)

    @api.model
    def _ask_for_review_safely(self, company, day):
        """Ask for the review; the night does not stop for it."""
        worker = self.env["dunning.worker"]
        worker._do_each(
            company, lambda one: self._ask_for_review(one, day), worker._tell_manager
        )

    @api.model
    def _find_tasks(self, company):
        return self.env["mail.activity"].search(
            [
                ("activity_type_id", "=", self.env.ref(REVIEW_TYPE).id),
                ("res_model", "=", self._name),
                (
                    "res_id",
                    "in",
                    self._search([("company_id", "=", company.id)]),
                ),
            ]
        )

    def _plan_review(self, company, day, count):
        lang = company.partner_id.lang or self.env.lang
        exclusion = self.with_context(lang=lang)
        note = exclusion.env._(
            "%(count)s excluded items were not looked at for %(months)s months: "
            "decide for each whether it stays excluded. The list is under Dunning, "
            "Exclusions.",
            count=count,
            months=company.dunning_review_months,
        )
        exclusion.activity_schedule(
            REVIEW_TYPE,
            date_deadline=company._dunning_next_working_day(day),
            note=Markup("<p>%s</p>") % note,
            user_id=company._dunning_get_manager().id or self.env.uid,
        )

    def _close_task(self, company):
        """Close the task of who has reviewed all that was due."""
        limit = company._dunning_review_before()
        domain = Domain("company_id", "=", company.id) & self._get_open_domain()
        if limit and not self.sudo().search_count(
            domain & self._get_due_domain(limit), 1
        ):
            self.sudo()._find_tasks(company).action_done()  # the engine's own task
