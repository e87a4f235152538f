from datetime import timedelta

from odoo import Command

from .common import DAY, DunningCommon

#: The due date of the invoices of a scenario, "D" in docs/scenarios.md.
D = DAY


class ScenarioCommon(DunningCommon):
    """What other engines promise, replayed with their numbers.

    Each test carries the name of its line in ``docs/scenarios.md``.
    """

    @classmethod
    def _use_ladder(cls, *delays, **values):
        """Make a ladder of e-mails the only one in use; return its levels.

        The gap between two rungs is the difference of their delays.
        """
        level = values.pop("level", {})
        ladder = cls.env["dunning.ladder"].create(
            {
                "name": " / ".join(map(str, delays)),
                "level_ids": [
                    Command.create(
                        {
                            "name": f"Level {number}",
                            "sequence": 10 * number,
                            "delay_days": delay,
                            "channel_email": True,
                            "mail_template_id": cls.mail_text.id,
                            **level,
                        }
                    )
                    for number, delay in enumerate(delays, start=1)
                ],
                **values,
            }
        )
        cls.company.dunning_ladder_id = ladder
        return ladder.level_ids

    @classmethod
    def _due(cls, amount=100.0, days=0, **values):
        """Post an invoice due so many days after D, made 30 days before."""
        due = D + timedelta(days=days)
        return cls._invoice(due, amount, **values)

    def _night(self, days):
        """Run on D + days and let what leaves be accepted; return what left."""
        before = self._sent()
        self._run(D + timedelta(days=days))
        self._send_mails()
        return self._sent() - before

    def _sent(self, partner=None):
        """Return what was delivered to the customer, in all his cases."""
        return self.env["dunning.action"].search(
            [
                ("partner_id", "=", (partner or self.customer).id),
                ("company_id", "=", self.company.id),
                ("state", "=", "done"),
            ],
            order="delivered_on, id",
        )

    def _nights_with_mail(self, *nights):
        """Run on these days after D; return those on which a message left."""
        return [days for days in nights if self._night(days)]

    def _receivable(self, move):
        return move.line_ids.filtered(lambda i: i.account_type == "asset_receivable")

    def _credit(self, amount, **values):
        """Post a credit note of its own, dated D."""
        return self._create_invoice_one_line(
            move_type="out_refund",
            partner_id=self.customer,
            price_unit=amount,
            tax_ids=[],
            invoice_date=D - timedelta(days=5),
            invoice_payment_term_id=False,
            post=True,
            **values,
        )
