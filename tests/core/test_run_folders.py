"""What a failed training leaves: nothing where it would fail again, all where it may go on."""

import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import BadSetting, PhantomError, StoreError, TargetUnusable
from tests.core.conftest import FAST
from tests.core.tables import numbers


@pytest.fixture
def fresh(tmp_path):
    return PhantomMLCore(home=tmp_path / "home")


def folders(core):
    return list((core.home / "runs").iterdir())


def featureless(n=60):
    """Rows whose only column never changes."""
    return pl.DataFrame({"host": ["web"] * n, "y": [i % 2 for i in range(n)]})


def test_a_table_that_nothing_can_be_learned_from_leaves_no_copy_of_itself(fresh):
    with pytest.raises(TargetUnusable):
        fresh.auto_create_model(featureless(), FAST)
    assert folders(fresh) == []


def test_what_would_fail_again_is_not_gone_on_with(fresh):
    with pytest.raises(PhantomError):
        fresh.auto_create_model(featureless(), FAST)
    (record,) = fresh.list_experiments()
    with pytest.raises(StoreError, match="is failed and has nothing to go on with"):
        fresh.resume(record.id)


def test_a_metric_that_always_raises_leaves_nothing(fresh):
    def broken(truth, prediction):
        raise ArithmeticError("no figure")

    with pytest.raises(BadSetting, match="no figure"):
        fresh.auto_create_model(numbers(n=90), FAST | {"optimization_metric": broken})
    assert folders(fresh) == []


@pytest.mark.parametrize(
    ("fault", "stage"),
    [
        (KeyboardInterrupt, "encoding"),
        (SystemExit, "training"),
        (RuntimeError, "training"),
        (StoreError, "training"),
    ],
)
def test_after_any_other_end_a_training_goes_on(fresh, fault, stage):
    def stop(now):
        if now.stage == stage:
            raise fault("stop")

    with pytest.raises(fault):
        fresh.auto_create_model(numbers(n=90), FAST, progress=stop)
    (record,) = fresh.list_experiments()
    assert len(folders(fresh)) == 1
    assert fresh.resume(record.id).best_algorithm == "LightGBM"
