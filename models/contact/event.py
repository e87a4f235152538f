from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import email_normalize_all

from ...tools.channels import OUTSIDE_LADDER


class Event(NamedTuple):
    """What happened to something in a case, and the contact that tells the debtor so.

    ``name`` says what happened ("promise.broken"), ``source`` to which record, and
    ``row_id`` to which part of it (an instalment): it is told once. ``lines`` are the
    case lines that the text lists; ``kind`` is ``commitment`` or ``thanks``.
    """

    name: str
    source: models.BaseModel
    template: models.BaseModel
    lines: models.BaseModel
    kind: str = "commitment"
    row_id: int = 0

    @property
    def case(self):
        return self.source.case_id

    @property
    def key(self):
        return self.name, self.source._name, self.source.id, self.row_id


class DunningAction(models.Model):
    """Contacts outside the ladder, about what was agreed upon or contested.

    They leave at once, whatever the contact gap, and no rung speaks on the same day.
    Who sends one gives it as an :class:`Event` to ``_announce`` and says in
    ``_get_event_outdated_reason`` when it must not leave any more.
    """

    _inherit = "dunning.action"

    event = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="What it tells the debtor, for example “promise.broken”; it is told once.",
    )
    event_model = fields.Char("About a record of", readonly=True)
    event_res_id = fields.Many2oneReference(
        "About", model_field="event_model", readonly=True
    )
    event_row_id = fields.Integer(
        "About the part", readonly=True, help="The instalment that it is about."
    )
    template_id = fields.Many2one(
        "mail.template",
        "Text outside the ladder",
        readonly=True,
        ondelete="restrict",
        help="The text of a contact that belongs to no level.",
    )
    _event_once = models.UniqueIndex(
        "(event, COALESCE(event_model, ''), COALESCE(event_res_id, 0), "
        "COALESCE(event_row_id, 0)) WHERE event IS NOT NULL AND state != 'cancelled'",
        "The debtor was already told about this.",
    )

    @api.model
    def _announce(self, events, day=None):
        """Tell debtors what happened, at once, each event a single time.

        By e-mail, by letter where there is no valid address.

        :param events: list of :class:`Event`, of one company
        :param day: the day to stamp; the company's today when None
        :return: the contacts
        """
        if not events:
            return self.browse()
        told = self.search_fetch(
            [
                ("event", "in", [event.name for event in events]),
                ("event_res_id", "in", [event.source.id for event in events]),
                ("state", "!=", "cancelled"),
            ],
            ["event", "event_model", "event_res_id", "event_row_id"],
        )
        told = {
            (one.event, one.event_model, one.event_res_id, one.event_row_id)
            for one in told
        }
        events = [event for event in events if event.key not in told]
        cases = self.env["dunning.case"].union(*(event.case for event in events))
        values = []
        for company, of_company in cases.grouped("company_id").items():
            date = day or company._dunning_today()
            items, lines = of_company._read_books(company, date)
            items = of_company._keep_back(items, lines, date).items
            money = of_company._read_known_money(company, items, date)
            items = of_company._announce_money(money, items)
            values += [
                self._prepare_event(event, items, date, money)
                for event in events
                if event.case in of_company
            ]
        # What is told, and that it is told once, is the engine's to say.
        contacts = self.browse(self.sudo()._create_with_lines(values).ids)
        contacts._queue(day)
        return contacts

    @api.model
    def _prepare_event(self, event, items, date, money=None):
        """Return the values of the contact that tells an event.

        :param money: ``{debtor id: DebtorMoney}``
        """
        case = event.case
        of_debtor = (money or {}).get(case.partner_id.id)
        named = [
            items[line.move_line_id.id]
            for line in event.lines
            if line.move_line_id.id in items
        ]
        contact, channel = self._find_told(case, event.lines)
        return {
            "case_id": case.id,
            "partner_id": case.partner_id.id,
            "company_id": case.company_id.id,
            "kind": event.kind,
            "event": event.name,
            "event_model": event.source._name,
            "event_res_id": event.source.id,
            "event_row_id": event.row_id,
            "template_id": event.template.id,
            "channel": channel,
            "date": date,
            "contact_id": contact.id,
            "line_ids": [
                items[line.move_line_id.id].to_action_line(line.id, None, date)
                for line in event.lines.sorted(lambda line: (line.date_due, line.id))
                if line.move_line_id.id in items
            ],
            "known_money": of_debtor.to_rows(named) if of_debtor else False,
        }

    @api.model
    def _find_told(self, case, lines):
        """Return who is told about items of a case outside the ladder, and by which
        channel: a letter where there is no valid e-mail address."""
        billed = lines._get_billed() or None
        contact = case._get_contact("email", billed)
        if email_normalize_all(contact.email):
            return contact, "email"
        return case._get_contact("letter", billed), "letter"

    def _get_event_source(self):
        """Return the record that a contact outside the ladder is about, empty once it
        was deleted; None for a contact about nothing of ours."""
        self.ensure_one()
        if self.event_model not in self.env:
            return None
        # Who may see the contact may read what it is about.
        return self.env[self.event_model].browse(self.event_res_id).exists()

    def _is_outside_ladder(self):
        self.ensure_one()
        return self.kind in OUTSIDE_LADDER

    def _get_template(self):
        """Return the mail template that holds the text, if it is written."""
        self.ensure_one()
        return self.template_id or self.level_id._get_template(self.channel)

    def _get_event_outdated_reason(self):
        """Return why a contact outside the ladder must not leave any more, in words;
        empty when it may. Whoever announces events extends it."""
        source = self._get_event_source()
        if source is None or source:
            return ""
        return self.env._("What it is about was deleted.")

    def _follow_event(self):
        """Tell whether a contact about a commitment may still leave; drop it if not."""
        self.ensure_one()
        reason = self._get_event_outdated_reason()
        if reason:
            self._drop(reason)
        return not reason
