from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import DAY, DunningCommon


class OldItemsCommon(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nothing of this company was decided yet.
        cls.company.sudo().write(
            {"dunning_confirmed_on": False, "dunning_is_night_on": False}
        )

    def _open(self, user=None):
        decisions = self.env["dunning.old.items"].with_user(user or self.manager)
        return decisions.browse(decisions.action_open()["res_id"])

    def _decide(self, reason="Agreed with the director", user=None, **choices):
        """Decide: ``d1``, ``d31``, ``d91``, ``d366`` = choice or level; apply."""
        decision = self._open(user)
        for band in decision.band_ids:
            choice = choices.get(f"d{band.days_from}", "first")
            if isinstance(choice, str):
                band.choice = choice
            else:
                band.write({"choice": "level", "level_id": choice.id})
        decision.reason = reason
        decision.action_apply()
        return decision

    def _line(self, invoice):
        return self.env["dunning.case.line"].search([("move_id", "=", invoice.id)])

    def _count_all(self):
        """Return what could have been sent to anybody."""
        return (
            self.env["dunning.action"].search_count([]),
            self.env["mail.mail"].sudo().search_count([]),
        )


@tagged("post_install", "-at_install")
class TestOldItems(OldItemsCommon):
    """What is late before dunning begins is decided by a person, per age."""

    def test_ages_are_counted_to_the_day(self):
        for days in (0, 1, 30, 31, 90, 91, 365, 366):
            self._invoice(days, amount=days or 7)
        bands = self._open().band_ids
        self.assertEqual(bands.mapped("invoice_count"), [2, 2, 2, 1])
        self.assertEqual(bands.mapped("amount"), [31, 121, 456, 366])
        self.assertEqual(bands.mapped("debtor_count"), [1, 1, 1, 1])

    def test_an_invoice_stands_in_the_band_of_its_oldest_late_instalment(self):
        terms = self.env.ref("account.account_payment_term_advance_60days")
        self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=100,
            tax_ids=[],
            invoice_date=DAY - timedelta(days=80),
            invoice_payment_term_id=terms,
            post=True,
        )
        bands = self._open().band_ids
        self.assertEqual(bands.mapped("invoice_count"), [0, 1, 0, 0])
        self.assertEqual(bands[1].amount, 100)

    def test_what_is_left_out_is_excluded_with_author_and_reason(self):
        old, recent = self._invoice(400), self._invoice(10)
        before = self._count_all()
        decision = self._decide(d366="leave", reason="Settled by hand")
        self.assertTrue(old.no_followup)
        self.assertFalse(recent.no_followup)
        self.assertEqual(decision.left_out_ids, old)
        note = old.message_ids[:1].body
        self.assertIn("Settled by hand", note)
        self.assertIn(self.manager.name, note)
        self.assertEqual(decision.user_id, self.manager)
        self.assertEqual(self._count_all(), before)
        self._run()
        self.assertEqual(self._case().action_ids.line_ids.move_id, recent)

    def test_what_is_left_out_is_on_the_list_of_exclusions_to_review(self):
        old = self._invoice(400)
        self._decide(d366="leave", reason="Settled by hand")
        exclusion = self.env["dunning.exclusion"].search([("move_id", "=", old.id)])
        self.assertEqual(exclusion.reason, "Settled by hand")
        self.assertEqual(
            (exclusion.user_id, exclusion.excluded_on), (self.manager, DAY)
        )
        self._decide(d366="first")
        self.assertEqual(
            (exclusion.ended_by_id, exclusion.ended_on), (self.manager, DAY)
        )

    def test_nobody_who_is_left_out_gets_a_case(self):
        self._invoice(400)
        self._decide(d366="leave")
        self._run()
        self.assertFalse(self._case())

    def test_an_item_starts_at_the_chosen_rung(self):
        invoice = self._invoice(60)
        before = self._count_all()
        self._decide(d31=self.second, reason="Reminded by the old program")
        line = self._line(invoice)
        self.assertEqual(line.start_level_id, self.second)
        self.assertFalse(line.level_id)
        self.assertEqual(line.next_level_id, self.second)
        self.assertIn("Reminded by the old program", line.case_id.message_ids[0].body)
        self.assertIn(invoice.name, line.case_id.message_ids[0].body)
        self.assertEqual(self._count_all(), before)
        self._run()
        self.assertEqual(self._case().action_ids.level_id, self.second)

    def test_T12_an_item_50_days_late_starts_at_the_first_rung_when_so_decided(self):
        invoice = self._invoice(50)
        self._decide(d31="first")
        self.assertFalse(self._line(invoice).start_level_id)
        self._run()
        self.assertEqual(self._case().action_ids.level_id, self.first)

    def test_M2_an_item_25_days_late_gets_the_first_rung_before_the_second(self):
        self._invoice(25)
        self._decide()
        self._run()
        self.assertEqual(self._case().action_ids.level_id, self.first)

    def test_an_item_not_late_enough_starts_on_the_rung_that_fits_its_age(self):
        young, fitting = self._invoice(14), self._invoice(15)
        self._decide(d1=self.second)
        self.assertFalse(self._line(young).start_level_id)
        self.assertEqual(self._line(fitting).start_level_id, self.second)

    def test_on_another_ladder_the_rung_with_a_fitting_delay_is_the_start(self):
        other = self._create_ladder(name="Other")
        other.level_ids[1].delay_days = 20
        self.customer.dunning_ladder_id = other
        invoice = self._invoice(60)
        self._decide(d31=self.second)  # D+15: below the other ladder's D+20
        self.assertFalse(self._line(invoice).start_level_id)
        self._decide(d31=other.level_ids[1])
        self.assertEqual(self._line(invoice).start_level_id, other.level_ids[1])

    def test_nobody_starts_with_a_formal_notice_or_a_decision(self):
        self._invoice(60)
        band = self._open().band_ids[1]
        for level in (self.notice, self.decision):
            with self.assertRaisesRegex(UserError, "cannot be the first thing"):
                band.write({"choice": "level", "level_id": level.id})

    def test_an_invoice_that_was_reminded_goes_on_whatever_is_decided(self):
        invoice = self._invoice(60)
        self._run_and_send()
        decision = self._open()
        self.assertEqual(decision.begun_count, 1)
        self.assertEqual(sum(decision.band_ids.mapped("invoice_count")), 0)
        self._decide(d31="leave")
        self.assertFalse(invoice.no_followup)
        self.assertEqual(self._line(invoice).level_id, self.first)

    def test_an_invoice_excluded_by_hand_stays_excluded(self):
        invoice = self._invoice(60)
        invoice.no_followup = True
        decision = self._open()
        self.assertEqual(decision.excluded_count, 1)
        self._decide(d31="first")
        self.assertTrue(invoice.no_followup)

    def test_the_same_decision_again_changes_and_notes_nothing(self):
        old, recent = self._invoice(400), self._invoice(60)
        self._decide(d366="leave", d31=self.second)
        notes = len(old.message_ids), len(self._case().message_ids)
        again = self._decide(d366="leave", d31=self.second)
        self.assertIn("0 invoices were left out, 0 taken up again, 0", again.result)
        self.assertEqual((len(old.message_ids), len(self._case().message_ids)), notes)
        self.assertEqual(self._line(recent).start_level_id, self.second)

    def test_what_was_left_out_can_be_taken_up_again(self):
        old = self._invoice(400)
        first = self._decide(d366="leave")
        self.assertEqual(self._open().band_ids[3].left_out_count, 1)
        self._decide(d366="first", reason="They ask for a statement")
        self.assertFalse(old.no_followup)
        self.assertFalse(first.left_out_ids)
        self.assertIn("They ask for a statement", old.message_ids[:1].body)
        self._run()
        self.assertEqual(self._case().action_ids.level_id, self.first)

    def test_a_start_can_be_taken_back(self):
        invoice = self._invoice(60)
        self._decide(d31=self.second)
        self._decide(d31="first")
        self.assertFalse(self._line(invoice).start_level_id)
        self.assertEqual(self._line(invoice).next_level_id, self.first)

    def test_half_a_decision_is_refused_in_words_and_kept(self):
        invoice = self._invoice(400)
        decision = self._open()
        with self.assertRaisesRegex(UserError, "late by over 365 days"):
            decision.action_apply()
        decision.band_ids[3].choice = "level"
        with self.assertRaisesRegex(UserError, "Choose the reminder"):
            decision.action_apply()
        decision.band_ids[3].choice = "leave"
        with self.assertRaisesRegex(UserError, "Write why"):
            decision.action_apply()
        self.assertFalse(invoice.no_followup)
        # Left half-way, and found again.
        again = self._open()
        self.assertEqual(again, decision)
        self.assertEqual(again.band_ids[3].choice, "leave")

    def test_nothing_late_needs_no_reason(self):
        self._invoice(-10)
        decision = self._open()
        decision.action_apply()
        self.assertEqual(decision.state, "applied")

    def test_an_applied_decision_stays_as_it_was_taken(self):
        self._invoice(400)
        decision = self._decide(d366="leave")
        with self.assertRaisesRegex(UserError, "stays as it was taken"):
            decision.reason = "Something else"
        with self.assertRaisesRegex(UserError, "stays as it was taken"):
            decision.band_ids[3].choice = "first"
        with self.assertRaisesRegex(UserError, "stays as it was taken"):
            decision.action_apply()
        self.assertNotEqual(self._open(), decision)

    def test_only_a_credit_manager_decides(self):
        self._invoice(400)
        decision = self._open()
        with self.assertRaises(AccessError):
            self._open(self.collector)
        for user in (self.collector, self.reader):
            seen = decision.with_user(user)
            self.assertEqual(seen.band_ids[3].invoice_count, 1)
            with self.assertRaises(AccessError):
                seen.action_apply()
            with self.assertRaises(AccessError):
                seen.band_ids[3].choice = "leave"

    def test_nobody_writes_the_result_of_a_decision_by_hand(self):
        decision = self._open()
        for values in ({"state": "applied"}, {"user_id": self.collector.id}):
            with self.assertRaises(AccessError):
                decision.write(values)
        with self.assertRaises(AccessError):
            decision.band_ids[0].invoice_count = 7

    def test_another_company_is_neither_counted_nor_changed(self):
        other = self.setup_other_company()
        foreign = self._create_invoice_one_line(
            partner_id=self.customer,
            price_unit=100,
            tax_ids=[],
            company_id=other["company"].id,
            journal_id=other["default_journal_sale"].id,
            invoice_date=DAY - timedelta(days=400),
            invoice_date_due=DAY - timedelta(days=400),
            invoice_payment_term_id=False,
            post=True,
        )
        own = self._invoice(400)
        decision = self._decide(d366="leave")
        self.assertEqual(decision.left_out_ids, own)
        self.assertFalse(foreign.no_followup)

    def test_a_branch_decides_for_itself(self):
        self.company.sudo().child_ids = [(0, 0, {"name": "Branch"})]
        branch = self.company.child_ids
        self.manager.company_ids += branch
        own = self._invoice(400)
        of_branch = self.env["dunning.old.items"].with_user(self.manager)
        of_branch = of_branch.with_company(branch)
        of_branch = of_branch.browse(of_branch.action_open()["res_id"])
        self.assertEqual(of_branch.company_id, branch)
        self.assertEqual(sum(of_branch.band_ids.mapped("invoice_count")), 0)
        self.assertEqual(self._open().company_id, self.company)
        self.assertFalse(own.no_followup)
