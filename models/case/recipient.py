"""To whom messages are addressed, and in which language (design, rule 13)."""

from odoo import models
from odoo.tools import email_normalize_all

from ...tools.channels import NEEDS

#: What the order of recipients looks at, read at once for a whole night.
READ = (
    *("active", "type", "child_ids", "commercial_partner_id", "lang"),
    *("email", "phone", "street", "city", "zip", "country_id"),
)


class ResPartner(models.Model):
    """What somebody can be reached by."""

    _inherit = "res.partner"

    def _prefetch_recipients(self):
        """Read at once what the order of recipients looks at; return the same."""
        self.fetch(READ)
        self.child_ids.fetch(READ)
        return self

    def _has_dunning_datum(self, datum, company):
        """Tell whether a contact has what a channel needs.

        :param datum: ``email``, ``phone`` or ``address``; empty: nothing is needed
        """
        self.ensure_one()
        if datum == "email":
            return bool(email_normalize_all(self.email))
        if datum == "address":
            return self._has_dunning_address(company)
        return bool(self.phone) if datum == "phone" else True

    def _has_dunning_address(self, company):
        """Tell whether the post can find it; abroad not every place has a ZIP."""
        self.ensure_one()
        home = company.country_id
        is_home = self.country_id in (home, self.env["res.country"])
        needs_zip = is_home and home.zip_required
        return bool(self.street and self.city and (self.zip or not needs_zip))


class DunningLevel(models.Model):
    """What the channels of a level need of a recipient."""

    _inherit = "dunning.level"

    def _get_datum(self, channel, company):
        """Return what a channel needs of whom it reaches: a hook.

        :return: ``email``, ``phone`` or ``address``; empty for a channel that needs
            nothing, or of which nobody has said it (``tools.channels.NEEDS``)
        """
        return NEEDS.get(channel, "")


class ResCompany(models.Model):
    """The order of those who may be written to, with a case or without."""

    _inherit = "res.company"

    def _dunning_find_contact(self, debtor, channel, billed, chosen=None, level=None):
        """Return who is written to: see ``dunning.case._get_contact``.

        :param chosen: whom the case names
        """
        level = level if level is not None else self.env["dunning.level"]
        datum = level._get_datum(channel, self)
        order = self._dunning_get_recipients(debtor, billed, chosen)
        for contact in order:
            if contact._has_dunning_datum(datum, self):
                return contact
        return order[:1]

    def _dunning_get_recipients(self, debtor, billed, chosen=None):
        """Return who may be written to, in order; at least the debtor.

        Who was archived is passed over, and nobody writes to a delivery address. An
        invoice made out to the debtor himself names no site of his. Items of several
        sites go to the debtor, unless he has one address for all invoices.

        :param billed: whom the items were billed to
        :param chosen: whom the case names
        """
        self.ensure_one()
        order = debtor.with_company(self).dunning_contact_id
        order = (chosen or order.browse()) | order
        if len(billed) == 1 and billed != debtor:
            order |= billed.filtered(lambda one: one.commercial_partner_id == debtor)
        invoicing = debtor.child_ids.filtered(
            lambda child: child.type == "invoice" and child.active
        )
        if len(billed) > 1 and len(invoicing) > 1:
            invoicing = debtor | invoicing
        order |= invoicing
        order = order.filtered(lambda one: one.active and one.type != "delivery")
        return order | debtor


class DunningCase(models.Model):
    """The order of those who may be written to."""

    _inherit = "dunning.case"

    def _get_contact(self, channel=None, billed=None, level=None):
        """Return who is written to: the first in the order who can be reached.

        Where nobody can, the first one all the same: it is his data that is missing.

        :param channel: through which he is reached; any when None
        :param billed: whom the items of the message were billed to; read of all open
            items when None
        :param level: the level that speaks, where its way of delivery matters
        """
        self.ensure_one()
        if billed is None:
            billed = self.line_ids._get_billed()
        return self.company_id._dunning_find_contact(
            self.partner_id, channel, billed, self.contact_id, level
        )

    def _is_of_debtor(self, contact):
        """Tell whether a contact belongs to the debtor, today."""
        self.ensure_one()
        return contact.commercial_partner_id == self.partner_id.commercial_partner_id

    def _may_write_to(self, contact):
        """Tell whether the debtor's messages may go to somebody: a contact of his, or
        one that was named for it on the case or the customer."""
        self.ensure_one()
        partner = self.partner_id.with_company(self.company_id)
        named = self.contact_id | partner.dunning_contact_id
        return contact in named or self._is_of_debtor(contact)

    def _get_lang(self, contact=None):
        """Return the debtor's language, the one every text is written in: the
        company's when he has none in use, whoever clicks or runs.

        :param contact: who is written to; found when None
        """
        self.ensure_one()
        contact = contact or self._get_contact()
        return self.company_id._dunning_find_lang(contact, self.partner_id)
