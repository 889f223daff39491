"""What is said beside the features: of times, of kinds named in vain, of columns that tell the target."""

import polars as pl
import pytest

from phantom_ml.features.engineer import engineer_features
from tests.features.test_engineer import EVENTS, PLAIN

N = PLAIN.height


def remarks(frame, **settings) -> str:
    return " ".join(engineer_features(frame, {"target_column": "label", **settings}).remarks)


def test_a_column_that_tells_the_target_is_named():
    assert "verdict" in remarks(PLAIN.with_columns(verdict=PLAIN["label"] + "!"))


def test_an_honest_table_gives_no_remark():
    assert remarks(EVENTS[:N]) == ""


def test_a_kind_that_was_named_in_vain_is_told():
    assert "'proto' was named as port" in remarks(PLAIN, kinds={"proto": "port"})


def test_a_column_whose_kind_was_named_in_vain_says_what_its_features_are_of():
    found = engineer_features(PLAIN, {"target_column": "label", "kinds": {"proto": "port"}})
    why = next(why for name, _, _, why in found.by_column() if name == "proto")
    assert why.startswith("Given by the user. But its values give nothing of that kind")


def test_columns_that_are_all_tied_together_without_a_target_are_told():
    names = pl.DataFrame(
        {name: [f"{name}{i % n}" for i in range(99)] for name, n in (("a", 7), ("b", 5))}
    )
    found = engineer_features(names, {"kinds": {"a": "entity", "b": "entity"}})
    assert any("tie all columns together" in remark for remark in found.remarks)


@pytest.mark.parametrize(("columns", "told"), [(["noise"], True), (["noise", "bytes"], False)])
def test_of_one_column_without_a_target_nothing_can_be_judged(columns, told):
    found = engineer_features(PLAIN.select(columns), {})
    assert any("nothing tells which" in remark for remark in found.remarks) is told


@pytest.mark.parametrize("port", [70_000, -1, "70000", 70_000.0, "4.5", "70000/tcp"])
def test_numbers_that_are_no_ports_are_counted(port):
    frame = PLAIN.with_columns(port=pl.Series([type(port)(443), type(port)(22), port] * (N // 3)))
    told = f"{N // 3} of {N} cells of 'port' hold no port from 0 to 65535, {port} for one"
    assert told in remarks(frame, kinds={"port": "port"})


def test_cells_that_are_no_time_are_counted():
    cells = ["2026-03-02T10:00:00", "2026-03-02T11:00:00", "soon"] * (N // 3)
    frame = PLAIN.with_columns(when=pl.Series(cells))
    assert f"{N // 3} of {N} cells of 'when'" in remarks(frame, time_column="when")


@pytest.mark.parametrize(("day", "doubtful"), [(1, True), (22, False)])
def test_days_that_may_be_months_are_told(day, doubtful):
    cells = [f"{day:02}/01/2023 10:00", "05/02/2023 11:00", "06/03/2023 12:00"] * (N // 3)
    found = remarks(PLAIN.with_columns(when=pl.Series(cells)), time_column="when")
    assert ("do not prove whether day or month" in found) is doubtful


@pytest.fixture(scope="module")
def beside_words():
    cells = [*(f"{n}" for n in PLAIN["bytes"].to_list()[:-2]), "err", "lost"]
    frame = PLAIN.with_columns(bytes=pl.Series(cells)).drop("copy")
    return engineer_features(frame, {"target_column": "label", "kinds": {"bytes": "number"}})


def test_cells_that_are_no_number_are_counted_and_one_is_shown(beside_words):
    told = f"2 of {N} cells of 'bytes' hold no number, 'err' for one: they are missing."
    assert beside_words.remarks == (told,)


def test_words_that_come_often_among_numbers_are_not_said_to_be_lost():
    cells = ["unlimited" if n % 10 == 0 else str(n) for n in range(N)]
    told = (
        f"{N // 10} of {N} cells of 'bytes' hold no number, 'unlimited' for one: as numbers they are missing, "
        "and a category beside tells the words that come often."
    )
    assert told in remarks(PLAIN.with_columns(bytes=pl.Series(cells)), kinds={"bytes": "number"})


def test_words_beside_numbers_do_not_take_their_worth(beside_words):
    assert beside_words.features[0].name == "bytes"


@pytest.mark.parametrize("kinds", [{}, {"proto": "category"}])
def test_a_kind_that_fits_needs_no_remark(kinds):
    assert "was named" not in remarks(PLAIN, kinds=kinds)


@pytest.mark.parametrize(
    ("every", "told"), [(10, "10 rows have no time"), (2, "They are more than half")]
)
def test_rows_without_a_time_are_told(every, told):
    timed = pl.int_range(100) % every == every - 1 if every == 2 else pl.int_range(100) % every != 0
    when = pl.datetime_range(pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 3), "29m", eager=True)
    frame = PLAIN[:100].with_columns(when=pl.when(timed).then(when[:100]))
    assert told in remarks(frame[:99], time_column="when")


def test_a_group_column_that_is_named_twice_is_one():
    asked = {"target_column": "label", "group_columns": ["proto"]}
    twice = engineer_features(PLAIN, asked | {"group_columns": ["proto", "proto"]})
    assert twice.selected == engineer_features(PLAIN, asked).selected


@pytest.mark.parametrize("settings", [{}, {"time_column": "when"}, {"target_column": None}])
@pytest.mark.parametrize(("year", "n"), [(2099, 1), (1970, 3)])
def test_rows_whose_clocks_are_far_from_all_others_are_told(settings, year, n):
    told = f"{n} row{' lies' if n == 1 else 's lie'} far from all others in 'when', {year}-01-01"
    assert told in remarks(strayed(year, n), **settings)


def test_stray_clocks_that_nothing_goes_by_are_not_told():
    assert "far from" not in remarks(strayed(2099, 1), temporal=False)


def strayed(year: int, n: int) -> pl.DataFrame:
    """Return a log of an hour or so whose last rows have wrong clocks."""
    rows, wrong = pl.int_range(N), pl.int_range(N) >= N - n
    when = pl.datetime(2026, 3, 2) + pl.duration(seconds=20 * rows)
    return PLAIN.with_columns(
        when=pl.when(wrong).then(pl.datetime(year, 1, 1)).otherwise(when),
        user=pl.format("u{}", rows % 9),
    )
