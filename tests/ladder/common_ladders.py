from odoo import Command

from ..common import DAY, DunningCommon


class LadderChangeCommon(DunningCommon):
    """A second ladder: e-mail at D+4, e-mail at D+14, decision at D+44; it has no
    formal notice. ``ladder`` has e-mails at D+5 and D+15, a notice at D+30."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_ladder(name="Gentle")
        cls.other.write(
            {
                "level_ids": [
                    Command.update(level.id, {"delay_days": level.delay_days - 1})
                    for level in cls.other.level_ids
                ]
            }
        )
        cls.other.level_ids[2].unlink()
        cls.soft, cls.softer, cls.other_decision = cls.other.level_ids

    def _stand(self, case, level, day=DAY, deadline=False):
        """Let the items of a case stand on a level, as if it had been delivered."""
        lines = case.line_ids.sudo()  # as the engine does
        lines.write({"level_id": level.id, "delivered_on": day, "deadline": deadline})
        lines._refresh_next()

    def _change(self, cases, ladder=None, user=None, reason="An old customer"):
        """Change the ladder as a user does, in the window."""
        cases = cases.with_user(user or self.collector)
        window = cases.action_change_ladder()
        change = cases.env[window["res_model"]].browse(window["res_id"])
        change.write({"ladder_id": (ladder or self.other).id, "reason": reason})
        change.action_apply()
        return change
