from odoo import api, models
from odoo.tools import format_date

from ...tools import commitments as core
from ..contact.event import Event


class DunningPromise(models.Model):
    """What is said of a promise: to the debtor, to us, in the history of the case."""

    _inherit = "dunning.promise"

    def _describe(self):
        self.ensure_one()
        return self.env._(
            "Promise of %(amount)s by %(date)s",
            amount=self._format(self.amount),
            date=format_date(self.env, self.date) if self.date else "",
        )

    def _get_state_label(self):
        self.ensure_one()
        states = self._fields["state"]._description_selection(self.env)
        return dict(states)[self.state]

    def _describe_for_debtor(self):
        self.ensure_one()
        details = {
            "made": self._format_long(self.promised_on),
            "date": self._format_long(self.date),
            "amount": self._format(self.amount),
            "received": self._format(self.amount_received),
        }
        if self.state in self._get_running_states():
            return self.env._(
                "As agreed on %(made)s, you are to pay %(amount)s by %(date)s.",
                **details,
            )
        if self.state not in core.FAILED or not self.amount_left:
            return ""
        if self.state == core.PARTIAL:
            return self.env._(
                "As agreed on %(made)s, you were to pay %(amount)s by %(date)s; "
                "%(received)s has reached us.",
                **details,
            )
        return self.env._(
            "As agreed on %(made)s, you were to pay %(amount)s by %(date)s; this "
            "payment has not reached us in time.",
            **details,
        )

    def _get_event_texts(self):
        return super()._get_event_texts() | {
            "agreement_amount_text": self._format(self.amount),
            "agreement_date_text": self._format_long(self.date),
        }

    def _get_asked_for(self, event):
        return self.amount if event == "promise.made" else self._get_left()

    def _format_long(self, day):
        return self.env["dunning.action"]._format_day(day)

    # The contacts

    @api.depends("confirm")
    def _compute_leaving_text(self):
        result = super()._compute_leaving_text()
        for promise in self.filtered(lambda one: not one.leaving_text):
            if not promise.promised_on:
                promise.leaving_text = self.env._("Nothing leaves to the customer.")
        return result

    def _get_leaving(self):
        is_new = not self.promised_on and self.confirm
        return is_new and self.env._("the confirmation of this promise")

    def _tell_made(self):
        self._tell("made", "account_dunning.mail_template_promise_made")

    def _tell_broken(self, day):
        told = self.filtered(
            lambda promise: promise.fallback in promise._tells_of_failure()
        )
        told._tell("broken", "account_dunning.mail_template_promise_broken", day)

    def _tell(self, what, template, day=None):
        """Tell the debtors about promises; a text that was deleted is no obstacle."""
        text = self.env.ref(template, raise_if_not_found=False)
        if not text:
            for promise in self:
                promise._log(self.env._("Its text was deleted: no message leaves."))
            return
        for company, promises in self.grouped("company_id").items():
            self.env["dunning.action"].with_company(company)._announce(
                [
                    Event(f"promise.{what}", promise, text, promise.line_ids)
                    for promise in promises
                ],
                day,
            )

    def _get_outdated_reason(self, contact):
        if contact.event == "promise.made":
            is_current = self.state == core.OPEN
        else:
            is_current = self.state in core.FAILED and self.amount_left
        if is_current:
            return ""
        return self.env._(
            "%(promise)s is now: %(state)s.",
            promise=self._describe(),
            state=self._get_state_label(),
        )

    # The history of the case

    def _log_made(self):
        self.ensure_one()
        names = ", ".join(self.line_ids._list_names())
        if self.extension_of_id:
            text = self.env._(
                "an extension of the one for %(date)s.",
                date=format_date(self.env, self.extension_of_id.date),
            )
        elif self.attempt > 1:
            text = self.env._(
                "made again (attempt %(count)s), on %(invoices)s.",
                count=self.attempt,
                invoices=names,
            )
        else:
            text = self.env._("made, on %(invoices)s.", invoices=names)
        self._log(text)

    def _log_verdicts(self):
        for promise in self:
            promise._log(
                self.env._(
                    "%(state)s; %(received)s received in time.",
                    state=promise._get_state_label(),
                    received=promise._format(promise.amount_received),
                )
            )
