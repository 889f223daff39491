"""Features stay by what they gain on held-out rows: planted ones do, noise does not, whatever the seed."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import FeatureSettings, ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.features.before import Before
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.afford import affordable, costs
from phantom_ml.features.selection.interactions import choose_interactions
from phantom_ml.features.selection.mixing import blocks_of, worth_without_target
from phantom_ml.features.selection.tiers import NEW, STANDING, SURELY_NEW, race_tiers
from phantom_ml.features.selection.training import Training
from phantom_ml.features.selection.trees import drawn, folds
from phantom_ml.features.selection.worth import worth
from phantom_ml.features.tables.group_rank import GroupRankEncoder

N = 2_000
BINARY = Question(ProblemKind.BINARY, 2)
RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=(N, 4)).astype(np.float32)
ANSWERS = (VALUES[:, 0] + 0.3 * RNG.normal(size=N) > 0).astype(np.int64)
NAMES = ("signal", "noise", "other", "more")
ROWS = Samples(Matrix(VALUES, tuple(Feature(n, n) for n in NAMES)), ANSWERS)


@pytest.mark.parametrize("seed", range(3))
def test_noise_gains_no_more_than_shadows_whatever_the_seed(seed):
    found = worth(ROWS, BINARY, seed)
    assert found.share[0] > 0.9
    assert (found.share[1:] <= found.shadow).all()


@pytest.mark.parametrize("rule", [NEW, SURELY_NEW])
@pytest.mark.parametrize("seed", range(3))
def test_a_new_family_comes_if_it_gains_and_noise_does_not(seed, rule):
    tiers = {"useful": ("signal",), "useless": ("noise", "other")}
    kept = {t.name: t.kept for t in race_tiers(ROWS, tiers, BINARY, seed, rule)}
    assert kept == {"useful": True, "useless": False}


def test_a_family_that_leads_astray_in_every_fold_goes():
    late = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(N)))
    right_in_turn = np.where((np.arange(N) * 4 // N) % 2 == 0, ANSWERS, 1 - ANSWERS)
    values = np.column_stack([VALUES[:, :1], right_in_turn]).astype(np.float32)
    misled = Samples(Matrix(values, (Feature("signal", "s"), Feature("turncoat", "t"))), ANSWERS)
    raced = race_tiers(misled, {"signal": ("signal",), "bad": ("turncoat",)}, late)
    assert {t.name: t.kept for t in raced} == {"signal": True, "bad": False}


@pytest.mark.parametrize("before", [Before(), Before(time=np.arange(N))], ids=["drawn", "forward"])
@pytest.mark.parametrize("seed", range(4))
def test_a_real_ratio_comes_and_noise_does_not_whatever_the_seed(seed, before):
    rng = np.random.default_rng(seed)
    amounts, noise = rng.lognormal(8, 1, (N, 2)), rng.normal(size=(N, 2))
    ratio = amounts[:, :1] / amounts[:, 1:]
    answers = (ratio[:, 0] * rng.lognormal(0, 0.2, N) > 1.5).astype(np.int64)
    names = ("sent", "got", "sent / got", "noise", "more noise")
    values = np.hstack([amounts, ratio, noise]).astype(np.float32)
    rows = Samples(Matrix(values, tuple(Feature(n, n) for n in names)), answers)
    tiers = {"ratio": ("sent / got",), "useless": ("noise", "more noise")}
    asked = Question(ProblemKind.BINARY, 2, before=before)
    kept = {t.name: t.kept for t in race_tiers(rows, tiers, asked, seed, SURELY_NEW)}
    assert kept == {"ratio": True, "useless": False}


@pytest.mark.parametrize(
    ("gains", "kept"),
    [((0.009,) * 3, False), ((0.02,) * 11, True), ((0.02,) * 10 + (-0.1, -0.1), False)],
)
def test_what_is_surely_new_gains_more_than_a_hundredth_in_nearly_every_fold(gains, kept):
    assert SURELY_NEW.settled(gains) is kept


def test_the_gain_of_a_family_is_what_held_out_rows_lose_without_it():
    found = race_tiers(ROWS, {"useful": ("signal",)}, BINARY)
    assert min(found[0].gains) > 0.3


def test_a_gain_is_a_share_of_the_loss_that_is_told_beside_it():
    found = race_tiers(ROWS, {"useful": ("signal",)}, BINARY)[0]
    shares = [1.0 - with_it / without for with_it, without in found.losses]
    assert list(found.gains) == pytest.approx(shares)


@pytest.mark.parametrize(("rule", "kept"), [(STANDING, True), (NEW, False)])
def test_where_there_was_no_time_what_stood_stays_and_nothing_new_comes(rule, kept):
    found = race_tiers(ROWS, {"useless": ("noise",)}, BINARY, 0, rule, lambda: True)
    assert (found[0].kept, found[0].gains) == (kept, ())


def test_the_last_family_of_all_is_never_taken_away():
    only = Samples(Matrix(VALUES[:, 1:2], (Feature("noise", "noise"),)), ANSWERS)
    assert race_tiers(only, {"all": ("noise",)}, BINARY)[0].kept


@pytest.mark.parametrize(
    ("gains", "kept"),
    [
        ((-0.1, -0.1, 0.1), True),
        ((-0.1,) * 3, None),
        ((-0.1,) * 6, False),
        ((-0.1,) * 5 + (0.1,), True),
    ],
)
def test_what_stands_goes_only_if_it_gains_in_no_fold(gains, kept):
    assert STANDING.settled(gains) is kept


@pytest.mark.parametrize(("gains", "kept"), [((), False), ((0.1,) * 3, True), ((0.1, -0.1), False)])
def test_what_is_new_comes_by_what_there_was_time_to_judge(gains, kept):
    assert NEW.cut_short(gains) is kept


def test_folds_go_forward_where_there_is_a_time():
    late = Question(ProblemKind.BINARY, 2, before=Before(time=RNG.permutation(N)))
    for train, valid in folds(ANSWERS, late, 0):
        assert late.before.time[train].max() < late.before.time[valid].min()


def test_two_times_make_no_blocks_of_time():
    years = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(N) * 2 // N))
    for _, valid in folds(ANSWERS, years, 0):
        assert 0.4 < years.before.time[valid].mean() < 0.6


def test_folds_never_part_a_group():
    groups = np.arange(N) // 50
    asked = Question(ProblemKind.BINARY, 2, before=Before(groups=groups))
    for train, valid in folds(ANSWERS, asked, 0):
        assert not set(groups[train]) & set(groups[valid])


def test_a_rare_class_keeps_its_rows_when_few_are_drawn():
    rare = (np.arange(N) < 40).astype(np.int64)
    part, _ = drawn(Samples(ROWS.matrix, rare), BINARY, 400, 0)
    assert (part.matrix.n_rows, int(part.target.sum())) == (400, 40)


def table(n: int = N) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    return pl.DataFrame(
        {
            "bytes_out": rng.lognormal(8, 1, n),
            "bytes_in": rng.lognormal(8, 1, n),
            "weight": rng.normal(size=n),
            "site": rng.choice(["ham", "bln", "muc"], n),
        }
    )


def training(frame: pl.DataFrame, answers: np.ndarray) -> Training:
    schema = recognise(frame, {"bytes_out": "number", "bytes_in": "number"})
    encoder = fit_encoder(frame, schema, FeatureSettings(security=False))
    samples = Samples(encoder.training(frame, Before()), answers)
    return Training(frame, schema, samples, BINARY)


def test_a_planted_ratio_is_found():
    frame = table()
    answers = (frame["bytes_out"] / frame["bytes_in"] > 1.5).cast(pl.Int64).to_numpy()
    found = choose_interactions(training(frame, answers))
    names = {f.name for t in found for f in t.features}
    assert names & {"bytes_out / bytes_in", "bytes_in / bytes_out"}


def test_a_planted_rank_among_peers_is_found():
    frame = table()
    shift = frame["site"].replace_strict({"ham": 0.0, "bln": 50.0, "muc": 100.0})
    frame = frame.with_columns(weight=frame["weight"] + shift)
    answers = (frame["weight"] - shift > 1.0).cast(pl.Int64).to_numpy()
    found = choose_interactions(training(frame, answers))
    assert "weight.less_mean_by.site" in {f.name for t in found for f in t.features}


def test_a_planted_pair_of_categories_is_found():
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 8, (2, N))
    frame = table().with_columns(one=pl.Series(codes[0]), two=pl.Series(codes[1]))
    frame = frame.with_columns(pl.col("one", "two").cast(pl.String) + "th")
    answers = rng.integers(0, 2, (8, 8))[codes[0], codes[1]]
    found = choose_interactions(training(frame, answers))
    assert {"one & two", "two & one"} & {f.name for t in found for f in t.features}


def test_of_noise_no_pair_is_chosen():
    frame = table()
    assert choose_interactions(training(frame, RNG.integers(0, 2, N))) == []


def test_no_more_features_than_wanted_are_kept_the_best_first():
    part = training(table(), (table()["weight"] > 0).cast(pl.Int64).to_numpy())
    encoder = fit_encoder(part.frame, part.schema, FeatureSettings(security=False))
    names = [f.name for f in encoder.features]
    assert affordable(encoder, part, FeatureSettings(max_features=1), names) == ["weight"]


def test_what_costs_more_than_is_allowed_is_left_out():
    part = training(table(), (table()["weight"] > 0).cast(pl.Int64).to_numpy())
    encoder = fit_encoder(part.frame, part.schema, FeatureSettings(security=False))
    names = [f.name for f in encoder.features]
    assert affordable(encoder, part, FeatureSettings(max_us_per_row=1e-9), names) == []


def test_every_feature_has_a_cost():
    part = training(table(), np.zeros(N, np.int64))
    encoder = fit_encoder(part.frame, part.schema, FeatureSettings(security=False))
    found = costs(encoder, part.frame)
    assert len(found) == len(encoder.features)
    assert all(c > 0 for c in found)


def test_without_a_target_what_hangs_together_is_worth_more_than_what_stands_alone():
    values = VALUES.copy()
    values[:, 1] = values[:, 0] + 0.1 * values[:, 1]
    found = worth_without_target(Matrix(values, ROWS.matrix.features), range(4))
    assert min(found.share[:2]) > max(found.share[2:])


@pytest.mark.parametrize("seed", range(3))
def test_without_a_target_both_of_two_columns_that_hang_together_are_above_chance(seed):
    values = np.random.default_rng(seed).normal(size=(N, 4)).astype(np.float32)
    values[:, 1] = 2 * values[:, 0] + 0.3 * values[:, 1]
    found = worth_without_target(Matrix(values, ROWS.matrix.features), range(4), seed)
    assert found.above.tolist() == [True, True, False, False]


def test_features_that_hang_on_the_time_are_mixed_as_one():
    frame = table(400).with_columns(
        user=pl.Series(RNG.choice([f"user{i}" for i in range(20)], 400)),
        time=pl.datetime_range(datetime(2026, 1, 1), datetime(2026, 1, 9), "28m", eager=True)[:400],
    )
    encoder = fit_encoder(frame, recognise(frame, {"user": "entity"}), FeatureSettings(), "time")
    blocks = dict(zip((f.name for f in encoder.features), blocks_of(encoder), strict=True))
    assert blocks["user.age"] == blocks["user.rarity"] == blocks["time.hour"] != blocks["weight"]


def test_what_is_made_together_counts_as_what_it_is():
    frame = table()
    part = training(frame, (frame["weight"] > 0).cast(pl.Int64).to_numpy())
    encoder = fit_encoder(part.frame, part.schema, FeatureSettings(security=False))
    ranks = GroupRankEncoder.fit_pair(frame, "site", "weight")
    wider = replace(encoder, tables=(*encoder.tables, ranks))
    both = part.with_matrix(wider.training(frame, Before()))
    names = [f.name for f in wider.features]
    for most in (1, 2, 3):
        kept = affordable(wider, both, FeatureSettings(max_features=most), names)
        assert len(wider.keeping(kept).features) <= most
