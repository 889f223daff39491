"""What is unusual in an anomaly, and which normal rows it is like."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.config import AutoMLTaskType, FeatureSettings, ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.explain import Explanation, explain
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fold_fitted import FoldFitted
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.model.pipeline import LoadedPart, Pipeline
from phantom_ml.model.spec import FittedPart, Member, ModelSpec
from phantom_ml.model.usual import Usual

N = 600


def rows(n: int = N, seed: int = 0) -> pl.DataFrame:
    """Everybody works at a host of the own; bytes have a middle and two ends."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, 6, n)
    return pl.DataFrame(
        {
            "bytes": rng.normal(5_000.0, 300.0, n).round(1),
            "user": [f"u{i}" for i in who],
            "host": [f"h{i}" for i in who],
            "proto": rng.choice(["tcp", "udp"], n),
        }
    )


def row(**changed) -> pl.DataFrame:
    cells = {"bytes": 5_000.0, "user": "u1", "host": "h1", "proto": "tcp", **changed}
    return pl.DataFrame(cells, schema=rows(1).schema)


@cache
def pipeline(n_kept: int = 100, far: float = 0.0) -> Pipeline:
    return pipeline_of(rows().with_columns(pl.col("bytes") + far), n_kept)


def pipeline_of(frame: pl.DataFrame, n_kept: int = 100) -> Pipeline:
    inputs = recognise(frame)
    encoder = fit_encoder(frame, inputs, FeatureSettings())
    samples = Samples(encoder.transform(frame), np.zeros(frame.height))
    learner = algorithms.get("ECOD")().fit(samples, None, FitContext(ProblemKind.ANOMALY, 0))
    part = FittedPart(learner="a", side="b")
    spec = ModelSpec(
        task_type=AutoMLTaskType.ANOMALY_DETECTION,
        kind=ProblemKind.ANOMALY,
        target="anomaly",
        inputs=inputs,
        members=(Member(name="1", algorithm="ECOD", weight=1.0, parts=(part,)),),
        calibrator=Calibrator(),
    )
    usual = Usual.fit(frame, inputs, n_kept, seed=0)
    return Pipeline(spec, encoder, ((LoadedPart(learner, FoldFitted()),),), usual=usual)


def told(frame: pl.DataFrame, n_nearest: int = 3) -> Explanation:
    return explain(pipeline(), {}, frame, n_nearest)


def sentences(**changed) -> list[str]:
    return [u.sentence for u in told(row(**changed)).rows[0].unusual]


def test_a_number_beyond_all_is_said_to_be_so():
    wanted = "bytes 90,000 is larger than in all of the 600 rows learned from"
    assert wanted in sentences(bytes=90_000.0)


def test_a_number_far_out_is_told_by_its_share():
    low = float(rows()["bytes"].sort()[11])
    assert any("is smaller than in 98 % of the 600 rows" in s for s in sentences(bytes=low))


def test_a_value_that_never_came_is_said_to_be_so():
    assert "user = eve was in none of the 600 rows learned from" in sentences(user="eve")


def test_a_pair_of_values_that_are_both_usual_is_told():
    found = sentences(host="h2")
    assert any("was in none" in s and "u1" in s and "h2" in s and s.startswith("the pair")
               for s in found)  # fmt: skip


@pytest.mark.parametrize("n_bytes", [4_400.0, 5_000.0, 90_000.0])
def test_a_number_far_from_0_is_as_unusual_as_it_is_near(n_bytes):
    near = told(row(bytes=n_bytes)).rows[0].unusual
    far = explain(pipeline(far=3e9), {}, row(bytes=n_bytes + 3e9)).rows[0].unusual
    assert [u.share for u in far] == pytest.approx([u.share for u in near])


def test_a_number_far_from_0_is_told_as_it_was_given():
    found = explain(pipeline(far=3e9), {}, row(bytes=3e9 + 90_000.0)).rows[0]
    assert found.contributions[0].value == 3e9 + 90_000.0


def test_sentences_tell_numbers_far_from_0_apart():
    found = explain(pipeline(far=3e9), {}, row(bytes=3e9 + 90_000.0)).rows[0]
    told = [found.contributions[0].sentence, *found.beside]
    assert all("3,000,090,000 " in text for text in told if "bytes" in text)


def test_rows_are_as_like_far_from_0_as_they_are_near():
    near = told(row(bytes=4_400.0)).rows[0].nearest
    far = explain(pipeline(far=3e9), {}, row(bytes=3e9 + 4_400.0), 3).rows[0].nearest
    assert [r.distance for r in far] == pytest.approx([r.distance for r in near], abs=1e-6)


@cache
def mixed_pipeline(every: int = 10) -> Pipeline:
    """One in so many cells of ``delay`` holds a word where the others hold a number, as text."""
    rng = np.random.default_rng(1)
    cells = [f"{n:.2f}" for n in rng.normal(0.0, 100.0, N)]
    for i in range(0, N, every):
        cells[i] = str(rng.choice(["n/k", "timeout", "err"]))
    return pipeline_of(pl.DataFrame({"delay": cells, "size": rng.normal(0.0, 1.0, N)}))


