"""``phantom features``: shown, written, limited, and its mistakes told in words."""

import polars as pl
import pytest

from tests.cli.conftest import run_once


@pytest.fixture
def features(phantom, few, tmp_path):
    return lambda *words: phantom("features", few, *words, "--home", tmp_path / "home")


@pytest.fixture(scope="module")
def shown(few, tmp_path_factory):
    """What is shown of the features of a target."""
    home = tmp_path_factory.mktemp("home")
    run = run_once("features", few, "--target", "is_threat", "--home", home)
    assert run.code == 0
    return run.out


def test_features_are_shown_with_what_they_are_worth_and_cost(shown):
    assert "share" in shown
    assert "us/row" in shown


def test_what_each_column_was_taken_for_is_shown(shown):
    line = next(line for line in shown.splitlines() if line.split()[:1] == ["timestamp"])
    assert line.split()[1] == "timestamp"


def test_the_kept_features_are_written(features, few, tmp_path):
    file = tmp_path / "kept.parquet"
    run = features("--target", "is_threat", "--max-features", "2", "--output", file)
    assert run.code == 0
    assert pl.read_parquet(file).shape == (pl.read_csv(few).height, 2)


def test_a_calendar_is_told_by_the_clock_of_the_zone(phantom, tmp_path):
    file, out = tmp_path / "zoned.csv", tmp_path / "out.csv"
    rows = [f"2026-03-{1 + i // 24:02d}T{i % 24:02d}:00:00Z,{i % 24 < 9}" for i in range(480)]
    file.write_text("when,label\n" + "\n".join(rows) + "\n")
    words = ("--target", "label", "--time-zone", "Asia/Tokyo", "--output", out)
    assert phantom("features", file, *words, "--home", tmp_path / "home").code == 0
    assert pl.read_csv(out)["when.hour"][0] == 9


def test_a_label_delay_is_days_between_a_row_and_its_answer(features):
    words = ("--target", "is_threat", "--time-column", "timestamp", "--label-delay", "4000")
    run = features(*words)
    assert "--label-delay is 4000 days" in " ".join(run.err.split())


def test_a_kind_is_overridden(features):
    told = features("--target", "is_threat", "--kind", "user=category", "--json").json
    assert {f["kind"] for f in told["features"] if f["source"] == "user"} == {"category"}


def test_a_kind_may_be_written_in_capitals(features):
    told = features("--target", "is_threat", "--kind", "user=CATEGORY", "--json").json
    assert {f["kind"] for f in told["features"] if f["source"] == "user"} == {"category"}


def test_the_spread_of_a_share_is_shown(shown):
    assert " ± " in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--kind", "user=colour"), "colour"),
        (("--kind", "user=NUMBR"), "Did you mean 'number'?"),
        (("--task", "time_series"), "features are made of rows"),
        (("--kind", "user"), "names no column and kind"),
        (("--kind", "user=entity", "--kind", "user=text"), "'user' as entity and as text"),
        (("--time-zone", "Mars/Olympus"), "Mars/Olympus"),
        (("--target", "is_thraet"), "is_threat"),
        (("--max-features", "0"), "greater than"),
        (("--output", "kept.xlsx"), ".xlsx"),
        (("--ignore", "nothing"), "nothing"),
    ],
)
def test_a_mistake_is_told_in_words(features, words, told):
    run = features(*words)
    assert run.code == 2
    assert told in run.err
    assert "Traceback" not in run.err


def test_the_state_of_a_stream_is_kept_in_a_folder(phantom, trained, tmp_path):
    words = ("predict", "latest", trained.file, "--state", tmp_path / "s", "--json")
    run = phantom(*words, "--home", trained.home)
    assert run.code in (0, 2)
    assert (tmp_path / "s").exists() == (run.code == 0)


def test_the_output_is_never_what_is_read(phantom, tmp_path):
    file = tmp_path / "events.csv"
    file.write_text("a,b\n" + "1,x\n2,y\n" * 20)
    before = file.read_bytes()
    run = phantom("features", file, "--output", file, "--home", tmp_path / "home")
    assert (run.code, file.read_bytes()) == (2, before)
    assert "Name another place" in run.err


def test_a_folder_that_is_not_there_is_named(features, tmp_path):
    run = features("--output", tmp_path / "nowhere" / "x.csv")
    assert run.code == 2
    assert "nowhere" in run.err


def test_a_name_that_two_columns_bear_is_no_target(phantom, tmp_path):
    file = tmp_path / "twice.csv"
    file.write_text("a,label,label\n" + "1,x,y\n2,y,x\n" * 20)
    run = phantom("features", file, "--target", "label", "--home", tmp_path / "home")
    assert run.code == 2
    assert "More than one column" in run.err
