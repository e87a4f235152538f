import json

from odoo import SUPERUSER_ID, Command, api, models
from odoo.modules.registry import Registry
from odoo.tests import new_test_user
from odoo.tests.common import get_db_name

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.base.tests.common import BaseCommon

#: The system parameter that names the records which ``BooksCommon.keep`` has made.
KEPT = "account_dunning.kept_books"


class BooksCommon(AccountTestInvoicingCommon):
    """The company of Odoo's own accounting tests, and three users of ours.

    ``collector`` may send, ``manager`` approves formal notices, ``reader`` looks on.

    Making them takes longer than most tests. ``make test`` lets ``keep`` do it once,
    and each class finds them again; in any other database each class makes its own.
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
        kept = cls._read_kept()
        if kept:
            # A cursor and an environment, without what account's own set-up makes.
            super(BaseCommon, cls).setUpClass()
            cls._find(kept)
        else:
            super().setUpClass()
            cls.collector = cls._create_user("collector")
            cls.manager = cls._create_user("manager")
            cls.reader = cls._create_user("reader")

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
    def _read_kept(cls):
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["ir.config_parameter"].get_param(KEPT)

    @classmethod
    def _find(cls, kept):
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
