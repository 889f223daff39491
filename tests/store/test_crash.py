"""Publishing, killed at every step and at random moments, leaves nothing half served."""

import json
import random
import subprocess
import sys
from pathlib import Path

from phantom_ml.model.bundle import open_bundle
from phantom_ml.store import Store
from tests.store.stores import new_experiment, staged, trust

# argv: home, experiment, and the rounds as JSON, each [first number, step to die at or "", order,
# seconds until the kill]. Each round is a forked child; the ids that it acknowledged are printed.
PUBLISHER = """
import json, os, signal, sys, time
from dataclasses import replace
from pathlib import Path
from phantom_ml.store import Store
from phantom_ml.store.store import _record, model_id_of
from tests.store.stores import staged, trust

home, experiment, rounds = sys.argv[1:]

def publish(first, fatal, order, answers):
    def reached(step):
        if step == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    opened = Store.open(Path(home))
    store = Store(opened.home, opened.ledger, replace(opened.files, reached=reached))
    for number in range(first, first + 500):
        folder, manifest = staged(store, number)
        if order == "row-first":
            name = model_id_of(manifest)
            store.ledger.add_model(_record(name, experiment, manifest, ""), manifest.digest)
        os.write(answers, store.publish(folder, experiment, manifest).encode() + b"\\n")

with Store.open(Path(home)) as first_store:
    trust(first_store)  # what this imports is there in every child
for first, fatal, order, wait in json.loads(rounds):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        publish(first, fatal, order, writer)
    os.close(writer)
    answers = open(reader)
    lines = [answers.readline()]
    time.sleep(wait)
    os.kill(child, signal.SIGKILL)
    lines += answers.readlines()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
    print("".join(lines), end="", flush=True)
"""
STEPS = ("checked", "part", "synced", "named", "committed")
Round = tuple[int, str, str, float]


def killed(store: Store, experiment: str, *rounds: Round) -> set[str]:
    """Run publishers, each until it is killed, and return the ids that they acknowledged."""
    command = [sys.executable, "-c", PUBLISHER, str(store.home), experiment, json.dumps(rounds)]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert (answer.stderr, answer.returncode) == ("", 0)
    return set(answer.stdout.split())


def killed_at(store: Store, experiment: str, *steps: str, order: str = "right") -> set[str]:
    """Run a publisher a step, of which each dies at its own, and return the ids that they acknowledged."""
    rounds = [(number, step, order, 0.0) for number, step in enumerate(steps)]
    return killed(store, experiment, *rounds)


def half_served(store: Store) -> list[str]:
    """Return the models that are listed, but cannot be opened."""
    bad = []
    for record in store.models():
        try:
            open_bundle(store.model_folder(record.id), trust(store))
        except Exception:
            bad.append(record.id)
    return bad


def test_a_kill_at_any_step_leaves_nothing_half_served(store: Store, experiment: str) -> None:
    assert killed_at(store, experiment, *STEPS) == set()
    assert half_served(store) == []
    assert [record.score for record in store.models()] == [0.25 + STEPS.index("committed")]


def test_what_a_kill_interrupted_can_be_published_again(store: Store, experiment: str) -> None:
    assert killed_at(store, experiment, *STEPS) == set()
    for number in range(len(STEPS)):
        folder, manifest = staged(store, number)
        store.publish(folder, experiment, manifest)
    assert half_served(store) == []
    assert len(store.models()) == len(STEPS)


def test_the_check_finds_a_row_that_was_written_too_early(store: Store, experiment: str) -> None:
    assert killed_at(store, experiment, "synced", order="row-first") == set()
    assert len(half_served(store)) == 1


def test_twenty_kills_at_random_lose_nothing_that_was_acknowledged(
    store: Store, experiment: str
) -> None:
    chance = random.Random(11)
    rounds = [(1000 * number, "", "right", chance.uniform(0, 0.06)) for number in range(20)]
    acknowledged = killed(store, experiment, *rounds)
    assert len(acknowledged) >= 20
    assert half_served(store) == []
    listed = {record.id for record in store.models()}
    assert acknowledged <= listed
    # A kill between commit and acknowledgement may leave one more a round.
    assert len(listed - acknowledged) <= 20


def test_a_sweep_after_a_kill_removes_the_dead_staging(store: Store, experiment: str) -> None:
    assert killed_at(store, experiment, "checked") == set()
    assert len(list(store.files.staging.iterdir())) == 1
    assert store.sweep() == 1
    assert list(store.files.staging.iterdir()) == []


def test_an_experiment_of_a_killed_process_can_go_on(store: Store) -> None:
    experiment = new_experiment(store)
    acknowledged = killed(store, experiment, (0, "", "right", 0.02))
    assert {record.id for record in store.models()} >= acknowledged
    assert store.experiment(experiment).status == "running"
