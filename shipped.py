"""What an upgrade does with the texts that the module ships.

They are data that nobody overwrites (``noupdate``), because accountants change them. A
text that nobody has changed follows the new version, in every language; a changed one
stays, and the log says which.
"""

import logging
from copy import deepcopy
from io import BytesIO
from pathlib import Path

from lxml import etree

from odoo.tools import SQL
from odoo.tools.convert import convert_xml_import

from .tools.shipped import is_as_shipped

MODULE = "account_dunning"
HERE = Path(__file__).parent
#: The texts of a record, by its model.
FIELDS = {"mail.template": ("subject", "body_html"), "sms.template": ("body",)}

_logger = logging.getLogger(__name__)


def follow_shipped_texts(env, known):
    """Bring the shipped texts that nobody has changed to the version of the files.

    :param dict known: fingerprints of the version before, as ``dev/shipped_texts.py``
        writes them: ``{xml id: {field: {"en": …, "fr": …}}}``
    :return: the names of the records that follow, and of those that stay
    """
    records = {name: env.ref(f"{MODULE}.{name}", False) for name in known}
    followed, kept = [], []
    for name, record in records.items():
        if record:
            same = _is_untouched(env, record, known[name])
            (followed if same else kept).append(name)
    _load(env, followed)
    if kept:
        _logger.info(
            "Texts of dunning that were changed here stay as they are: %s. Compare "
            "them with the new ones in data/ of the module.",
            ", ".join(f"{records[name].name} ({name})" for name in kept),
        )
    return followed, kept


def _is_untouched(env, record, known):
    return all(
        is_as_shipped(_read_languages(env, record, field), known.get(field, {}))
        for field in FIELDS[record._name]
    )


def _read_languages(env, record, field):
    """Return what a translated field holds: ``{language code: text}``."""
    env.flush_all()
    row = env.execute_query(
        SQL(
            "SELECT %s FROM %s WHERE id = %s",
            SQL.identifier(field),
            SQL.identifier(record._table),
            record.id,
        )
    )
    return dict(row[0][0] or {})


def _load(env, names):
    """Read records from the files again: their texts only, then each translation."""
    if not names:
        return
    for name in names:
        _forget_translations(env, env.ref(f"{MODULE}.{name}"))
    env.invalidate_all()
    wanted = set(names)
    for path in sorted(HERE.glob("data/**/*.xml")):
        if data := _cut(path, wanted):
            file = BytesIO(data)
            file.name = str(path)  # for Odoo's messages
            convert_xml_import(env, MODULE, file, {}, "init", True)
    env.flush_all()
    langs = [code for code, _name in env["res.lang"].get_installed()]
    env["ir.module.module"]._load_module_terms([MODULE], langs)
    env.invalidate_all()


def _forget_translations(env, record):
    for field in FIELDS[record._name]:
        env.cr.execute(
            SQL(
                "UPDATE %(table)s SET %(field)s = jsonb_build_object("
                "'en_US', %(field)s->>'en_US') WHERE id = %(id)s",
                table=SQL.identifier(record._table),
                field=SQL.identifier(field),
                id=record.id,
            )
        )


def _cut(path, wanted):
    """Return a data file with the texts of some records and nothing else; nothing when
    it has none of them."""
    root = etree.Element("odoo", noupdate="1")
    for record in etree.parse(path).iterfind(".//record"):
        fields = FIELDS.get(record.get("model"), ())
        if record.get("id") in wanted and fields:
            copy = deepcopy(record)
            for field in copy.findall("field"):
                if field.get("name") not in fields:
                    copy.remove(field)
            root.append(copy)
    return etree.tostring(root) if len(root) else b""
