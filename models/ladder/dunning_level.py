from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.channels import BY_PERSON
from ...tools.ladder import Rung


class DunningLevel(models.Model):
    """One rung of a ladder: what is said, through which channels, when."""

    _name = "dunning.level"
    _description = "Dunning Level"
    _order = "ladder_id, sequence, delay_days, id"

    ladder_id = fields.Many2one(
        "dunning.ladder", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="ladder_id.company_id")
    sequence = fields.Integer(
        compute="_compute_sequence", store=True, readonly=False, precompute=True
    )
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, translate=True)
    delay_days = fields.Integer(
        "Days after the due date",
        help="First possible day, counted from the due date. A negative number makes a "
        "courtesy message that leaves before the due date.",
    )
    gap_days = fields.Integer(
        "Days since the previous rung",
        compute="_compute_gap_days",
        store=True,
        readonly=False,
        help="The debtor's time to react: at least so many days after the previous "
        "rung was really delivered. The first rung has none.",
    )
    deadline_days = fields.Integer(
        "Deadline (days)",
        help="The text asks to pay before the day of the step plus so many days; the "
        "next rung waits until that day has passed. 0: no date is asked for. A formal "
        "notice on paper grants so many days from its first presentation.",
    )
    tone = fields.Selection(
        [
            ("friendly", "Friendly"),
            ("neutral", "Neutral"),
            ("firm", "Firm"),
            ("formal", "Formal"),
        ],
        required=True,
        default="friendly",
        help="How the level sounds. It chooses the words of the paragraph on "
        "late-payment interest; the rest of the text is as you write it.",
    )
    is_formal_notice = fields.Boolean(
        "Formal notice (mise en demeure)",
        help="Moves only the items that reached it, and is always approved by a credit "
        "manager. No ordinary reminder may follow it.",
    )
    automation = fields.Selection(
        [("automatic", "Leaves by itself"), ("manual", "Waits for approval")],
        required=True,
        default="automatic",
        help="“Leaves by itself”: the night sends it. “Waits for approval”: it is "
        "prepared and waits in “To approve”.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        help="The task that is planned for a call or for a decision.",
    )
    attach_invoices = fields.Boolean(
        help="Attach the PDF of each invoice named in the message."
    )
    is_courtesy = fields.Boolean(compute="_compute_nature")
    is_decision = fields.Boolean(compute="_compute_nature")
    summary = fields.Char(compute="_compute_summary")

    _gap_not_negative = models.Constraint(
        "CHECK (gap_days >= 0)", "The days since the previous rung cannot be negative."
    )
    _days_in_a_lifetime = models.Constraint(
        "CHECK (abs(delay_days::bigint) <= 3650 AND gap_days <= 3650 "
        "AND deadline_days <= 3650)",
        "Delays and deadlines lie within ten years (3650 days).",
    )
    _deadline_not_negative = models.Constraint(
        "CHECK (deadline_days >= 0)", "A deadline cannot lie before the message."
    )

    @api.depends("delay_days", "ladder_id")
    def _compute_sequence(self):
        """Put a new level after those that speak before it; a dragged one stays."""
        for level in self:
            if not level.sequence:
                below = (level.ladder_id.level_ids - level).filtered(
                    lambda other, level=level: other.delay_days <= level.delay_days
                )
                level.sequence = max([10, *below.mapped("sequence")])

    @api.depends("delay_days", "ladder_id")
    def _compute_gap_days(self):
        """Propose the difference of the delays; a gap that was entered stays."""
        for level in self:
            below = level.ladder_id._get_levels().filtered(
                lambda other, level=level: (
                    other.delay_days >= 0 and other._rank() < level._rank()
                )
            )
            if level.delay_days < 0 or not below:
                level.gap_days = 0
            elif not level.gap_days:
                level.gap_days = max(level.delay_days - below[-1].delay_days, 1)

    def _rank(self):
        """Return the key that puts the levels of a ladder in climbing order."""
        self.ensure_one()
        # A level that is being typed has no id yet: it comes after its equals.
        number = self._origin.id or float("inf")
        return (self.sequence, self.delay_days, number)

    @api.depends(lambda self: ("delay_days", *self._get_channel_fields()))
    def _compute_nature(self):
        for level in self:
            level.is_courtesy = level.delay_days < 0
            level.is_decision = not level._get_channels()

    @api.depends(
        lambda self: ("delay_days", "is_formal_notice", *self._get_channel_fields())
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        """A rung in a few words: "D+3 friendly e-mail"."""
        labels = self._get_channel_labels()
        for level in self:
            channels = " + ".join(labels[name] for name in level._get_channels())
            level.summary = self.env._(
                "D%(delay)s %(what)s",
                delay=f"{level.delay_days:+d}",
                what=level._get_nature_label(channels),
            )

    def _get_nature_label(self, channels):
        if self.is_formal_notice:
            return self.env._("formal notice (%(channels)s)", channels=channels)
        if self.is_decision:
            return self.env._("decision")
        if self.is_courtesy:
            return self.env._("%(channels)s before the due date", channels=channels)
        return channels

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = (
            self.env["dunning.action"]
            .sudo()
            ._read_group(  # any company's history
                Domain("level_id", "in", self.ids), ["level_id"]
            )
        )
        if used:
            raise UserError(
                self.env._(
                    "“%(level)s” was already used: archive it, so that the history "
                    "stays readable.",
                    level=used[0][0].name,
                )
            )

    def _is_by_person_only(self):
        """Tell whether the level is a call or a visit and writes nothing."""
        self.ensure_one()
        channels = set(self._get_channels())
        return bool(channels) and channels <= set(BY_PERSON)

    def _get_proof_channel(self):
        """Return the channel that alone delivers the level, False when each one does.

        A formal notice counts through its registered letter, else through its letter.
        """
        self.ensure_one()
        if not self.is_formal_notice:
            return False
        if self.channel_registered:
            return "registered"
        return self.channel_letter and "letter"

    def _to_rung(self):
        """Return the level as the functional core knows it."""
        self.ensure_one()
        return Rung(
            key=self.id,
            delay=self.delay_days,
            gap=self.gap_days,
            formal=self.is_formal_notice,
            decision=self.is_decision,
            automatic=self.automation == "automatic" and not self.is_formal_notice,
            notified=self.is_formal_notice or self._follows_notice(),
        )

    def _follows_notice(self):
        """Tell whether the level is a decision that a formal notice precedes."""
        if not self.is_decision:
            return False
        notice = self.ladder_id.level_ids.filtered("is_formal_notice")[:1]
        return bool(notice) and notice._rank() < self._rank()

    def _find_on(self, ladder):
        """Return the id of the level on which an item stands when it comes from here.

        A formal notice that was delivered stays delivered: where the other ladder has
        none, the item keeps it (design, rule 17).

        :param core.Ladder ladder: the other ladder
        """
        self.ensure_one()
        rung = self._to_rung()
        index = ladder.stand(rung.delay, rung.notified, rung.decision)
        found = ladder.climbing[index] if index >= 0 else None
        if rung.formal and not (found and found.formal):
            return self.id
        return found.key if found else False

    def action_preview_text(self):
        """Show the texts of the level as a real debtor would receive them."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview: %(level)s", level=self.name),
            "res_model": "dunning.level.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_level_id": self.id},
        }
