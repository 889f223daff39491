import json

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import AutoMLConfig, FeatureSettings
from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import BadSetting, ColumnMissing, SourceEmpty, TargetMissing, TargetUnusable
from phantom_ml.features.engineer import engineer_features
from phantom_ml.features.feature_set import FeatureSet
from phantom_ml.features.making import IDLE

#: Enough rows for a race of interactions.
N = 900


def events(seed: int = 0) -> pl.DataFrame:
    """The label follows ``bytes`` and ``proto``; the rest is noise, copies and constants."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=N).round(4)
    proto = rng.choice(["tcp", "udp", "icmp"], N)
    return pl.DataFrame(
        {
            "bytes": size,
            "copy": size,
            "same": np.full(N, 7.0),
            "noise": rng.normal(size=N).round(4),
            "proto": proto,
            "src": [f"10.0.{a}.{b}" for a, b in rng.integers(1, 250, (N, 2))],
            "query": [
                f"select {w} from {n}" for w, n in zip(proto, rng.integers(0, 9**6, N), strict=True)
            ],
            "label": np.where(size + (proto == "udp") > 0.5, "attack", "benign"),
        }
    )


EVENTS = events()
#: Enough where ``bytes`` and ``proto`` need only tell more of the label than ``noise``.
PLAIN = EVENTS[:300].select("bytes", "copy", "noise", "proto", "label")
SETTINGS = {"target_column": "label", "kinds": {"query": "text", "copy": "number"}}


@pytest.fixture(scope="module")
def scored() -> FeatureSet:
    return engineer_features(EVENTS, SETTINGS)


def of(found: FeatureSet, name: str):
    return next(f for f in found.features if f.name == name)


def test_the_planted_feature_is_first(scored):
    assert scored.features[0].name == "bytes"


def test_a_feature_of_noise_is_below_chance(scored):
    assert of(scored, "noise").reason == "below chance"


def test_the_copy_of_a_feature_is_named(scored):
    assert of(scored, "copy").reason == "same as bytes"


def test_a_column_that_equals_another_gives_no_feature():
    found = engineer_features(PLAIN, {"target_column": "label"})
    assert found.left_out["copy"] == "copy. Equal to 'bytes' in every row."


def test_each_column_is_told_with_its_kind_and_what_is_kept_of_it(scored):
    told = {name: (kind, kept) for name, kind, kept, _ in scored.by_column()}
    assert told["same"] == ("constant", "none")
    assert told["src"][0] == "ip"


def test_a_constant_column_gives_no_feature(scored):
    assert "same" in scored.left_out


def test_a_constant_feature_is_not_selected():
    frame = PLAIN.with_columns(pl.lit("x").alias("same"))
    found = engineer_features(frame, {"target_column": "label", "kinds": {"same": "category"}})
    assert of(found, "same").reason == "constant"


def test_shares_sum_to_one(scored):
    assert sum(f.importance or 0.0 for f in scored.features) == pytest.approx(1.0)


def test_text_is_scored_out_of_fold_and_filed_under_its_column(scored):
    assert (of(scored, "text.score").source, of(scored, "text.score").kind) == ("query", "text")


def test_the_frame_holds_every_feature_row_for_row(scored):
    frame = scored.frame.collect()
    assert frame.height == N
    assert set(frame.columns) == {f.name for f in scored.features}


def test_categories_are_shown_as_their_values(scored):
    shown = scored.frame.select("proto").collect()["proto"]
    assert shown.to_list() == EVENTS["proto"].to_list()


def test_every_feature_is_described(scored):
    assert all(f.description for f in scored.features)


def test_without_a_target_features_are_ranked_by_how_they_hang_together():
    frame = PLAIN.drop("label").with_columns(pl.col("copy").round(1))
    found = engineer_features(frame)
    assert of(found, "bytes").importance > of(found, "noise").importance


def test_where_nothing_hangs_together_all_is_kept_and_has_no_share():
    found = engineer_features(PLAIN.select("bytes", "noise"))
    assert found.selected == ["bytes", "noise"]
    assert [f.importance for f in found.features] == [0.0, 0.0]


@pytest.mark.parametrize("roles", [{}, {"time_column": "time"}, {"group_columns": "user"}], ids=str)
def test_of_independent_columns_nothing_is_above_chance_without_a_target(roles):
    shares = [
        sum(f.importance for f in engineer_features(independent(seed), roles).features)
        for seed in range(3)
    ]
    assert sum(share == 0.0 for share in shares) >= 2


def independent(seed: int) -> pl.DataFrame:
    """Columns that say nothing of each other; windows and rarities are made of them."""
    rng, begin = np.random.default_rng(seed), np.datetime64("2026-03-02", "ms")
    return pl.DataFrame(
        {
            "time": begin + 1000 * np.sort(rng.integers(0, 20 * 86_400, N)),
            "user": rng.choice([f"alice{i}" for i in range(20)], N),
            "src_ip": rng.choice([f"10.0.{i // 5}.{i}" for i in range(1, 30)], N),
            "kind": rng.choice([f"k{i}" for i in range(15)], N),
            "size": rng.normal(size=N),
        }
    )


def test_why_a_column_gives_no_feature_is_told_in_whole_sentences():
    numbers = pl.DataFrame({"n": [0.5, 1.5, 2.5] * 50})
    found = engineer_features(numbers, {"kinds": {"n": "ip"}})
    assert found.left_out["n"].startswith("ip. Its kind was named")


def test_every_feature_says_what_it_is_a_function_of(scored):
    formulas = {f.name: f.formula for f in scored.features}
    assert formulas["bytes"] == "number(bytes)"
    assert formulas["query.length"] == "text(query).length"


def test_every_feature_has_a_cost(scored):
    assert {"text_score", "number"} <= {f.generator for f in scored.features}
    assert all(f.cost_us > 0 for f in scored.features)


def test_limits_keep_the_best_and_say_why_others_are_left_out():
    found = engineer_features(PLAIN, {"target_column": "label", "max_features": 1})
    assert found.selected == ["bytes"]
    assert "beyond max_features" in {f.reason for f in found.features}


def test_a_dear_feature_is_left_out_for_its_cost():
    found = engineer_features(PLAIN, {"target_column": "label", "max_us_per_row": 1e-9})
    assert not found.selected
    assert "beyond max_us_per_row" in {f.reason for f in found.features}


def test_an_ignored_column_gives_nothing():
    found = engineer_features(PLAIN, {"target_column": "label", "ignored_columns": "bytes"})
    assert "bytes" not in found.names


def test_a_zone_that_does_not_exist_is_refused():
    with pytest.raises(BadSetting, match="Mars"):
        engineer_features(EVENTS, {"time_zone": "Mars/Olympus"})


def test_the_same_seed_gives_the_same_answer(scored):
    again = engineer_features(EVENTS, SETTINGS)
    assert [f.model_copy(update={"cost_us": None}) for f in scored.features] == [
        f.model_copy(update={"cost_us": None}) for f in again.features
    ]


@pytest.mark.parametrize(
    ("settings", "gone"),
    [
        ({"include_text_features": False}, "query.length"),
        ({"security_features": False}, "src.is_network_edge"),
        ('{"include_security_features": false}', "src.is_network_edge"),
        (FeatureSettings(security=False), "src.is_network_edge"),
    ],
)
def test_a_family_is_switched_off_in_any_spelling(settings, gone):
    if isinstance(settings, dict):
        settings = settings | {"kinds": {"query": "text"}}
    rows = EVENTS[:200].select("bytes", "src", "query")
    names = {f.name for f in engineer_features(rows, settings).features}
    assert gone not in names
    assert "bytes" in names


def test_a_column_of_a_family_that_is_off_is_said_to_give_nothing():
    rows = EVENTS[:200].select("bytes", "src")
    found = engineer_features(rows, {"security": False, "statistical": False})
    assert "switched off" in found.left_out["src"]


def test_a_target_that_is_not_there_is_named():
    with pytest.raises(TargetMissing, match="lable"):
        engineer_features(EVENTS, {"target_column": "lable"})


def test_a_column_of_many_numbers_is_scored_as_numbers():
    frame = PLAIN.with_columns((pl.col("bytes") * 3 + 1).alias("label"))
    found = engineer_features(frame, {"target_column": "label"})
    assert found.features[0].name == "bytes"


def test_many_classes_are_scored_too():
    frame = PLAIN.with_columns(pl.col("proto").alias("label"))
    found = engineer_features(frame, {"target_column": "label"})
    assert found.features[0].name == "proto"


def test_rows_without_an_answer_are_generated_but_not_scored():
    frame = PLAIN.with_columns(
        pl.when(pl.int_range(pl.len()) % 3 == 0)
        .then(None)
        .otherwise(pl.col("label"))
        .alias("label")
    )
    found = engineer_features(frame, {"target_column": "label"})
    assert found.frame.collect().height == PLAIN.height
    assert found.features[0].source == "bytes"


def test_it_survives_the_way_to_json(scored):
    values = json.loads(json.dumps(scored.model_dump(mode="json"), allow_nan=False))
    assert values["features"][0]["name"] == "bytes"
    assert "frame" not in values


def test_text_names_what_was_kept_and_why_not(scored):
    text = scored.text()
    assert "below chance" in text
    assert "same gives no feature" in text


def test_hostile_names_are_escaped_in_a_notebook():
    found = engineer_features(pl.DataFrame({"<b>": [1.0, 2.0, 3.0]}))
    assert "<b>" not in found._repr_html_()


def test_the_core_takes_a_table_and_the_plans_spellings(tmp_path):
    core = PhantomMLCore(home=tmp_path)
    text = json.dumps(EVENTS.head(60).to_dicts())
    found = core.auto_feature_engineering(text, {"include_temporal_features": True})
    assert of(found, "bytes").selected


def test_the_core_tells_what_reading_had_to_say(tmp_path):
    file = tmp_path / "events.csv"
    file.write_bytes(b"name,bytes\n" + b"alpha,1\nbeta,2\n" * 40 + b"x\xff,3\n")
    found = PhantomMLCore(home=tmp_path / "home").auto_feature_engineering(file)
    assert any("1 byte that is no UTF-8" in warning for warning in found.warnings)


def test_the_core_tells_what_reading_a_foreign_table_had_to_say(tmp_path):
    table = np.array([[1.0, 2.0], [np.inf, 3.0], [4.0, 5.0]])
    found = PhantomMLCore(home=tmp_path).auto_feature_engineering(table)
    assert any("infin" in warning for warning in found.warnings)


def test_a_column_called_as_a_fitted_feature_is_told_apart():
    frame = EVENTS[:300].select("query", "label", pl.col("noise").alias("text.score"))
    found = engineer_features(frame, {"target_column": "label", "kinds": {"query": "text"}})
    assert {"text.score", "text.score_2"} <= set(found.names)


def test_a_table_of_nothing_but_the_target_is_refused():
    with pytest.raises(TargetUnusable, match="no column"):
        engineer_features(EVENTS.select("label"), {"target_column": "label"})


@pytest.mark.parametrize(
    "role",
    [
        {"group_columns": "label"},
        {"time_column": "label"},
        {"ignored_columns": "label"},
        {"kinds": {"label": "ip"}},
    ],
    ids=str,
)
def test_the_target_has_no_other_role(role):
    with pytest.raises(BadSetting, match="'label' is named under"):
        engineer_features(EVENTS, {"target_column": "label"} | role)


def test_a_kind_of_a_column_that_is_not_there_is_refused():
    with pytest.raises(ColumnMissing, match="bites"):
        engineer_features(EVENTS, {"kinds": {"bites": "ip"}})


def test_a_declared_time_that_is_no_calendar_is_no_feature():
    frame = PLAIN.with_row_index("step")
    found = engineer_features(frame, {"target_column": "label", "time_column": "step"})
    assert "step" not in {f.source for f in found.features}


def test_a_time_column_without_times_is_refused():
    with pytest.raises(BadSetting, match="has a readable time"):
        engineer_features(EVENTS, {"target_column": "label", "time_column": "proto"})


def test_a_column_of_text_that_needs_a_target_is_said_to():
    same_shape = pl.DataFrame(
        {"word": [f"{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}x" for i in range(400)]}
    )
    found = engineer_features(
        same_shape.with_columns(n=pl.int_range(400) % 7), {"kinds": {"word": "text"}}
    )
    told = {f.source for f in found.features}
    assert ("word" in told) != ("word" in found.left_out)


def test_several_times_of_which_none_is_named_are_remarked():
    times = pl.datetime_range(pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 2), "30m", eager=True)
    frame = pl.DataFrame({"begin": times, "end": times.dt.offset_by("3s")})
    frame = frame.with_columns(user=pl.int_range(frame.height) % 5)
    assert "begin or end" in engineer_features(frame).remarks[0]
    assert not engineer_features(frame, {"time_column": "begin"}).remarks


def test_a_kind_that_no_value_is_of_is_said_to_be_named():
    numbers = pl.DataFrame({"n": [0.5, 1.5, 2.5] * 50})
    assert "was named" in engineer_features(numbers, {"kinds": {"n": "ip"}}).left_out["n"]


def test_the_configuration_of_a_training_is_taken():
    config = AutoMLConfig(target_column="label", features={"text": False, "max_features": 1})
    found = engineer_features(PLAIN, config)
    assert (found.target, len(found.selected)) == ("label", 1)


def test_families_may_stand_under_features():
    found = engineer_features(PLAIN.drop("label"), {"features": {"max_features": 1}})
    assert len(found.selected) == 1


def test_too_few_answers_are_refused():
    with pytest.raises(TargetUnusable, match="Only 4 rows"):
        engineer_features(
            EVENTS[:4].with_columns(label=pl.Series(list("abab"))), {"target_column": "label"}
        )


def test_a_table_without_rows_is_refused():
    with pytest.raises(SourceEmpty):
        engineer_features(EVENTS.clear())


@pytest.mark.parametrize(("truth", "seed", "kept"), [("sum", 0, False), ("product", 2, True)])
def test_interactions_are_kept_where_held_out_rows_gain_by_their_family(truth, seed, kept):
    rng = np.random.default_rng(seed)
    a, c, noise = rng.normal(size=(3, 1_500))
    answers = (a * c > 0) if truth == "product" else (a + c + noise > 0)
    rows = pl.DataFrame({"a": a, "c": c, "label": answers})
    found = engineer_features(rows, {"target_column": "label"})
    reasons = {f.reason for f in found.features if f.generator == "arithmetic"}
    assert ("" in reasons, IDLE in reasons) == (kept, not kept)


@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64])
def test_the_frame_holds_far_numbers_as_they_were_given(kind):
    counter = (3_000_000_000 + pl.Series("counter", range(100)) % 50).cast(kind)
    assert engineer_features(counter.to_frame()).frame.collect()["counter"].equals(counter)


def test_the_frame_holds_numbers_of_a_scale_beyond_float32_as_they_were_given():
    rates = pl.Series("rate", [n * 1e-300 for n in range(50)] * 2)
    assert engineer_features(rates.to_frame()).frame.collect()["rate"].equals(rates)
