"""Known money in the cases: what it is for, what it keeps back, who looks at it."""

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount, format_date, plaintext2html

from ...tools import known_money as core
from ...tools import ladder as ladder_core
from ..books.known_money import BANK_LINE_DAYS
from .hints import MOST_NAMED, Hint

NO_MONEY = core.Allocation()


class DebtorMoney(NamedTuple):
    """The known money of one debtor in one company: every row of it, hints as well,
    and what it is for (see ``tools/known_money.py``)."""

    rows: tuple = ()
    allocation: core.Allocation = NO_MONEY

    def count_unmatched(self, accepted):
        """Return what somebody should match before anything formal leaves.

        :param accepted: keys of the money in spite of which a manager goes on
        """
        allocation = self.allocation
        accepted = {
            money.key for money in allocation.moneys if name_of(money) in accepted
        }
        sums = dict(allocation.left)
        for part in allocation.parts:
            sums[part.money.key] = sums.get(part.money.key, 0) + part.amount
        open_sums = (amount for key, amount in sums.items() if key not in accepted)
        return sum(open_sums, Decimal(0))

    def to_rows(self, items, is_asking=True):
        """Return what a message about items deducts, as it is frozen in it.

        :param items: the :class:`OpenItem` of the message
        :param is_asking: false for a courtesy, which deducts only what names its items
        :rtype: list[dict]
        """
        of_items = {item.line_id: item for item in items}
        parts = [part for part in self.allocation.parts if part.item in of_items]
        if is_asking and self.allocation.left:
            parts += self.allocation.spread(item.to_asked() for item in items)
        sums = defaultdict(Decimal)
        for part in parts:
            sums[part.money.key, of_items[part.item].currency_id] += part.item_amount
        known = {row.key: row for row in self.rows}
        return [
            {
                "key": name_of(known[key]),
                "source": known[key].source,
                "name": known[key].name or "",
                "day": known[key].day.isoformat(),
                "currency_id": currency_id,
                # Alike whatever the digits that the database keeps of it.
                "amount": format(amount.normalize(), "f"),
            }
            for (key, currency_id), amount in sums.items()
        ]


def name_of(money):
    """Return the key of money as text: a column keeps it so."""
    source, number = money.key
    return f"{source}:{number}"


