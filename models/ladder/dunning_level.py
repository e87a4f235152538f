from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...tools.channels import BY_PERSON
from ...tools.ladder import Rung
from ...tools.rungs import TONES
from ...tools.sms import simplify, without_placeholders
from ...tools.wording import find_forbidden
from .host import KINDS

#: Where the texts of a level are.
TEXTS = ("mail_template_id", "letter_template_id", "sms_template_id", "call_script")
#: A call or visit that nobody made in so many working days will not be made.
MOST_DAYS_TO_ACT = 60
#: Tones so far apart sound wrong in each other's place.
MOST_APART = 1


class DunningLevel(models.Model):
    """One rung of a ladder: what is said, through which channels, when."""

    _name = "dunning.level"
    _description = "Dunning Level"
    _inherit = ["dunning.guarded"]
    _order = "ladder_id, sequence, delay_days, id"
    # As its ladder: a branch uses those of its parents.
    _check_company_domain = models.check_company_domain_parent_of

    ladder_id = fields.Many2one(
        "dunning.ladder", required=True, index=True, ondelete="cascade", entry="new"
    )
    company_id = fields.Many2one(related="ladder_id.company_id")
    sequence = fields.Integer(
        compute="_compute_sequence",
        store=True,
        readonly=False,
        precompute=True,
        entry="over",
    )
    active = fields.Boolean(default=True, entry="over")
    name = fields.Char(required=True, translate=True, entry="over")
    delay_days = fields.Integer(
        "Days after the due date",
        help="First possible day, counted from the due date. A negative number makes a "
        "courtesy message that leaves before the due date.",
        entry="over",
    )
    gap_days = fields.Integer(
        "Days since the previous rung",
        compute="_compute_gap_days",
        store=True,
        readonly=False,
        help="The debtor's time to react: at least so many days after the previous "
        "rung was really delivered. The first rung has none.",
        entry="over",
    )
    deadline_days = fields.Integer(
        "Deadline (days)",
        help="The text asks to pay before the day of the step plus so many days; the "
        "next rung waits until that day has passed. 0: no date is asked for. A formal "
        "notice on paper grants so many days from its first presentation.",
        entry="over",
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
        entry="over",
    )
    is_formal_notice = fields.Boolean(
        "Formal notice (mise en demeure)",
        help="Moves only the items that reached it, and is always approved by a credit "
        "manager. No ordinary reminder may follow it.",
        entry="over",
    )
    automation = fields.Selection(
        [("automatic", "Leaves by itself"), ("manual", "Waits for approval")],
        required=True,
        default="automatic",
        help="“Leaves by itself”: the night sends it. “Waits for approval”: it is "
        "prepared and waits in “To approve”.",
        entry="over",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        help="The task that is planned for a call or for a decision.",
        entry="over",
    )
    attach_invoices = fields.Boolean(
        help="Attach the PDF of each invoice named in the message.", entry="over"
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

    channel_email = fields.Boolean(
        "E-mail", help="Counts once the mail server has taken it.", entry="over"
    )
    channel_letter = fields.Boolean(
        "Letter",
        help="Printed by you; counts once it is marked as posted.",
        entry="over",
    )
    channel_registered = fields.Boolean(
        "Registered letter",
        help="Printed and numbered; counts from the day it was deposited at the post "
        "office.",
        entry="over",
    )
    channel_phone = fields.Boolean(
        "Call",
        help="A task for the collector; counts once the customer was reached, or "
        "after two attempts.",
        entry="over",
    )
    channel_visit = fields.Boolean(
        "Visit", help="A task for the collector, closed with a report.", entry="over"
    )
    channel_sms = fields.Boolean(
        "SMS",
        help="To consumers only with their consent, in working hours.",
        entry="over",
    )
    fallback_channel = fields.Selection(
        selection="_selection_channel",
        string="If it cannot be delivered",
        help="The way of contact that is used instead when a message comes back or "
        "has no valid address.",
        entry="over",
    )
    skip_after_days = fields.Integer(
        "Skipped after (working days)",
        default=5,
        help="A call or visit that nobody carries out within so many working days is "
        "recorded as skipped, and the next rung may start. Written messages and "
        "formal notices never are.",
        entry="over",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail text",
        domain=[
            ("model", "=", "dunning.action"),
            ("dunning_text_kind", "in", ("email", False)),
        ],
        ondelete="restrict",
        help="What the e-mail says, in each language. The eye above shows it for a "
        "real customer.",
        entry="over",
    )
    letter_template_id = fields.Many2one(
        "mail.template",
        "Letter text",
        domain=[
            ("model", "=", "dunning.action"),
            ("dunning_text_kind", "in", ("letter", False)),
        ],
        ondelete="restrict",
        help="The text of the letter and of the registered letter.",
        entry="over",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        "SMS text",
        domain=[("model", "=", "dunning.action")],
        ondelete="restrict",
        help="What the SMS says, in each language.",
        entry="over",
    )
    sms_size = fields.Char(
        compute="_compute_sms_size",
        string="SMS length",
        help="Without the names and amounts that the placeholders stand for. The "
        "preview shows the length of a real message.",
    )
    call_script = fields.Html(
        translate=True,
        sanitize=True,
        help="What to say on the phone or during the visit.",
        entry="over",
    )

    mail_shared_with = fields.Char(
        "E-mail text also used by", compute="_compute_shared_with"
    )
    letter_shared_with = fields.Char(
        "Letter text also used by", compute="_compute_shared_with"
    )
    tone_warning = fields.Char(compute="_compute_tone_warning")

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

    def _to_rung(self, levels=None):
        """Return the level as the functional core knows it.

        :param levels: every level of its ladder, where they were read before
        """
        self.ensure_one()
        return Rung(
            key=self.id,
            delay=self.delay_days,
            gap=self.gap_days,
            formal=self.is_formal_notice,
            decision=self.is_decision,
            automatic=self._is_automatic(),
            notified=self.is_formal_notice or self._follows_notice(levels),
            text=self._leaves_text(),
            tone=TONES.index(self.tone),
            place=self._find_place(levels),
            days=self.deadline_days,
        )

    def _leaves_text(self):
        """Tell whether it leaves words with the debtor; a call or a visit does not."""
        self.ensure_one()
        return any(name not in BY_PERSON for name in self._get_channels())

    def _find_strongest(self):
        """Return the level whose text is the strongest, empty when none leaves one."""
        texts = self.filtered(lambda level: level._leaves_text())
        return texts.sorted(lambda level: level._to_rung().strength)[-1:]

    def _find_place(self, levels=None):
        """Return how far up its ladder the level stands, archived ones counted."""
        if levels is None:
            levels = self.ladder_id.with_context(active_test=False).level_ids
        mine = self._rank()
        return sum(level._rank() < mine for level in levels)

    def _is_automatic(self):
        """Tell whether it leaves by itself: a formal notice never does."""
        self.ensure_one()
        return self.automation == "automatic" and not self.is_formal_notice

    def _follows_notice(self, levels=None):
        """Tell whether the level is a decision that a formal notice precedes."""
        if not self.is_decision:
            return False
        levels = self.ladder_id.level_ids if levels is None else levels
        notice = levels.filtered("is_formal_notice")[:1]
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

    # Through which ways of contact a level speaks, and what each one says.
    #
    # A module that adds one extends ``_selection_channel``, adds the field
    # ``channel_<name>``, says where its text is (``_get_template``) and how it leaves
    # (``dunning.action._get_queuers``): ``docs/examples/account_dunning_fax``.

    @api.depends("sms_template_id.body")
    @api.depends_context("lang")
    def _compute_sms_size(self):
        for level in self:
            body = level.sms_template_id.body
            words = without_placeholders(body or "")
            level.sms_size = body and level.env["dunning.action"]._describe_sms(
                simplify(words)
            )

    @api.model
    def _selection_channel(self):
        """Return the ways of contact, in the order in which they are shown."""
        return [
            ("email", self.env._("E-mail")),
            ("letter", self.env._("Letter")),
            ("registered", self.env._("Registered letter")),
            ("phone", self.env._("Call")),
            ("visit", self.env._("Visit")),
            ("sms", self.env._("SMS")),
        ]

    @api.model
    def _get_channel_labels(self):
        """Map each channel to its name inside a sentence."""
        return dict(self._selection_channel()) | {
            "email": self.env._("e-mail"),
            "letter": self.env._("letter"),
            "registered": self.env._("registered letter"),
            "phone": self.env._("call"),
            "visit": self.env._("visit"),
            "sms": self.env._("SMS"),
        }

    @api.model
    @tools.ormcache()
    def _get_channel_names(self):
        """Return the technical names of all ways of contact, asked for each step."""
        return tuple(name for name, _label in self._selection_channel())

    @api.model
    def _get_channel_fields(self):
        """Return the fields that switch the ways of contact on."""
        return tuple(f"channel_{name}" for name in self._get_channel_names())

    def _get_channels(self):
        """Return the names of the channels of the level, in their order."""
        self.ensure_one()
        return [name for name in self._get_channel_names() if self[f"channel_{name}"]]

    def _get_text(self, channel):
        """Return what holds the text of a channel: a template, or the call script."""
        self.ensure_one()
        if channel in BY_PERSON:
            return self.call_script
        if channel == "sms":
            return self.sms_template_id
        return self._get_template(channel)

    def _get_template(self, channel):
        """Return the mail template that holds the text of an e-mail or letter."""
        return {
            "email": self.mail_template_id,
            "letter": self.letter_template_id,
            "registered": self.letter_template_id,
        }.get(channel, self.env["mail.template"])

    # What a level is refused for, in the words of the admin who configures it.

    @api.constrains(lambda self: (*self._get_channel_fields(), *TEXTS))
    def _check_texts(self):
        for level in self:
            level._check_channel_texts()
            level._check_templates()
            level._check_wording()

    @api.constrains(
        lambda self: (
            *("is_formal_notice", "automation", "delay_days"),
            *self._get_channel_fields(),
        )
    )
    def _check_nature(self):
        for level in self:
            level._check_formal_notice()

    @api.constrains(
        lambda self: (
            *("ladder_id", "sequence", "active", "delay_days", "gap_days"),
            *("is_formal_notice", *self._get_channel_fields()),
        )
    )
    def _check_ladder(self):
        self.ladder_id._check_when_complete()

    @api.constrains(
        lambda self: (
            *("fallback_channel", "is_formal_notice", *TEXTS),
            *self._get_channel_fields(),
        )
    )
    def _check_fallback(self):
        labels = self._get_channel_labels()
        for level in self.filtered("fallback_channel"):
            channel = level.fallback_channel
            names = {"level": level.name, "channel": labels[channel]}
            if channel in level._get_channels():
                raise ValidationError(
                    self.env._(
                        "“%(level)s” already uses the channel “%(channel)s”: choose "
                        "another one for what cannot be delivered.",
                        **names,
                    )
                )
            if not level._get_text(channel):
                raise ValidationError(
                    self.env._(
                        "“%(level)s” has no text for the channel “%(channel)s”, which "
                        "is used when it cannot be delivered: choose or write one.",
                        **names,
                    )
                )
            if level.is_formal_notice and channel != "registered":
                raise ValidationError(
                    self.env._(
                        "“%(level)s” is a formal notice: only a registered letter can "
                        "replace what cannot be delivered.",
                        **names,
                    )
                )

    @api.constrains("skip_after_days")
    def _check_skip_after_days(self):
        for level in self:
            if not 0 <= level.skip_after_days <= MOST_DAYS_TO_ACT:
                raise ValidationError(
                    self.env._(
                        "A call or visit of “%(level)s” can wait between 0 (for ever) "
                        "and %(most)s working days.",
                        level=level.name,
                        most=MOST_DAYS_TO_ACT,
                    )
                )

    def _check_channel_texts(self):
        labels = self._get_channel_labels()
        for channel in self._get_channels():
            if not self._get_text(channel):
                raise ValidationError(
                    self.env._(
                        "The level “%(level)s” uses the channel “%(channel)s” but has "
                        "no text for it: choose or write one.",
                        level=self.name,
                        channel=labels[channel],
                    )
                )

    def _check_templates(self):
        for template in (
            *(self.mail_template_id | self.letter_template_id),
            *self.sms_template_id,
        ):
            if template.model != "dunning.action":
                raise ValidationError(
                    self.env._(
                        "“%(template)s” was written for other records: choose or "
                        "write a text for dunning in “%(level)s”.",
                        template=template.name,
                        level=self.name,
                    )
                )

    def _check_formal_notice(self):
        if self.is_formal_notice and self.automation != "manual":
            raise ValidationError(
                self.env._(
                    "“%(level)s” is a formal notice: a credit manager approves each "
                    "one, so it cannot leave by itself. Choose “Waits for approval”.",
                    level=self.name,
                )
            )
        if self.is_formal_notice and (self.is_courtesy or self.is_decision):
            raise ValidationError(
                self.env._(
                    "The formal notice “%(level)s” needs a channel and a delay after "
                    "the due date.",
                    level=self.name,
                )
            )

    def _check_wording(self):
        """Refuse texts that the law or decency forbids, in every installed language."""
        for lang, _name in self.env["res.lang"].get_installed():
            level = self.with_context(lang=lang)
            level.mail_template_id._check_dunning_wording()
            level.letter_template_id._check_dunning_wording()
            level.sms_template_id._check_dunning_wording()
            level._raise_forbidden(level.name, level.call_script or "")

    @api.model
    def _raise_forbidden(self, name, text, known_names=()):
        """Raise when ``text`` holds a forbidden phrase (see ``tools/wording.py``).

        :param known_names: names of debtors and companies, which may be anything
        """
        lang = self.env.lang or "en_US"
        own = self.env["dunning.phrase"]._get_all()
        for phrase, reason in find_forbidden(text, lang, known_names, own):
            raise ValidationError(
                self.env._(
                    "“%(phrase)s” cannot stand in “%(name)s”: %(reason)s",
                    phrase=phrase,
                    name=name,
                    reason=reason,
                )
            )

    # Whether its texts fit, and who else uses them.

    @api.model
    def _selection_tone(self):
        return self._fields["tone"]._description_selection(self.env)

    @api.depends("mail_template_id", "letter_template_id")
    def _compute_shared_with(self):
        texts = self.mail_template_id | self.letter_template_id
        others = self.search(
            Domain("mail_template_id", "in", texts.ids)
            | Domain("letter_template_id", "in", texts.ids)
        )
        for level in self:
            rest = others - level._origin
            level.mail_shared_with = level.mail_template_id._name_dunning_levels(rest)
            level.letter_shared_with = level.letter_template_id._name_dunning_levels(
                rest
            )

    @api.depends("tone", *(f"{name}.dunning_tone" for name in KINDS))
    @api.depends_context("lang")
    def _compute_tone_warning(self):
        """A friendly text in a firm level, or the other way round."""
        labels = dict(self._selection_tone())
        order = list(labels)
        for level in self:
            level.tone_warning = " ".join(
                self.env._(
                    "“%(text)s” sounds %(one)s, the level %(other)s.",
                    text=text.name,
                    one=labels[text.dunning_tone].lower(),
                    other=labels[level.tone].lower(),
                )
                for text in level.mail_template_id | level.letter_template_id
                if text.dunning_tone
                and level.tone
                and abs(order.index(text.dunning_tone) - order.index(level.tone))
                > MOST_APART
            )

    @api.constrains(*KINDS)
    def _check_text_kinds(self):
        for level in self:
            for name, kind in KINDS.items():
                text = level[name]
                if text.dunning_text_kind not in (kind, False):
                    labels = dict(
                        text._fields["dunning_text_kind"]._description_selection(
                            self.env
                        )
                    )
                    raise ValidationError(
                        self.env._(
                            "“%(text)s” was written for something else (%(kind)s): "
                            "choose another one in “%(level)s”, or a copy.",
                            text=text.name,
                            kind=labels[text.dunning_text_kind].lower(),
                            level=level.name,
                        )
                    )

    def action_copy_mail_text(self):
        """Give the level an e-mail text of its own: a copy of the one it shares."""
        return self._copy_text("mail_template_id")

    def action_copy_letter_text(self):
        """Give the level a letter of its own: a copy of the one it shares."""
        return self._copy_text("letter_template_id")

    def _copy_text(self, name):
        """Copy a text in all its languages, and use the copy from now on.

        :param str name: the field of the text
        """
        self.ensure_one()
        self.check_access("write")
        if text := self[name]:
            title = self.env._(
                "%(text)s (%(level)s of %(ladder)s)",
                text=text.name,
                level=self.name,
                ladder=self.ladder_id.name,
            )
            self[name] = text.copy({"name": title, "dunning_tone": self.tone})
        return True
