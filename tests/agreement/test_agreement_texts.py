from odoo import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...models.contact.event import Event
from ...tools.wording import find_forbidden
from ..common import DunningCommon
from ..hold.test_hold import day

PLAN = ("proposed", "reminder", "missed", "broken", "completed")
OFFER = ("sent", "kept", "lapsed")
#: What stands in a French text only when it was not translated, or rendered nothing.
ENGLISH = r"\b(Dear|payment|please|the|your|False|None)\b"


@tagged("post_install", "-at_install")
class TestAgreementTexts(DunningCommon):
    """Every text about an agreement, as a debtor gets it, in both languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")

    def _make_events(self, lang):
        """Return an event for each shipped text, about agreements of one debtor."""
        partner = self._create_customer(f"Debtor {lang}", lang=lang)
        invoices = [self._invoice(6, 1000.0, partner=partner) for _agreement in "1234"]
        case = self.env["dunning.case"]._open_for(partner)
        lines = [
            case.line_ids.filtered(lambda line, move=move: line.move_id == move)
            for move in invoices
        ]
        promise = self.env["dunning.promise"].create(
            self._about(case, lines[0])
            | {"date": day(5), "amount": 300, "fallback_disclosed": True}
        )
        plan = self.env["dunning.plan"].create(
            self._about(case, lines[1]) | {"date_first": day(10), "count": 3}
        )
        plan.action_propose()
        offer = self.env["dunning.offer"].create(
            self._about(case, lines[2]) | {"percent": 2, "valid_until": day(10)}
        )
        offer.action_send()
        reason = self.env["dunning.reason"].search([("code", "=", "QUA")])
        dispute = self.env["dunning.dispute"].create(
            {"move_id": invoices[3].id, "amount": 200, "reason_id": reason.id}
        )
        row = plan.instalment_ids[:1]
        told = {
            promise: ("promise", ("made", "broken")),
            plan: ("plan", PLAN),
            offer: ("offer", OFFER),
            dispute: ("dispute", self._answers()),
        }
        for source, (name, whats) in told.items():
            for what in whats:
                text = self.env.ref(f"account_dunning.mail_template_{name}_{what}")
                row_id = row.id if source == plan and what in PLAN[1:3] else 0
                event = Event(
                    f"{name}.{what}", source, text, case.line_ids, row_id=row_id
                )
                yield f"{name} {what}", event

    @staticmethod
    def _about(case, lines):
        return {"case_id": case.id, "line_ids": [Command.set(lines.ids)]}

    @staticmethod
    def _answers():
        return ("partly", "unjustified")

    def _render(self, lang):
        """Map each text to what it says; nothing of it leaves."""
        actions, said = self.env["dunning.action"], {}

        def render():
            for what, event in self._make_events(lang):
                items = event.case._read_books(self.company, day(0)).items
                values = actions._prepare_event(event, items, day(0))
                # What was told as it was made is told afresh.
                actions.search(
                    [
                        ("event", "=", event.name),
                        ("event_res_id", "=", event.source.id),
                    ]
                )._drop("Told again")
                contact = actions.sudo()._create_with_lines([values])
                subject, body = contact._render_texts()[contact.id]
                said[what] = (subject, html2plaintext(body))

        actions._do_and_forget(render)
        return said

    def test_each_is_courteous_and_says_everything_in_both_languages(self):
        english, french = self._render("en_US"), self._render("fr_FR")
        self.assertEqual(len(english), 12)
        for what, (subject, body) in english.items():
            with self.subTest(what, lang="en"):
                self.assertFalse(find_forbidden(f"{subject}\n{body}", "en_US"))
                self.assertNotRegex(body, r"\b(False|None)\b|object\.")
        for what, (subject, body) in french.items():
            with self.subTest(what, lang="fr"):
                self.assertFalse(find_forbidden(f"{subject}\n{body}", "fr_FR"))
                self.assertNotRegex(f"{subject}\n{body}", ENGLISH)
                self.assertNotEqual(subject, english[what][0])
