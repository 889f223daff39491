import numpy as np
import polars as pl
import pytest

from phantom_ml.data.recognise import recognise
from phantom_ml.errors import BundleDamaged
from phantom_ml.features.cells.entity import row_hashes
from phantom_ml.model import usual
from phantom_ml.model.usual import Counts, Usual

N = 400


def rows(n: int = N) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "bytes": rng.lognormal(6.0, 1.0, n).round(3),
            "proto": rng.choice(["tcp", "udp", "icmp"], n, p=[0.8, 0.19, 0.01]),
            "user": [f"u{i}" for i in rng.integers(0, 20, n)],
            "host": [f"h{i}" for i in rng.integers(0, 10, n)],
            "command": [f"run --id {i}" for i in range(n)],
        }
    )


def made(n_kept: int = 50) -> Usual:
    return Usual.fit(rows(), recognise(rows()), n_kept, seed=0)


def counts_of(name: str, found: Usual) -> Counts:
    return next(c for c in found.counts if c.columns == (name,))


def share(values: list, of: list) -> float:
    counts = Counts.fit(("a",), row_hashes(pl.DataFrame({"a": of}), ("a",)))
    asked = row_hashes(pl.DataFrame({"a": values}), ("a",))
    return float(counts.share(counts.times(asked))[0])


def test_a_value_counts_as_often_as_it_came():
    counts = counts_of("proto", made())
    asked = row_hashes(pl.DataFrame({"proto": ["tcp", "xyz"]}), ("proto",))
    assert counts.times(asked).tolist() == [(rows()["proto"] == "tcp").sum(), 0]


def test_a_value_that_never_came_is_as_rare_as_those_that_came_once():
    assert share(["new"], ["a"] * 97 + ["b", "c", "d"]) == pytest.approx(0.03)


def test_where_all_values_are_new_a_new_one_is_usual():
    assert share(["new"], [f"v{i}" for i in range(100)]) == 1.0


def test_one_user_of_many_alike_is_not_rare():
    assert share(["u1"], [f"u{i}" for i in range(50)] * 10) == 1.0


def test_where_nothing_came_once_a_new_value_is_the_rarest():
    assert share(["new"], ["a", "b"] * 50) == pytest.approx(0.005)


def test_more_values_than_are_kept_are_told_by_a_bound(monkeypatch):
    monkeypatch.setattr(usual, "MAX_VALUES", 2)
    hashes = row_hashes(pl.DataFrame({"a": ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d"]}), ("a",))
    counts = Counts.fit(("a",), hashes)
    assert (len(counts.hashes), counts.n_rows, counts.most_lost) == (2, 13, 3)


def test_a_number_beyond_float32_is_kept_as_it_is():
    frame = pl.DataFrame({"bytes": [*range(1, 100), 1e300]}, schema={"bytes": pl.Float64})
    found = Usual.fit(frame, recognise(frame), 0, seed=0)
    assert found.numbers["bytes"].value[-1] == 1e300


def mixed() -> Usual:
    cells = [*(f"{n / 7:.3f}" for n in range(200)), *["n/k"] * 20, " n/k", "err", None, "-"]
    frame = pl.DataFrame({"delay": cells, "size": [*range(len(cells))]})
    return Usual.fit(frame, recognise(frame), 5, seed=0)


def test_numbers_as_text_have_a_distribution():
    assert mixed().n_known("delay") == 200


def test_words_among_numbers_are_counted_and_all_numbers_as_one_value():
    counts = counts_of("delay", mixed())
    asked = usual.word_hashes(pl.Series(["n/k", "err", "never", "5", "1e9"]))
    assert counts.times(asked).tolist() == [21, 1, 0, 200, 200]


def test_a_mark_for_no_value_is_a_gap_among_numbers():
    assert counts_of("delay", mixed()).n_rows == 222


def test_only_columns_that_hold_numbers_as_text_are_mixed():
    assert mixed().mixed == {"delay"}


def test_a_saved_mixed_column_is_mixed_again(tmp_path):
    mixed().save(tmp_path)
    again = Usual.load(tmp_path)
    assert again is not None
    assert again.mixed == {"delay"}


def test_pairs_of_entities_are_counted():
    assert {("user", "host"), ("host", "user")} & {c.columns for c in made().counts}


def test_so_many_rows_are_kept_as_are_wanted():
    assert made(7).rows.height == 7


def test_no_row_is_kept_where_none_is_wanted(tmp_path):
    made(0).save(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["arrays.safetensors"]


def test_no_value_lies_in_the_counts(tmp_path):
    made(0).save(tmp_path)
    written = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"icmp" not in written


def test_what_is_saved_is_read_again(tmp_path):
    whole = made()
    whole.save(tmp_path)
    again = Usual.load(tmp_path)
    assert again is not None
    assert again.rows.equals(whole.rows)
    assert [c.n_rows for c in again.counts] == [c.n_rows for c in whole.counts]
    np.testing.assert_array_equal(again.numbers["bytes"].value, whole.numbers["bytes"].value)


def test_a_model_may_lack_it(tmp_path):
    assert Usual.load(tmp_path / "usual") is None


def test_a_long_cell_is_cut():
    frame = rows().with_columns(pl.lit("x" * 10_000).alias("command"))
    kept = Usual.fit(frame, recognise(rows()), 5, seed=0).rows
    assert kept["command"].str.len_chars().max() == usual.MAX_CHARACTERS


DAMAGES = {
    "count.0.rows": lambda a: a - a.max(),
    "count.0.hashes": lambda a: a[::-1].copy(),
    "number.0.at_most": lambda a: a + 2.0,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_impossible_counts_are_refused(name, tmp_path):
    from safetensors import safe_open
    from safetensors.numpy import load_file, save_file

    made().save(tmp_path)
    file = tmp_path / "arrays.safetensors"
    with safe_open(file, framework="numpy") as opened:
        told = opened.metadata()
    arrays = load_file(file)
    save_file({**arrays, name: DAMAGES[name](arrays[name])}, file, metadata=told)
    with pytest.raises(BundleDamaged):
        Usual.load(tmp_path)


def test_rows_that_cannot_be_read_are_refused(tmp_path):
    made().save(tmp_path)
    (tmp_path / usual.ROWS).write_bytes(b"PAR1")
    with pytest.raises(BundleDamaged, match="sample of rows"):
        Usual.load(tmp_path)
