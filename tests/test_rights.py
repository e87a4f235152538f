import inspect
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from . import common_intent as intent
from .common import DAY
from .common_rights import RightsCommon
from .common_values import NewValues

MODULE = "account_dunning"
#: What every model has: tried as operations, and field by field in ``guard/``.
CRUD = ("create", "read", "write", "unlink", "default_get", "onchange", "copy_data")
LETTERS = {"create": "C", "read": "R", "write": "W", "unlink": "D"}
#: A change of one field that is harmless for a record, by model.
CHANGES = {
    "dunning.ladder": {"name": "Changed"},
    "dunning.level": {"name": "Changed"},
    "dunning.case": {"contact_id": False},
    "dunning.case.line": {"next_date": DAY},
    "dunning.action": {"return_reason": False},
    "dunning.action.line": {"name": "Changed"},
    "dunning.seal": {"name": "Changed"},
    "dunning.hold": {"reason": "Changed"},
    "dunning.promise": {"note": "Changed"},
    "dunning.cover": {"amount": 7},
    "dunning.dispute": {"note": "Changed"},
    "dunning.dispute.owner": {"days": 7},
    "dunning.einvoice.status": {"reason": "Changed"},
    "dunning.phrase": {"note": "Changed"},
    "dunning.reason": {"advice": "Changed"},
    "dunning.plan": {"note": "Changed"},
    "dunning.plan.line": {"amount": 7},
    "dunning.offer": {"note": "Changed"},
    "dunning.hold.wizard": {"reason": "Changed"},
    "dunning.file.void": {"reason": "Changed"},
    "dunning.case.close": {"reason": "Changed"},
    "dunning.known.money": {"reason": "Changed"},
    "dunning.claim": {"until": DAY},
    "dunning.claim.line": {"name": "Changed"},
    "dunning.waiver": {"reason": "Changed"},
    "dunning.claim.wizard": {"reason": "Changed"},
    "dunning.claim.wizard.line": {"is_claimed": True},
    "dunning.exclusion": {"reason": "Changed"},
    "dunning.alert": {"reason": "Changed"},
    "dunning.limitation.event": {"note": "Changed"},
    "dunning.doubtful": {"days_from": 7},
    "dunning.doubtful.line": {"percent": 7},
    "dunning.limitation.override": {"reason": "Changed"},
    "dunning.proceeding": {"note": "Changed"},
    "dunning.proceeding.line": {"name": "Changed"},
    "dunning.rate": {"source": "Changed"},
    "dunning.run": {"is_nightly": True},
    "dunning.run.batch": {"is_done": True},
    "dunning.run.count": {"count": 7},
    "dunning.run.line": {"count": 7},
    "dunning.old.items": {"reason": "Changed"},
    "dunning.old.items.band": {"choice": "first"},
    "dunning.first.run": {"date": DAY},
    "dunning.first.run.line": {"amount": 7},
    "dunning.first.run.total": {"amount": 7},
    "dunning.setup": {"email": "changed@example.com"},
    "dunning.relance": {"state": "running"},
    "dunning.relance.line": {"reason": "Changed"},
    "dunning.letter.post": {"posted_on": DAY},
    "dunning.ladder.change": {"reason": "Changed"},
    "dunning.level.preview": {"case_id": False},
    "dunning.deposit": {"post_office": "Changed"},
    "dunning.receipt.import": {"document_name": "Changed"},
    "dunning.receipt.import.line": {"status": "Changed"},
    "dunning.delivery.day": {"reason": "Changed"},
    "dunning.outcome": {"note": "Changed"},
    "dunning.plan.sign": {"signed_by": "Jeanne Martin"},
}

#: What a method is called with, where it needs something.
ARGUMENTS = {"account.move.dunning_set_einvoice_status": ("207",)}


def own_public_methods(registry):
    """Yield (model, method) of all that our module adds and RPC can reach."""
    for name, model in registry.items():
        for part in model.mro():
            if not part.__module__.startswith(f"odoo.addons.{MODULE}."):
                continue
            for method, function in vars(part).items():
                is_crud = method in CRUD
                if inspect.isfunction(function) and method[0] != "_" and not is_crud:
                    yield name, method


