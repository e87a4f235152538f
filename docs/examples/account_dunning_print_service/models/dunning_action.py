from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .print_service import PrintServiceError

#: Letters handed in, and recorded for good, before the next ones are taken.
LETTERS_PER_SHARE = 10
PRINT_CRON = "account_dunning_print_service.ir_cron_print_service"


class DunningAction(models.Model):
    _inherit = "dunning.action"

    print_order = fields.Char(
        "Order at the printing service", readonly=True, copy=False
    )

    def action_print_letters(self):
        """Nobody posts by hand what the service posts."""
        if self.company_id.filtered("dunning_print_service"):
            raise UserError(
                self.env._(
                    "The printing service prints and posts these letters. To post them "
                    "yourself, switch it off in the settings."
                )
            )
        return super().action_print_letters()

    @api.model
    def _get_print_service_domain(self):
        """Return the frozen letters that leave through the service."""
        return Domain(
            [
                ("channel", "in", ("letter", "registered")),
                ("state", "=", "queued"),
                ("company_id.dunning_print_service", "=", True),
            ]
        )

    @api.model
    def _cron_print_service(self):
        """Hand in what waits, then record what was posted."""
        waiting = self._get_print_service_domain() & Domain("print_order", "=", False)

        def claim():
            todo = self.search(waiting, limit=4 * LETTERS_PER_SHARE, order="id")
            return todo.try_lock_for_update(limit=LETTERS_PER_SHARE)

        def work(share):
            share._order_letters()
            return self.search_count(waiting)

        self._record_posted()
        self.env["dunning.worker"]._cron_work_off(claim, work, PRINT_CRON)

    def _order_letters(self):
        """Print letters, after a fresh look at the money, and hand them in."""
        service = self.env["dunning.print.service"]
        for letter in self._in_company_language()._print():
            try:
                order = service._hand_in(
                    letter._get_letter_reference(),
                    letter._get_pdf()._read_dunning_bytes(),
                    letter.channel == "registered",
                )
            except PrintServiceError as refusal:
                letter._mark_failed(str(refusal))
                letter._use_other_channel()
            else:
                letter._write_facts({"print_order": order})

    @api.model
    def _record_posted(self):
        """Record the letters that the service has posted: now their rungs count."""
        letters = self.search(
            self._get_print_service_domain() & Domain("print_order", "!=", False)
        )
        posted = self.env["dunning.print.service"]._ask_about(
            letters.mapped("print_order")
        )
        for letter in letters.filtered(lambda one: one.print_order in posted):
            day, number = posted[letter.print_order]
            if letter.channel == "registered":
                letter.tracking_number = number
            letter._mark_done(day)
