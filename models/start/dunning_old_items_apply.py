from collections import defaultdict

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command, Datetime
from odoo.tools.misc import split_every

from ...tools.age_bands import find_band

#: Invoices whose exclusion is changed, and noted on each, in one go.
INVOICES_PER_BATCH = 1000


class DunningOldItemsApply(models.Model):
    """Carry out a decision on old items: nothing is sent, everything is noted.

    Doing it twice changes nothing the second time: an invoice that is left out already
    is not left out again, an item that starts where it should is not noted again.
    """

    _inherit = "dunning.old.items"

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
        moves = self._get_moves(wanted, lambda band: band.choice == "leave", False)
        note = self.env._("Left out of dunning: late before dunning began.")
        self._exclude(moves, True, note)
        self.sudo().left_out_ids = [Command.link(move.id) for move in moves]
        return len(moves)

    def _take_up(self, wanted):
        """Take up again what an earlier decision left out; return how many."""
        moves = self._get_moves(wanted, lambda band: band.choice != "leave", True)
        if not moves:
            return 0
        self._exclude(moves, False, self.env._("Taken up again by dunning."))
        left_out = self._read_left_out()
        of_decision = defaultdict(list)
        for move in moves:
            for decision in left_out[move.id]:
                of_decision[decision].append(Command.unlink(move.id))
        for decision, commands in of_decision.items():
            decision.sudo().left_out_ids = commands  # an earlier, closed decision
        return len(moves)

    def _get_moves(self, wanted, is_of, is_left_out):
        return self.env["account.move"].browse(
            one.move_id
            for band, invoices in wanted.items()
            for one in invoices
            if is_of(band) and one.is_left_out == is_left_out
        )

    def _exclude(self, moves, is_excluded, what):
        """Set the host's exclusion of invoices, and say on each who did it and why."""
        body = self._note(what)
        # A credit manager need not be allowed to edit invoices to leave one out.
        lines = self.env["account.move.line"].sudo()
        for ids in split_every(INVOICES_PER_BATCH, moves.ids):
            lines._dunning_exclude(ids, is_excluded)
            some = moves.browse(ids).sudo()  # see above
            self.env["dunning.exclusion"]._note_in_bulk(
                self.company_id, some, is_excluded, self.reason
            )
            some._message_log_batch(bodies=dict.fromkeys(ids, body))

    def _note(self, what):
        """Return a note for the chatter: what was done, by whom, why."""
        return Markup("<p>%s</p><p>%s</p>") % (
            what,
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
            one.move_id: band.level_id
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
        lines = cases.line_ids.filtered(
            lambda line: line.move_id.id in starts and not line.level_id
        )
        for line in lines:
            level = starts[line.move_id.id]
            start = self._find_start(
                ladders.get(line.case_id.ladder_id), level, (date - line.date_due).days
            )
            if (line.start_level_id.id or None) != start:
                groups[start].append(line.id)
        for start, ids in groups.items():
            lines.browse(ids).start_level_id = start
        return lines.browse(id_ for ids in groups.values() for id_ in ids)

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
                    invoices=", ".join(filter(None, of_level.mapped("move_id.name"))),
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
