from odoo import Command
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common_rights import WINDOWS, RightsCommon
from ..common_values import NewValues
from .common_entries import find_models, is_entered_somehow

#: What refuses a record of another company: rules, or what is said of both companies.
REFUSED = (AccessError, UserError, ValidationError, MissingError)
#: To whom and where a record belongs: never changed once it is made.
BELONGING = ("company_id", "case_id", "partner_id")
#: The same for all companies, or chosen among all.
COMMON = ("dunning.reason", "dunning.rate")

#: Users work in several companies; a file belongs to the record that has it.
UNOWNED = ("res.users", "ir.attachment")
#: The engine takes whom the books name, even where the host would not let a user choose
#: him; a user's own choice is looked at as this user.
BY_THE_BOOKS = ("dunning.case.partner_id", "dunning.action.contact_id")


class Happened(Exception):
    """Raised to take back what should have been refused."""


@tagged("post_install", "-at_install")
class TestWalls(NewValues, RightsCommon):
    """Nobody names, or moves anything into, another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls.foreign["dunning.case"].sudo()
        cls.foreign |= {
            "ir.attachment": cls.env["ir.attachment"]
            .sudo()
            .create({"name": "secret", "res_model": case._name, "res_id": case.id}),
            "mail.activity": case.activity_schedule("mail.mail_activity_data_todo"),
            "account.move.line": cls.foreign["account.move"].line_ids[:1],
            "res.company": cls.other,
        }
        cls.both = new_test_user(
            cls.env,
            login="safety_both",
            groups="account_dunning.group_dunning_manager,account.group_account_manager",
            company_id=cls.company.id,
            company_ids=[Command.set((cls.company | cls.other).ids)],
        )

    def _assert_refused(self, function):
        """Call: it must be refused, in words, and leave nothing."""
        self._begin()
        refused = False
        try:
            with self.cr.savepoint():
                function()
                self.env.flush_all()
                raise Happened
        except Happened:
            refused = False
        except REFUSED:
            refused = True
        self.assertTrue(refused)

    def _pointing(self, models):
        """Yield (model, field, value) that name a record of the other company."""
        for model in models:
            for field in self.env[model]._fields.values():
                if not field.relational or not is_entered_somehow(field):
                    continue
                there = self.foreign.get(field.comodel_name)
                if there is None or not there or field.comodel_name in COMMON:
                    continue
                is_one = field.type == "many2one"
                yield (
                    model,
                    field,
                    there[0].id if is_one else [Command.link(there[0].id)],
                )

    def test_a_record_stays_in_its_company(self):
        for model in find_models(self.env):
            names = [name for name in BELONGING if name in self.env[model]._fields]
            for name in names:
                there = self.foreign[self.env[model]._fields[name].comodel_name]
                for user in (self.collector, self.manager, self.both):
                    record = self.own[model].with_env(self._as(user))
                    if not record.has_access("write") or model == "dunning.ladder":
                        continue
                    with self.subTest(model=model, field=name, user=user.login):
                        self._assert_refused(
                            lambda record=record, name=name, there=there: record.write(
                                {name: there[0].id}
                            )
                        )

    def test_a_ladder_changes_company_only_until_it_is_used(self):
        ladder = self.own["dunning.ladder"].with_env(self._as(self.both))
        ladder = ladder.with_context(
            allowed_company_ids=(self.company | self.other).ids
        )
        ladder.company_id = self.other
        self.assertEqual(ladder.company_id, self.other)
        ladder.company_id = self.company
        self.own["dunning.case"].sudo().ladder_id = ladder.id
        self._assert_refused(lambda: ladder.write({"company_id": self.other.id}))

    def test_a_new_record_names_nothing_of_another_company(self):
        for model, field, value in self._pointing(find_models(self.env)):
            for user in (self.collector, self.manager):
                records = self._as(user)[model]
                if not records.has_access("create"):
                    continue
                values = self._new_values(model, self.own)
                with self.subTest(model=model, field=field.name, user=user.login):
                    wanted = values | {field.name: value}
                    self._assert_refused(
                        lambda records=records, wanted=wanted: records.create(wanted)
                    )

    def test_nothing_of_another_company_comes_from_the_context(self):
        for model, field, value in self._pointing(find_models(self.env)):
            records = self._as(self.manager)[model]
            if not records.has_access("create"):
                continue
            values = self._new_values(model, self.own)
            values.pop(field.name, None)
            if field.type != "many2one":
                value = value[0][1:2]
            forged = records.with_context(**{f"default_{field.name}": value})
            with self.subTest(model=model, field=field.name):
                made = self._get_made(forged, values, field.name)
                self.assertNotIn(self.foreign[field.comodel_name][0].id, made)

    def _get_made(self, records, values, name):
        """Return the ids that a new record has in a field; none where it is refused."""
        self._begin()
        try:
            with self.cr.savepoint():
                raise Happened(records.create(values).sudo()[name].ids)
        except Happened as happened:
            return happened.args[0]
        except REFUSED:
            return []

    def test_a_record_is_not_changed_to_name_another_company(self):
        for model, field, value in self._pointing(find_models(self.env)):
            for user in (self.collector, self.manager):
                record = self.own[model].with_env(self._as(user))
                if not record.has_access("write"):
                    continue
                with self.subTest(model=model, field=field.name, user=user.login):
                    self._assert_refused(
                        lambda record=record, field=field, value=value: record.write(
                            {field.name: value}
                        )
                    )

    def test_no_window_names_anything_of_another_company(self):
        for model, field, value in self._pointing(WINDOWS):
            records = self._as(self.manager)[model]
            with self.subTest(model=model, field=field.name):
                values = self._new_values(model, self.own)
                wanted = values | {field.name: value}
                self._assert_refused(
                    lambda records=records, wanted=wanted: records.create(wanted)
                )
                window = self._open_window(model, self.own, records.env)
                self._assert_refused(
                    lambda window=window, field=field, value=value: window.write(
                        {field.name: value}
                    )
                )

    def test_a_form_shows_nothing_of_another_company(self):
        """By a value typed into it, or given by the context."""
        for model, field, value in self._pointing([*find_models(self.env), *WINDOWS]):
            records = self._as(self.collector)[model]
            if field.type != "many2one" or not records.has_access("create"):
                continue
            spec = {name: {} for name in ("partner_id", field.name) if name in records}
            spec |= {field.name: {"fields": {"display_name": {}}}}
            for forged, values in (
                (records, {field.name: value}),
                (records.with_context(**{f"default_{field.name}": value}), {}),
            ):
                if not records._get_last_stage(field) and not values:
                    continue  # dropped, which is tried with all facts
                names = [field.name] if values else []
                with self.subTest(model=model, field=field.name, values=values):
                    self._assert_refused(
                        lambda forged=forged, values=values, names=names, spec=spec: (
                            forged.onchange(values, names, spec)
                        )
                    )

    def test_each_link_that_a_user_enters_is_checked_by_the_host(self):
        """``check_company``, unless the company itself follows from the link."""
        unchecked = []
        for model in find_models(self.env):
            company = self.env[model]._fields.get("company_id")
            source = (company.related or "").split(".")[0] if company else ""
            for field in self.env[model]._fields.values():
                if field.name == source or field.comodel_name in UNOWNED:
                    continue
                is_entered = self.env[model]._get_last_stage(field)
                if not is_entered or field.type not in ("many2one", "many2many"):
                    continue
                is_owned = "company_id" in self.env[field.comodel_name]._fields
                if company and is_owned and not field.check_company:
                    unchecked.append(f"{model}.{field.name}")
        self.assertEqual(set(unchecked), set(BY_THE_BOOKS))
