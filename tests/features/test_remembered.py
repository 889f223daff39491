"""A memory of cells that came lately never changes a value, never grows without end, never holds long ones."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import encoders
from phantom_ml.features.lately import LONGEST, MOST
from phantom_ml.features.remembered import Remembered, transform_together
from phantom_ml.features.tables.base import TableEncoder
from phantom_ml.features.tables.group_rank import GroupRankEncoder

TEXTS = ["GET /a.php?x=%27", "b", None, "GET /a.php?x=%27", "", "ü" * 50]


@pytest.fixture
def memory() -> Remembered:
    values = pl.Series("c", TEXTS)
    schema = ColumnSchema(name="c", dtype="String", kind=ColumnKind.TEXT)
    return Remembered(encoders.get("text").fit(values, schema))


@pytest.fixture
def peers() -> Remembered:
    frame = pl.DataFrame({"kind": ["a", "b"] * 30, "size": [float(i) for i in range(60)]})
    return Remembered(GroupRankEncoder.fit_pair(frame, "kind", "size"))


def of(memory: Remembered, texts: list) -> np.ndarray:
    out = np.full((len(texts), len(memory.encoder.features)), 7.5, np.float32)
    memory.transform(pl.DataFrame({"c": pl.Series(texts, dtype=pl.String)}), out)
    return out


@pytest.fixture
def both() -> list[Remembered]:
    """Encoders of two columns, which keep other parts and other words."""
    kind, columns = encoders.get("url"), {"a": "php", "b": "html"}
    kept = {"a": ("length", "path.depth", "extension"), "b": ("extension", "host.length")}
    return [
        Remembered(kind(column=c, kept=kept[c], levels={"extension": (word,)}))
        for c, word in columns.items()
    ]


def together(parts: list[Remembered], frame: pl.DataFrame) -> list[np.ndarray]:
    out = [np.full((frame.height, len(p.encoder.features)), 7.5, np.float32) for p in parts]
    transform_together(parts, frame, out)
    return out


def fresh(encoder: TableEncoder, frame: pl.DataFrame) -> np.ndarray:
    out = np.empty((frame.height, len(encoder.features)), np.float32)
    encoder.transform(frame, out)
    return out


def test_what_is_remembered_is_what_the_encoder_makes(memory):
    out = np.empty((len(TEXTS), len(memory.encoder.features)), np.float32)
    memory.encoder.transform(pl.Series("c", TEXTS), out)
    for _ in range(2):
        np.testing.assert_array_equal(of(memory, TEXTS), out)


def test_a_string_is_taken_apart_once(memory, monkeypatch):
    of(memory, TEXTS)
    monkeypatch.setattr(type(memory.encoder), "compute", None)
    assert of(memory, TEXTS[::-1]).shape[0] == len(TEXTS)


def test_no_more_strings_are_remembered_than_allowed(memory):
    for start in range(0, MOST + 200, 50):
        of(memory, [f"text {i}" for i in range(start, start + 50)])
    assert len(memory.memory.known) <= MOST


def test_long_strings_are_not_remembered(memory):
    of(memory, ["a" * (LONGEST + 1)])
    assert memory.memory.known == {}


URLS = ["http://a.example/x.php", None, "b.example/y/z.html", "", "http://a.example/x.php"]
PAGES = pl.DataFrame({"a": URLS, "b": [*URLS[::-1][:4], "a" * 2000]})


def test_columns_that_are_read_together_give_what_each_gives_alone(both):
    for part, rows in zip(both, together(both, PAGES), strict=True):
        alone = np.full_like(rows, 7.5)
        part.encoder.transform(PAGES[part.encoder.column], alone)
        np.testing.assert_array_equal(rows, alone)


def test_the_new_strings_of_columns_of_one_kind_are_read_in_one_call(both, monkeypatch):
    kind, read = type(both[0].encoder), []
    of_few = kind.of_few

    def counted(cells: list[str], wanted: list[str]) -> dict:
        read.append(sorted(cells))
        return of_few(cells, wanted)

    monkeypatch.setattr(kind, "of_few", counted)
    for frame in (PAGES[:3], PAGES, PAGES[3:4]):
        together(both, frame)
    assert read == [["", URLS[2], URLS[0]], ["", "a" * 2000]]


def test_no_rows_are_written_of_no_rows(both):
    assert [rows.shape for rows in together(both, PAGES.clear())] == [(0, 3), (0, 2)]


def test_cells_of_several_columns_are_remembered_together(peers, monkeypatch):
    frame = pl.DataFrame({"kind": ["a", "b", "a"], "size": [3.0, 3.0, 8.0]})
    made = fresh(peers.encoder, frame)
    for order in ([0, 1, 2], [2, 1, 0]):
        out = np.full((3, 2), 7.5, np.float32)
        peers.transform(frame[order], out)
        np.testing.assert_array_equal(out, made[order])
        monkeypatch.setattr(type(peers.encoder), "transform", None)


def test_fractions_that_are_equal_but_not_the_same_are_told_apart():
    encoder = encoders.get("text").fit(
        pl.Series("c", [1.5, 22.25, -0.125]),
        ColumnSchema(name="c", dtype="Float64", kind=ColumnKind.TEXT),
    )
    memory = Remembered(encoder)
    for cell in (0.0, -0.0, float("nan"), None, 0.5, float("nan")):
        column = pl.Series("c", [cell], pl.Float64)
        made, out = (np.full((1, len(encoder.features)), 7.5, np.float32) for _ in range(2))
        encoder.transform(column, made)
        memory.transform(column.to_frame(), out)
        np.testing.assert_array_equal(out, made)


def test_missing_fractions_are_remembered_once():
    memory = Remembered(
        encoders.get("frequency").fit(
            pl.Series("c", [1.5, 1.5]),
            ColumnSchema(name="c", dtype="Float64", kind=ColumnKind.ENTITY),
        )
    )
    for _ in range(5):
        memory.transform(pl.DataFrame({"c": [float("nan")]}), np.empty((1, 1), np.float32))
    assert len(memory.memory.known) == 1


def test_a_word_stands_where_it_belongs_though_fewer_parts_are_kept_than_when_it_was_last_used():
    encoder = encoders.get("url")(
        column="u",
        kept=("length", "extension", "scheme"),
        levels={"extension": ("php",), "scheme": ("http",)},
    )
    cells = pl.Series("u", ["http://a.com/b.php"])
    encoder.transform_each([encoder], [cells])
    fewer = encoder.keeping(["u.scheme"])
    assert fewer.transform_each([fewer], [cells])[0].tolist() == [[0]]
