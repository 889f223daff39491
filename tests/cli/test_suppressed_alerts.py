"""A threat model in the terminal: repeated alerts, and the report that it keeps."""

import json
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.cli import main
from phantom_ml.core import PhantomMLCore


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """A file of flows; threats send more, and three addresses are behind all of them."""
    n, rng = 1_200, np.random.default_rng(0)
    threat = rng.random(n) < 0.15
    rows = pl.DataFrame(
        {
            "when": [datetime(2026, 3, 1) + timedelta(minutes=5 * i) for i in range(n)],
            "src_ip": np.where(
                threat, rng.choice(["10.0.0.7", "10.0.0.8", "10.0.0.9"], n), "10.0.0.1"
            ),
            "size": (rng.normal(size=n) + 3.0 * threat).round(3),
            "is_threat": threat.astype(int),
        }
    )
    file = tmp_path_factory.mktemp("flows") / "flows.csv"
    rows.write_csv(file)
    return str(file)


@pytest.fixture(scope="module")
def suppressing(flows, tmp_path_factory):
    """A home with a threat model that shows one alert of an address in six hours."""
    core = PhantomMLCore(home=tmp_path_factory.mktemp("suppressing") / "home")
    core.auto_create_model(
        {
            "data_path": flows,
            "target_column": "is_threat",
            "task_type": "security_threat_detection",
            "time_column": "when",
            "ignored_columns": "src_ip",
            "threshold": {"max_fpr": 0.05},
            "task_settings": {"suppress_by": "src_ip", "suppress_hours": 6},
            "algorithms_to_try": "LogisticRegression",
            "max_trials": 1,
            "n_threads": 1,
        }
    )
    return str(core.home)


@pytest.fixture
def lines(phantom, suppressing, flows):
    run = phantom("predict", "latest", flows, "--json", "--home", suppressing)
    return [json.loads(line) for line in run.out.splitlines()]


def test_alerts_that_repeat_none_are_shown_first_and_both_are_counted(
    phantom, suppressing, flows, lines
):
    out = phantom("predict", "latest", flows, "--home", suppressing).out
    n_alerts = sum(line["alert"] for line in lines)
    n_suppressed = sum(line["suppressed"] for line in lines)
    assert f"1,200 rows, {n_alerts:,} alerts of which {n_suppressed:,} suppressed;" in out
    first = [i + 1 for i, ln in enumerate(lines) if ln["alert"] and not ln["suppressed"]][:10]
    shown = [line.split()[0] for line in out.splitlines() if line[2:].strip()[:1].isdigit()]
    assert shown[1 : 1 + len(first)] == [str(row) for row in first]


def test_evaluation_tells_what_suppression_leaves(phantom, suppressing, flows):
    out = phantom("evaluate", "latest", flows, "--home", suppressing).out
    assert "After suppression" in out
    assert "1 alert per src_ip in 6 h" in out


@pytest.fixture(scope="module")
def by_options(flows, tmp_path_factory):
    """A home with the same model, asked for by options alone, that also tells kinds of attack."""
    file = str(tmp_path_factory.mktemp("kinds") / "flows.csv")
    kind = pl.when(pl.col("is_threat") == 1).then(pl.lit("exfiltration"))
    pl.read_csv(flows).with_columns(kind=kind).write_csv(file)
    home = str(tmp_path_factory.mktemp("by_options"))
    words = ["train", file, "--target", "is_threat", "--task", "security_threat_detection"]
    words += ["--time-column", "when", "--ignore", "src_ip", "--max-fpr", "0.05"]
    words += ["--suppress-by", "src_ip", "--suppress-hours", "6"]
    words += ["--type-column", "kind", "--prevalence", "0.001"]
    words += ["--algorithms", "LogisticRegression", "--max-trials", "1", "--threads", "1"]
    with pytest.raises(SystemExit) as end:
        main([*words, "--home", home])
    assert end.value.code == 0
    return home, file


def test_options_suppress_as_settings_do(phantom, suppressing, by_options, flows, lines):
    run = phantom("predict", "latest", flows, "--json", "--home", by_options[0])
    told = [json.loads(line)["suppressed"] for line in run.out.splitlines()]
    assert told == [line["suppressed"] for line in lines]


def test_evaluation_tells_kinds_of_attack_and_precision_in_the_field(phantom, by_options):
    home, file = by_options
    words = ("evaluate", "latest", file, "--home", home)
    out = " ".join(phantom(*words).out.split())
    assert "of alerts are right, at least" in out
    assert "exfiltration: " in out
    told = phantom(*words, "--json").json
    assert told["kinds"][0]["name"] == "exfiltration"
    assert 0.0 < told["field_precision"] < 1.0


def test_hours_without_an_entity_are_refused(phantom, flows, folder):
    words = ("train", flows, "--target", "is_threat", "--suppress-hours", "6")
    run = phantom(*words, "--home", folder / "home")
    assert run.code == 2
    assert "--suppress-hours is 6.0, and does nothing without" in run.err


def test_a_model_is_told_with_its_report(phantom, suppressing):
    out = phantom("models", "latest", "--home", suppressing).out
    assert "On rows that no search saw" in out
    assert "Repeats" in out


def test_a_model_is_told_in_json_with_its_report(phantom, suppressing):
    told = phantom("models", "latest", "--home", suppressing, "--json").json
    assert told["threat"]["repeats"]["rule"] == "1 alert per src_ip in 6 h"


@pytest.fixture(scope="module")
def on_a_budget(flows, tmp_path_factory):
    """A home with a threat model that may alert twenty times a day."""
    home = str(tmp_path_factory.mktemp("budget"))
    words = ["train", flows, "--target", "is_threat", "--task", "security_threat_detection"]
    words += ["--time-column", "when", "--alerts-per-day", "20", "--threads", "1"]
    words += ["--algorithms", "LogisticRegression", "--max-trials", "1"]
    with pytest.raises(SystemExit) as end:
        main([*words, "--home", home])
    assert end.value.code == 0
    return home


def test_a_budget_of_alerts_is_told_with_what_it_came_to(phantom, on_a_budget):
    told = phantom("models", "latest", "--home", on_a_budget, "--json").json["threat"]
    assert told["promised_fpr"] is None
    assert told["promise"]["promised"] == 20
    out = " ".join(phantom("models", "latest", "--home", on_a_budget).out.split())
    assert f"at most 20 alerts a day; came to {told['promise']['came_to']:,.3g} a day in" in out


def test_an_evaluation_tells_the_budget_too(phantom, on_a_budget, flows):
    out = " ".join(phantom("evaluate", "latest", flows, "--home", on_a_budget).out.split())
    assert "Promise at most 20 alerts a day; came to" in out


def test_a_model_that_detects_no_threats_has_no_report(phantom, trained):
    told = phantom("models", "latest", "--home", trained.home, "--json").json
    assert told["threat"] is None
