from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html

from ...tools import ladder as core

#: Figures that a hold puts off.
CALENDAR = ("next_level_id", "next_action_date")


class DunningCase(models.Model):
    """The file of one debtor in one company: what is due, was done, comes next."""

    _name = "dunning.case"
    _description = "Dunning Case"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "dunning.guarded",
    ]
    _order = "amount_overdue desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        entry="new",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        entry="new",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    ladder_id = fields.Many2one(
        "dunning.ladder",
        tracking=True,
        ondelete="restrict",
        check_company=True,
        help="Which reminders this customer gets, and when. To change it: “Change "
        "the ladder”.",
        entry="new",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("waiting", "Waiting"),
            ("handed_over", "Handed over"),
            ("closed", "Closed"),
        ],
        required=True,
        default="open",
        tracking=True,
        index=True,
        help="Waiting: on hold until a date, or until what was agreed is paid or "
        "decided. Handed over: somebody else recovers it. Closed: nothing is due any "
        "more, or somebody closed it.",
    )
    close_reason = fields.Selection(
        [
            ("paid", "Paid"),
            ("netted", "Set off against what we owe"),
            ("transferred", "Moved to doubtful debts, or sold (factoring)"),
            ("written_off", "Written off"),
            ("manual", "Closed by hand"),
            ("void", "Nothing due any more"),
            ("joined", "Joined with another case"),
        ],
        tracking=True,
        readonly=True,
        help="How it ended. Only money or a credit note makes a case paid.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Collector",
        tracking=True,
        domain=[("share", "=", False)],
        help="In charge of this customer: signs the messages and gets the calls to "
        "make.",
        entry="over",
    )
    salesperson_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    contact_id = fields.Many2one(
        "res.partner",
        help="Who receives the reminders of this case. Empty: the customer's contact "
        "for reminders, else the invoice address.",
        entry="over",
        check_company=True,
    )
    recipient_id = fields.Many2one(
        "res.partner",
        "Written to",
        compute="_compute_recipient_id",
        help="Who gets the next message.",
    )
    line_ids = fields.One2many("dunning.case.line", "case_id", "Open items")
    action_ids = fields.One2many("dunning.action", "case_id", "Contacts")
    last_run_on = fields.Date(readonly=True, help="Last day the engine decided on it.")
    wait_reason = fields.Selection(
        selection="_selection_wait_reason",
        string="Why no contact",
        readonly=True,
        help="Why the last run did not contact the debtor.",
    )
    failure = fields.Text(readonly=True, help="What went wrong in the last run.")
    action_count = fields.Integer(compute="_compute_action_count")
    _one_open_case = models.UniqueIndex(
        "(partner_id, company_id) WHERE state != 'closed'",
        "This customer already has an open dunning case in this company.",
    )

    level_id = fields.Many2one(
        "dunning.level",
        compute="_compute_live",
        search="_search_level_id",
        help="The highest level that was delivered to an item still open.",
    )
    next_level_id = fields.Many2one(
        "dunning.level",
        "Next step",
        compute="_compute_live",
        help="The level that will speak next, for the invoice that comes first.",
    )
    next_action_date = fields.Date(
        "Not before",
        compute="_compute_live",
        search="_search_next_action_date",
        help="The first day on which the next step may leave. It may leave later: "
        "see why.",
    )
    amount_overdue = fields.Monetary(
        "Overdue",
        compute="_compute_live",
        search="_search_amount_overdue",
        help="What is late: past its due date and the grace days of the ladder.",
    )
    amount_due = fields.Monetary(
        "Total open",
        compute="_compute_live",
        search="_search_amount_due",
        help="Everything open of this customer, due or not, in company currency.",
    )
    days_overdue = fields.Integer(
        "Days late",
        compute="_compute_live",
        search="_search_days_overdue",
        help="Since the due date of the oldest invoice that is late.",
    )

    manager_id = fields.Many2one(
        "res.users",
        "Credit manager",
        compute="_compute_manager_id",
        help="Who decides and approves: the credit manager of the company, else who is "
        "in charge. Never somebody who left.",
    )

    @api.model
    def _selection_wait_reason(self):
        labels = self._get_reason_labels()
        return [(code, labels[code]) for code in core.REASONS] + [
            ("to_approve", labels["to_approve"]),
            ("failed", labels["failed"]),
            ("no_ladder", labels["no_ladder"]),
            ("held_case", labels["held_case"]),
        ]

    @api.model
    def _get_reason_labels(self):
        """Map each reason of not acting to words a collector uses."""
        return {
            core.NOTHING_LATE: self.env._("Nothing is late"),
            core.HELD: self.env._(
                "Every late item is excluded, on hold or the matter of an agreement"
            ),
            core.TO_RECONCILE: self.env._(
                "To reconcile: the customer's money is there, or on its way"
            ),
            core.BELOW_MINIMUM: self.env._("Below the minimum amount"),
            core.PENDING: self.env._("A contact is not delivered yet"),
            core.DECIDING: self.env._("A decision is on the credit manager's desk"),
            core.LADDER_ENDED: self.env._("The ladder has come to its end"),
            core.TOO_EARLY: self.env._("The next step is not due yet"),
            core.FORMAL_NOTICE: self.env._(
                "The deadline of a formal notice is running"
            ),
            core.CONTACT_GAP: self.env._("Contacted too recently"),
            core.JOINS_STRONGER: self.env._(
                "A firmer message comes within the contact gap: one will do for both"
            ),
            core.MATCH_FIRST: self.env._(
                "Money of the customer is there: match it first, then go on"
            ),
            core.BANK_STALE: self.env._("Waiting for fresh bank entries"),
            "to_approve": self.env._("A contact waits for approval"),
            "failed": self.env._("An error stopped the case"),
            "no_ladder": self.env._("No ladder fits this customer"),
            "held_case": self.env._("The case is on hold or handed over"),
        }

    @api.depends("partner_id", "company_id")
    @api.depends_context("company")
    def _compute_display_name(self):
        for case in self:
            case.display_name = case.partner_id.display_name or ""

    @api.depends("contact_id", "partner_id", "line_ids")
    def _compute_recipient_id(self):
        for case in self:
            case.recipient_id = case._get_contact()

    def _compute_action_count(self):
        for case in self:
            case.action_count = len(case.action_ids)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_contacted(self):
        for case in self:
            if case.action_ids.filtered(lambda action: action.state == "done"):
                raise UserError(
                    self.env._(
                        "%(debtor)s was already contacted: close the case instead of "
                        "deleting it, so that the proofs are kept.",
                        debtor=case.partner_id.display_name,
                    )
                )

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for case in self:
            case.company_id._dunning_check_able(case.user_id)

    def write(self, vals):
        changed = self.browse()
        if "ladder_id" in vals:
            changed = self.filtered(lambda case: case.ladder_id.id != vals["ladder_id"])
        owners = {case: case.user_id for case in self} if "user_id" in vals else {}
        result = super().write(vals)
        changed.line_ids._stand_on_new_ladder()
        for case, owner in owners.items():
            if owner and not owner._may_dun(case.company_id):
                # Whoever left hears of it no more.
                case.message_unsubscribe(owner.sudo().partner_id.ids)
        return result

    def _forget_holds(self):
        """What was read of what keeps items and invoices back is no longer right."""
        self.line_ids.invalidate_recordset(["hold"])
        self.line_ids.move_id.invalidate_recordset(["dunning_hold"])

    def _take_turn(self):
        """Let what is agreed or contested about these cases be decided one after the
        other: whoever comes at the same moment is tried again by the host, and then
        sees what the first one did."""
        if self.ids:
            # The same value again: what counts is that two transactions write the row.
            self.flush_recordset(["state"])
            self.env.cr.execute(
                SQL(
                    "UPDATE dunning_case SET state = state WHERE id IN %s",
                    tuple(self.ids),
                )
            )

    def _keeps_files(self):
        """What people talk about proves nothing by itself; what a letter encloses is
        kept by the letter."""
        return False

    def _refuse(self, names):
        raise AccessError(
            self.env._(
                "A case stays with its debtor and its company. Its ladder and how far "
                "it is change with the buttons: “Change the ladder”, “Put on hold”, "
                "“Resume now”, “Close the case”."
            )
        )

    def _action_open(self):
        """Open one case as a form, several as a list."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_case_action"
        )
        if len(self) == 1:
            return action | {
                "res_id": self.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return action | {"domain": [("id", "in", self.ids)], "context": {}}

    def action_open_actions(self):
        """Open every contact with the debtor, oldest last."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_dunning.dunning_action_action"
        )
        return action | {"domain": [("case_id", "=", self.id)], "context": {}}

    def action_open_invoices(self):
        """Open the invoices of the case; with items of other entries, which others
        share, the open items."""
        self.ensure_one()
        if self.line_ids._get_entry_items():
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Items of %(debtor)s", debtor=self.display_name),
                "res_model": "account.move.line",
                "view_mode": "list",
                "domain": [("id", "in", self.line_ids.move_line_id.ids)],
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices of %(debtor)s", debtor=self.display_name),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.line_ids.move_id.ids)],
        }

    def _wake_up(self, date=None):
        """Open the cases again that waited until a day: a hook."""

    def _after_settling(self, date):
        """Do what follows when all that cases were about is settled: a hook."""

    @api.model
    def _get_sweeps(self, run):
        """Return what a run does before it decides, for some cases each: a hook.

        :return: pairs of the cases and ``work(run, cases)``, done in small batches
        """
        return []

    @api.model
    def _take_back_run(self, company, day):
        """Take back what a run of a day, which is being undone, had judged: a hook.

        What it found is looked at again from the books of today, by the run to come.
        """

    def _follow_books(self, day, books):
        """Judge what depends on what was paid, before a run decides: a hook.

        :param Books books: what was just read of the ledger
        :return: the books as they are then
        """
        return books

    def _show_waiting(self, plans=None):
        """Write whether the cases wait, as their plans say: a hook.

        :param plans: ``{case: CasePlan}`` just decided; decided afresh when None
        """

    def _end_commitments(self):
        """End what was agreed upon when a person closes the cases: a hook."""

    def action_ask_to_close(self):
        """Open the window in which the reason is given."""
        return self.env["dunning.case.close"]._open_for(self)

    def action_close(self, reason=None):
        """Close by hand: what was prepared is dropped, what was sent stays.

        :param reason: why, for the history of the case
        """
        self.check_access("write")
        for case in self:
            case.action_ids._drop(self.env._("The case was closed by hand."))
        self._end_commitments()
        self._write_facts({"state": "closed", "close_reason": "manual"})
        for case in self if reason else ():
            case._message_log(
                body=self.env._("Closed by hand. Reason: %(reason)s", reason=reason)
            )

    # What time and payments change is never stored.
    #
    # The same SQL expressions serve to show, search, sort and group these figures, so
    # that they cannot disagree, and they follow a payment at once.

    @api.depends_context("uid", "company")
    @api.depends(
        "ladder_id",
        "line_ids.level_id",
        "line_ids.next_date",
        "line_ids.move_line_id.amount_residual",
        "line_ids.move_line_id.reconciled",
        "line_ids.move_line_id.parent_state",
    )
    def _compute_live(self):
        """Read what the ledger says now, in one query for all cases."""
        names = [
            "level_id",
            "next_level_id",
            "next_action_date",
            "amount_overdue",
            "amount_due",
            "days_overdue",
        ]
        rows = {}
        if real := self._origin.browse(self._origin.ids):
            query = real._as_query(ordered=False)
            columns = [self._field_to_sql(self._table, name, query) for name in names]
            rows = {
                row[0]: row[1:]
                for row in self.env.execute_query(
                    query.select(SQL.identifier(self._table, "id"), *columns)
                )
            }
        for case in self:
            values = rows.get(case._origin.id, (False, False, False, 0.0, 0.0, 0))
            case.update(dict(zip(names, values, strict=True)))

    def _field_to_sql(self, alias, field_expr, query=None):
        column = self._sql_live(alias, field_expr)
        if column is None:
            return super()._field_to_sql(alias, field_expr, query)
        self.env["dunning.case.line"].flush_model()
        self.env["account.move.line"].flush_model(
            ["amount_residual", "reconciled", "parent_state", "no_followup"]
        )
        return SQL(
            """(SELECT %(column)s FROM dunning_case_line line
                  JOIN account_move_line item ON item.id = line.move_line_id
                       AND item.parent_state = 'posted' AND NOT item.reconciled
             LEFT JOIN dunning_level level ON level.id = line.level_id
                       %(held)s
                 WHERE line.case_id = %(case)s AND line.active)""",
            column=column,
            held=self._sql_held() if field_expr in CALENDAR else SQL(),
            case=SQL.identifier(alias, "id"),
        )

    def _sql_live(self, alias, name):
        """Return the expression of a figure over the open items of a case.

        :return: None for a column that is stored
        """
        match name:
            case "level_id":
                return SQL(
                    "(array_agg(line.level_id ORDER BY level.sequence DESC, "
                    "level.delay_days DESC) FILTER (WHERE line.level_id IS NOT NULL))"
                    "[1]"
                )
            case "next_level_id":
                return SQL(
                    "(array_agg(line.next_level_id "
                    "ORDER BY GREATEST(line.next_date, held.free_on)) "
                    "FILTER (WHERE line.next_date IS NOT NULL "
                    "AND NOT item.no_followup))[1]"
                )
            case "next_action_date":
                return SQL(
                    "min(GREATEST(line.next_date, held.free_on)) FILTER "
                    "(WHERE line.next_date IS NOT NULL AND NOT item.no_followup)"
                )
            case "amount_due":
                return SQL("COALESCE(sum(item.amount_residual), 0)")
            case "amount_overdue":
                return SQL(
                    "COALESCE(sum(item.amount_residual) FILTER (WHERE %s), 0)",
                    self._sql_is_late(alias),
                )
            case "days_overdue":
                return SQL(
                    "COALESCE(max(%s - line.date_due) FILTER (WHERE %s), 0)",
                    self.env.company._dunning_today(),
                    self._sql_is_late(alias),
                )
        return None

    def _sql_held(self):
        """Join ``held.free_on``, the first day on which nothing that ends by a date
        keeps back the item ``line``: a hook."""
        return SQL("CROSS JOIN (SELECT NULL::date AS free_on) held")

    def _sql_is_late(self, alias):
        return SQL(
            "line.date_due + COALESCE((SELECT grace_days FROM dunning_ladder "
            "WHERE id = %(ladder)s), 0) < %(today)s",
            ladder=SQL.identifier(
                alias, "ladder_id", to_flush=self._fields["ladder_id"]
            ),
            today=self.env.company._dunning_today(),
        )

    def _search_live(self, name, operator, value):
        signs = {"in": "IN", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
        if operator not in signs:
            return NotImplemented
        if operator != "in":
            return Domain.custom(
                to_sql=lambda model, alias, query: SQL(
                    "%s %s %s",
                    model._field_to_sql(alias, name, query),
                    SQL(signs[operator]),
                    value,
                )
            )
        known = tuple(item for item in value if item not in (False, None))
        accepts_empty = len(known) < len(tuple(value))

        def to_sql(model, alias, query):
            column = model._field_to_sql(alias, name, query)
            tests = [SQL("%s IN %s", column, known)] if known else []
            tests += [SQL("%s IS NULL", column)] if accepts_empty else []
            return SQL("(%s)", SQL(" OR ").join(tests or [SQL("FALSE")]))

        return Domain.custom(to_sql=to_sql)

    def _search_level_id(self, operator, value):
        return self._search_live("level_id", operator, value)

    def _search_next_action_date(self, operator, value):
        return self._search_live("next_action_date", operator, value)

    def _search_amount_overdue(self, operator, value):
        return self._search_live("amount_overdue", operator, value)

    def _search_amount_due(self, operator, value):
        return self._search_live("amount_due", operator, value)

    def _search_days_overdue(self, operator, value):
        return self._search_live("days_overdue", operator, value)

    # Who is asked

    @api.depends("company_id", "user_id")
    def _compute_manager_id(self):
        for case in self:
            case.manager_id = case.company_id._dunning_get_manager(*case._get_owners())

    def _get_owners(self):
        """Return who comes first in the line of those in charge of the debtor."""
        self.ensure_one()
        partner = self.partner_id.with_company(self.company_id)
        return self.user_id, partner.dunning_user_id

    def _get_in_charge(self):
        """Return who owns the case and signs for it, somebody who may; see
        ``res.company._dunning_get_in_charge``. A case may have nobody."""
        self.ensure_one()
        return self.company_id._dunning_get_in_charge(*self._get_owners())

    def _get_asked(self):
        """Return who is asked to do something about the case: never nobody."""
        self.ensure_one()
        asked = self.company_id._dunning_get_asked_for(*self._get_owners())
        return asked or self.env.user

    def _tell_left_out(self, error):
        """Ask the collectors to look at what a worker could not do for these cases."""
        for case in self:
            case._plan_task(
                self.env._("Dunning stopped for this customer"),
                self.env["dunning.worker"]._describe(error),
            )

    def _plan_task(self, summary, note, user=None):
        """Plan one task, unless the same one is already open.

        :param user: who is asked; the collector when None
        :return: the open task
        """
        self.ensure_one()
        [task] = self._plan_tasks([(self, summary, note, user)])
        return task

    @api.model
    def _plan_tasks(self, wanted):
        """Plan tasks of many cases at once, as :meth:`_plan_task` does each.

        :param wanted: ``[(case, summary, note, user)]``
        :return: the open task of each of them
        :rtype: list[mail.activity]
        """
        cases = self.union(*(case for case, _summary, _note, _user in wanted))
        tasks = {}
        for task in cases.activity_ids:
            tasks.setdefault((task.res_id, task.summary), task)
        to_do = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        to_do = to_do or self._default_activity_type()
        missing = {}
        for case, summary, note, user in wanted:
            key = (case.id, summary)
            if key not in tasks and key not in missing:
                values = case._prepare_task(summary, note, user)
                missing[key] = values | {"activity_type_id": to_do.id}
        created = self.env["mail.activity"].create(list(missing.values()))
        tasks |= dict(zip(missing, created, strict=True))
        return [tasks[case.id, summary] for case, summary, _note, _user in wanted]

    def _prepare_task(self, summary, note, user):
        user = user and self.company_id._dunning_first_able(user)
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "automated": True,
            "date_deadline": self.company_id._dunning_today(),
            "summary": summary,
            "note": plaintext2html(note or ""),
            "user_id": (user or self._get_asked()).id,
        }
