"""No feature of a training row depends on a later row, on itself, or on the order of its ties."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import FeatureSettings
from phantom_ml.data.recognise import recognise
from phantom_ml.data.times.parse import nanoseconds
from phantom_ml.features.before import Before
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder

N = 400
KINDS = {
    "user": "entity",
    "src": "ip",
    "dst": "ip",
    "port": "port",
    "agent": "user_agent",
    "message": "log_message",
    "Image": "path",
    "ParentImage": "path",
}


def words(rng: np.random.Generator, n: int) -> list[str]:
    known = [
        "login",
        "logout",
        "failure",
        "reset",
        "lock",
        "unlock",
        "scan",
        "probe",
        "drop",
        "allow",
        "deny",
        "audit",
    ]
    return [known[i] for i in rng.zipf(1.5, N) % n]


def events(seed: int = 0) -> pl.DataFrame:
    """Connections of users, several of them at the same second."""
    rng = np.random.default_rng(seed)
    start = datetime(2026, 3, 2)
    seconds = np.sort(rng.integers(0, 3 * 86_400, N // 2)).repeat(2)
    return pl.DataFrame(
        {
            "when": [start + timedelta(seconds=int(s)) for s in seconds],
            "user": [f"user{i}" for i in rng.integers(0, 90, N)],
            "src": [f"10.0.{a}.{b}" for a, b in rng.integers(1, 9, (N, 2))],
            "dst": [f"192.0.{a}.{b}" for a, b in rng.integers(1, 9, (N, 2))],
            "port": rng.choice([22, 80, 443, 3389, 8080], N),
            "agent": [f"curl/{v}.0" for v in rng.integers(1, 30, N)],
            "bytes_out": rng.lognormal(8, 2, N).astype(np.int64),
            "bytes_in": rng.lognormal(8, 2, N).astype(np.int64),
            "message": [
                f"{w} of user {i} from 10.1.1.{i % 7}" for i, w in enumerate(words(rng, 12))
            ],
            "Image": [f"C:\\bin\\{w}.exe" for w in words(rng, 9)],
            "ParentImage": [f"C:\\bin\\{w}.exe" for w in words(rng, 5)],
        }
    )


def fitted(frame: pl.DataFrame) -> Encoder:
    return fit_encoder(frame, recognise(frame, KINDS), FeatureSettings(), "when")


def trained(encoder: Encoder, frame: pl.DataFrame) -> np.ndarray:
    return encoder.training(frame, Before(time=nanoseconds(frame["when"]))).values


def scored(encoder: Encoder, frame: pl.DataFrame) -> np.ndarray:
    return encoder.transform(frame).values


def looks_ahead(encoder: Encoder, values_of) -> list[str]:
    """Return the features of early rows that change with what happens after them."""
    frame, other = events(), events(7)
    half = N // 2
    changed = pl.concat([frame[:half], other[half:].with_columns(frame["when"][half:])])
    one, two = (values_of(encoder, rows)[: half - 2] for rows in (frame, changed))
    same = np.isclose(one, two, equal_nan=True, rtol=0, atol=0).all(axis=0)
    return [f.name for f, equal in zip(encoder.features, same, strict=True) if not equal]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return fitted(events())


def test_no_feature_looks_ahead(encoder):
    assert len(encoder.features) > 50
    assert looks_ahead(encoder, trained) == []


def test_an_encoder_that_was_fitted_on_later_rows_too_tells_no_more_of_the_early_ones():
    frame, half = events(), N // 2
    whole, part = fitted(frame), fitted(frame[:half])
    both = {f.name: i for i, f in enumerate(part.features)}
    shared = [(i, both[f.name]) for i, f in enumerate(whole.features) if f.name in both]
    counted = [(i, j) for i, j in shared if "rarity" in whole.features[i].name]
    one, two = trained(whole, frame)[:half], trained(part, frame[:half])
    assert len(counted) > 5
    for i, j in counted:
        np.testing.assert_allclose(one[:, i], two[:, j], atol=1e-6)


def test_rows_without_a_time_tell_no_other_row_anything(encoder):
    untimed = pl.int_range(N) % 5 == 0
    frame, other = (
        rows.with_columns(when=pl.when(~untimed).then("when")) for rows in (events(), events(7))
    )
    mixed = frame.with_columns(
        pl.when(untimed).then(other[c]).otherwise(pl.col(c)).alias(c) for c in frame.columns
    )
    timed = np.arange(N) % 5 != 0
    one, two = trained(encoder, frame)[timed], trained(encoder, mixed)[timed]
    np.testing.assert_array_equal(one, two)


def test_a_planted_look_ahead_is_caught(encoder):
    def planted(encoder: Encoder, frame: pl.DataFrame) -> np.ndarray:
        values = trained(encoder, frame).copy()
        counts = frame.select(pl.len().over("user")).to_series().to_numpy()
        place = next(i for i, f in enumerate(encoder.features) if f.name == "user.rarity")
        values[:, place] = counts
        return values

    assert looks_ahead(encoder, planted) == ["user.rarity"]


def test_the_order_of_rows_of_equal_time_does_not_matter(encoder):
    frame = events()
    swapped = np.arange(N).reshape(-1, 2)[:, ::-1].ravel()
    np.testing.assert_array_equal(
        trained(encoder, frame[swapped]), trained(encoder, frame)[swapped]
    )


def test_a_row_that_is_scored_later_is_counted_as_a_training_row_would_have_been(encoder):
    frame = events()
    later = frame[-1].with_columns(pl.col("when") + timedelta(hours=1))
    together = pl.concat([frame, later])
    told = trained(encoder, together)[-1]
    found = scored(encoder, later)[0]
    names = [f.name for f in encoder.features]
    windows = [
        i for i, name in enumerate(names) if name.endswith((".1h", ".24h", ".gap", ".is_new"))
    ]
    assert len(windows) > 5
    np.testing.assert_array_equal(found[windows], told[windows])
    rare = [i for i, name in enumerate(names) if name.endswith("rarity")]
    np.testing.assert_allclose(found[rare], told[rare], atol=0.02)


def test_without_a_time_no_row_counts_itself(encoder):
    frame = events().with_columns(pl.Series("user", ["alone", *["other"] * (N - 1)]))
    matrix = fitted(frame).training(frame, Before())
    place = next(i for i, f in enumerate(matrix.features) if f.name == "user.rarity")
    assert matrix.values[0, place] == pytest.approx(np.log2(N - 1 + 1))


@pytest.mark.parametrize(
    "column", ["user", "src", "dst", "port", "agent", "bytes_out", "bytes_in", "when"]
)
@pytest.mark.parametrize("how", ["missing", "new", "constant"])
def test_cells_that_training_never_saw_are_encoded(encoder, column, how):
    frame = events()
    new = {
        "user": "nobody",
        "src": "2001:db8::1",
        "dst": "9.9.9.9",
        "port": 65_535,
        "agent": "\x00",
    }
    cell = {
        "missing": None,
        "new": new.get(column, frame[column].max()),
        "constant": frame[column][0],
    }[how]
    odd = frame.with_columns(pl.lit(cell, dtype=frame.schema[column]).alias(column))
    values = scored(encoder, odd)
    assert values.shape == (N, len(encoder.features))
    assert not np.isinf(values).any()
