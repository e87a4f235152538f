import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date


class DunningPlanSign(models.TransientModel):
    """Record the signature of a payment plan: who, when, and what shows it."""

    _name = "dunning.plan.sign"
    _description = "Signature of a Payment Plan"
    _inherit = ["dunning.guarded"]

    plan_id = fields.Many2one("dunning.plan", required=True, ondelete="cascade")
    # As the user, not as superuser: a number in ``plan_id`` opens no foreign plan.
    case_id = fields.Many2one(related="plan_id.case_id", related_sudo=False)
    partner_id = fields.Many2one(related="plan_id.partner_id", related_sudo=False)
    signed_by = fields.Char(
        "Signed by", help="Who signed for the customer, as written on the agreement."
    )
    signed_as = fields.Char(
        "Capacity",
        help="In which capacity, for example manager or accountant with power to sign.",
    )
    signed_on = fields.Date("On", help="The day of the signature.")
    proof = fields.Selection(
        [
            ("copy", "A copy of the signed agreement"),
            ("drawing", "A signature given here"),
            ("message", "A message of the customer"),
            ("none", "Nothing yet"),
        ],
        "What shows it",
        required=True,
        default="copy",
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        "dunning_plan_sign_document_rel",
        "window_id",
        "attachment_id",
        "Documents",
        help="The scan of the signed agreement, or the customer's message as a file.",
    )
    signature = fields.Binary(help="What the customer draws.")
    message_ids = fields.Many2many(
        "mail.message",
        "dunning_plan_sign_message_rel",
        "window_id",
        "message_id",
        "Messages",
        domain="[('model', '=', 'dunning.case'), ('res_id', '=', case_id),"
        " ('author_id', 'child_of', partner_id)]",
        help="What the customer wrote in answer, from the history of the case.",
    )
    consequence = fields.Char("What happens then", compute="_compute_consequence")

    @api.model
    def _open_for(self, plan):
        """Return the window about a plan; nothing is filled in that nobody has said."""
        values = {
            "plan_id": plan.id,
            "signed_by": plan.signed_by,
            "signed_as": plan.signed_as,
            "signed_on": plan.signed_on,
        }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Signature: %(plan)s", plan=plan.display_name),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                f"default_{name}": value for name, value in values.items() if value
            },
        }

    @api.depends("proof", "plan_id")
    @api.depends_context("lang")
    def _compute_consequence(self):
        for window in self:
            window.consequence = window._describe_consequence()

    def _describe_consequence(self):
        """Say what happens then, before the user confirms."""
        plan = self.plan_id
        if self.proof == "none":
            text = self.env._(
                "The plan runs, its proof is missing: %(user)s gets a task. Until the "
                "proof is there it interrupts no limitation.",
                user=plan._get_asked_for_proof().sudo().name,  # a name is no secret
            )
        else:
            text = self.env._(
                "The plan runs. The proof is kept, and proposed to the credit manager "
                "as an interruption of the limitation."
            )
        if plan._find_unsent():
            what = self.env._("the agreement that was signed")
            leaving = plan.case_id._describe_leaving(what, plan.line_ids)
            return f"{text} {leaving}"
        return f"{text} {self.env._('Nothing leaves to the customer.')}"

    def action_confirm(self):
        """Record the signature and its proof; from now on the plan runs."""
        self.ensure_one()
        plan = self.plan_id
        plan.check_access("write")
        values = {"signed_as": self.signed_as} if self.signed_as else {}
        if files := self._get_files_to_keep():
            values["document_ids"] = [Command.link(file.id) for file in files]
        if values:
            plan.write(values)
        signature = self.signature if self.proof == "drawing" else None
        plan.action_accept(self.signed_on, self.signed_by, signature)
        return {"type": "ir.actions.act_window_close"}

    def _get_files_to_keep(self):
        """Return the files that show the signature.

        :raises UserError: when what was chosen is not there
        """
        files = self.env["ir.attachment"]
        if self.proof == "message":
            files = self.document_ids | self._file_messages()
        elif self.proof == "copy":
            files = self.document_ids
        is_there = files or (self.proof == "drawing" and self.signature)
        if self.proof != "none" and not is_there:
            raise UserError(
                self.env._(
                    "%(plan)s: add what shows the signature, the scan, the drawing or "
                    "the customer's message; or choose “Nothing yet”.",
                    plan=self.plan_id.display_name,
                )
            )
        return files

    def _file_messages(self):
        """Return the messages as files: they stay as they were.

        :raises UserError: for a message that is not the customer's own
        """
        files, debtor = self.env["ir.attachment"], self.partner_id
        for message in self.message_ids:
            author = message.author_id.commercial_partner_id
            place = (message.model, message.res_id)
            if place != ("dunning.case", self.case_id.id) or author != debtor:
                raise UserError(
                    self.env._(
                        "“%(message)s” is no message of %(debtor)s in this case: "
                        "choose one that he wrote.",
                        message=message.subject or message.preview or "",
                        debtor=debtor.display_name,
                    )
                )
            files |= files.create(self._prepare_file(message)) | message.attachment_ids
        return files

    def _prepare_file(self, message):
        name = self.env._(
            "Message of %(author)s, %(date)s.html",
            author=message.author_id.name,
            date=format_date(self.env, message.date.date()),
        )
        head = Markup("<p>%s<br/>%s (UTC)<br/>%s</p>") % (
            message.email_from or message.author_id.display_name,
            message.date,
            message.subject or "",
        )
        content = str(head) + str(message.body or "")
        return {
            "name": name.replace("/", "-"),
            "datas": base64.b64encode(content.encode()),
            "mimetype": "text/html",
        }
