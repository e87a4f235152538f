import ast
import re
from pathlib import Path

from odoo.tests import BaseCase

ROOT = Path(__file__).resolve().parents[1]
MODELS = ROOT / "models"
#: In the order in which they are loaded: each folder may use those before it.
FOLDERS = re.findall(r"from \. import (\w+)", (MODELS / "__init__.py").read_text())
FOLDERS = [name for name in FOLDERS if (MODELS / name).is_dir()]
#: What knows nothing of the features: it calls hooks, which they extend.
CORE = ("guard", "books", "ladder", "case", "contact")
#: Files named after a stage of a model's life instead of the model.
STAGES = {
    "books": {"item_identity", "known_money", "returned_payment", "in_charge"}
    | {"money"},
    "ladder": {"most_levels"},
    "case": {"collect", "decide", "change_ladder", "join", "hints", "recipient"}
    | {"known_money"},
    "contact": {"propose", "text", "deliver", "other_channel", "person", "sms", "event"}
    | {"address", "late_entry", "envelope", "heard", "sentences"},
    "automation": {"server_actions"},
    "hold": {"leeway"},
    "post": {"letter", "registered"},
    "notice": {"content"},
    "limits": {"declare", "enclosures", "public_tasks"},
    "interest": {"public_tasks", "late_texts", "late_notice", "unmatched"},
    "agreement": {"plan_b", "sign", "approve", "judge", "tell", "frozen"}
    | {"terms", "conditions", "proof", "news"},
    "dispute": {"resolve", "subject"},
    "start": {"checks"},
}


def read(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def files_of(folder):
    return sorted((MODELS / folder).glob("*.py"))


def imported_folders(path):
    """Yield (line, folder) for each import from another folder of models/."""
    for node in ast.walk(read(path)):
        if isinstance(node, ast.ImportFrom) and node.level == 2:
            names = [node.module] if node.module else [one.name for one in node.names]
            for name in names:
                yield node.lineno, name.split(".")[0]


def classes_of(path):
    """Yield (class, its own new model or None, the model it extends or None)."""
    for node in read(path).body:
        if not isinstance(node, ast.ClassDef):
            continue
        values = {}
        for line in node.body:
            name = ast.unparse(line.targets[0]) if isinstance(line, ast.Assign) else ""
            if name in ("_name", "_inherit"):
                values[name] = ast.literal_eval(line.value)
        if values:
            inherit = values.get("_inherit")
            extended = inherit if isinstance(inherit, str) else None
            yield node, values.get("_name"), extended


def models_of(folders):
    """Return the names of the models that these folders bring."""
    return {
        name
        for folder in folders
        for path in files_of(folder)
        for _node, name, _extended in classes_of(path)
        if name
    }


class TestHouse(BaseCase):
    """One folder a concern, each building only on those before it."""

    def test_a_folder_imports_only_from_folders_before_it_and_from_tools(self):
        self.assertEqual(FOLDERS[: len(CORE)], list(CORE))
        for folder in FOLDERS:
            before = FOLDERS[: FOLDERS.index(folder)]
            for path in files_of(folder):
                for line, name in imported_folders(path):
                    with self.subTest(f"{path.relative_to(ROOT)}:{line}"):
                        self.assertIn(name, before)

    def test_the_core_names_no_model_of_a_feature(self):
        features = models_of(FOLDERS) - models_of(CORE)
        self.assertIn("dunning.promise", features)
        for folder in CORE:
            for path in files_of(folder):
                for node in ast.walk(read(path)):
                    if not isinstance(node, ast.Constant):
                        continue
                    words = set(re.findall(r"dunning(?:\.\w+)+", str(node.value)))
                    with self.subTest(f"{path.relative_to(ROOT)}:{node.lineno}"):
                        self.assertFalse(words & features)

    def test_a_model_has_one_file_in_a_folder_named_after_it_or_after_a_stage(self):
        """What a concern adds to models of Odoo stands together in ``host.py``."""
        for folder in FOLDERS:
            for path in files_of(folder):
                stages = STAGES.get(folder, ())
                if path.stem in ("__init__", "bulk_insert", *stages):
                    continue
                own = {name or extended for _node, name, extended in classes_of(path)}
                with self.subTest(path.relative_to(ROOT)):
                    if path.stem == "host":
                        self.assertFalse([one for one in own if "dunning" in one])
                    else:
                        self.assertIn(path.stem, [one.replace(".", "_") for one in own])

    def test_a_class_is_named_after_its_model(self):
        for path in [*MODELS.glob("*/*.py"), *(ROOT / "wizards").glob("*.py")]:
            for node, name, extended in classes_of(path):
                words = re.split(r"[._]", name or extended)
                with self.subTest(f"{path.relative_to(ROOT)}:{node.lineno}"):
                    self.assertEqual(node.name, "".join(map(str.capitalize, words)))

    def test_what_is_abstract_is_shared(self):
        """An abstract model serves several models, or a program outside."""
        outside = {"dunning.lre", "dunning.worker"}
        users, abstract = {}, set()
        for path in MODELS.glob("*/*.py"):
            for node, name, _extended in classes_of(path):
                if name and ast.unparse(node.bases[0]).endswith("AbstractModel"):
                    abstract.add(name)
                for line in node.body:
                    if (
                        isinstance(line, ast.Assign)
                        and ast.unparse(line.targets[0]) == "_inherit"
                    ):
                        value = ast.literal_eval(line.value)
                        for one in [value] if isinstance(value, str) else value:
                            users.setdefault(one, set()).add(name or value)
        self.assertLessEqual(len(abstract), 10)
        for name in abstract - outside:
            with self.subTest(name):
                self.assertGreater(len(users.get(name, set()) - {name}), 1)
