from odoo import api, fields, models

#: A plan that was signed is in one of these states.
SIGNED = ("accepted", "completed", "broken", "replaced")


class DunningPlan(models.Model):
    """What shows that a plan was signed: a copy, a drawing or the debtor's message.

    Without any the plan runs as agreed, but proves nothing: somebody is asked for it,
    and it interrupts no limitation until it is there.
    """

    _inherit = "dunning.plan"

    is_proof_missing = fields.Boolean(
        "Proof missing",
        compute="_compute_is_proof_missing",
        store=True,
        help="It was accepted, and nothing shows it: no copy of the signed agreement, "
        "no signature, no message of the customer. It interrupts no limitation.",
    )

    @api.depends(
        "state", "signature", "document_ids.dunning_void_text", "agreement_id.checksum"
    )
    def _compute_is_proof_missing(self):
        for plan in self:
            plan.is_proof_missing = (
                plan.state in SIGNED and not plan._find_signed_documents()
            )

    def write(self, vals):
        missing = self.filtered("is_proof_missing")
        result = super().write(vals)
        if "document_ids" in vals:
            missing.filtered(lambda plan: not plan.is_proof_missing)._on_proved()
        return result

    def _on_made(self):
        proved = self.filtered(lambda plan: not plan.is_proof_missing)
        proved._on_proved()
        for plan in self - proved:
            plan._ask_for_proof()
        return super()._on_made()

    def _on_proved(self):
        """The signature is shown: it is kept, and acknowledges the debt."""
        for plan in self:
            known = plan.seal_ids.attachment_id
            files = plan._find_signed_documents() - known.sudo()
            plan._seal([(file, "signed") for file in files])
            plan._propose_interruption("plan", plan.signed_on)
        self._close_proof_task()

    def _ask_for_proof(self):
        """Give whoever agreed upon it a task: the paper has to come."""
        self.ensure_one()
        note = self.env._(
            "%(plan)s was accepted by %(name)s, and nothing shows it: put the signed "
            "agreement, or the customer's message, among its documents. Without it the "
            "plan acknowledges no debt and interrupts no limitation.",
            plan=self.display_name,
            name=self.signed_by,
        )
        summary, user = self._get_proof_summary(), self._get_asked_for_proof()
        return self.case_id._plan_task(summary, note, user)

    def _get_asked_for_proof(self):
        """Return who has to get the proof: who agreed upon the plan, else who is in
        charge of the case."""
        self.ensure_one()
        able = self.company_id._dunning_first_able(self.user_id)
        return able or self.case_id._get_asked()

    def _get_proof_summary(self):
        return self.env._("Get the proof of the payment plan (%(id)s)", id=self.id)

    def _close_proof_task(self):
        for plan in self:
            summary = plan._get_proof_summary()
            tasks = plan.case_id.activity_ids.filtered(
                lambda task, summary=summary: task.summary == summary
            )
            tasks.sudo().action_done()  # given to whoever was in charge

    def _end(self, state, reason="", day=None, **values):
        result = super()._end(state, reason, day, **values)
        if state != "broken":  # then the acknowledgement is needed all the more
            self._close_proof_task()
        return result

    def action_sign(self):
        """Open the window in which a signature is recorded."""
        self.ensure_one()
        self.check_access("write")
        return self.env["dunning.plan.sign"]._open_for(self)
