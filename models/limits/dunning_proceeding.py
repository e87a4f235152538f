from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from ...tools.insolvency import (
    declaration_deadline,
    is_earlier,
    relief_deadline,
    retention_deadline,
    suspension_end,
)

#: Over-indebtedness of a consumer: what is born earlier waits, nothing is declared.
OVER_INDEBTEDNESS = "over_indebtedness"
#: What changes which claims are frozen, and what is asked about retention of title.
EFFECTIVE = {"judgment_date", "partner_id", "company_id", "ended_on", "kind"}
RETENTION = {
    *("judgment_date", "publication_date", "kind", "ended_on"),
    *("has_retention", "retention_claimed_on"),
}
RETENTION_TASK = "account_dunning.mail_activity_type_retention"
#: Days before the deadline at which somebody is asked to declare.
WARNING_DAYS = (30, 10)


class DunningProceeding(models.Model):
    """Collective proceedings of a customer, as one creditor company follows them.

    Claims born before the judgment may be neither paid nor asked for (Code de commerce
    L622-7, L622-21), interest stops (L622-28), and the claim is declared to the trustee
    within two months of the publication in the BODACC (L622-24, R622-24). What is born
    later goes on as usual. Conciliation and ad-hoc mandates are confidential and stop
    nothing by themselves: put the case on hold instead.

    The over-indebtedness of a consumer (*surendettement*) is followed here as well:
    from the day of its admission enforcement is suspended and earlier debts may not be
    paid (Code de la consommation L722-2, L722-5), two years at most (L722-3). Nothing
    is declared to a trustee: the commission asks.
    """

    _name = "dunning.proceeding"
    _description = "Insolvency Proceedings"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "dunning.proof",
        "dunning.guarded",
    ]
    _order = "judgment_date desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        entry="new",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company",
        "Creditor",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        entry="new",
    )
    kind = fields.Selection(
        [
            ("safeguard", "Safeguard (sauvegarde)"),
            ("accelerated", "Accelerated safeguard (sauvegarde accélérée)"),
            ("reorganisation", "Reorganisation (redressement judiciaire)"),
            ("liquidation", "Liquidation (liquidation judiciaire)"),
            (OVER_INDEBTEDNESS, "Over-indebtedness of a consumer (surendettement)"),
        ],
        required=True,
        default="reorganisation",
        tracking=True,
        help="As the judgment says. When it is converted, change it here: who has "
        "declared his claim need not do so again (Code de commerce L641-3).",
        entry="over",
    )
    judgment_date = fields.Date(
        "Opening judgment of",
        required=True,
        tracking=True,
        help="Claims born before that day are frozen; that day's and later ones are "
        "not. Of over-indebtedness: the day on which the commission admitted the file.",
        entry="draft",
    )
    publication_date = fields.Date(
        "Published in the BODACC on",
        tracking=True,
        help="The two months to declare the claim begin on that day. While it is not "
        "known, the deadline is counted from the judgment, which is earlier.",
        entry="over",
    )
    court = fields.Char(help="The court that opened the proceedings.", entry="over")
    reference = fields.Char("Case number", entry="over")
    trustee_id = fields.Many2one(
        "res.partner",
        tracking=True,
        help="The mandataire judiciaire, or the liquidator: the claim is declared to "
        "him.",
        entry="over",
        check_company=True,
    )
    is_remote = fields.Boolean(
        "Creditor outside metropolitan France",
        compute="_compute_is_remote",
        store=True,
        readonly=False,
        help="Two months more to declare (Code de commerce R622-24). Proposed from the "
        "address of the company.",
        entry="over",
    )
    frozen_until = fields.Date(
        "Frozen until",
        compute="_compute_frozen_until",
        store=True,
        help="Of over-indebtedness: two years after the admission at most. Afterwards "
        "earlier debts are dunned again, unless a plan or measures of the commission "
        "say otherwise: then put the case on hold or exclude the invoices.",
    )
    is_court_remote = fields.Boolean(
        "Court overseas",
        help="The court is overseas and the creditor lives elsewhere: two months more "
        "to declare, as for creditors outside metropolitan France.",
        entry="over",
    )
    notified_on = fields.Date(
        "Notice in person received on",
        help="Only for who has a published security or contract: the trustee tells him "
        "in person, and the two months begin with that notice (Code de commerce "
        "L622-24).",
        entry="over",
    )
    has_retention = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        "Goods under retention of title?",
        tracking=True,
        help="Were goods delivered that remain yours until they are paid, and that the "
        "customer may still have? They must be claimed back in time, or they are lost "
        "(Code de commerce L624-9 and L624-16).",
        entry="over",
    )
    retention_claimed_on = fields.Date(
        "Goods claimed back on",
        tracking=True,
        help="The day on which the goods were claimed back from the trustee by "
        "registered letter.",
        entry="over",
    )
    retention_deadline = fields.Date(
        "Claim goods back until",
        compute="_compute_deadline",
        store=True,
        help="Three months after the publication (Code de commerce L624-9). While it "
        "is not known, the deadline is counted from the judgment, which is earlier.",
    )
    deadline = fields.Date(
        "Declare until",
        compute="_compute_deadline",
        store=True,
        help="Two months after the publication, four from outside metropolitan France; "
        "a Saturday, Sunday or holiday moves it to the next working day (Code de "
        "procédure civile 641 and 642).",
    )
    relief_deadline = fields.Date(
        "Ask for relief until",
        compute="_compute_deadline",
        store=True,
        help="Who missed the deadline may ask the court for relief within six months "
        "of the publication (Code de commerce L622-26).",
    )
    state = fields.Selection(
        [
            ("open", "Claim to declare"),
            ("declared", "Claim declared"),
            ("ended", "Over for us"),
        ],
        required=True,
        readonly=True,
        default="open",
        tracking=True,
    )
    ended_on = fields.Date(
        readonly=True,
        help="From that day on, earlier claims are dunned again.",
    )
    ended_by_id = fields.Many2one("res.users", "Ended by", readonly=True)
    note = fields.Text(entry="over")
    _one_running = models.UniqueIndex(
        "(partner_id, company_id) WHERE ended_on IS NULL",
        "Proceedings of this customer are running already: change those.",
    )

    warning = fields.Char(compute="_compute_warning")
    warned_days = fields.Integer(
        readonly=True, help="How many days ahead somebody was last asked to declare."
    )
    warned_for = fields.Date(readonly=True, help="The deadline that was named then.")

    @api.depends("partner_id", "judgment_date", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for proceeding in self:
            if not proceeding.partner_id or not proceeding.judgment_date:
                proceeding.display_name = self.env._("New proceedings")
                continue
            proceeding.display_name = self.env._(
                "%(debtor)s: %(kind)s of %(date)s",
                debtor=proceeding.partner_id.display_name or "",
                kind=kinds.get(proceeding.kind, ""),
                date=format_date(self.env, proceeding.judgment_date) or "",
            )

    def _creation_message(self):
        """In words that agree in each language."""
        self.ensure_one()
        return self.env._("Insolvency proceedings entered.")

    @api.depends("company_id")
    def _compute_is_remote(self):
        for proceeding in self:
            address = proceeding.company_id.partner_id
            is_french = not address.country_id or address.country_id.code == "FR"
            is_overseas = (address.zip or "")[:2] in ("97", "98")
            proceeding.is_remote = not is_french or is_overseas

    @api.depends(
        *("kind", "judgment_date", "publication_date", "notified_on"),
        *("is_remote", "is_court_remote"),
    )
    def _compute_deadline(self):
        for proceeding in self:
            day = proceeding.publication_date or proceeding.judgment_date
            if not day or proceeding._is_over_indebtedness():
                proceeding.deadline = proceeding.relief_deadline = False
                proceeding.retention_deadline = False
                continue
            told = max(day, proceeding.notified_on or day)
            is_remote = proceeding.is_remote or proceeding.is_court_remote
            proceeding.deadline = declaration_deadline(told, is_remote)
            proceeding.relief_deadline = relief_deadline(day)
            proceeding.retention_deadline = retention_deadline(day)

    @api.depends("kind", "judgment_date")
    def _compute_frozen_until(self):
        for proceeding in self:
            day = proceeding._is_over_indebtedness() and proceeding.judgment_date
            proceeding.frozen_until = day and suspension_end(day)

    def _is_over_indebtedness(self):
        self.ensure_one()
        return self.kind == OVER_INDEBTEDNESS

    @api.constrains("kind", "partner_id")
    def _check_kind(self):
        for proceeding in self.filtered(lambda one: one._is_over_indebtedness()):
            debtor = proceeding.partner_id
            if debtor.is_company or debtor.dunning_debtor_kind == "public":
                raise ValidationError(
                    self.env._(
                        "Only a private person is over-indebted; %(debtor)s is none. "
                        "Choose the kind that the judgment names.",
                        debtor=debtor.display_name,
                    )
                )

    @api.constrains("notified_on", "retention_claimed_on")
    def _check_notified_on(self):
        for proceeding in self:
            days = (proceeding.notified_on, proceeding.retention_claimed_on)
            for day in filter(None, days):
                proceeding.company_id._dunning_check_entered(
                    day,
                    proceeding.display_name,
                    proceeding.judgment_date,
                    self.env._("the judgment"),
                )

    @api.constrains("judgment_date", "publication_date")
    def _check_dates(self):
        for proceeding in self:
            days = (proceeding.judgment_date, proceeding.publication_date)
            for day in filter(None, days):
                proceeding.company_id._dunning_check_entered(
                    day, proceeding.display_name
                )
            if days[1] and days[1] < days[0]:
                raise ValidationError(
                    self.env._(
                        "It cannot have been published on %(published)s, before the "
                        "judgment of %(judgment)s.",
                        published=format_date(self.env, days[1]),
                        judgment=format_date(self.env, days[0]),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        partners = self.env["res.partner"]
        for vals in vals_list:
            if vals.get("partner_id"):
                debtor = partners.browse(vals["partner_id"]).commercial_partner_id
                vals["partner_id"] = debtor.id
        proceedings = super().create(vals_list)
        proceedings._take_effect()
        proceedings._ask_for_retention()
        return proceedings

    def write(self, vals):
        result = super().write(vals)
        if not EFFECTIVE.isdisjoint(vals):
            self._take_effect()
        if not RETENTION.isdisjoint(vals):
            self._ask_for_retention()
        return result

    def _get_stage(self):
        """What was declared to the trustee stays as it was declared."""
        return "draft" if self.state in ("open", False) else "over"

    def _refuse(self, names):
        if any(self._get_last_stage(self._fields[name]) for name in names):
            self._refuse_declared()
        raise AccessError(
            self.env._(
                "How far the proceedings are follows from the buttons “Mark as "
                "declared” and “Over for us”."
            )
        )

    def _refuse_declared(self):
        if declared := self.filtered(lambda one: one.state != "open"):
            raise UserError(
                self.env._(
                    "The claim on %(debtor)s was declared: it stays as it was.",
                    debtor=declared[0].partner_id.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_declared(self):
        self._refuse_declared()

    def _note_void_file(self, text):
        self.env["dunning.case"]._log_for(self.partner_id, self.company_id, text)

    # What it does

    def _take_effect(self):
        """Nothing that names a frozen item leaves any more (design, rule 6)."""
        self.env.flush_all()
        self.env["dunning.case.line"].invalidate_model()
        self.env["dunning.case"].invalidate_model(["proceeding_id", "legal_warning"])
        self._find_cases()._keep_back_held()

    def _find_cases(self):
        """Return the open cases of the debtors in the company of the proceedings."""
        cases = self.env["dunning.case"].search(
            [("partner_id", "in", self.partner_id.ids), ("state", "!=", "closed")]
        )
        pairs = {(one.partner_id, one.company_id) for one in self}
        return cases.filtered(lambda case: (case.partner_id, case.company_id) in pairs)

    @api.model
    def _read_running(self, company, debtors, day=None):
        """Map debtors to the judgment of their running proceedings.

        :param day: only those that freeze claims on that day. Interest stays stopped
            where the two years of over-indebtedness are over, until a person ends it.
        """
        # That a claim is frozen is no secret to who sees its amounts.
        return {
            one.partner_id.id: one.judgment_date
            for one in debtors.sudo().dunning_proceeding_ids
            if one.company_id == company
            and not one.ended_on
            and not (day and one.frozen_until and one.frozen_until < day)
        }

    def _is_doubled_by(self, debtor):
        """Tell whether another one of this debtor is running beside it."""
        self.ensure_one()
        running = [
            ("partner_id", "=", debtor.id),
            ("company_id", "=", self.company_id.id),
            ("ended_on", "=", False),
        ]
        return not self.ended_on and bool(self.search_count(running, limit=1))

    def action_end(self):
        """Earlier claims are dunned again: the judgment was set aside, or it turned out
        to be another customer's."""
        if not self.env.user.has_group("account_dunning.group_dunning_manager"):
            raise AccessError(
                self.env._("A credit manager decides when proceedings are over.")
            )
        self.check_access("write")
        for proceeding in self.filtered(lambda one: not one.ended_on):
            # Who ended it, and when, is written down by us.
            proceeding.sudo().write(
                {
                    "state": "ended",
                    "ended_on": proceeding.company_id._dunning_today(),
                    "ended_by_id": self.env.uid,
                }
            )
            proceeding.activity_ids.action_done()
        return True

    # Nobody forgets to declare: a sentence on the case, a task before the deadline.

    @api.depends("state", "deadline", "kind", "publication_date")
    @api.depends_context("lang")
    def _compute_warning(self):
        for proceeding in self:
            proceeding.warning = proceeding.judgment_date and proceeding._get_warning()

    def _get_warning(self):
        facts = {
            "kind": dict(self._fields["kind"]._description_selection(self.env))[
                self.kind
            ],
            "judgment": format_date(self.env, self.judgment_date),
            "deadline": format_date(self.env, self.deadline),
            "relief": format_date(self.env, self.relief_deadline),
            "declared": format_date(self.env, self.declared_on),
            "until": format_date(self.env, self.frozen_until),
        }
        if self._is_over_indebtedness():
            return self.env._(
                "%(kind)s, admitted on %(judgment)s: earlier debts wait until "
                "%(until)s at most and may not be paid meanwhile; later ones go on. "
                "Answer the commission when it asks what is owed.",
                **facts,
            )
        if self.state != "open":
            return self.env._(
                "%(kind)s of %(judgment)s: earlier invoices are frozen, the claim was "
                "declared on %(declared)s.",
                **facts,
            )
        if self.deadline < self.company_id._dunning_today():
            return self.env._(
                "%(kind)s of %(judgment)s: the claim should have been declared until "
                "%(deadline)s. Relief can be asked for until %(relief)s.",
                **facts,
            )
        return self.env._(
            "%(kind)s of %(judgment)s: earlier invoices are frozen. Declare the claim "
            "until %(deadline)s.",
            **facts,
        )

    # Goods that remain ours until they are paid: asked once, with the last day.

    def _ask_for_retention(self):
        """Keep one task about retention of title, until it is answered with no, or the
        goods were claimed back."""
        kind = self.env.ref(RETENTION_TASK)
        for proceeding in self:
            tasks = proceeding.activity_ids.filtered(
                lambda task: task.activity_type_id == kind
            )
            last = proceeding.retention_deadline
            is_answered = (
                proceeding.ended_on
                or proceeding.has_retention == "no"
                or proceeding.retention_claimed_on
            )
            if is_answered or not last:
                tasks.sudo().unlink()  # whoever was asked
            elif not tasks:
                proceeding._plan_retention(last)
            elif tasks[0].date_deadline != last:
                tasks.sudo().write(proceeding._prepare_retention(last))

    def _get_declaration_tasks(self):
        """Return the open tasks that end with the declaration: goods are claimed back
        whether the claim was declared or not."""
        kind = self.env.ref(RETENTION_TASK)
        return self.activity_ids.filtered(lambda task: task.activity_type_id != kind)

    def _prepare_retention(self, last):
        return {
            "date_deadline": last,
            "summary": self.env._(
                "Retention of title: claim goods back until %(date)s?",
                date=format_date(self.env, last),
            ),
        }

    def _plan_retention(self, last):
        self.activity_schedule(
            RETENTION_TASK,
            note=self.env._(
                "Were goods delivered to %(debtor)s that remain yours until they are "
                "paid? They are claimed back from the trustee by registered letter, "
                "within three months of the publication (Code de commerce L624-9): "
                "answer the question under “Retention of title”.",
                debtor=self.partner_id.display_name,
            ),
            user_id=self._get_asked().id or self.env.uid,
            **self._prepare_retention(last),
        )

    def _get_asked(self):
        """Return who is asked about the proceedings."""
        users = self._find_cases().user_id
        return self.company_id._dunning_get_manager(*users)

    @api.model
    def _warn_of_deadlines(self, company, today):
        """Plan one task 30 days, and one 10 days, before each deadline."""
        last = today + timedelta(days=max(WARNING_DAYS))
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "open"),
                ("deadline", ">=", today),
                ("deadline", "<=", last),
            ]
        )
        self.env["dunning.worker"]._do_each(
            waiting,
            lambda proceedings: proceedings._warn_of_deadline(today),
            lambda one, error: one._find_cases()[:1]._tell_left_out(error),
        )

    def _warn_of_deadline(self, today):
        for proceeding in self:
            left = (proceeding.deadline - today).days
            days = min(days for days in WARNING_DAYS if left <= days)
            is_said = proceeding.warned_for == proceeding.deadline
            if not is_said or proceeding.warned_days > days:
                proceeding._write_facts(
                    {"warned_days": days, "warned_for": proceeding.deadline}
                )
                proceeding._plan_declaration()

    def _plan_declaration(self):
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.deadline,
            summary=self.env._(
                "Declare the claim on %(debtor)s until %(date)s",
                debtor=self.partner_id.display_name,
                date=format_date(self.env, self.deadline),
            ),
            user_id=self._get_asked().id or self.env.uid,
        )

    @api.model
    def _warn_of_thaw(self, company, today):
        """Ask, a month before the two years of over-indebtedness are over, what was
        decided since: without an answer earlier debts are dunned again."""
        found = self.search(
            [
                ("company_id", "=", company.id),
                ("ended_on", "=", False),
                ("frozen_until", ">=", today),
                ("frozen_until", "<=", today + timedelta(days=max(WARNING_DAYS))),
            ]
        )
        for one in found.filtered(lambda one: one.warned_for != one.frozen_until):
            one._write_facts({"warned_for": one.frozen_until})
            one.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=one.frozen_until,
                summary=self.env._(
                    "Over-indebtedness of %(debtor)s: what after %(date)s?",
                    debtor=one.partner_id.display_name,
                    date=format_date(self.env, one.frozen_until),
                ),
                note=self.env._(
                    "After that day earlier debts are dunned again. If there is a plan "
                    "or a measure of the commission, put the case on hold or exclude "
                    "the invoices."
                ),
                user_id=one._get_asked().id or self.env.uid,
            )


