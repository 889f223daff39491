import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from phantom_ml import errors
from phantom_ml.algorithms.base import algorithms
from phantom_ml.errors import PhantomError
from phantom_ml.metrics.base import metrics

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
MODULES = sorted(SOURCE.rglob("*.py"))
PACKAGES = [path for path in MODULES if path.name == "__init__.py"]
UNSAFE_MODULES = {"pickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
HEAVY_LIBRARIES = {
    "polars",
    "sklearn",
    "lightgbm",
    "pandas",
    "optuna",
    "xgboost",
    "sqlalchemy",
    "torch",
}


def _name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def _dotted(path: Path) -> str:
    return ".".join(path.parent.relative_to(SOURCE).parts)


each_module = pytest.mark.parametrize("path", MODULES, ids=_name)
each_package = pytest.mark.parametrize("path", PACKAGES, ids=_name)


def _unsafe(source: str) -> list[str]:
    """Return what a module must not do: unpickle, run text as code, or go through a shell."""
    return [fault for node in ast.walk(ast.parse(source)) for fault in _faults(node)]


def _faults(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (a.name for a in node.names if a.name.split(".")[0] in UNSAFE_MODULES)
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNSAFE_MODULES:
        yield str(node.module)
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called in {"eval", "exec", "yaml.load", "torch.load"}:
            yield called
        if called in {"__import__", "importlib.import_module", "import_module"}:
            named = [a.value for a in node.args if isinstance(a, ast.Constant)]
            yield from (n for n in named if n in UNSAFE_MODULES)
        settings = {k.arg: ast.unparse(k.value) for k in node.keywords}
        yield from (s for s in ("shell", "allow_pickle") if settings.get(s, "False") != "False")


def _long_functions(source: str) -> list[str]:
    """Return the functions whose lines, docstring left out, are more than 40."""
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = {f"{f.name}, line {f.lineno}": _lines_of_code(f) for f in functions}
    return [f"{name}: {lines} lines" for name, lines in lengths.items() if lines > 40]


def _lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documented = ast.get_docstring(function) is not None
    first = function.body[0]
    words = first.end_lineno - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - words


def _drawn_families() -> dict[str, str]:
    """Return error name -> name of its family, as drawn on top of errors.py."""
    families, family = {}, ""
    for line in errors.__doc__.splitlines():
        if match := re.match(r"[├└]── (\w+)", line):
            family = match[1]
        elif match := re.match(r"[│ ] +[├└]── ([\w, ]+)", line):
            families |= dict.fromkeys(match[1].split(", "), family)
    return families | dict.fromkeys(set(families.values()), "PhantomError")


def _subclasses(error: type[PhantomError]) -> Iterator[type[PhantomError]]:
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from _subclasses(child)


ALL_ERRORS = sorted(set(_subclasses(PhantomError)), key=lambda e: e.__name__)


@each_module
def test_module_opens_with_a_docstring_and_is_short(path):
    source = path.read_text()
    assert ast.get_docstring(ast.parse(source))
    assert len(source.splitlines()) <= 400


@each_module
def test_no_function_is_over_forty_lines(path):
    assert _long_functions(path.read_text()) == []


@each_module
def test_module_neither_unpickles_nor_runs_text(path):
    assert _unsafe(path.read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import numpy, pickle as p",
        "def f():\n    from joblib import load",
        "import cloudpickle.compat",
        "importlib.import_module('dill')",
        "eval('1 + 1')",
        "exec(text)",
        "yaml.load(text)",
        "subprocess.run(line, shell=True)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_planted_fault_is_found(planted):
    assert _unsafe(planted)


@pytest.mark.parametrize(
    "harmless",
    ["import json", "network.eval()", "yaml.safe_load(text)", "np.load(p, allow_pickle=False)"],
)
def test_harmless_line_is_left_alone(harmless):
    assert _unsafe(harmless) == []


def test_planted_long_function_is_found():
    assert _long_functions("def f():\n" + "    x = 1\n" * 40) == ["f, line 1: 41 lines"]


@pytest.mark.parametrize("error", ALL_ERRORS, ids=lambda e: e.__name__)
def test_error_is_in_the_drawn_tree_under_its_family(error):
    family = _drawn_families().get(error.__name__)
    assert family in {parent.__name__ for parent in error.__mro__[1:]}


def test_every_drawn_error_exists():
    assert set(_drawn_families()) - {e.__name__ for e in ALL_ERRORS} == set()


def test_every_error_has_a_code_of_its_own():
    codes = [error.code for error in [PhantomError, *ALL_ERRORS]]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("error", ALL_ERRORS, ids=lambda e: e.__name__)
def test_code_begins_with_that_of_the_family(error):
    family = next(e for e in reversed(error.__mro__) if PhantomError in e.__bases__)
    assert re.fullmatch(rf"{family.code}(\.[a-z-]+)?", error.code)


@each_package
def test_init_holds_only_re_exports(path):
    allowed = [ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign]
    if path.parent.name == "phantom_ml":  # its names are imported when they are first asked for
        allowed += [ast.If, ast.FunctionDef]
    body = ast.parse(path.read_text()).body[1:]
    assert [ast.unparse(node) for node in body if type(node) not in allowed] == []


@each_package
def test_all_is_true_and_sorted(path):
    package = importlib.import_module(_dotted(path))
    names = list(getattr(package, "__all__", []))
    assert [name for name in names if not hasattr(package, name)] == []
    assert names == sorted(names, key=lambda n: (not n.isupper(), n[0].islower(), n))


@pytest.mark.parametrize(
    ("registry", "page"),
    [(algorithms, "algorithms.md"), (metrics, "metrics.md")],
    ids=["algorithms", "metrics"],
)
def test_every_plugin_has_its_heading_in_the_documentation(registry, page):
    told = re.findall(r"^#+ `?([\w.]+)", (ROOT / "docs" / page).read_text(), re.MULTILINE)
    # Metrics that differ in their level alone share a heading: `recall_at_fpr_<level>`.
    families = {name: re.sub(r"[\d.]+$", "", name) for name in registry.names()}
    assert [n for n, family in families.items() if not {n, family} & set(told)] == []


def test_import_is_light():
    code = "import sys, phantom_ml; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY_LIBRARIES & set(done.stdout.split()) == set()


def test_changelog_tells_of_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()
