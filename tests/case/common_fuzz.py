from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.service.model import call_kw
from odoo.tools import mute_logger

from ..common import DAY, DunningCommon

#: What a user must never be shown, whatever he typed.
GIBBERISH = (
    "Traceback",
    "psycopg2",
    "object has no attribute",
    "not supported between instances",
    "Expected singleton",
    "dunning_",
)


texts = st.text(st.characters(exclude_characters="\0"), max_size=40)
flags = st.booleans()
#: Numbers of records: none, one that is there, several, one that is not, a foreign one.
picks = st.lists(st.sampled_from(["own", "other", "gone"]), max_size=3)


class TakenBack(Exception):
    """Raised to take back what was only tried."""


def examples(count):
    """Try so many inputs, the same ones at each run."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


class FuzzMixin:
    """Calls as the web client makes them; the answer is a result or words."""

    def _rpc(self, user, model, method, *args, **kwargs):
        """Call a public method as a user; see that a refusal can be read.

        What it did is taken back.

        :return: ``(result, None)``, or ``(None, words)`` when it was refused
        """
        env = self.env(user=user.id, context={"allowed_company_ids": self.company.ids})
        result = words = None
        # As when a request begins: what is in the cache is not checked again.
        self.env.flush_all()
        self.env.invalidate_all()
        try:
            with suppress(TakenBack), self.cr.savepoint(), mute_logger("odoo.sql_db"):
                result = call_kw(env[model], method, list(args), kwargs)
                env.flush_all()
                raise TakenBack
        except UserError as refusal:
            words = str(refusal)
            self._check_words(refusal)
        except IntegrityError as error:
            words = self._explain(error)
            self.assertNotIn("psycopg2", words)
        finally:
            self.env.invalidate_all(flush=False)
        return result, words

    def _explain(self, error):
        """Return what the host makes of a broken constraint at the end of a request
        (``odoo.service.model.retrying``)."""
        for model in self.env.registry.values():
            if model._table == error.diag.table_name:
                return self.env[model._name]._sql_error_to_message(error)
        raise error

    def _check_words(self, refusal):
        text = str(refusal)
        self.assertGreater(len(text), 20, "A refusal says who, what and how to mend it")
        if type(refusal) in (UserError, ValidationError):
            for word in GIBBERISH:
                self.assertNotIn(word, text)


class FuzzCommon(FuzzMixin, DunningCommon):
    """A debtor with a proposed reminder, another company with the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.first.automation = "manual"
        cls._invoice(5)
        cls._run()
        cls.case = cls._case()
        cls.action = cls.case.action_ids
        cls.foreign_case = cls.env["dunning.case"].create(
            {"partner_id": cls.partner_b.id, "company_id": cls.other.id}
        )
        cls.foreign_action = cls.env["dunning.action"].create(
            {"case_id": cls.foreign_case.id, "channel": "email", "date": DAY}
        )
        cls.foreign_ladder = cls._create_ladder(
            name="Foreign ladder", company_id=cls.other.id
        )
        cls.env.flush_all()

    def _numbers(self, model, chosen):
        """Return record numbers for the picks of a model."""
        records = {
            "dunning.case": (self.case, self.foreign_case),
            "dunning.action": (self.action, self.foreign_action),
            "dunning.ladder": (self.ladder, self.foreign_ladder),
            "dunning.level": (self.ladder.level_ids, self.foreign_ladder.level_ids),
        }[model]
        known = {
            "own": records[0].ids[0],
            "other": records[1].ids[0],
            "gone": 2**31 - 9,
        }
        return [known[pick] for pick in chosen]
