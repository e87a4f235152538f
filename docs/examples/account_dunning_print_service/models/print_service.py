from odoo import api, models


class PrintServiceError(Exception):
    """The service refused a letter; the text is its answer."""


class DunningPrintService(models.AbstractModel):
    """The service, without any network: a real module talks to its provider here."""

    _name = "dunning.print.service"
    _description = "Printing Service"

    @api.model
    def _hand_in(self, reference, pdf, is_registered):
        """Hand in one letter.

        :param reference: ours. A service that gets the same one twice must give back
            the same order: a program that dies after the call asks again.
        :return: the service's number of the order
        :raises PrintServiceError: when it does not take the letter
        """
        return f"ORDER-{reference}"

    @api.model
    def _ask_about(self, orders):
        """Ask what became of orders.

        :return: ``{order: (day of posting, tracking number or False)}`` of the letters
            that were posted since
        """
        return {}
