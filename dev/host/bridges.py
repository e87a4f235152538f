"""The small modules under ``bridges/``, each for a module that ours does not need."""

import ast
import shutil

from .paths import CHECKOUT, HOST, MODULE, module_entries, say

FOLDER = CHECKOUT / "bridges"
PACKAGES = CHECKOUT / "dist"


def names():
    """Return the technical names of the bridges."""
    return sorted(path.parent.name for path in FOLDER.glob("*/__manifest__.py"))


def problems():
    """Return what is wrong with a bridge, or nothing."""
    found = []
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in names():
        path = FOLDER / name / "__manifest__.py"
        manifest = ast.literal_eval(path.read_text(encoding="utf-8"))
        others = set(manifest["depends"]) - {MODULE}
        if not manifest.get("auto_install"):
            found.append(f"bridges/{name}: not installed by itself (auto_install)")
        if MODULE not in manifest["depends"] or not others:
            found.append(f"bridges/{name}: must depend on {MODULE} and another module")
        if not name.startswith(f"{MODULE}_") or f"`{name}`" not in page:
            found.append(f"bridges/{name}: bridges/README.md does not list it")
        if not list((FOLDER / name / "tests").glob("test_*.py")):
            found.append(f"bridges/{name}: has no test")
    return "\n".join(found)


def package():
    """Write one archive a module into ``dist/``: ours, and the bridges beside it."""
    shutil.rmtree(PACKAGES, ignore_errors=True)
    PACKAGES.mkdir()
    folder = HOST / "tmp" / "package"
    shutil.rmtree(folder, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for entry in module_entries():
        target = folder / MODULE / MODULE / entry.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if entry.is_dir():
            shutil.copytree(entry, target, ignore=ignored)
        else:
            shutil.copyfile(entry, target)
    for name in names():
        shutil.copytree(FOLDER / name, folder / name / name, ignore=ignored)
    for name in (MODULE, *names()):
        archive = shutil.make_archive(PACKAGES / name, "zip", folder / name)
        say(f"packed {archive}")
    shutil.rmtree(folder)
