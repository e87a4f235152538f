from odoo import models

#: On which day an agreement was told, by kind.
TOLD_ON = {
    "dunning.promise": ("promised_on",),
    "dunning.plan": ("signed_on", "proposed_on"),
    "dunning.offer": ("sent_on",),
}


class DunningAction(models.Model):
    """An agreement since a message is news: it was not left unanswered."""

    _inherit = "dunning.action"

    def _read_news(self):
        news = super()._read_news()
        asked = self._get_object_lines_of_all()
        by_line = self._read_agreements()
        for line in asked:
            for agreement in by_line.get(line.id, ()):
                names = TOLD_ON.get(agreement._name, ())
                days = [agreement[name] for name in names if agreement[name]]
                made = agreement.company_id._dunning_to_day(agreement.create_date)
                self._note_news(news, line.ids, max(days, default=made))
        return news
