"""The lists of facts in this folder, read once each."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def knowledge(name: str) -> dict[str, Any]:
    """Return the list called ``name``, as its TOML file has it.

    Examples
    --------
    >>> sorted(knowledge("paths"))[:3]
    ['date', 'double_extension', 'extensions']
    """
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
