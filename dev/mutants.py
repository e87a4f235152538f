"""``make mutants``: change ``tools/`` in small ways and see whether its tests notice.

Each change (a comparison turned, a number one higher, ``and`` for ``or``, …) is tried
in a process of its own, which is forked with the libraries loaded, imports the changed
file and runs the tests that import it, the cheapest first, until one fails.
What changes nothing that anybody could see is listed with its reason in
``mutants_equal.txt`` and must not be noticed; all the rest must be.

``python dev/mutants.py [FILE …] [--sample N] [--seed N] [--jobs N]``
"""

import argparse
import ast
import copy
import os
import random
import re
import resource
import signal
import sys
import time
import unittest
from dataclasses import dataclass, field
from functools import singledispatch
from importlib import import_module
from importlib.abc import InspectLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import unit
from host.paths import CHECKOUT, MODULE

TOOLS = CHECKOUT / "tools"
EQUAL = Path(__file__).with_name("mutants_equal.txt")
#: A test may take so many seconds of the processor, more if it does unchanged.
PATIENCE, PATIENCE_FACTOR = 2, 5
MEMORY = 2 << 30
NOTICED, UNNOTICED, OUR_FAULT = 1, 0, 3
#: What is shown of a change is widened until it has so many signs.
CONTEXT = 40

OPERATORS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
SCOPES = (ast.ClassDef, ast.FunctionDef)
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass
class Mutant:
    """One change of a file: ``before`` and ``after`` show as much as tells which."""

    file: str
    place: str
    before: str
    after: str
    tree: ast.Module = field(repr=False)

    @property
    def key(self):
        return f"{self.file} {self.place}\n    - {self.before}\n    + {self.after}"


# What is changed ------------------------------------------------------------------


@singledispatch
def variants(_node):
    """Yield what may stand in place of a node; nothing of most kinds."""
    yield from ()


@variants.register
def _(node: ast.Compare):
    for index, operator in enumerate(node.ops):
        for other in OPERATORS[type(operator)]:
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield changed(node, ops=ops)


@variants.register(ast.BoolOp)
@variants.register(ast.BinOp)
@variants.register(ast.AugAssign)
def _(node):
    for other in OPERATORS.get(type(node.op), ()):
        yield changed(node, op=other())


@variants.register
def _(node: ast.UnaryOp):
    yield node.operand


@variants.register
def _(node: ast.Constant):
    if isinstance(node.value, bool):
        yield changed(node, value=not node.value)
    elif isinstance(node.value, int):
        yield changed(node, value=node.value + 1)


@variants.register
def _(node: ast.Name):
    if node.id in NAMES:
        yield changed(node, id=NAMES[node.id])


@variants.register
def _(_node: ast.Break):
    yield ast.Continue()


@variants.register
def _(_node: ast.Continue):
    yield ast.Break()


@variants.register
def _(node: ast.Return):
    if node.value and not is_none(node.value):
        yield ast.Return(ast.Constant(None))


@variants.register
def _(node: ast.Expr):
    if isinstance(node.value, ast.Call):
        yield ast.Pass()


@variants.register(ast.If)
@variants.register(ast.IfExp)
@variants.register(ast.While)
def _(node):
    # What has an operator is changed there.
    if not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        yield changed(node, test=ast.UnaryOp(ast.Not(), node.test))


def changed(node, **values):
    """Return a copy of a node with other values."""
    other = copy.copy(node)
    for name, value in values.items():
        setattr(other, name, value)
    return other


def is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def mutants_of(path):
    """Return every change of a file, in the order of its lines."""
    tree = ast.parse(path.read_text("utf-8"))
    found = []

    def visit(node, parents):
        for name, index, child in children(node):
            line = (*parents, (node, name, index))
            for other in variants(child):
                found.append(describe(path.name, tree, line, child, other))
            visit(child, line)

    visit(tree, ())
    return found


def children(node):
    """Yield the parts of a node that are run, each with its place."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        if isinstance(value, ast.AST):
            yield name, None, value
        elif isinstance(value, list):
            for index, one in enumerate(value):
                if isinstance(one, ast.AST):
                    yield name, index, one


def describe(file, tree, line, before, after):
    """Return a change as a whole tree, with the words that show it."""
    shown = shown_before, shown_after = before, after
    names = [node.name for node, *_place in line if isinstance(node, SCOPES)]
    for parent, name, index in reversed(line):
        shown_after = replaced(parent, name, index, shown_after)
        shown_before = parent
        is_short = len(ast.unparse(shown[0])) < CONTEXT and name != "body"
        if is_short and isinstance(parent, (ast.expr, ast.stmt)):
            shown = shown_before, shown_after
    texts = [" ".join(ast.unparse(one).splitlines()[0].split()) for one in shown]
    return Mutant(file, ".".join(names) or "(file)", *texts, shown_after)


def replaced(parent, name, index, child):
    """Return a copy of a node in which one part is another one."""
    if index is None:
        return changed(parent, **{name: child})
    parts = list(getattr(parent, name))
    parts[index] = child
    return changed(parent, **{name: parts})


# How it is tried ------------------------------------------------------------------


def tests_by_tool():
    """Return the test files that can notice a change of a file: those that import it,
    themselves or through other tools."""
    imports = {path.stem: imported(path) for path in TOOLS.glob("*.py")}
    result = {tool: [] for tool in imports}
    for name in unit.test_modules():
        known = seen = imported(unit.TESTS / f"{name}.py")
        while seen:
            seen = set().union(*(imports.get(one, set()) for one in seen)) - known
            known = known | seen
        for tool in known & set(imports):
            result[tool].append(name)
    return result


def imported(path):
    """Return the names of the tools that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            inside = (node.module or "").removeprefix("tools").strip(".")
            found |= {inside} if inside else {alias.name for alias in node.names}
    return found


