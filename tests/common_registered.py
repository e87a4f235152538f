from datetime import timedelta

from .common import DAY, DunningCommon


class RegisteredCommon(DunningCommon):
    """The formal notice of the ladder is a registered letter; its rung is due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notice.write({"channel_letter": False, "channel_registered": True})

    @classmethod
    def _put_on_notice(cls, *names, **values):
        """Return the approved registered letters to new debtors, one for each name.

        :param values: of the debtors
        """
        letters = cls._propose_notices(*names, **values)
        letters.with_user(cls.manager).action_approve()
        return letters

    @classmethod
    def _propose_notices(cls, *names, **values):
        """Return the registered letters to new debtors that wait for approval."""
        cases = cls.env["dunning.case"]
        for name in names:
            partner = cls._create_customer(name, **values)
            cls._invoice(60, partner=partner)
            cases |= cls.env["dunning.case"]._open_for(partner)
        lines = cases.line_ids.sudo()  # as if the engine had delivered it
        lines.write(
            {
                "level_id": cls.second.id,
                "delivered_on": DAY - timedelta(days=20),
            }
        )
        cls._run()
        return cases.action_ids.filtered(lambda one: one.channel == "registered")

    def _open_deposit(self, letters):
        """Print letters as a collector; return their deposit."""
        window = letters.with_user(self.collector).action_print_letters()
        return (
            self.env["dunning.deposit"]
            .with_user(self.collector)
            .browse(window["res_id"])
        )

    def _deposit(self, letters, day=DAY):
        """Number letters "1A1", "1A2"… and hand them in."""
        deposit = self._open_deposit(letters)
        for number, letter in enumerate(letters, start=1):
            letter.tracking_number = f"1A{number}"
        deposit.deposited_on = day
        deposit.action_deposit()
        return deposit
