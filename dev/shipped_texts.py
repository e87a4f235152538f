"""Write the fingerprints of the texts that a version shipped.

``python3 dev/shipped_texts.py VERSION migrations/X/shipped_texts.json`` (VERSION: any
name that git knows). The upgrade to X then knows which texts nobody has changed.
"""

import json
import subprocess
import sys
from pathlib import Path

import polib
from lxml import etree

CHECKOUT = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT))

from tools.shipped import fingerprint

FIELDS = {"mail.template": ("subject", "body_html"), "sms.template": ("body",)}


def git(*arguments):
    """Return what git prints."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True).stdout


def read_field(field):
    """Return the text of a field of a data file, as Odoo reads it."""
    if field.get("type") != "html":
        return field.text or ""
    inner = [etree.tostring(child, encoding="unicode") for child in field]
    return (field.text or "") + "".join(inner)


def read_french(version):
    """Map (model, field, XML id) to the French text."""
    catalogue = polib.pofile(git("show", f"{version}:i18n/fr.po").decode())
    texts = {}
    for entry in catalogue:
        for place, _line in entry.occurrences:
            kind, _sep, where = place.partition(":")
            if kind == "model" and not entry.obsolete:
                what, _sep, xmlid = where.partition(":")
                texts[(*what.split(","), xmlid.split(".")[-1])] = entry.msgstr
    return texts


def main(version, target):
    """Write the file."""
    french, known = read_french(version), {}
    for path in git("ls-tree", "-r", "--name-only", version, "data").decode().split():
        if not path.endswith(".xml"):
            continue
        root = etree.fromstring(git("show", f"{version}:{path}"))
        for record in root.iterfind(".//record"):
            model, name = record.get("model"), record.get("id")
            for field in record.findall("field"):
                if field.get("name") in FIELDS.get(model, ()):
                    prints = {"en": fingerprint(read_field(field))}
                    text = french.get((model, field.get("name"), name))
                    if text:
                        prints["fr"] = fingerprint(text)
                    known.setdefault(name, {})[field.get("name")] = prints
    text = json.dumps(known, indent=1, sort_keys=True)
    Path(target).write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
