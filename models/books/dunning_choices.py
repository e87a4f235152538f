from odoo import api, models
from odoo.exceptions import AccessError


class DunningChoices(models.AbstractModel):
    """Fields of ours on records of the host: each says who may write it.

    Whoever may edit a customer or an invoice does not thereby decide how it is dunned.
    What the record itself brings about (a VAT number makes a business) follows for
    everybody: that is worked out, not written.
    """

    _name = "dunning.choices"
    _description = "Choices about Dunning"

    @api.model
    def _get_dunning_writers(self):
        """Map fields of ours to the group that may write them, False where only the
        engine does: a hook, each folder adds its own."""
        return {}

    @api.model
    def _get_closed_dunning_fields(self):
        """Return the fields of ours that the user may not write."""
        if self.env.su:
            return set()
        has_group = self.env.user.has_group
        return {
            name
            for name, group in self._get_dunning_writers().items()
            if not (group and has_group(group))
        }

    @api.model
    def default_get(self, fields):
        """Leave out defaults that a context, or the user's own list, would bring in."""
        closed = self._get_closed_dunning_fields()
        return super().default_get([name for name in fields if name not in closed])

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Let screens show as read-only what the user may not write."""
        found = super().fields_get(allfields, attributes)
        if not attributes or "readonly" in attributes:
            for name in self._get_closed_dunning_fields() & found.keys():
                found[name]["readonly"] = True
        return found

    def copy_data(self, default=None):
        """Let a copy begin like any new record."""
        closed = self._get_closed_dunning_fields()
        return [
            {name: value for name, value in vals.items() if name not in closed}
            for vals in super().copy_data(default)
        ]

    @api.model_create_multi
    def create(self, vals_list):
        """Create records without what the user may not say; what he says all the same
        must be what they have by themselves."""
        closed = self._get_closed_dunning_fields()
        records = super().create(
            [
                {name: value for name, value in vals.items() if name not in closed}
                for vals in vals_list
            ]
        )
        for record, vals in zip(records, vals_list, strict=True):
            record._check_dunning_choices(vals)
        return records

    def write(self, vals):
        self._check_dunning_choices(vals)
        return super().write(vals)

    def _check_dunning_choices(self, vals):
        """Refuse another value of what the user may not write; the same is no change.

        :raises AccessError: in words
        """
        for name in self._get_closed_dunning_fields() & vals.keys():
            field = self._fields[name]
            for record in self:
                now = field.convert_to_cache(record[name], record)
                if field.convert_to_cache(vals[name], record) != now:
                    raise AccessError(
                        self.env._(
                            "“%(field)s” of %(record)s is decided by who works on "
                            "dunning: ask a collector to change it.",
                            field=field._description_string(self.env),
                            record=record.display_name,
                        )
                    )
