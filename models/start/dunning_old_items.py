from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime, Domain
from odoo.tools import format_date, formatLang
from odoo.tools.misc import split_every

from ...tools.age_bands import BANDS, Band, find_band

#: What somebody holds on the invoice itself is not ours to decide.
HELD_BY_HAND = ("blocked", "in_payment")
#: Invoices whose exclusion is changed, and noted on each, in one go.
INVOICES_PER_BATCH = 1000


@dataclass(slots=True)
class OldInvoice:
    """A late invoice, or a late item of another entry (``unit``, see ``OpenItem``): how
    late its oldest open instalment is, and what is late of it (company currency)."""

    unit: tuple
    partner_id: int
    days_late: int = 0
    amount: Decimal = Decimal(0)
    is_left_out: bool = False


@dataclass(slots=True)
class OldInvoices:
    """The late invoices of a company that nobody was reminded of yet.

    ``begun`` and ``excluded`` are late ones that a decision does not touch.
    """

    date: Date
    invoices: list = field(default_factory=list)
    begun: set = field(default_factory=set)
    excluded: set = field(default_factory=set)

    def of_band(self, band):
        return [one for one in self.invoices if find_band(one.days_late) == band]

    def count(self, band):
        """Return the values of a band's line."""
        found = self.of_band(band)
        return {
            "invoice_count": len(found),
            "debtor_count": len({one.partner_id for one in found}),
            "amount": float(sum((one.amount for one in found), Decimal(0))),
            "left_out_count": sum(one.is_left_out for one in found),
        }


