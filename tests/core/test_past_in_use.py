"""A model that counts what entities did before: in batch, in a stream, in an explanation."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import BadSetting, BundleDamaged

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
