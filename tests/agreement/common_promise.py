from datetime import timedelta

from odoo import Command

from ..common import DAY, DunningCommon


def day(count):
    return DAY + timedelta(days=count)


class PromiseCommon(DunningCommon):
    """A customer who owes 300 since six days, in one invoice, and another 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.dunning_promise_tolerance_days = 3
        cls.company.dunning_manager_id = cls.manager
        cls.invoice = cls._invoice(6, 300.0)
        cls.other = cls._invoice(5, 100.0)
        cls.case = cls.env["dunning.case"]._open_for(cls.customer)
        cls.line = cls._line(cls.invoice)
        cls.other_line = cls._line(cls.other)

    @classmethod
    def _line(cls, invoice):
        return cls.case.line_ids.filtered(lambda line: line.move_id == invoice)

    @classmethod
    def _promise(cls, amount=300.0, until=0, lines=None, **values):
        """Record a promise as a collector; on the invoice of 300 unless told."""
        lines = cls.line if lines is None else lines
        return (
            cls.env["dunning.promise"]
            .with_user(cls.collector)
            .create(
                {
                    "case_id": cls.case.id,
                    "date": day(until),
                    "amount": amount,
                    "line_ids": [Command.set(lines.ids)],
                    "confirm": False,
                    **values,
                }
            )
        )

    def _contacts(self, kind="commitment"):
        return self.case.action_ids.filtered(lambda action: action.kind == kind)

    def _take_back(self, payments):
        """Take payments back, as a bank does."""
        payments.move_id.line_ids.remove_move_reconcile()
        payments.action_draft()
        payments.action_cancel()
