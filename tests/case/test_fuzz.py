from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from .common_fuzz import FuzzCommon, examples, flags, picks, texts

#: What a program may send instead of a date.
odd_values = st.one_of(
    st.none(),
    texts,
    st.integers(-(10**6), 10**6),
    st.floats(),
    flags,
    st.lists(st.integers(), max_size=2),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),
    st.dates(),
    st.dates().map(str),
    st.datetimes().map(str),
    st.sampled_from(["9999-12-31", "0001-01-01", "2024-02-30", "today", "+1d"]),
)


@tagged("post_install", "-at_install")
class TestFuzz(FuzzCommon):
    """Public methods over RPC, with whatever a program may send."""

    NUMBERS = (
        ("dunning.case", "action_dun"),
        ("dunning.case", "action_close"),
        ("dunning.action", "action_approve"),
        ("dunning.action", "action_cancel"),
        ("dunning.action", "action_deliver"),
        ("dunning.action", "action_print_letters"),
    )

    @examples(10)
    @given(call=st.sampled_from(NUMBERS), chosen=picks)
    def test_a_button_takes_any_selection(self, call, chosen):
        numbers = self._numbers(call[0], chosen)
        words = self._rpc(self.manager, *call, numbers)[1]
        if {"other", "gone"} & set(chosen):
            self.assertTrue(words)

    def test_a_date_arrives_as_text_over_the_network(self):
        day = "2024-03-04"
        self.assertTrue(self._rpc(self.manager, "dunning.case", "run", day)[0])
        self.assertTrue(self._rpc(self.manager, "dunning.case", "preview", day)[0])

    @examples(10)
    @given(method=st.sampled_from(["run", "preview"]), value=odd_values)
    def test_a_run_for_an_odd_date_is_refused_in_words_or_works(self, method, value):
        self._rpc(self.manager, "dunning.case", method, value)

    @examples(10)
    @given(value=odd_values)
    def test_a_delivery_on_an_odd_date_is_refused_in_words_or_works(self, value):
        ids = self.action.ids
        self._rpc(self.manager, "dunning.action", "action_deliver", ids, value)

    @examples(8)
    @given(
        method=st.sampled_from(["run", "preview"]),
        day=st.one_of(st.dates(), st.sampled_from([date.min, date.max])),
    )
    def test_any_day_is_refused_in_words_or_works(self, method, day):
        self._rpc(self.manager, "dunning.case", method, day)

    def test_a_run_in_the_far_future_does_not_end_all_dunning(self):
        words = self._rpc(self.collector, "dunning.case", "run", date(2999, 12, 31))[1]
        self.assertTrue(words)

    @examples(10)
    @given(
        texts=st.fixed_dictionaries(
            {"text_subject": st.one_of(texts, flags), "text_body": texts}
        ),
    )
    def test_any_text_may_be_written_for_a_proposal(self, texts):
        ids = self.action.ids
        self._rpc(self.collector, "dunning.action", "write", ids, texts)

    # Windows

    @examples(10)
    @given(
        level=picks.filter(bool),
        case=picks.filter(bool),
        context=st.dictionaries(
            st.sampled_from(["active_id", "active_ids", "lang", "default_case_id"]),
            st.one_of(st.none(), st.integers(-1, 2**33), texts),
            max_size=2,
        ),
    )
    def test_the_preview_of_a_level_takes_any_choice(self, level, case, context):
        values = {
            "level_id": self._numbers("dunning.level", level)[0],
            "case_id": self._numbers("dunning.case", case)[0],
        }
        spec = {"level_id": {}, "case_id": {}, "text": {}}
        self._rpc(
            *(self.reader, "dunning.level.preview", "onchange", [], values),
            *(list(values), spec),
        )
        if "other" in level[:1] + case[:1]:
            values = {"level_id": self.first.id} | values
            words = self._rpc(self.reader, "dunning.level.preview", "create", values)[1]
            self.assertTrue(words)

    @examples(8)
    @given(chosen=picks, posted_on=st.one_of(st.dates(), st.dates().map(str)))
    def test_the_window_of_letters_takes_any_choice(self, chosen, posted_on):
        letters = self._numbers("dunning.action", chosen)
        values = {"action_ids": [[6, 0, letters]], "posted_on": posted_on}
        self._rpc(self.collector, "dunning.letter.post", "create", values)

    @examples(10)
    @given(
        changes=st.fixed_dictionaries(
            {},
            optional={
                "use_email": flags,
                "use_letter": flags,
                "use_phone": flags,
                "kind": st.sampled_from(["rung", "manual", False]),
                "subject": texts,
                "body": texts,
                "lang": texts,
                "level_id": picks.filter(bool),
                "case_id": picks.filter(bool),
            },
        ),
        method=st.sampled_from(["action_send", "action_open", "action_back"]),
    )
    def test_the_window_of_a_reminder_takes_any_change(self, changes, method):
        for name, model in (("level_id", "dunning.level"), ("case_id", "dunning.case")):
            if name in changes:
                changes[name] = self._numbers(model, changes[name])[0]
        env = self.env(user=self.collector.id)
        with self.cr.savepoint() as savepoint:
            window = env["dunning.relance"]._open_for_cases(self.case.with_env(env))
            ids = [window["res_id"]]
            words = self._rpc(
                *(self.collector, "dunning.relance.line", "write", ids, changes)
            )[1]
            if not words:
                env["dunning.relance.line"].browse(ids).write(changes)
                env.flush_all()
                self._rpc(self.collector, "dunning.relance.line", method, ids)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
