from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...tools import postal
from ...tools.channels import POSTED

#: What is known of a letter at the post; each change is told in the case's chatter.
TRACKED = (
    "tracking_number",
    "deposit_date",
    "presentation_date",
    "receipt_date",
    "return_reason",
    "proof_ids",
)


class DunningAction(models.Model):
    """A registered letter at the post: its number, its days, its proofs.

    Delivered is deposited (design, rule 1): what comes later is written beside the
    frozen letter. One that comes back unclaimed or refused stays delivered: a formal
    notice that was sent is valid although nobody took it (Cass. 1re civ., 20 January
    2021, no. 19-20.680).
    """

    _name = "dunning.action"
    _inherit = ["dunning.action", "dunning.proof"]

    tracking_number = fields.Char(
        "Tracking number",
        copy=False,
        index="btree_not_null",
        help="The number of the registered letter, as on its label. White space is "
        "left out; each number is used once.",
        entry="over",
    )
    deposit_id = fields.Many2one(
        "dunning.deposit",
        copy=False,
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        check_company=True,
        help="With which letters it was brought to the post office.",
        entry="open",
    )
    deposit_date = fields.Date(
        "Deposited on",
        copy=False,
        readonly=True,
        help="The day it was handed in at the post office: from this day on the letter "
        "counts as delivered.",
    )
    presentation_date = fields.Date(
        "Presented on",
        copy=False,
        help="The day the postman first came to the debtor's address with it.",
        entry="over",
    )
    receipt_date = fields.Date(
        "Received on",
        copy=False,
        help="The day the debtor signed for it, as on the acknowledgement of receipt.",
        entry="over",
    )
    return_reason = fields.Selection(
        [
            (postal.UNCLAIMED, "Not collected"),
            (postal.REFUSED, "Refused"),
            (postal.UNKNOWN, "Addressee unknown"),
        ],
        "Came back",
        copy=False,
        help="Why the letter came back. Not collected or refused, it counts "
        "nevertheless: it was sent to the right address. Addressee unknown: a task is "
        "planned to correct the address.",
        entry="over",
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        relation="dunning_action_proof_rel",
        column1="action_id",
        column2="attachment_id",
        string="Proofs",
        copy=False,
        help="Proof of deposit, acknowledgement of receipt, the envelope that came "
        "back. They can be added after delivery, and are kept.",
        entry="over",
    )
    deposit_proof_ids = fields.Many2many(
        related="deposit_id.proof_ids", string="Stamped deposit list"
    )
    postal_state = fields.Selection(
        [
            ("to_deposit", "To deposit"),
            ("awaited", "Receipt awaited"),
            ("received", "Received"),
            ("returned", "Came back"),
            ("failed", "Failed"),
        ],
        "At the post",
        compute="_compute_postal_state",
    )

    _one_number = models.UniqueIndex(
        "(company_id, tracking_number) "
        "WHERE tracking_number IS NOT NULL AND state != 'cancelled'",
        "Another registered letter has this tracking number: each letter has its own.",
    )

    @api.depends("channel", "state", "receipt_date", "return_reason")
    def _compute_postal_state(self):
        for action in self:
            if action.channel != "registered":
                action.postal_state = False
            elif action.state != "done":
                open_states = {"queued": "to_deposit", "failed": "failed"}
                action.postal_state = open_states.get(action.state, False)
            elif action.return_reason:
                action.postal_state = "returned"
            else:
                action.postal_state = "received" if action.receipt_date else "awaited"

    @api.constrains(*TRACKED)
    def _check_is_posted(self):
        for action in self:
            if action.channel not in POSTED and any(action[name] for name in TRACKED):
                raise ValidationError(
                    self.env._(
                        "“%(action)s” is no letter: it has no tracking number, no "
                        "receipt and no proof from the post.",
                        action=action.display_name,
                    )
                )

    @api.constrains("presentation_date", "receipt_date", "return_reason")
    def _check_postal_days(self):
        # The host checks as superuser, whoever writes: it is his day that is judged.
        for action in self.sudo(self.env.uid == SUPERUSER_ID):
            fault = action._find_postal_fault(
                action.presentation_date,
                action.receipt_date,
                bool(action.return_reason),
            )
            if fault:
                raise ValidationError(
                    self.env._(
                        "Registered letter to %(debtor)s: %(fault)s",
                        debtor=action.partner_id.display_name,
                        fault=fault,
                    )
                )

    @api.constrains("deposit_id")
    def _check_deposit(self):
        for action in self.filtered("deposit_id"):
            if action.channel != "registered" or action.deposit_id.state != "draft":
                raise ValidationError(
                    self.env._(
                        "“%(action)s” cannot be added to “%(deposit)s”: only "
                        "registered letters go there, until it is deposited.",
                        action=action.display_name,
                        deposit=action.deposit_id.display_name,
                    )
                )

    def _find_postal_fault(self, presentation, receipt, is_returned):
        """Return in words why these days cannot be right; empty when they can."""
        self.ensure_one()
        deposit = self.deposit_date or self.delivered_on
        deposit = deposit if self.state == "done" else None
        latest = self.company_id._dunning_latest_day(presentation, receipt)
        fault = postal.find_fault(deposit, presentation, receipt, latest, is_returned)
        return self._describe_postal_fault(fault) if fault else ""

    def _describe_postal_fault(self, fault):
        day = format_date(self.env, self.deposit_date) if self.deposit_date else ""
        return {
            postal.NOT_DEPOSITED: self.env._(
                "it has not been deposited yet: deposit it first."
            ),
            postal.PRESENTED_TOO_EARLY: self.env._(
                "it cannot be presented before its deposit on %(day)s.", day=day
            ),
            postal.RECEIVED_TOO_EARLY: self.env._(
                "it cannot be received before its deposit on %(day)s.", day=day
            ),
            postal.RECEIVED_UNPRESENTED: self.env._(
                "it cannot be received before it was presented."
            ),
            postal.IN_THE_FUTURE: self.env._("a day in the future cannot be right."),
            postal.RECEIVED_AND_RETURNED: self.env._(
                "a letter that came back was not received: keep one of the two."
            ),
        }[fault]

    # Numbers are used once

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._clean_postal(vals) for vals in vals_list]
        for vals in vals_list:
            if vals.get("tracking_number"):
                case = self.env["dunning.case"].browse(vals.get("case_id"))
                self._check_number_is_free(vals["tracking_number"], case.company_id)
        return super().create(vals_list)

    def write(self, vals):
        vals = self._clean_postal(vals)
        if vals.get("tracking_number"):
            self._check_number_is_free(vals["tracking_number"], self.company_id)
        if not any(name in vals for name in TRACKED):
            return super().write(vals)
        before = {action: action._get_postal_facts() for action in self}
        unknown = self.filtered(lambda one: one.return_reason == postal.UNKNOWN)
        result = super().write(vals)
        self._tell_postal_changes(before)
        if vals.get("return_reason") == postal.UNKNOWN:
            (self - unknown)._ask_for_address()
        return result

    @api.model
    def _clean_postal(self, vals):
        if "tracking_number" not in vals:
            return vals
        number = postal.clean_number(vals["tracking_number"] or "")
        if number and not postal.is_number(number):
            raise UserError(self._describe_bad_number(number))
        return vals | {"tracking_number": number or False}

    @api.model
    def _describe_bad_number(self, number):
        return self.env._(
            "“%(number)s” is no tracking number: it has letters and digits only, at "
            "most %(longest)s.",
            number=number[:60],
            longest=postal.LONGEST_NUMBER,
        )

    def _check_number_is_free(self, number, companies):
        """Refuse a number that another letter has, before the database does: it could
        not say whose it is."""
        taken = self._find_same_number(number, companies) or self[1:]
        if taken:
            raise UserError(self._describe_taken_number(number, taken[0]))

    def _find_same_number(self, number, companies):
        """Return another letter of the companies that has this number."""
        return self.env["dunning.action"].search(
            [
                ("company_id", "in", companies.ids),
                ("tracking_number", "=", number),
                ("state", "!=", "cancelled"),
                ("id", "not in", self._origin.ids),
            ],
            limit=1,
        )

    @api.model
    def _describe_taken_number(self, number, letter):
        return self.env._(
            "The tracking number %(number)s already belongs to the registered letter "
            "to %(debtor)s of %(day)s: each letter has its own.",
            number=number,
            debtor=letter.partner_id.display_name,
            day=format_date(self.env, letter.date),
        )

    # Deposited

    def _before_delivery(self, day):
        """Write on letters that are delivered now when they were deposited."""
        result = super()._before_delivery(day)
        registered = self.filtered(lambda action: action.channel == "registered")
        if registered:
            registered._write_facts({"deposit_date": day})
        return result

    # What the post did with a letter, told in the chatter of its case.

    def _get_postal_facts(self):
        """Return what is known of the letter, in words: {field name: text}."""
        self.ensure_one()
        facts = {}
        for name in TRACKED:
            field, value = self._fields[name], self[name]
            if field.type == "date":
                value = format_date(self.env, value) if value else ""
            elif field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value)
            elif field.type == "many2many":
                value = ", ".join(value.mapped("name"))
            facts[name] = value or ""
        return facts

    def _tell_postal_changes(self, before):
        """Write what has changed in the chatter of the cases, one note per case.

        :param before: ``{action: facts}`` of :meth:`_get_postal_facts`
        """
        labels = {
            name: self._fields[name]._description_string(self.env) for name in TRACKED
        }
        bodies = {}
        for action, old in before.items():
            new = action._get_postal_facts()
            changes = [name for name in TRACKED if old[name] != new[name]]
            if changes:
                note = action._describe_postal_changes(labels, old, new, changes)
                case_id = action.case_id.id
                bodies[case_id] = bodies.get(case_id, Markup("")) + note
        if bodies:
            self.env["dunning.case"].browse(list(bodies))._message_log_batch(bodies)

    def _describe_postal_changes(self, labels, old, new, changes):
        rows = Markup("").join(
            Markup("<li>%s</li>")
            % self.env._(
                "%(label)s: %(value)s",
                label=labels[name],
                value=" → ".join(filter(None, (old[name], new[name] or "–"))),
            )
            for name in changes
        )
        title = self.env._("At the post: %(level)s", level=self.level_id.name or "")
        return Markup("<p>%s</p><ul>%s</ul>") % (title, rows)

    def _ask_for_address(self):
        """Plan a task for letters that came back from an unknown address."""
        for action in self:
            action.case_id._plan_task(
                self.env._("Correct the address"),
                self.env._(
                    "The registered letter of %(day)s to %(contact)s came back: "
                    "addressee unknown. Find the right address, correct the contact, "
                    "then send the letter again.",
                    day=format_date(self.env, action.deposit_date),
                    contact=action.contact_id.display_name,
                ),
            )
