from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import email_normalize_all

from ..models.contact.envelope import PDF
from ..tools import ladder as core

#: Debtors served in one call while a selection is worked through.
CHUNK_SIZE = 20
#: Reasons after which a person may still repeat the last message by hand.
REPEATABLE = (core.TOO_EARLY, core.LADDER_ENDED)


class DunningRelance(models.TransientModel):
    """**Relancer** a selection: what leaves to whom, what does not, and why."""

    _name = "dunning.relance"
    _description = "Send Reminders"
    _inherit = ["dunning.guarded"]

    line_ids = fields.One2many("dunning.relance.line", "relance_id")
    state = fields.Selection(
        [("draft", "To send"), ("running", "Sending"), ("done", "Sent")],
        default="draft",
        required=True,
    )
    ready_count = fields.Integer(compute="_compute_counts")
    refused_count = fields.Integer(compute="_compute_counts")
    done_count = fields.Integer(compute="_compute_counts")
    total_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for relance in self:
            states = relance.line_ids.mapped("state")
            relance.ready_count = states.count("ready")
            relance.refused_count = states.count("refused")
            relance.done_count = states.count("sent") + states.count("failed")
            relance.total_count = relance.done_count + relance.ready_count

    @api.model
    def _open_for_cases(self, cases):
        """Return the window for cases: one message for one debtor, a list for more."""
        cases.check_access("write")
        lines = self.env["dunning.relance.line"]._prepare_for(cases)
        relance = self.create({"line_ids": [Command.create(line) for line in lines]})
        if len(relance.line_ids) == 1:
            relance.line_ids._fill_texts()
            return relance.line_ids._get_window()
        return relance._get_window()

    def _get_window(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send reminders"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},  # the web client's own
        }

    def action_start(self):
        """Begin to work through the list; the window shows the progress."""
        self.ensure_one()
        self.state = "running"
        return self._get_window()

    def process_next(self):
        """Serve the next debtors of the list.

        :return: how many are left; each call is a transaction of its own, so that a
            closed window loses nothing and doubles nothing
        """
        self.ensure_one()
        waiting = self.line_ids.filtered(lambda line: line.state == "ready")
        for line in waiting[:CHUNK_SIZE]:
            line._send_safely()
        left = len(waiting[CHUNK_SIZE:])
        if not left:
            self.state = "done"
        return left


