"""AsyncPhantomMLCore: the methods of PhantomMLCore, awaitable; made of them, not written twice."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phantom_ml.core.core import PhantomMLCore


class AsyncPhantomMLCore:
    """PhantomMLCore for an event loop: the same arguments, and every method is awaited.

    Each call runs in a thread of asyncio's own pool, so that the loop goes on meanwhile. To cancel
    the task that awaits does not end a training: its budget does. ``progress`` is called in that
    thread; hand on to the loop with ``loop.call_soon_threadsafe``.

    Examples
    --------
    >>> import tempfile
    >>> async def models():
    ...     return await AsyncPhantomMLCore(home=tempfile.mkdtemp()).list_models()
    >>> asyncio.run(models())
    []
    """

    __signature__ = inspect.signature(PhantomMLCore)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._core = PhantomMLCore(*args, **kwargs)

    @property
    def home(self) -> Path:
        """Return the folder in which everything is kept."""
        return self._core.home

    def __repr__(self) -> str:
        return f"Async{self._core!r}"

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]: ...


def _awaitable(method: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Return a coroutine function with the signature and documentation of ``method``."""

    @functools.wraps(method)
    async def call(self: AsyncPhantomMLCore, *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(method, self._core, *args, **kwargs)

    call.__qualname__ = f"{AsyncPhantomMLCore.__name__}.{method.__name__}"
    return call


for _name, _method in inspect.getmembers(PhantomMLCore, inspect.isfunction):
    if not _name.startswith("_"):
        setattr(AsyncPhantomMLCore, _name, _awaitable(_method))
