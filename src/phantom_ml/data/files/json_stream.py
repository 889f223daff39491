"""JSON values out of text of any length, a few megabytes at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from phantom_ml.errors import SourceUnreadable

BLOCK = 8 << 20
#: ``[`` of an array, or of the list that is the first value of an object: ``{"Records": [``.
LIST_BEGINS = re.compile(r'\s*(?:\{\s*"(?P<key>(?:[^"\\]|\\.){1,200})"\s*:\s*)?\[\s*(?=[\[{\]])')
SPACE = re.compile(r"\s*")
Lines = list[tuple[int, bytes]]


def line_blocks(opened: BinaryIO, block: int = BLOCK) -> Iterator[Lines]:
    """Yield whole lines that are not blank, with their numbers, about ``block`` bytes at a time."""
    number, rest = 1, b""
    while piece := opened.read(block):
        *lines, rest = (rest + piece).split(b"\n")
        yield [(n, line) for n, line in enumerate(lines, number) if line.strip()]
        number += len(lines)
    if rest.strip():
        yield [(number, rest)]


def objects_of_lines(lines: Lines) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    """Return the objects, one a line, and the numbers of lines that hold none, with the reason.

    Examples
    --------
    >>> objects_of_lines([(1, b'{"a": 1}'), (2, b'{"a": 1')])
    ([{'a': 1}], [(2, "Expecting ',' delimiter")])
    """
    try:
        # One call for all lines is several times as fast as one for each.
        values = json.loads(b"[" + b",".join(line for _, line in lines) + b"]")
    except (ValueError, RecursionError):
        values = []
    if len(values) == len(lines) and all(isinstance(value, dict) for value in values):
        return values, []
    return _one_by_one(lines)


def _one_by_one(lines: Lines) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    objects, faults = [], []
    for number, line in lines:
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            faults.append((number, error.msg))
        except (ValueError, RecursionError):
            faults.append((number, "it is nested too deeply, or not UTF-8"))
        else:
            if isinstance(value, dict):
                objects.append(value)
            else:
                faults.append((number, "it is no object"))
    return objects, faults


@dataclass(frozen=True)
class Fault:
    """Why no further value could be read at a place, and whether more text may mend it."""

    at: int
    why: str
    may_be_cut: bool


class JsonDocument:
    """A JSON text that is an array, an object with a list, or objects one after another.

    Parameters
    ----------
    path : Path
        UTF-8.
    name : str
        What a person calls it.

    Attributes
    ----------
    key : str
        Of the list that was read out of an object, once it was; else empty.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.key = ""

    def batches(self) -> Iterator[list[Any]]:
        """Yield the list's items, or the objects, in order.

        Raises
        ------
        SourceUnreadable
            It is not JSON; the message names the line.
        """
        with self.path.open(encoding="utf-8-sig") as opened:
            text = opened.read(BLOCK)
            begins = LIST_BEGINS.match(text)
            if begins is not None and begins["key"] and len(text) < BLOCK:
                begins = None  # small enough to be seen whole, with what else is in the object
            self.key = (begins["key"] or "") if begins else ""
            if begins is None:
                yield from self._values(opened, text, 0, in_list=False)
            else:
                yield from self._values(opened, text, begins.end(), in_list=True)

    def _values(self, opened: TextIO, text: str, at: int, *, in_list: bool) -> Iterator[list[Any]]:
        line, first = 1, True
        while True:
            values, at, fault = _decode(text, at, in_list, first)
            if values:
                yield values
            if fault is None and not self.key and (text[at:] + opened.read(1)).strip():
                fault = Fault(at, "text follows the list", may_be_cut=False)
            if fault is None:
                return
            first = first and not values
            piece = opened.read(max(BLOCK, len(text) - at)) if fault.may_be_cut else ""
            if not piece:
                if not in_list and _space(text, at) >= len(text):
                    return
                self._refuse(fault, line + text.count("\n", 0, fault.at))
            line, text, at = line + text.count("\n", 0, at), text[at:] + piece, 0

    def _refuse(self, fault: Fault, line: int) -> None:
        raise SourceUnreadable(
            f"{self.name!r} is not JSON: {fault.why} at line {line:,}.",
            "Mend it; JSON allows no comma after the last item, and no comments.",
        )


def _decode(text: str, at: int, in_list: bool, first: bool) -> tuple[list[Any], int, Fault | None]:
    """Return the whole values from a place on, the place after them, and why it went no further.

    No fault means that the list is at its end.
    """
    values: list[Any] = []
    decoder = json.JSONDecoder()
    while True:
        begin = _space(text, at)
        if in_list and text.startswith("]", begin):
            return values, begin + 1, None
        if in_list and not (first and not values):
            if begin < len(text) and text[begin] != ",":
                return values, at, Fault(begin, "a comma or ] is missing", may_be_cut=False)
            begin = _space(text, begin + 1)
        try:
            value, at = decoder.raw_decode(text, begin)
        except json.JSONDecodeError as error:
            cut = error.msg.startswith("Unterminated") or error.pos >= len(text) - 16
            return values, at, Fault(min(error.pos, len(text)), error.msg, cut)
        except RecursionError:
            return values, at, Fault(begin, "it is nested too deeply", may_be_cut=False)
        values.append(value)


def _space(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at
