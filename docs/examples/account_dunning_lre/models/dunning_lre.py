import base64

import requests

from odoo import api, fields, models

from odoo.addons.account_dunning.tools import lre

#: Seconds without an answer after which the provider counts as not reached.
TIMEOUT = 20
#: The provider's words for what becomes of a letter.
STATUSES = {
    "sent": lre.NOTIFIED,
    "accepted": lre.ACCEPTED,
    "refused": lre.REFUSED,
    "not_collected": lre.UNCLAIMED,
}


class DunningLre(models.AbstractModel):
    """A provider that speaks JSON: hand a letter in, ask about it, fetch its proofs."""

    _inherit = "dunning.lre"

    @api.model
    def _selection_provider(self):
        return [
            *super()._selection_provider(),
            ("example", self.env._("Example provider")),
        ]

    @api.model
    def _example_lre_send(self, action):
        answer = self._example_call(
            "POST",
            "/letters",
            {
                "key": action.lre_key,
                "to": {
                    "email": action.contact_id.email,
                    "name": action.contact_id.name,
                    "consumer": action.partner_id.dunning_debtor_kind == "consumer",
                },
                "subject": action.subject,
                "pdf": base64.b64encode(action._get_lre_pdf()).decode(),
            },
        ).json()
        return lre.Receipt(answer["id"], self._example_day(answer["deposited_on"]))

    @api.model
    def _example_lre_fetch(self, actions):
        news = {}
        for action in actions:
            path = f"/letters/{action.lre_reference}"
            answer = self._example_call("GET", path).json()
            if answer["status"] not in STATUSES:
                continue
            news[action] = lre.News(
                STATUSES[answer["status"]],
                self._example_day(answer.get("notified_on")),
                self._example_day(answer.get("decided_on")),
                tuple(self._example_fetch_proofs(path, answer.get("proofs", ()))),
            )
        return news

    @api.model
    def _example_fetch_proofs(self, path, names):
        for name in names:
            content = self._example_call("GET", f"{path}/proofs/{name}").content
            yield lre.Proof(f"{path.rsplit('/', 1)[-1]}-{name}.pdf", content)

    @api.model
    def _example_day(self, text):
        return fields.Date.to_date(text) if text else None

    @api.model
    def _example_call(self, method, path, data=None):
        """Ask the provider; tell apart what may be tried again and what is final."""
        # The address and the token are for administrators; letters are for collectors.
        company = self.env.company.sudo()
        try:
            answer = requests.request(
                method,
                f"{company.dunning_lre_url}{path}",
                json=data,
                headers={"Authorization": f"Bearer {company.dunning_lre_token}"},
                timeout=TIMEOUT,
            )
        except requests.RequestException as error:
            raise lre.Unreachable(str(error)) from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise lre.Unreachable(f"HTTP {answer.status_code}")
        if answer.status_code >= 400:
            raise lre.Refused(answer.text or f"HTTP {answer.status_code}")
        return answer
