from odoo import api, fields, models
from odoo.tools import plaintext2html

#: The states of open cases: of joined ones the last of these counts, because what was
#: handed over, or is on hold, must not be written to again by surprise.
CAUTION = ("open", "waiting", "handed_over")
#: Host models that hang on a case by name and number.
HANGING = (
    ("mail.message", "model"),
    ("mail.activity", "res_model"),
    ("ir.attachment", "res_model"),
)


class DunningCase(models.Model):
    """Join: two customers became one debtor, by a merge or by a new parent.

    One open case per debtor and company stays, the oldest, with all that was said and
    is still to do; the emptied ones are closed and tell where it went. Done as
    superuser: whoever merges customers need not know of dunning, nor be allowed in
    every company that has a case.
    """

    _inherit = "dunning.case"

    joined_case_id = fields.Many2one(
        "dunning.case",
        "Continued in",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The case that took over when two customers became one.",
    )

    @api.model
    def _join_debtors(self, partners, debtor):
        """Bring the open cases of partners into those of the debtor they belong to."""
        # The unique index counts what the database knows.
        self.env.flush_all()
        cases = self.sudo().search(
            [("partner_id", "in", (partners | debtor).ids), ("state", "!=", "closed")],
            order="id",
        )
        for company, of_company in cases.grouped("company_id").items():
            of_company.with_company(company)._join(debtor)

    def _join(self, debtor):
        """Keep the oldest of these open cases of one company, for the debtor."""
        survivor, others = self[:1], self[1:]
        if not others and survivor.partner_id == debtor:
            return
        note = survivor._describe_join(others, debtor)
        survivor._drop_foreign_proposals(others, debtor)
        former_lines = others.with_context(active_test=False).line_ids
        survivor._take_properties(others)
        others._close_joined(survivor)
        survivor._take_records(others)
        survivor._write_facts({"partner_id": debtor.id, "last_run_on": False})
        survivor._move_in(former_lines)
        survivor._message_log(body=plaintext2html(note))
        others._say_joined(survivor)
        if survivor.state != "open" and others:
            survivor._plan_task(survivor.env._("Two cases were joined"), note)

    def _describe_join(self, others, debtor):
        """Return what happened, for the chatter: who, which ladder counts now."""
        self.ensure_one()
        debtors = (self | others).partner_id - debtor
        sentences = [
            self.env._(
                "%(names)s now belongs to %(debtor)s: the case goes on for %(debtor)s.",
                names=", ".join(debtors.mapped("display_name")),
                debtor=debtor.display_name,
            )
        ]
        for other in others:
            sentences.append(
                self.env._(
                    "The case of %(name)s (No. %(number)s) was joined with this one: "
                    "its items, contacts, messages and tasks are here.",
                    name=other.partner_id.display_name,
                    number=other.id,
                )
            )
            if self.ladder_id and other.ladder_id - self.ladder_id:
                sentences.append(
                    self.env._(
                        "It followed the ladder “%(old)s”; its items go on at the "
                        "matching level of “%(new)s”.",
                        old=other.ladder_id.name,
                        new=self.ladder_id.name,
                    )
                )
        return "\n".join(sentences)

    def _drop_foreign_proposals(self, others, debtor):
        """Drop what was prepared for another debtor; the next run decides afresh."""
        drafts = (self | others).action_ids.filtered(lambda a: a.state == "proposed")
        kept = drafts.filtered(
            lambda action: (
                action.case_id == self
                and (self.partner_id == debtor or action.is_edited)
            )
        )
        kept.filtered("is_edited")._write_facts({"is_stale": True})
        (drafts - kept)._drop(self.env._("The case was joined with another one."))

    def _take_properties(self, others):
        """Fill what this case lacks, and keep the most cautious state of all."""
        values = {
            name: found.id
            for name in ("ladder_id", "user_id")
            if not self[name] and (found := others.mapped(name)[:1])
        }
        states = (self | others).mapped("state")
        values["state"] = max(states, key=CAUTION.index)
        self._write_facts(values)

    def _say_joined(self, survivor):
        for case in self:
            case._message_log(
                body=self.env._(
                    "Joined with the case of %(debtor)s (No. %(number)s), which goes "
                    "on with its history.",
                    debtor=survivor.partner_id.display_name,
                    number=survivor.id,
                )
            )

    def _close_joined(self, survivor):
        self._write_facts(
            {
                "state": "closed",
                "close_reason": "joined",
                "joined_case_id": survivor.id,
                "wait_reason": False,
                "failure": False,
            }
        )
        self.flush_recordset()

    def _take_records(self, others):
        """Take over whatever points to the other cases, of extensions too."""
        if not others:
            return
        for case in others:
            made_there = case.action_ids.filtered(lambda a: not a.origin_case_id)
            made_there._write_facts({"origin_case_id": case.id})
        self.env["dunning.action"].flush_model()
        for model, name in self._get_links():
            records = self.env[model].sudo().with_context(active_test=False)
            records.search([(name, "in", others.ids)]).write({name: self.id})
        for model, name in HANGING:
            records = self.env[model].sudo().with_context(active_test=False)
            records = records.search(
                [(name, "=", self._name), ("res_id", "in", others.ids)]
            )
            records.write({"res_id": self.id})
        self._take_scheduled_messages(others)
        self.message_subscribe(others.message_partner_ids.ids)
        self.env.invalidate_all()

    def _take_scheduled_messages(self, others):
        """Schedule for this case what a user has scheduled for another: the host lets
        nobody change where such a message goes."""
        messages = self.env["mail.scheduled.message"].sudo()
        domain = [("model", "=", self._name), ("res_id", "in", others.ids)]
        for message in messages.search(domain):
            # It leaves with the rights of whoever has written it.
            author = message.with_user(message.create_uid).sudo()
            scheduled = author.copy({"res_id": self.id})
            files = scheduled.attachment_ids.filtered(
                lambda file: file.res_model == messages._name
            )
            files.write({"res_id": scheduled.id})
            message.unlink()

    @api.model
    def _get_links(self):
        """Return (model, field) of the stored links to a case, but those between cases
        that say which one goes on."""
        return [
            (model._name, field.name)
            for model in self.env.values()
            if model._auto and not model._abstract
            for field in model._fields.values()
            if field.type == "many2one"
            and field.comodel_name == "dunning.case"
            and field.store
            and not field.related
            and field.name not in ("joined_case_id", "origin_case_id")
        ]

    def _move_in(self, lines):
        """Let the items that came in stand on the rungs of this case's ladder, once.

        An item that both cases followed keeps the line that stands highest.
        """
        self.ensure_one()
        if self.ladder_id:
            lines._stand_on_new_ladder()
        for of_item in self.line_ids.grouped("move_line_id").values():
            if of_item.move_line_id and len(of_item) > 1:
                ranked = of_item.sorted(
                    lambda line: (
                        line.level_id._rank() if line.level_id else (-1,),
                        line.id,
                    )
                )
                ranked[:-1]._write_facts({"active": False})
                heard = of_item.heard_level_id._find_strongest()
                ranked[-1:]._write_facts({"heard_level_id": heard.id})
        self.line_ids._refresh_next()
