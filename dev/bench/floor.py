"""Measure what the same work costs at least on this host: queries and plain ORM.

Nothing here decides anything: it selects and groups the items, and makes as many
records, notes and mails as a first run and its approval do (add-on ``bench_floor``).
"""

from odoo.fields import Command
from odoo.tools import SQL, format_amount, format_date
from odoo.tools.misc import split_every

from odoo.addons.account_dunning.demo.books import QUIET

BATCH_SIZE = 1000  # records created, written or noted at once
CALL_SIZE = 50  # mails made at once
MOST_MAILS, MOST_POSTS, MOST_LETTERS = 1000, 300, 50
LETTERS, LETTERS_A_CALL = "bench_floor.letters", 10
PRINT_DELAY = "report.print_delay"  # milliseconds
#: The open items, by the same conditions as the engine's.
ITEMS = """
  FROM account_move_line line JOIN account_account account
    ON account.id = line.account_id AND account.account_type = 'asset_receivable'
   AND NOT COALESCE(account.non_trade, FALSE)
 WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
   AND line.reconciled IS NOT TRUE AND line.amount_residual > 0
   AND line.partner_id IS NOT NULL AND line.date_maturity < %(today)s
   AND COALESCE(line.invoice_date, line.date) <= %(today)s"""
SELECTION = (
    "SELECT line.id, line.partner_id, %(today)s - line.date_maturity,"
    " line.amount_residual, line.amount_residual_currency, line.currency_id" + ITEMS
)
GROUPING = (
    "SELECT line.partner_id, line.currency_id, sum(line.amount_residual),"
    " max(%(today)s - line.date_maturity),"
    " array_agg(line.id ORDER BY line.date_maturity, line.id)"
    + ITEMS
    + " GROUP BY line.partner_id, line.currency_id ORDER BY line.partner_id"
)
MAIL_BODY = """<p>Dear <t t-out="object.partner_id.name"/>,</p>
<p>The invoices below are overdue:</p>
<table><tr t-foreach="object.item_ids" t-as="item"><td t-out="item.move_name"/>
<td t-out="format_date(item.date_maturity)"/>
<td t-out="format_amount(item.amount_residual, item.currency_id)"/></tr></table>
<p>Total: <t t-out="format_amount(object.amount, object.currency_id)"/></p>"""