def mixed(delay: str | None, every: int = 10):
    frame = pl.DataFrame({"delay": [delay], "size": [0.0]}, schema_overrides={"delay": pl.String})
    return explain(mixed_pipeline(every), {}, frame, 3).rows[0]


def test_a_number_among_words_is_told_by_its_size():
    wanted = "delay 99,999,999 is larger than in all of the 540 rows learned from"
    assert wanted in [u.sentence for u in mixed("99999999").unusual]


def test_a_word_that_training_never_held_is_told_among_numbers():
    wanted = "delay = neverseen was in none of the 600 rows learned from"
    assert wanted in [u.sentence for u in mixed("neverseen").unusual]


def test_a_gap_that_never_was_is_told_among_words_and_numbers():
    wanted = "delay was missing in none of the 600 rows learned from"
    assert wanted in [u.sentence for u in mixed(None).unusual]


def test_no_number_is_told_to_be_rare_for_not_being_a_word():
    assert not any("delay = " in u.sentence for u in mixed("99999999").unusual)


@pytest.mark.parametrize("delay", ["99999999", "neverseen"])
def test_normal_rows_differ_in_a_column_of_numbers_and_words(delay):
    assert all(near.differs == ("delay",) for near in mixed(delay).nearest)


def test_rows_with_the_same_word_among_numbers_are_alike_in_it():
    assert [near.values["delay"] for near in mixed("err", every=2).nearest] == ["err"] * 3


def test_a_number_among_words_is_told_as_a_number_beside_its_nearest_row():
    assert "99,999,999 here" in mixed("99999999").nearest[0].sentence


@cache
def scaled(scale: float) -> Pipeline:
    rng = np.random.default_rng(2)
    x, b = rng.normal(size=(2, N))
    return pipeline_of(pl.DataFrame({"x": x * scale, "b": b}))


SCALES = pytest.mark.parametrize("scale", [1e-320, 1e-300, 1.0, 1e39, 1e307])


@SCALES
def test_a_number_far_out_is_told_in_any_scale(scale):
    found = explain(scaled(scale), {}, pl.DataFrame({"x": [15.0 * scale], "b": [0.0]})).rows[0]
    assert any("is larger than in all of the 600" in u.sentence for u in found.unusual)


@SCALES
def test_no_normal_row_is_like_a_number_far_out_in_any_scale(scale):
    found = explain(scaled(scale), {}, pl.DataFrame({"x": [15.0 * scale], "b": [0.0]}), 3).rows[0]
    assert [near.differs for near in found.nearest] == [("x",)] * 3


def test_of_a_value_that_never_came_no_pair_is_told():
    assert not any(s.startswith("the pair") and "eve" in s for s in sentences(user="eve"))


def test_the_rarest_is_first():
    nats = [u.nats for u in told(row(bytes=90_000.0, user="eve", host="h2")).rows[0].unusual]
    assert nats == sorted(nats, reverse=True)


def test_a_usual_row_has_nothing_unusual():
    assert sentences() == []


def test_a_gap_that_never_was_is_told():
    assert "bytes was missing in none of the 600 rows learned from" in sentences(bytes=None)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_so_many_normal_rows_are_told_as_are_asked_for(n):
    assert len(told(row(bytes=90_000.0), n).rows[0].nearest) == n


def test_the_nearest_row_differs_in_what_is_odd():
    nearest = told(row(bytes=90_000.0)).rows[0].nearest[0]
    assert nearest.differs == ("bytes",)
    assert {k: v for k, v in nearest.values.items() if k != "bytes"} == {
        "user": "u1", "host": "h1", "proto": "tcp",
    }  # fmt: skip


def test_the_nearest_rows_are_in_order():
    distance = [r.distance for r in told(row(bytes=90_000.0), 10).rows[0].nearest]
    assert distance == sorted(distance)


def test_no_odd_row_is_an_example_of_a_normal_one():
    usual = pipeline().usual
    odd = pl.concat([usual.rows, row(bytes=90_000.0)] + [row(bytes=90_000.0)] * 3)
    model = replace(pipeline(), usual=replace(usual, rows=odd))
    found = explain(model, {}, row(bytes=90_000.0)).rows[0].nearest
    assert max(r.values["bytes"] for r in found) < 90_000.0


def test_without_kept_rows_none_is_told():
    found = explain(pipeline(0), {}, row(bytes=90_000.0)).rows[0]
    assert found.unusual
    assert found.nearest == ()


def test_a_model_without_it_is_explained_as_before():
    found = explain(replace(pipeline(), usual=None), {}, row(bytes=90_000.0)).rows[0]
    assert (found.unusual, found.nearest) == ((), ())
    assert found.contributions[0].column == "bytes"


def test_text_and_page_tell_it():
    found = told(row(bytes=90_000.0))
    for shown in (found.text(), found._repr_html_()):
        assert "is larger than in all of the 600 rows" in shown
        assert "like a normal row but for bytes" in shown


def test_it_comes_back_from_json():
    found = told(row(bytes=90_000.0, user="eve"))
    assert Explanation.model_validate_json(found.model_dump_json()) == found
