from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools import holds as core
from ...tools import leeway as limits

#: What a person decides; the rest of a hold is written down by us.
CHOSEN = {"date_until", "reason"}


class DunningHold(models.Model):
    """A temporary hold of a case, or of some of its items: who, why, until when.

    It ends by itself the day after ``date_until``, without any scheduler. Kept as
    history: nobody deletes one, and a new end date changes the same record.
    """

    _name = "dunning.hold"
    _description = "Dunning Hold"
    _inherit = ["dunning.guarded"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one(
        "dunning.case",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
        entry="new",
    )
    company_id = fields.Many2one(related="case_id.company_id")
    partner_id = fields.Many2one(related="case_id.partner_id", string="Debtor")
    scope = fields.Selection(
        [("case", "The whole case"), ("items", "Only these items")],
        string="What is held",
        compute="_compute_beginning",
        store=True,
        precompute=True,
        required=True,
    )
    line_ids = fields.Many2many(
        "dunning.case.line",
        "dunning_hold_line_rel",
        "hold_id",
        "line_id",
        "Items",
        readonly=True,
        help="The items on hold. Empty: the whole case, new invoices included.",
        entry="new",
        check_company=True,
    )
    items = fields.Char("Invoices", compute="_compute_items")
    reason = fields.Text(
        required=True,
        help="Why nobody is reminded meanwhile, for whoever asks later.",
        entry="open",
    )
    user_id = fields.Many2one(
        "res.users",
        "Put on hold by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    date_from = fields.Date(
        "Since",
        compute="_compute_beginning",
        store=True,
        precompute=True,
        required=True,
        help="From this day on, nothing leaves for what is on hold.",
    )
    date_until = fields.Date(
        "Until",
        required=True,
        help="The last day on hold. From the next day on the calendar of the ladder "
        "decides as usual: the days on hold shift no level.",
        entry="open",
    )
    ended_on = fields.Date("Resumed on", readonly=True)
    ended_by_id = fields.Many2one("res.users", "Resumed by", readonly=True)
    state = fields.Selection(
        [
            (core.RUNNING, "On hold"),
            (core.INTERRUPTED, "Resumed early"),
            (core.DONE, "Over"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    @api.depends("case_id")
    def _compute_beginning(self):
        """What is held, and since when, is written down once: items that are settled
        later do not make it a hold of the whole case."""
        for hold in self:
            company = hold.case_id.company_id or self.env.company
            hold.date_from = hold.date_from or company._dunning_today()
            hold.scope = hold.scope or ("items" if hold.line_ids else "case")

    @api.depends("line_ids", "scope")
    @api.depends_context("lang")
    def _compute_items(self):
        for hold in self:
            names = hold.line_ids._list_names()
            everything = self.env._("All invoices")
            hold.items = ", ".join(names) if hold.scope == "items" else everything

    @api.depends("date_until", "ended_on")
    def _compute_state(self):
        for hold in self:
            today = (hold.company_id or self.env.company)._dunning_today()
            hold.state = hold._to_core().state(today) if hold.date_until else False

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._dunning_today()
        resumed = Domain("ended_on", "!=", False)
        over = ~resumed & Domain("date_until", "<", today)
        running = ~resumed & Domain("date_until", ">=", today)
        found = {core.INTERRUPTED: resumed, core.DONE: over, core.RUNNING: running}
        return Domain.OR(found[state] for state in value if state in found)

    @api.depends("date_until", "reason", "user_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for hold in self:
            hold.display_name = self.env._(
                "Until %(date)s, by %(user)s: %(reason)s",
                date=format_date(self.env, hold.date_until),
                user=hold.user_id.sudo().name,  # a name is no secret
                reason=hold.reason or "",
            )

    @api.model
    def _get_domain(self, today):
        """Return the holds that are in force on a day."""
        return (
            Domain("date_from", "<=", today)
            & Domain("date_until", ">=", today)
            & (Domain("ended_on", "=", False) | Domain("ended_on", ">", today))
        )

    def _to_core(self):
        self.ensure_one()
        return core.Hold(self.date_from, self.date_until, self.ended_on or None)

    # What may be entered

    @api.constrains("line_ids", "case_id", "scope")
    def _check_items(self):
        for hold in self:
            if hold.line_ids.case_id - hold.case_id:
                raise ValidationError(
                    self.env._("The items on hold must belong to one case.")
                )

    def _check_date_until(self):
        for hold in self:
            today = hold.company_id._dunning_today()
            if problem := core.refuse_end(today, hold.date_until):
                raise ValidationError(hold._describe_problem(problem))

    def _describe_problem(self, problem):
        date = format_date(self.env, self.date_until)
        if problem == core.TOO_FAR:
            return self.env._(
                "%(date)s is more than a year away: exclude the invoice from "
                "follow-up instead, it then stays on the list of exclusions to review.",
                date=date,
            )
        return self.env._(
            "A hold must end after today, not on %(date)s: choose a later day, or "
            "resume now.",
            date=date,
        )

    def _grants_time(self, line):
        """Tell whether an item of the case was given time by the hold: one that was
        resumed on its first day was a mistake, and one that was over before the item
        fell due gave it nothing."""
        self.ensure_one()
        hold = self._to_core()
        is_about = line in self.line_ids if self.scope == "items" else True
        return (
            is_about
            and self.case_id == line.case_id
            and hold.free_on > max(hold.date_from, line.date_due)
        )

    def _check_leeway(self):
        """Refuse a hold that is longer, or comes more often, than the user may grant.

        :raises UserError: with what he may do, and who may do more
        """
        for hold in self:
            company = hold.company_id.with_env(self.env)
            if not (leeway := company._dunning_get_leeway()):
                continue
            lines = hold.line_ids or hold.case_id.line_ids
            earlier = max(lines._count_grants(hold).values(), default=0)
            if problem := leeway.refuse_hold(hold.date_from, hold.date_until, earlier):
                raise UserError(hold._describe_above_leeway(problem, leeway, earlier))

    def _describe_above_leeway(self, problem, leeway, earlier):
        above = self.company_id._dunning_describe_above(leeway)
        if problem == limits.TOO_LONG:
            last = fields.Date.add(self.date_from, days=leeway.hold_days)
            return self.env._(
                "You may put %(debtor)s on hold until %(last)s at most (%(days)s days "
                "from the first day on). Choose an earlier day than %(date)s, or ask "
                "%(above)s.",
                debtor=self.partner_id.display_name,
                last=format_date(self.env, last),
                days=leeway.hold_days,
                date=format_date(self.env, self.date_until),
                above=above,
            )
        return self.env._(
            "%(debtor)s was already given time %(count)s times for these invoices, by "
            "promises or holds: one more needs %(above)s.",
            debtor=self.partner_id.display_name,
            count=earlier,
            above=above,
        )

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        for hold in holds:
            if hold.case_id.state not in ("open", "waiting"):
                raise UserError(
                    self.env._(
                        "The case of %(debtor)s is closed or handed over: there is "
                        "nothing to put on hold.",
                        debtor=hold.partner_id.display_name,
                    )
                )
        holds._check_date_until()
        holds._check_leeway()
        holds._take_effect()
        return holds

    def write(self, vals):
        if not CHOSEN.isdisjoint(vals):
            self._check_running()
        before = {hold: hold.date_until for hold in self}
        result = super().write(vals)
        if "date_until" in vals:
            self._check_date_until()
            # Who shortens what somebody else has granted grants nothing.
            self.filtered(lambda one: one.date_until > before[one])._check_leeway()
            for hold, day in before.items():
                hold._log_new_end(day)
        return result

    def _get_stage(self):
        return "open" if self.state in (core.RUNNING, False) else "over"

    def _refuse(self, names):
        if CHOSEN.issuperset(names):
            self._check_running()
        raise AccessError(
            self.env._(
                "Of a hold only the end date and the reason can be changed: "
                "resume dunning, or put the case on hold anew."
            )
        )

    def _check_running(self):
        over = self.filtered(lambda hold: hold.state != core.RUNNING)
        if over:
            raise UserError(
                self.env._(
                    "The hold of %(debtor)s is over and stays as it was: put the case "
                    "on hold anew.",
                    debtor=over[0].partner_id.display_name,
                )
            )

    # What it does

    def _take_effect(self):
        """Hold the cases, and look afresh at what was prepared for them."""
        whole = self.filtered(lambda hold: hold.scope == "case").case_id
        whole.filtered(lambda case: case.state == "open")._write_facts(
            {"state": "waiting"}
        )
        self.env.flush_all()
        self.case_id._forget_holds()
        self.case_id._keep_back_held()
        for hold in self:
            hold._log(self.env._("On hold: %(what)s", what=hold._describe()))

    def _describe(self):
        self.ensure_one()
        return self.env._(
            "%(items)s, until %(date)s. Reason: %(reason)s",
            items=self.items,
            date=format_date(self.env, self.date_until),
            reason=self.reason,
        )

    def _log_new_end(self, before):
        if before != self.date_until:
            self._log(
                self.env._(
                    "The hold ends on %(after)s instead of %(before)s (%(items)s).",
                    before=format_date(self.env, before),
                    after=format_date(self.env, self.date_until),
                    items=self.items,
                )
            )

    def _log(self, text):
        """Write it into the history of the case, with its author."""
        self.ensure_one()
        self.case_id._message_log(body=text)

    def action_resume(self):
        """Resume now: the hold is kept as "resumed early"; the calendar decides."""
        self.check_access("write")
        running = self.filtered(lambda hold: hold.state == core.RUNNING)
        for company, holds in running.grouped("company_id").items():
            # Written down by us: who resumed, and when, is no choice.
            holds.sudo().write(
                {"ended_on": company._dunning_today(), "ended_by_id": self.env.uid}
            )
        for hold in running:
            hold._log(self.env._("Dunning resumed (%(items)s).", items=hold.items))
        running.case_id._wake_up()
        return True

    def action_change(self):
        """Open the hold to change its end date or reason."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold of %(debtor)s", debtor=self.partner_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
