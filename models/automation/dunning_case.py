import logging

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

_logger = logging.getLogger(__name__)


class DunningCase(models.Model):
    """What Odoo's automation rules and server actions need to know of a case."""

    _inherit = "dunning.case"

    silent_since = fields.Date(
        "No answer since",
        compute="_compute_silent_since",
        search="_search_silent_since",
        help="The first contact that was delivered after the debtor's last answer: a "
        "message, a call that reached him or a payment. Empty while nothing is "
        "unanswered.",
    )

    @api.depends("action_ids.delivered_on", "action_ids.state")
    def _compute_silent_since(self):
        rows = {}
        if real := self._origin.browse(self._origin.ids):
            query = real._as_query(ordered=False)
            column = self._field_to_sql(self._table, "silent_since", query)
            selected = query.select(SQL.identifier(self._table, "id"), column)
            rows = dict(self.env.execute_query(selected))
        for case in self:
            case.silent_since = rows.get(case._origin.id)

    @api.model
    def _search_silent_since(self, operator, value):
        return self._search_live("silent_since", operator, value)

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "silent_since":
            return super()._field_to_sql(alias, field_expr, query)
        self.env["dunning.action"].flush_model()
        self.env["mail.message"].flush_model()
        self.env["account.move.line"].flush_model(["balance", "parent_state", "date"])
        return SQL(
            """(SELECT min(contact.delivered_on) FROM dunning_action contact
                 WHERE contact.case_id = %(case)s AND contact.state = 'done'
                   AND contact.channel != 'decision' AND contact.kind != 'courtesy'
                   AND contact.delivered_on > GREATEST(
                       %(message)s, %(money)s, %(talk)s, '1900-01-01'))""",
            case=SQL.identifier(alias, "id"),
            message=self._sql_last_message(alias),
            money=self._sql_last_money(alias),
            talk=self._sql_last_talk(alias),
        )

    def _sql_last_message(self, alias):
        """The day on which the debtor last wrote, on his case or to his record."""
        return SQL(
            """(SELECT max(message.date)::date FROM mail_message message
             LEFT JOIN res_partner author ON author.id = message.author_id
                 WHERE ((message.model = 'dunning.case' AND message.res_id = %(case)s)
                    OR (message.model = 'res.partner' AND message.res_id = %(partner)s))
                   AND (message.message_type = 'email'
                        OR message.message_type = 'comment'
                           AND author.partner_share))""",
            case=SQL.identifier(alias, "id"),
            partner=SQL.identifier(
                alias, "partner_id", to_flush=self._fields["partner_id"]
            ),
        )

    def _sql_last_talk(self, alias):
        """The day on which somebody last spoke with the debtor."""
        return SQL(
            """(SELECT max(talk.delivered_on) FROM dunning_action talk
                 WHERE talk.case_id = %s AND talk.outcome = 'reached')""",
            SQL.identifier(alias, "id"),
        )

    def _sql_last_money(self, alias):
        """The day on which a payment or credit of the debtor was last booked."""
        return SQL(
            """(SELECT max(item.date) FROM account_move_line item
                  JOIN account_account account ON account.id = item.account_id
                   AND account.account_type = 'asset_receivable'
                 WHERE item.partner_id = %(partner)s AND item.company_id = %(company)s
                   AND item.parent_state = 'posted' AND item.balance < 0)""",
            partner=SQL.identifier(alias, "partner_id"),
            company=SQL.identifier(
                alias, "company_id", to_flush=self._fields["company_id"]
            ),
        )

    # What rules do

    def _plan_silence_task(self):
        """Ask the manager of who is in charge about debtors who do not answer."""
        for case in self:
            lang = case.manager_id.lang or case.company_id.partner_id.lang
            case = case.with_context(lang=lang).with_company(case.company_id)
            amount = format_amount(
                case.env, case.amount_overdue, case.company_id.currency_id
            )
            case._plan_task(
                case.env._("No answer: take over?"),
                case.env._(
                    "%(amount)s overdue, and neither a payment nor a word from "
                    "%(debtor)s since our contact of %(date)s.",
                    amount=amount,
                    debtor=case.partner_id.display_name,
                    date=format_date(case.env, case.silent_since),
                ),
                case.manager_id,
            )

    def _note_rule_error(self, error, name=""):
        """Note on the case that a rule or server action failed: nothing else stops."""
        self.ensure_one()
        _logger.warning("Automation failed on dunning case %s: %s", self.id, error)
        self._message_log(
            body=self.env._(
                "An automation rule failed here and was left out: %(error)s",
                error=f"{name}: {error}" if name else str(error),
            )
        )
