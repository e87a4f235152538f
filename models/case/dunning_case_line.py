from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools import known_money as core_money
from ...tools import ladder as core
from ...tools.items import count_names, debt_key


class DunningCaseLine(models.Model):
    """One open receivable item in its case, with the rung it stands on.

    A settled item is archived, not deleted: a payment that is taken back gives the
    item the rung it had. Only the engine writes it (as superuser, for whoever collects
    or delivers): the rung an item stands on is a fact, not a choice.
    """

    _name = "dunning.case.line"
    _description = "Dunning Case Item"
    _inherit = ["dunning.guarded"]
    _order = "date_due, id"
    _check_company_auto = True

    case_id = fields.Many2one(
        "dunning.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)
    move_line_id = fields.Many2one(
        "account.move.line",
        "Item",
        index=True,
        ondelete="set null",
        check_company=True,
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        index=True,
        ondelete="set null",
        check_company=True,
    )
    date_due = fields.Date("Due date", required=True)
    name = fields.Char(
        "Number",
        compute="_compute_identity",
        compute_sudo=True,  # what the debtor is told is no secret to who sees the case
        search="_search_name",
        help="The number of the invoice. Of an item of another entry, such as an "
        "opening balance, its label: the number that the debtor knows.",
    )
    invoice_date = fields.Date(
        "Invoice date",
        compute="_compute_identity",
        compute_sudo=True,  # as the number
        help="Empty for an item of an opening entry that was due before: nobody knows "
        "the date of its invoice.",
    )
    number = fields.Char(
        "Number last known",
        readonly=True,
        help="By which an item that was entered again is found, and named when its "
        "entry is gone.",
    )
    currency_id = fields.Many2one("res.currency", "Currency of the item", required=True)
    level_id = fields.Many2one(
        "dunning.level",
        readonly=True,
        ondelete="restrict",
        help="The last level that was delivered for this invoice.",
    )
    delivered_on = fields.Date(
        readonly=True,
        help="When that level reached the customer.",
    )
    deadline = fields.Date(
        readonly=True, help="The date by which the last message asked to pay."
    )
    heard_level_id = fields.Many2one(
        "dunning.level",
        "Strongest text heard",
        readonly=True,
        ondelete="restrict",
        help="The strongest text, by tone and then by place in its ladder, that asked "
        "for this invoice: no softer one asks for it again.",
    )
    ladder_ended_on = fields.Date(
        readonly=True,
        help="When somebody decided what comes after the last rung of the ladder.",
    )
    start_level_id = fields.Many2one(
        "dunning.level",
        "Starts at",
        readonly=True,
        ondelete="set null",
        help="The first rung of this item, when a credit manager chose a later one for "
        "invoices that were late already. Empty: the first rung of the ladder.",
    )
    next_level_id = fields.Many2one(
        "dunning.level",
        "Next level",
        readonly=True,
        help="The level that this invoice comes to next: levels are climbed one by "
        "one.",
    )
    next_date = fields.Date(
        "Not before",
        readonly=True,
        help="The first day on which that level may speak.",
    )
    invoice_pdf_id = fields.Many2one(
        "ir.attachment",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        help="The copy of an invoice that was never printed, made once for reminders.",
    )
    amount_residual = fields.Monetary(
        "Balance",
        related="move_line_id.amount_residual_currency",
        help="What is left to pay, in the currency of the invoice.",
    )
    amount_total = fields.Monetary(
        "Amount", related="move_line_id.amount_currency", currency_field="currency_id"
    )
    days_overdue = fields.Integer("Days late", compute="_compute_days_overdue")

    hold = fields.Selection(
        selection="_selection_hold",
        string="Why not dunned",
        compute="_compute_hold",
        help="Why the item is not dunned now. Empty when it is.",
    )

    agreed_level_id = fields.Many2one(
        "dunning.level",
        "Agreed level",
        readonly=True,
        ondelete="set null",
        help="An agreement failed, and this level was to follow: it speaks next, "
        "whatever the days of the ladder. A formal notice still waits for approval.",
    )
    agreed_on = fields.Date(
        "Agreed level from",
        readonly=True,
        help="The day on which the agreement failed: from then on it may speak.",
    )

    @api.depends(
        "move_id.name",
        "move_id.ref",
        "move_id.invoice_date",
        "move_line_id.name",
        "move_line_id.date_maturity",
        "number",
    )
    def _compute_identity(self):
        """As the books say now; of what is gone, what was known last."""
        for line in self:
            item, move = line.move_line_id, line.move_id
            if item:
                line.name = item._get_dunning_number()
                line.invoice_date = item._get_dunning_date()
            else:
                is_document = move and move._is_dunning_document()
                line.name = (is_document and move.name) or line.number or move.name
                line.invoice_date = move.invoice_date

    @api.model
    def _search_name(self, operator, value):
        """Search what it is called now, or was when it was last collected."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        of_document = Domain("move_id.move_type", "!=", "entry")
        return Domain("number", operator, value) | (
            of_document & Domain("move_id.name", operator, value)
        )

    @api.depends("name", "date_due")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """The number and the due date: instalments have the same number."""
        for line in self:
            day = format_date(self.env, line.date_due) if line.date_due else ""
            line.display_name = f"{line.name or ''} ({day})"

    def _is_document(self):
        """Tell whether the item is that of an invoice, not of another entry."""
        self.ensure_one()
        move = self.move_id.sudo()  # a fact about the item
        return bool(move) and move._is_dunning_document()

    def _get_debtor(self):
        self.ensure_one()
        return self.case_id.partner_id.commercial_partner_id

    def _get_debt(self):
        """Return the key of the debt that the item is a part of: instalments of one
        invoice have the same (see ``tools.items.debt_key``).

        :rtype: tuple
        """
        self.ensure_one()
        if self._is_document():  # as nearly always
            return debt_key(self.move_id.id, 0, 0, None, True)
        # Which debt it is a part of is a fact about the item.
        label = self.sudo().move_line_id.name if self.move_line_id else self.number
        item_id = self.move_line_id.id or -self.id
        return debt_key(self.move_id.id, self._get_debtor().id, item_id, label, False)

    def _get_place(self):
        """Return where what was decided of the item is looked for when the item itself
        was entered again: in its invoice or, of another entry, among its debtor's.

        :rtype: tuple[int, int | bool]
        """
        self.ensure_one()
        return self.move_id.id, not self._is_document() and self._get_debtor().id

    def _get_entry_items(self):
        """Return the journal items of those that are of no invoice."""
        return self.filtered(lambda line: not line._is_document()).move_line_id

    def _get_billed(self):
        """Return the contacts who were billed for the items."""
        billed = self.env["res.partner"]
        for line in self.sudo():  # printed on every invoice
            billed |= (
                line.move_line_id._get_dunning_contact()
                if line.move_line_id
                else line.move_id.partner_id
            )
        return billed.sudo(self.env.su)

    def _list_names(self):
        """Return the numbers of the items, each once: "FAC/2026/0001 (4 instalments)".

        :rtype: list[str]
        """
        return self._say_names(self.mapped("name"))

    @api.model
    def _say_names(self, names):
        """Return numbers, each once, with how many instalments have it."""
        return [
            name
            if count == 1
            else self.env._(
                "%(number)s (%(count)s instalments)", number=name, count=count
            )
            for name, count in count_names(names)
        ]

    @api.depends("date_due", "company_id")
    def _compute_days_overdue(self):
        today = {company: company._dunning_today() for company in self.company_id}
        for line in self:
            day = today.get(line.company_id)
            late = (day - line.date_due).days if day and line.date_due else 0
            line.days_overdue = max(late, 0)

    def _stand_on_new_ladder(self):
        """Put items on the rung of the case's new ladder that matches their old one.

        The highest rung whose delay is not above that of the old rung (design, rule
        17); what was delivered stays delivered, a formal notice included.
        """
        moving = self.sudo().filtered(  # the engine's own
            lambda line: (
                line.level_id and line.level_id.ladder_id != line.case_id.ladder_id
            )
        )
        for ladder, lines in moving.grouped(
            lambda line: line.case_id.ladder_id
        ).items():
            if not ladder:
                continue
            rungs = ladder._to_core()
            for level, of_level in lines.grouped("level_id").items():
                of_level._write_facts(
                    {"level_id": level._find_on(rungs), "ladder_ended_on": False}
                )
        self._refresh_next()

    def _deliver(self, level, day, deadline):
        """Let items stand on a rung that has just been delivered.

        An item that already stands there (another channel came first), or higher,
        does not move. ``level`` is empty for the decision that ends a ladder.
        """
        lines = self.sudo()  # see the class: the engine's own
        if not level:
            lines._write_facts({"ladder_ended_on": day})
        moving = lines.filtered(
            lambda line: (
                not line.level_id
                or line.level_id.ladder_id != level.ladder_id
                or line.level_id._rank() < level._rank()
            )
        )
        if level:
            moving._write_facts(
                {"level_id": level.id, "delivered_on": day, "deadline": deadline}
            )
        lines._forget_agreed(level)

    def _stands_on(self, level):
        """Tell whether the item stands on a rung, and nothing was decided after it."""
        self.ensure_one()
        return self.level_id == level and not self.ladder_ended_on

    def _has_climbed_above(self, level):
        """Tell whether a later rung, or the decision after the last, was delivered."""
        self.ensure_one()
        if self.ladder_ended_on:
            return True
        mine = self.level_id
        return mine.ladder_id == level.ladder_id and mine._rank() > level._rank()

    def _stand(self, standing):
        """Put an item back where it stood before a delivery that came back.

        :param standing: ``tools.contact.Standing``
        """
        self.ensure_one()
        self.sudo().write(  # the engine's own
            {
                "level_id": standing.rung,
                "delivered_on": standing.delivered_on,
                "deadline": standing.deadline,
            }
        )

    def _postpone(self, deadline):
        """Keep the date that a message printed for items it only listed."""
        for line in self.sudo():  # the engine's own
            line._write_facts({"deadline": max(line.deadline or deadline, deadline)})

    def _refresh_next(self):
        """Store the next level and date, from the rung each item stands on."""
        cases = self.case_id
        lines = cases._read_lines(self.ids)
        levels = cases._read_levels(cases.ladder_id)
        nexts = {
            line: core.next_rung(
                levels.ladders[case.ladder_id.id], line.to_core(levels.rungs)
            )
            for case in cases.filtered("ladder_id")
            for line in lines[case.id]
        }
        self._store_nexts(nexts)

    @api.model
    def _store_nexts(self, nexts):
        """Store what comes next for lines where it changed.

        :param nexts: ``{CaseLine: (rung, day)}``
        """
        changed = defaultdict(list)
        for line, (rung, day) in nexts.items():
            level_id = (rung.key if rung else None) or None
            if (line.next_level_id, line.next_date) != (level_id, day):
                changed[level_id, day].append(line.id)
        for (level_id, day), ids in changed.items():
            lines = self.sudo().browse(ids)  # the engine's own
            lines._write_facts({"next_level_id": level_id, "next_date": day})

    # Why an item is not dunned now

    @api.model
    def _selection_hold(self):
        """Return every reason why an item is not dunned: each folder adds its own."""
        return [
            ("paid", self.env._("Paid")),
            ("unposted", self.env._("No longer posted")),
            ("in_payment", self.env._("Payment in progress")),
            ("blocked", self.env._("Blocked")),
            ("excluded", self.env._("Excluded from follow-up")),
            (core_money.ANNOUNCED, self.env._("Paid, to be matched")),
        ]

    @api.depends(
        "move_line_id.reconciled",
        "move_line_id.parent_state",
        "move_line_id.no_followup",
        "move_id.payment_state",
    )
    def _compute_hold(self):
        beside = self._find_item_holds()
        for line in self:
            # Whether an item may be dunned is not a secret to who sees the case.
            line.hold = line.sudo()._get_ledger_hold() or beside.get(line)

    def _find_item_holds(self):
        """Map lines to what keeps back the whole item beside the books: a hook.

        What is found first counts: who extends it lets the codes of ``super()`` win.

        :rtype: dict[dunning.case.line, str]
        """
        others = self._find_other_holds()
        announced = self.case_id._find_announced()
        others |= dict.fromkeys(announced - set(others), core_money.ANNOUNCED)
        return {
            line: others[line.move_line_id.id]
            for line in self
            if line.move_line_id.id in others
        }

    def _find_other_holds(self):
        """Map ids of journal items to why ``_find_dunning_holds`` keeps them back."""
        held = {}
        for company, lines in self.sudo().grouped("company_id").items():
            if company:  # see _compute_hold
                today = company._dunning_today()
                held |= lines.move_line_id._find_dunning_holds(today)
        return held

    def _get_ledger_hold(self):
        """Return why the books keep the item back, False when they do not: see
        ``account.move.line._get_dunning_ledger_holds``."""
        self.ensure_one()
        item, move = self.move_line_id, self.move_id
        if not item or item.parent_state != "posted":
            return "unposted"
        if item.reconciled:
            return "paid"
        if move.payment_state in ("in_payment", "blocked"):
            return move.payment_state
        if item.no_followup:
            return "excluded"
        return False

    def _forget_agreed(self, level):
        """An agreed level that was delivered, or climbed over, is agreed no more.

        :param level: the level just delivered; empty for the decision at the end
        """
        done = self.filtered(
            lambda line: (
                line.agreed_level_id
                and (not level or line.agreed_level_id._rank() <= level._rank())
            )
        )
        if done:
            done._write_facts({"agreed_level_id": False, "agreed_on": False})

    def _find_all_made_again(self, items):
        """Map ids of open items to the line of the reversed invoice that each was made
        out again for.

        :param items: :class:`OpenItem` that no line was found for
        """
        # Whether it was reversed is no secret to who sees the case.
        reversed_lines = self.filtered(
            lambda line: line.sudo().move_id.payment_state == "reversed"
        )
        if not reversed_lines:
            return {}
        found = {
            item.line_id: reversed_lines._find_made_again(item)
            for item in items
            if item.is_document
        }
        return {key: line for key, line in found.items() if line}

    def _find_made_again(self, item):
        """Return, of these lines of reversed invoices, the one whose invoice was made
        again as an open item: it keeps its rung. Empty when none was.

        Of the same debtor and due date, entered later, with the same amount or
        something sold in common.

        :param OpenItem item: of a new invoice
        """
        # What was sold is compared, not shown.
        new = self.env["account.move"].sudo().browse(item.move_id)
        labels = set(filter(None, new.invoice_line_ids.mapped("name")))
        for line in self.sorted("id", reverse=True):
            former = line.sudo().move_id
            is_alike = (
                line.case_id.partner_id.id == item.partner_id
                and (line.date_due, line.currency_id.id) == (item.due, item.currency_id)
                and former.id < new.id
                and new.move_type == former.move_type
            )
            amounts = (former.amount_total, new.amount_total)
            if is_alike and (
                line.currency_id.compare_amounts(*amounts) == 0
                or labels.intersection(former.invoice_line_ids.mapped("name"))
            ):
                return line
        return self.browse()
