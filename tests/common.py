from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import freeze_time

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .common_books import BooksCommon

#: A Monday: the clock stands at 10:00 UTC of this day.
DAY = date(2024, 3, 4)


def day(number):
    """Return the day so many days after that one."""
    return DAY + timedelta(days=number)


class DunningCommon(BooksCommon):
    """One customer and one ladder: e-mail at D+5, e-mail at D+15, formal notice letter
    at D+30 with a deadline of 10 days, decision at D+45; no bank check.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(f"{DAY} 10:00:00"))
        cls.company = cls.env.company
        cls.company.dunning_bank_freshness_days = 0
        cls.company.email = "accounts@example.com"
        # The shipped ladders have rules of their own: here only one ladder is used.
        cls.env["dunning.ladder"].search([]).active = False
        cls._open_for_business(cls.company)
        cls._complete_company(cls.company)
        cls.mail_text = cls._create_text("E-mail")
        cls.letter_text = cls._create_text("Letter")
        cls.notice_text = cls._create_notice_text()
        cls.ladder = cls._create_ladder()
        cls.first, cls.second, cls.notice, cls.decision = cls.ladder.level_ids
        cls.company.dunning_ladder_id = cls.ladder
        cls.customer = cls._create_customer("Boulangerie Martin")

    @classmethod
    def _open_for_business(cls, companies):
        """Let the start-up of companies be over: the night serves them."""
        companies.sudo().write(
            {"dunning_confirmed_on": "2024-01-01", "dunning_is_night_on": True}
        )

    @classmethod
    def _create_text(cls, name):
        return cls.env["mail.template"].create(
            {
                "name": name,
                "model_id": cls.env["ir.model"]._get_id("dunning.action"),
                "subject": "Reminder {{ object.invoice_names }}",
                "lang": "{{ object.lang }}",
                "body_html": '<p><t t-out="object.greeting"/></p>'
                '<div><t t-out="object.items_table"/></div>'
                '<p><t t-out="object.next_step_text"/></p>',
            }
        )

    @classmethod
    def _create_notice_text(cls):
        """Return a letter that says all that a formal notice must say."""
        text = cls._create_text("Formal notice")
        text.write(
            {
                "subject": "Reminder, formal notice {{ object.invoice_names }}",
                "body_html": '<p><t t-out="object.greeting"/></p>'
                '<div><t t-out="object.items_table"/></div>'
                "<p>This formal notice, based on "
                '<t t-out="object.legal_basis_text"/>, asks you to pay '
                '<t t-out="object.amount_text"/> <t t-out="object.period_text"/>.</p>'
                '<p><t t-out="object.next_step_text"/></p>',
            }
        )
        return text

    @classmethod
    def _complete_company(cls, company):
        """Enter what a formal notice prints of the creditor."""
        company.write({"street": "1 place Bellecour", "zip": "69002", "city": "Lyon"})
        # After any other account that a test gives the company.
        bank = {"acc_number": "FR7699999000010000000000115", "sequence": 99}
        cls.env["res.partner.bank"].create(bank | {"partner_id": company.partner_id.id})

    @classmethod
    def _create_ladder(cls, **values):
        mail = {"channel_email": True, "mail_template_id": cls.mail_text.id}
        letter = {"channel_letter": True, "letter_template_id": cls.notice_text.id}
        levels = [
            {"name": "First", "delay_days": 5, "gap_days": 0, **mail},
            {"name": "Second", "delay_days": 15, "gap_days": 7, **mail},
            {
                "name": "Notice",
                "delay_days": 30,
                "gap_days": 10,
                "deadline_days": 10,
                "is_formal_notice": True,
                "automation": "manual",
                **letter,
            },
            {"name": "Decision", "delay_days": 45, "gap_days": 10},
        ]
        for sequence, level in enumerate(levels, start=1):
            level["sequence"] = 10 * sequence
        return cls.env["dunning.ladder"].create(
            {
                "name": "Test ladder",
                "level_ids": [Command.create(level) for level in levels],
                **values,
            }
        )

    @classmethod
    def _create_customer(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "email": f"{name.split()[-1].lower()}@example.com",
                "street": "12 rue des Lilas",
                "zip": "69003",
                "city": "Lyon",
                "country_id": cls.env.ref("base.fr").id,
                "lang": "en_US",
                **values,
            }
        )

    @classmethod
    def _invoice(cls, due, amount=100.0, partner=None, **values):
        """Post an invoice due on a date (``due`` may be days late on ``DAY``)."""
        if isinstance(due, int):
            due = DAY - timedelta(days=due)
        return cls._create_invoice_one_line(
            partner_id=partner or cls.customer,
            price_unit=amount,
            tax_ids=[],
            invoice_date=values.pop("invoice_date", due - timedelta(days=30)),
            invoice_date_due=due,
            invoice_payment_term_id=False,
            post=True,
            **values,
        )

    @classmethod
    def _post_entry(cls, *lines):
        """Post a miscellaneous entry of the customer: ``(account, balance), …``."""
        entry = cls.env["account.move"].create(
            {
                "journal_id": cls.company_data["default_journal_misc"].id,
                "date": DAY,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": cls.customer.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in lines
                ],
            }
        )
        entry.action_post()
        return entry

    @classmethod
    def _pay(cls, invoice, amount=None, day=DAY):
        """Register a payment, reconciled with the invoice."""
        wizard = cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        values = {"payment_date": day} | ({"amount": amount} if amount else {})
        return wizard.create(values)._create_payments()

    @classmethod
    def _run(cls, day=DAY):
        """Play a day, as only the superuser may on another day than today."""
        runs = cls.env["dunning.case"].sudo().run(day)
        return runs.with_env(cls.env)

    @classmethod
    def _case(cls, partner=None):
        return cls.env["dunning.case"].search(
            [
                ("partner_id", "=", (partner or cls.customer).id),
                ("company_id", "=", cls.company.id),
                ("state", "!=", "closed"),
            ]
        )

    def _send_mails(self, mails=None, refused=()):
        """Let the mail server accept what is in the queue; return the recipients.

        :param refused: addresses the server does not want
        """
        recipients = []

        def send_email(server, message, *args, **kwargs):
            if any(address in message["To"] for address in refused):
                raise AssertionError("Mailbox unavailable")
            recipients.append(message["To"])
            return message["Message-Id"]

        mails = mails or self.env["mail.mail"].search(
            [("state", "=", "outgoing"), ("dunning_action_ids", "!=", False)]
        )
        with (
            patch.object(IrMail_Server, "_disable_send", lambda server: False),
            patch.object(IrMail_Server, "_connect__", lambda *args, **kwargs: None),
            patch.object(IrMail_Server, "send_email", send_email),
        ):
            mails.sudo().send()
        return recipients

    def _run_and_send(self, day=DAY):
        """Run a day and let its e-mails be accepted."""
        self._run(day)
        return self._send_mails()

    def _deliver_until(self, level, invoice_due):
        """Run and deliver every day until the level was delivered; return that day.

        Starts after the due date, or after the last run.
        """
        last = self.env["dunning.run"].search([], limit=1).date
        day = max(invoice_due, last or invoice_due)
        for _unused in range(120):
            day += timedelta(days=1)
            self._run(day)
            self._send_mails()
            actions = self._case().action_ids
            waiting = actions.filtered(lambda a: a.state in ("proposed", "queued"))
            waiting.sudo().action_deliver(day)  # ahead of the clock
            if level in self._case().line_ids.level_id:
                return day
        raise AssertionError(f"{level.name} was never delivered")
