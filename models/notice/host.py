"""What this concern adds to models of the host."""

from odoo import fields, models

#: France and the parts of it that have a country code of their own.
FRANCE = ("FR", "GF", "GP", "MQ", "RE", "YT", "PM", "BL", "MF")
NOTICE_SEQUENCE = "dunning.formal.notice"


class ResCompany(models.Model):
    """What the formal notices of a company say beside their text, and their numbers."""

    _inherit = "res.company"

    dunning_legal_basis = fields.Char(
        "Basis of formal notices",
        translate=True,
        help="Named in each formal notice. Empty: the articles of French law that fit "
        "the kind of the debtor. A level may name another one.",
    )
    dunning_mediator = fields.Text(
        "Consumer mediator",
        help="Name, address and web site of the mediator to whom your private "
        "customers may turn (Code de la consommation L616-1): printed in every formal "
        "notice to a consumer, and in every answer to his complaints.",
    )

    def _is_under_french_law(self):
        """Tell whether the creditor is established in France."""
        self.ensure_one()
        country = self.country_id or self.account_fiscal_country_id
        return country.code in FRANCE

    def _take_notice_number(self, day):
        """Return the next number of a formal notice; no number is ever left out.

        :param day: on which it leaves: numbers begin afresh each year
        """
        self.ensure_one()
        # A collector does not configure sequences; only this one is drawn from.
        sequences = self.env["ir.sequence"].sudo()
        sequence = sequences.search(
            [("code", "=", NOTICE_SEQUENCE), ("company_id", "=", self.id)],
            order="id",
            limit=1,
        )
        if not sequence:
            sequence = sequences.create(
                {
                    "name": self.env._("Formal notices"),
                    "code": NOTICE_SEQUENCE,
                    "company_id": self.id,
                    "prefix": "MED/%(year)s/",
                    "padding": 4,
                    "use_date_range": True,
                    "implementation": "no_gap",
                }
            )
        return sequence.with_context(ir_sequence_date=day).next_by_id(day)


class ResConfigSettings(models.TransientModel):
    """What every formal notice says beside its text."""

    _inherit = "res.config.settings"

    dunning_legal_basis = fields.Char(
        related="company_id.dunning_legal_basis", readonly=False
    )
    dunning_mediator = fields.Text(
        related="company_id.dunning_mediator", readonly=False
    )
