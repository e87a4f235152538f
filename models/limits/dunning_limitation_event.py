from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_date

#: Kinds that only a document proves.
DOCUMENTED = ("acknowledgement", "plan", "court", "enforcement", "mediation")
#: Kinds that last until a day.
LASTING = ("court", "declaration", "mediation")
#: Our own written demand to pay, which interrupts the limitation of public bodies only.
DEMAND = "demand"
#: Contacts that are such demands: a written rung, or a message by hand about items.
DEMAND_CHANNELS, DEMAND_KINDS = ("email", "letter", "registered"), ("rung", "manual")


class DunningLimitationEvent(models.Model):
    """Something that interrupts or suspends the limitation of a debt.

    Proposed by the module or entered by a collector; the dates to act ignore it until a
    credit manager confirms it: a payment that we matched ourselves to the oldest
    invoice acknowledges no debt of that invoice. A reminder or a formal notice
    interrupts nothing but the limitation of public bodies: of those each written
    demand to pay that was delivered is proposed (law 68-1250 of 31 December 1968,
    article 2). Kept for good: a wrong one is refused, not deleted.
    """

    _name = "dunning.limitation.event"
    _description = "Interruption of Limitation"
    _inherit = ["dunning.limitation.subject", "dunning.proof", "dunning.guarded"]
    _order = "date desc, id desc"
    _rec_name = "kind"
    _check_company_auto = True

    kind = fields.Selection(
        [
            ("acknowledgement", "Acknowledgement of the debt in writing"),
            ("payment", "Payment on account"),
            ("promise", "Promise to pay"),
            ("plan", "Signed payment plan"),
            ("court", "Claim in court"),
            ("enforcement", "Precautionary measure or enforcement"),
            ("declaration", "Claim declared in insolvency proceedings"),
            ("mediation", "Agreed mediation or conciliation (suspends)"),
            (DEMAND, "Written payment demand (public debtor)"),
        ],
        "What happened",
        required=True,
        default="acknowledgement",
        help="What the debtor himself did or a court was asked (Code civil 2238 to "
        "2244). A reminder, even a registered formal notice, interrupts nothing, but "
        "of a public body: there each written demand to pay does (law 68-1250, article "
        "2).",
        entry="draft",
    )
    date = fields.Date(
        required=True, help="The day on which it happened.", entry="draft"
    )
    date_until = fields.Date(
        "Ended on",
        help="Of a claim in court or a mediation: the day on which it was over. The "
        "new period begins then; while it is empty, only its beginning counts.",
        entry="draft",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        entry="new",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, entry="new"
    )
    move_ids = fields.Many2many(
        "account.move",
        "dunning_limitation_event_move_rel",
        "event_id",
        "move_id",
        "Invoices",
        check_company=True,
        help="The invoices it is about. It counts for an invoice as a whole, all its "
        "instalments included.",
        entry="draft",
    )
    move_line_ids = fields.Many2many(
        "account.move.line",
        "dunning_limitation_event_item_rel",
        "event_id",
        "move_line_id",
        "Items",
        check_company=True,
        help="Items of other entries, such as an opening balance: it counts for these "
        "alone, not for what else the entry holds.",
        entry="draft",
    )
    note = fields.Text(
        help="How it reached us, who said it, where it is filed.", entry="over"
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        "dunning_limitation_event_proof_rel",
        "event_id",
        "attachment_id",
        "Documents",
        entry="over",
    )
    user_id = fields.Many2one(
        "res.users", "Entered by", readonly=True, default=lambda self: self.env.user
    )
    is_found = fields.Boolean(
        "Found by the module",
        readonly=True,
        help="Read from the books or from what was agreed. Somebody must look whether "
        "the debtor himself meant this debt.",
    )
    state = fields.Selection(
        [
            ("proposed", "To confirm"),
            ("confirmed", "Confirmed"),
            ("refused", "Not counted"),
        ],
        required=True,
        readonly=True,
        default="proposed",
        help="Only what a credit manager has confirmed moves the last day to act.",
    )
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_on = fields.Date("Decided on", readonly=True)
    payment_line_id = fields.Many2one(
        "account.move.line", index=True, readonly=True, ondelete="set null"
    )
    paid_move_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    demand_id = fields.Many2one(
        "dunning.action",
        "Our demand",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The message or letter to the public debtor, with its proof.",
    )
    _once_per_demand = models.UniqueIndex(
        "(demand_id) WHERE demand_id IS NOT NULL",
        "This message was proposed already.",
    )
    _once_per_payment = models.UniqueIndex(
        "(payment_line_id, paid_move_id) WHERE payment_line_id IS NOT NULL",
        "This payment was proposed for the invoice already.",
    )

    @api.depends("kind", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            day = f" ({format_date(self.env, event.date)})" if event.date else ""
            event.display_name = f"{kinds.get(event.kind, '')}{day}"

    @api.constrains("date", "date_until")
    def _check_dates(self):
        for event in self:
            for day in filter(None, (event.date, event.date_until)):
                event.company_id._dunning_check_entered(day, event.display_name)
            if event.date_until and event.date_until < event.date:
                raise ValidationError(
                    self.env._(
                        "It cannot have ended on %(end)s, before it began on "
                        "%(begin)s.",
                        end=format_date(self.env, event.date_until),
                        begin=format_date(self.env, event.date),
                    )
                )

    @api.constrains("kind", "partner_id")
    def _check_demand(self):
        for event in self.filtered(lambda one: one.kind == DEMAND):
            event._check_is_public()

    def _check_is_public(self):
        """:raises ValidationError: for whoever our demands do not bind"""
        self.ensure_one()
        if self.partner_id.dunning_debtor_kind != "public":
            raise ValidationError(
                self.env._(
                    "%(debtor)s is no public body: a written demand to pay does not "
                    "interrupt the limitation of what others owe.",
                    debtor=self.partner_id.display_name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._forget_dates()
        return events

    def write(self, vals):
        result = super().write(vals)
        self._forget_dates()
        return result

    def _forget_dates(self):
        """What was computed from the events before is no longer right."""
        lines = self.env["dunning.case.line"]
        lines.invalidate_model(["limitation_date", "hold"])
        self.env["dunning.case"].invalidate_model(
            ["limitation_date", "limitation_event_ids", "legal_warning"]
        )

    def _get_stage(self):
        return "draft" if self.state in ("proposed", False) else "over"

    def _refuse(self, names):
        if decided := self.filtered(lambda event: event.state != "proposed"):
            raise AccessError(
                self.env._(
                    "“%(event)s” was decided on %(date)s and stays as it was: enter "
                    "another one.",
                    event=decided[0].display_name,
                    date=format_date(self.env, decided[0].decided_on),
                )
            )
        raise AccessError(
            self.env._(
                "Whether it counts is decided by a credit manager, with the "
                "buttons “It counts” and “It does not count”."
            )
        )

    def _is_doubled_by(self, debtor):
        """Tell whether it cannot become this debtor's; an event always can."""
        return False

    def _note_void_file(self, text):
        self.env["dunning.case"]._log_for(self.partner_id, self.company_id, text)

    # Decide

    def action_confirm(self):
        """Let the events count: the last day to act moves."""
        self._check_manager()
        self.check_access("write")
        for event in self:
            event._check_complete()
        return self._decide_on("confirmed")

    def action_refuse(self):
        """Leave the events out: the last day to act stays as it is."""
        return self._decide_on("refused")

    def _check_complete(self):
        self.ensure_one()
        if not self.move_ids:
            raise UserError(
                self.env._(
                    "Choose the invoices that “%(event)s” is about.",
                    event=self.display_name,
                )
            )
        valid = self.proof_ids.filtered(lambda one: not one.dunning_void_text)
        if self.kind == DEMAND:
            self._check_is_public()
            self._check_delivered()
        is_ours = self.kind == DEMAND and self.demand_id  # its own proof
        if (self.kind in DOCUMENTED or self.kind == DEMAND) and not (valid or is_ours):
            raise UserError(
                self.env._(
                    "Add the document that proves “%(event)s”: in court it is needed.",
                    event=self.display_name,
                )
            )
        if self.kind == "mediation" and not self.date_until:
            raise UserError(
                self.env._(
                    "Enter the day on which the mediation was over: before, nobody "
                    "knows by how much it moves the last day to act."
                )
            )

    def _came_back(self):
        """Tell whether it is a message of ours that was not delivered after all."""
        self.ensure_one()
        demand = self.kind == DEMAND and self.demand_id.sudo()  # a fact about it
        return bool(demand) and demand.state != "done"

    def _check_delivered(self):
        if self._came_back():
            raise UserError(
                self.env._(
                    "“%(message)s” was not delivered: it interrupts nothing.",
                    message=self.demand_id.display_name,
                )
            )

    def _decide_on(self, state):
        self._check_manager()
        self.check_access("write")
        waiting = self.filtered(lambda event: event.state == "proposed")
        for company, events in waiting.grouped("company_id").items():
            # Who decided, and when, is written down by us.
            events.sudo().write(
                {
                    "state": state,
                    "decided_by_id": self.env.uid,
                    "decided_on": company._dunning_today(),
                }
            )
        waiting._log_decision(state)
        return True

    def _check_manager(self):
        if not self.env.user.has_group("account_dunning.group_dunning_manager"):
            raise AccessError(
                self.env._(
                    "A credit manager decides what interrupts a limitation: enter what "
                    "happened with its document, and ask him to confirm it."
                )
            )

    def _log_decision(self, state):
        for event in self:
            details = {
                "event": event.display_name,
                "invoices": event._name_subject(),
            }
            text = (
                self.env._("It counts: %(event)s, for %(invoices)s.", **details)
                if state == "confirmed"
                else self.env._(
                    "It does not count: %(event)s, %(invoices)s.", **details
                )
            )
            cases = self.env["dunning.case"]
            cases._log_for(event.partner_id, event.company_id, text)

    # What the module finds by itself and proposes: nothing counts before a person has
    # confirmed it.

    @api.model
    def _propose_payments(self, company):
        """Propose each payment on account of an invoice that is still open, once."""
        self.env["dunning.worker"]._do_each(
            self._find_payments_to_propose(company),
            lambda rows: self.create(
                [self._prepare_payment(company, *row) for row in rows]
            ),
            lambda row, error: self._tell_not_proposed(company, row, error),
        )

    @api.model
    def _tell_not_proposed(self, company, rows, error):
        """Show on the debtor's case why a payment of his could not be proposed."""
        [(_paid_id, _move_id, partner_id, _day, _item_ids)] = rows
        cases = self.env["dunning.case"]
        case = cases._search_open(company, self.env["res.partner"].browse(partner_id))
        case[:1]._tell_left_out(error)

    @api.model
    def _prepare_payment(self, company, paid_id, move_id, partner_id, day, item_ids):
        return {
            "kind": "payment",
            "date": day,
            "partner_id": partner_id,
            "company_id": company.id,
            "move_ids": [move_id],
            "move_line_ids": item_ids or [],
            "payment_line_id": paid_id,
            "paid_move_id": move_id,
            "is_found": True,
        }

    @api.model
    def _propose_demands(self, contacts):
        """Propose that delivered contacts to public bodies interrupt the limitation.

        :param contacts: ``dunning.action`` that were not proposed yet
        """
        rows = [self._prepare_demand(one) for one in contacts if one.line_ids.move_id]
        # Found by the module, whoever delivers: nobody is asked for the right.
        return self.sudo().create(rows) if rows else self.browse()

    @api.model
    def _prepare_demand(self, contact):
        asked = contact._get_object_lines()
        return {
            "kind": DEMAND,
            "date": contact.delivered_on,
            "partner_id": contact.partner_id.id,
            "company_id": contact.company_id.id,
            "move_ids": asked.move_id.ids,
            "move_line_ids": asked.case_line_id._get_entry_items().ids,
            "note": contact.display_name,
            "demand_id": contact.id,
            "is_found": True,
        }

    @api.model
    def _propose_missed_demands(self, company):
        """Propose what was delivered before anybody knew that the debtor is a public
        body, or before the module knew of it; of open cases, a batch at a time."""
        known = self.sudo()._search([("demand_id", "!=", False)])
        contacts = self.env["dunning.action"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "done"),
                ("channel", "in", DEMAND_CHANNELS),
                ("kind", "in", DEMAND_KINDS),
                ("delivered_on", "<=", company._dunning_today()),
                ("partner_id.dunning_debtor_kind", "=", "public"),
                ("case_id.state", "!=", "closed"),
                ("id", "not in", known.subselect("demand_id")),
            ]
        )
        self.env["dunning.worker"]._do_each(
            contacts,
            self._propose_demands,
            lambda one, error: one.case_id._tell_left_out(error),
        )

    @api.model
    def _find_payments_to_propose(self, company):
        """Return (payment item, invoice, debtor, day, items) of what was not proposed
        yet; the items of another entry than an invoice, else None."""
        self.env["account.partial.reconcile"].flush_model()
        self.env["dunning.case.line"].flush_model()
        self.flush_model()
        return self.env.execute_query(
            SQL(
                """SELECT paid.id, item.move_id, dossier.partner_id, paid.date,
                          array_agg(DISTINCT item.id) FILTER (WHERE NOT %(document)s)
                     FROM dunning_case_line line
                     JOIN dunning_case dossier ON dossier.id = line.case_id
                          AND dossier.company_id = %(company)s
                          AND dossier.state != 'closed'
                     JOIN account_move_line item ON item.id = line.move_line_id
                          AND NOT item.reconciled
                     JOIN account_move move ON move.id = item.move_id
                     JOIN account_partial_reconcile part
                          ON part.debit_move_id = item.id
                     JOIN account_move_line paid ON paid.id = part.credit_move_id
                     JOIN account_journal journal ON journal.id = paid.journal_id
                          AND journal.type IN ('bank', 'cash', 'credit')
                    WHERE line.active
                      AND NOT EXISTS (
                          SELECT FROM dunning_limitation_event known
                           WHERE known.payment_line_id = paid.id
                             AND known.paid_move_id = item.move_id)
                    GROUP BY paid.id, item.move_id, dossier.partner_id, paid.date
                    ORDER BY paid.id""",
                company=company.id,
                document=self.env["account.move.line"]._sql_dunning_is_document("move"),
            )
        )


class DunningLimitationOverride(models.Model):
    """The decision of a credit manager to remind a consumer of invoices that can no
    longer be claimed in court, with its reason. Kept for good, never changed."""

    _name = "dunning.limitation.override"
    _description = "Reminder of a Time-Barred Debt"
    _inherit = ["dunning.limitation.subject", "dunning.guarded"]
    _order = "id desc"
    _rec_name = "partner_id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        required=True,
        index=True,
        ondelete="restrict",
        entry="new",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, entry="new"
    )
    move_ids = fields.Many2many(
        "account.move",
        "dunning_limitation_override_move_rel",
        "override_id",
        "move_id",
        "Invoices",
        required=True,
        check_company=True,
        entry="new",
    )
    move_line_ids = fields.Many2many(
        "account.move.line",
        "dunning_limitation_override_item_rel",
        "override_id",
        "move_line_id",
        "Items",
        check_company=True,
        help="Items of other entries, such as an opening balance: it is decided for "
        "these alone.",
        entry="new",
    )
    reason = fields.Text(
        required=True,
        help="Why this customer is reminded although the debt can no longer be claimed "
        "in court. He may refuse to pay; the texts must not say otherwise.",
        entry="new",
    )
    user_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, default=lambda self: self.env.user
    )

    @api.model_create_multi
    def create(self, vals_list):
        overrides = super().create(vals_list)
        self.env["dunning.case.line"].invalidate_model(["hold"])
        for override in overrides:
            override._log()
        return overrides

    def _is_doubled_by(self, debtor):
        """Tell whether it cannot become this debtor's; a decision always can."""
        return False

    def _log(self):
        self.ensure_one()
        text = self.env._(
            "Reminded all the same, although time-barred: %(invoices)s. Reason: "
            "%(reason)s",
            invoices=self._name_subject(),
            reason=self.reason,
        )
        self.env["dunning.case"]._log_for(self.partner_id, self.company_id, text)

    @api.model
    def _find_pairs(self, partner_ids):
        """Return the (debtor id, unit) for which it was decided: see ``_get_units``."""
        # A fact about the item, for whoever sees the item.
        found = self.sudo().search([("partner_id", "in", partner_ids)])
        return {
            (override.partner_id.id, unit)
            for override in found
            for unit in override._get_units()
        }
