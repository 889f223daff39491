"""A name for every plugin, found because its file lies in the folder.

A plugin is added by a decorator in a file of its own. Files of the folder are imported the first time
that a registry is asked, and so are entry points of outside packages. It knows nothing of what a plugin is.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from phantom_ml.errors import UnknownName

T = TypeVar("T")


class Registry(Generic[T]):
    """Plugins of one kind by name.

    Parameters
    ----------
    kind : str
        What one is called in a sentence: ``"algorithm"``.
    package : str
        The folder whose modules add themselves: ``"phantom_ml.algorithms"``. It is also the name of the
        entry point group through which outside packages add theirs.

    Examples
    --------
    >>> shapes: Registry[type] = Registry("shape", "phantom_ml.nowhere", load=False)
    >>> @shapes.add("Circle")
    ... class Circle: ...
    >>> shapes.names()
    ['Circle']
    >>> shapes.get("circle") is Circle  # case and underscores do not matter
    True
    """

    def __init__(self, kind: str, package: str, *, load: bool = True) -> None:
        self.kind, self.package = kind, package
        self._items: dict[str, T] = {}
        self._loaded = not load

    def add(self, name: str) -> Callable[[T], T]:
        """Return a decorator that files its plugin under ``name``."""

        def file(item: T) -> T:
            self._items[name] = item
            return item

        return file

    def get(self, name: str) -> T:
        """Return the plugin called ``name``; raises UnknownName with the nearest known one."""
        self._load()
        if name in self._items:
            return self._items[name]
        plain = {_plain(known): item for known, item in self._items.items()}
        if _plain(name) in plain:
            return plain[_plain(name)]
        raise UnknownName(self.kind, name, self.names())

    def name_of(self, name: str) -> str:
        """Return the official spelling of ``name``; raises UnknownName."""
        item = self.get(name)
        return next(known for known, other in self._items.items() if other is item)

    def names(self) -> list[str]:
        """Return all names, sorted."""
        self._load()
        return sorted(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter([self._items[name] for name in self.names()])

    def _load(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        _import_all(self.package)
        for entry in importlib.metadata.entry_points(group=self.package):
            entry.load()


def _import_all(package: str) -> None:
    """Import the modules of a folder and of the folders in it, but for those with an underscore."""
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if not module.name.startswith("_"):
            name = f"{package}.{module.name}"
            _import_all(name) if module.ispkg else importlib.import_module(name)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()