def prepare():
    """Load once what every process needs, and make the tests the same every time."""
    unit.prepare()
    hypothesis = import_module("hypothesis")
    hypothesis.settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        # That an example fails is enough: it need not be made small.
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
    )
    hypothesis.settings.load_profile("mutants")
    for name in ("hypothesis.strategies", "lxml.etree", "polib"):
        import_module(name)


def load(names):
    """Return the tests of some files one by one."""
    tests, rest = [], [unit.load(names)]
    while rest:
        one = rest.pop()
        if isinstance(one, unittest.TestSuite):
            rest += one
        else:
            tests.append(one)
    return tests


def measure(names):
    """Return the processor time of each test without any change."""
    seconds = {}
    for test in load(names):
        started = time.process_time()
        result = unittest.TestResult()
        test.run(result)
        if not result.wasSuccessful():
            print(f"{test.id()} fails")
            raise SystemExit(1)
        seconds[test.id()] = time.process_time() - started
    return seconds


def start(mutant, names, seconds):
    """Fork a process that tries a change; return its number."""
    process = os.fork()
    if process:
        return process
    code = OUR_FAULT
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        code = attempt(mutant, names, seconds)
    finally:
        os._exit(code)


class Changed(InspectLoader):
    """Imports a changed file in place of the one on the disk."""

    def __init__(self, tree):
        self.tree = tree

    def get_source(self, fullname):
        return ast.unparse(ast.fix_missing_locations(self.tree))


def attempt(mutant, names, seconds):
    """Import the changed file and run the tests until one fails."""
    tests = []

    def import_all():
        name = f"{MODULE}.tools.{Path(mutant.file).stem}"
        spec = spec_from_loader(name, Changed(mutant.tree))
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
        tests.extend(load(names))

    if not passes(unittest.FunctionTestCase(import_all), PATIENCE):
        return NOTICED
    tests.sort(key=lambda test: seconds[test.id()])
    for test in tests:
        if not passes(test, PATIENCE + PATIENCE_FACTOR * seconds[test.id()]):
            return NOTICED
    return UNNOTICED


def passes(test, limit):
    """Tell whether a test passes; one that works for too long (the change has made a
    loop endless) ends this process."""
    signal.setitimer(signal.ITIMER_PROF, limit)
    result = unittest.TestResult()
    test.run(result)
    return result.wasSuccessful()


def try_all(mutants, jobs):
    """Try every change; yield each one and whether a test noticed it."""
    tests = tests_by_tool()
    used = sorted({name for one in mutants for name in tests[Path(one.file).stem]})
    seconds = measured(used)
    running = {}
    for number, mutant in enumerate([*mutants, *[None] * jobs], 1):
        while len(running) >= jobs or (mutant is None and running):
            process, status = os.wait()
            done = running.pop(process)
            if os.WIFEXITED(status) and os.WEXITSTATUS(status) == OUR_FAULT:
                raise SystemExit(f"could not try:\n{done.key}")
            yield done, status != UNNOTICED
        if mutant:
            names = tests[Path(mutant.file).stem]
            running[start(mutant, names, seconds)] = mutant
            if number % 100 == 0:
                print(f"· {number} of {len(mutants)} tried")


def measured(names):
    """Measure in a process of its own: this one must not import the tools."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        code = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "w") as pipe:
                pipe.write(repr(measure(names)))
            code = 0
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    if os.waitpid(process, 0)[1]:
        raise SystemExit("the tests must be green before anything is changed")
    return ast.literal_eval(text)


# What is said ---------------------------------------------------------------------


def equal_changes():
    """Return the changes that nobody could see, each with its reason."""
    blocks = re.split(r"\n\s*\n", EQUAL.read_text("utf-8")) if EQUAL.exists() else []
    found = {}
    for block in blocks:
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if lines:
            found["\n".join(lines[:3])] = "\n".join(lines[3:]).strip()
    return found


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="names of tools, all when none")
    parser.add_argument("--sample", type=int, help="so many, chosen at random")
    parser.add_argument("--seed", type=int, default=1, help="of the choice")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def choose(options, equal):
    """Return the changes to try, and what is listed and is no change any more."""
    paths = [TOOLS / f"{Path(name).stem}.py" for name in options.files]
    every = [
        one for path in paths or sorted(TOOLS.glob("*.py")) for one in mutants_of(path)
    ]
    stale = set() if options.files else set(equal) - {one.key for one in every}
    listed = sum(one.key in equal for one in every)
    print(f"· {len(every)} changes, {listed} of them equal in effect ({EQUAL.name})")
    if options.sample:
        every = [one for one in every if one.key not in equal]
        every = random.Random(options.seed).sample(
            every, min(options.sample, len(every))
        )
    return every, stale


def main():
    """Try the changes, print what is not as it should be; 1 when there is something."""
    options = parse()
    os.nice(10)
    equal = equal_changes()
    mutants, stale = choose(options, equal)
    prepare()
    started, wrong = time.monotonic(), len(stale)
    noticed = wanted = 0
    for mutant, is_noticed in try_all(mutants, options.jobs):
        is_equal = mutant.key in equal
        noticed += is_noticed and not is_equal
        wanted += not is_equal
        if is_noticed == is_equal:
            wrong += 1
            print(f"equal, but noticed: {mutant.key}" if is_equal else mutant.key)
    for key in sorted(stale):
        print(f"equal, but no change any more: {key}")
    share = 100 * noticed / max(wanted, 1)
    seconds = time.monotonic() - started
    print(f"{noticed} of {wanted} changes noticed ({share:.1f} %), {seconds:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    # What is found is shown at once, into a file as well.
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
