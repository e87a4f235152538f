from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import email_normalize

from ...tools.channels import OUTSIDE_LADDER


class Event(NamedTuple):
    """What happened to a commitment, and the contact that tells the debtor so.

    ``key`` names it for good ("promise.broken,12"): it is told once. ``lines`` are the
    case lines that the text lists; ``kind`` is ``commitment`` or ``thanks``.
    """

    key: str
    case: models.BaseModel
    template: models.BaseModel
    lines: models.BaseModel
    kind: str = "commitment"


class DunningAction(models.Model):
    """Contacts about promises, plans, offers and disputes, outside the ladder.

    They leave at once, whatever the contact gap, and no rung speaks on the same day.
    Who sends one gives it as an :class:`Event` to ``_announce`` and says in
    ``_get_event_outdated_reason`` when it must not leave any more.
    """

    _inherit = "dunning.action"

    event = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="What it tells the debtor about; each event is told once.",
    )
    template_id = fields.Many2one(
        "mail.template",
        "Text outside the ladder",
        readonly=True,
        ondelete="restrict",
        help="The text of a contact that belongs to no level.",
    )
    _event_once = models.UniqueIndex(
        "(event) WHERE event IS NOT NULL AND state != 'cancelled'",
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
        told = set(
            self.search(
                [
                    ("event", "in", [event.key for event in events]),
                    ("state", "!=", "cancelled"),
                ]
            ).mapped("event")
        )
        events = [event for event in events if event.key not in told]
        cases = self.env["dunning.case"].union(*(event.case for event in events))
        values = []
        for company, of_company in cases.grouped("company_id").items():
            date = day or company._dunning_today()
            items, lines = of_company._read_books(company, date)
            items = of_company._keep_back(items, lines, date).items
            values += [
                self._prepare_event(event, items, date)
                for event in events
                if event.case in of_company
            ]
        # What is told, and that it is told once, is the engine's to say.
        contacts = self.browse(self.sudo()._create_with_lines(values).ids)
        contacts._queue(day)
        return contacts

    @api.model
    def _prepare_event(self, event, items, date):
        """Return the values of the contact that tells an event."""
        case = event.case
        contact = case._get_contact()
        return {
            "case_id": case.id,
            "partner_id": case.partner_id.id,
            "company_id": case.company_id.id,
            "kind": event.kind,
            "event": event.key,
            "template_id": event.template.id,
            "channel": "email" if email_normalize(contact.email) else "letter",
            "date": date,
            "contact_id": contact.id,
            "line_ids": [
                items[line.move_line_id.id].to_action_line(line.id, None, date)
                for line in event.lines.sorted(lambda line: (line.date_due, line.id))
                if line.move_line_id.id in items
            ],
        }

    def _is_outside_ladder(self):
        self.ensure_one()
        return self.kind in OUTSIDE_LADDER

    def _get_template(self):
        """Return the mail template that holds the text, if it is written."""
        self.ensure_one()
        return self.template_id or self.level_id._get_template(self.channel)

    def _get_event_outdated_reason(self):
        """Return why a contact about a commitment must not leave any more, in words;
        empty when it may. Each kind of commitment extends it."""
        self.ensure_one()
        return ""

    def _follow_event(self):
        """Tell whether a contact about a commitment may still leave; drop it if not."""
        self.ensure_one()
        reason = self._get_event_outdated_reason()
        if reason:
            self._drop(reason)
        return not reason
