from datetime import timedelta

from odoo.tools import html2plaintext

from .common_claims import ClaimsCommon, at


class LateNoticeCommon(ClaimsCommon):
    """A formal notice by registered letter, in the shipped words, that claims what a
    late payment costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        france = cls.env.ref("base.fr")
        cls.company.write({"country_id": france.id, "company_registry": "042177330"})
        cls._use_text("letter_template_formal_notice")

    @classmethod
    def _use_text(cls, name):
        cls.notice.write(
            {
                "channel_letter": False,
                "channel_registered": True,
                "letter_template_id": cls.env.ref(f"account_dunning.{name}").id,
                "claim_interest": True,
                "claim_indemnity": True,
                "deadline_days": 14,
            }
        )

    def _propose(self, day):
        """Return the formal notice of the customer that a run of a day proposes."""
        with at(day):
            case = self.env["dunning.case"]._open_for(self.customer)
            case.line_ids.sudo().write(  # as if the engine had delivered it
                {
                    "level_id": self.second.id,
                    "delivered_on": day - timedelta(days=20),
                }
            )
            if case.has_known_money:
                case.with_user(self.manager)._accept_money("He knows of it")
            self._run(day)
        return case.action_ids.filtered(lambda one: one.level_id == self.notice)

    def _approve(self, day):
        """Return the formal notice of a day, approved by a manager."""
        letter = self._propose(day)
        with at(day):
            letter.with_user(self.manager).action_approve()
        return letter

    @staticmethod
    def _say(html):
        return " ".join(html2plaintext(html).replace("\ufeff", "").split())
