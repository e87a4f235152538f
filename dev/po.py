"""Compare, merge and check translation files; runs in the virtual environment.

``po.py compare EXPORTED POT``, ``po.py merge EXPORTED POT PO``, ``po.py check POT PO``:
what is to be mended is printed, and an empty answer means that all is well.
"""

import re
import sys
from pathlib import Path

import polib

#: Odoo writes a template's lines whole; gettext, translators' programs, wrap them.
WHOLE, WRAPPED = 0, 78
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sd]|\{\{.*?\}\}|\$\{.*?\}")
TAG = re.compile(r"</?\w+")


def read(path, width=WHOLE):
    """Open a file; its lines are so long when it is saved."""
    return polib.pofile(str(path), wrapwidth=width)


def terms(path):
    """Return the texts of a file that are in use."""
    return {entry.msgid for entry in read(path) if not entry.obsolete}


def compare(exported, pot):
    """Return the differences between what the module has and what is in its file."""
    now, known = terms(exported), terms(pot)
    lines = [f"  not in {Path(pot).name}: {text!r}" for text in sorted(now - known)]
    return lines + [f"  no longer used: {text!r}" for text in sorted(known - now)]


def merge(exported, pot, po):
    """Write the template, and bring the translation up to date without losing any."""
    fresh = read(exported)
    old = read(pot) if Path(pot).is_file() else None
    if old is not None and list(old) == list(fresh):
        fresh = old
    elif old is not None:
        fresh.metadata["POT-Creation-Date"] = fresh.metadata["PO-Revision-Date"]
    fresh.save(str(pot))
    if Path(po).is_file():
        translation = read(po, WRAPPED)
    else:
        translation = polib.POFile(wrapwidth=WRAPPED)
        translation.metadata = {**fresh.metadata, "Language": "fr"}
        translation.metadata["Plural-Forms"] = "nplurals=2; plural=(n > 1);"
    # What is no longer used is kept: a text that comes back finds its translation.
    translation.merge(fresh)
    place = {entry.msgid: number for number, entry in enumerate(fresh)}
    translation.sort(key=lambda entry: place.get(entry.msgid, len(place)))
    translation.save(str(po))
    return []


def check(pot, po):
    """Return what is missing or wrong in a translation."""
    known = {entry.msgid: entry for entry in read(po) if not entry.obsolete}
    wanted = [entry.msgid for entry in read(pot)]
    lines = [
        f"{Path(po).name}: {problem}: {text!r}"
        for text in wanted
        for problem in problems(known.get(text))
    ]
    strange = sorted(set(known) - set(wanted))
    return lines + [f"{Path(po).name}: not in the template: {t!r}" for t in strange]


def problems(entry):
    """Return what is wrong with one translated text."""
    if entry is None:
        return ["missing"]
    if not entry.msgstr.strip():
        return ["not translated"]
    found = ["fuzzy"] if "fuzzy" in entry.flags else []
    for what, pattern in (("placeholders", PLACEHOLDER), ("tags", TAG)):
        here, there = pattern.findall(entry.msgid), pattern.findall(entry.msgstr)
        if sorted(here) != sorted(there):
            found.append(f"{what} differ")
    return found


def main():
    """Do what the command line asks for."""
    action, *paths = sys.argv[1:]
    lines = {"compare": compare, "merge": merge, "check": check}[action](*paths)
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
