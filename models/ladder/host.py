from odoo import api, fields, models

#: The text of a level, by its field: what kind of text belongs there.
KINDS = {"mail_template_id": "email", "letter_template_id": "letter"}


class ResPartnerCategory(models.Model):
    """A tag that a rule of assignment names, as long as it is in use."""

    _inherit = "res.partner.category"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


class ResCountry(models.Model):
    """A country that a rule of assignment names."""

    _inherit = "res.country"

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


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
        levels = self.env["dunning.level"].with_context(active_test=False)
        levels = levels.search([("id", "!=", False)])
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
