"""``make without``: the core works, and its own tests pass, where a feature is gone.

A copy of the module loses the feature and what builds on it: folders, files, lines of
the manifest and of ``__init__.py``, rights and rules of models that are gone. Nothing
else is changed: whatever then names the feature is a fault of the layout.
"""

import ast
import csv
import io
import re
import shutil

from . import databases, odoo_server, odoo_source
from .paths import HOST, KEY, LOG, MODULE, HostError, module_entries, timed
from .testlog import TestLog

#: The features to be taken out one at a time, each with those that build on it.
BUILDS_ON = {
    "electronic": (),
    "interest": (),
    "agreement": ("dispute",),
    "dispute": (),
}
CORE = ("books", "ladder", "case", "contact")
#: Whose the files of the flat folders are, by the beginning of their name; a file that
#: ends with the name of a folder is what this folder adds to a window of the core.
OWNERS = {
    "wizards/dunning_claim_wizard": "interest",
    "report/dunning_lre": "electronic",
    "report/dunning_plan": "agreement",
}
IMPORT = re.compile(r"^from \.(\w*) import (\w+|\*)", re.MULTILINE)


def run_all(features=None):
    """Try some features, or all; return the exit code."""
    problems = [problem for one in features or BUILDS_ON if (problem := run(one))]
    print("\n\n".join(problems) or "the core works without each feature", flush=True)
    return int(bool(problems))


def run(feature):
    """Install the module without a feature and run the core's tests.

    :return: what is wrong, as text; empty when nothing is
    """
    name = databases.own_name(f"without_{feature}")
    folder = HOST / "without" / (KEY or "own") / feature
    try:
        with timed(f"the core without {feature}"):
            shutil.rmtree(folder, ignore_errors=True)
            copy(folder / MODULE)
            strip(folder / MODULE, {feature, *BUILDS_ON[feature]})
            databases.clone(databases.template(demo=False), name)
            log = test(folder, name, feature)
    except HostError as error:
        return f"without {feature}: {error}"
    finally:
        databases.drop(name)
    problem = describe(log)
    return f"without {feature}: {problem}" if problem else ""


def copy(target):
    """Copy the module, of its tests only the core's and what these share."""
    for entry in module_entries():
        if entry.is_dir():
            shutil.copytree(
                entry, target / entry.name, ignore=shutil.ignore_patterns("*.pyc")
            )
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(entry, target / entry.name)
    for entry in (target / "tests").iterdir():
        is_core = entry.name in CORE or entry.name.startswith(("__init__", "common"))
        if not is_core:
            remove(entry)


def strip(module, gone):
    """Take folders out of a copy of the module, with all that belongs to them."""
    missing = models_of(module, gone)
    for root in ("models", "views", "data"):
        for one in gone:
            shutil.rmtree(module / root / one, ignore_errors=True)
    for path in (*module.glob("wizards/*.*"), *module.glob("report/*.xml")):
        if owner(path.relative_to(module).as_posix(), gone) in gone:
            missing |= {name for name, _ in names_of(path)}
            path.unlink()
    for path in (module / one for one in ("models", "wizards", "tests")):
        strip_imports(path / "__init__.py")
    strip_manifest(module)
    strip_rights(module / "security", missing)


def remove(path):
    """Remove a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def owner(path, folders):
    """Return the folder to which a file of a flat folder belongs, if it is known."""
    for start, folder in OWNERS.items():
        if path.startswith(start):
            return folder
    stem = path.rsplit(".", 1)[0].removesuffix("_views")
    return next((one for one in folders if stem.endswith(f"_{one}")), None)


def models_of(module, folders):
    """Return the models that the folders make."""
    files = [path for one in folders for path in (module / "models" / one).glob("*.py")]
    return {name for path in files for name, _ in names_of(path)}


def names_of(path):
    """Yield (model, line) for each new model of a Python file."""
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_name":
            yield ast.literal_eval(node.value), node.lineno


def strip_imports(path):
    """Take out the imports of files and folders that are gone."""

    def is_there(line):
        found = IMPORT.match(line)
        name = found and (found[1] or found[2])
        beside = path.parent
        return not name or (beside / name).is_dir() or (beside / f"{name}.py").is_file()

    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(filter(is_there, lines)), encoding="utf-8")


def strip_manifest(module):
    """Take out the lines of data files that are gone."""
    path = module / "__manifest__.py"

    def is_there(line):
        found = re.match(r'\s+"((?:data|report|views|wizards)/\S+\.xml)",', line)
        return not found or (module / found[1]).is_file()

    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(filter(is_there, lines)), encoding="utf-8")


def strip_rights(folder, missing):
    """Take out access rights and rules of models that are gone."""
    ids = {f"model_{name.replace('.', '_')}" for name in missing}
    path = folder / "ir.model.access.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if row["model_id:id"] not in ids)
    path = folder / "dunning_rules.xml"
    rule = re.compile(r"    <record id=.*?</record>\n", re.DOTALL)
    model = re.compile(r'name="model_id" ref="([\w.]+)"')
    text = path.read_text(encoding="utf-8")
    text = rule.sub(lambda m: "" if model.search(m[0])[1] in ids else m[0], text)
    path.write_text(text, encoding="utf-8")


def test(folder, name, feature):
    """Install the copy with its tests; return what the log says."""
    addons = [*odoo_source.addons_path().split(",")[:-1], str(folder)]
    log = TestLog()
    process = odoo_server.stream(
        *("-d", name, "-i", MODULE, "--test-tags", f"/{MODULE}"),
        *("--addons-path", ",".join(addons)),
        *("--stop-after-init", "--http-port", odoo_server.any_port()),
    )
    with open(LOG / f"without-{feature}.log", "w", encoding="utf-8") as full:
        for line in process.stdout:
            full.write(line)
            log.feed(line)
    process.wait()
    return log


def describe(log):
    """Return what went wrong, as shortly as it can be read."""
    if log.failed:
        return "\n".join(
            f"{test}\n{records[0].show()}" for test, records in log.failed.items()
        )
    if not log.is_complete():
        return "\n".join(record.show() for record in log.records[-3:]) or "no log"
    if not log.started:
        return "no test was run"
    return "\n".join(record.show() for record in log.bad_noise())