class DunningRelanceLine(models.TransientModel):
    """**Relancer** one debtor: to whom, how, which text, which invoices."""

    _name = "dunning.relance.line"
    _description = "Reminder to One Debtor"
    _inherit = ["dunning.guarded"]
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
    known_money_text = fields.Html(
        related="case_id.known_money_text", related_sudo=False
    )
    has_known_money = fields.Boolean(
        related="case_id.has_known_money", related_sudo=False
    )
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
    contact_id = fields.Many2one(
        "res.partner",
        "To",
        domain=[("type", "!=", "delivery")],
        help="Found by itself; another contact of the same customer may be chosen.",
    )
    found_id = fields.Many2one("res.partner", "Recipient found", readonly=True)
    copy_ids = fields.Many2many(
        "res.partner",
        "dunning_relance_copy_rel",
        "line_id",
        "partner_id",
        "Copy to",
        domain=[("email", "!=", False)],
        help="They get a copy of the e-mail, and the recipient sees that they do.",
    )
    file_ids = fields.Many2many(
        "ir.attachment",
        "dunning_relance_file_rel",
        "line_id",
        "attachment_id",
        "Files",
        help="What goes with it beside the invoices: with an e-mail any file, with a "
        "letter a PDF, which is printed after it.",
    )
    contact_email = fields.Char(related="contact_id.email", related_sudo=False)
    lang = fields.Char(readonly=True)
    subject = fields.Char()
    body = fields.Html(sanitize="email_outgoing")
    letter_subject = fields.Char()
    letter_body = fields.Html(sanitize="email_outgoing")
    call_script = fields.Html(readonly=True)
    sms_body = fields.Html("SMS text", sanitize="email_outgoing")
    sms_size = fields.Char("Length", compute="_compute_sms_size")
    case_line_ids = fields.Many2many(
        "dunning.case.line",
        help="What is taken out of the message is not named in it and stays on its "
        "level.",
    )
    offered_ids = fields.Many2many(
        "dunning.case.line",
        "dunning_relance_offered_rel",
        "line_id",
        "case_line_id",
        readonly=True,
    )
    shown = fields.Json(readonly=True)  # the texts as rendered, and for what
    is_outdated = fields.Boolean(compute="_compute_is_outdated")
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

    @api.depends("contact_id", "case_line_ids", "shown")
    def _compute_is_outdated(self):
        """Tell whether the texts were rendered for another recipient or other items."""
        for line in self:
            shown = line.shown or {}
            line.is_outdated = bool(shown) and shown["for"] != line._get_subject()

    def _get_subject(self):
        """Return to whom and about what the texts are."""
        self.ensure_one()
        return [self.contact_id._origin.id, sorted(self.case_line_ids._origin.ids)]

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

    def _fill_texts(self, is_anew=True):
        """Render the texts of the step in the debtor's language, to be edited.

        :param is_anew: what a user has written is written over as well
        """
        for line in self.filtered(lambda line: line.state == "ready" and line.level_id):
            texts, told = line._get_texts()
            edited = set() if is_anew else line._find_edited()
            fresh = {name: text for name, text in texts.items() if name not in edited}
            line.write(
                {
                    **fresh,
                    "documents": line._describe_documents(),
                    "lang": line.case_id._get_lang(line.contact_id),
                }
            )
            before = line.shown or {}
            kept = before.get("texts", {})
            line.shown = {
                "for": line._get_subject(),
                # What he wrote was about the facts that he saw.
                "told": before.get("told", told) if edited else told,
                "texts": kept | {name: str(line[name] or "") for name in fresh},
            }

    def _get_texts(self):
        """Return the texts of all channels as they would leave, as values, and what
        they tell of (see :meth:`_read_told`)."""
        texts, told = self._look_ahead()
        email = texts.get("email", (False, False))
        # One text for both: what is registered is the envelope.
        letter = texts.get("letter") or texts.get("registered", (False, False))
        return {
            "subject": email[0],
            "body": email[1],
            "letter_subject": letter[0],
            "letter_body": letter[1],
            "call_script": (texts.get("phone") or texts.get("visit") or (0, 0))[1],
            "sms_body": texts.get("sms", (False, False))[1],
        }, told

    @api.model
    def _read_told(self, actions):
        """Return the amounts that contacts ask for, by item, and the money that they
        deduct, as a column keeps it."""
        lines = actions[:1].line_ids
        return {
            "items": {str(row.case_line_id.id): row.amount_claimed for row in lines},
            "money": sorted({row["key"] for row in actions[:1].known_money or ()}),
        }

    def _is_told_otherwise(self, actions):
        """Tell whether the facts have changed since the user was shown the texts; what
        he took out himself is no change."""
        self.ensure_one()
        if not (told := (self.shown or {}).get("told")):
            return False
        now = self._read_told(actions)
        taken_out = {str(key) for key in self._get_taken_out()._origin.ids}
        left = {key: told["items"][key] for key in told["items"].keys() - taken_out}
        return left != now["items"] or not {*now["money"]} <= {*told["money"]}

    def _find_edited(self):
        """Return the names of the texts that were changed since they were rendered."""
        self.ensure_one()
        texts = (self.shown or {}).get("texts", {})
        return {name for name, text in texts.items() if str(self[name] or "") != text}

    def action_write_anew(self):
        """Render the texts for the recipient and the invoices as they are now; what was
        written by hand is lost."""
        self.ensure_one()
        self._check_choice()
        self._fill_texts()
        return self._get_window()

    def _look_ahead(self):
        """Return ``{channel: (subject, body)}`` as it would leave, and what that tells
        of; keeps nothing."""
        texts, told = {}, {}

        def render():
            actions = self._make_actions()
            rendered = actions._render_texts()
            told.update(self._read_told(actions))
            for action in actions:
                edited = (action.subject, action.body)
                fresh = rendered.get(action.id, (False, False))
                texts[action.channel] = edited if action.is_edited else fresh

        self.env["dunning.action"]._do_and_forget(render)
        return texts, told

    def _describe_documents(self):
        if not self.level_id.attach_invoices:
            return self.env._("None")
        documents = self.case_line_ids.filtered(lambda line: line._is_document())
        names = filter(None, documents.move_id.mapped("name"))
        return ", ".join(names) or self.env._("None")

    def _make_actions(self):
        """Create the actions of the step as proposals.

        :raises UserError: when the step is no longer the right one
        """
        self.ensure_one()
        case = self.case_id.with_company(self.case_id.company_id)
        plan = self._decide(case)[case]
        step = self._get_step(case, plan, self.kind == "manual")
        if not step or (step.kind, step.rung.key) != (self.kind, self.level_id.id):
            raise self._get_changed_error()
        step = step.without(self._get_taken_out().ids)
        if not step:
            raise UserError(
                self.env._(
                    "Leave at least one invoice that is due for “%(level)s”: without "
                    "any there is nothing to write about.",
                    level=self.level_id.name,
                )
            )
        taken = replace(plan, decision=core.Decision((step,)))
        drafts = case._search_drafts()
        # What was taken out of it before is chosen again in this window.
        drafts.filtered("left_out_ids")._write_facts(
            {"left_out_ids": [Command.clear()]}
        )
        date = case.company_id._dunning_today()
        actions = drafts._replace_with({case: taken}, date)
        self._pass_on(actions)
        return actions

    def _get_changed_error(self):
        return UserError(
            self.env._(
                "The situation of %(debtor)s has changed meanwhile: open the reminder "
                "again.",
                debtor=self.case_id.display_name,
            )
        )

    def _get_taken_out(self):
        """Return the items that a user took out of the message."""
        self.ensure_one()
        return self.offered_ids - self.case_line_ids

    def _pass_on(self, actions):
        """Give the contacts what a user chose: recipient, copies, what is left out."""
        values = {}
        if taken_out := self._get_taken_out():
            values["left_out_ids"] = [Command.set(taken_out.ids)]
        if self.copy_ids or actions.copy_ids:
            values["copy_ids"] = [Command.set(self.copy_ids.ids)]
        if self.contact_id and self.contact_id != self.found_id:
            values |= {"contact_id": self.contact_id.id, "is_contact_chosen": True}
        if values:
            # Looked at in _check_choice; what becomes of it is the engine's.
            actions._write_facts(values)

    def _check_choice(self):
        """Refuse what cannot be sent as it was chosen.

        :raises UserError: in words
        """
        self.ensure_one()
        case = self.case_id
        if self.contact_id and not case._may_write_to(self.contact_id):
            raise UserError(
                self.env._(
                    "%(contact)s is no contact of %(debtor)s: choose one of this "
                    "customer.",
                    contact=self.contact_id.display_name,
                    debtor=case.display_name,
                )
            )
        for partner in self.copy_ids:
            if not email_normalize_all(partner.email):
                raise UserError(
                    self.env._(
                        "%(contact)s has no valid e-mail address: no copy can be sent.",
                        contact=partner.display_name,
                    )
                )
        self._check_files()

    def _check_files(self):
        """Refuse a file that cannot be printed with a letter.

        :raises UserError: naming it
        """
        if {"letter", "registered"}.isdisjoint(self._get_channels()):
            return
        for file in self.file_ids:
            if file.mimetype != PDF:
                raise UserError(
                    self.env._(
                        "“%(file)s” is no PDF: it cannot be printed with the letter.",
                        file=file.name,
                    )
                )

    def _check_edited_texts(self):
        """Refuse a text of a user that still names what he took out of the message.

        :raises UserError: naming the invoice
        """
        texts = " ".join(str(self[name] or "") for name in self._find_edited())
        for name in self._get_taken_out().mapped("name"):
            if name and name in texts:
                raise UserError(
                    self.env._(
                        "Your text still names %(invoice)s, which you took out of the "
                        "message: change the text, or let it be written anew.",
                        invoice=name,
                    )
                )

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
        worker = self.env["dunning.worker"]
        worker._do_each(
            self,
            lambda line: line._send(),
            lambda line, error: line.write(
                {"state": "failed", "reason": worker._describe(error)}
            ),
        )

    def _send(self):
        """Make the actions, with the texts as edited, and queue them."""
        self._check_choice()
        if self.is_outdated:
            self._fill_texts(is_anew=False)
        self._check_edited_texts()
        actions = self._make_actions()
        is_new = self._is_told_otherwise(actions)
        if is_new and (self._find_edited() or any(actions.mapped("is_edited"))):
            # What somebody wrote may name what is paid by now.
            raise self._get_changed_error()
        chosen = actions.filtered(lambda a: a.channel in self._get_channels())
        (actions - chosen)._drop(self.env._("Not chosen by the sender."))
        for action in chosen:
            if not is_new:
                self._keep_edited_text(action)
            action._add_own_files(self.file_ids)
        if self.needs_approval:
            chosen._ask_for_approval()
        else:
            chosen._queue()
            if self.is_alone:
                chosen._print_at_once()
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

    # Which step **Relancer** takes for a debtor: the engine's own decision, or why
    # nothing may leave.

    @api.model
    def _prepare_for(self, cases):
        """Return the values of one line per case, from the engine's own decision."""
        plans = self._decide(cases)
        can_repeat = len(cases) == 1
        drafts = cases._search_drafts().grouped("case_id")
        none = self.env["dunning.action"]
        lines = [
            self._prepare_line(case, plan, can_repeat, drafts.get(case, none))
            for case, plan in plans.items()
        ]
        return sorted(lines, key=lambda values: "reason" in values)

    @api.model
    def _decide(self, cases):
        plans = {}
        for company, of_company in cases.grouped("company_id").items():
            of_company = of_company.with_company(company)
            today = company._dunning_today()
            books = of_company._collect(company, today, of_company.partner_id)[1]
            drafts = of_company._search_drafts()
            plans |= of_company._decide(
                today, is_bank_fresh=True, ignored=drafts, books=books
            )
        return plans

    @api.model
    def _prepare_line(self, case, plan, can_repeat, drafts):
        step = self._get_step(case, plan, can_repeat)
        values = {"case_id": case.id, "contact_id": case._get_contact().id}
        if not step:
            reason = self._get_refusal(case, plan, can_repeat)
            label = case._get_reason_labels()[reason]
            return values | {"state": "refused", "reason": label}
        level = self.env["dunning.level"].browse(step.rung.key)
        drafts = drafts.filtered(lambda one: one.level_id == level)
        contact = self._find_contact(case, step, plan, level, drafts)
        items = [*step.deliver, *step.listed]
        taken_out = drafts.left_out_ids.ids
        return values | {
            "contact_id": contact.id,
            "found_id": contact.id,
            "copy_ids": drafts.copy_ids.ids,
            "kind": step.kind,
            "level_id": level.id,
            **{
                box: level[f"channel_{name}"]
                for name, box in self._get_use_fields().items()
            },
            "case_line_ids": [key for key in items if key not in taken_out],
            "offered_ids": items,
            "lang": case._get_lang(contact),
            "leaves_at": case.company_id._dunning_sending_time(
                case.company_id._dunning_today()
            ),
        }

    @api.model
    def _find_contact(self, case, step, plan, level, drafts):
        """Return who gets the message: whom a user chose for the proposal, else who is
        found for the first of its channels."""
        chosen = drafts.filtered("is_contact_chosen").contact_id[:1]
        if chosen:
            return chosen
        channel = next(iter(level._get_channels()), None)
        actions = self.env["dunning.action"]
        return actions._find_step_recipient(case, step, plan, channel)

    @api.model
    def _get_step(self, case, plan, can_repeat):
        """Return the engine's step; else, for one debtor, the last message again.

        A message repeated by hand names what is late and moves no item; none of it is
        asked for more softly than before.
        """
        if plan.contact and plan.contact.kind == "rung":
            return plan.contact
        if not can_repeat or plan.decision.reason not in REPEATABLE:
            return None
        if self._get_wait(case, plan):
            return None
        today = case.company_id._dunning_today()
        return core.repeat(case.ladder_id._to_core(), plan.facts, today)

    @api.model
    def _get_refusal(self, case, plan, can_repeat):
        """Return why nothing may leave; of two reasons to wait, the stronger one."""
        reason = plan.decision.reason or core.NOTHING_LATE
        wait = self._get_wait(case, plan) if reason in REPEATABLE else None
        return wait.reason if wait and can_repeat else reason

    @api.model
    def _get_wait(self, case, plan):
        today = case.company_id._dunning_today()
        return core.reason_to_wait(case.ladder_id._to_core(), plan.facts, today)
