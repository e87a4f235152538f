from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html

from ...tools.interest import Segment, half_year_start


@dataclass(frozen=True, slots=True)
class Claimable:
    """What can be claimed of one item: the days since the last claim, its interest,
    and the indemnity of its invoice (in company currency) if it bears it."""

    line: models.BaseModel
    segments: tuple[Segment, ...]
    interest: float
    indemnity: float


class DunningCase(models.Model):
    """Late-payment interest and indemnities of a whole case, in company currency."""

    _inherit = "dunning.case"

    currency_id = fields.Many2one("res.currency")  # the company's, by dunning.case
    amount_interest = fields.Monetary(
        "Interest to date",
        compute="_compute_interest",
        help="Late-payment interest of the open items until today. Shown, never booked "
        "before it is claimed.",
    )
    amount_indemnity = fields.Monetary(
        "Indemnities",
        compute="_compute_interest",
        help="The flat indemnity, once for each open invoice that is late.",
    )
    interest_warning = fields.Char(compute="_compute_interest")

    claim_ids = fields.One2many("dunning.claim", "case_id", "Claims")
    waiver_ids = fields.One2many("dunning.waiver", "case_id", "Waivers")
    claim_warning = fields.Char(compute="_compute_claim_warning")

    @api.depends("line_ids.amount_interest", "line_ids.amount_indemnity")
    def _compute_interest(self):
        totals = defaultdict(float)
        for line in self.line_ids:
            # One rate of the day for what is shown; what is claimed is in the
            # currency of its invoice.
            totals[line.case_id] += line.currency_id._convert(
                line.amount_interest, line.company_currency_id, line.company_id
            )
        for case in self:
            lines = case.line_ids
            case.amount_interest = case.currency_id.round(totals[case])
            case.amount_indemnity = sum(lines.mapped("amount_indemnity"))
            case.interest_warning = next(
                filter(None, lines.mapped("interest_warning")), False
            )

    # Claiming and waiving the interest and indemnities of a case.
    #
    # On a person's decision only: it makes a draft, and no entry (design, rule 11).

    @api.depends("claim_ids.move_id", "claim_ids.move_id.state")
    @api.depends_context("lang")
    def _compute_claim_warning(self):
        for case in self:
            warnings = filter(None, case.claim_ids.mapped("warning"))
            case.claim_warning = next(warnings, False)

    def action_claim(self):
        """Open the window that claims, or waives, interest and indemnities."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.claim.wizard"]._open_for(self)

    def _read_claimable(self, until):
        """Return what can be claimed until a day, and why something cannot.

        Invoices that were paid late count as well: their interest stopped when they
        were paid.

        :rtype: tuple[list[Claimable], str | False]
        """
        lines = self._get_lines_to_claim()
        interests, claimed = lines._get_interest(until), lines._read_claimed_until()
        warning = next(filter(None, (found[1] for found in interests.values())), False)
        indemnities = lines._get_late_invoices(interests, until)._get_indemnities_left()
        claimables = []
        for line in lines:
            interest = interests[line][0]
            segments = interest.since(claimed.get(line))
            amount = line.currency_id.round(float(interest.amount)) if segments else 0.0
            indemnity = indemnities.get(line, 0.0)
            if amount or indemnity:
                claimables.append(Claimable(line, segments, amount, indemnity))
        return claimables, warning

    def _describe_doubts(self, claimables):
        """Say which rates behind what can be claimed somebody should check first."""
        if not claimables:
            return ""
        rates, debtor = self.env["dunning.rate"], self.partner_id
        kind = debtor.dunning_debtor_kind
        contract = rates._read_contracts(debtor, self.company_id)[debtor.id]
        basis = rates._describe_basis(kind, contract, claimables)
        if kind == "public":
            # Frozen where the delay began, whichever days are claimed now.
            days = {one.line.date_due + timedelta(days=1) for one in claimables}
            basis = [
                {"kind": kind, "day": half_year_start(day).isoformat()} for day in days
            ]
        return rates._describe_doubts(basis, self.company_id._dunning_today())

    def _get_lines_to_claim(self):
        """Return open and settled items, each journal item once."""
        lines = self.with_context(active_test=False).line_ids.filtered("move_line_id")
        once = lines.browse()
        for same in lines.grouped("move_line_id").values():
            once |= same.sorted(lambda line: (not line.active, -line.id))[:1]
        return once.sorted(lambda line: (line.date_due, line.id))

    def _lock_for_claim(self):
        """Let nobody else claim the same days at the same time, until the commit."""
        if not self.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._("Somebody else is working on this case: try again.")
            )

    def _claim(self, until, chosen, costs=None):
        """Claim sums of the case: one note, thus one claim, for each currency.

        :param until: the last day that counts
        :param chosen: ``[(Claimable, interest, indemnity)]``, the sums to claim
        :param costs: ``{"name", "amount", "proof_ids"}`` of costs that were proved
        :rtype: dunning.claim
        :raises UserError: while money of the debtor is to be matched first
        """
        if chosen or costs:
            self._check_money_is_matched(self.env._("Nothing can be claimed yet"))
        claims = self._create_claims(
            self._list_claim_rows(until, chosen, costs), until, costs
        )
        for claim in claims:
            claim._create_note()
            self._log_claim(claim)
        self._plan_public_interest(claims)
        return claims.with_env(self.env)

    def _list_claim_rows(self, until, chosen, costs):
        """Return the values of what is claimed, by currency: see :meth:`_claim`.

        :rtype: dict[res.currency, list[dict]]
        """
        rows = {}
        for claimable, interest, indemnity in chosen:
            for kind, amount, currency in (
                ("interest", interest, claimable.line.currency_id),
                ("indemnity", indemnity, self.currency_id),
            ):
                if currency.compare_amounts(amount, 0) > 0:
                    values = self._prepare_claim_line(claimable, kind, until)
                    rows.setdefault(currency, []).append(values | {"amount": amount})
        if costs:
            values = {
                "kind": "costs",
                "name": costs["name"],
                "amount": costs["amount"],
                "date_from": until,
                "date_to": until,
            }
            rows.setdefault(self.currency_id, []).append(values)
        return rows

    def _create_claims(self, rows, until, costs):
        """Create a claim for each currency, without its note: see :meth:`_claim`.

        :param rows: what :meth:`_list_claim_rows` returned
        """
        claims = self.env["dunning.claim"].sudo()  # the engine's own
        for currency, values in rows.items():
            # A half-year without a rate ends the count before the chosen day.
            days = [row["date_to"] for row in values if row["kind"] == "interest"]
            counted = max(days, default=until)
            has_costs = any(row["kind"] == "costs" for row in values)
            claim = claims.create(
                {
                    "case_id": self.id,
                    "currency_id": currency.id,
                    "date": self.company_id._dunning_today(),
                    "until": counted,
                    "user_id": self.env.uid,
                    "proof_ids": costs["proof_ids"].ids if has_costs else [],
                }
            )
            # After the proofs: costs without any are refused.
            claim.line_ids = [
                fields.Command.create(row | {"currency_id": currency.id})
                for row in values
            ]
            claims |= claim
        return claims

    @api.model
    def _prepare_claim_line(self, claimable, kind, until):
        """Return the values that keep of which item, and of which days, a sum is."""
        line, segments = claimable.line, claimable.segments
        values = {
            "kind": kind,
            "name": line.name,
            "move_id": line.move_id.id,
            "move_line_id": line.move_line_id.id,
            "date_due": line.date_due,
            "date_from": until,
            "date_to": until,
        }
        if kind == "interest":
            values |= {
                "date_from": segments[0].date_from,
                "date_to": segments[-1].date_to,
                "days": sum(segment.days for segment in segments),
                "segments": [
                    [
                        segment.date_from.isoformat(),
                        segment.date_to.isoformat(),
                        segment.days,
                        str(segment.base),
                        str(segment.percent),
                    ]
                    for segment in segments
                ],
            }
        return values

    def _log_claim(self, claim):
        self._message_log(
            body=self.env._(
                "%(amount)s of interest and indemnities claimed until %(date)s: a "
                "draft note was made.",
                amount=claim.currency_id.format(claim.amount),
                date=format_date(self.env, claim.until),
            )
        )

    def _waive(self, until, waived, motive, reason):
        """Record what a credit manager gives up.

        :param waived: ``[(Claimable, interest, indemnity)]``, the sums to waive
        :rtype: dunning.waiver
        """
        waivers = self.env["dunning.waiver"].sudo()  # the engine's own
        waivers._check_may_waive()
        for claimable, *amounts in waived:
            line, full = claimable.line, (claimable.interest, claimable.indemnity)
            for kind, amount, owed in zip(
                ("interest", "indemnity"), amounts, full, strict=True
            ):
                currency = line.currency_id if kind == "interest" else self.currency_id
                if currency.compare_amounts(amount, 0) <= 0:
                    continue
                segments = claimable.segments
                last = segments[-1].date_to if kind == "interest" else until
                waivers |= waivers.create(
                    {
                        "case_id": self.id,
                        "kind": kind,
                        "move_id": line.move_id.id,
                        "move_line_id": line.move_line_id.id,
                        "name": line.name,
                        "date_due": line.date_due,
                        "date_to": last,
                        "currency_id": currency.id,
                        "amount": amount,
                        "is_whole": not currency.compare_amounts(amount, owed),
                        "motive": motive,
                        "reason": reason,
                        "date": self.company_id._dunning_today(),
                        "user_id": self.env.uid,
                    }
                )
        if waivers:
            what = "\n".join(waiver._describe() for waiver in waivers)
            text = self.env._("Waived: %(reason)s", reason=reason)
            self._message_log(body=plaintext2html(f"{text}\n{what}"))
        return waivers.with_env(self.env)
