from odoo import api, models


class DunningLre(models.AbstractModel):
    """Where a module for a provider of electronic registered letters plugs in.

    The module extends this model: it adds its name to :meth:`_selection_provider` and
    defines two methods named after it, here for a provider called ``acme``::

        def _acme_lre_send(self, action): ...
        def _acme_lre_fetch(self, actions): ...

    The core decides when to call them, keeps the proofs and never sends twice:
    ``docs/examples/account_dunning_lre`` is a complete module.
    """

    _name = "dunning.lre"
    _description = "Electronic Registered Letters"

    @api.model
    def _selection_provider(self):
        """Return the providers as a selection; a module adds its own."""
        return []

    @api.model
    def _lre_send(self, action):
        """Hand in one letter: ``action._get_lre_pdf()``, to ``action.contact_id``.

        ``action.lre_key`` is the same at each attempt. A provider that gets a key twice
        must give back the letter it has: a program that dies after the call, or never
        hears the answer, asks again with it.

        :return: ``tools.lre.Receipt``
        :raises tools.lre.Unreachable: when it did not answer; tried again later
        :raises tools.lre.Refused: when it will never take this letter as it is
        """
        method = f"_{action.lre_provider}_lre_send"
        return getattr(self.with_company(action.company_id), method)(action)

    @api.model
    def _lre_fetch(self, actions):
        """Ask what became of letters of one company and provider.

        :return: ``{action: tools.lre.News}``; letters without news may be left out
        :raises tools.lre.Unreachable: when the provider did not answer
        """
        method = f"_{actions[0].lre_provider}_lre_fetch"
        return getattr(self.with_company(actions[0].company_id), method)(actions)
