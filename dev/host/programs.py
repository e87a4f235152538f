"""The programs that Odoo calls: PDF, browser, fonts, and the libraries they need.

What the machine has is used. What it lacks is taken from the machine's own Debian
release, with every missing dependency, unpacked into the host and started through small
wrappers in ``.host/bin``.
"""

import os
import shutil
import sysconfig
from pathlib import Path

from . import debian, postgres
from .paths import (
    BIN,
    CACHE,
    DEBIAN,
    FONTS_CONF,
    HOST,
    STAMPS,
    VENV,
    digest,
    is_done,
    mark_done,
    output_of,
    timed,
    warn,
)

# The names, and their order, under which Odoo's browser tests look for one.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# What letters and screens are set in; French accents and the euro sign included.
FONTS = {
    "DejaVu Sans": "fonts-dejavu-core",
    "Liberation Sans": "fonts-liberation",
    "Lato": "fonts-lato",
    "Open Sans": "fonts-open-sans",
    "Roboto": "fonts-roboto-unhinted",
    "Noto Color Emoji": "fonts-noto-color-emoji",
}
LONGEST_FOLDER = 50
# Libraries of the PDF program, whose wheel brings none.
PDF_LIBRARIES = ("libxrender1", "libxext6", "libfontconfig1", "libfreetype6")

WRAPPER = """#!/bin/sh
# Made by the set-up: starts a program that is unpacked, not installed.
LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
FONTCONFIG_FILE="{fonts}"
export LD_LIBRARY_PATH FONTCONFIG_FILE
{more}exec "{program}" "$@"
"""

FONTS_XML = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <include ignore_missing="yes">{debian}/etc/fonts/conf.d</include>
  <dir>/usr/share/fonts</dir>
  <dir>{debian}/usr/share/fonts</dir>
  <dir>{odoo}/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def fetch():
    """Make sure that what the machine lacks is unpacked."""
    key = digest(FONTS, PDF_LIBRARIES, machine_has())
    if not is_done("debian", key):
        with timed("browser, fonts and libraries"):
            fetch_missing()
        mark_done("debian", key)


def set_up():
    """Make the wrappers that start the programs; needs the wheels and ``fetch``."""
    key = digest(WRAPPER, FONTS_XML, machine_has(), (STAMPS / "debian").stat().st_mtime)
    if not is_done("programs", key):
        write_fonts_conf()
        wrap_pdf()
        wrap_browser()
        wrap_pdftoppm()
        link_psql()
        mark_done("programs", key)


def machine_has():
    """Return the programs that the machine has by itself."""
    names = (*BROWSERS, "wkhtmltopdf", "pdftoppm")
    return {name: on_machine(name) for name in names}


def on_machine(*names):
    """Return the machine's own program of one of these names, never our wrapper.

    Nor the wrapper of another checkout, to which `run.py env` may have led us.
    """
    own = [p for p in os.get_exec_path() if not (Path(p).parent / "stamps").is_dir()]
    found = (shutil.which(name, path=os.pathsep.join(own)) for name in names)
    return next(filter(None, found), None)


def wanted_packages():
    """Return the packages that bring what this machine lacks."""
    machine = {k: v for k, v in os.environ.items() if k != "FONTCONFIG_FILE"}
    families = output_of(["fc-list", ":", "family"], env=machine)
    packages = [pkg for family, pkg in FONTS.items() if family not in families]
    packages += PDF_LIBRARIES
    if not on_machine(*BROWSERS):
        packages.append("chromium")
    if not on_machine("pdftoppm"):
        packages.append("poppler-utils")
    return packages


def fetch_missing():
    """Unpack, with all they need, the packages that the machine lacks."""
    if not debian.can_resolve():
        warn(
            "no usable apt on this machine: its own browser, fonts and libraries serve"
        )
        DEBIAN.mkdir(exist_ok=True)
        return
    apt = debian.Apt("own")
    apt.update()
    files = apt.download_missing(wanted_packages())
    part = DEBIAN.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    debian.unpack(files, part)
    shutil.rmtree(DEBIAN, ignore_errors=True)
    part.rename(DEBIAN)


def write_fonts_conf():
    """Let programs see the machine's fonts, the unpacked ones and Odoo's."""
    cache = CACHE / "fonts"
    cache.mkdir(parents=True, exist_ok=True)
    FONTS_CONF.write_text(
        FONTS_XML.format(debian=DEBIAN, odoo=HOST / "odoo", cache=cache)
    )


def library_path():
    """Return the folders of unpacked libraries, for the dynamic linker."""
    kind = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
    standard = [f"usr/lib/{kind}", f"lib/{kind}", "usr/lib", "lib"]
    nested = [f"usr/lib/{kind}/{name}" for name in ("pulseaudio", "nss")]
    folders = [DEBIAN / folder for folder in (*standard, *nested)]
    return [str(folder) for folder in folders if any(folder.glob("*.so*"))]


def wrap(name, program, more=""):
    """Write a wrapper for a program and make it the one that is found first."""
    path = BIN / name
    text = WRAPPER.format(
        libraries=":".join(library_path()), fonts=FONTS_CONF, program=program, more=more
    )
    part = path.with_suffix(".part")
    part.write_text(text)
    part.chmod(0o755)
    part.replace(path)
    return path


def wrap_pdf():
    """Take the wheel's program, which prints page headers, else the machine's."""
    (BIN / "wkhtmltopdf").unlink(missing_ok=True)
    program = VENV / "bin" / "wkhtmltopdf-pack"
    if program.exists() and "wkhtmltopdf" in output_of(
        [wrap("wkhtmltopdf", program), "--version"]
    ):
        return
    (BIN / "wkhtmltopdf").unlink(missing_ok=True)
    other = on_machine("wkhtmltopdf")
    if not other:
        warn("no wkhtmltopdf runs here, letters cannot be printed: install wkhtmltopdf")
    elif "patched qt" not in output_of([other, "--version"]):
        warn(f"{other} is built without patched Qt: letters have no header and footer")


def wrap_browser():
    """Make a browser findable as ``chromium``, for tours and for Playwright."""
    unpacked = DEBIAN / "usr/lib/chromium/chromium"
    program = on_machine(*BROWSERS) or (unpacked if unpacked.exists() else None)
    path = program and wrap("chromium", program, browser_folder())
    if not path or not output_of([path, "--version", "--no-sandbox"]):
        (BIN / "chromium").unlink(missing_ok=True)
        warn("no Chromium runs here, browser tours will fail: install chromium")


def browser_folder():
    """Return the shell line that keeps a browser's left-overs in the host.

    For the browser only: Odoo cannot print headers when the path of its own temporary
    folder has a dot in it, as ours has. And a browser makes a socket there, whose path
    must stay short.
    """
    folder = HOST / "tmp"
    short = len(str(folder)) <= LONGEST_FOLDER
    return f'TMPDIR="{folder}"; export TMPDIR\n' if short else ""


def link_psql():
    """Let terminals find the ``psql`` that belongs to our server."""
    link = BIN / "psql"
    link.unlink(missing_ok=True)
    link.symlink_to(postgres.programs() / "psql")


def wrap_pdftoppm():
    """Keep ``pdftoppm`` at hand: it shows a letter as pictures."""
    unpacked = DEBIAN / "usr/bin/pdftoppm"
    if not on_machine("pdftoppm") and unpacked.exists():
        wrap("pdftoppm", unpacked)
