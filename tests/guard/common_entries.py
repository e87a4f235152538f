from ..common_intent import FIELDS_HEAD

MODULE = "account_dunning"
#: Until when a user may enter a field, in words: see ``dunning.guarded``.
WORDS = {
    "new": "when it is made",
    "draft": "as a draft",
    "proposed": "until it is agreed upon",
    "open": "until it is over",
    "over": "always",
}
INTRODUCTION = """
Who may create or write a record at all stands above; which of its fields, here. A user
enters a field that is listed until the record is as far as the head of its row says: by
values, by a `default_` of the context, by a default of his own, by an import or through
a neighbouring record, it is the same rule. What stands in the last row is a fact: the
engine writes it, and it keeps its own default whatever a user sends. `make test` tries
each stored field in each of these ways, as collector and as credit manager. A window is
its user's own: what it names is looked at as this user before anything is done.
"""


def find_models(env):
    """Return the names of our stored models whose records are kept, sorted."""
    return sorted(
        name
        for name, model in env.registry.items()
        if model._original_module == MODULE
        and not (model._abstract or model._transient)
    )


def is_entered_somehow(field):
    """Tell whether a value of a field can be given at all."""
    is_ours = MODULE in field._modules
    return is_ours and (field.store or bool(field.inverse))


def write_table(env):
    """Return the section *Fields* of ``docs/security.md``, out of the registry."""
    rows = ["| model | when | fields |", "| --- | --- | --- |"]
    for name in find_models(env):
        by_stage = {}
        for field in env[name]._fields.values():
            if is_entered_somehow(field):
                stage = env[name]._get_last_stage(field)
                by_stage.setdefault(stage, []).append(field.name)
        for stage, words in (*WORDS.items(), (None, "never: facts")):
            if found := by_stage.get(stage):
                names = ", ".join(f"`{one}`" for one in sorted(found))
                rows.append(f"| `{name}` | {words} | {names} |")
    return FIELDS_HEAD + INTRODUCTION + "\n" + "\n".join(rows) + "\n"
