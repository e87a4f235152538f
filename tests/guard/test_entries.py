from datetime import datetime
from pathlib import Path

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.guard.dunning_guarded import _get_named_ids
from ..common import DAY
from ..common_intent import FIELDS_HEAD, operations
from ..common_rights import RightsCommon
from ..common_values import NewValues
from . import common_entries

#: Who tries: the lowest role that works with the records, and the one that configures.
ROLES = ("collector", "manager")


class Found(Exception):
    """Raised to take back what was tried, with what came of it."""


@tagged("post_install", "-at_install")
class TestEntries(NewValues, RightsCommon):
    """Each stored field of each model, in each way in which a value can come."""

    def _sample(self, field, record):
        """Return a value of a field that is not its own default."""
        if field.relational:
            ids = self._find_other(field, record).ids
            one = ids[0] if ids else False
            return one if field.type == "many2one" else [Command.set(ids)]
        if field.type == "selection":
            values = field.get_values(self.env)
            return values[-1] if values else False
        if field.type == "boolean":
            return not field.convert_to_write(record.sudo()[field.name], record)
        return {
            "integer": 7,
            "float": 7.5,
            "monetary": 7.5,
            "date": DAY,
            "datetime": datetime(2026, 1, 2, 3, 4),
            "reference": f"res.partner,{self.company.partner_id.id}",
            "many2one_reference": 7,
            "binary": b"Q2hhbmdlZA==",
            "json": ["Changed"],
        }.get(field.type, "Changed")

    def _find_other(self, field, record):
        """Return a record that a field may name, in the company of the record."""
        model = self.env[field.comodel_name].sudo()
        if model._name in self.own:
            return self.own[model._name].sudo()[:1]
        return (model.search([], limit=2) - record.sudo()[field.name])[:1]

    def _fields_of(self, model):
        for field in self.env[model]._fields.values():
            if common_entries.is_entered_somehow(field):
                yield field

    def _attempt(self, function):
        """Call, take everything back; return what the function did, or "refused"."""
        self._begin()
        try:
            with self.cr.savepoint():
                raise Found(function())
        except Found as found:
            return found.args[0]
        except AccessError:
            return "refused"
        except Exception as error:  # noqa: BLE001 an entry may be wrong, not forbidden
            return type(error).__name__

    def _create(self, env, model, name, value):
        def create():
            made = env[model].create(self._new_values(model, self.own) | {name: value})
            self.env.flush_all()
            return bool(made)

        return self._attempt(create)

    def _read_facts(self, env, model, context):
        """Return what a new record has in each of its facts, as text or as ids."""
        facts = [f for f in self._fields_of(model) if not env[model]._get_last_stage(f)]

        def create():
            records = env[model].with_context(**context)
            record = records.create(self._new_values(model, self.own)).sudo()
            return {
                field.name: set(record[field.name].ids)
                if field.relational
                else str(record[field.name])
                for field in facts
            }

        return self._attempt(create)

    def _import(self, env, model, name, value):
        """Import one row; return whether a record was made of it."""
        row = self._new_values(model, self.own) | {name: value}
        cells = {key: self._to_cell(env[model], key, one) for key, one in row.items()}
        heads = [head for head, _cell in cells.values()]

        def load():
            row_of_cells = [cell for _head, cell in cells.values()]
            return bool(env[model].load(heads, [row_of_cells])["ids"])

        return self._attempt(load)

    def _to_cell(self, model, name, value):
        field = model._fields[name]
        if field.relational:
            ids = [value] if isinstance(value, int) else value[0][2]
            return f"{name}/.id", ",".join(map(str, ids))
        return name, str(value) if value not in (True, False) else str(int(value))

    def test_a_fact_is_refused_when_a_record_is_made(self):
        for model, env, field in self._tried("C", None):
            value = self._sample(field, self.own[model])
            with self.subTest(model=model, field=field.name, user=env.user.login):
                self.assertEqual(self._create(env, model, field.name, value), "refused")

    def test_a_fact_keeps_its_own_default_whatever_the_context_says(self):
        """All facts of a model at once: each is dropped for itself."""
        for model, env, fields in self._tried_at_once("C"):
            sampled = {f.name: self._sample(f, self.own[model]) for f in fields}
            forged = {f"default_{name}": value for name, value in sampled.items()}
            own = self._read_facts(env, model, {})
            found = self._read_facts(env, model, forged)
            for field in fields:
                with self.subTest(model=model, field=field.name, user=env.user.login):
                    if field.relational:
                        named = _get_named_ids(sampled[field.name])
                        self.assertLessEqual(found[field.name] & named, own[field.name])
                    else:
                        self.assertEqual(found[field.name], own[field.name])

    def _tried_at_once(self, letter):
        """Yield (model, environment, facts) of what each role may create."""
        by_model = {}
        for model, env, field in self._tried(letter, None):
            by_model.setdefault((model, env), []).append(field)
        for (model, env), fields in by_model.items():
            yield model, env, fields

    def test_a_fact_is_refused_in_an_import(self):
        for model, env, field in self._tried("C", None):
            if field.type in ("one2many", "binary", "json"):
                continue  # no cell of a file holds it
            value = self._sample(field, self.own[model])
            with self.subTest(model=model, field=field.name, user=env.user.login):
                found = self._import(env, model, field.name, value)
                self.assertIn(found, (False, "refused"))

    def test_a_fact_is_refused_later(self):
        self._assert_refused_later(None)

    def test_what_is_entered_once_is_refused_later(self):
        self._assert_refused_later("new")

    def _assert_refused_later(self, stage):
        for model, env, field in self._tried("W", stage):
            record = self.own[model].with_env(env)
            value = self._sample(field, record)
            with self.subTest(model=model, field=field.name, user=env.user.login):
                found = self._attempt(
                    lambda record=record, field=field, value=value: record.write(
                        {field.name: value}
                    )
                )
                self.assertEqual(found, "refused")

    def test_what_may_always_be_entered_is_not_refused(self):
        for model, env, field in self._tried("W", "over"):
            if field.type == "one2many" or field.groups:
                continue  # written through its lines; an administrator's
            record = self.own[model].with_env(env)
            value = record.sudo()[field.name]
            value = field.convert_to_write(value, record.sudo())
            with self.subTest(model=model, field=field.name, user=env.user.login):
                found = self._attempt(
                    lambda record=record, field=field, value=value: record.write(
                        {field.name: value}
                    )
                )
                self.assertNotEqual(found, "refused")

    def _tried(self, letter, stage):
        """Yield (model, environment, field) of what each role may create or write, for
        the fields that may be entered until a stage."""
        for model in common_entries.find_models(self.env):
            for role in ROLES:
                if letter not in operations(model, role):
                    continue
                env = self._as(self.users[role])
                for field in self._fields_of(model):
                    if self.env[model]._get_last_stage(field) == stage:
                        yield model, env, field

    def test_each_stage_is_one_of_those_known(self):
        for model in common_entries.find_models(self.env):
            for field in self._fields_of(model):
                stage = self.env[model]._get_last_stage(field)
                with self.subTest(model=model, field=field.name):
                    self.assertIn(stage, (*common_entries.WORDS, None))

    def test_the_document_says_which_fields_may_be_entered(self):
        path = Path(__file__).resolve().parents[2] / "docs" / "security.md"
        _first, head, table = path.read_text("utf-8").partition(FIELDS_HEAD)
        self.assertEqual(
            head + table,
            common_entries.write_table(self.env),
            "Write it anew: make security",
        )

    def test_a_default_of_ones_own_is_no_way_to_enter_a_fact(self):
        env = self._as(self.collector)
        env["ir.default"].set("dunning.promise", "state", "kept", user_id=True)
        promise = env["dunning.promise"].create(
            self._new_values("dunning.promise", self.own)
        )
        self.assertEqual(promise.state, "open")

    def test_the_engine_is_not_led_by_the_context_of_a_user(self):
        """What it makes for a user is made as if he had sent no default."""
        case = self.own["dunning.case"].with_env(self._as(self.collector))
        forged = case.with_context(
            default_state="done", default_delivered_on=str(DAY), default_kind="thanks"
        )
        window = forged.action_dun()
        line = forged.env[window["res_model"]].browse(window["res_id"])
        line.action_send()
        made = case.action_ids.filtered(lambda action: action.create_date)
        self.assertNotIn("done", made.mapped("state"))
        self.assertNotIn("thanks", made.mapped("kind"))

    def test_a_copy_is_made_now(self):
        """What happened to the first did not happen to its copy."""
        broken = self.own["broken promise"].with_env(self._as(self.collector))
        copy = broken.copy()
        self.assertEqual((copy.state, copy.broken_on), ("open", False))

    def test_a_refusal_says_what_and_how_to_go_on(self):
        case = self.own["dunning.case"].with_env(self._as(self.collector))
        with self.assertRaisesRegex(UserError, "buttons"):
            case.state = "closed"
