from markupsafe import Markup

from odoo import models
from odoo.tools import format_date

from ...tools import postal

#: What is known of a letter at the post; each change is told in the case's chatter.
TRACKED = (
    "tracking_number",
    "deposit_date",
    "presentation_date",
    "receipt_date",
    "return_reason",
    "proof_ids",
)


class DunningActionPostalLog(models.Model):
    """What the post did with a letter, told in the chatter of its case."""

    _inherit = "dunning.action"

    def write(self, vals):
        if not any(name in vals for name in TRACKED):
            return super().write(vals)
        before = {action: action._get_postal_facts() for action in self}
        unknown = self.filtered(lambda one: one.return_reason == postal.UNKNOWN)
        result = super().write(vals)
        self._tell_postal_changes(before)
        if vals.get("return_reason") == postal.UNKNOWN:
            (self - unknown)._ask_for_address()
        return result

    def _get_postal_facts(self):
        """Return what is known of the letter, in words: {field name: text}."""
        self.ensure_one()
        facts = {}
        for name in TRACKED:
            field, value = self._fields[name], self[name]
            if field.type == "date":
                value = format_date(self.env, value) if value else ""
            elif field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value)
            elif field.type == "many2many":
                value = ", ".join(value.mapped("name"))
            facts[name] = value or ""
        return facts

    def _tell_postal_changes(self, before):
        """Write what has changed in the chatter of the cases, one note per case.

        :param before: ``{action: facts}`` of :meth:`_get_postal_facts`
        """
        labels = {
            name: self._fields[name]._description_string(self.env) for name in TRACKED
        }
        bodies = {}
        for action, old in before.items():
            new = action._get_postal_facts()
            changes = [name for name in TRACKED if old[name] != new[name]]
            if changes:
                note = action._describe_postal_changes(labels, old, new, changes)
                case_id = action.case_id.id
                bodies[case_id] = bodies.get(case_id, Markup("")) + note
        if bodies:
            self.env["dunning.case"].browse(list(bodies))._message_log_batch(bodies)

    def _describe_postal_changes(self, labels, old, new, changes):
        rows = Markup("").join(
            Markup("<li>%s: %s</li>")
            % (labels[name], " → ".join(filter(None, (old[name], new[name] or "–"))))
            for name in changes
        )
        title = self.env._("At the post: %(level)s", level=self.level_id.name or "")
        return Markup("<p>%s</p><ul>%s</ul>") % (title, rows)

    def _ask_for_address(self):
        """Plan a task for letters that came back from an unknown address."""
        for action in self:
            action.case_id._plan_task(
                self.env._("Correct the address"),
                self.env._(
                    "The registered letter of %(day)s to %(contact)s came back: "
                    "addressee unknown. Find the right address, correct the contact, "
                    "then send the letter again.",
                    day=format_date(self.env, action.deposit_date),
                    contact=action.contact_id.display_name,
                ),
            )
