from odoo import models


class DunningAction(models.Model):
    """The first contact about an invoice that came late names that: who is asked for
    it must not be blamed for a delay of ours."""

    _inherit = "dunning.action"

    def _describe_late_entries(self):
        """Return, for below the table of a first contact, which invoices were made
        out when they had fallen due already; empty for none."""
        self.ensure_one()
        if self.kind != "rung" or self.level_id.is_formal_notice:
            return ""
        late = [
            line
            for line in self.line_ids
            if line.invoice_date
            and line.date_due
            and line.invoice_date > line.date_due
            and not line.case_line_id.level_id
        ]
        return " ".join(
            self.env._(
                "%(invoice)s, due on %(due)s, was only made out on %(date)s: if it has "
                "reached you late, please excuse us.",
                invoice=line.name,
                due=self._format_day(line.date_due),
                date=self._format_day(line.invoice_date),
            )
            for line in late
        )
