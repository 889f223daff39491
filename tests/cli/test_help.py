import subprocess
import sys

import pytest
import typer

import phantom_ml
from phantom_ml.cli.app import COMMANDS, app
from phantom_ml.cli.options import Task
from phantom_ml.tasks.base import tasks

NAMES = [name for name, _, _ in COMMANDS]
GROUP = typer.main.get_command(app)


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_lists_every_command(phantom, words):
    run = phantom(*words)
    assert run.code == 0
    assert [name for name in NAMES if f"\n  {name} " not in run.out] == []


@pytest.mark.parametrize("name", NAMES)
def test_help_of_a_command_has_its_example(phantom, name):
    assert f"Example:\n    phantom {name}" in phantom(name, "--help").out


@pytest.mark.parametrize("example", [example for _, _, example in COMMANDS])
def test_example_is_a_command_line_that_parses(example):
    _, name, *words = example.split()
    assert GROUP.commands[name].make_context(name, words)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_json_and_a_home(name):
    options = {option for p in GROUP.commands[name].params for option in p.opts}
    assert {"--json", "--home"} <= options


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_is(name):
    assert [p.name for p in GROUP.commands[name].params if not p.help] == []


@pytest.mark.parametrize("name", NAMES)
def test_first_sentence_of_a_command_fits_into_the_list(phantom, name):
    line = next(x for x in phantom("--help").out.splitlines() if x.startswith(f"  {name} "))
    assert line.endswith(".")
    assert not line.endswith("...")


def test_tasks_are_those_that_the_engine_knows():
    assert {task.value for task in Task} == set(tasks.names())


def test_version_is_told(phantom):
    assert phantom("--version").out == f"phantom {phantom_ml.__version__}\n"


def test_help_needs_no_heavy_library():
    code = (
        "import sys\nfrom phantom_ml.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"numpy", "polars", "pydantic", "rich", "sqlalchemy"} & set(done.stdout.split()) == set()


def test_help_takes_less_than_a_third_of_a_second_of_the_processor():
    code = (
        "import time\nfrom phantom_ml.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: print(time.process_time())"
    )
    command = [sys.executable, "-c", code]
    assert min(float(subprocess.check_output(command).split()[-1]) for _ in "123") < 0.3
