from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

#: Life-cycle codes of an e-invoice (AFNOR XP Z12-012, French reform).
CODES = [
    ("200", "200 Deposited"),
    ("201", "201 Issued"),
    ("202", "202 Received"),
    ("203", "203 Made available"),
    ("204", "204 Taken in charge"),
    ("205", "205 Approved"),
    ("206", "206 Approved in part"),
    ("207", "207 In dispute"),
    ("208", "208 Suspended"),
    ("209", "209 Completed"),
    ("210", "210 Refused"),
    ("211", "211 Payment sent"),
    ("212", "212 Paid"),
    ("213", "213 Rejected"),
    ("501", "501 Inadmissible"),
    ("other", "Another status"),
]
#: A status that we do not know: it is recorded with its own number.
OTHER = "other"
#: Every status of the norm, and of the platforms beside it, is a number of so many
#: digits.
CODE_LENGTH = 3
#: Codes that contest the invoice, and the reason they give when nobody says another.
CONTESTING = {"206": "LIT", "207": "LIT", "208": "BCM", "210": "LIT"}
#: The customer has not got the invoice (501: the same, said by some platforms).
NOT_DELIVERED = ("213", "501")
#: The customer has got it: what was to be sent again has arrived.
DELIVERED = ("202", "203", "204", "205")
ANNOUNCED = "211"
#: Working days in which an announced payment arrives.
DAYS_TO_ARRIVE = 5
#: Until it is sent again; the longest a hold may last.
DAYS_TO_SEND_AGAIN = 366


