"""Which text is for what: its kind, its tone, and the levels that share it."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

#: The text of a level, by its field: what kind of text belongs there.
KINDS = {"mail_template_id": "email", "letter_template_id": "letter"}
#: Tones so far apart sound wrong in each other's place.
MOST_APART = 1


class MailTemplate(models.Model):
    """What a text for dunning is written for."""

    _inherit = "mail.template"

    dunning_text_kind = fields.Selection(
        [
            ("email", "E-mail of a level"),
            ("letter", "Letter of a level"),
            ("event", "About an agreement or a dispute"),
        ],
        "Written for",
        help="A level offers its own kind only: a letter ends before the signature, an "
        "e-mail holds the payment details. Empty: offered for both.",
    )
    dunning_tone = fields.Selection(
        selection=lambda self: self.env["dunning.level"]._selection_tone(),
        string="Tone",
        help="How the text sounds; a level with another tone says so.",
    )

    @api.model
    def _note_dunning_texts(self):
        """Say of each text for dunning that says nothing of itself what it is for, and
        how it sounds: from the levels that use it, else from its identifier.

        Called as data, when the module is installed and at each upgrade.
        """
        texts = self.with_context(active_test=False).search(
            [("model", "=", "dunning.action")]
        )
        levels = self.env["dunning.level"].with_context(active_test=False).search([])
        xmlids = texts.get_external_id()
        for text in texts:
            users = text._get_dunning_levels(levels)
            if not text.dunning_text_kind:
                text.dunning_text_kind = text._find_dunning_kind(users, xmlids[text.id])
            tones = {level.tone for level in users}
            if not text.dunning_tone and len(tones) == 1:
                text.dunning_tone = tones.pop()

    def _find_dunning_kind(self, levels, xmlid):
        """Return what the text is for; False when levels use it for both.

        :param levels: those that use it
        :param str xmlid: its external identifier, if it has one
        """
        kinds = {kind for name, kind in KINDS.items() if self in levels.mapped(name)}
        if kinds:
            return kinds.pop() if len(kinds) == 1 else False
        if xmlid.startswith("account_dunning."):
            return "letter" if ".letter_template" in xmlid else "event"
        return False

    def _get_dunning_levels(self, levels):
        """Return those of some levels that use the text."""
        self.ensure_one()
        return levels.filtered(lambda level: any(level[name] == self for name in KINDS))

    def _name_dunning_levels(self, levels):
        """Return the levels that use the text in words: “Last notice” (Key accounts).

        :param levels: those to look at
        """
        users = self._get_dunning_levels(levels) if self else levels.browse()
        return ", ".join(f"{level.name} ({level.ladder_id.name})" for level in users)


class DunningLevel(models.Model):
    """Whether its texts fit, and who else uses them."""

    _inherit = "dunning.level"

    mail_shared_with = fields.Char(
        "E-mail text also used by", compute="_compute_shared_with"
    )
    letter_shared_with = fields.Char(
        "Letter text also used by", compute="_compute_shared_with"
    )
    tone_warning = fields.Char(compute="_compute_tone_warning")

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
