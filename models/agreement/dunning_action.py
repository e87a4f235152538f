from collections import defaultdict

from odoo import api, fields, models

#: More agreements than this are not recalled in a text: the last ones count.
MOST_RECALLED = 3
#: What a text about an agreement can name (see ``dunning.commitment``).
EVENT_TEXTS = (
    "agreement_text",
    "agreement_amount_text",
    "agreement_date_text",
    "agreement_left_text",
    "fallback_text",
)


class DunningActionAgreement(models.Model):
    """What texts say about promises, plans, offers and disputes."""

    _inherit = "dunning.action"

    agreement_text = fields.Char(compute="_compute_agreement")
    agreement_amount_text = fields.Char(compute="_compute_agreement")
    agreement_date_text = fields.Char(compute="_compute_agreement")
    agreement_left_text = fields.Char(compute="_compute_agreement")
    fallback_text = fields.Char(compute="_compute_agreement")
    agreements_text = fields.Char(compute="_compute_agreements_text")

    @api.model
    def _get_event_models(self):
        """Map the beginning of an event key to the model of its commitment."""
        return {"promise": "dunning.promise"}

    def _get_event_source(self):
        """Return the commitment that a contact outside the ladder is about, and what
        of it ("broken"); nothing for other contacts."""
        self.ensure_one()
        kind, _dot, rest = (self.event or "").partition(".")
        what, _comma, key = rest.partition(",")
        model = self._get_event_models().get(kind)
        if not model:
            return None, ""
        # Who may see the contact may read what it is about.
        return self.env[model].browse(int(key)).exists(), what

    def _get_event_outdated_reason(self):
        source, what = self._get_event_source()
        if source and (reason := source._get_outdated_reason(what)):
            return reason
        if source is not None and not source:
            return self.env._("What it is about was deleted.")
        return super()._get_event_outdated_reason()

    @api.depends("event")
    @api.depends_context("lang")
    def _compute_agreement(self):
        for action in self:
            source, _what = action._get_event_source()
            texts = source._get_event_texts() if source else {}
            for name in EVENT_TEXTS:
                action[name] = texts.get(name)

    # Past agreements, in the later texts

    @api.depends("line_ids.case_line_id")
    @api.depends_context("lang")
    def _compute_agreements_text(self):
        """Recall the agreements on the invoices that a contact is about."""
        by_line = self._read_agreements()
        for action in self:
            sources = {
                source
                for line in action.line_ids.case_line_id
                for source in by_line.get(line.id, ())
            }
            recent = sorted(sources, key=lambda one: (one.create_date, one.id))
            texts = [
                source._describe_for_debtor() for source in recent[-MOST_RECALLED:]
            ]
            is_about_one = action._is_outside_ladder()
            action.agreements_text = not is_about_one and " ".join(filter(None, texts))

    def _read_agreements(self):
        """Map ids of case lines to the agreements on them, in one query and one more
        for each kind there is."""
        covers = self.env["dunning.cover"].with_context(active_test=False)
        covers = covers.search_fetch(
            [("case_id", "in", self.case_id.ids)],
            ["line_id", "res_model", "source_id"],
        )
        by_line = defaultdict(set)
        for model, of_model in covers.grouped("res_model").items():
            if not hasattr(self.env[model], "_describe_for_debtor"):
                continue
            sources = self.env[model].browse({*of_model.mapped("source_id")}).exists()
            known = set(sources.ids)
            for cover in of_model:
                if cover.source_id in known:
                    source = sources.browse(cover.source_id)
                    by_line[cover.line_id.id].add(source.with_prefetch(sources.ids))
        return by_line

    def _get_agreements_below(self):
        """Return the agreements to print below the table, in texts that do not place
        them themselves: an older text, or one that somebody wrote, recalls them too."""
        self.ensure_one()
        if self.kind == "courtesy":
            return ""
        body = self._get_template().sudo().body_html or ""  # a text, whoever prints
        return "" if "object.agreements_text" in body else self.agreements_text
