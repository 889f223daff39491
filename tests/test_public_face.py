import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import phantom_ml
from phantom_ml import Algorithm
from phantom_ml.algorithms.base import algorithms

ROOT = Path(__file__).parents[1]
PROMISED = [name for name in phantom_ml.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", PROMISED)
def test_promised_name_is_there(name):
    assert getattr(phantom_ml, name).__name__ == name


def test_promised_names_are_listed():
    assert set(phantom_ml.__all__) <= set(dir(phantom_ml))


def test_every_name_that_is_imported_lazily_is_public():
    assert set(phantom_ml._MODULES) == set(PROMISED)


def test_version_is_that_of_the_package():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert phantom_ml.__version__ == told


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'PhantomMLCoer'"):
        _ = phantom_ml.PhantomMLCoer


def test_import_brings_neither_numpy_nor_pydantic():
    code = "import sys, phantom_ml; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "polars", "pydantic", "rich", "typer"} & set(done.stdout.split()) == set()


def test_import_takes_less_than_a_tenth_of_a_second_of_the_processor():
    code = "import time; s = time.process_time(); import phantom_ml; print(time.process_time() - s)"
    assert min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in "123") < 0.1


def test_algorithm_names_all_that_the_search_tries():
    # The baseline is what others are measured by; nobody asks for it by name.
    assert {a.value for a in Algorithm} == set(algorithms.names()) - {"Baseline"}


def test_algorithm_members_bear_their_own_name():
    assert [a.name for a in Algorithm] == sorted(a.value for a in Algorithm)
