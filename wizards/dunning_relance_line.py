from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.case.decide import CasePlan
from ..tools import ladder as core
from ..tools.channels import POSTED


class DunningRelanceLine(models.TransientModel):
    """**Relancer** one debtor: to whom, how, which text, which invoices."""

    _name = "dunning.relance.line"
    _description = "Reminder to One Debtor"
    _rec_name = "case_id"

    relance_id = fields.Many2one("dunning.relance", ondelete="cascade")
    is_alone = fields.Boolean("The only debtor", compute="_compute_is_alone")
    case_id = fields.Many2one("dunning.case", required=True, ondelete="cascade")
    # As the user, not as superuser: a number in ``case_id`` opens no foreign case.
    partner_id = fields.Many2one(related="case_id.partner_id", related_sudo=False)
    currency_id = fields.Many2one(related="case_id.currency_id", related_sudo=False)
    amount_overdue = fields.Monetary(
        related="case_id.amount_overdue", related_sudo=False
    )
    days_overdue = fields.Integer(related="case_id.days_overdue", related_sudo=False)
    state = fields.Selection(
        [
            ("ready", "Ready"),
            ("refused", "Not sent"),
            ("sent", "Sent"),
            ("failed", "Failed"),
        ],
        default="ready",
        required=True,
    )
    reason = fields.Char(readonly=True)
    kind = fields.Selection([("rung", "Next step"), ("manual", "By hand")])
    level_id = fields.Many2one(
        "dunning.level",
        readonly=True,
        help="The level that leaves now. It cannot be skipped: change the ladder "
        "instead.",
    )
    needs_approval = fields.Boolean(compute="_compute_needs_approval")
    channels = fields.Char("How", compute="_compute_channels")
    use_email = fields.Boolean("E-mail")
    use_letter = fields.Boolean("Letter")
    use_registered = fields.Boolean("Registered letter")
    use_phone = fields.Boolean("Call")
    use_visit = fields.Boolean("Visit")
    use_sms = fields.Boolean("SMS")
    has_email = fields.Boolean(
        "The level has an e-mail", related="level_id.channel_email"
    )
    has_letter = fields.Boolean(
        "The level has a letter", related="level_id.channel_letter"
    )
    has_registered = fields.Boolean(
        "The level has a registered letter", related="level_id.channel_registered"
    )
    has_phone = fields.Boolean("The level has a call", related="level_id.channel_phone")
    has_visit = fields.Boolean(
        "The level has a visit", related="level_id.channel_visit"
    )
    has_sms = fields.Boolean("The level has an SMS", related="level_id.channel_sms")
    contact_id = fields.Many2one("res.partner", "To", readonly=True)
    contact_email = fields.Char(related="contact_id.email", related_sudo=False)
    lang = fields.Char(readonly=True)
    subject = fields.Char()
    body = fields.Html(sanitize="email_outgoing")
    letter_subject = fields.Char()
    letter_body = fields.Html(sanitize="email_outgoing")
    call_script = fields.Html(readonly=True, sanitize=False)
    sms_body = fields.Html("SMS text", sanitize="email_outgoing")
    sms_size = fields.Char("Length", compute="_compute_sms_size")
    case_line_ids = fields.Many2many("dunning.case.line", readonly=True)
    documents = fields.Char(
        readonly=True,
        help="The PDF of these invoices goes with the e-mail.",
    )
    leaves_at = fields.Datetime(
        "Leaves on",
        readonly=True,
        help="Messages leave on working days between 8:30 and 20:00.",
    )

    @api.depends("relance_id.line_ids")
    def _compute_is_alone(self):
        for line in self:
            line.is_alone = len(line.relance_id.line_ids) == 1

    @api.depends("level_id")
    @api.depends_context("uid")
    def _compute_needs_approval(self):
        is_manager = self.env.user.has_group("account_dunning.group_dunning_manager")
        for line in self:
            line.needs_approval = line.level_id.is_formal_notice and not is_manager

    @api.depends(lambda self: ("level_id", *self._get_use_fields().values()))
    @api.depends_context("lang")
    def _compute_channels(self):
        labels = self.env["dunning.level"]._get_channel_labels()
        for line in self:
            line.channels = " + ".join(labels[name] for name in line._get_channels())

    @api.depends("sms_body")
    def _compute_sms_size(self):
        actions = self.env["dunning.action"]
        for line in self:
            text = actions._to_sms_text(line.sms_body)
            line.sms_size = text and actions._describe_sms(text)

    def _get_channels(self):
        """Return the channels that were chosen among the level's.

        A channel of another module that has no box here is used whenever its level
        has it.
        """
        self.ensure_one()
        boxes = self._get_use_fields()
        return [
            name
            for name in self.env["dunning.level"]._get_channel_names()
            if (
                self[boxes[name]] if name in boxes else self.level_id[f"channel_{name}"]
            )
        ]

    @api.model
    def _get_use_fields(self):
        """Map each channel that can be unticked to the box."""
        names = self.env["dunning.level"]._get_channel_names()
        return {name: f"use_{name}" for name in names if f"use_{name}" in self._fields}

    def _fill_texts(self):
        """Render the texts of the step in the debtor's language, to be edited."""
        for line in self.filtered(lambda line: line.state == "ready" and line.level_id):
            texts = line._look_ahead()
            email = texts.get("email", (False, False))
            # One text for both: what is registered is the envelope.
            letter = texts.get("letter") or texts.get("registered", (False, False))
            line.write(
                {
                    "subject": email[0],
                    "body": email[1],
                    "letter_subject": letter[0],
                    "letter_body": letter[1],
                    "call_script": (texts.get("phone") or texts.get("visit") or (0, 0))[
                        1
                    ],
                    "sms_body": texts.get("sms", (False, False))[1],
                    "documents": line._describe_documents(),
                }
            )

    def _look_ahead(self):
        """Return ``{channel: (subject, body)}`` as it would leave; keeps nothing."""
        texts = {}

        def render():
            actions = self._make_actions()
            rendered = actions._render_texts()
            for action in actions:
                edited = (action.subject, action.body)
                fresh = rendered.get(action.id, (False, False))
                texts[action.channel] = edited if action.is_edited else fresh

        self.env["dunning.action"]._do_and_forget(render)
        return texts

    def _describe_documents(self):
        if not self.level_id.attach_invoices:
            return self.env._("None")
        return ", ".join(
            name for name in self.case_line_ids.move_id.mapped("name") if name
        )

    def _make_actions(self):
        """Create the actions of the step as proposals.

        :raises UserError: when the step is no longer the right one
        """
        self.ensure_one()
        case = self.case_id.with_company(self.case_id.company_id)
        plan = self._decide(case)[case]
        step = self._get_step(case, plan, self.kind == "manual")
        if not step or (step.kind, step.rung.key) != (self.kind, self.level_id.id):
            raise UserError(
                self.env._(
                    "The situation of %(debtor)s has changed meanwhile: open the "
                    "reminder again.",
                    debtor=case.display_name,
                )
            )
        taken = CasePlan(core.Decision((step,)), plan.facts, plan.items, plan.nexts)
        drafts = case._search_drafts()
        date = case.company_id._dunning_today()
        return drafts._replace_with({case: taken}, date)

    def action_send(self):
        """Send to this debtor."""
        self.ensure_one()
        if not self._get_channels():
            raise UserError(self.env._("Choose at least one way to reach the debtor."))
        self._send()
        if not self.is_alone:
            return self.action_back()
        return {"type": "ir.actions.act_window_close"}

    def _send_safely(self):
        try:
            with self.env.cr.savepoint():
                self._send()
        except UserError as error:
            self.write({"state": "failed", "reason": str(error)})

    def _send(self):
        """Make the actions, with the texts as edited, and queue them."""
        actions = self._make_actions()
        chosen = actions.filtered(lambda a: a.channel in self._get_channels())
        (actions - chosen)._drop(self.env._("Not chosen by the sender."))
        for action in chosen:
            self._keep_edited_text(action)
        if self.needs_approval:
            self.env["dunning.alert"]._raise_approvals(chosen)
        else:
            chosen._queue()
            letters = chosen.filtered(lambda action: action.channel in POSTED)
            if self.is_alone:
                letters._print()
        failed = chosen.filtered(lambda action: action.state == "failed")
        if failed and failed == chosen:
            self.write({"state": "failed", "reason": failed[0].failure_reason})
            return
        self.write({"state": "sent", "reason": self._describe_sent(failed)})

    def _describe_sent(self, failed):
        if self.needs_approval:
            return self.env._("Waits for the approval of a credit manager")
        return failed[:1].failure_reason

    def _keep_edited_text(self, action):
        texts = {
            "email": (self.subject, self.body),
            "letter": (self.letter_subject, self.letter_body),
            "registered": (self.letter_subject, self.letter_body),
            "sms": (self.level_id.name, self.sms_body),
        }
        subject, body = texts.get(action.channel, (False, False))
        if not body:
            return
        # The stored text went through the sanitizer: compare like with like.
        fresh_subject, fresh_body = action._render_texts()[action.id]
        fresh_body = self._fields["body"].convert_to_cache(fresh_body, self)
        if (subject, body) != (fresh_subject, fresh_body):
            action._write_text(subject, body)

    def action_open(self):
        """Open the message to one debtor of the list, to read or edit it."""
        self.ensure_one()
        if self.state == "ready" and not self.body and not self.letter_body:
            self._fill_texts()
        return self._get_window()

    def action_back(self):
        """Go back to the list; the text as edited here leaves with the others."""
        self.ensure_one()
        return self.relance_id._get_window()

    def _get_window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "Remind %(debtor)s", debtor=self.partner_id.display_name
            ),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
