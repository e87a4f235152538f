from datetime import timedelta

from odoo import Command

from .common import DAY, DunningCommon


class OpeningCommon(DunningCommon):
    """A company that changed its program: the open debts of its customers are one
    opening entry, with a line for each invoice of before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one = cls._create_customer("Garage Alpha", dunning_debtor_kind="business")
        cls.two = cls._create_customer("Garage Beta", dunning_debtor_kind="business")

    @classmethod
    def _open_books(cls, *rows, date=DAY - timedelta(days=1), followed=True, **values):
        """Post an opening entry and return its open items in the order of the rows.

        :param rows: ``(customer, amount, label, days late or None)``, then values of
            the journal item, if any
        :param followed: taken into follow-up, as no miscellaneous entry is by default
        """
        receivable = cls.company_data["default_account_receivable"]
        lines = [cls._prepare_item(receivable, *row) for row in rows]
        total = sum(line["balance"] for line in lines)
        lines.append(
            {
                "account_id": cls.company_data["default_account_revenue"].id,
                "balance": -total,
            }
        )
        entry = cls.env["account.move"].create(
            {
                "journal_id": cls.company_data["default_journal_misc"].id,
                "date": date,
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )
        entry.action_post()
        items = entry.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable"
        ).sorted("id")
        if followed:
            items.no_followup = False
        return items

    @classmethod
    def _prepare_item(cls, account, partner, amount, label, late, more=()):
        due = late is not None and DAY - timedelta(days=late)
        return {
            "account_id": account.id,
            "partner_id": partner.id if partner else False,
            "balance": amount,
            "name": label,
            "date_maturity": due,
            **dict(more),
        }

    @classmethod
    def _open_case(cls, partner):
        return cls.env["dunning.case"]._open_for(partner)

    @classmethod
    def _line_of(cls, item):
        return cls.env["dunning.case.line"].search([("move_line_id", "=", item.id)])

    @classmethod
    def _enter_again(cls, item, **values):
        """Delete an item of its entry and enter it again, as who corrects it does;
        return the new one."""
        entry = item.move_id
        told = {
            name: item[name].id if name.endswith("_id") else item[name]
            for name in ("account_id", "partner_id", "balance", "name", "date_maturity")
        }
        entry.button_draft()
        before = entry.line_ids
        entry.line_ids = [Command.delete(item.id), Command.create(told | values)]
        entry.action_post()
        new = entry.line_ids - before
        new.no_followup = False
        return new
