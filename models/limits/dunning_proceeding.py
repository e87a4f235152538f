from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from ...tools.insolvency import declaration_deadline, is_earlier, relief_deadline

#: What only the buttons write.
#: Days before the deadline at which somebody is asked to declare.
WARNING_DAYS = (30, 10)


class DunningProceeding(models.Model):
    """Collective proceedings of a customer, as one creditor company follows them.

    Claims born before the judgment may be neither paid nor asked for (Code de commerce
    L622-7, L622-21), interest stops (L622-28), and the claim is declared to the trustee
    within two months of the publication in the BODACC (L622-24, R622-24). What is born
    later goes on as usual. Conciliation and ad-hoc mandates are confidential and stop
    nothing by themselves: put the case on hold instead.
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
        "not.",
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

    @api.depends("judgment_date", "publication_date", "is_remote")
    def _compute_deadline(self):
        for proceeding in self:
            day = proceeding.publication_date or proceeding.judgment_date
            proceeding.deadline = day and declaration_deadline(
                day, proceeding.is_remote
            )
            proceeding.relief_deadline = day and relief_deadline(day)

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
        return proceedings

    def write(self, vals):
        result = super().write(vals)
        if not {"judgment_date", "partner_id", "company_id", "ended_on"}.isdisjoint(
            vals
        ):
            self._take_effect()
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
    def _read_running(self, company, debtors):
        """Map debtors to the judgment of their running proceedings."""
        # That a claim is frozen is no secret to who sees its amounts.
        return {
            one.partner_id.id: one.judgment_date
            for one in debtors.sudo().dunning_proceeding_ids
            if one.company_id == company and not one.ended_on
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
        }
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
        company = self.company_id
        users = self._find_cases().user_id
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.deadline,
            summary=self.env._(
                "Declare the claim on %(debtor)s until %(date)s",
                debtor=self.partner_id.display_name,
                date=format_date(self.env, self.deadline),
            ),
            user_id=company._dunning_get_manager(*users).id or self.env.uid,
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
