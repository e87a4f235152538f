from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date, formatLang

from ..models.interest.dunning_waiver import MOTIVES


class DunningClaimWizard(models.TransientModel):
    """Claim the interest and indemnities of a case, or waive them.

    The window shows what is owed and asks what to do with it; what is owed is counted
    again when it is confirmed, whatever the window holds.
    """

    _name = "dunning.claim.wizard"
    _description = "Claim Interest and Indemnities"
    _inherit = ["dunning.guarded"]

    case_id = fields.Many2one(
        "dunning.case", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="case_id.currency_id")
    debtor_kind = fields.Selection(related="case_id.partner_id.dunning_debtor_kind")
    until = fields.Date(
        "Interest until",
        required=True,
        help="The last day that counts: today, or a day before.",
    )
    line_ids = fields.One2many(
        "dunning.claim.wizard.line",
        "wizard_id",
        "Invoices",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    warning = fields.Char(compute="_compute_warning")
    rate_warning = fields.Char(compute="_compute_warning")
    total = fields.Char("Claimed", compute="_compute_total")
    total_waived = fields.Char("Total waived", compute="_compute_total")
    is_manager = fields.Boolean(compute="_compute_is_manager")
    motive = fields.Selection(
        MOTIVES,
        "Kind of waiver",
        default="concession",
        help="Why something is given up, in one word.",
    )
    reason = fields.Text(
        help="What was agreed, or why: it is kept in the case with your name."
    )
    costs_name = fields.Char(
        "Nature of further costs",
        help="Recovery costs above the flat indemnity, with their proof: of businesses "
        "(Code de commerce L441-10 II) and public bodies (Code de la commande publique "
        "L2192-13).",
    )
    costs_amount = fields.Monetary(
        "Costs",
        help="Only what goes beyond the flat indemnities that are claimed.",
    )
    proof_ids = fields.Many2many("ir.attachment")

    @api.model
    def _open_for(self, case):
        """Return the window for a case, with what is owed until today."""
        until = case.company_id._dunning_today()
        return self.create({"case_id": case.id, "until": until})._get_window()

    def _get_window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Interest and indemnities of %(debtor)s",
                debtor=self.case_id.display_name,
            ),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.depends_context("uid")
    def _compute_is_manager(self):
        is_manager = self.env.user.has_group("account_dunning.group_dunning_manager")
        self.is_manager = is_manager

    @api.depends("case_id", "until")
    def _compute_line_ids(self):
        for wizard in self:
            rows = []
            if wizard.case_id and wizard.until:
                claimables = wizard.case_id._read_claimable(wizard.until)[0]
                rows = [wizard._prepare_line(claimable) for claimable in claimables]
            wizard.line_ids = [Command.clear(), *map(Command.create, rows)]

    def _prepare_line(self, claimable):
        segments = claimable.segments if claimable.interest else ()
        percents = dict.fromkeys(segment.percent for segment in segments)
        return {
            "case_line_id": claimable.line.id,
            "currency_id": claimable.line.currency_id.id,
            "date_from": segments[0].date_from if segments else False,
            "date_to": segments[-1].date_to if segments else False,
            "days": sum(segment.days for segment in segments),
            "base": float(segments[-1].base) if segments else 0.0,
            "rates": " / ".join(
                formatLang(self.env, float(percent), digits=2) for percent in percents
            ),
            "interest": claimable.interest,
            "indemnity": claimable.indemnity,
        }

    @api.depends("case_id", "until")
    @api.depends_context("lang")
    def _compute_warning(self):
        for wizard in self:
            claimables, wizard.warning = [], False
            if wizard.case_id and wizard.until:
                claimables, wizard.warning = wizard.case_id._read_claimable(
                    wizard.until
                )
            wizard.rate_warning = wizard.case_id._describe_doubts(claimables)

    @api.depends(
        *("costs_amount", "line_ids.is_claimed", "line_ids.interest"),
        *("line_ids.indemnity", "line_ids.interest_waived"),
        "line_ids.indemnity_waived",
    )
    def _compute_total(self):
        for wizard in self:
            claimed, waived = {wizard.currency_id: wizard.costs_amount}, {}
            for line in wizard.line_ids:
                of_line = (
                    (line.currency_id, line.interest, line.interest_waived),
                    (wizard.currency_id, line.indemnity, line.indemnity_waived),
                )
                for currency, owed, given_up in of_line:
                    waived[currency] = waived.get(currency, 0) + given_up
                    if line.is_claimed:
                        claimed[currency] = claimed.get(currency, 0) + owed - given_up
            wizard.total = wizard._format_sums(claimed)
            wizard.total_waived = wizard._format_sums(waived)

    def _format_sums(self, sums):
        return " + ".join(
            format_amount(self.env, amount, currency)
            for currency, amount in sums.items()
            if currency and not currency.is_zero(amount)
        )

    # What was decided

    def action_confirm(self):
        """Make the draft note of what is claimed, and record what is waived."""
        self.ensure_one()
        claimed, waived = self._read_decision()
        costs = self._read_costs()
        if waived:
            self._waive(waived)
        claims = self.case_id._claim(self.until, claimed, costs)
        if not claims:
            raise UserError(
                self.env._(
                    "There is nothing to claim: choose at least one invoice, or waive "
                    "less."
                )
            )
        return self._open_notes(claims)

    def action_waive(self):
        """Record only what is waived, and claim nothing."""
        self.ensure_one()
        waived = self._read_decision()[1]
        if not waived:
            raise UserError(self.env._("Write beside the invoices how much is waived."))
        self._waive(waived)
        return {"type": "ir.actions.act_window_close"}

    def action_waive_all(self):
        """Write the whole interest and indemnity as waived, to be confirmed."""
        self.ensure_one()
        self.env["dunning.waiver"]._check_may_waive()
        for line in self.line_ids:
            # A public body cannot be let off interest: see dunning.waiver.
            is_public = self.debtor_kind == "public"
            line.interest_waived = 0 if is_public else line.interest
            line.indemnity_waived = line.indemnity
        return self._get_window()

    def _read_decision(self):
        """Return what is claimed and what is waived of what is owed now.

        :rtype: tuple[list, list] of ``(Claimable, interest, indemnity)``
        """
        case = self.case_id
        case.check_access("write")
        case._lock_for_claim()
        self._check_until()
        choices = {line.case_line_id: line for line in self.line_ids}
        claimed, waived = [], []
        for claimable in case._read_claimable(self.until)[0]:
            choice = choices.get(claimable.line)
            if not choice:
                continue
            given_up = choice._read_waived(claimable)
            waived.append((claimable, *given_up))
            if choice.is_claimed:
                interest = claimable.interest - given_up[0]
                claimed.append((claimable, interest, claimable.indemnity - given_up[1]))
        return claimed, [row for row in waived if any(row[1:])]

    def _check_until(self):
        today = self.case_id.company_id._dunning_today()
        if self.until > today:
            raise UserError(
                self.env._(
                    "Interest cannot be claimed until %(date)s: these days have not "
                    "come yet. Choose today, or a day before.",
                    date=format_date(self.env, self.until),
                )
            )

    def _waive(self, waived):
        if not self.motive or not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Say why something is waived: whoever looks at the case later must "
                    "understand it."
                )
            )
        self.case_id._waive(self.until, waived, self.motive, self.reason)

    def _read_costs(self):
        """Return the costs to claim, None without any."""
        compared = self.currency_id.compare_amounts(self.costs_amount, 0)
        if compared < 0:
            raise UserError(self.env._("Costs are an amount above zero."))
        if not compared:
            return None
        if not (self.costs_name or "").strip():
            raise UserError(self.env._("Say which costs these are."))
        self.proof_ids.check_access("read")
        return {
            "name": self.costs_name,
            "amount": self.costs_amount,
            "proof_ids": self.proof_ids,
        }

    def _open_notes(self, claims):
        """Open the drafts for who may see them; else go back to the case."""
        notes = claims.move_id
        if not notes.has_access("write"):
            return {"type": "ir.actions.act_window_close"}
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Notes for interest and indemnities"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", notes.ids)],
        }
        if len(notes) == 1:
            action |= {"res_id": notes.id, "view_mode": "form"}
        return action


