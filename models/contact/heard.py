from odoo import models
from odoo.fields import Domain

from ...tools.channels import BY_PERSON

#: The contacts whose text asks for money step by step; what confirms an agreement or
#: thanks for a payment is no such text.
ASKING = ("rung", "manual")
#: What leaves no text with the debtor.
WORDLESS = (*BY_PERSON, "decision")


class DunningCaseLine(models.Model):
    """The strongest text that asked for an item: none asks for it more softly (design,
    rule 2). Kept when it is delivered, read anew when a message came back."""

    _inherit = "dunning.case.line"

    def _hear(self, level):
        """Keep that the text of a level, which left words, has asked for the items."""
        strength = level._to_rung().strength
        newly = self.sudo().filtered(  # the engine's own
            lambda line: (
                not line.heard_level_id
                or line.heard_level_id._to_rung().strength < strength
            )
        )
        newly._write_facts({"heard_level_id": level.id})

    def _hear_anew(self):
        """Read what the items have heard from the contacts that reached the debtor."""
        rows = self.env["dunning.action.line"].search(
            Domain("case_line_id", "in", self.ids)
            & Domain("is_for_record", "=", False)
            & Domain("action_id.state", "=", "done")
            & Domain("action_id.kind", "in", ASKING)
            & Domain("action_id.channel", "not in", WORDLESS)
        )
        by_line = rows.grouped("case_line_id")
        for line in self.sudo():  # the engine's own
            levels = by_line.get(line, rows.browse()).action_id.level_id
            line._write_facts({"heard_level_id": levels._find_strongest().id})


class DunningActionLine(models.Model):
    """What a contact asks for, against what was asked for before."""

    _inherit = "dunning.action.line"

    def _is_softer(self):
        """Tell whether the contact would ask for the item more softly than a text that
        the debtor had before."""
        self.ensure_one()
        heard, level = self.case_line_id.heard_level_id, self.action_id.level_id
        if not heard or heard == level or self.is_for_record:
            return False
        if not self.action_id._asks_in_words():
            return False
        return level._to_rung().is_softer_than(heard._to_rung())

    def _is_stronger_than_heard(self):
        """Tell whether the contact asks for the item more strongly than any before."""
        self.ensure_one()
        heard, level = self.case_line_id.heard_level_id, self.action_id.level_id
        if not heard:
            return True
        return heard._to_rung().strength < level._to_rung().strength


class DunningAction(models.Model):
    """What is heard, and what stands in a text for the record."""

    _inherit = "dunning.action"

    def _asks_in_words(self):
        """Tell whether the contact leaves a text that asks for money."""
        self.ensure_one()
        return (
            self.kind in ASKING and bool(self.level_id) and self.channel not in WORDLESS
        )

    def _after_delivery(self):
        result = super()._after_delivery()
        asking = self.filtered(lambda action: action._asks_in_words())
        for level, actions in asking.grouped("level_id").items():
            actions._get_object_lines().case_line_id._hear(level)
        # Who repeats a text by hand has granted the date that it prints.
        repeated = asking.filtered(lambda one: one.kind == "manual" and one.deadline)
        for deadline, actions in repeated.grouped("deadline").items():
            items = actions._get_object_lines().case_line_id
            items._postpone(deadline)
            items._refresh_next()
        return result

    def _get_record_lines(self):
        """Return the lines of what stands there for the record."""
        return self.line_ids.filtered("is_for_record")

    def _describe_recorded(self):
        """Return what stands below the table for the record, a sentence a notice."""
        self.ensure_one()
        lines = self._get_record_lines()
        by_notice = lines.grouped(lambda line: self._find_notice(line.case_line_id))
        return [
            self.env._(
                "For the record: %(invoices)s, subject of %(notice)s.",
                invoices=self._join(
                    self.env._(
                        "%(invoice)s, %(amount)s",
                        invoice=line.name,
                        amount=line._format_shown(),
                    )
                    for line in of_notice
                ),
                notice=self._describe_notice(notice),
            )
            for notice, of_notice in by_notice.items()
        ]

    def _find_notice(self, item):
        """Return the formal notice that asked for an item, empty when only the rung is
        known, as after a take-over."""
        notices = self.case_id.action_ids.filtered(
            lambda action: (
                action.state == "done"
                and action.is_formal_notice
                and item in action.line_ids.case_line_id
            )
        )
        return notices.sorted(lambda action: (action.delivered_on, action.id))[-1:]

    def _describe_notice(self, notice):
        """Return the words for a formal notice that was delivered before, and whether
        its period has ended."""
        if not notice:
            return self.env._("our formal notice")
        named = self._name_notice(notice)
        today = self.queued_on or self.company_id._dunning_today()
        if not notice.deadline:
            return named
        if notice.deadline < today:
            return self.env._("%(notice)s, whose period has ended", notice=named)
        return self.env._(
            "%(notice)s, whose period runs until %(date)s",
            notice=named,
            date=self._format_day(notice.deadline),
        )

    def _name_notice(self, notice):
        """Return how a text names a formal notice: a hook for who numbers them."""
        return self.env._(
            "our formal notice of %(date)s",
            date=self._format_day(notice.delivered_on),
        )
