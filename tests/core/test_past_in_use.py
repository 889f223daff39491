"""A model that counts what entities did before: in batch, in a stream, in an explanation."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore, output
from phantom_ml.errors import BadSetting, BundleDamaged
from phantom_ml.explain.forms import Explanation

N = 900
START = datetime(2026, 3, 2)
ASKED = {
    "target_column": "label",
    "time_column": "when",
    "algorithms_to_try": ["LightGBM"],
    "max_trials": 1,
    "n_threads": 1,
}


def bursts(n: int = N, seed: int = 0, start: datetime = START) -> pl.DataFrame:
    """Users log in now and then; one who tries many times within minutes is an attack."""
    rng = np.random.default_rng(seed)
    users, times, labels = [], [], []
    now = start
    while len(users) < n:
        now += timedelta(seconds=int(rng.integers(60, 900)))
        attack = rng.random() < 0.15
        user = f"user{rng.integers(0, 30)}"
        for i in range(8 if attack else 1):
            users.append(user)
            times.append(now + timedelta(seconds=7 * i))
            labels.append("attack" if attack and i > 2 else "benign")
        now = times[-1]
    return pl.DataFrame(
        {"when": times, "user": users, "size": rng.normal(size=len(users)), "label": labels}
    )[:n]


LATER = bursts(120, 1, START + timedelta(days=5)).drop("label")


def month() -> pl.DataFrame:
    """Return rows of thirty days in any order, some at the time of another and some without a time."""
    rows = bursts(1300, 2, START + timedelta(days=5)).drop("label")
    # Many days lie between the bursts, and each is as it was.
    gap = pl.col("when").diff().fill_null(timedelta(0))
    slow = pl.when(gap > timedelta(seconds=50)).then(gap * 10).otherwise(gap)
    rows = rows.with_columns(when=pl.col("when").first() + slow.cum_sum().cast(pl.Duration("us")))
    ties = rows[::17].with_columns(user=pl.lit("user3"))
    untimed = rows[::23].with_columns(when=pl.lit(None, pl.Datetime("us")))
    return pl.concat([rows, ties, untimed]).sample(fraction=1.0, shuffle=True, seed=0)


MONTH = month()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    core = PhantomMLCore(home=tmp_path_factory.mktemp("past") / "home")
    return core, core.auto_create_model(bursts(), ASKED).model_id


def scores(frame: pl.DataFrame) -> np.ndarray:
    return frame["probability_attack"].to_numpy()


def test_the_burst_is_learned_from_what_came_before(trained):
    core, model = trained
    names = [f.name for f in core._shelf.pipeline(model).encoder.features]
    assert "user.events.5m" in names
    truth = bursts(120, 1, START + timedelta(days=5))["label"].to_numpy() == "attack"
    found = scores(core.predict(model, LATER))
    assert found[truth].mean() > found[~truth].mean() + 0.5


def test_one_event_at_a_time_gives_what_a_batch_gives(trained, tmp_path):
    core, model = trained
    whole = scores(core.predict(model, LATER))
    alone = [scores(core.predict(model, LATER[i], state=tmp_path / "s"))[0] for i in range(40)]
    np.testing.assert_array_equal(alone, whole[:40])


def test_a_stream_goes_on_where_the_last_call_ended(trained, tmp_path):
    core, model = trained
    core.predict(model, LATER[:60], state=tmp_path / "s")
    second = core.predict(model, LATER[60:], state=tmp_path / "s")
    np.testing.assert_array_equal(scores(second), scores(core.predict(model, LATER))[60:])


def test_a_file_goes_on_too(trained, tmp_path):
    core, model = trained
    for part, name in ((LATER[:60], "a.parquet"), (LATER[60:], "b.parquet")):
        core.predict(model, part, output=tmp_path / name, state=tmp_path / "s")
    found = scores(pl.read_parquet(tmp_path / "b.parquet"))
    np.testing.assert_array_equal(found, scores(core.predict(model, LATER))[60:])


def test_without_a_state_every_call_begins_where_training_ended(trained):
    core, model = trained
    one, two = (scores(core.predict(model, LATER)) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_the_model_on_disk_never_changes(trained, tmp_path):
    core, model = trained
    folder = core._store.model_folder(model)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    core.predict(model, LATER, state=tmp_path / "s")
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_the_order_of_rows_does_not_matter(trained):
    core, model = trained
    mixed = np.random.default_rng(0).permutation(LATER.height)
    found = scores(core.predict(model, LATER[mixed]))
    np.testing.assert_array_equal(found, scores(core.predict(model, LATER))[mixed])


def test_a_row_is_explained_among_the_rows_around_it(trained):
    core, model = trained
    whole = scores(core.predict(model, LATER))
    row = int(whole.argmax())
    told = core.explain_model(model, LATER[row], before=LATER).rows[0]
    assert told.probability == pytest.approx(whole[row])


def explained(told: Explanation) -> np.ndarray:
    """Return the probability of an attack by row."""
    return np.array([row.probability for row in told.rows])


def test_rows_of_a_month_are_explained_as_they_are_predicted(trained):
    core, model = trained
    assert (MONTH["when"].max() - MONTH["when"].min()).days >= 30
    found = explained(core.explain_model(model, MONTH[::15], before=MONTH))
    np.testing.assert_array_equal(found, scores(core.predict(model, MONTH))[::15])


def test_an_alert_of_a_month_ago_is_explained_as_one(trained):
    core, model = trained
    oldest = MONTH.sort("when", nulls_last=True)
    alert = core.predict(model, oldest)["alert"].to_list()[:80]
    told = core.explain_model(model, oldest[:80], before=oldest).rows
    assert any(alert)
    assert [row.alert for row in told] == alert


def test_rows_that_came_later_change_no_explanation(trained):
    core, model = trained
    row = MONTH.sort("when", nulls_last=True)[60]
    earlier = MONTH.filter(pl.col("when") <= row["when"][0])
    whole, first = (core.explain_model(model, row, before=b).rows for b in (MONTH, earlier))
    assert whole == first


def test_the_first_rows_of_a_table_are_explained_among_all_of_it(trained, monkeypatch):
    core, model = trained
    monkeypatch.setattr("phantom_ml.explain.explanation.MAX_ROWS", 40)
    found = explained(core.explain_model(model, MONTH))
    np.testing.assert_array_equal(found, scores(core.predict(model, MONTH))[:40])


def test_a_state_that_was_damaged_is_refused(trained, tmp_path):
    core, model = trained
    core.predict(model, LATER[:5], state=tmp_path / "s")
    file = next(p for p in (tmp_path / "s").iterdir())
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(BundleDamaged):
        core.predict(model, LATER[5:], state=tmp_path / "s")


def test_the_state_of_another_model_is_refused(trained, tmp_path):
    core, model = trained
    core.predict(model, LATER[:5], state=tmp_path / "s")
    other = core.auto_create_model(bursts().rename({"user": "host"}), ASKED).model_id
    with pytest.raises(BadSetting, match="another model"):
        core.predict(other, LATER.rename({"user": "host"}), state=tmp_path / "s")


def test_a_model_without_a_past_has_no_state(core, small, tmp_path):
    with pytest.raises(BadSetting, match="no state to keep"):
        core.predict(small.model_id, pl.DataFrame({c: [0.1] for c in "abcd"}), state=tmp_path / "s")


def test_the_same_features_are_made_when_the_model_is_fitted_again(trained):
    core, model = trained
    again = core.refit(model, bursts(N, 3))
    one, two = (core._shelf.pipeline(m).encoder.features for m in (model, again))
    assert [f.name for f in one] == [f.name for f in two]


def test_a_file_in_any_order_is_scored_as_its_table_is(trained, tmp_path, monkeypatch):
    core, model = trained
    monkeypatch.setattr(output, "BLOCK_ROWS", 100)
    core.predict(model, MONTH, output=tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet").equals(core.predict(model, MONTH))


def test_rows_that_lie_in_order_are_read_block_by_block(trained, tmp_path, monkeypatch):
    core, model = trained
    monkeypatch.setattr(output, "BLOCK_ROWS", 100)
    monkeypatch.setattr(output, "_in_order", None)
    rows = MONTH.sort("when")
    core.predict(model, rows, output=tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet").equals(core.predict(model, rows))