class Floor:
    """Measures lower bounds on one environment."""

    def __init__(self, env, meter=None):
        self.env = env(context={**env.context, "mail_notify_force_send": False})
        self.meter = meter
        self.records = self.env["bench.reminder"]
        self.today = self.env.company._dunning_today()

    def _query(self, code):
        values = {"company": self.env.company.id, "today": self.today}
        return self.env.execute_query(SQL(code, **values))

    def group_items(self):
        """Return (partner, currency, amount, days, [items]) for each debtor."""
        return self._query(GROUPING)

    def measure_records(self):
        """Select, group, create, note and write as many records as a first run."""
        with self._stage("selection of the items", "item") as reading:
            reading.count = len(self._query(SELECTION))
        with self._stage("grouping of the items", "debtor") as reading:
            groups = self.group_items()
            reading.count = len(groups)
        linked = [self._prepare(group) for group in groups]
        frozen = [self._freeze(group) for group in groups]
        self._create("creation, plain with links", linked, "bench.reminder.plain")
        self._create("creation, thread with links", linked, "bench.reminder")
        self._create(
            "creation, quiet thread with frozen lines", frozen, "bench.reminder", QUIET
        )
        self.records = self._create(
            *("creation, quiet thread with links", linked, "bench.reminder", QUIET),
            is_kept=True,
        )
        self._note(self.records.partner_id)
        self._write()

    def _stage(self, stage, unit, count=0):
        return self.meter.stage(f"floor: {stage}", unit, count)

    def _prepare(self, group):
        partner, currency, amount, days, items = group
        return {
            "partner_id": partner,
            "currency_id": currency,
            "amount": amount,
            "days_overdue": days,
            "date": self.today,
            "item_ids": [Command.set(items)],
        }

    def _freeze(self, group):
        """Return the same record with a line for each item, as a message keeps them."""
        values = self._prepare(group)
        [(_command, _id, items)] = values.pop("item_ids")
        line = {"name": "FAC/2026/00001", "date_due": self.today, "amount": 1.0}
        line |= {"currency_id": group[1], "days_overdue": 1}
        values["line_ids"] = [
            Command.create({**line, "move_line_id": item}) for item in items
        ]
        return values

    def _create(self, stage, values, model, context=(), is_kept=False):
        made = self.env[model].with_context(**dict(context))
        with self._stage(stage, "record", len(values)):
            for chunk in split_every(BATCH_SIZE, values, list):
                made |= made.create(chunk)
        if not is_kept:
            made.unlink()
            self.env.cr.commit()
        return self.env[model].browse(made.ids if is_kept else ())

    def _note(self, partners):
        """Write a note in each chatter: in batches, then one by one."""
        text = "Payment reminder"
        with self._stage("note in batches", "note", len(partners)):
            for ids in split_every(BATCH_SIZE, partners.ids):
                batch = partners.browse(ids)
                batch._message_log_batch(bodies=dict.fromkeys(ids, text))
        some = partners[:MOST_POSTS]
        with self._stage("note one by one", "note", len(some)):
            for partner in some:
                partner.message_post(body=text, subtype_xmlid="mail.mt_note")

    def _write(self):
        with self._stage("tracked write", "record", len(self.records)):
            for ids in split_every(BATCH_SIZE, self.records.ids):
                self.records.browse(ids).write({"state": "sent"})

    def measure_mails(self):
        """Queue e-mails: from an editable template, and from a stored view."""
        reachable = self.records.filtered("partner_id.email")[:MOST_MAILS]
        template = self._make_template()
        with self._stage("mail by send_mail_batch", "mail", len(reachable)):
            for ids in split_every(CALL_SIZE, reachable.ids):
                template.send_mail_batch(list(ids), force_send=False)
        with self._stage("mail from a stored view", "mail", len(reachable)):
            for ids in split_every(CALL_SIZE, reachable.ids):
                self.env["mail.mail"].create(self._render(reachable.browse(ids)))

    def measure_letters(self):
        """Print letters in calls of 10, the PDF program waiting for nothing."""
        groups = self.group_items()[:MOST_LETTERS]
        records = self.records.with_context(**QUIET).create(
            [self._prepare(group) for group in groups]
        )
        settings = self.env["ir.config_parameter"]
        before = settings.get_param(PRINT_DELAY)
        settings.set_param(PRINT_DELAY, "0")
        report = self.env["ir.actions.report"]
        # Odoo makes the style sheets of a language when they are first asked for.
        for of_lang in records.grouped(lambda one: one.partner_id.lang).values():
            report._render_qweb_pdf(LETTERS, of_lang[0].ids)
        self.env.cr.commit()
        with self._stage("letters in calls of 10", "letter", len(records)):
            for ids in split_every(LETTERS_A_CALL, records.ids):
                report._render_qweb_pdf(LETTERS, list(ids))
        settings.set_param(PRINT_DELAY, before)
        records.unlink()
        self.env.cr.commit()

    def _make_template(self):
        return self.env["mail.template"].create(
            {
                "name": "Floor",
                "model_id": self.env["ir.model"]._get_id("bench.reminder"),
                "subject": "Reminder to {{ object.partner_id.name }}",
                "email_from": "accounts@bench.example.com",
                "partner_to": "{{ object.partner_id.id }}",
                "lang": "{{ object.partner_id.lang }}",
                "auto_delete": False,
                "body_html": MAIL_BODY,
            }
        )

    def _render(self, records):
        """Return the values of one mail for each record, in its language."""
        values = []
        for lang, of_lang in records.grouped(lambda one: one.partner_id.lang).items():
            env = self.env(context={**self.env.context, "lang": lang})
            for record in of_lang.with_env(env):
                body = env["ir.qweb"]._render(
                    "bench_floor.mail_body",
                    {
                        "object": record,
                        "format_date": lambda day, env=env: format_date(env, day),
                        "format_amount": lambda amount, currency, env=env: (
                            format_amount(env, amount, currency)
                        ),
                    },
                )
                values.append(
                    {
                        "subject": f"Reminder to {record.partner_id.name}",
                        "body_html": body,
                        "email_from": "accounts@bench.example.com",
                        "recipient_ids": [Command.link(record.partner_id.id)],
                        "model": record._name,
                        "res_id": record.id,
                        "auto_delete": False,
                    }
                )
        return values
