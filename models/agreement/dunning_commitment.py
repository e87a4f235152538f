from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools import covers as core
from ..books.money import format_amount


class DunningCommitment(models.AbstractModel):
    """What a debtor and we agreed upon: the ground of promises, plans and disputes.

    Each kind has a ``state`` of its own, names in ``_get_running_states`` while it
    counts, writes down what it keeps back with :meth:`_cover` when it begins and ends
    it with :meth:`_uncover`. What it keeps back now follows from the balances.
    """

    _name = "dunning.commitment"
    _description = "Dunning: Agreement"
    _inherit = ["dunning.guarded"]
    _check_company_auto = True

    case_id = fields.Many2one(
        "dunning.case", required=True, index=True, ondelete="cascade", entry="new"
    )
    partner_id = fields.Many2one(
        related="case_id.partner_id", store=True, index=True, string="Debtor"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="The currency of the invoices it is about.",
        entry="draft",
    )
    user_id = fields.Many2one(
        "res.users",
        "Agreed by",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Who of us agreed to it, and is asked when something is to be done.",
        entry="open",
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Agreed with",
        domain="[('id', 'child_of', partner_id)]",
        help="The person who committed for the customer.",
        entry="open",
        check_company=True,
    )
    line_ids = fields.Many2many(
        "dunning.case.line",
        string="Invoices",
        domain="[('case_id', '=', case_id)]",
        help="The invoices it is about.",
        entry="draft",
        check_company=True,
    )
    note = fields.Text(
        help="What was said, for whoever looks at it later.", entry="over"
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        string="Documents",
        help="The message, the signed paper or the bank's order that shows it.",
        entry="over",
    )

    @api.depends("case_id", "line_ids")
    def _compute_currency_id(self):
        for commitment in self:
            case = commitment.case_id
            commitment.currency_id = (
                commitment.line_ids.currency_id[:1]
                or case.company_id.currency_id
                or self.env.company.currency_id
            )

    @api.constrains("line_ids", "case_id")
    def _check_items(self):
        for commitment in self:
            lines = commitment.line_ids
            if lines.case_id - commitment.case_id:
                raise ValidationError(
                    self.env._("The invoices of an agreement belong to one case.")
                )
            if len(lines.currency_id) > 1:
                raise ValidationError(
                    self.env._(
                        "%(debtor)s owes in several currencies: make one agreement per "
                        "currency, so that no sum mixes them.",
                        debtor=commitment.partner_id.display_name,
                    )
                )

    def _check_case_is_open(self):
        for commitment in self:
            if commitment.case_id.state == "closed":
                raise UserError(
                    self.env._(
                        "The case of %(debtor)s is closed: nothing is due any more "
                        "that could be agreed upon.",
                        debtor=commitment.partner_id.display_name,
                    )
                )

    # What may be entered

    def _get_stage(self):
        if not self.state or self.state == "draft":
            return "draft"
        return "open" if self.state in self._get_running_states() else "over"

    def _is_term(self, name):
        """Tell whether a field is agreed upon: an approval holds for these terms."""
        return self._get_last_stage(self._fields[name]) == "draft"

    @api.model
    def _prepare(self, vals):
        """Return the values of a new one: what was not said follows from the case."""
        return vals

    @api.model_create_multi
    def create(self, vals_list):
        ids = {vals["case_id"] for vals in vals_list if vals.get("case_id")}
        self.env["dunning.case"].browse(sorted(ids))._take_turn()
        created = super().create([self._prepare(vals) for vals in vals_list])
        created._check_case_is_open()
        return created

    def write(self, vals):
        result = super().write(vals)
        if any(self._is_term(name) for name in vals):
            self._withdraw_approval()
        return result

    def _withdraw_approval(self):
        """What was approved is approved as it was: changed, it is to be approved."""
        approved = self.filtered("approved_by_id")
        approved._write_facts({"approved_by_id": False, "approved_on": False})

    # What each kind says of itself

    @api.model
    def _get_running_states(self):
        """Return the states in which it counts."""
        return ("open",)

    def _describe(self):
        """Return it in a few words in the reader's language, for a list of what is
        waited for: "a promise of €300.00 by 8 March"."""
        self.ensure_one()
        return self.display_name

    def _describe_for_debtor(self):
        """Return a sentence that recalls it in a later text, in the language of the
        environment ("As agreed on … you were to pay …"); empty for nothing to say."""
        self.ensure_one()
        return ""

    def _get_event_texts(self):
        """Return what a contact about it can name, in the language of the environment:
        placeholders of ``dunning.action``."""
        self.ensure_one()
        return {
            "agreement_text": self._describe_for_debtor(),
            "agreement_left_text": self._format(self._get_left()),
            "agreement_next_text": self._describe_plan_b(),
            "fallback_text": self._disclose_plan_b(),
        }

    def _get_asked_for(self, event):
        """Return what the contact that tells an event asks to pay: the amount that its
        text names; None where it asks for the items that it lists.

        :param str event: see :class:`Event`
        :rtype: float | None
        """
        self.ensure_one()

    def _get_outdated_reason(self, contact):
        """Return why a contact about it must not leave any more; empty when it may."""
        self.ensure_one()
        return ""

    def _on_made(self):
        """Do what follows from a commitment that was just made: a hook."""

    def _propose_interruption(self, kind, day):
        """Propose that the commitment acknowledges the debt, which interrupts its
        limitation (C. civ. 2240); it counts once a credit manager has confirmed it.

        :param kind: a kind of ``dunning.limitation.event``
        :param day: the day on which the debtor committed himself
        """
        self.case_id._propose_limitation_event(
            kind, day, self.line_ids, self.document_ids, self._describe()
        )

    # What else runs on its items: a dispute goes first, and two agreements of one kind
    # never share an item.

    contested_text = fields.Char("To confirm", compute="_compute_contested_text")

    @api.depends("state", "line_ids.move_line_id.amount_residual")
    @api.depends_context("lang")
    def _compute_contested_text(self):
        contested_of = self._read_contested()
        for one in self:
            contested = contested_of.get(one)
            one.contested_text = contested and self.env._(
                "%(amount)s of its invoices is contested: confirm with the customer "
                "what he pays of the rest, or agree anew.",
                amount=one._format(float(contested)),
            )

    def _read_contested(self):
        """Map running ones to what of their items is contested now, if anything is.

        :rtype: dict[dunning.commitment, Decimal]
        """
        running = self.filtered(lambda one: one._get_stage() in ("proposed", "open"))
        cases = running.case_id._origin.filtered(
            lambda case: core.DISPUTED in case.cover_ids.mapped("kind")
        )
        if not cases:
            return {}
        kept, result = cases._find_kept_back(), {}
        for one in running:
            own = set(one.line_ids._origin.move_line_id.ids)
            parts = kept.get(one.case_id._origin, {})
            result[one] = sum(
                (
                    of_item.get(core.DISPUTED, Decimal(0))
                    for item, of_item in parts.items()
                    if item.line_id in own
                ),
                Decimal(0),
            )
        return result

    def _find_rivals(self):
        """Return the agreements of the same kind that run on some of its items."""
        self.ensure_one()
        # Also of colleagues who see less: two of them never share an item.
        rivals = self.sudo().search(
            [
                ("id", "not in", self._get_versions().ids),
                ("state", "in", self._get_running_states()),
                ("line_ids", "in", self.line_ids.ids),
            ]
        )
        return rivals.sudo(self.env.su)

    def _get_versions(self):
        """Return it with those that it replaces once it counts: a hook."""
        return self

    def _check_rivals(self):
        """Refuse a second agreement of the kind on an item, with what is left.

        :raises UserError: with the one that runs and what it leaves
        """
        self.ensure_one()
        if rivals := self._find_rivals():
            free = self.case_id._get_free_amounts(self.line_ids - rivals.line_ids)
            raise UserError(
                self.env._(
                    "%(rival)s runs on these invoices already; beside it %(left)s is "
                    "left of those chosen. Change that one, or leave its invoices out.",
                    rival=rivals[0].display_name,
                    left=self._format(sum(free.values())),
                )
            )

    # What it keeps back

    def _get_covers(self):
        """Return every cover of the commitments, those that ended too."""
        covers = self.env["dunning.cover"].with_context(active_test=False)
        return covers.search(
            [("res_model", "=", self._name), ("source_id", "in", self.ids)]
        )

    def _cover(self, kind, amount, lines=None, until=None):
        """Keep back what it covers, at once.

        :param amount: the whole sum, or the contested part of each item
        :param lines: the case lines; those of the commitment when None
        :param until: the last day on which it is waited for, if somebody knows
        """
        self.ensure_one()
        lines = self.line_ids if lines is None else lines
        # What is kept back is the engine's to write, whoever makes the agreement.
        covers = self.env["dunning.cover"].sudo()
        partials = self.env["account.partial.reconcile"].sudo()  # a number only
        last = partials.search([], order="id desc", limit=1).id
        covers.create(
            [
                {
                    "line_id": line.id,
                    "kind": kind,
                    "res_model": self._name,
                    "source_id": self.id,
                    "amount": amount,
                    # A settled item has nothing left, and no item that says so.
                    "balance_start": line.sudo().amount_residual or 0.0,
                    "partial_mark": last,
                    "date_until": until,
                }
                for line in lines
            ]
        )
        self._follow_covers()

    def _uncover(self, lines=None):
        """End what commitments keep back: the ladder decides about it again.

        :param lines: only for these case lines; for all of them when None
        """
        covers = self._get_covers().filtered("active")
        if lines is not None:
            covers = covers.filtered(lambda cover: cover.line_id in lines)
        if covers:
            covers.sudo().active = False  # see _cover
            self._follow_covers()

    def _follow_covers(self):
        """Let the cases show at once what is kept back, and look afresh at what was
        prepared for them."""
        self.env.flush_all()
        self.case_id.invalidate_recordset(["amount_disputed", "amount_promised"])
        self.case_id._forget_holds()
        self.case_id._keep_back_held()
        self.case_id._show_waiting()

    def _get_balances(self):
        """Map case lines to what is open of them now, in the currency of the item."""
        covers = self._get_covers()
        return {
            line.id: Decimal(str(line.amount_residual or 0.0))
            for line in covers.line_id.sudo()  # as for the amounts a case shows
        }

    def _get_left(self):
        """Return what is still to come of the commitment, in its currency."""
        self.ensure_one()
        rows = [
            core.Cover(
                cover.line_id.id,
                cover.kind,
                self.id,
                Decimal(str(cover.amount)),
                Decimal(str(cover.balance_start)),
                cover.line_id.date_due,
            )
            for cover in self._get_covers()
            if cover.kind != core.DISPUTED
        ]
        return float(core.remaining(rows, self._get_balances()))

    def _in_company_language(self):
        """Let the scheduler, which has no language, note things in the company's."""
        lang = self.env.lang or self.company_id[:1].partner_id.lang
        return self.with_context(lang=lang)

    def _format(self, amount):
        self.ensure_one()
        return format_amount(self.env, amount, self.currency_id)
