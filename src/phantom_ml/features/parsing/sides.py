"""Which columns are the two sides of a connection, by what logs call them (see knowledge/sides.toml)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from phantom_ml.data.columns.column import words
from phantom_ml.features.knowledge.lists import knowledge

SIDES = ("source", "destination")

#: Source and destination.
Pair = tuple[str, str]


def side(name: str) -> tuple[str, str] | None:
    """Return the side that a name tells and the name without it; None where it tells none, or both.

    Examples
    --------
    >>> side("id.orig_h"), side("dstport"), side("local_orig"), side("in_bytes"), side("user")
    (('source', 'id h'), ('destination', 'port'), ('source', 'local'), ('source', 'bytes'), None)
    """
    said = words(name)
    whole = _find("whole", " ".join(said))
    if whole is not None:
        return whole, " ".join(w for w in said if w not in ("in", "out"))
    told = {s for w in said if (s := _find("words", w))}
    if len(told) == 1:
        return told.pop(), " ".join(w for w in said if not _find("words", w))
    return None if told else _glued(said)


def address_pairs(names: Iterable[str]) -> list[Pair]:
    """Return the columns of addresses that belong together, in the order of their sources.

    Examples
    --------
    >>> address_pairs(["src_ip", "dst_ip", "src_nat_ip", "dst_nat_ip", "host"])
    [('src_ip', 'dst_ip'), ('src_nat_ip', 'dst_nat_ip')]
    """
    found = _by_rest(names)
    pairs = [(s["source"], s["destination"]) for s in found.values() if len(s) == 2]
    if pairs:
        return pairs
    # Two columns that are called by different rules: `client_ip` and `server`.
    single = {s: [r[s] for r in found.values() if s in r] for s in SIDES}
    if all(len(columns) == 1 for columns in single.values()):
        return [(single["source"][0], single["destination"][0])]
    return []


def pair_of(noun: str, names: Iterable[str]) -> Pair | None:
    """Return the two columns of a noun (``port``, ``bytes``, ``packets``); None where a side lacks.

    Examples
    --------
    >>> pair_of("bytes", ["orig_ip_bytes", "resp_ip_bytes", "orig_bytes", "resp_bytes"])
    ('orig_bytes', 'resp_bytes')
    """
    found = _by_rest(names)
    for rest in knowledge("sides")["nouns"][noun]:
        sides = found.get(rest, {})
        if len(sides) == 2:
            return sides["source"], sides["destination"]
    return None


def one_of(noun: str, which: str, names: Iterable[str]) -> str | None:
    """Return the column of a noun of one side.

    Examples
    --------
    >>> one_of("port", "destination", ["Destination Port", "Flow Duration"])
    'Destination Port'
    """
    found = _by_rest(names)
    rests = knowledge("sides")["nouns"][noun]
    return next((found[r][which] for r in rests if which in found.get(r, {})), None)


def single(what: str, names: Iterable[str]) -> str | None:
    """Return the first column that is called as the list says: ``service``, ``state``, ``history``."""
    called = {" ".join(words(n)): n for n in names}
    return next((called[n] for n in knowledge("sides")["single"][what] if n in called), None)


def duration(names: Iterable[str]) -> tuple[str, float] | None:
    """Return the column of the time that a connection took, and its unit in seconds.

    Examples
    --------
    >>> duration(["Flow Duration", "x"])
    ('Flow Duration', 1e-06)
    """
    units: Mapping[str, float] = knowledge("sides")["duration"]
    called = {" ".join(words(n)): n for n in names}
    return next(((called[n], unit) for n, unit in units.items() if n in called), None)


def _by_rest(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return, for each name without its side, the columns of both sides; the first that says so."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        if told := side(name):
            found.setdefault(told[1], {}).setdefault(told[0], name)
    return found


@cache
def _find(table: str, text: str) -> str | None:
    return next((s for s in SIDES if text in knowledge("sides")[table][s]), None)


def _glued(said: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the side of a name as ``saddr``; its noun is what remains."""
    for i, word in enumerate(said):
        for which in SIDES:
            for start in knowledge("sides")["glued"][which]:
                noun = word.removeprefix(start)
                if noun != word and noun in knowledge("sides")["glued"]["nouns"]:
                    return which, " ".join((*said[:i], noun, *said[i + 1 :]))
    return None
