from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo import Command
from odoo.tests import mute_logger, tagged

from ..common import DAY
from .common_fuzz import FuzzCommon, examples, flags, texts
from .common_holes import known_hole

FAR = 400 * 365
HUGE_DAYS = (-(2**31), -(10**7), 10**7, 2**31 - 1)
days = st.one_of(st.integers(-40, 400), st.sampled_from([-FAR, FAR]))
E_MAIL = {"name": "E-mail", "delay_days": 1, "gap_days": 0, "channel_email": True}


@tagged("post_install", "-at_install")
class TestFuzzLadder(FuzzCommon):
    """Whatever is configured: it is refused in words, or everything works with it."""

    def _level(self, values):
        return {
            "name": values["name"] or "Level",
            "mail_template_id": self.mail_text.id,
            "letter_template_id": self.letter_text.id,
            "call_script": "<p>Call</p>",
        } | {key: value for key, value in values.items() if key != "name"}

    def _live_with(self, ladder):
        """Let the case climb the ladder: all that shows or uses it must work."""
        ladder.read()
        ladder.level_ids.read()
        self.case.sudo().ladder_id = ladder
        self.case.read(["why", "next_action_date", "days_overdue"])
        self.env["dunning.case"].preview(DAY + timedelta(days=40))
        self.env["dunning.case"].sudo().run(DAY + timedelta(days=40))
        self.env["dunning.relance"]._open_for_cases(self.case)
        self.assertFalse(self.case.failure)

    def _configure(self, ladder, levels):
        """Save a ladder as a manager does; if it is accepted, use it."""
        values = ladder | {
            "level_ids": [Command.create(self._level(level)) for level in levels]
        }
        saved, words = self._rpc(self.manager, "dunning.ladder", "create", values)
        if words:
            return words
        with self.cr.savepoint() as savepoint:
            self._live_with(self.env["dunning.ladder"].create(values))
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return saved

    levels = st.lists(
        st.fixed_dictionaries(
            {
                "name": texts,
                "delay_days": days,
                "gap_days": days,
                "deadline_days": days,
            },
            optional={
                "sequence": st.integers(-2, 3),
                "channel_email": flags,
                "channel_letter": flags,
                "channel_phone": flags,
                "is_formal_notice": flags,
                "active": flags,
                "automation": st.sampled_from(["automatic", "manual"]),
            },
        ),
        max_size=3,
    )
    ladders = st.fixed_dictionaries(
        {"name": texts.map(lambda text: text or "Ladder")},
        optional={
            "grace_days": days,
            "contact_gap_days": days,
            "minimum_amount": st.floats(-10, 1e12),
            "zip_prefixes": st.text(max_size=10, alphabet="69, %_;"),
        },
    )

    @examples(10)
    @given(ladder=ladders, levels=levels)
    def test_any_ladder_is_refused_in_words_or_works(self, ladder, levels):
        self._configure(ladder, levels)

    @examples(3)
    @given(
        delays=st.lists(st.integers(0, 60), min_size=2, max_size=3).map(sorted),
        sequence=st.integers(0, 5),
    )
    def test_levels_of_one_sequence_are_climbed_by_their_delay(self, delays, sequence):
        levels = [
            {
                "name": f"Level {number}",
                "sequence": sequence,
                "delay_days": delay,
                "gap_days": min(number, 1),
                "channel_email": True,
            }
            for number, delay in enumerate(delays)
        ]
        self.assertIsInstance(self._configure({"name": "Alike"}, levels), int)

    @mute_logger("odoo.addons.account_dunning.models.night.dunning_case")
    def test_a_delay_of_centuries_is_refused_in_words_or_works(self):
        for days in HUGE_DAYS:
            for name in ("delay_days", "deadline_days"):
                self._configure({"name": "Huge"}, [E_MAIL | {name: days}])

    def test_a_wait_of_centuries_is_refused_in_words_or_works(self):
        for days in HUGE_DAYS:
            for name in ("grace_days", "contact_gap_days"):
                self._configure({"name": "Huge", name: days}, [E_MAIL])

    @known_hole("numbers without bounds")
    def test_a_number_the_database_cannot_hold_is_refused_in_words(self):
        for name in ("delay_days", "gap_days", "sequence"):
            self._configure({"name": "Too many"}, [E_MAIL | {name: 2**31}])

    def test_a_text_made_for_other_records_is_refused(self):
        template = self.env["mail.template"].create(
            {
                "name": "For partners",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body_html": '<p><t t-out="object.name"/></p>',
            }
        )
        for name in ("mail_template_id", "letter_template_id"):
            words = self._rpc(
                *(self.manager, "dunning.level", "write", self.first.ids),
                {name: template.id},
            )[1]
            self.assertTrue(words)

    def test_a_ladder_of_another_company_is_refused(self):
        ladder = {"ladder_id": self.foreign_ladder.id}
        words = self._rpc(self.manager, "dunning.case", "write", self.case.ids, ladder)[
            1
        ]
        self.assertTrue(words)
        default = {"dunning_ladder_id": self.foreign_ladder.id}
        admin = self.env.ref("base.user_admin")
        for record in (self.company, self.customer):
            words = self._rpc(admin, record._name, "write", record.ids, default)[1]
            self.assertTrue(words)

    def test_one_debtor_with_a_foreign_ladder_does_not_stop_the_others(self):
        lost = self._create_customer("Lost")
        ladder = self._create_ladder(name="Moved")
        lost.with_company(self.company).dunning_ladder_id = ladder
        ladder.company_id = self.other
        self._invoice(5, partner=lost)
        runs, words = self._rpc(self.collector, "dunning.case", "run", DAY)
        self.assertTrue(runs, words)

    # Imports

    def _load(self, user, model, fields, rows):
        """Import rows as a user; return the messages, nothing kept.

        A message per bad row, and nothing is half saved.
        """

        def count():
            return self.env[model].with_context(active_test=False).search_count([])

        with self.cr.savepoint() as savepoint, mute_logger("odoo.sql_db"):
            before = count()
            env = self.env(user=user.id)
            result = env[model].load(fields, rows)
            found = result["messages"]
            if any(message["type"] == "error" for message in found):
                self.assertFalse(result["ids"])
                self.assertEqual(count(), before, "nothing is half saved")
            else:
                self.assertTrue(result["ids"])
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        return found

    @examples(8)
    @given(
        cells=st.lists(
            st.tuples(
                st.one_of(st.integers(-5, 90).map(str), texts, st.just("1e99")),
                st.one_of(st.sampled_from(["0", "1", "7", "x", ""]), texts),
                st.sampled_from(["E-mail", "No such text", ""]),
                st.sampled_from(["Leaves by itself", "manual", "never", ""]),
            ),
            min_size=1,
            max_size=3,
        )
    )
    def test_any_file_of_ladders_is_imported_whole_or_not_at_all(self, cells):
        fields = ["name", "level_ids/name", "level_ids/delay_days"]
        fields += ["level_ids/gap_days", "level_ids/mail_template_id"]
        fields += ["level_ids/automation"]
        rows = [
            ["Imported" if not number else "", f"Level {number}", *cell]
            for number, cell in enumerate(cells)
        ]
        for message in self._load(self.manager, "dunning.ladder", fields, rows):
            self.assertGreater(len(message["message"]), 10)

    def test_each_bad_row_has_its_message(self):
        fields = ["ladder_id", "name", "delay_days", "tone"]
        rows = [
            ["Test ladder", "Good", "90", "Formal"],
            ["No such ladder", "Lost", "90", "Formal"],
            ["Test ladder", "Bad days", "soon", "Formal"],
            ["Test ladder", "Bad tone", "90", "rude"],
        ]
        messages = self._load(self.manager, "dunning.level", fields, rows)
        self.assertEqual({message["record"] for message in messages}, {1, 2, 3})

    def test_a_file_of_customers_names_the_bad_rows_too(self):
        fields = ["name", "dunning_debtor_kind", "dunning_ladder_id", "dunning_user_id"]
        rows = [
            ["Good", "Consumer", "Test ladder", ""],
            ["Bad kind", "alien", "", ""],
            ["Bad ladder", "Consumer", "No such ladder", ""],
            ["Bad user", "Business", "", "nobody at all"],
        ]
        messages = self._load(self.env.user, "res.partner", fields, rows)
        self.assertEqual({message["record"] for message in messages}, {1, 2, 3})
