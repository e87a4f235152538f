"""Make ready the database whose copies ``make test`` tests in: run inside Odoo."""

#: Pages of Odoo's own tests in JavaScript. For them Odoo would pack as many scripts as
#: for all else before the first browser starts, and nobody would read them.
PAGES = ("web.test_helpers", "web.unit_tests_suite", "web.qunit_suite")


def main(env, arguments):
    """Make the books that the test classes find again, and leave those pages out."""
    from odoo.addons.account_dunning.tests.common_books import BooksCommon

    BooksCommon.keep()
    for page in PAGES:
        env.ref(page).active = False
