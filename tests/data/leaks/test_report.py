"""Each leak planted once and found, and honest tables left in peace."""

import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import AutoMLTaskType, ProblemKind
from phantom_ml.data.leaks.association import class_aucs, mid_ranks, rank_correlation
from phantom_ml.data.leaks.report import leak_report
from phantom_ml.data.recognise import recognise
from phantom_ml.data.target.column import Target
from phantom_ml.data.target.read import read_target
from phantom_ml.errors import ColumnMissing

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
N = 600
RNG = np.random.default_rng(3)
CODES = RNG.integers(0, 2, N)
NOISE = RNG.random(N)


def target(codes=CODES, classes=("normal", "attack")) -> Target:
    return Target("verdict", ProblemKind.BINARY, classes, codes, np.arange(len(codes)))


def found(columns: dict, answers: Target | None = None, **more) -> list[tuple[str | None, str]]:
    frame = pl.DataFrame({"noise": NOISE, **columns})
    report = leak_report(frame, recognise(frame), answers or target(), **more)
    return [(w.column, w.check) for w in report]


def test_an_honest_table_has_no_warning():
    assert found({"better": CODES + RNG.normal(size=N)}) == []


def test_a_number_that_is_the_answer_is_found():
    assert found({"x": CODES * 3.5 + NOISE}) == [("x", "single_column")]


def test_a_number_that_is_the_answer_upside_down_is_found():
    assert found({"x": NOISE - CODES}) == [("x", "single_column")]


def test_a_category_that_is_the_answer_is_found():
    assert found({"x": np.array(["a", "b"])[CODES]}) == [("x", "single_column")]


def test_a_level_of_its_own_in_every_row_is_no_leak():
    assert found({"x": [f"word{i * i} more words {i}" for i in range(N)]}) == []


def test_a_time_that_is_the_answer_is_found():
    times = [f"202{1 + c}-01-01 10:{i % 60:02}:00" for i, c in enumerate(CODES)]
    assert found({"at": times}) == [("at", "single_column")]


def test_the_time_column_itself_is_not_judged():
    times = [f"202{1 + c}-01-01 10:{i % 60:02}:00" for i, c in enumerate(CODES)]
    assert found({"at": times}, time_column="at") == []


def test_an_easy_class_of_many_is_a_low_warning():
    codes = RNG.integers(0, 5, N)
    answers = Target("kind", ProblemKind.MULTICLASS, (0, 1, 2, 3, 4), codes, np.arange(N))
    frame = pl.DataFrame({"x": (codes == 2) + NOISE / 2})
    report = leak_report(frame, recognise(frame), answers)
    assert [(w.severity, "class 2" in w.sentence) for w in report] == [("low", True)]


def test_a_copy_of_a_value_to_predict_is_found():
    answers = Target("y", ProblemKind.REGRESSION, (), NOISE**3, np.arange(N))
    frame = pl.DataFrame({"copy": np.exp(NOISE), "other": RNG.random(N)})
    report = leak_report(frame, recognise(frame), answers)
    assert [(w.column, w.value) for w in report] == [("copy", pytest.approx(1.0))]


def test_cells_filled_in_for_one_class_are_found():
    filled = [float(n) if c else None for n, c in zip(NOISE, CODES, strict=True)]
    assert ("x", "filled_for_one_class") in found({"x": filled})


def test_cells_missing_for_one_class_only_are_found():
    kept = [None if c and i % 3 else f"v{i % 5}" for i, c in enumerate(CODES)]
    assert ("x", "filled_for_one_class") in found({"x": kept})


def test_the_name_of_the_target_in_another_is_found():
    assert found({"VerdictSource": NOISE[::-1]}) == [("VerdictSource", "target_in_name")]


def test_text_that_names_the_class_is_found():
    words = np.array(["normal", "attack"])[CODES]
    text = [f"/captures/{w}/{i * 31 % 977}.pcap of host {i}" for i, w in enumerate(words)]
    assert ("x", "class_in_text") in found({"x": text})


def test_rows_sorted_by_the_answer_are_found():
    assert found({}, target(np.sort(CODES))) == [(None, "row_order")]


def test_rows_in_blocks_of_the_answer_are_found():
    codes = np.repeat(np.arange(10) % 2, 600)
    frame = pl.DataFrame({"noise": RNG.random(6000)})
    report = leak_report(frame, recognise(frame), target(codes))
    assert [(w.check, w.severity) for w in report] == [("row_order", "medium")]


HALVES = [(np.arange(0, N, 2), np.arange(1, N, 2))]


