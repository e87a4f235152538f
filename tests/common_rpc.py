from odoo.exceptions import UserError
from odoo.tools.misc import mute_logger


class RpcMixin:
    """Calls over the network, as a program or the web client makes them.

    For classes with ``HttpCase``.
    """

    def _sign_in(self, user):
        """Open a session of a user; his password is as long as passwords must be."""
        user.password = "over the network"
        self.env.flush_all()
        self.authenticate(user.login, "over the network")

    def _rpc(self, model, method, *args, **kwargs):
        """Call a public method on the server; return the result.

        :raises UserError: with the words of the refusal
        """
        kwargs.setdefault("context", {"allowed_company_ids": self.company.ids})
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {
                    "model": model,
                    "method": method,
                    "args": list(args),
                    "kwargs": kwargs,
                },
            },
        ).json()
        if error := answer.get("error"):
            self.assertTrue(
                error["data"]["name"].startswith("odoo.exceptions."), error["data"]
            )
            raise UserError(error["data"]["message"])
        self.env.invalidate_all(flush=False)
        return answer["result"]

    def _refused(self, model, method, *args, **kwargs):
        """Return the words with which the server refuses a call."""
        with self.assertRaises(UserError) as refusal, mute_logger("odoo.http"):
            self._rpc(model, method, *args, **kwargs)
        return str(refusal.exception)
