from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import ladder as core
from ...tools.channels import UNDELIVERED


@dataclass(slots=True)
class LadderMove:
    """What a new ladder changes for one case; ``refusal`` says why it changes nothing.

    Levels are records (empty: below the first rung, or nothing comes), ``*_day`` the
    first possible day of the next level. ``dropped`` are undelivered contacts that
    would be cancelled; ``waiting`` says in words what becomes of all of them.
    """

    case: Any
    refusal: str = ""
    level: Any = None
    new_level: Any = None
    next_level: Any = None
    next_day: date | None = None
    new_next_level: Any = None
    new_next_day: date | None = None
    dropped: Any = None
    waiting: list = field(default_factory=list)


class DunningCase(models.Model):
    """A case keeps its ladder until a person changes it (design, rule 17).

    The change is looked at before it is made, has a reason, and is logged with its
    author (requirement R16): a deviation from the rules of assignment stays visible.
    """

    _inherit = "dunning.case"

    new_ladder_id = fields.Many2one(
        "dunning.ladder",
        "The customer's ladder now",
        compute="_compute_new_ladder_id",
        help="The ladder that the customer would get today, where it is another one "
        "than the case has. The case keeps its own until somebody changes it.",
    )
    declined_ladder_id = fields.Many2one(
        "dunning.ladder",
        readonly=True,
        ondelete="set null",
        help="What the rules proposed when somebody chose the ladder of this case: it "
        "is not proposed again.",
    )

    @api.depends(
        "ladder_id",
        "declined_ladder_id",
        "state",
        "partner_id.dunning_ladder_id",
        "partner_id.dunning_debtor_kind",
        "partner_id.category_id",
        "partner_id.country_id",
        "partner_id.zip",
    )
    def _compute_new_ladder_id(self):
        self.new_ladder_id = False
        open_cases = self.filtered(lambda case: case.state != "closed")
        for case, ladder in open_cases._find_assigned_ladders().items():
            if ladder not in (case.ladder_id, case.declined_ladder_id):
                case.new_ladder_id = ladder

    def _find_assigned_ladders(self):
        """Map each case to the ladder that its customer would get now."""
        assigned = {}
        for company, cases in self.grouped("company_id").items():
            ladders = self.env["dunning.ladder"]._find_for(cases.partner_id, company)
            assigned |= {case: ladders[case.partner_id] for case in cases}
        return assigned

    def action_change_ladder(self):
        """Open the window that shows what another ladder would change."""
        return self.env["dunning.ladder.change"]._open_for_cases(self)

    def _preview_ladder(self, ladder):
        """Return what a ladder would change for each case; writes nothing.

        :rtype: dict[dunning.case, LadderMove]
        """
        moves = {case: LadderMove(case, case._refuse_ladder(ladder)) for case in self}
        movable = self.filtered(lambda case: not moves[case].refusal)
        for company, cases in movable.grouped("company_id").items():
            cases._preview_calendar(moves, ladder, company)
        for case, actions in movable._find_waiting().grouped("case_id").items():
            printed = actions.filtered("printed_on")
            moves[case].dropped = actions - printed
            moves[case].waiting = [*self._describe_waiting(actions - printed, printed)]
        return moves

    @api.model
    def _describe_waiting(self, dropped, printed):
        """Yield what becomes of the contacts that were prepared and not delivered."""
        if dropped:
            yield self.env._("Cancelled: %(count)s", count=len(dropped))
        if any(dropped.mapped("is_edited")):
            yield self.env._("A text that was written by hand is lost.")
        if printed:
            yield self.env._(
                "Printed already, to post or to cancel by hand: %(count)s",
                count=len(printed),
            )

    def _refuse_ladder(self, ladder):
        """Say why a case cannot get a ladder; empty when it can."""
        self.ensure_one()
        if self.state == "closed":
            return self.env._("The case is closed.")
        if self.ladder_id == ladder:
            return self.env._("It has this ladder already.")
        if (
            ladder.company_id
            and ladder.company_id not in self.company_id.sudo().parent_ids
        ):
            return self.env._("The ladder belongs to another company.")
        if not ladder._is_lawful_for(self.partner_id):
            return self.env._(
                "A consumer cannot get a ladder that is made for another kind of "
                "debtor."
            )
        return ""

    def _preview_calendar(self, moves, ladder, company):
        """Fill in the rungs and dates before and after, as the engine counts them."""
        today = company._dunning_today()
        items, lines = self._read_books(company, today)
        rungs, _proofs, ladders = self._read_levels(self.ladder_id | ladder)
        found = {
            level.id: level._find_on(ladders[ladder.id])
            for level in self.level_id.sudo()  # archived, or of any company
        }
        for case in self:
            move = moves[case]
            rows = [
                line.to_core(rungs, items[line.move_line_id])
                for line in lines[case.id]
                if line.move_line_id in items
            ]
            move.level = case.level_id
            move.new_level = case.level_id.browse(found.get(case.level_id.id) or [])
            if case.ladder_id:
                move.next_level, move.next_day = self._name_next(
                    ladders[case.ladder_id.id], rows, today
                )
            move.new_next_level, move.new_next_day = self._name_next(
                ladders[ladder.id], rows, today
            )

    @api.model
    def _name_next(self, ladder, items, today):
        """Return the level that speaks next (empty: a last decision) and its day."""
        rung, day = core.first_next(ladder, items)
        level = self.env["dunning.level"].browse((rung and rung.key) or [])
        return level, max(day, today) if day else None

    def _find_waiting(self):
        """Return the steps of the ladder that were prepared and not delivered.

        What a person wrote by hand, or tells of an agreement, has nothing to do with
        the ladder.
        """
        return self.env["dunning.action"].search(
            [
                ("case_id", "in", self.ids),
                ("state", "in", UNDELIVERED),
                ("kind", "in", ("rung", "courtesy")),
            ]
        )

    def _change_ladder(self, ladder, reason):
        """Put cases on another ladder, log it, and decide afresh what was prepared.

        What waits in the mail queue, as a task or for its approval is cancelled; a
        letter that is printed may be in its envelope: it is posted, or cancelled by
        hand.

        :param reason: why, in the words of the person who changes it
        :return: the moves that were made, and those refused, by case
        :rtype: dict[dunning.case, LadderMove]
        :raises UserError: when no case can change
        """
        self.check_access("write")
        moves = self._preview_ladder(ladder)
        cases = self.filtered(lambda case: not moves[case].refusal)
        if not cases:
            raise UserError(
                "\n".join(
                    f"{case.display_name} – {move.refusal}"
                    for case, move in list(moves.items())[:10]
                )
            )
        notes = {
            case.id: case._describe_move(moves[case], ladder, reason) for case in cases
        }
        dropped = self.env["dunning.action"].union(
            *(moves[case].dropped for case in cases if moves[case].dropped)
        )
        proposed = dropped.filtered(lambda action: action.state == "proposed").case_id
        dropped._drop(self.env._("The ladder of the case was changed."))
        # One note tells it all, with the reason: no second one about the field.
        quiet = cases.with_context(tracking_disable=True)
        quiet._write_facts({"ladder_id": ladder.id})
        assigned = quiet._find_assigned_ladders()
        for found, some in quiet.grouped(assigned.get).items():
            some._write_facts({"declined_ladder_id": found.id})
        cases._message_log_batch(bodies=notes)
        cases._decide_after_change(proposed)
        return moves

    def _describe_move(self, move, ladder, reason):
        """Return the note for the chatter: from where to where, and why."""
        none = self.env._("none")
        lines = [
            self.env._(
                "Ladder changed: %(old)s → %(new)s",
                old=self.ladder_id.name or none,
                new=ladder.name,
            ),
            self.env._("Reason: %(reason)s", reason=reason),
        ]
        if move.level:
            lines.append(
                self.env._(
                    "Level: %(old)s → %(new)s",
                    old=move.level.name,
                    new=move.new_level.name or none,
                )
            )
        if move.dropped:
            lines.append(
                self.env._(
                    "Cancelled and decided afresh: %(count)s", count=len(move.dropped)
                )
            )
        return Markup("<br/>").join(lines)

    def _decide_after_change(self, proposed):
        """Say at once what comes next, and propose again where something waited.

        :param proposed: the cases from which a proposal was taken away
        """
        for company, cases in self.grouped("company_id").items():
            today = company._dunning_today()
            plans = cases._decide(today)
            again = {case: plan for case, plan in plans.items() if case in proposed}
            made = self.env["dunning.action"]._replace_with(again, today)
            # None of it is tracked: no need to compare hundreds of cases with before.
            quiet = cases.with_context(tracking_disable=True)
            for reason, some in quiet.grouped(
                lambda case, plans=plans, made=made: (
                    plans[case].decision.reason
                    or ("to_approve" if case in made.case_id else False)
                )
            ).items():
                some._write_facts({"wait_reason": reason})