def test_rows_repeated_across_the_split_are_found():
    twice = np.repeat(RNG.random(N // 2), 2)
    assert found({"noise": twice}, splits=HALVES) == [(None, "duplicates")]


def test_rows_nearly_repeated_across_the_split_are_found():
    twice = np.repeat(RNG.integers(100, 999, N // 2), 2) + np.tile([0.0, 0.01], N // 2)
    assert (None, "near_duplicates") in found({"noise": twice}, splits=HALVES)


def test_an_entity_on_both_sides_of_a_grouped_split_is_a_high_warning():
    frame = pl.DataFrame({"who": [f"u{i // 2}" for i in range(N)], "noise": NOISE})
    report = leak_report(frame, recognise(frame), target(), group_columns=["who"], splits=HALVES)
    assert [(w.column, w.severity, w.value) for w in report] == [("who", "high", 1.0)]


def test_the_worst_comes_first():
    columns = {"verdict_x": NOISE[::-1], "x": CODES * 2.0}
    assert [check for _, check in found(columns)] == ["single_column", "target_in_name"]


def test_a_group_column_that_is_missing_is_refused():
    with pytest.raises(ColumnMissing, match="'who'"):
        found({}, group_columns=["who"])


def test_mid_ranks_share_ties():
    assert mid_ranks(np.array([2.0, 1.0, 2.0, np.nan])).tolist() == [3.5, 2.0, 3.5, 1.0]


def test_the_auc_is_that_of_all_pairs():
    values, codes = np.round(RNG.random(60), 1), RNG.integers(0, 2, 60)
    one, zero = values[codes == 1][:, None], values[codes == 0][None, :]
    pairs = float(((one > zero) + 0.5 * (one == zero)).mean())
    assert class_aucs(values, codes, 2)[1] == pytest.approx(max(pairs, 1 - pairs))


def test_a_constant_correlates_with_nothing():
    assert rank_correlation(np.ones(5), np.arange(5.0)) == 0.0


@settings(deadline=None, max_examples=40)
@given(st.lists(st.none() | st.text(max_size=9), min_size=2, max_size=40))
def test_no_text_breaks_it(cells):
    codes = np.arange(len(cells)) % 2
    frame = pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)})
    splits = [(np.arange(1), np.arange(1, len(cells)))]
    assert isinstance(leak_report(frame, recognise(frame), target(codes), splits=splits), tuple)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.none() | st.floats(), min_size=2, max_size=40))
def test_no_number_breaks_it(cells):
    codes = np.arange(len(cells)) % 2
    frame = pl.DataFrame({"x": pl.Series(cells, dtype=pl.Float64)})
    assert isinstance(leak_report(frame, recognise(frame), target(codes), splits=HALVES[:0]), tuple)


def real(name: str, column: str) -> tuple[pl.DataFrame, Target]:
    file = SHARED / name / "train.parquet"
    if not file.exists():
        pytest.skip("the real data sets are not here")
    frame = pl.read_parquet(file)
    answers = read_target(frame[column], column, AutoMLTaskType.CLASSIFICATION)
    return frame[answers.keep].drop(column), answers


def test_the_length_of_a_payload_is_suspicious_but_no_leak():
    frame, answers = real("http_params", "label")
    frame = frame.select("payload", "length")
    checks = [w.check for w in leak_report(frame, recognise(frame), answers)]
    assert "single_column" not in checks


def test_columns_made_from_the_label_are_found_quickly_in_a_real_table():
    frame, answers = real("nsl_kdd", "label")
    schema = recognise(frame.head(20_000))
    start = time.perf_counter()
    report = leak_report(frame, schema, answers)
    assert time.perf_counter() - start < 5
    assert {w.column for w in report if w.severity == "high"} == {"attack", "attack_family"}


def test_odd_types_do_not_break_it():
    codes = np.arange(60) % 2
    columns = {
        "lists": [[i % 3] for i in range(60)],
        "structs": [{"a": i % 5} for i in range(60)],
        "levels": pl.Series([str(i % 3) for i in range(60)], dtype=pl.Categorical),
        "bytes": [b"\xff%d" % (i % 9) for i in range(60)],
        "clock": pl.Series(range(60)).cast(pl.Time),
        "money": pl.Series(range(60)).cast(pl.Decimal(10, 2)),
        "nothing": pl.Series([None] * 60, dtype=pl.Null),
    }
    frame = pl.DataFrame(columns)
    report = leak_report(
        frame, recognise(frame), target(codes), splits=[(np.arange(30), np.arange(30, 60))]
    )
    assert "single_column" not in {w.check for w in report}
