"""User agents read by ua-parser: browser, system, device; each distinct string once.

The rules run in Rust's linear-time regular expressions (ua-parser-rs), so that no string makes them slow.
Source: the ua-parser project, https://github.com/ua-parser (Apache-2.0).
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from phantom_ml.features.base import cut
from phantom_ml.features.lately import FEW

if TYPE_CHECKING:
    from ua_parser.regex import Resolver

#: Characters that are read: a browser's own words come first, and time must stay bounded.
MAX_CHARACTERS = 512
#: Strings remembered, so that scoring an event at a time is fast; about 10 MB if all are long.
REMEMBERED = 16_384
#: Every number of fewer digits fits into 32 bits.
SURE_DIGITS = 10


def browsers(user_agents: pl.Series) -> pl.DataFrame:
    """Return ``browser`` (family) and ``major`` (whole number) of each, null where unknown.

    Examples
    --------
    >>> browsers(pl.Series(["Mozilla/5.0 (X11; Linux x86_64; rv:27.0) Gecko/20100101 Firefox/27.0"])).row(0)
    ('Firefox', 27)
    """
    if len(user_agents) <= FEW:
        types = {"browser": pl.String, "major": pl.Int32}
        return pl.DataFrame(browsers_of_few(user_agents.to_list()), schema=types)
    found = [_browser(u) for u in _cut(user_agents)]
    types = {"browser": pl.String, "major": pl.String}
    table = pl.DataFrame(found, schema=types, orient="row")
    # A version too great for a number is made up.
    return table.with_columns(pl.col("major").cast(pl.Int32, strict=False))


def browsers_of_few(user_agents: list[str]) -> dict[str, list[Any]]:
    """Return the same columns of a few."""
    found = [_browser(u[:MAX_CHARACTERS]) for u in user_agents]
    return {"browser": [name for name, _ in found], "major": [_major(word) for _, word in found]}


def _major(word: str | None) -> int | None:
    # So few digits are a number of 32 bits; others are rare, and polars' to judge.
    if word is None or (word.isascii() and word.isdigit() and len(word) < SURE_DIGITS):
        return None if word is None else int(word)
    return pl.Series([word]).cast(pl.Int32, strict=False)[0]  # type: ignore[no-any-return]


def systems_of_few(user_agents: list[str]) -> list[str | None]:
    """Return what ``systems`` does of a few."""
    return [_system(u[:MAX_CHARACTERS]) for u in user_agents]


def devices_of_few(user_agents: list[str]) -> list[str | None]:
    """Return what ``devices`` does of a few."""
    return [_device(u[:MAX_CHARACTERS]) for u in user_agents]


def systems(user_agents: pl.Series) -> pl.Series:
    """Return the family of the operating system of each, null where unknown.

    Examples
    --------
    >>> systems(pl.Series(["Mozilla/5.0 (Windows NT 6.1; WOW64)", "curl/7.1"])).to_list()
    ['Windows', None]
    """
    return pl.Series([_system(u) for u in _cut(user_agents)], dtype=pl.String)


def devices(user_agents: pl.Series) -> pl.Series:
    """Return the family of the device of each (a phone's model, Spider for a bot), null where unknown."""
    return pl.Series([_device(u) for u in _cut(user_agents)], dtype=pl.String)


def _cut(user_agents: pl.Series) -> list[str]:
    return cut(user_agents, MAX_CHARACTERS).to_list()


@lru_cache(REMEMBERED)
def _browser(user_agent: str) -> tuple[str | None, str | None]:
    from ua_parser.core import Domain

    found = _resolver()(user_agent, Domain.USER_AGENT).user_agent
    return (found.family, found.major) if found else (None, None)


@lru_cache(REMEMBERED)
def _system(user_agent: str) -> str | None:
    from ua_parser.core import Domain

    found = _resolver()(user_agent, Domain.OS).os
    return found.family if found else None


@lru_cache(REMEMBERED)
def _device(user_agent: str) -> str | None:
    from ua_parser.core import Domain

    found = _resolver()(user_agent, Domain.DEVICE).device
    return found.family if found else None


@cache
def _resolver() -> Resolver:
    # Imported and built when the first string is read: that takes a quarter of a second.
    from ua_parser.loaders import load_lazy_builtins
    from ua_parser.regex import Resolver

    return Resolver(load_lazy_builtins())
