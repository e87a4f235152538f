"""Make the books that the test classes find again.

``main`` is run inside Odoo by ``make test``, in the database whose copies it tests in.
"""


def main(env, arguments):
    """Make them; they are committed by themselves, as a test's cursor is its own."""
    from odoo.addons.account_dunning.tests.common_books import BooksCommon

    BooksCommon.keep()
