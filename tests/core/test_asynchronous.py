import asyncio
import inspect
import threading

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import AsyncPhantomMLCore, PhantomMLCore
from phantom_ml.errors import ModelNotFound

METHODS = [
    name for name, _ in inspect.getmembers(PhantomMLCore, inspect.isfunction) if name[0] != "_"
]


def _table(n_rows=300):
    rng = np.random.default_rng(0)
    x = rng.normal(size=n_rows)
    return pl.DataFrame({"x": x, "y": (x + rng.normal(size=n_rows) > 0).astype(int)})


QUESTION = {"target_column": "y", "max_trials": 1, "algorithms_to_try": ["LogisticRegression"]}


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_a_coroutine_function(name):
    assert inspect.iscoroutinefunction(getattr(AsyncPhantomMLCore, name))


@pytest.mark.parametrize("name", METHODS)
def test_signature_and_documentation_are_kept(name):
    own, plain = getattr(AsyncPhantomMLCore, name), getattr(PhantomMLCore, name)
    assert (inspect.signature(own), own.__doc__) == (inspect.signature(plain), plain.__doc__)


def test_constructor_takes_the_same():
    assert inspect.signature(AsyncPhantomMLCore) == inspect.signature(PhantomMLCore)


def test_home_is_that_of_the_core(tmp_path):
    assert AsyncPhantomMLCore(home=tmp_path).home == tmp_path


def test_trains_and_predicts_while_the_loop_goes_on(tmp_path):
    async def go():
        core = AsyncPhantomMLCore(home=tmp_path)
        training = asyncio.create_task(core.auto_create_model(_table(), QUESTION))
        ticks = 0
        while not training.done():
            await asyncio.sleep(0.01)
            ticks += 1
        scored = await core.predict((await training).model_id, _table(5))
        return ticks, scored.height

    ticks, height = asyncio.run(go())
    assert ticks > 5
    assert height == 5


def test_progress_is_told_from_another_thread(tmp_path):
    heard = []

    async def go():
        core = AsyncPhantomMLCore(home=tmp_path)
        told = lambda _: heard.append(threading.current_thread())  # noqa: E731
        await core.auto_create_model(_table(), QUESTION, progress=told)

    asyncio.run(go())
    assert heard
    assert threading.main_thread() not in heard


def test_errors_are_raised_where_they_are_awaited(tmp_path):
    with pytest.raises(ModelNotFound):
        asyncio.run(AsyncPhantomMLCore(home=tmp_path).predict("none", _table()))


def test_repr_tells_the_home(tmp_path):
    assert repr(AsyncPhantomMLCore(home=tmp_path)) == f"AsyncPhantomMLCore(home={str(tmp_path)!r})"
