"""What this concern adds to models of the host."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class IrDefault(models.Model):
    """A default that a user set for himself is no way to enter a fact."""

    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        defaults = super()._get_model_defaults(model_name, condition)
        model = self.env.get(model_name)
        if model is None or not hasattr(model, "_get_last_stage"):
            return defaults
        return {
            name: value
            for name, value in defaults.items()
            if name not in model._fields or model._get_last_stage(model._fields[name])
        }


class IrAttachment(models.Model):
    """The files of a record of dunning that is no draft any more are kept as they are.

    Whatever of them is changed (content, name, kind, whose they are, who sees them):
    the record rests on what was there when it was made. A file of something else, an
    invoice for example, is never kept: dunning refuses no accounting operation.
    """

    _inherit = "ir.attachment"

    dunning_void_text = fields.Char(
        "Void",
        readonly=True,
        copy=False,
        help="Put there by mistake: since when, who said so, and why. The file is "
        "kept, it proves nothing any more.",
    )

    def write(self, vals):
        self._check_dunning_files()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept_by_dunning(self):
        self._check_dunning_files()

    def _check_dunning_files(self):
        if self.env.su:
            return
        for record, files in self._find_dunning_owners().items():
            if record._keeps_files():
                files._refuse_dunning_change(record)

    def _refuse_dunning_change(self, record):
        """:raises AccessError: always"""
        raise AccessError(
            self.env._(
                "“%(document)s” is kept with “%(record)s”: it is not changed and not "
                "deleted. Put there by mistake, mark it as void with the reason.",
                document=self[0].name,
                record=record._get_holder().display_name,
            )
        )

    def _find_dunning_owners(self):
        """Map the records of dunning that have some of these files to those."""
        models_of = self._get_dunning_file_models()
        # Whoever changes a file need not see the record that keeps it.
        own = self.sudo().filtered(
            lambda file: not file.res_model or file.res_model in models_of
        )
        pairs = {(file.res_model, file.res_id, file.id) for file in own if file.res_id}
        if own:
            queries = [
                self._select_dunning_owners(self.env[model]._fields[name], own.ids)
                for model, names in models_of.items()
                for name in names
            ]
            pairs |= set(self.env.execute_query(SQL(" UNION ALL ").join(queries)))
        owners = {}
        for model, record_id, file_id in pairs:
            record = self.env[model].sudo().browse(record_id)
            owners[record] = owners.get(record, self.browse()) | self.browse(file_id)
        return {record: files for record, files in owners.items() if record.exists()}

    @api.model
    def _get_dunning_file_models(self):
        """Map the models of dunning whose records are kept to their fields of files."""
        return {
            name: self.env[name]._get_file_fields()
            for name, model in self.env.registry.items()
            if not (model._abstract or model._transient)
            and hasattr(model, "_get_file_fields")
        }

    @api.model
    def _select_dunning_owners(self, field, ids):
        """Return the query of (model, record, file) for a field that names files."""
        if field.type == "many2many":
            table, record, file = field.relation, field.column1, field.column2
        else:
            table, record, file = self.env[field.model_name]._table, "id", field.name
        return SQL(
            "SELECT %s, %s, %s FROM %s WHERE %s IN %s",
            field.model_name,
            SQL.identifier(record),
            SQL.identifier(file),
            SQL.identifier(table),
            SQL.identifier(file),
            tuple(ids),
        )

    def _read_dunning_bytes(self):
        """Return what the file holds: never its size, whatever the caller's context
        asks for."""
        self.ensure_one()
        return self.with_context(bin_size=False, bin_size_raw=False).raw or b""
