"""Whole numbers that only name things: status codes, event numbers, types. They are categories."""

from __future__ import annotations

from http import HTTPStatus

from phantom_ml.data.columns.column import Column, name_words
from phantom_ml.data.kinds.base import (
    FLOOR,
    HINTED_FLOOR,
    Claim,
    Recogniser,
    but_for_a_few,
    evidence,
    hints_at,
    kinds,
)
from phantom_ml.data.schema import ColumnKind

CODE_HINTS = name_words(
    """id code type eventid opcode qtype rcode proto protocol subclass category status errno
    syscall task rtid"""
)
#: More levels than this are no list of codes.
MAX_CODES = 64
STATUS_HINTS = name_words("""status code statuscode httpstatus responsecode respcode scstatus""")
#: HTTP status codes as registered by IANA (RFC 9110).
HTTP_STATUS = frozenset(int(status) for status in HTTPStatus)
#: What every web server answers sooner or later: done, elsewhere, not found.
USUAL = (frozenset({200}), frozenset({301, 302, 304}), frozenset({403, 404}))


def _status(column: Column) -> Claim | None:
    """HTTP status codes: known by the registry, also in a column that nobody has named."""
    if not 2 <= column.n_distinct <= MAX_CODES:
        return None
    whole = column.mostly_whole
    if whole is None or not whole.is_between(0, 999).all():
        return None
    found = frozenset(whole.to_list())
    hinted = hints_at(column, STATUS_HINTS)
    if not hinted and any(found.isdisjoint(usual) for usual in USUAL):
        return None
    rate = column.number_share * len(found & HTTP_STATUS) / len(found)
    if rate < (HINTED_FLOOR if hinted else FLOOR):
        return None
    return Claim(ColumnKind.CATEGORY, rate, evidence(rate, "HTTP status codes", hinted))


def _code(column: Column) -> Claim | None:
    """Whole numbers whose order and distances mean nothing."""
    few = 3 <= column.n_distinct <= min(MAX_CODES, column.n_present // 2)
    if not few or not column.words or column.words[-1] not in CODE_HINTS:
        return None
    whole = column.mostly_whole
    if whole is None or whole.min() < 0:  # type: ignore[operator]
        return None
    why = but_for_a_few(column, f"{len(whole)} whole numbers, and the name says codes.")
    return Claim(ColumnKind.CATEGORY, column.number_share, why)


kinds.add("status")(Recogniser(ColumnKind.CATEGORY, 135, _status))
kinds.add("code")(Recogniser(ColumnKind.CATEGORY, 160, _code))
