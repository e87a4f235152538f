from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

#: A shorter one would be found everywhere.
SHORTEST = 4


class DunningPhrase(models.Model):
    """A phrase that nobody here writes to a debtor, beside what the law forbids
    (``tools/wording.py``): looked for in every text, whatever its language."""

    _name = "dunning.phrase"
    _description = "Dunning: Phrase to Avoid"
    _inherit = ["dunning.guarded"]
    _order = "name"

    name = fields.Char(
        "Phrase",
        required=True,
        help="Whole words; capitals and accents do not matter.",
        entry="over",
    )
    note = fields.Char(
        "Instead", help="Why not, or what to write instead.", entry="over"
    )
    active = fields.Boolean(default=True, entry="over")
    _once = models.UniqueIndex("(lower(name))", "This phrase is on the list already.")

    @api.constrains("name", "active")
    def _check_name(self):
        for phrase in self.filtered("active"):
            if len(phrase.name.strip()) < SHORTEST:
                raise ValidationError(
                    self.env._(
                        "“%(phrase)s” is too short: it would be found in too many "
                        "words.",
                        phrase=phrase.name,
                    )
                )
        self.env.registry.clear_cache()
        self._check_texts()

    def _check_texts(self):
        """Name the texts that say it now: they are mended first, else nothing could
        leave any more."""
        levels = self.env["dunning.level"].with_context(active_test=False)
        for level in levels.search([("id", "!=", False)]):
            level._check_wording()

    @api.model
    @tools.ormcache()
    def _get_all(self):
        """Return the phrases; every text is checked against all of them."""
        # Which words are avoided is no secret of who makes the list.
        phrases = self.sudo().search([("id", "!=", False)])
        return tuple(phrases.mapped("name"))

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