class DunningClaimWizardLine(models.TransientModel):
    """What is owed beside one invoice, and what is decided of it."""

    _name = "dunning.claim.wizard.line"
    _description = "Claim Interest of an Invoice"
    _inherit = ["dunning.guarded"]

    wizard_id = fields.Many2one("dunning.claim.wizard", ondelete="cascade")
    case_line_id = fields.Many2one(
        "dunning.case.line", required=True, readonly=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="case_line_id.move_id")
    name = fields.Char(related="case_line_id.name")
    date_due = fields.Date(related="case_line_id.date_due")
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one(
        related="wizard_id.currency_id", string="Company currency"
    )
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("Until", readonly=True)
    days = fields.Integer(readonly=True)
    base = fields.Monetary("Balance", readonly=True)
    rates = fields.Char("Rate %", readonly=True)
    interest = fields.Monetary(readonly=True)
    interest_waived = fields.Monetary("Interest waived")
    indemnity = fields.Monetary(currency_field="company_currency_id", readonly=True)
    indemnity_waived = fields.Monetary(
        "Indemnity waived", currency_field="company_currency_id"
    )
    is_claimed = fields.Boolean(
        "Claim",
        default=True,
        help="Off: what is not waived stays owed, to be claimed another time.",
    )

    def _read_waived(self, claimable):
        """Return the interest and the indemnity that are waived.

        :raises UserError: less than nothing, or more than is owed
        """
        self.ensure_one()
        given_up = []
        for name, owed, currency in (
            ("interest_waived", claimable.interest, self.currency_id),
            ("indemnity_waived", claimable.indemnity, self.company_currency_id),
        ):
            amount = currency.round(self[name])
            if currency.compare_amounts(amount, 0) < 0 or (
                currency.compare_amounts(amount, owed) > 0
            ):
                raise UserError(
                    self.env._(
                        "%(invoice)s: between zero and %(owed)s can be waived, not "
                        "%(amount)s.",
                        invoice=claimable.line.name,
                        owed=format_amount(self.env, owed, currency),
                        amount=format_amount(self.env, amount, currency),
                    )
                )
            given_up.append(amount)
        return given_up
