"""Other modules from PyPI, to measure ours against and to try it with; never part of
the product.

They are put into a folder of their own, without what they depend on: that is Odoo.
"""

from .paths import DEV, HOST, PYTHON, digest, is_done, mark_done, run, timed

REQUIREMENTS = DEV / "peers.txt"
FOLDER = HOST / "peers"


def addons_path():
    """Return the folder that holds the peers' modules."""
    return FOLDER / "odoo" / "addons"


def set_up():
    """Make sure that the pinned peers are there; pip checks each against its hash."""
    key = digest(REQUIREMENTS.read_text(), str(FOLDER))
    if is_done("peers", key) and addons_path().is_dir():
        return
    with timed("OCA's modules"):
        run(
            [
                *(PYTHON, "-m", "pip", "install", "--quiet", "--no-cache-dir"),
                *("--no-deps", "--require-hashes", "--disable-pip-version-check"),
                *("--upgrade", "--target", FOLDER, "-r", REQUIREMENTS),
            ],
            what="installing OCA's modules",
        )
    mark_done("peers", key)
