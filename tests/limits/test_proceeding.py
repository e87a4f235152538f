import base64
from datetime import date, timedelta
from io import BytesIO

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext, mute_logger
from odoo.tools.pdf import PdfFileReader

from ..common import DAY, DunningCommon
from .test_limitation import watch

JUDGMENT = DAY - timedelta(days=3)
#: A picture of one pixel.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9aw"
    "AAAABJRU5ErkJggg=="
)


class ProceedingCommon(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_fiscal_country_id = cls.env.ref("base.fr")
        cls.company.country_id = cls.env.ref("base.fr")
        cls.company.dunning_indemnity = 40
        cls.trustee = cls.env["res.partner"].create({"name": "Maître Leroy"})

    @classmethod
    def _enter(cls, user=None, **values):
        proceedings = cls.env["dunning.proceeding"].with_user(user or cls.collector)
        return proceedings.create(
            {
                "partner_id": cls.customer.id,
                "judgment_date": JUDGMENT,
                "company_id": cls.company.id,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestProceeding(ProceedingCommon):
    def test_contact_stops_for_earlier_items_and_later_ones_go_on(self):
        earlier = self._invoice(5, invoice_date=JUDGMENT - timedelta(days=1))
        later = self._invoice(5, invoice_date=JUDGMENT)
        self._enter()
        self._run()
        holds = {line.move_id: line.hold for line in self._case().line_ids}
        self.assertEqual(holds, {earlier: "insolvency", later: False})
        self.assertEqual(self._case().action_ids.line_ids.move_id, later)

    def test_the_day_of_performance_counts_before_that_of_the_invoice(self):
        invoice = self._invoice(5, invoice_date=JUDGMENT + timedelta(days=1))
        case = self.env["dunning.case"]._open_for(self.customer)
        self._enter()
        self.assertFalse(case.line_ids.hold)
        invoice.delivery_date = JUDGMENT - timedelta(days=1)
        case.line_ids.invalidate_recordset()
        self.assertEqual(case.line_ids.hold, "insolvency")

    def test_what_waits_to_leave_is_called_back_at_once(self):
        self._invoice(5)
        self._run()
        action = self._case().action_ids
        self.assertEqual(action.state, "queued")
        self._enter()
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(self._send_mails())

    def test_a_case_opens_and_says_why_nobody_is_reminded(self):
        self._invoice(5)
        self._enter()
        self._run()
        case = self._case()
        self.assertEqual(case.wait_reason, "held")
        self.assertIn("Declare the claim until", case.legal_warning)
        cases = self.env["dunning.case"].with_user(self.reader)
        self.assertEqual(cases.search([("proceeding_id", "!=", False)]), case)
        self.assertNotIn(case, cases.search([("proceeding_id", "=", False)]))

    def test_interest_freezes_the_day_before_the_judgment(self):
        self._invoice(60, 1000)
        line = self.env["dunning.case"]._open_for(self.customer).line_ids
        until = JUDGMENT - timedelta(days=1)
        frozen = line._get_interest(until)[line][0]
        self._enter()
        self.assertEqual(line._get_interest(DAY)[line][0], frozen)
        self.assertEqual(frozen.days, 56)
        self.assertEqual(line._get_indemnity_lines(), line)

    def test_who_became_late_after_the_judgment_owes_no_indemnity(self):
        due = JUDGMENT - timedelta(days=1)
        self._invoice(due, invoice_date=due - timedelta(days=30))
        line = self.env["dunning.case"]._open_for(self.customer).line_ids
        self.assertEqual(line._get_indemnity_lines(), line)
        self._enter()
        self.assertFalse(line._get_indemnity_lines())
        self.assertFalse(line._get_interest(DAY)[line][0].amount)

    def test_a_manager_ends_it_and_dunning_goes_on(self):
        self._invoice(5)
        proceeding = self._enter()
        with self.assertRaisesRegex(AccessError, "credit manager"):
            proceeding.action_end()
        proceeding.with_user(self.manager).action_end()
        self._run()
        self.assertTrue(self._case().action_ids)

    def test_one_runs_at_a_time_and_dates_make_sense(self):
        self._enter()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self._enter()
        for day, published, problem in [
            (DAY + timedelta(days=1), False, "not come yet"),
            (JUDGMENT, JUDGMENT - timedelta(days=1), "before the judgment"),
        ]:
            values = {
                "partner_id": self._create_customer("Garage Petit").id,
                "judgment_date": day,
                "publication_date": published,
            }
            with self.assertRaisesRegex(ValidationError, problem):
                self._enter(**values)

    def test_it_follows_a_customer_who_becomes_a_contact_of_another(self):
        self._invoice(5)
        proceeding = self._enter()
        group = self._create_customer("Groupe Martin")
        self.customer.write({"parent_id": group.id, "is_company": False})
        self.assertEqual(proceeding.partner_id, group)
        self._run()
        self.assertEqual(self._case(group).line_ids.hold, "insolvency")

    def test_a_second_one_of_the_same_debtor_stays_where_it_was(self):
        proceeding = self._enter()
        group = self._create_customer("Groupe Martin")
        self._enter(partner_id=group.id)
        self.customer.write({"parent_id": group.id, "is_company": False})
        self.assertEqual(proceeding.partner_id, self.customer)

    def test_a_reader_looks_on(self):
        with self.assertRaises(AccessError):
            self._enter(user=self.reader)
        self.assertTrue(self._enter().with_user(self.reader).display_name)


@tagged("post_install", "-at_install")
class TestDeclaration(ProceedingCommon):
    def test_the_deadline_is_two_months_and_four_from_overseas(self):
        proceeding = self._enter(publication_date=DAY)
        self.assertFalse(proceeding.is_remote)
        self.assertEqual(proceeding.deadline, date(2024, 5, 6))  # 4 May: a Saturday
        proceeding.is_remote = True
        self.assertEqual(proceeding.deadline, date(2024, 7, 4))
        self.company.zip = "97400"
        other = self._create_customer("Garage Petit")
        self.assertTrue(self._enter(partner_id=other.id).is_remote)

    def test_before_the_publication_is_known_it_counts_from_the_judgment(self):
        self.assertEqual(self._enter().deadline, date(2024, 5, 2))  # 1 May: a holiday

    def test_the_claim_is_what_was_open_on_the_day_of_the_judgment(self):
        late = self._invoice(60, 1000)
        coming = self._invoice(
            DAY + timedelta(days=20), 500, invoice_date=DAY - timedelta(days=10)
        )
        self._invoice(5, 70, invoice_date=JUDGMENT)  # born later
        paid = self._invoice(40, 300)
        self._pay(late, 200, day=JUDGMENT - timedelta(days=10))
        self._pay(paid, 300, day=JUDGMENT - timedelta(days=1))
        proceeding = self._enter()
        self.env["dunning.case"]._open_for(self.customer)
        proceeding.action_prepare()
        lines = {line.move_id: line for line in proceeding.line_ids}
        self.assertEqual(set(lines), {late, coming})
        self.assertEqual(lines[late].amount_principal, 800)
        self.assertGreater(lines[late].amount_interest, 0)
        self.assertEqual(lines[late].amount_indemnity, 40)
        self.assertEqual(lines[coming].amount_indemnity, 0)
        self.assertEqual((lines[late].is_due, lines[coming].is_due), (True, False))
        self.assertEqual(proceeding.amount_coming, 500)
        self.assertEqual(
            proceeding.amount_total, proceeding.amount_due + proceeding.amount_coming
        )

    def test_what_was_paid_after_the_judgment_is_declared_all_the_same(self):
        invoice = self._invoice(60, 1000)
        self.env["dunning.case"]._open_for(self.customer)
        self._pay(invoice, day=JUDGMENT)
        proceeding = self._enter()
        proceeding.action_prepare()
        self.assertEqual(proceeding.line_ids.amount_principal, 1000)

    def test_an_open_credit_of_the_debtor_is_set_off(self):
        self._invoice(60, 1000)
        refund = self._create_invoice_one_line(
            move_type="out_refund",
            partner_id=self.customer,
            price_unit=150,
            tax_ids=[],
            invoice_date=JUDGMENT - timedelta(days=5),
            post=True,
        )
        proceeding = self._enter()
        proceeding.action_prepare()
        lines = {line.move_id: line.amount_principal for line in proceeding.line_ids}
        self.assertEqual(lines[refund], -150)
        self.assertEqual(sum(lines.values()), 850)

    def test_a_claim_in_another_currency_is_converted_at_the_judgment(self):
        dollar = self.setup_other_currency(
            "CHF", rates=[(JUDGMENT.isoformat(), 2.0), (DAY.isoformat(), 4.0)]
        )
        self._invoice(60, 1000, currency_id=dollar.id)
        proceeding = self._enter()
        proceeding.action_prepare()
        self.assertEqual(proceeding.line_ids.amount_principal, 500)

    def _prepare(self):
        self._invoice(60, 1000)
        self.env["dunning.case"]._open_for(self.customer)
        proceeding = self._enter(trustee_id=self.trustee.id)
        proceeding.action_prepare()
        return proceeding

    def test_it_is_marked_as_declared_with_its_document_and_stays(self):
        proceeding = self._prepare()
        with self.assertRaisesRegex(UserError, "Enter the day"):
            proceeding.action_declare()
        proceeding.declared_on = DAY
        proceeding.action_declare()
        self.assertEqual(proceeding.state, "declared")
        self.assertEqual(proceeding.declared_by_id, self.collector)
        self.assertEqual(len(proceeding.proof_ids), 1)
        for change in (
            lambda: proceeding.line_ids[0].write({"amount_principal": 1}),
            lambda: proceeding.line_ids.unlink(),
            lambda: proceeding.write({"line_ids": [Command.clear()]}),
            lambda: proceeding.with_user(self.manager).unlink(),
            lambda: proceeding.action_prepare(),
        ):
            with self.assertRaisesRegex(UserError, "stays as it was"):
                change()
        event = self.env["dunning.limitation.event"].search([])
        self.assertEqual((event.kind, event.state), ("declaration", "proposed"))

    def test_without_trustee_or_list_there_is_nothing_to_declare(self):
        proceeding = self._enter(declared_on=DAY)
        with self.assertRaisesRegex(UserError, "Prepare"):
            proceeding.action_declare()
        self._invoice(60)
        proceeding.action_prepare()
        with self.assertRaisesRegex(UserError, "trustee"):
            proceeding.action_declare()

    def test_the_document_says_all_that_the_law_asks_for(self):
        proceeding = self._prepare()
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html(
            "account_dunning.dunning_proceeding_report", proceeding.ids
        )
        text = html.decode()
        for part in (
            self.company.name,
            self.customer.name,
            self.trustee.name,
            proceeding.line_ids.name,
            "sincere",
            "unsecured",
            "VAT included",
        ):
            self.assertIn(part, text)

    def _render(self, proceeding):
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html(
            "account_dunning.dunning_proceeding_report", proceeding.ids
        )
        text = " ".join(html2plaintext(html.decode()).split())
        return text.replace(" ,", ",").replace(" .", ".")

    def test_it_says_of_disputes_securities_and_courts_what_r622_23_asks(self):
        proceeding = self._prepare()
        text = self._render(proceeding)
        self.assertIn("no court has been seised", text)
        self.assertRegex(text, r"security:\W* none, unsecured claim")
        invoice = proceeding.line_ids.move_id
        reason = self.env.ref("account_dunning.dunning_reason_qte").id
        self.env["dunning.dispute"].with_user(self.collector).create(
            {"move_id": invoice.id, "amount": 200, "reason_id": reason}
        )
        proceeding.write(
            {
                "privilege": "Pledge no. 12",
                "security_date": date(2023, 5, 2),
                "security_base": "the oven",
            }
        )
        text = self._render(proceeding)
        self.assertIn(f"200.00 of {invoice.name} is contested since", text)
        self.assertIn("No court has been seised of it.", text)
        self.assertIn("Pledge no. 12, of 05/02/2023, on the oven", text)
        proceeding.litigation_court = "Tribunal de commerce de Lyon, 2024/17"
        text = self._render(proceeding)
        self.assertIn("Court seised: Tribunal de commerce de Lyon, 2024/17.", text)
        self.assertNotIn("No court", text)

    def test_a_siret_is_printed_in_groups_with_its_name(self):
        proceeding = self._prepare()
        self.company.company_registry = "04217733700017"
        self.customer.company_registry = "HRB 12345"
        text = self._render(proceeding)
        self.assertIn("SIRET 042 177 337 00017", text)
        self.assertIn("Registration number: HRB 12345", text)

    def test_it_lists_its_enclosures_and_the_movements_until_the_judgment(self):
        proceeding = self._prepare()
        invoice = proceeding.line_ids.move_id
        self._pay(invoice, 300, day=JUDGMENT - timedelta(days=1))
        self._pay(invoice, 50, day=JUDGMENT)  # afterwards
        proceeding.action_prepare()
        files = self.env["ir.attachment"].with_user(self.collector)
        proceeding.enclosure_ids = files.create(
            [
                {
                    "name": "Order.pdf",
                    "raw": b"%PDF-1.4",
                    "mimetype": "application/pdf",
                },
                {"name": "Deliveries.csv", "raw": b"a,b", "mimetype": "text/csv"},
            ]
        )
        rows = proceeding._list_enclosures()
        self.assertEqual(
            [(row["number"], row["name"], row["is_joined"]) for row in rows],
            [
                (1, "Statement of the account", True),
                (2, f"Invoice {invoice.name}", True),
                (3, "Order.pdf", True),
                (4, "Deliveries.csv", False),
            ],
        )
        rows = proceeding._list_statement()
        amounts = [(row["amount"], row["balance"]) for row in rows]
        self.assertEqual(amounts, [(1000, 1000), (-300, 700)])
        self.assertEqual(proceeding.line_ids.amount_principal, 700)
        text = self._render(proceeding)
        self.assertIn("List of enclosures", text)
        self.assertIn("Deliveries.csv sent apart", text)

    def test_the_copies_are_really_joined_to_what_is_kept(self):
        proceeding = self._prepare()
        picture = base64.b64decode(PIXEL)
        files = self.env["ir.attachment"].with_user(self.collector)
        proceeding.enclosure_ids = files.create(
            {"name": "Delivery.png", "raw": picture, "mimetype": "image/png"}
        )
        proceeding.declared_on = DAY
        forced = proceeding.with_context(force_report_rendering=True)
        forced.action_declare()
        [kept] = proceeding.proof_ids
        self.assertEqual(kept.mimetype, "application/pdf")
        pages = PdfFileReader(BytesIO(kept.raw)).getNumPages()
        # Declaration, list, statement, the invoice and the picture.
        self.assertGreaterEqual(pages, 5)

    def test_somebody_is_asked_thirty_and_ten_days_before_each_time_once(self):
        self.company.dunning_manager_id = self.manager
        # Until 6 May; the question about retention of title is answered.
        proceeding = self._enter(publication_date=DAY, has_retention="no")
        for day, expected in [
            (date(2024, 4, 5), 0),
            (date(2024, 4, 6), 1),
            (date(2024, 4, 7), 1),
            (date(2024, 4, 25), 1),
            (date(2024, 4, 26), 2),
            (date(2024, 5, 6), 2),
        ]:
            with self.subTest(day=day), freeze_time(f"{day} 10:00:00"):
                watch(self)
                self.assertEqual(len(proceeding.sudo().activity_ids), expected)
        self.assertEqual(proceeding.sudo().activity_ids.user_id, self.manager)

    def test_who_missed_it_is_told_of_the_relief(self):
        proceeding = self._enter(publication_date=DAY)
        with freeze_time("2024-05-07 10:00:00"):
            proceeding.invalidate_recordset()
            self.assertIn("09/04/2024", proceeding.warning)


@tagged("post_install", "-at_install")
class TestRetention(ProceedingCommon):
    """Goods sold under retention of title: claimed back in three months (L624-9)."""

    def _tasks(self, proceeding):
        kind = self.env.ref("account_dunning.mail_activity_type_retention")
        proceeding.invalidate_recordset()
        return proceeding.sudo().activity_ids.filtered(
            lambda task: task.activity_type_id == kind
        )

    def test_it_is_asked_once_with_the_last_day_which_follows_the_publication(self):
        self.company.dunning_manager_id = self.manager
        proceeding = self._enter()  # on 1 March
        task = self._tasks(proceeding)
        self.assertEqual(task.date_deadline, date(2024, 6, 3))  # 1 June: a Saturday
        self.assertEqual(task.user_id, self.manager)
        proceeding.publication_date = DAY
        self.assertEqual(self._tasks(proceeding), task)
        self.assertEqual(task.date_deadline, date(2024, 6, 4))
        self.assertIn("06/04/2024", task.summary)

    def test_no_or_goods_claimed_back_end_it_and_a_yes_does_not(self):
        proceeding = self._enter(publication_date=DAY)
        proceeding.has_retention = "yes"
        self.assertTrue(self._tasks(proceeding))
        proceeding.retention_claimed_on = DAY
        self.assertFalse(self._tasks(proceeding))
        proceeding.retention_claimed_on = False
        self.assertTrue(self._tasks(proceeding))
        proceeding.has_retention = "no"
        self.assertFalse(self._tasks(proceeding))

    def test_goods_are_claimed_back_neither_before_the_judgment_nor_tomorrow(self):
        proceeding = self._enter()
        for day in (JUDGMENT - timedelta(days=1), DAY + timedelta(days=1)):
            with self.assertRaises(ValidationError):
                proceeding.retention_claimed_on = day
        proceeding.retention_claimed_on = JUDGMENT

    def test_two_months_more_where_the_court_is_overseas_or_from_the_own_notice(self):
        proceeding = self._enter(publication_date=DAY)
        self.assertEqual(proceeding.deadline, date(2024, 5, 6))
        proceeding.is_court_remote = True
        self.assertEqual(proceeding.deadline, date(2024, 7, 4))
        proceeding.write({"is_court_remote": False, "notified_on": DAY})
        self.assertEqual(proceeding.deadline, date(2024, 5, 6))
