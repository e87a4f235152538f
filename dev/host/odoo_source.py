"""Odoo itself: the one that the user has (``ODOO_HOME``), or Debian's package.

The package is unpacked, not installed. Its pictures, fonts and libraries are links to
other packages, which are therefore unpacked into the same root.
"""

import json
import os
import re
import shutil
from pathlib import Path

from . import debian
from .paths import (
    ADDONS,
    DEV,
    HOST,
    MODULE,
    HostError,
    digest,
    is_done,
    mark_done,
    module_entries,
    say,
    timed,
)

ROOT = HOST / "odoo"
PACKAGED = "usr/lib/python3/dist-packages"
PINS = json.loads((DEV / "pins.json").read_text())

# From the machine's own release: newer ones have other paths than Odoo's links expect.
COMPANIONS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
)
# The package leaves this file out, but the web client still asks for it.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"

REMEDY = "set ODOO_HOME to the folder of an Odoo 19 that you have"


def library():
    """Return the folder to put on PYTHONPATH, so that Python finds ``odoo``."""
    given = os.environ.get("ODOO_HOME")
    if not given:
        return ROOT / PACKAGED
    home = Path(given).expanduser().absolute()
    for folder in (home, home.parent, home / PACKAGED):
        if (folder / "odoo" / "release.py").is_file():
            return folder
    raise HostError(
        f"ODOO_HOME={given} holds no Odoo: give the folder that contains `odoo-bin` or "
        "the Python package `odoo`, or unset it to let the set-up fetch one"
    )


def addons_path():
    """Return the folders with modules: Odoo's own and the link to this one."""
    core, beside = library() / "odoo" / "addons", library() / "addons"
    # A git checkout has most modules beside the core; Debian's package has all of them
    # inside, and beside it a second, incomplete set.
    folders = [core, ADDONS] if (core / "account").is_dir() else [core, beside, ADDONS]
    return ",".join(str(folder) for folder in folders)


def version():
    """Return the version of Odoo in use, checked to be a 19.0."""
    text = (library() / "odoo" / "release.py").read_text()
    found = re.search(r"^version_info = \((\d+), (\d+), (\d+)", text, re.MULTILINE)
    numbers = ".".join(found.groups()) if found else "?"
    if not numbers.startswith(PINS["series"]):
        raise HostError(f"{library()} is Odoo {numbers}, but 19.0 is needed: {REMEDY}")
    return numbers


def set_up():
    """Make sure that an Odoo 19 is there."""
    if os.environ.get("ODOO_HOME"):
        version()
        return
    key = digest(PINS, COMPANIONS)
    if is_done("odoo", key) and ROOT.is_dir():
        return
    with timed("Odoo 19 from Debian's package"):
        fetch()
    version()
    mark_done("odoo", key)


def fetch():
    """Download Odoo and what it links to, unpack all of it, and put it in place."""
    if not debian.is_available():
        raise HostError(f"no apt-get on this machine to fetch Odoo 19 with: {REMEDY}")
    if not debian.KEYRING.is_file():
        raise HostError(
            f"{debian.KEYRING} is missing: install debian-archive-keyring, or {REMEDY}"
        )
    suite, own = debian.Apt("odoo", PINS["suite"]), debian.Apt("own")
    suite.update()
    own.update()
    part = ROOT.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    debian.unpack(suite.download([chosen(suite, "odoo-19", PINS["series"])]), part)
    debian.unpack(suite.download([chosen(suite, "fonts-montserrat", "")]), part)
    debian.unpack(own.download(COMPANIONS), part)
    left_out = part / PACKAGED / "odoo" / "addons" / LEFT_OUT
    left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.touch()
    shutil.rmtree(ROOT, ignore_errors=True)
    part.rename(ROOT)


def chosen(apt, package, series):
    """Return ``package=version``: the pinned one, else the newest of the series."""
    pin = PINS[package]
    versions = apt.versions(package)
    if pin["version"] in versions:
        if apt.checksum(package, pin["version"]) != pin["sha256"]:
            raise HostError(
                f"{package} {pin['version']} is not the package whose checksum is in "
                f"dev/pins.json: correct the pin if you trust it, or {REMEDY}"
            )
        return f"{package}={pin['version']}"
    newest = next((v for v in versions if v.startswith(series)), None)
    if not newest:
        raise HostError(f"Debian has no {package} {series} any more: {REMEDY}")
    say(f"{package} {pin['version']} is gone from Debian, taking {newest} instead")
    return f"{package}={newest}"


def link_module():
    """Show the checkout to Odoo under the module's technical name.

    Not one link to the whole checkout but one per entry: the checkout also holds the
    host, and Odoo follows links through a module's folders when it exports its texts.
    """
    folder = ADDONS / MODULE
    if folder.is_symlink():
        folder.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {entry.name: entry for entry in module_entries()}
    for link in folder.iterdir():
        if link.name not in wanted or link.readlink() != wanted[link.name]:
            link.unlink()
    for name, entry in wanted.items():
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(entry)
