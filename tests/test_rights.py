import inspect
from datetime import date, timedelta
from pathlib import Path

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from . import common_intent as intent
from .common import DAY
from .common_rights import RightsCommon

MODULE = "account_dunning"
LETTERS = {"create": "C", "read": "R", "write": "W", "unlink": "D"}
#: A change of one field that is harmless for a record, by model.
CHANGES = {
    "dunning.ladder": {"name": "Changed"},
    "dunning.level": {"name": "Changed"},
    "dunning.case": {"state": "waiting"},
    "dunning.case.line": {"next_date": DAY},
    "dunning.action": {"failure_reason": "Changed"},
    "dunning.action.line": {"name": "Changed"},
    "dunning.seal": {"name": "Changed"},
    "dunning.hold": {"reason": "Changed"},
    "dunning.promise": {"note": "Changed"},
    "dunning.cover": {"amount": 7},
    "dunning.dispute": {"note": "Changed"},
    "dunning.dispute.owner": {"days": 7},
    "dunning.einvoice.status": {"reason": "Changed"},
    "dunning.reason": {"advice": "Changed"},
    "dunning.plan": {"note": "Changed"},
    "dunning.plan.line": {"amount": 7},
    "dunning.offer": {"note": "Changed"},
    "dunning.hold.wizard": {"reason": "Changed"},
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
                is_crud = method in ("create", "read", "write")
                if inspect.isfunction(function) and method[0] != "_" and not is_crud:
                    yield name, method


@tagged("post_install", "-at_install")
class TestRightsTable(RightsCommon):
    """Every role on every model and method, as ``common_intent`` declares it."""

    def _new_values(self, model, world):
        """Return the values of a new record of a model in a company."""
        case, company = world["dunning.case"], world["dunning.case"].company_id
        currency = company.currency_id.id
        line = {"currency_id": currency}
        run = {"run_id": world["dunning.run"].id}
        return {
            "dunning.ladder": {"name": "New", "company_id": company.id},
            "dunning.level": {
                "name": "New",
                "ladder_id": world["dunning.ladder"].id,
                "delay_days": 90,
            },
            "dunning.case": {
                "partner_id": self.partner_b.id,
                "company_id": company.id,
            },
            "dunning.case.line": line | {"case_id": case.id, "date_due": DAY},
            "dunning.action": {
                "case_id": case.id,
                "channel": "email",
                "date": DAY + timedelta(days=1),
            },
            "dunning.action.line": line | {"action_id": world["dunning.action"].id},
            "dunning.seal": {
                "action_id": world["dunning.action"].id,
                "company_id": company.id,
                "name": "New",
                "kind": "proof",
                "sha256": "0",
            },
            "dunning.rate": {
                "date_from": date(2031, 1, 1),
                "kind": "ecb_refi",
                "rate": 1,
                "source": "New",
            },
            "dunning.delivery.day": {
                "action_id": world["delivered ahead"].id,
                "reason": "New",
            },
            "dunning.hold": {
                "case_id": case.id,
                "reason": "New",
                "date_until": DAY + timedelta(days=2),
            },
            "dunning.promise": {
                "case_id": case.id,
                "date": DAY + timedelta(days=2),
                "amount": 10,
                "confirm": False,
            },
            "dunning.hold.wizard": {"case_ids": [Command.set(case.ids)]},
            "dunning.cover": {
                "line_id": world["dunning.case.line"].id,
                "kind": "disputed",
                "res_model": "dunning.case",
                "source_id": case.id,
            },
            "dunning.claim": {
                "case_id": case.id,
                "currency_id": currency,
                "date": DAY,
                "until": DAY,
            },
            "dunning.claim.line": line
            | {"claim_id": world["dunning.claim"].id, "kind": "interest"},
            "dunning.waiver": line
            | {
                "case_id": case.id,
                "kind": "interest",
                "motive": "small",
                "reason": "New",
                "date": DAY,
                "amount": 1,
            },
            "dunning.claim.wizard": {"case_id": case.id, "until": DAY},
            "dunning.claim.wizard.line": {
                "wizard_id": world is self.foreign
                and world["windows"]["dunning.claim.wizard"].id,
                "case_line_id": world["dunning.case.line"].id,
            },
            "dunning.dispute": {
                "move_id": world["account.move"].id,
                "reason_id": world["dunning.reason"].id,
                "user_id": self.collector.id,
            },
            "dunning.dispute.owner": {"company_id": company.id, "family": "special"},
            "dunning.einvoice.status": {
                "move_id": world["account.move"].id,
                "code": "205",
                "date": DAY,
            },
            "dunning.reason": {"code": "NEW", "name": "New", "family": "admin"},
            "dunning.plan": {"case_id": case.id, "date_first": DAY},
            "dunning.plan.line": {
                "plan_id": world["dunning.plan"].id,
                "date": DAY,
                "amount": 1,
            },
            "dunning.offer": {"case_id": case.id, "percent": 1},
            "dunning.exclusion": {
                "move_line_id": world["dunning.case.line"].move_line_id.id,
                "move_id": world["account.move"].id,
                "company_id": company.id,
            },
            "dunning.alert": {
                "kind": "failure",
                "case_id": case.id,
                "action_id": world["dunning.action"].id,
            },
            "dunning.doubtful": {"company_id": company.id},
            "dunning.doubtful.line": {
                "doubtful_id": world["windows"]["dunning.doubtful"].id
                if world is self.foreign
                else False
            },
            "dunning.limitation.event": self._get_debt(world) | {"date": DAY},
            "dunning.limitation.override": self._get_debt(world) | {"reason": "New"},
            "dunning.proceeding": {
                "partner_id": self.partner_b.id,
                "company_id": company.id,
                "judgment_date": DAY,
            },
            "dunning.proceeding.line": {
                "proceeding_id": world["dunning.proceeding"].id,
                "name": "New",
                "date_due": DAY,
            },
            "dunning.run": {"date": DAY, "company_id": company.id},
            "dunning.run.batch": run | {"kind": "prepare", "keys": []},
            "dunning.run.count": run | {"result": "none", "count": 1},
            "dunning.run.line": run | {"result": "none", "count": 1},
            "dunning.old.items": {"company_id": company.id},
            "dunning.old.items.band": {
                "old_items_id": world["dunning.old.items"].id,
                "days_from": 1,
            },
            "dunning.first.run": {"company_id": company.id},
            "dunning.first.run.line": {"first_run_id": world["dunning.first.run"].id},
            "dunning.first.run.total": {"first_run_id": world["dunning.first.run"].id},
            "dunning.setup": {"company_id": company.id},
            "dunning.relance": {"line_ids": [Command.create({"case_id": case.id})]},
            "dunning.relance.line": {"case_id": case.id},
            "dunning.letter.post": {"action_ids": [Command.set(world["letter"].ids)]},
            "dunning.ladder.change": {
                "case_ids": [Command.set(case.ids)],
                "ladder_id": world["dunning.ladder"].id,
            },
            "dunning.level.preview": {
                "level_id": world["dunning.level"].id,
                "case_id": case.id,
            },
            "dunning.deposit": {
                "company_id": company.id,
                "action_ids": [Command.set(world["registered letter"].ids)],
            },
            "dunning.receipt.import": {"company_id": company.id},
            "dunning.receipt.import.line": {
                "tracking_number": world["handed in"].tracking_number,
                "import_id": world is self.foreign
                and world["windows"]["dunning.receipt.import"].id,
            },
            "dunning.outcome": {"action_id": world["call"].id},
        }[model]

    def _get_debt(self, world):
        """Return whose invoice something is about, of one company."""
        case = world["dunning.case"]
        return {
            "partner_id": case.partner_id.id,
            "company_id": case.company_id.id,
            "move_ids": [Command.set(world["account.move"].ids)],
        }

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
            document.read_text(encoding="utf-8"),
            intent.document(),
            "Write it anew: make security",
        )
