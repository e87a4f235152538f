import base64
import csv
import io
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ..common import DAY
from ..common_registered import RegisteredCommon


@tagged("post_install", "-at_install")
class TestDeposit(RegisteredCommon):
    """Registered letters on their way to the post office."""

    def setUp(self):
        super().setUp()
        self.letters = self._put_on_notice("Martin", "Durand", "Petit")

    def _refuse(self, words, function):
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            function()
            self.env.flush_all()

    def _number(self, letters):
        for number, letter in enumerate(letters, start=1):
            letter.tracking_number = f"1A{number}"

    def _pay_letter(self, letter):
        self._pay(letter.line_ids.move_id)

    # Prepared

    def test_printing_prepares_one_deposit_and_finds_it_again(self):
        deposit = self._open_deposit(self.letters)
        self.assertEqual(deposit.action_ids, self.letters)
        self.assertTrue(all(self.letters.mapped("printed_on")))
        self.assertEqual((deposit.letter_count, deposit.missing_count), (3, 3))
        self.assertEqual(self._open_deposit(self.letters[0]), deposit)
        self.assertEqual(self.letters.mapped("state"), ["queued"] * 3)

    def test_letters_of_the_two_kinds_are_not_mixed(self):
        self.notice.write({"channel_letter": True})
        letters = self._put_on_notice("Moreau").case_id.action_ids
        self._refuse("one kind", letters.with_user(self.manager).action_print_letters)

    def test_a_collector_prepares_no_formal_notice_that_nobody_approved(self):
        case = self.letters[0].case_id
        self.letters[0].action_cancel()
        self._run()
        proposal = case.action_ids.filtered(lambda one: one.state == "proposed")
        self.assertEqual(proposal.channel, "registered")
        with self.assertRaises(AccessError), self.cr.savepoint():
            proposal.with_user(self.collector).action_print_letters()

    # Numbers by scanner

    def test_each_scan_fills_the_next_letter_without_number(self):
        deposit = self._open_deposit(self.letters)
        listed = deposit._get_letters()
        listed[1].tracking_number = "1A2"
        with Form(deposit) as form:
            for number in ("1a 1", "1A3"):
                form.scanned_number = number
                self.assertFalse(form.scanned_number)
        self.assertEqual(listed.mapped("tracking_number"), ["1A1", "1A2", "1A3"])
        self.assertEqual(deposit.missing_count, 0)

    def test_a_scan_that_cannot_be_right_is_not_entered(self):
        other = self._put_on_notice("Moreau")
        other.tracking_number = "1A9"
        deposit = self._open_deposit(self.letters)
        for scanned, words in (
            ("1A9", "Moreau"),
            ("hello", "no tracking number"),
        ):
            deposit.scanned_number = scanned
            warning = deposit._onchange_scanned_number()["warning"]
            self.assertIn(words, warning["message"])
            self.assertFalse(any(self.letters.mapped("tracking_number")))
        deposit.scanned_number = " "
        self.assertIsNone(deposit._onchange_scanned_number())
        self._number(self.letters)
        self.assertIn("1A1", deposit._enter_number("1A1"))
        self.assertIn("already", deposit._enter_number("1B7"))

    # Handed in

    def test_deposited_letters_are_delivered_on_the_day_of_the_stamp(self):
        stamped = DAY + timedelta(days=1)
        self._run(stamped)
        deposit = self._open_deposit(self.letters)
        self._number(self.letters)
        deposit.write({"deposited_on": stamped, "post_office": "Lyon"})
        with freeze_time(f"{stamped} 10:00:00"):
            deposit.action_deposit()
        self.assertEqual(deposit.state, "done")
        for letter in self.letters:
            self.assertRecordValues(
                letter,
                [{"state": "done", "delivered_on": stamped, "deposit_date": stamped}],
            )
            self.assertEqual(letter.case_id.line_ids.level_id, self.notice)
            self.assertEqual(letter.postal_state, "awaited")
        self._refuse("already", deposit.action_deposit)

    def test_nothing_goes_without_number_unless_the_user_says_so(self):
        deposit = self._open_deposit(self.letters)
        self._number(self.letters[:1])
        self._refuse("Petit", deposit.action_deposit)
        self.assertEqual(self.letters.mapped("state"), ["queued"] * 3)
        deposit.without_number = True
        deposit.action_deposit()
        self.assertEqual(self.letters.mapped("state"), ["done"] * 3)
        self.letters[1].with_user(self.collector).tracking_number = "1A2"

    def test_the_stamp_is_neither_in_the_future_nor_before_the_letter(self):
        deposit = self._open_deposit(self.letters)
        self._number(self.letters)
        for day, words in (
            (DAY + timedelta(days=1), "not come yet"),
            (DAY - timedelta(days=1), "before"),
            (False, "Deposited on"),
        ):
            deposit.deposited_on = day
            self._refuse(words, deposit.action_deposit)
        deposit.deposited_on = DAY
        deposit.action_deposit()

    def test_who_paid_since_printing_is_shown_and_pulled(self):
        deposit = self._open_deposit(self.letters)
        self.assertFalse(deposit.has_pulled)
        self._number(self.letters)
        paid = self.letters[1]
        self._pay_letter(paid)
        deposit.invalidate_recordset()
        self.assertTrue(deposit.has_pulled)
        self.assertIn(paid.partner_id.name, deposit.pulled_text)
        self._refuse(paid.partner_id.name, deposit.action_deposit)
        deposit.paid_choice = "pull"
        deposit.action_deposit()
        self.assertEqual(paid.state, "cancelled")
        self.assertEqual(deposit.action_ids, self.letters - paid)

    def test_a_letter_handed_in_before_the_payment_was_known_stays_a_proof(self):
        deposit = self._open_deposit(self.letters)
        self._number(self.letters)
        self._pay_letter(self.letters[1])
        deposit.paid_choice = "keep"
        deposit.action_deposit()
        self.assertEqual(self.letters.mapped("state"), ["done"] * 3)

    def test_a_deposit_without_letters_is_refused(self):
        deposit = self._open_deposit(self.letters)
        self.letters.action_cancel()
        self._refuse("no letter", deposit.action_deposit)

    # The lists

    def test_the_list_for_the_carrier_has_a_line_for_each_letter(self):
        self.letters[0].contact_id.name = "=cmd()"
        self.letters[1].contact_id.write({"street2": "Bât. C; escalier 2"})
        deposit = self._deposit(self.letters)
        text = base64.b64decode(deposit.list_file).decode("utf-8-sig")
        head, *rows = csv.reader(io.StringIO(text), delimiter=";")
        self.assertEqual(head[:2], ["No.", "Tracking number"])
        self.assertEqual([row[0] for row in rows], ["1", "2", "3"])
        numbers = {row[1]: row for row in rows}
        self.assertEqual(set(numbers), {"1A1", "1A2", "1A3"})
        self.assertEqual(numbers["1A1"][3], "'=cmd()")
        self.assertEqual(numbers["1A2"][6], "Bât. C; escalier 2")
        self.assertEqual(numbers["1A3"][7:10], ["69003", "Lyon", "France"])
        self.assertEqual(numbers["1A3"][10], self.company.name)

    def test_the_list_for_the_counter_names_letters_sender_and_total(self):
        self.letters[0].contact_id.name = "<b>Bold</b>"
        deposit = self._deposit(self.letters)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("account_dunning.dunning_deposit_report", deposit.ids)[0]
            .decode()
        )
        for text in (
            *("1A1", "1A2", "1A3", "12 rue des Lilas", "69003 LYON"),
            *(self.company.name, "&lt;b&gt;Bold", "Total: <span>3</span>"),
        ):
            self.assertIn(text.replace("<span>", "").replace("</span>", ""), html)

    def test_the_letters_are_one_file_in_the_order_of_the_list(self):
        deposit = self._open_deposit(self.letters)
        asked = []

        def merge(letters):
            asked.extend(letters)
            return b"%PDF-"

        self.patch(self.registry["dunning.action"], "_get_merged_pdf", merge)
        self.assertEqual(base64.b64decode(deposit.letters_file), b"%PDF-")
        self.assertEqual(asked, list(deposit._get_letters()))
        url = deposit.with_user(self.reader).action_download_letters()["url"]
        self.assertIn(f"/{deposit.id}/letters_file/", url)
        action = deposit.with_user(self.reader).action_download_list()
        self.assertIn(f"/{deposit.id}/list_file/", action["url"])

    # Proofs and walls

    def test_a_deposit_that_was_handed_in_is_a_proof(self):
        deposit = self._deposit(self.letters)
        stamp = self.env["ir.attachment"].create(
            {
                "name": "stamp.pdf",
                "raw": b"%PDF-",
                "res_model": "dunning.deposit",
                "res_id": deposit.id,
            }
        )
        deposit.proof_ids |= stamp
        self.assertEqual(self.letters[0].deposit_proof_ids, stamp)
        self._refuse("stamp.pdf", lambda: deposit.write({"proof_ids": [(5,)]}))
        self._refuse("kept with", stamp.with_user(self.collector).unlink)
        self._refuse("changed", lambda: deposit.write({"deposited_on": DAY}))
        self._refuse("button", lambda: deposit.write({"state": "done"}))
        self._refuse("proof", deposit.unlink)
        other = self._put_on_notice("Moreau").with_user(self.collector)
        self._refuse("cannot be added", lambda: other.write({"deposit_id": deposit.id}))

    def test_a_deposit_is_not_born_handed_in(self):
        deposits = self.env["dunning.deposit"].with_user(self.collector)
        self._refuse("button", lambda: deposits.create({"state": "done"}))

    def test_a_deposit_that_was_dropped_gives_its_letters_back(self):
        deposit = self._open_deposit(self.letters)
        deposit.unlink()
        self.assertEqual(self.letters.mapped("state"), ["queued"] * 3)
        self.assertEqual(self._open_deposit(self.letters).action_ids, self.letters)

    def test_a_reader_looks_on(self):
        deposit = self._open_deposit(self.letters).with_user(self.reader)
        self.assertEqual(deposit.letter_count, 3)
        with self.assertRaises(AccessError):
            deposit.action_deposit()

    def test_more_letters_ask_no_more_of_the_database(self):
        few = self.letters[:1]
        many = self.letters[1:] | self._put_on_notice("Moreau", "Simon", "Laurent")
        counts = []
        for letters in (few, many):
            deposit = self._open_deposit(letters)
            deposit.without_number = True
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            deposit.action_deposit()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], len(many), counts)
