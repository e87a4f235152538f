from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, plaintext2html

from ...tools import covers as core
from ..books.money import format_amount
from ..contact.dunning_reason import FAMILIES

#: Days to examine a dispute when the company has said nothing for its family.
USUAL_DAYS = 15
#: States in which somebody has to examine a dispute.
EXAMINED = ("open", "mediation")
#: While a dispute is in one of these states, its amount waits.
HOLDING = ("open", "mediation", "credit")


class DunningDispute(models.Model):
    """An amount of an invoice that the debtor contests.

    That amount waits until somebody decides; the rest of the invoice and the other
    invoices go on. A payment never closes a dispute. Nobody deletes one: opened by
    mistake, it is withdrawn.
    """

    _name = "dunning.dispute"
    _description = "Dispute"
    _inherit = ["mail.thread", "mail.activity.mixin", "dunning.guarded"]
    _order = "deadline, id"
    _check_company_auto = True

    case_id = fields.Many2one(
        "dunning.case",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
        entry="new",
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Debtor", store=True, index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain=[
            ("move_type", "in", ("out_invoice", "out_receipt")),
            ("state", "=", "posted"),
            ("payment_state", "in", ("not_paid", "partial", "blocked")),
        ],
        help="The invoice that is contested, as a whole or in part.",
        entry="new",
    )
    move_name = fields.Char(
        "Invoice number",
        compute="_compute_move_name",
        store=True,
        help="Kept when the invoice is deleted.",
    )
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_move_name", store=True
    )
    amount = fields.Monetary(
        "Contested",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The part that is contested, VAT included: it waits, the rest goes on.",
        entry="open",
    )
    balance = fields.Monetary(compute="_compute_balance")
    reason_id = fields.Many2one(
        "dunning.reason",
        required=True,
        ondelete="restrict",
        tracking=True,
        help="What is contested. Its family decides who examines it.",
        entry="open",
    )
    family = fields.Selection(related="reason_id.family", store=True)
    note = fields.Text(
        "What the debtor says",
        help="In his words: it is not sent to anybody.",
        entry="over",
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        "dunning_dispute_document_rel",
        "dispute_id",
        "attachment_id",
        "Documents",
        help="Delivery notes, photos, the debtor's letter, the order.",
        entry="over",
    )
    date = fields.Date(
        "Since",
        required=True,
        default=lambda self: self.env.company._dunning_today(),
        readonly=True,
        entry="new",
    )
    manager_id = fields.Many2one(related="case_id.manager_id")
    state = fields.Selection(
        [
            ("open", "Being examined"),
            ("mediation", "In mediation"),
            ("credit", "Credit note to post"),
            ("closed", "Settled"),
        ],
        required=True,
        default="open",
        readonly=True,
        tracking=True,
        index=True,
        help="Until it is settled the contested amount waits, whatever is paid.",
    )
    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "Nothing is contested: enter an amount above zero."
    )

    user_id = fields.Many2one(
        "res.users",
        "Owner",
        compute="_compute_owner",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        domain=[("share", "=", False)],
        help="Examines the dispute and answers the debtor.",
        entry="open",
    )
    deadline = fields.Date(
        compute="_compute_owner",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Until when it is examined. The day after, the credit manager is asked.",
        entry="open",
    )
    is_late = fields.Boolean(
        "Past its deadline", compute="_compute_is_late", search="_search_is_late"
    )

    # What follows from what

    @api.depends("move_id", "move_line_id")
    def _compute_move_name(self):
        for dispute in self:
            if item := dispute._get_item():
                dispute.move_name = item._get_dunning_number()
                dispute.currency_id = item.currency_id
            elif dispute.move_id and not dispute._is_about_item():  # else as it was
                dispute.move_name = dispute.move_id.name
                dispute.currency_id = dispute.move_id.currency_id

    @api.depends("move_id", "move_line_id")
    def _compute_amount(self):
        for dispute in self:
            dispute.amount = dispute.amount or dispute._get_left_to_contest()

    @api.depends("move_name", "amount", "currency_id", "reason_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = self.env._(
                "%(invoice)s: %(amount)s (%(reason)s)",
                invoice=dispute.move_name or self.env._("Dispute"),
                amount=dispute._format_amount(dispute.amount),
                reason=dispute.reason_id.name or "",
            )

    def _get_company(self):
        self.ensure_one()
        return self.company_id or self.move_id.company_id or self.env.company

    def _format_amount(self, amount):
        currency = self.currency_id or self._get_company().currency_id
        return format_amount(self.env, amount, currency)

    # What may be entered

    @api.constrains("date")
    def _check_date(self):
        for dispute in self:
            move, item = dispute.move_id, dispute._get_item()
            move.company_id._dunning_check_entered(
                dispute.date,
                self.env._(
                    "Dispute about %(invoice)s",
                    invoice=dispute.move_name if item else move.display_name,
                ),
                item._get_dunning_date() if item else move.invoice_date,
                self.env._("the date of the invoice"),
            )

    @api.constrains("amount")
    def _check_amount(self):
        for dispute in self:
            left = dispute._get_left_to_contest()
            if dispute.currency_id.is_zero(dispute.amount):
                raise ValidationError(
                    self.env._("Nothing is contested: enter an amount above zero.")
                )
            if dispute.currency_id.compare_amounts(dispute.amount, left) > 0:
                raise ValidationError(
                    self.env._(
                        "Of %(invoice)s only %(left)s is left to contest: "
                        "%(amount)s is more.",
                        invoice=dispute.move_name,
                        left=dispute._format_amount(left),
                        amount=dispute._format_amount(dispute.amount),
                    )
                )

    def _get_left_to_contest(self):
        """Return what of the invoice is open and not contested by another dispute."""
        self.ensure_one()
        # Also of colleagues who see less: an amount is contested once.
        others = self.sudo().search(
            [
                ("id", "not in", self._origin.ids),
                ("move_id", "=", self.move_id._origin.id),
                ("move_line_id", "=", self.move_line_id._origin.id),
                ("state", "in", HOLDING),
            ]
        )
        held = sum(other._get_amount_held() for other in others)
        return max(self.currency_id.round(self._get_balance() - held), 0.0)

    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create([self._prepare_dispute(vals) for vals in vals_list])
        given = self._get_given_defaults()
        for dispute, vals in zip(disputes, vals_list, strict=True):
            if (given | vals).get("deadline"):  # else it follows from the settings
                dispute._check_deadline()
        disputes._take_effect()
        return disputes

    @api.model
    def _prepare_dispute(self, vals):
        """Find what is contested, and its case, which follows from that."""
        if not self.env.su:
            self._check_named(vals)
        wanted = dict(vals)
        if wanted.get("amount") is None or wanted["amount"] is False:
            wanted.pop("amount", None)  # the whole balance
        self._check_above_zero(wanted)
        case = self.env["dunning.case"].browse(vals.get("case_id") or [])
        move, item = self._find_subject(vals, case)
        company = move.company_id
        day = self.env["res.company"]._dunning_read_day(vals.get("date"))
        day = day or company._dunning_today()
        subject = {"move_id": move.id, "move_line_id": item.id}
        name = item.sudo()._get_dunning_number() if item else move.display_name
        case = self._open_case(move, item, day)
        if not case:
            raise UserError(
                self.env._(
                    "Nothing of %(invoice)s is open: there is nothing to contest.",
                    invoice=name,
                )
            )
        case._take_turn()
        if "amount" not in wanted and not self.new(subject)._get_left_to_contest():
            raise UserError(
                self.env._(
                    "%(invoice)s is contested as a whole already: nothing is left to "
                    "contest.",
                    invoice=name,
                )
            )
        return wanted | subject | {"case_id": case.id, "date": day}

    def write(self, vals):
        self._check_above_zero(vals)
        before = {dispute: dispute.amount for dispute in self}
        result = super().write(vals)
        if "amount" in vals:
            changed = self.filtered(lambda dispute: dispute.amount != before[dispute])
            changed._keep_back()
        if vals.get("deadline"):
            self._check_deadline()
        if not {"user_id", "deadline", "reason_id"}.isdisjoint(vals):
            self.filtered(lambda one: one.state in ("open", "mediation"))._plan_owner()
        return result

    @api.model
    def _check_above_zero(self, vals):
        """Say it in words before the database does."""
        if "amount" in vals and (vals["amount"] or 0) <= 0:
            raise UserError(
                self.env._("Nothing is contested: enter an amount above zero.")
            )

    def _check_deadline(self):
        """Refuse a deadline that is over when it is entered; today it may be.

        :raises UserError: with the days that are possible
        """
        for dispute in self:
            today = dispute._get_company()._dunning_today()
            if dispute.deadline and dispute.deadline < today and not self.env.su:
                raise UserError(
                    self.env._(
                        "The dispute about %(invoice)s cannot be examined until "
                        "%(date)s: that day is over. Enter %(today)s or a later day.",
                        invoice=dispute.move_name,
                        date=format_date(self.env, dispute.deadline),
                        today=format_date(self.env, today),
                    )
                )

    def _get_stage(self):
        return "open" if self.state in EXAMINED else "over"

    def _refuse(self, names):
        decided = self.filtered(lambda one: one.state not in EXAMINED)
        if decided:
            raise AccessError(
                self.env._(
                    "“%(dispute)s” was decided on and stays as it is: open another "
                    "dispute if there is more to contest.",
                    dispute=decided[0].display_name,
                )
            )
        raise AccessError(
            self.env._(
                "How far a dispute is follows from what is decided: use its "
                "buttons. Opened on the wrong invoice, withdraw it."
            )
        )

    @api.model
    def _get_window(self, move, case, item=None):
        """Return the window in which a dispute is written down.

        :param move: the contested invoice, chosen in the window when None
        :param case: its case, if there is one
        :param item: the contested item of an entry that is no invoice
        """
        defaults = {"default_case_id": case.id} if case else {}
        defaults |= {"default_move_id": move.id} if move else {}
        defaults |= {"default_move_line_id": item.id} if item else {}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": defaults,
        }

    def _describe(self):
        """Return one line for histories: invoice, amount, reason, owner, deadline."""
        self.ensure_one()
        return self.env._(
            "%(dispute)s, examined by %(user)s until %(date)s",
            dispute=self.display_name,
            user=self.user_id.sudo().name,  # a name is no secret
            date=format_date(self.env, self.deadline),
        )

    # Who examines a dispute, until when, and who is asked when he has not.

    @api.depends("reason_id", "move_id")
    def _compute_owner(self):
        """What the setting of the family says, else the collector of the case."""
        for dispute in self:
            company = dispute._get_company()
            case = dispute.case_id or dispute.move_id.dunning_case_id
            setting = self.env["dunning.dispute.owner"]._find(
                company, dispute.reason_id.family
            )
            dispute.user_id = (
                company._dunning_first_able(setting.user_id, role="reader")
                or (case and case._get_in_charge())
                or company._dunning_get_in_charge()
                or self.env.user
            )
            days = timedelta(days=setting.days or USUAL_DAYS)
            dispute.deadline = (dispute.date or company._dunning_today()) + days

    @api.constrains("user_id")
    def _check_user(self):
        self._check_may_own(self.user_id)
        for dispute in self:
            company = dispute._get_company()
            company._dunning_check_able(dispute.user_id, "reader")

    @api.model
    def _check_may_own(self, users):
        """Whoever examines disputes must see them."""
        for user in users:
            if not user.has_group("account_dunning.group_dunning_reader"):
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot see disputes: choose somebody else, or let an "
                        "administrator give %(user)s a role in Dunning.",
                        user=user.name,
                    )
                )

    @api.depends("deadline", "state")
    def _compute_is_late(self):
        for dispute in self:
            today = dispute._get_company()._dunning_today()
            is_examined = dispute.state in EXAMINED
            dispute.is_late = bool(
                is_examined and dispute.deadline and dispute.deadline < today
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._dunning_today()
        late = Domain("state", "in", EXAMINED) & Domain("deadline", "<", today)
        return late if True in value else ~late

    def _plan_owner(self):
        """Give the owner his task, or bring it in line with what was changed."""
        for dispute in self:
            dispute.message_subscribe(dispute.user_id.partner_id.ids)
            task = dispute.activity_ids.filtered(
                lambda activity, dispute=dispute: (
                    activity.summary == dispute._get_task_summary()
                )
            )
            values = {"user_id": dispute.user_id.id, "date_deadline": dispute.deadline}
            if task:
                # Of whoever had it before.
                task.sudo().write(values)
                continue
            dispute.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=dispute._get_task_summary(),
                note=plaintext2html(dispute.reason_id.advice or ""),
                **values,
            )

    def _get_task_summary(self):
        self.ensure_one()
        return self.env._("Examine the dispute on %(name)s", name=self.move_name)

    def _end_tasks(self, feedback):
        """Close what was planned: it was decided."""
        # Of whoever was asked.
        self.sudo().activity_ids.action_feedback(feedback=feedback)

    def _plan_deadline_task(self):
        """Ask the credit manager about disputes past their deadline; once for each
        deadline. Called by the automation rule."""
        for dispute in self.filtered(lambda one: one.state in EXAMINED):
            manager = dispute.manager_id or self.env.user
            lang = manager.lang or dispute.company_id.partner_id.lang
            told = dispute.with_context(lang=lang)
            summary = told.env._(
                "Dispute past its deadline of %(date)s",
                date=format_date(told.env, told.deadline),
            )
            if summary in dispute.activity_ids.mapped("summary"):
                continue
            note = told.env._(
                "%(dispute)s of %(debtor)s has waited for a decision since %(date)s; "
                "in charge: %(user)s.",
                dispute=told.display_name,
                debtor=told.partner_id.display_name,
                date=format_date(told.env, told.date),
                user=told.user_id.sudo().name,  # a name is no secret
            )
            dispute.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=dispute.company_id._dunning_today(),
                summary=summary,
                note=plaintext2html(note),
                user_id=manager.id,
            )

    # What a dispute keeps back: the contested amount, and nothing else.

    def _take_effect(self):
        """Keep the amounts back, tell the case, give the owners their task."""
        self._keep_back()
        for dispute in self:
            if dispute.case_id.reason_id != dispute.reason_id:
                # The last reason known is the engine's, from what was recorded.
                dispute.case_id.sudo().write(
                    {"reason_id": dispute.reason_id.id, "reason_said_by": "debtor"}
                )
            dispute._log(self.env._("Disputed: %(what)s", what=dispute._describe()))
        self._plan_owner()

    def _log(self, text):
        """Write it into the history of the case, with its author."""
        self.ensure_one()
        self.case_id._message_log(body=text)

    def _get_amount_held(self):
        """Return what waits: the contested amount, or what a credit note settles."""
        self.ensure_one()
        return self.amount_accepted if self.state == "credit" else self.amount

    def _keep_back(self):
        """Write what waits of each item."""
        self._release()
        lines = self.case_id.with_context(active_test=False).line_ids
        of_case = lines.grouped("case_id")
        # The engine's own: see dunning.cover.
        self.env["dunning.cover"].sudo().create(
            [
                dispute._prepare_cover(line)
                for dispute in self
                if dispute.state in HOLDING
                for line in of_case.get(dispute.case_id, ())
                if dispute._concerns(line)
            ]
        )
        self._show()

    def _prepare_cover(self, line):
        self.ensure_one()
        return {
            "line_id": line.id,
            "kind": core.DISPUTED,
            "res_model": "dunning.dispute",
            "source_id": self.id,
            "amount": self._get_amount_held(),
            "balance_start": line.amount_residual,
        }

    def _get_covers(self):
        # The engine's own: see dunning.cover.
        return (
            self.env["dunning.cover"]
            .sudo()
            .search([("res_model", "=", self._name), ("source_id", "in", self.ids)])
        )

    def _release(self):
        """Let the amounts go on."""
        self._get_covers()._write_facts({"active": False})

    def _show(self):
        """Let the cases show what waits, and look afresh at what is about to leave."""
        self.env.flush_all()
        cases = self.case_id
        cases.invalidate_recordset(["amount_disputed", "amount_promised"])
        cases._forget_holds()
        cases._keep_back_held()
        cases._show_waiting()

    @api.model
    def _follow_items(self, cases):
        """Keep back what became of contested invoices: posted again with other due
        dates, or followed by a new case. One query as a rule.

        :param cases: open cases of one company
        """
        # The engine's own, of the cases that it was given.
        disputes = self.sudo().search(
            Domain("partner_id", "in", cases.partner_id.ids)
            & Domain("company_id", "in", cases.company_id.ids)
            & Domain("state", "in", HOLDING)
        )
        if not disputes:
            return
        by_partner = {case.partner_id: case for case in cases}
        for dispute in disputes:
            case = by_partner[dispute.partner_id]
            dispute._find_again(case.line_ids)
            if dispute.case_id != case and any(map(dispute._concerns, case.line_ids)):
                dispute._write_facts({"case_id": case.id})
        covered = {(cover.source_id, cover.line_id) for cover in disputes._get_covers()}
        changed = disputes.filtered(
            lambda dispute: any(
                dispute._concerns(line) and (dispute.id, line) not in covered
                for line in dispute.case_id.line_ids
            )
        )
        changed._keep_back()


