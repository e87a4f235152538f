from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DunningLimitationSubject(models.AbstractModel):
    """What a record of the law is about: invoices of a debtor, each as a whole, and
    items of his in other entries, each for itself.

    An entry may hold items of many debtors and of many debts: what interrupts the
    limitation of one says nothing of the others.
    """

    _name = "dunning.limitation.subject"
    _description = "Dunning: Invoices and Items"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._complete_subject()
        return records

    def write(self, vals):
        result = super().write(vals)
        if not {"move_ids", "move_line_ids"}.isdisjoint(vals):
            self._complete_subject()
        return result

    def _complete_subject(self):
        """Name the entries of the items, and of an entry that is named alone the items
        of the debtor."""
        for record in self.sudo():  # what was named says it already
            moves = record.move_line_ids.move_id - record.move_ids
            entries = record.move_ids.filtered(
                lambda move: not move._is_dunning_document()
            )
            alone = entries - record.move_line_ids.move_id
            items = record._find_items_of(alone)
            if moves or items:
                record.write(
                    {
                        "move_ids": [fields.Command.link(one.id) for one in moves],
                        "move_line_ids": [fields.Command.link(one.id) for one in items],
                    }
                )

    def _find_items_of(self, moves):
        """Return the receivable items of the debtor in these entries."""
        self.ensure_one()
        return moves.line_ids.filtered(
            lambda item: (
                item.account_type == "asset_receivable"
                and item.partner_id.commercial_partner_id == self.partner_id
            )
        )

    @api.constrains("move_line_ids")
    def _check_items(self):
        for record in self.sudo():  # whose an item is
            items = record.move_line_ids
            if items - record._find_items_of(items.move_id):
                raise ValidationError(
                    self.env._(
                        "Choose items of %(debtor)s only: an entry may hold those of "
                        "other customers as well.",
                        debtor=record.partner_id.display_name,
                    )
                )

    def _get_units(self):
        """Return keys of what it is about: ``(True, invoice id)`` and ``(False, item
        id)``. An entry whose items were entered again counts as a whole.

        :rtype: set[tuple[bool, int]]
        """
        self.ensure_one()
        items = self.move_line_ids
        of_items = items.move_id
        return {(False, item.id) for item in items} | {
            (True, move.id)
            for move in self.move_ids
            if move._is_dunning_document() or move not in of_items
        }

    def _name_subject(self):
        """Return in words what it is about: numbers, each once."""
        self.ensure_one()
        record = self.sudo()  # a number is no secret to who sees the debtor's records
        items = record.move_line_ids
        names = (record.move_ids - items.move_id).mapped("display_name")
        numbers = [item._get_dunning_number() for item in items]
        return ", ".join([*names, *self.env["dunning.case.line"]._say_names(numbers)])
