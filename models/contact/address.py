from textwrap import wrap

from odoo import api, models


class DunningAction(models.Model):
    """The postal address of a debtor, as it stands in the window of an envelope."""

    _inherit = "dunning.action"

    def _has_postal_address(self):
        """Tell whether the post can find whom it is addressed to."""
        self.ensure_one()
        return self.contact_id._has_dunning_address(self.company_id)

    @api.model
    def _get_address_lines(self, partner):
        """Return the postal address as it stands in the window: 6 lines of 38 signs.

        Source: French standard NF Z 10-011. Long names and streets go on in the next
        line while there is room, else they end at a word; town and country, which the
        post reads first, always stay.
        """
        company = partner.commercial_partner_id
        names = [company.name, partner.name] if company != partner else [partner.name]
        streets, towns = self._get_place_lines(partner)
        country = self._get_country_line(partner)
        names, country = list(filter(None, names)), list(filter(None, [country]))
        if len(names + streets + towns + country) > 6:
            towns = [" ".join(towns)]
        last = self._fit(towns + country, len(towns + country))
        streets = self._fit(streets, 6 - len(last) - len(names))
        return self._fit(names, 6 - len(last) - len(streets)) + streets + last

    @api.model
    def _get_place_lines(self, partner):
        """Return the lines of street and of town, as its country writes them."""
        country = partner.country_id or (self.company_id or self.env.company).country_id
        layout = country.address_format or partner._get_default_address_format()
        values = partner._prepare_display_address(without_company=True)[1]
        values["country_name"] = ""
        streets, towns = [], []
        for row in layout.split("\n"):
            text = " ".join((row % values).split()).strip(" ,-")
            if text:
                (streets if "street" in row else towns).append(text)
        return streets, [town.upper() for town in towns]

    @api.model
    def _get_country_line(self, partner):
        """Return the country for the post at home, in its language: only abroad."""
        home = self.company_id or self.env.company
        country = partner.country_id.with_context(
            lang=home.partner_id.lang or self.env.lang
        )
        return country.name.upper() if country and country != home.country_id else ""

    @api.model
    def _fit(self, texts, count):
        """Break texts into at most ``count`` lines of 38 signs."""
        # More than fills these lines is not looked at: breaking a word of a million
        # letters takes the square of its length.
        longest = (count + 1) * 39
        texts = [" ".join(text.split())[:longest] for text in texts]
        parts = [wrap(text, 38, break_on_hyphens=False) for text in texts]
        # The longest text loses its end; of two, the less important one.
        while sum(map(len, parts)) > count and max(map(len, parts)) > 1:
            max(reversed(parts), key=len).pop()
        return [line for part in parts for line in part][:count]
