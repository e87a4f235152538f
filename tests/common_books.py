import json
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api, models
from odoo.modules.registry import Registry
from odoo.tests import new_test_user
from odoo.tests.common import get_db_name

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

#: The system parameter that names the records which ``BooksCommon.keep`` has made.
KEPT = "account_dunning.kept_books"
#: What our three users may do, and their names on the class.
ROLES = ("collector", "manager", "reader")
#: How account's own set-up calls the company.
COMPANY = "company_1_data"
#: Put into each of the host's caches when a test begins; gone, the cache was cleared.
MARK = (__name__, "as when the test began")
#: Who is made with the books; two are those of account's own set-up.
LOGINS = ("accountman", "simple_accountman", *(f"dunning_{role}" for role in ROLES))


class BooksCommon(AccountTestInvoicingCommon):
    """The company of Odoo's own accounting tests, and three users of ours.

    ``collector`` may send, ``manager`` approves formal notices, ``reader`` looks on.

    Making them takes longer than most tests. ``make test`` lets ``keep`` do it once,
    and each class finds them again; in any other database, and when it wants another
    country or chart, a class makes its own.
    """

    # Account's set-up sets these two on each class.
    maxDiff = None
    tax_number = 0

    @classmethod
    def get_default_groups(cls):
        return super().get_default_groups() | cls.quick_ref(
            "account_dunning.group_dunning_manager"
        )

    @classmethod
    def setUpClass(cls):
        kept = cls._read_kept_books()
        if kept and not (cls.country_code or cls.chart_template):
            # A cursor and an environment, without what account's own set-up makes.
            super(BaseCommon, cls).setUpClass()
            cls._find_books(kept)
        else:
            super().setUpClass()
            for role in ROLES:
                setattr(cls, role, cls._create_user(role))

    def setUp(self):
        """Keep what the host has cached of models, rules, views and texts.

        The host clears all of it after each test, and each test reads it again. What a
        test changes clears the cache that knows of it, as it does for users; what is
        not cleared is as true after the test as it was before.
        """
        caches = self.registry._Registry__caches.values()

        def clear_changed():
            for cache in caches:
                if MARK not in cache:
                    cache.clear()

        for cache in caches:
            cache[MARK] = True
        with patch.object(self.registry, "clear_all_caches", clear_changed):
            super().setUp()

    @classmethod
    def setup_independent_user(cls):
        # Those who were kept, if any, leave their names to those who are made now.
        users = cls.env["res.users"].search([("login", "in", LOGINS)])
        for user in users:
            user.login = f"kept_{user.login}"
        cls.env["res.company"].search([("name", "=", COMPANY)]).name = "kept"
        cls.env.flush_all()
        return super().setup_independent_user()

    @classmethod
    def _create_user(cls, role):
        company = cls.env.company
        return new_test_user(
            cls.env,
            login=f"dunning_{role}",
            groups=f"base.group_user,account_dunning.group_dunning_{role}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            email=f"{role}@example.com",
        )

    @classmethod
    def keep(cls):
        """Make the books for every class that is going to be set up here."""

        class Kept(cls):
            """Takes what the set-up stores on its class."""

        Kept.setUpClass()
        made = {
            name: value
            for name, value in vars(Kept).items()
            if isinstance(value, models.BaseModel) or name == "company_data"
        }
        Kept.env["ir.config_parameter"].sudo().set_param(KEPT, _to_text(made))
        # A test's cursor refuses to commit, which is right for every class but this.
        type(Kept.cr).commit(Kept.cr)
        Kept.tearDownClass()
        Kept.doClassCleanups()

    @classmethod
    def _read_kept_books(cls):
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["ir.config_parameter"].get_param(KEPT)

    @classmethod
    def _find_books(cls, kept):
        """Store on the class what account's own set-up and ours stored when it ran."""
        env = cls.env["base"].with_context(**cls.default_env_context()).env
        user = env["res.users"].search([("login", "=", "accountman")])
        cls.env = env(user=user.id)
        for name, value in _from_text(cls.env, kept).items():
            setattr(cls, name, value)


def _to_text(made):
    """Return records, or dictionaries of them, as text."""
    return json.dumps(made, default=lambda one: {"model": one._name, "ids": one.ids})


def _from_text(env, text):
    """Return the records that a text names."""

    def to_records(names):
        return env[names["model"]].browse(names["ids"]) if "ids" in names else names

    return json.loads(text, object_hook=to_records)
