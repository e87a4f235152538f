from odoo import api, fields, models

#: Faxes sent, and recorded for good, before the next ones are taken.
FAXES_PER_SHARE = 5
FAX_CRON = "account_dunning_fax.ir_cron_send_faxes"


class DunningAction(models.Model):
    _inherit = "dunning.action"

    @api.model
    def _get_queuers(self):
        return super()._get_queuers() | {"fax": lambda actions: actions._queue_faxes()}

    def _queue_faxes(self):
        """Let frozen texts wait for the scheduled action: nothing is sent in here."""
        ready = self.filtered("contact_id.fax")
        ready._write_facts({"state": "queued"})
        for action in self - ready:
            action._mark_failed(
                self.env._(
                    "%(contact)s has no fax number: enter it, then send again.",
                    contact=action.contact_id.display_name,
                )
            )
        # The level's other channel takes over, if it has one.
        (self - ready)._use_other_channel()
        self.env.ref(FAX_CRON)._trigger()

    @api.model
    def _cron_send_faxes(self):
        """Send what waits, in small shares that are each recorded for good."""

        waiting = [("channel", "=", "fax"), ("state", "=", "queued")]

        def claim():
            todo = self.search(waiting, order="id")
            at_work = todo.filtered(lambda action: action._may_leave_now())
            return at_work.try_lock_for_update(limit=FAXES_PER_SHARE)

        def work(share):
            share._send_faxes()
            return self.search_count(waiting)

        self.env["dunning.worker"]._cron_work_off(claim, work, FAX_CRON)

    def _may_leave_now(self):
        """Tell whether the company is at work: nothing reaches a debtor at night."""
        leaves_at = self.company_id._dunning_sending_time(self.queued_on)
        return leaves_at <= fields.Datetime.now()

    def _send_faxes(self):
        """Send faxes, after a fresh look at the money; the rung counts from then on."""
        for action in self._in_company_language()._print():
            number, pdf = action.contact_id.fax, action._get_pdf().raw
            problem = self.env["fax.operator"]._send(number, pdf)
            if problem:
                action._mark_failed(problem)
                action._use_other_channel()
            else:
                action._mark_done()