class DunningEinvoiceStatus(models.Model):
    """A status that an e-invoicing platform has given to an invoice.

    Written by ``account.move.dunning_set_einvoice_status`` only. Every status is kept;
    a few of them act on dunning, and the record says what they did.
    """

    _name = "dunning.einvoice.status"
    _description = "E-invoicing Status"
    _inherit = ["dunning.guarded"]
    _order = "date desc, id desc"
    _rec_name = "code"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Debtor", store=True
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    code = fields.Selection(CODES, "Status", required=True, readonly=True)
    platform_code = fields.Char(
        "Number",
        readonly=True,
        help="Of another status: as the platform numbers it. It changes nothing.",
    )
    date = fields.Date(required=True, readonly=True, help="As the platform dates it.")
    reason = fields.Char(readonly=True, help="As the platform gives it.")
    amount = fields.Monetary("Contested", readonly=True)
    effect = fields.Char(
        "What it did", readonly=True, help="Empty: it is recorded and changes nothing."
    )
    dispute_id = fields.Many2one(
        "dunning.dispute", readonly=True, ondelete="set null", index="btree_not_null"
    )
    hold_id = fields.Many2one(
        "dunning.hold", readonly=True, ondelete="set null", index="btree_not_null"
    )

    @api.model
    def _check_code(self, code):
        """Return the values of a status by its number; one that we do not know, as
        platforms add them, is another status.

        :raises UserError: when it is no number of a status
        """
        code = str(code or "").strip()
        if code in dict(CODES) and code != OTHER:
            return {"code": code}
        if len(code) == CODE_LENGTH and code.isascii() and code.isdigit():
            return {"code": OTHER, "platform_code": code}
        raise UserError(
            self.env._(
                "“%(code)s” is no status of the French e-invoicing reform: a number "
                "such as %(codes)s is expected.",
                code=code,
                codes=", ".join(known for known, _label in CODES if known != OTHER),
            )
        )

    def _act(self):
        """Let the status act on dunning, once, and note what it did."""
        self.ensure_one()
        if self.code in CONTESTING:
            self._write_facts({"effect": self._contest()})
        elif self.code == ANNOUNCED:
            self._write_facts({"effect": self._wait_for_payment()})
        elif self.code in NOT_DELIVERED:
            self._write_facts({"effect": self._ask_to_send_again()})
        elif self.code in DELIVERED:
            self._write_facts({"effect": self._note_delivery()})

    # Contested

    def _contest(self):
        """Open a dispute, or keep the one that is open."""
        disputes = self.env["dunning.dispute"]
        known = disputes.search(
            [("move_id", "=", self.move_id.id), ("state", "!=", "closed")], limit=1
        )
        if known:
            self._write_facts({"dispute_id": known.id})
            return self._add_to_dispute(known)
        if not self._get_lines():
            return self.env._("Nothing is open: no dispute.")
        reason = self._find_reason()
        self.dispute_id = disputes.create(
            {
                "move_id": self.move_id.id,
                "reason_id": reason.id,
                "amount": self._get_contested(),
                "note": self._describe(),
            }
        )
        return self.env._("Dispute opened: %(dispute)s.", dispute=self._name_dispute())

    def _add_to_dispute(self, dispute):
        """Say in an open dispute what the platform says now.

        What is contested follows the platform as long as only it has spoken.
        """
        body = plaintext2html(self._describe())
        dispute.message_post(body=body, subtype_xmlid="mail.mt_note")
        amount = self.amount or self.code == "210"
        is_undecided = dispute.state in ("open", "mediation")
        from_platform = self.search_count([("dispute_id", "=", dispute.id)]) > 1
        if amount and is_undecided and from_platform and self._get_contested():
            dispute.amount = self._get_contested()
        return self.env._("Dispute kept: %(dispute)s.", dispute=self._name_dispute())

    def _get_contested(self):
        """Return what is contested of what is still open."""
        left = self.move_id.amount_residual
        return min(self.amount or left, left)

    def _name_dispute(self):
        return self.dispute_id.display_name

    def _find_reason(self):
        """Return the reason that the platform's words name, else the usual one."""
        reasons = self.env["dunning.reason"]
        words = (self.reason or "").strip().upper()
        named = words and reasons.search([("code", "=", words[:3])], limit=1)
        usual = self.env.ref(
            f"account_dunning.dunning_reason_{CONTESTING[self.code].lower()}",
            raise_if_not_found=False,
        )
        return named or usual or reasons.search([], limit=1)

    def _describe(self):
        """Return the status in one line: code, day, reason."""
        label = dict(self._fields["code"]._description_selection(self.env))[self.code]
        return self.env._(
            "E-invoicing status %(status)s of %(date)s. %(reason)s",
            status=label,
            date=fields.Date.to_string(self.date),
            reason=self.reason or "",
        ).strip()

    # Waits

    def _get_lines(self):
        """Return the open items of the invoice in its case."""
        return self.move_id._dunning_open_at_once()

    def _wait_for_payment(self):
        """A payment was announced: wait for it to arrive."""
        company = self.company_id
        until = company._dunning_add_working_days(self.date, DAYS_TO_ARRIVE)
        if not until or until <= company._dunning_today():
            return self.env._("The payment should be there: nothing waits any more.")
        reason = self.env._("Payment announced (e-invoicing status 211)")
        return self._hold(until, reason)

    def _ask_to_send_again(self):
        """The customer has no invoice: wait until it is sent again."""
        until = self.company_id._dunning_today() + timedelta(days=DAYS_TO_SEND_AGAIN)
        reason = self.env._(
            "Not delivered (e-invoicing status %(code)s): send the invoice again",
            code=self.code,
        )
        effect = self._hold(until, reason)
        if self.hold_id:
            self.hold_id.case_id._plan_task(
                self.env._("Send %(invoice)s again", invoice=self.move_id.name),
                self._describe(),
            )
        return effect

    def _hold(self, until, reason):
        lines = self._get_lines()
        if not lines:
            return self.env._("Nothing is open: nothing to wait for.")
        running = self._find_holds(self.code)
        if running:
            self._write_facts({"hold_id": running[:1].id})
            if running[:1].date_until != until:
                running[:1].date_until = until
        else:
            self.hold_id = self.env["dunning.hold"].create(
                {
                    "case_id": lines.case_id[:1].id,
                    "line_ids": lines.ids,
                    "date_until": until,
                    "reason": reason,
                }
            )
        return reason

    def _find_holds(self, *codes):
        """Return the holds that such statuses have put on the invoice and that run."""
        statuses = self.search(
            [("move_id", "=", self.move_id.id), ("code", "in", codes)]
        )
        return statuses.hold_id.filtered(lambda hold: hold.state == "running")

    def _note_delivery(self):
        """The customer has the invoice now: nothing waits to be sent again."""
        waiting = self._find_holds(*NOT_DELIVERED)
        if not waiting:
            return False
        waiting.action_resume()
        summary = self.env._("Send %(invoice)s again", invoice=self.move_id.name)
        tasks = waiting.case_id.activity_ids.filtered(
            lambda activity: activity.summary == summary
        )
        tasks.action_feedback(feedback=self._describe())
        return self.env._("Delivered: the reminders go on.")