class DunningOldItems(models.Model):
    """What a credit manager decides about invoices that were late before dunning began.

    Per age band: leave out, start at the first rung, start at a chosen rung (design,
    rule 3). There is one decision being prepared per company, kept until it is applied:
    whoever leaves half-way finds it again. An applied one stays as the record of who
    decided what, when and why. Invoices that were reminded already are never touched.
    """

    _name = "dunning.old.items"
    _description = "Decision on Old Items"
    _inherit = ["dunning.company.draft", "dunning.guarded"]
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
        "on each invoice that is left out or taken up again.",
        entry="draft",
    )
    user_id = fields.Many2one("res.users", "Decided by", readonly=True)
    applied_on = fields.Datetime("Decided on", readonly=True)
    band_ids = fields.One2many(
        "dunning.old.items.band", "old_items_id", "Age bands", entry="draft"
    )
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
    left_out_item_ids = fields.Many2many(
        "account.move.line",
        "dunning_old_items_left_out_item_rel",
        string="Items left out",
        readonly=True,
        help="Items of other entries, such as an opening balance, that this decision "
        "left out and that are not taken up again.",
    )
    left_out_count = fields.Integer(compute="_compute_left_out_count")
    result = fields.Text(readonly=True, help="What the decision has changed.")
    _one_draft = models.UniqueIndex(
        "(company_id) WHERE state = 'draft'",
        "A decision on old items is already being prepared in this company.",
    )

    def _compute_left_out_count(self):
        for decision in self:
            # Whoever decides sees what was decided, whatever journals he may open.
            decided = decision.sudo()
            decision.left_out_count = len(decided.left_out_ids) + len(
                decided.left_out_item_ids
            )

    @api.depends("state", "date", "applied_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for decision in self:
            decision.display_name = self.env._(
                "Old items (%(date)s)",
                date=format_date(self.env, decision.applied_on or decision.date),
            )

    def _get_stage(self):
        return "draft" if self.state in ("draft", False) else "over"

    def _refuse(self, names):
        self._check_is_draft()
        raise AccessError(
            self.env._("A decision on old items is recorded when it is applied.")
        )

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
        """List the invoices that are left out by this decision; with items of other
        entries among them, the list of exclusions."""
        self.ensure_one()
        self.check_access("read")
        if items := self.sudo().left_out_item_ids:  # see _compute_left_out_count
            action = self.env["dunning.exclusion"].action_open_review()
            left_out = Domain("move_line_id", "in", items.ids) | Domain(
                "move_id", "in", self.left_out_ids.ids
            )
            domain = left_out & Domain("ended_on", "=", False)
            return action | {"domain": list(domain), "context": {}}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Left out"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.left_out_ids.ids)],
        }

    # Read the late invoices of a company in a few queries, however many there are.

    def _read_old_items(self):
        """Return what there is to decide today.

        An invoice stands in the band of its oldest open instalment, because the host
        excludes an invoice as a whole. An item of another entry stands for itself.

        :rtype: OldInvoices
        """
        self.ensure_one()
        company = self.company_id
        old = OldInvoices(company._dunning_today())
        items = self.env["account.move.line"]._read_dunning_items(company, old.date)
        late = [item for item in items if item.due < old.date]
        begun, left_out = self._read_begun(), self._read_left_out()
        invoices = {}
        for item in late:
            if item.unit in begun:
                old.begun.add(item.unit)
            elif item.hold in HELD_BY_HAND:
                continue
            elif item.hold and item.unit not in left_out:
                old.excluded.add(item.unit)
            else:
                found = invoices.setdefault(
                    item.unit, OldInvoice(item.unit, item.partner_id)
                )
                found.days_late = max(found.days_late, (old.date - item.due).days)
                found.amount += item.residual
                found.is_left_out = found.is_left_out or bool(item.hold)
        old.invoices = list(invoices.values())
        return old

    def _read_begun(self):
        """Return the units (see ``OpenItem``) reminded of already, or about to be."""
        company = Domain("company_id", "=", self.company_id.id)
        lines = self.env["dunning.case.line"].sudo()  # a fact about the invoice
        standing = lines._read_group(
            Domain("case_id.company_id", "=", self.company_id.id)
            & Domain("level_id", "!=", False),
            ["move_id", "move_line_id"],
        )
        told = (
            self.env["dunning.action.line"]
            .sudo()  # a fact about the invoice
            ._read_group(
                Domain("action_id", "any", company & Domain("state", "=", "queued"))
                & Domain("level_id", "!=", False),
                ["move_id", "move_line_id"],
            )
        )
        # A move is asked for only as a document, an item only as one of another entry.
        return {
            unit
            for move, item in [*standing, *told]
            for unit in ((True, move.id), (False, item.id))
        }

    def _read_left_out(self):
        """Map units to the decisions of this company that left them out."""
        decisions = self.search([("company_id", "=", self.company_id.id)])
        left_out = defaultdict(self.browse)
        for decision in decisions:
            # Whoever decides sees what was decided, whatever journals he may open.
            decided = decision.sudo()
            for move_id in decided.left_out_ids.ids:
                left_out[True, move_id] |= decision
            for item_id in decided.left_out_item_ids.ids:
                left_out[False, item_id] |= decision
        return left_out

    # Carry out a decision on old items: nothing is sent, everything is noted.
    #
    # Doing it twice changes nothing the second time: an invoice that is left out
    # already is not left out again, an item that starts where it should is not noted
    # again.

    def action_apply(self):
        """Do what was chosen for each band, and keep it as a decision of the user."""
        self.ensure_one()
        self.check_access("write")
        self._check_is_draft()
        self.lock_for_update()
        self.action_refresh()
        self._check_is_complete()
        old = self._read_old_items()
        chosen = {band._key(): band for band in self.band_ids}
        wanted = defaultdict(list)
        for invoice in old.invoices:
            wanted[chosen[find_band(invoice.days_late)]].append(invoice)
        left_out = self._leave_out(wanted)
        taken_up = self._take_up(wanted)
        started = self._set_starts(wanted, old.date)
        self.sudo().write(  # what the user decided, kept by the engine
            {
                "state": "applied",
                "user_id": self.env.uid,
                "applied_on": Datetime.now(),
                "result": self._describe_result(left_out, taken_up, started),
            }
        )
        self.company_id._dunning_mark_step("old_items")
        return self._get_window()

    def _check_is_complete(self):
        """Refuse half a decision, in words: nothing that was typed is lost."""
        filled = self.band_ids.filtered("invoice_count")
        for band in filled:
            if not band.choice:
                raise UserError(
                    self.env._(
                        "Decide what becomes of the invoices that are late by %(band)s "
                        "(%(count)s invoices).",
                        band=band.name,
                        count=band.invoice_count,
                    )
                )
            if band.choice == "level" and not band.level_id:
                raise UserError(
                    self.env._(
                        "Choose the reminder at which the invoices late by %(band)s "
                        "start.",
                        band=band.name,
                    )
                )
        if filled and not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Write why you decide so: whoever looks at these invoices in a "
                    "year will ask."
                )
            )

    # Leaving out, taking up again: the host's own exclusion from follow-up

    def _leave_out(self, wanted):
        """Exclude the invoices of the bands to leave out; return how many."""
        moves, items = self._get_units(
            wanted, lambda band: band.choice == "leave", False
        )
        note = self.env._("Left out of dunning: late before dunning began.")
        self._exclude(moves, items, True, note)
        self.sudo().write(  # what the user decided, kept by the engine
            {
                "left_out_ids": [Command.link(move.id) for move in moves],
                "left_out_item_ids": [Command.link(item.id) for item in items],
            }
        )
        return len(moves) + len(items)

    def _take_up(self, wanted):
        """Take up again what an earlier decision left out; return how many."""
        moves, items = self._get_units(
            wanted, lambda band: band.choice != "leave", True
        )
        if not (moves or items):
            return 0
        self._exclude(moves, items, False, self.env._("Taken up again by dunning."))
        left_out = self._read_left_out()
        of_decision = defaultdict(lambda: defaultdict(list))
        for name, records, is_document in (
            ("left_out_ids", moves, True),
            ("left_out_item_ids", items, False),
        ):
            for record in records:
                for decision in left_out[is_document, record.id]:
                    of_decision[decision][name].append(Command.unlink(record.id))
        for decision, commands in of_decision.items():
            decision.sudo().write(commands)  # an earlier, closed decision
        return len(moves) + len(items)

    def _get_units(self, wanted, is_of, is_left_out):
        """Return the documents, and the items of other entries, of the bands."""
        units = [
            one.unit
            for band, invoices in wanted.items()
            for one in invoices
            if is_of(band) and one.is_left_out == is_left_out
        ]
        return (
            self.env["account.move"].browse(key for is_doc, key in units if is_doc),
            self.env["account.move.line"].browse(
                key for is_doc, key in units if not is_doc
            ),
        )

    def _exclude(self, moves, items, is_excluded, what):
        """Set the host's exclusion of invoices, and of items of other entries, and say
        on each who did it and why."""
        # A credit manager need not be allowed to edit invoices to leave one out.
        moves, items = moves.sudo(), items.sudo()
        for ids in split_every(INVOICES_PER_BATCH, moves.ids):
            self._exclude_batch(moves.browse(ids), items.browse(), is_excluded)
            body = self._note(what)
            moves.browse(ids)._message_log_batch(bodies=dict.fromkeys(ids, body))
        for ids in split_every(INVOICES_PER_BATCH, items.ids):
            some = items.browse(ids)
            self._exclude_batch(moves.browse(), some, is_excluded)
            bodies = {
                entry.id: self._note(what, entry_items)
                for entry, entry_items in some.grouped("move_id").items()
            }
            some.move_id._message_log_batch(bodies=bodies)

    def _exclude_batch(self, moves, items, is_excluded):
        items._dunning_exclude(moves.ids, items.ids, is_excluded)
        self.env["dunning.exclusion"]._note_in_bulk(
            self.company_id, moves, items, is_excluded, self.reason
        )

    def _note(self, what, items=()):
        """Return a note for the chatter: what was done, by whom, why.

        :param items: which items of an entry it is about, where it is not about all
        """
        named = [
            f"{item._get_dunning_number()} – {item.partner_id.display_name}"
            for item in items
        ]
        return Markup("<p>%s</p><p>%s</p>") % (
            Markup("<br/>").join([what, *named]),
            self.env._(
                "Decided by %(user)s: %(reason)s",
                user=self.env.user.name,
                reason=self.reason or "",
            ),
        )

    # Starting

    def _set_starts(self, wanted, date):
        """Let the items of the other bands start where they should; return how many
        start at a chosen rung."""
        starts = {
            one.unit: band.level_id
            for band, invoices in wanted.items()
            if band.choice in ("first", "level")
            for one in invoices
        }
        debtors = self.env["res.partner"].browse(
            {
                one.partner_id
                for band, invoices in wanted.items()
                if band.choice in ("first", "level")
                for one in invoices
            }
        )
        # Opening a case sends nothing; the level must be readable on it.
        cases = self.env["dunning.case"].with_company(self.company_id)
        cases = cases.sudo()._collect(self.company_id, date, debtors)[0]  # as the night
        changed = self._write_starts(cases, starts, date)
        changed._refresh_next()
        self._note_starts(changed)
        return sum(bool(line.start_level_id) for line in changed)

    def _write_starts(self, cases, starts, date):
        """Write where items start; return the lines that changed."""
        groups = defaultdict(list)
        ladders = {ladder: ladder._to_core() for ladder in cases.ladder_id}
        # Of thousands of entries only their kind is asked.
        cases.line_ids.move_id.sudo().fetch(["move_type"])
        lines = cases.line_ids.filtered(
            lambda line: self._get_unit(line) in starts and not line.level_id
        )
        for line in lines:
            level = starts[self._get_unit(line)]
            start = self._find_start(
                ladders.get(line.case_id.ladder_id), level, (date - line.date_due).days
            )
            if (line.start_level_id.id or None) != start:
                groups[start].append(line.id)
        for start, ids in groups.items():
            lines.browse(ids)._write_facts({"start_level_id": start})
        return lines.browse(id_ for ids in groups.values() for id_ in ids)

    @api.model
    def _get_unit(self, line):
        """Return the unit of a case line, as ``OpenItem`` does."""
        is_document = line._is_document()
        return is_document, line.move_id.id if is_document else line.move_line_id.id

    def _find_start(self, ladder, level, days_late):
        """Return the id of the rung at which an item starts, None for the first one.

        The chosen rung or, on another ladder or for an item that is not late enough
        for it, the highest reminder whose delay fits.
        """
        if not ladder or not level:
            return None
        index = ladder.find_start(min(level.delay_days, days_late))
        return ladder.climbing[index].key if index else None

    def _note_starts(self, lines):
        bodies = {}
        for case, of_case in lines.grouped("case_id").items():
            parts = [
                self.env._(
                    "%(invoices)s: the first reminder will be “%(level)s”.",
                    level=level.name or self.env._("the first one of the ladder"),
                    invoices=", ".join(of_level._list_names()),
                )
                for level, of_level in of_case.grouped("start_level_id").items()
            ]
            bodies[case.id] = self._note(Markup("<br/>").join(parts))
        cases = lines.case_id
        if cases:
            cases._message_log_batch(bodies=bodies)

    def _describe_result(self, left_out, taken_up, started):
        parts = [band._describe() for band in self.band_ids if band.invoice_count]
        parts.append(
            self.env._(
                "%(left_out)s invoices were left out, %(taken_up)s taken up again, "
                "%(started)s items start at a chosen reminder.",
                left_out=left_out,
                taken_up=taken_up,
                started=started,
            )
        )
        return "\n".join(parts)


class DunningOldItemsBand(models.Model):
    """One age band of a decision: how much there is, and what becomes of it."""

    _name = "dunning.old.items.band"
    _description = "Decision on Old Items: Age Band"
    _inherit = ["dunning.guarded"]
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
        entry="draft",
    )
    level_id = fields.Many2one(
        "dunning.level",
        "Starts at",
        help="The first reminder these invoices get. On another ladder, or when an "
        "invoice is not late enough for it, the highest reminder whose delay fits. "
        "Never a formal notice: it must follow a reminder, and is approved one by one.",
        check_company=True,
        entry="draft",
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

    def _get_stage(self):
        return self.old_items_id._get_stage()

    def _refuse(self, names):
        self.old_items_id._check_is_draft()
        raise AccessError(self.env._("What was counted in an age band is not edited."))

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
