from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import commitments as core


class DunningPromiseChange(models.Model):
    """What people do with a promise: put it off, take it back, decide a doubt."""

    _name = "dunning.promise"
    _inherit = ["dunning.promise", "dunning.commitment"]

    is_withdrawn = fields.Boolean(
        "Withdrawn by the customer",
        readonly=True,
        copy=False,
        help="The customer took the promise back: it counts as not kept.",
    )
    decided_state = fields.Selection(
        [("kept", "Kept"), ("broken", "Broken")],
        "Decided",
        readonly=True,
        copy=False,
        help="What somebody decided after a check; payments do not change it.",
    )
    decided_by_id = fields.Many2one(
        "res.users",
        "Decided by",
        readonly=True,
        copy=False,
        help="Who decided, after a check, whether it was kept.",
    )

    def action_cancel(self):
        """Cancel promises that were entered by mistake: nothing counts against anybody.

        :raises UserError: for one that is over
        """
        self._check_running()
        self._end("cancelled")
        for promise in self:
            promise._log(self.env._("Cancelled by %(user)s.", user=self.env.user.name))
        return True

    def action_withdraw(self):
        """The customer takes his promise back: it counts as not kept, and what it
        covered is dunned again."""
        self._check_running()
        self._end("cancelled", {"is_withdrawn": True, "kept_share": 0.0})
        for promise in self:
            promise._log(self.env._("The customer takes it back."))
        return True

    def action_extend(self):
        """Open a new promise that puts this one off."""
        self.ensure_one()
        self._check_running()
        window = self.case_id.action_promise()
        window["name"] = self.env._("Put the promise off")
        window["context"] |= self._get_extension_defaults()
        return window

    def action_count_as_kept(self):
        """After a check: the customer has paid, whatever the books show yet."""
        self._decide(core.KEPT)
        return True

    def action_count_as_broken(self):
        """After a check: the money was not meant for it. The customer is told, or plan
        B happens, in the next run."""
        self._decide(core.BROKEN)
        return True

    def action_carry_out_fallback(self):
        """Carry plan B out by hand, where the automation rule is switched off."""
        self.check_access("write")
        for promise in self:
            if promise.state not in core.FAILED:
                raise UserError(
                    self.env._("Plan B is for a promise that was not kept.")
                )
        self._carry_out_fallback()
        return True

    def _check_running(self):
        self.check_access("write")
        for promise in self:
            if promise.state not in promise._get_running_states():
                raise UserError(
                    self.env._(
                        "%(promise)s of %(debtor)s is over (%(state)s): it stays in "
                        "the history as it is.",
                        promise=promise._describe(),
                        debtor=promise.partner_id.display_name,
                        state=promise._get_state_label(),
                    )
                )

    def _decide(self, state):
        self.check_access("write")
        for promise in self:
            if promise.state != core.TO_CHECK:
                raise UserError(
                    self.env._("Only a promise that is to be checked is decided.")
                )
        self.sudo().write(  # the state is the engine's to write
            {"decided_state": state, "decided_by_id": self.env.uid}
        )
        for company, promises in self.grouped("company_id").items():
            promises.case_id._judge_promises(company._dunning_today())

    # Extensions

    def _get_extension_defaults(self):
        self.ensure_one()
        lines = [] if self.is_whole_case else self._get_open_lines().ids
        return {
            "default_extension_of_id": self.id,
            "default_line_ids": lines,
            "default_amount": self._get_left(),
            "default_means": self.means,
            "default_contact_id": self.contact_id.id,
            "default_currency_id": self.currency_id.id,
        }

    def _count_extensions(self):
        """Return how often the promise was put off already."""
        count, former = 0, self.extension_of_id
        while former:
            count, former = count + 1, former.extension_of_id
        return count

    def _check_may_extend(self):
        """The second extension of a promise needs a credit manager."""
        if self.env.su or self.env.user.has_group(
            "account_dunning.group_dunning_manager"
        ):
            return
        for promise in self:
            if promise._count_extensions() > 1:
                raise UserError(
                    self.env._(
                        "%(debtor)s was already given an extension: a second one "
                        "needs a credit manager.",
                        debtor=promise.partner_id.display_name,
                    )
                )

    @api.model
    def _promise_anew(self, commitment, date):
        """Return a new promise of what is left of an agreement that failed, by a later
        date; ask the manager where that would be a second extension."""
        is_promise = commitment._name == self._name
        if is_promise and commitment.extension_of_id:
            return commitment._ask_for_decision(
                self.env._("A second extension needs a credit manager.")
            )
        values = {
            "case_id": commitment.case_id.id,
            "date": date,
            "amount": commitment._get_left(),
            "currency_id": commitment.currency_id.id,
            "line_ids": commitment._get_open_lines().ids,
            "user_id": commitment.user_id.id,
            "contact_id": commitment.contact_id.id,
            "extension_of_id": commitment.id if is_promise else False,
        }
        return self.create(values)