@tagged("post_install", "-at_install")
class TestRightsTable(NewValues, RightsCommon):
    """Every role on every model and method, as ``common_intent`` declares it."""

    def _allowed(self, user, model, world, window_user=None):
        """Return the operations of CRUD that work for a user, as letters."""
        env = self._as(user)
        values = self._new_values(model, world)
        if model in world:
            record = world[model]
        else:
            record = self._make_window(model, world, window_user)
        record = record.with_env(env)
        tries = {
            "create": lambda: env[model].create(values).read(["create_date"]),
            "read": lambda: record.read(),
            "write": lambda: record.write(CHANGES[model]),
            "unlink": lambda: record.unlink(),
        }
        return "".join(LETTERS[name] for name in tries if self._try(tries[name]))

    def test_the_table_names_every_model_of_the_module(self):
        models = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == MODULE and not model._abstract
        }
        self.assertEqual(models, set(intent.OPERATIONS))

    def test_each_role_has_the_declared_rights_on_its_company(self):
        for model in intent.OPERATIONS:
            for role, user in self.users.items():
                expected = intent.operations(model, role)
                owner = user if "C" in expected else None
                with self.subTest(model=model, role=role):
                    found = self._allowed(user, model, self.own, owner)
                    self.assertEqual(found, expected)

    def test_nobody_has_any_right_on_another_company(self):
        for model in intent.OPERATIONS.keys() - set(intent.COMMON):
            for role, user in self.users.items():
                with self.subTest(model=model, role=role):
                    self.assertEqual(self._allowed(user, model, self.foreign), "")

    def test_nobody_reaches_an_abstract_part_of_a_model(self):
        for name, model in self.env.registry.items():
            if model._original_module == MODULE and model._abstract:
                with self.subTest(model=name), self.assertRaises(AccessError):
                    self._as(self.manager)[name].check_access("read")

    # Methods

    def _record_for(self, key, world, window_user):
        """Return the record on which a declared method is tried."""
        model, variant = key.split(" (")[0].rsplit(".", 1)[0], key.partition(" (")[2]
        if variant:
            return world[variant.rstrip(")")]
        if key == "dunning.action.action_print_letters":
            return world["letter"]
        if model in ("res.config.settings", "onboarding.onboarding.step"):
            return self.env[model]
        if model not in world:
            return self._make_window(model, world, window_user)
        return world[model]

    def _works(self, key, world, user, may):
        method = key.split(" (")[0].rsplit(".", 1)[1]
        may_create = may and intent.METHODS[key] != "window"
        record = self._record_for(key, world, user if may_create else None)
        arguments = ARGUMENTS.get(key, ())
        return self._try(lambda: self._call(user, record, method, *arguments))

    def test_the_table_names_every_public_method_of_the_module(self):
        found = {f"{model}.{name}" for model, name in own_public_methods(self.registry)}
        abstract = {
            name for name, model in self.env.registry.items() if model._abstract
        }
        found = {
            name
            for name in found
            if name.rsplit(".", 1)[0] not in abstract
            and name.rsplit(".", 1)[1] not in intent.HARMLESS
        }
        declared = {name.split(" (")[0] for name in intent.METHODS}
        self.assertEqual(found - set(intent.HOST_METHODS), declared)

    def test_each_role_may_call_what_is_declared(self):
        for key in intent.METHODS:
            for role, user in self.users.items():
                expected = intent.may_call(key, role)
                with self.subTest(method=key, role=role):
                    found = self._works(key, self.own, user, expected)
                    self.assertEqual(found, expected)

    def test_nobody_calls_a_method_on_another_company(self):
        for key, needed in intent.METHODS.items():
            model = key.split(" (")[0].rsplit(".", 1)[0]
            method = key.split(" (")[0].rsplit(".", 1)[1]
            is_of_model = hasattr(getattr(self.registry[model], method), "_api_model")
            if needed == "window" or is_of_model:
                continue
            for role, user in self.users.items():
                with self.subTest(method=key, role=role):
                    self.assertFalse(self._works(key, self.foreign, user, may=False))

    def test_nobody_runs_another_company(self):
        for role, user in self.users.items():
            env = self.env(
                user=user.id, context={"allowed_company_ids": self.other.ids}
            )
            for model, method in (
                ("dunning.case", "run"),
                ("dunning.case", "preview"),
                ("dunning.run", "action_run_now"),
            ):
                with self.subTest(method=method, role=role):
                    self.assertFalse(self._try(getattr(env[model], method)))

    def test_a_window_shows_nothing_of_another_company(self):
        for key, needed in intent.METHODS.items():
            if needed != "window" or key.rsplit(".", 1)[0] not in self.foreign:
                continue
            with self.subTest(method=key):
                record = self.foreign[key.rsplit(".", 1)[0]]
                window = self._call(self.collector, record, key.rsplit(".", 1)[1])
                found = self._as(self.collector)[window["res_model"]].search(
                    window.get("domain") or []
                )
                if found:
                    self.assertEqual(found.company_id, self.company)


@tagged("post_install", "-at_install")
class TestSecurityDocument(BaseCase):
    def test_the_document_says_what_was_tried(self):
        document = Path(__file__).resolve().parents[1] / "docs" / "security.md"
        self.assertEqual(
            document.read_text("utf-8").partition(intent.FIELDS_HEAD)[0].rstrip(),
            intent.document().rstrip(),
            "Write it anew: make security",
        )
