from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Command

#: How far a record is, in order. A field says in ``entry`` until when a user may enter
#: it: "new" when the record is made, "draft" as long as nothing follows from it,
#: "proposed" until the debtor has agreed, "open" until it is over, "over" always. A
#: field without ``entry`` is a fact.
STAGES = ("new", "draft", "proposed", "open", "over")
#: Commands of x2many fields whose second part is the id of a record.
NAMING = (Command.UPDATE, Command.DELETE, Command.UNLINK, Command.LINK)


class DunningGuarded(models.AbstractModel):
    """What a user may enter: the one guard of all records of dunning (design, rule 20).

    Facts are the engine's: it writes them as superuser, with :meth:`_write_facts`. By
    whatever way a user comes (values, ``default_`` in the context, a default of his
    own, an import, a neighbouring record), a fact keeps its own default. A window is
    its user's own: all of it may be entered. What a user names in a field must be his
    to read, and the rules of the companies hold on what he wrote.
    """

    _name = "dunning.guarded"
    _description = "Dunning: What May Be Entered"

    @api.model
    def _valid_field_parameter(self, field, name):
        return name == "entry" or super()._valid_field_parameter(field, name)

    @api.model
    def _get_last_stage(self, field):
        """Return the last stage in which a user may enter a field; None for a fact."""
        if self._transient:
            return "over"
        # The host lets a related field take what its source says of itself.
        return None if field.related else getattr(field, "entry", None)

    def _get_stage(self):
        """Return how far the record is, one of STAGES: each model says it of itself.

        Where nobody says so, it is as it stays for good.
        """
        return "over"

    def _may_enter(self, field):
        """Tell whether a user may enter a field of each of these records; without any,
        whether he may do so when he makes one."""
        last = self._get_last_stage(field)
        if last in (None, "new", "over"):
            return last == "over" or (last == "new" and not self)
        return all(STAGES.index(one._get_stage()) <= STAGES.index(last) for one in self)

    def _has_field_access(self, field, operation):
        if operation == "write" and not self.env.su and not self._may_enter(field):
            return False
        return super()._has_field_access(field, operation)

    def _check_field_access(self, field, operation):
        if operation == "write" and not self.env.su and not self._may_enter(field):
            self._refuse({field.name})
        return super()._check_field_access(field, operation)

    def _refuse(self, names):
        """Say why a user may not enter these fields; each model says how to go on.

        :raises AccessError: always
        """
        field = self._fields[min(names)]
        words = {
            "field": field._description_string(self.env),
            "model": self.env["ir.model"]._get(self._name).name,
        }
        if self._get_last_stage(field) is None:
            raise AccessError(
                self.env._(
                    "“%(field)s” (%(model)s) is not entered: it follows from what "
                    "happens.",
                    **words,
                )
            )
        raise AccessError(
            self.env._(
                "“%(field)s” (%(model)s) stays as it is: it was entered when it was "
                "made, or something follows from it already.",
                **words,
            )
        )

    # Facts

    def _write_facts(self, vals):
        """Write what happened: the engine's to say, whoever clicked.

        Who may let it happen was checked by the method that a user called.
        """
        return self.sudo().write(vals)

    @api.model
    def _create_facts(self, vals_list):
        """Make records that are the engine's to make; see :meth:`_write_facts`."""
        return self.sudo().create(vals_list).sudo(self.env.su)

    def copy_data(self, default=None):
        """A copy is made now: what happened to the first did not happen to it."""
        if self.env.su:
            return super().copy_data(default)
        given = default or {}
        return [
            {
                name: value
                for name, value in vals.items()
                if name in given or self._get_last_stage(self._fields[name])
            }
            for vals in super().copy_data(default)
        ]

    def _without_forged_defaults(self):
        """Return it without the defaults that the context gives for facts: it travels
        with every call, also with those that the engine makes as superuser."""
        forged = {
            key
            for key in self.env.context
            if key.startswith("default_")
            and (field := self._fields.get(key.removeprefix("default_")))
            and self._get_last_stage(field) is None
        }
        if not forged:
            return self
        kept = {key: val for key, val in self.env.context.items() if key not in forged}
        return self.with_env(self.env(context=kept))

    @api.model
    def default_get(self, fields):
        own = self._without_forged_defaults()
        return super(DunningGuarded, own).default_get(fields)

    # Walls

    @api.model_create_multi
    def create(self, vals_list):
        own = self._without_forged_defaults()
        if self.env.su:
            return super(DunningGuarded, own).create(vals_list).with_env(self.env)
        given = own._get_given_defaults()
        for vals in vals_list:
            own.browse()._check_named(given | vals)
        vals_list = [own.browse()._with_own_files(vals) for vals in vals_list]
        created = super(DunningGuarded, own).create(vals_list).with_env(self.env)
        created._adopt_files()
        return created

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self._check_named(vals)
        if vals.keys().isdisjoint(self._get_file_fields()):
            result = super().write(vals)
        else:
            files = {one: one.sudo()._get_files() for one in self}
            result = super().write(self._with_own_files(vals))
            self._check_kept_files(files)
            self._adopt_files()
        # The host looks at the rules before it writes, not at what comes of it.
        self._with_all_companies().check_access("write")
        return result

    def onchange(self, values, field_names, fields_spec):
        """What a form shows of a record that a user names is his to read."""
        if not self.env.su:
            own = self._without_forged_defaults()
            own._check_named(own._get_given_defaults() | values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _get_given_defaults(self):
        """Return the values that the context gives for fields of the model."""
        return {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
            and key.removeprefix("default_") in self._fields
        }

    def _with_all_companies(self):
        """Return it for a user who has ticked all of his companies: what he may read
        does not depend on which he looks at."""
        companies = self.env.user._get_company_ids()
        return self.with_context(allowed_company_ids=list(companies))

    def _check_named(self, vals):
        """Look at the records that a user names as this user.

        :param vals: values as for :meth:`write`
        :raises AccessError: when one of them is not his to read
        """
        known = self._with_all_companies()
        for name, value in vals.items():
            field = self._fields.get(name)
            if not field or not field.relational:
                continue
            if not (ids := _get_named_ids(value)):
                continue
            ids -= set(known.sudo()[name].ids) if self.ids else set()  # seen already
            known.env[field.comodel_name].browse(sorted(ids)).check_access("read")

    # Files that prove something

    @api.model
    def _get_file_fields(self):
        """Return the names of the stored fields that name files."""
        return [
            field.name
            for field in self._fields.values()
            if field.comodel_name == "ir.attachment"
            and field.store
            and field.type in ("many2one", "many2many")
            and field.name != "message_main_attachment_id"
        ]

    def _get_files(self):
        """Return the files that the records name."""
        files = self.env["ir.attachment"]
        return files.union(*(self[name] for name in self._get_file_fields()))

    def _get_all_files(self):
        """Return the files that the record names, and those put into its history."""
        self.ensure_one()
        owned = [("res_model", "=", self._name), ("res_id", "=", self.id)]
        return self._get_files() | self.env["ir.attachment"].search(owned)

    def _keeps_files(self):
        """Tell whether the files of the record stay as they are: as long as it is a
        draft they may be changed, afterwards one put there by mistake is marked as
        void. A window keeps nothing."""
        self.ensure_one()
        return not self._transient and self._get_stage() not in ("new", "draft")

    def _get_holder(self):
        """Return the record that a user knows as the one that has its files: a hook."""
        return self

    def _note_void_file(self, text):
        """Write into the history that a file of the record is void: a hook."""
        self.ensure_one()
        if "case_id" in self._fields:
            self.case_id._message_log(body=text)

    def _check_kept_files(self, before):
        """Refuse that a file of a record that keeps them is taken away.

        :param before: the files of each record before it was written
        """
        for record, files in before.items():
            gone = files - record.sudo()._get_files()
            if gone and record._keeps_files():
                gone._refuse_dunning_change(record)

    @api.model
    def _with_own_files(self, vals):
        """Return the values with a copy of each file that belongs to something else:
        what happens to that does not happen to the copy. A window shows the files of
        others as they are."""
        if self._transient:
            return vals
        for name in self._get_file_fields():
            named = _get_named_ids(vals.get(name)) if vals.get(name) else set()
            # Read by whoever names it: see _check_named.
            files = self.env["ir.attachment"].sudo().browse(sorted(named))
            known = self.sudo()._get_files() if self.ids else files.browse()
            for file in files - known:
                if (
                    file.res_id
                    and (file.res_model, file.res_id) not in self._get_keys()
                ):
                    copy = file.copy({"res_model": self._name, "res_id": 0})
                    vals = vals | {name: _replace_named(vals[name], file.id, copy.id)}
        return vals

    def _get_keys(self):
        return [(self._name, number) for number in self.ids]

    def _adopt_files(self):
        """Tie what the user has just uploaded, and nothing else, to its record: whoever
        may see the record may open it."""
        for record in self:
            loose = (
                record.sudo()
                ._get_files()
                .filtered(
                    lambda file: (
                        not file.res_id
                        and file.create_uid == self.env.user
                        and file.res_model in (False, self._name)
                    )
                )
            )
            if loose:
                loose.write({"res_model": self._name, "res_id": record.id})


def _replace_named(value, old, new):
    """Return the value of a field of files with another id in the place of one."""
    if not isinstance(value, list | tuple):
        return new
    commands = []
    for command in value:
        if isinstance(command, list | tuple) and command[0] == Command.SET:
            command = (*command[:2], [new if one == old else one for one in command[2]])
        elif isinstance(command, list | tuple) and command[0] == Command.LINK:
            command = Command.link(new) if command[1] == old else command
        elif command == old:
            command = new
        commands.append(command)
    return commands


def _get_named_ids(value):
    """Return the ids that the value of a relational field names."""
    if isinstance(value, models.BaseModel):
        return set(value.ids)
    if isinstance(value, dict):  # as the web client shows a many2one
        value = value.get("id")
    named = []
    for command in value if isinstance(value, list | tuple) else [value]:
        if isinstance(command, list | tuple):
            named += [command[1]] if command[0] in NAMING else []
            named += command[2] if command[0] == Command.SET else []
        else:
            named.append(command)
    return {one for one in named if isinstance(one, int) and one}
