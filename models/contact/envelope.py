"""What goes with a contact beside its text: recipient, copies, files of one's own.

A user may choose them while the contact waits for approval, or in **Relancer**; what
the text's template names (copy, files, mail server) is added when it is queued.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import email_normalize_all, formataddr
from odoo.tools.mail import email_split_and_format_normalize

from ...tools.channels import POSTED

#: What can be printed after a letter.
PDF = "application/pdf"


class DunningAction(models.Model):
    _inherit = "dunning.action"

    is_contact_chosen = fields.Boolean(
        "Recipient chosen",
        readonly=True,
        help="A user chose to whom it goes: the nights to come leave that as it is.",
    )
    copy_ids = fields.Many2many(
        "res.partner",
        "dunning_action_copy_rel",
        "action_id",
        "partner_id",
        "Copy to",
        check_company=True,
        domain=[("email", "!=", False)],
        help="They get a copy of the e-mail, and the recipient sees that they do.",
        entry="draft",
    )
    email_cc = fields.Char(
        "Copy sent to",
        readonly=True,
        help="Those named for this contact, and those that its text always goes to.",
    )
    own_file_ids = fields.Many2many(
        "ir.attachment",
        "dunning_action_own_file_rel",
        "action_id",
        "attachment_id",
        "Files added",
        help="What goes with it beside the invoices: with an e-mail any file, with a "
        "letter a PDF, which is printed after it.",
        entry="draft",
    )
    left_out_ids = fields.Many2many(
        "dunning.case.line",
        "dunning_action_left_out_rel",
        "action_id",
        "line_id",
        "Taken out",
        readonly=True,
        help="What a user took out of this message: it is not named in it and stays on "
        "its level.",
    )

    is_arranged = fields.Boolean(
        "Arranged by hand",
        compute="_compute_is_arranged",
        store=True,
        help="Something was added to it or taken out of it.",
    )

    @api.depends("copy_ids", "own_file_ids", "left_out_ids")
    def _compute_is_arranged(self):
        """Spare a night of thousands the question what was arranged for each."""
        for action in self:
            action.is_arranged = bool(
                action.copy_ids
                or action.left_out_ids
                or action.sudo().own_file_ids  # whether there are any, not which
            )

    @api.constrains("contact_id")
    def _check_contact(self):
        for action in self:
            contact = action.contact_id
            if contact and not action.case_id._may_write_to(contact):
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact of %(debtor)s: the message names "
                        "what %(debtor)s owes. Choose a contact of this customer, or "
                        "name the other one on the case first.",
                        contact=contact.display_name,
                        debtor=action.partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        if not self.env.su:
            named = actions.filtered("contact_id")
            named._write_facts({"is_contact_chosen": True})
        return actions

    def write(self, vals):
        result = super().write(vals)
        if not self.env.su and "contact_id" in vals:
            self._write_facts({"is_contact_chosen": bool(vals["contact_id"])})
        return result

    # To whom

    def _find_recipient(self):
        """Return to whom the contact is addressed as things are now."""
        self.ensure_one()
        billed = self._get_object_lines().case_line_id._get_billed()
        return self.case_id._get_contact(self.channel, billed or None, self.level_id)

    def _address(self, contact):
        """Address a contact that has not left yet, unless a user said to whom it goes.

        :param contact: who would be written to now
        """
        self.ensure_one()
        is_chosen = self.is_contact_chosen and self.contact_id.active
        if contact != self.contact_id and not is_chosen:
            self._write_facts({"contact_id": contact.id, "is_contact_chosen": False})

    def _address_again(self):
        """Address what failed to whom can be reached now: the data may have been
        mended, or another contact named."""
        for action in self:
            datum = action.level_id._get_datum(action.channel, action.company_id)
            if not action.contact_id._has_dunning_datum(datum, action.company_id):
                action._write_facts({"is_contact_chosen": False})
            action._address(action._find_recipient())

    def _get_sites(self):
        """Map the lines to the site that each was billed to, in words; empty where all
        were billed to one."""
        self.ensure_one()
        sites = {line: line.case_line_id._get_billed() for line in self.line_ids}
        if len(self.env["res.partner"].union(*sites.values())) < 2:
            return {}
        return {
            line: site.name or site.city or site.display_name or ""
            for line, site in sites.items()
        }

    # What a user takes out

    def _narrow(self, step):
        """Return the step without what a user took out of the message; None when
        nothing is left of it."""
        self.ensure_one()
        taken_out = self.is_arranged and frozenset(self.left_out_ids.ids)
        return step.without(taken_out) if taken_out else step

    # What goes with it

    def _pack(self):
        """Put beside contacts that are about to leave what users and templates add."""
        for template, actions in self.grouped(lambda a: a._get_template()).items():
            if template:
                actions._add_template_files(template)
            copies = actions._render_copies(template)
            for action in actions:
                copy = copies.get(action.id) or False
                if action.email_cc != copy:
                    action._write_facts({"email_cc": copy})
        for action in self.filtered("is_arranged"):
            # What somebody added by hand is read by whoever sends it.
            action._enclose(action.sudo().own_file_ids.sudo(False))

    def _render_copies(self, template):
        """Map ids of e-mails to the addresses that get a copy, in one line."""
        emails = self.filtered(lambda action: action.channel == "email")
        always = {}
        if template and template.email_cc and emails:
            always = template._render_field("email_cc", emails.ids)
        copies = {}
        for action in emails:
            addresses = [
                formataddr((partner.name or "", address))
                for partner in (action.copy_ids if action.is_arranged else ())
                for address in email_normalize_all(partner.email)
            ]
            addresses += email_split_and_format_normalize(always.get(action.id) or "")
            to = email_normalize_all(action.contact_id.email)
            copies[action.id] = ", ".join(
                address
                for address in dict.fromkeys(addresses)
                if not set(email_normalize_all(address)) & set(to)
            )
        return copies

    def _add_template_files(self, template):
        """Copy the files of a text: what becomes of them there changes nothing here."""
        # Whoever sends need not see the template's own files.
        files = template.sudo().attachment_ids
        printable = files.filtered(lambda file: file.mimetype == PDF)
        for action in self if files else ():
            action._add_own_files(printable if action.channel in POSTED else files)

    def _add_own_files(self, files):
        """Keep copies of files with the case, for this contact; each one once."""
        self.ensure_one()
        known = {file.checksum for file in self.sudo().own_file_ids} if files else ()
        files = files.sudo().filtered(lambda file: file.checksum not in known)
        if files:
            # A letter's own PDF is the one that belongs to the contact itself.
            keep = {"res_model": "dunning.case", "res_id": self.case_id.id}
            copies = files.copy(keep | {"res_field": False})
            links = [Command.link(one.id) for one in copies]
            self._write_facts({"own_file_ids": links})


class MailMail(models.Model):
    """A copy is sent with the message, not as a message of its own: what the mail
    server says of it must not pass for what it says of the debtor's."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, *args, **kwargs):
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        # Whoever sends mail need not have rights on dunning.
        if not self.email_cc or not self.sudo().dunning_action_ids:
            return emails
        copies = [one for one in emails if one["email_cc"] and not one["email_to"]]
        others = [one for one in emails if one not in copies]
        if not others:
            return emails
        for copy in copies:
            others[0]["email_cc"] = [*others[0]["email_cc"], *copy["email_cc"]]
        return others
