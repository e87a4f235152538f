from odoo import Command

from .common import DAY


class SettlementCommon:
    """Ways to settle an item: mixed into a class of tests that has a customer."""

    @classmethod
    def _account(cls, code, account_type, **values):
        return cls.env["account.account"].create(
            {
                "code": code,
                "name": code,
                "account_type": account_type,
                "reconcile": account_type in ("asset_receivable", "liability_payable"),
            }
            | values
        )

    @classmethod
    def _settle(cls, invoice, *sides, day=DAY):
        """Match an invoice with an entry; return it.

        :param sides: what stands on the other side: (account, amount), …
        """
        item = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        total = sum(amount for _account, amount in sides)
        entry = cls._post_entry((item.account_id, -total), *sides)
        credit = entry.line_ids.filtered(lambda line: line.balance < 0)
        (item | credit).reconcile()
        return entry

    @classmethod
    def _settle_as(cls, kind, invoice, amount):
        """Settle an amount of an invoice in one of the ways there are."""
        if kind == "payment":
            return cls._pay(invoice, amount).move_id
        if kind == "credit note":
            refund = cls._invoice(0, amount, move_type="out_refund")
            items = (refund | invoice).line_ids
            items.filtered(
                lambda line: (
                    line.account_type == "asset_receivable" and not line.reconciled
                )
            ).reconcile()
            return refund
        if kind == "rounding":
            bank = cls.company_data["default_journal_bank"].default_account_id
            loss = cls.company_data["default_account_expense"]
            return cls._settle(invoice, (bank, amount - 0.4), (loss, 0.4))
        account = {
            "cheque": lambda: cls._account("511200", "asset_current"),
            "netted": lambda: cls.company_data["default_account_payable"],
            "transferred": lambda: cls._account("416000", "asset_current"),
            "written_off": lambda: cls.company_data["default_account_expense"],
        }[kind]()
        return cls._settle(invoice, (account, amount))

    @classmethod
    def _undo(cls, entry):
        """Take the matching back, as if the entry had been a mistake."""
        entry.line_ids.remove_move_reconcile()
        entry.button_draft()
        entry.button_cancel()

    @classmethod
    def _bank_line(cls, amount):
        """Return a line of the bank's statement, not matched yet."""
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.company_data["default_journal_bank"].id,
                "date": DAY,
                "payment_ref": "Transfer",
                "partner_id": cls.customer.id,
                "amount": amount,
            }
        )

    @classmethod
    def _match_bank_line(cls, bank_line, invoice, *others):
        """Match a bank line with an invoice.

        :param others: what the difference is entered to: (account, balance), …
        """
        item = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        _liquidity, suspense, _other = bank_line._seek_for_lines()
        rest = sum(balance for _account, balance in others)
        values = [
            Command.update(
                suspense.id,
                {
                    "account_id": item.account_id.id,
                    "balance": -bank_line.amount - rest,
                    "partner_id": cls.customer.id,
                },
            )
        ]
        values += [
            Command.create({"account_id": account.id, "balance": balance})
            for account, balance in others
        ]
        move = bank_line.move_id.with_context(
            skip_account_move_synchronization=True, skip_readonly_check=True
        )
        move.write({"line_ids": values})
        credit = bank_line.move_id.line_ids.filtered(
            lambda line: line.account_id == item.account_id
        )
        (item | credit).reconcile()