class DunningProceedingLine(models.Model):
    """One item of a declared claim, as it stood on the day of the judgment, in company
    currency; a credit that was not matched then is negative."""

    _name = "dunning.proceeding.line"
    _description = "Declared Claim"
    _inherit = ["dunning.guarded"]
    _order = "date_due, id"

    proceeding_id = fields.Many2one(
        "dunning.proceeding",
        required=True,
        index=True,
        ondelete="cascade",
        entry="new",
        check_company=True,
    )
    company_id = fields.Many2one(related="proceeding_id.company_id")
    currency_id = fields.Many2one(related="proceeding_id.currency_id")
    move_line_id = fields.Many2one(
        "account.move.line", "Item", index=True, readonly=True, ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", index=True, readonly=True, ondelete="set null"
    )
    name = fields.Char("Number", required=True, entry="draft")
    invoice_date = fields.Date("Invoice date", entry="draft")
    date_due = fields.Date("Due date", required=True, entry="draft")
    amount_principal = fields.Monetary("Principal", help="VAT included.", entry="draft")
    amount_interest = fields.Monetary(
        "Interest", help="Until the day before the judgment.", entry="draft"
    )
    amount_indemnity = fields.Monetary("Indemnity", entry="draft")
    amount_total = fields.Monetary("Total", compute="_compute_amount_total")
    is_due = fields.Boolean(
        "Due",
        compute="_compute_is_due",
        help="Due before the judgment; the others are declared as falling due later.",
    )

    @api.depends("amount_principal", "amount_interest", "amount_indemnity")
    def _compute_amount_total(self):
        for line in self:
            line.amount_total = (
                line.amount_principal + line.amount_interest + line.amount_indemnity
            )

    @api.depends("date_due", "proceeding_id.judgment_date")
    def _compute_is_due(self):
        for line in self:
            judgment = line.proceeding_id.judgment_date
            line.is_due = bool(line.date_due and judgment and line.date_due < judgment)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.proceeding_id._refuse_declared()
        return lines

    def write(self, vals):
        self.proceeding_id._refuse_declared()
        return super().write(vals)

    def _get_stage(self):
        return self.proceeding_id._get_stage() if self.proceeding_id else "draft"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_declared(self):
        self.proceeding_id._refuse_declared()


def find_frozen(lines, judgments):
    """Return the case lines that are claims born before the judgment of their debtor.

    :param judgments: as ``_read_running`` gives them
    """
    debtors = lines.case_id.partner_id.ids if judgments else ()
    if judgments.keys().isdisjoint(debtors):  # as nearly always
        return lines.browse()
    # That a claim is frozen is no secret to who sees it.
    births = lines.move_line_id.sudo()._read_dunning_births()

    def is_frozen(line):
        judgment = judgments.get(line.case_id.partner_id.id)
        born = births.get(line.move_line_id.id)
        return bool(judgment and born and is_earlier(born, judgment))

    return lines.filtered(is_frozen)
