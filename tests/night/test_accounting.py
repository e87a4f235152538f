from contextlib import ExitStack
from inspect import isfunction
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..common import DAY, DunningCommon

OURS = "odoo.addons.account_dunning."
#: What an accountant works on.
MODELS = (
    *("account.move", "account.move.line", "account.payment"),
    *("account.partial.reconcile", "account.full.reconcile"),
)


@tagged("post_install", "-at_install")
class TestAccounting(DunningCommon):
    """Dunning slows no accounting operation (design, rule 11): as many queries as if
    our methods were not there, for entries that no dispute is about."""

    def _find_overrides(self):
        """Yield the methods of the host that we extend, with our class."""
        for model in MODELS:
            classes = type(self.env[model]).mro()
            hosts = [cls for cls in classes if not cls.__module__.startswith(OURS)]
            for cls in set(classes) - set(hosts):
                for name, value in vars(cls).items():
                    if isfunction(value) and any(name in vars(host) for host in hosts):
                        yield cls, name

    def _without_ours(self):
        """Let the host's methods run as if we extended none of them."""
        stack = ExitStack()
        for cls, name in self._find_overrides():

            def host_method(self, *args, _cls=cls, _name=name, **kwargs):
                return getattr(super(_cls, self), _name)(*args, **kwargs)

            stack.enter_context(patch.object(cls, name, host_method))
        return stack

    def _count(self, operation, records):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        operation(records)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _check(self, prepare, operation, more=0):
        """Compare an operation with the host's own.

        :param prepare: makes what the operation is done with
        :param more: how many queries of ours are fair
        """
        bare, ours = [], []
        for _again in range(3):  # whatever is read once only
            with self._without_ours():
                bare.append(self._count(operation, prepare()))
            ours.append(self._count(operation, prepare()))
        self.assertLessEqual(ours[-1], bare[-1] + more)

    def _draft(self, kind="out_invoice"):
        return self._create_invoice_one_line(
            move_type=kind,
            partner_id=self.customer,
            price_unit=100.0,
            tax_ids=[],
            invoice_date=DAY,
            invoice_payment_term_id=False,
        )

    def _prepare_match(self):
        refund = self._draft("out_refund")
        refund.action_post()
        return (self._invoice(5).line_ids + refund.line_ids).filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        )

    def test_the_methods_that_we_extend_are_found(self):
        found = {name for _cls, name in self._find_overrides()}
        self.assertLessEqual({"_post", "button_draft", "write"}, found)

    def test_posting_an_invoice_costs_nothing_of_ours(self):
        self._check(self._draft, lambda move: move.action_post())

    def test_posting_a_credit_note_asks_once_for_a_dispute(self):
        self._check(
            lambda: self._draft("out_refund"), lambda move: move.action_post(), more=1
        )

    def test_a_payment_costs_nothing_of_ours(self):
        self._check(lambda: self._invoice(5), self._pay)

    def test_matching_costs_nothing_of_ours(self):
        self._check(self._prepare_match, lambda items: items.reconcile())

    def test_taking_a_match_back_costs_nothing_of_ours(self):
        def prepare():
            items = self._prepare_match()
            items.reconcile()
            return items

        self._check(prepare, lambda items: items.remove_move_reconcile())

    def test_resetting_to_draft_costs_nothing_of_ours(self):
        self._check(lambda: self._invoice(5), lambda move: move.button_draft())

    def test_editing_a_draft_costs_nothing_of_ours(self):
        self._check(
            self._draft, lambda move: move.invoice_line_ids.write({"price_unit": 50})
        )

    def test_cancelling_and_deleting_drafts_cost_nothing_of_ours(self):
        self._check(self._draft, lambda move: move.button_cancel())
        self._check(self._draft, lambda move: move.unlink())

    def test_paying_what_is_in_a_case_costs_nothing_of_ours(self):
        def prepare():
            invoice = self._invoice(5)
            self._run()
            return invoice

        self._check(prepare, self._pay)

    def test_whatever_the_host_deletes_is_found_through_an_index(self):
        """Who removes an item, an entry or a file waits for each table of ours that
        points at it to be read as a whole, where no index leads to it."""
        tables = tuple(
            model._table
            for name, model in self.env.items()
            if name.startswith("dunning.") and not model._transient and model._auto
        )
        hosts = ("account_move", "account_move_line", "ir_attachment", "mail_message")
        rows = self.env.execute_query(
            SQL(
                """SELECT key.conrelid::regclass::text, attribute.attname
                     FROM pg_constraint key
                     JOIN pg_attribute attribute ON attribute.attrelid = key.conrelid
                          AND attribute.attnum = key.conkey[1]
                    WHERE key.contype = 'f'
                          AND key.conrelid::regclass::text IN %s
                          AND key.confrelid::regclass::text IN %s
                          AND NOT EXISTS (
                              SELECT FROM pg_index index
                               WHERE index.indrelid = key.conrelid
                                 AND index.indkey[0] = attribute.attnum)""",
                tables,
                hosts,
            )
        )
        self.assertFalse(rows)