class DunningCase(models.Model):
    """What is known of a debtor's money and not matched yet (design, rule 7)."""

    _inherit = "dunning.case"

    accepted_money = fields.Json(
        readonly=True,
        copy=False,
        help="The money in spite of which a credit manager goes on.",
    )
    known_money_text = fields.Html(
        "Known money",
        compute="_compute_why",
        sanitize=False,
        help="Money of the customer that is there, or on its way, and not matched with "
        "his invoices yet: it is not asked for again.",
    )
    has_known_money = fields.Boolean(compute="_compute_why")

    # What it is for

    def _read_known_money(self, company, items, date):
        """Map ids of debtors to their known money, given out to their open items.

        :param items: ``{move line id: OpenItem}`` of these cases
        :rtype: dict[int, DebtorMoney]
        """
        found = self.env["account.move.line"]._read_dunning_money(
            company, self.partner_id, date
        )
        return self._give_out(found, items)

    @api.model
    def _give_out(self, found, items):
        """Give the money of debtors out to their items.

        :param found: ``{debtor id: [KnownMoney]}``
        """
        if not found:
            return {}
        of_debtor = defaultdict(list)
        for item in items.values():
            if item.partner_id in found:
                of_debtor[item.partner_id].append(item.to_open())
        return {
            debtor_id: DebtorMoney(
                tuple(rows),
                core.allocate(
                    of_debtor[debtor_id],
                    (row.to_core() for row in rows if row.counts),
                ),
            )
            for debtor_id, rows in found.items()
        }

    @api.model
    def _announce_money(self, money, items):
        """Return the items with the known money that is for each.

        :param money: ``{debtor id: DebtorMoney}``
        """
        marked = {
            line_id: items[line_id].announce(amount)
            for of_debtor in money.values()
            for line_id, amount in of_debtor.allocation.by_item().items()
        }
        return items | marked

    def _find_announced(self):
        """Return the ids of the journal items that known money covers today."""
        announced = set()
        for company, cases in self.sudo().grouped("company_id").items():
            if not company:
                continue  # a line that is not saved yet
            date = company._dunning_today()
            found = self.env["account.move.line"]._read_dunning_money(
                company, cases.partner_id, date
            )
            if not found:
                continue
            paying = cases.filtered(
                lambda case, found=found: case.partner_id.id in found
            )
            items, lines = paying._read_books(company, date)
            items = paying._keep_back(items, lines, date).items
            marked = self._announce_money(self._give_out(found, items), items)
            announced |= {
                key for key, item in marked.items() if item.hold == core.ANNOUNCED
            }
        return announced

    # What a person sees of it

    def _render_known_money(self, plan):
        """Return the list of the money as a table, the oldest first: from where it
        comes, and for which items it is.

        :param CasePlan plan: what was just read and decided
        """
        self.ensure_one()
        numbers = {item.line_id: item.name for item in plan.items.values()}
        named = defaultdict(list)
        for part in plan.money.allocation.parts:
            named[part.money.key].append(numbers.get(part.item, ""))
        labels = self._get_money_labels()
        accepted = self.accepted_money or ()
        shown = [
            {
                "day": format_date(self.env, row.day),
                "label": labels[row.source],
                "name": row.name or "",
                "amount": format_amount(
                    self.env,
                    float(row.currency_amount),
                    self.env["res.currency"].browse(row.currency_id),
                ),
                "state": self._describe_money(row, name_of(row) in accepted),
                "counts": row.counts,
                "link": f"/mail/view?model={row.model}&res_id={row.record_id}",
                "items": ", ".join(named[row.key][:MOST_NAMED]),
            }
            for row in plan.money.rows
        ]
        values = {"rows": shown}
        return self.env["ir.qweb"]._render("account_dunning.known_money", values)

    @api.model
    def _describe_money(self, row, is_accepted):
        """Return in words what a row of money does."""
        if row.is_over:
            return self.env._("not waited for any more")
        if row.is_hint:
            return self.env._("only announced, or given up: it does not count")
        if is_accepted:
            return self.env._("a manager goes on in spite of it")
        return ""

    @api.model
    def _get_money_labels(self):
        """Map each source of money to words a collector uses."""
        return {
            core.CREDIT_NOTE: self.env._("Credit note"),
            core.CREDIT: self.env._("Entry in his favour"),
            core.PAID: self.env._("Payment, not matched"),
            core.PAYMENT: self.env._("Payment, not posted"),
            core.BANK: self.env._("Bank line, not matched"),
            core.ONLINE: self.env._("Online payment"),
        }

    # Who matches it, and who goes on in spite of it

    def action_match_money(self):
        """Open what the host has to match the money with: the oldest invoice with its
        outstanding credits, else the payments, the bank lines, the online payments."""
        self.ensure_one()
        company, debtor = self.company_id, self.partner_id
        rows = self.env["account.move.line"]._read_dunning_money(company, debtor)
        by_source = defaultdict(list)
        for row in rows.get(debtor.id, ()):
            by_source[row.source].append(row.id)
        if by_source.keys() & set(core.IN_BOOKS) and self.line_ids:
            return self._open_records(
                self.env._("Match the credits"), self.line_ids.move_id[:1]
            )
        for source, model in (
            (core.PAYMENT, "account.payment"),
            (core.BANK, "account.bank.statement.line"),
            (core.ONLINE, "payment.transaction"),
        ):
            if ids := by_source.get(source):
                labels = self._get_money_labels()
                return self._open_records(labels[source], self.env[model].browse(ids))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%(debtor)s: there is no money to match any more.",
                    debtor=debtor.display_name,
                ),
            },
        }

    @api.model
    def _open_records(self, name, records):
        """Return the window on records of the host, with the rights of the user."""
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": records._name,
            "view_mode": "list,form",
            "domain": [("id", "in", records.ids)],
        }
        if len(records) == 1 and records._name == "account.move":
            return action | {"view_mode": "form", "res_id": records.id}
        return action

    def _must_match_first(self):
        """Return the cases of which money is to be matched before anything formal
        leaves, or anything beside the principal is claimed."""
        found = self.browse()
        for company, cases in self.grouped("company_id").items():
            plans = cases._decide(company._dunning_today(), is_bank_fresh=True)
            for case, plan in plans.items():
                ladder = case.ladder_id._to_core()
                if plan.facts and ladder_core.must_match_first(ladder, plan.facts):
                    found |= case
        return found

    def _check_money_is_matched(self, what):
        """Refuse what is formal while money of the debtor waits to be matched.

        :param what: what somebody wants to do, in words
        :raises UserError: with the way to mend it
        """
        for case in self._must_match_first():
            raise UserError(
                self.env._(
                    "%(what)s: money of %(debtor)s is there and not matched with his "
                    "invoices. Match it first (“Match the money” on his case), or let "
                    "a credit manager go on with a reason.",
                    what=what,
                    debtor=case.partner_id.display_name,
                )
            )

    def action_go_on(self):
        """Open the window in which a credit manager goes on in spite of the money."""
        return self.env["dunning.known.money"]._open_for(self)

    def _is_online_awaited(self):
        """Tell whether an online payment that may never come is waited for."""
        self.ensure_one()
        found = self.env["account.move.line"]._read_dunning_money(
            self.company_id, self.partner_id
        )
        return any(
            row.source == core.ONLINE and row.is_waiting and row.counts
            for row in found.get(self.partner_id.id, ())
        )

    def _accept_money(self, reason, is_void=False):
        """Go on in spite of the money that is known now, or stop waiting for online
        payments; the reason is told in the history of the case.

        :param is_void: the online payments do not come any more
        :raises AccessError: for who is no credit manager
        """
        if not self.env.user.has_group("account_dunning.group_dunning_manager"):
            raise AccessError(
                self.env._(
                    "Only a credit manager goes on while money waits to be matched."
                )
            )
        self.check_access("write")
        for case in self:
            rows = self.env["account.move.line"]._read_dunning_money(
                case.company_id, case.partner_id
            )
            rows = [row for row in rows.get(case.partner_id.id, ()) if row.counts]
            if is_void:
                rows = [r for r in rows if r.source == core.ONLINE and r.is_waiting]
                online = self.env["payment.transaction"].sudo()  # the engine's own
                online.browse(row.id for row in rows).dunning_void_reason = reason
            else:
                accepted = {*(case.accepted_money or ()), *map(name_of, rows)}
                case._write_facts({"accepted_money": sorted(accepted)})
            case._log_accepted(rows, reason, is_void)

    def _log_accepted(self, rows, reason, is_void):
        text = (
            self.env._("Not waited for any more. Reason: %(reason)s", reason=reason)
            if is_void
            else self.env._(
                "Goes on although money is not matched. Reason: %(reason)s",
                reason=reason,
            )
        )
        self._message_log(body=plaintext2html(f"{text}\n{self._list_money(rows)}"))

    # Who looks at it

    @api.model
    def _ask_to_match(self, plans, date):
        """Ask the collectors to look at money that nobody has matched: a draft or
        online payment that does not count any more, a bank line of some working days.

        :param plans: ``{case: CasePlan}``
        """
        stale, last_days = {}, {}
        for case, plan in plans.items():
            for row in plan.money.rows:
                if row.source == core.BANK and row.day not in last_days:
                    last_days[row.day] = case.company_id._dunning_add_working_days(
                        row.day, BANK_LINE_DAYS
                    )
                is_old = row.source == core.BANK and last_days[row.day] < date
                if is_old or row.is_over:
                    stale.setdefault(case, []).append(row)
        if not stale:
            return
        summary = self.env._("Match the customer's money")
        self._plan_tasks(
            [
                (case, summary, case._list_money(rows), None)
                for case, rows in stale.items()
            ]
        )

    def _list_money(self, rows):
        """Return money as plain text, one a line."""
        labels = self._get_money_labels()
        return "\n".join(
            f"{format_date(self.env, row.day)}  {labels[row.source]} {row.name or ''}: "
            f"{self.company_id.currency_id.format(float(row.amount))}"
            for row in rows
        )

    def _iter_hints(self, day):
        """A bank line of nobody, or of somebody else, brings exactly what an invoice
        asks that it quotes."""
        yield from super()._iter_hints(day)
        company = self.env.company
        items, _lines = self._read_books(company, day)
        found = self.env["account.move.line"]._find_dunning_nameless_money(
            company, list(items.values())
        )
        of_debtor = {case.partner_id.id: case for case in self}
        for item in items.values():
            if line := found.get(item.line_id):
                amount = format_amount(self.env, line.amount, line.currency_id)
                text = self.env._(
                    "A bank line without a customer brings %(amount)s and quotes "
                    "%(invoice)s: name the customer, or match it.",
                    amount=amount,
                    invoice=item.name,
                )
                if line.partner_id:
                    text = self.env._(
                        "A bank line of %(payer)s brings %(amount)s and quotes "
                        "%(invoice)s: was it meant for this customer? Then match it.",
                        payer=line.partner_id.display_name,
                        amount=amount,
                        invoice=item.name,
                    )
                yield of_debtor[item.partner_id], Hint(text, line.move_id.sudo(False))
