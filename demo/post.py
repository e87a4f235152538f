"""What the post office does with the registered letters of the demonstration."""

from datetime import timedelta

#: Days from the deposit to the first presentation, and from there to the signature.
PRESENTED, RECEIVED = 2, 1
#: The post office keeps a letter for 15 days, then sends it back.
KEPT = 16
#: Who never collects his registered letters.
ABSENT = ("decors",)


class PostOffice:
    """Numbers the letters that are handed in and brings their receipts back."""

    def __init__(self, ledger):
        self.ledger = ledger
        absent = [ledger.partners[key] for key in ABSENT]
        self.absent = [partner.id for partner in absent]

    def number(self, letters):
        """Stick a label on each registered letter."""
        for letter in letters.filtered(lambda one: one.channel == "registered"):
            letter.tracking_number = f"1A{letter.id:011d}"

    def bring_receipts(self, letters, day):
        """Write what the post has done until a day with letters that were handed in."""
        for letter in letters.filtered("deposit_date"):
            presented = letter.deposit_date + timedelta(days=PRESENTED)
            received = presented + timedelta(days=RECEIVED)
            returned = presented + timedelta(days=KEPT)
            if presented <= day and not letter.presentation_date:
                letter.presentation_date = presented
            if letter.partner_id.id in self.absent:
                if returned <= day and not letter.return_reason:
                    letter.return_reason = "unclaimed"
            elif received <= day and not letter.receipt_date:
                letter.receipt_date = received