class DunningDisputeOwner(models.Model):
    """Who examines the disputes of a family in a company, and how many days he has."""

    _name = "dunning.dispute.owner"
    _description = "Dispute Owner"
    _inherit = ["dunning.guarded"]
    _order = "company_id, family"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        entry="new",
    )
    family = fields.Selection(FAMILIES, required=True, entry="over")
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        domain=[("share", "=", False)],
        help="Examines the disputes of this family and gets the task. Empty: the "
        "collector of the case.",
        entry="over",
    )
    days = fields.Integer(
        default=USUAL_DAYS,
        required=True,
        help="Days to examine a dispute. When they are over, the credit manager is "
        "asked.",
        entry="over",
    )
    _family_once = models.Constraint(
        "UNIQUE(company_id, family)",
        "This company has an owner for this family of disputes already.",
    )
    _days_positive = models.Constraint(
        "CHECK(days BETWEEN 1 AND 366)",
        "A dispute is examined within 1 to 366 days.",
    )

    @api.constrains("user_id")
    def _check_user(self):
        self.env["dunning.dispute"]._check_may_own(self.user_id)

    @api.depends("family")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["family"]._description_selection(self.env))
        for owner in self:
            owner.display_name = labels.get(owner.family, "")

    @api.model
    def _find(self, company, family):
        """Return the setting of a company for a family, if there is one.

        Who opens a dispute need not be a manager to be served by the setting.
        """
        owners = self.sudo()
        return owners.search(
            [("company_id", "=", company.id), ("family", "=", family)], limit=1
        )
