from odoo import api, models
from odoo.exceptions import ValidationError

from ...tools.wording import find_forbidden

#: Where the texts of a level are.
TEXTS = ("mail_template_id", "letter_template_id", "sms_template_id", "call_script")
#: A call or visit that nobody made in so many working days will not be made.
MOST_DAYS_TO_ACT = 60


class DunningLevelCheck(models.Model):
    """What a level is refused for, in the words of the admin who configures it."""

    _inherit = "dunning.level"

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
        for phrase, reason in find_forbidden(text, lang, known_names):
            raise ValidationError(
                self.env._(
                    "“%(phrase)s” cannot stand in “%(name)s”: %(reason)s",
                    phrase=phrase,
                    name=name,
                    reason=reason,
                )
            )
