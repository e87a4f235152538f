from importlib.util import module_from_spec, spec_from_file_location
from unittest.mock import patch

from psycopg2.extras import Json

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from ..common import DunningCommon

HOSTILE = '<p>Hello<script>steal()</script><img src="x" onerror="steal()"></p>'
#: Written by our own renderer, and sanitised by hand where anybody else writes it.
SANITISED_BY_HAND = {("dunning.action", "body")}


@tagged("post_install", "-at_install")
class TestLadderBounds(DunningCommon):
    def setUp(self):
        super().setUp()
        self.levels = [
            {"name": f"L{n}", "delay_days": n, "gap_days": bool(n), "sequence": n + 1}
            for n in range(101)
        ]
        self.commands = [Command.create(values) for values in self.levels]

    def assertRefusedAtOnce(self):
        """Refused in words, before anything was worked out for a single level."""
        levels = type(self.env["dunning.level"])
        for method in ("_compute_gap_days", "_compute_sequence", "_rank"):
            unwanted = AssertionError(f"{method} was called")
            self.startPatcher(patch.object(levels, method, side_effect=unwanted))
        return self.assertRaisesRegex(ValidationError, "at most 100 levels")

    def test_a_ladder_of_a_hundred_levels_is_accepted(self):
        ladder = self.env["dunning.ladder"].create(
            {"name": "Long", "level_ids": self.commands[:100]}
        )
        self.assertEqual(len(ladder.level_ids), 100)

    def test_more_levels_are_refused_at_once_when_a_ladder_is_made(self):
        with self.assertRefusedAtOnce():
            self.env["dunning.ladder"].create(
                {"name": "Long", "level_ids": self.commands}
            )

    def test_more_levels_are_refused_at_once_as_a_default(self):
        ladders = self.env["dunning.ladder"].with_context(
            default_level_ids=self.commands
        )
        for attempt in (
            lambda: ladders.create({"name": "Long"}),
            lambda: ladders.default_get(["level_ids"]),
            lambda: ladders.onchange({}, [], {"level_ids": {"fields": {"name": {}}}}),
        ):
            with self.assertRefusedAtOnce():
                attempt()

    def test_more_levels_are_refused_at_once_while_they_are_typed(self):
        spec = {"level_ids": {"fields": {"name": {}}}}
        with self.assertRefusedAtOnce():
            self.env["dunning.ladder"].onchange(
                {"level_ids": self.commands}, ["level_ids"], spec
            )

    def test_more_levels_are_refused_at_once_when_a_ladder_is_changed(self):
        with self.assertRefusedAtOnce():
            self.ladder.write({"level_ids": self.commands[:97]})

    def test_levels_that_take_the_place_of_others_are_counted_once(self):
        ladder = self.env["dunning.ladder"].create({"name": "Other"})
        ladder.write({"level_ids": self.commands[:60]})
        ladder.write({"level_ids": [Command.clear(), *self.commands[:60]]})
        self.assertEqual(len(ladder.level_ids), 60)

    def test_more_levels_are_refused_at_once_when_they_are_made_by_themselves(self):
        levels = self.env["dunning.level"]
        values = [one | {"ladder_id": self.ladder.id} for one in self.levels[:97]]
        with self.assertRefusedAtOnce():
            levels.create(values)
        with self.assertRefusedAtOnce():
            levels.with_context(default_ladder_id=self.ladder.id).create(
                self.levels[:97]
            )

    def test_more_levels_are_refused_at_once_when_they_are_imported(self):
        names = ["name", "level_ids/name", "level_ids/delay_days"]
        rows = [["Long" if not n else "", f"L{n}", str(n)] for n in range(101)]
        result = self.env["dunning.ladder"].load(names, rows)
        self.assertFalse(result["ids"])
        self.assertIn("at most 100 levels", result["messages"][0]["message"])

    def test_levels_that_come_back_from_the_archive_are_counted(self):
        ladder = self.env["dunning.ladder"].create({"name": "Other"})
        ladder.write({"level_ids": self.commands[:60]})
        old = ladder.level_ids
        old.active = False
        ladder.write({"level_ids": self.commands[:60]})
        with self.assertRaisesRegex(ValidationError, "at most 100 levels"):
            old.active = True


@tagged("post_install", "-at_install")
class TestCleanTexts(DunningCommon):
    def assertClean(self, text):
        self.assertIn("Hello", text)
        self.assertNotIn("script", text)
        self.assertNotIn("onerror", text)

    def test_every_stored_text_of_ours_is_sanitised(self):
        left = {
            (name, field.name)
            for name, model in self.env.items()
            if name.startswith("dunning.")
            for field in model._fields.values()
            if field.type == "html" and field.store and not field.sanitize
        }
        self.assertEqual(left, SANITISED_BY_HAND)

    def test_a_call_script_is_sanitised_however_it_is_written(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        level = self.env["dunning.level"].create(
            {
                "ladder_id": self.env["dunning.ladder"].create({"name": "Other"}).id,
                "name": "Call",
                "channel_phone": True,
                "call_script": HOSTILE,
            }
        )
        self.assertClean(level.call_script)
        level.call_script = f"<p>Again</p>{HOSTILE}"
        self.assertClean(level.call_script)
        level.update_field_translations(
            "call_script", {"fr_FR": {"Again": f"Encore {HOSTILE}"}}
        )
        self.assertClean(level.with_context(lang="fr_FR").call_script)

    def test_the_upgrade_cleans_call_scripts_in_each_language(self):
        hostile = {"en_US": HOSTILE, "fr_FR": HOSTILE.replace("<p>", "<p>Bonjour, ")}
        self.env.cr.execute(
            SQL(
                "UPDATE dunning_level SET call_script = %s WHERE id = %s",
                Json(hostile),
                self.first.id,
            )
        )
        path = file_path("account_dunning/migrations/19.0.1.5.0/post-texts.py")
        spec = spec_from_file_location("post_texts", path)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.4.0")
        self.first.invalidate_recordset(["call_script"])
        self.env.cr.execute(
            SQL("SELECT call_script FROM dunning_level WHERE id = %s", self.first.id)
        )
        [(texts,)] = self.env.cr.fetchall()
        self.assertEqual(texts.keys(), hostile.keys())
        for text in texts.values():
            self.assertClean(text)
        self.assertIn("Bonjour", texts["fr_FR"])
