"""Expressions of polars evaluated on a few rows in this thread, without a query.

A query takes tens of microseconds to begin, and a row alone asks for dozens. What an expression says is read off
the form in which polars writes it down, once, and made a function of lists; the operations are those of polars in
all that they return. What is not known here polars evaluates, so that a new form of writing costs time but
changes nothing.
"""

from __future__ import annotations

import io
import json
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl

from phantom_ml.features.cells import strings

Cells = list[Any]


@dataclass(slots=True)
class Rows:
    """A few rows: the cells of each column, how many there are, and what was made of them already."""

    columns: Mapping[str, Cells]
    n: int
    made: dict[str, Cells] = field(default_factory=dict)


#: What an expression makes of some rows.
Evaluated = Callable[[Rows], Cells]
#: Bits of unsigned numbers that whole numbers are counted in.
COUNTED = 32


class Unknown(Exception):
    """An operation that only polars can do."""


class _Node(NamedTuple):
    """A part of an expression; of a literal its value, and of numbers how they are written."""

    made: Evaluated
    value: Any = None
    is_literal: bool = False
    kind: str = ""
    key: str = ""


def function_of(expression: pl.Expr, kinds: Mapping[str, str]) -> Evaluated | None:
    """Return the function of lists that an expression is; None where only polars can evaluate it.

    Parameters
    ----------
    expression : on columns of strings, booleans and numbers
    kinds : column of whole numbers -> "count" (UInt32)

    Examples
    --------
    >>> made = function_of(pl.col("a").str.len_chars() > 1, {})
    >>> made(Rows({"a": ["b", "cd", None]}, 3))
    [False, True, None]
    """
    try:
        return _read(json.loads(expression.meta.serialize(format="json")), kinds).made
    except (Unknown, KeyError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError):
        return None


def _read(tree: Any, kinds: Mapping[str, str]) -> _Node:
    if not isinstance(tree, dict) or len(tree) != 1:
        raise Unknown
    ((name, body),) = tree.items()
    reader = _READERS.get(name)
    if reader is None:
        raise Unknown
    return reader(body, kinds)._replace(key=json.dumps(tree))


def _column(name: str, kinds: Mapping[str, str]) -> _Node:
    return _Node(lambda rows: rows.columns[name], kind=kinds.get(name, ""))


def _literal(body: Any, kinds: Mapping[str, str]) -> _Node:
    written = io.BytesIO(json.dumps({"Literal": body}).encode())
    found = pl.select(pl.Expr.deserialize(written, format="json")).to_series()
    value = found[0].to_list() if isinstance(found[0], pl.Series) else found[0]
    kind = "whole" if type(value) is int and "Dyn" in body else ""
    return _Node(lambda rows: [value] * rows.n, value, True, kind)


def _alias(body: Any, kinds: Mapping[str, str]) -> _Node:
    return _read(body[0], kinds)


def _cast(body: Any, kinds: Mapping[str, str]) -> _Node:
    inner = _read(body["expr"], kinds)
    if body["dtype"] != {"Literal": "Int64"} or inner.kind not in ("count", "whole"):
        raise Unknown
    return inner._replace(kind="signed")


def _ternary(body: Any, kinds: Mapping[str, str]) -> _Node:
    asked, yes, no = (_read(body[part], kinds) for part in ("predicate", "truthy", "falsy"))
    kind = yes.kind if yes.kind == no.kind or no.is_literal else no.kind if yes.is_literal else ""

    def made(rows: Rows) -> Cells:
        chosen = asked.made(rows)
        if not any(chosen):
            return no.made(rows)
        if all(chosen):
            return yes.made(rows)
        each = zip(chosen, yes.made(rows), no.made(rows), strict=True)
        return [a if is_so else b for is_so, a, b in each]

    return _Node(made, kind=kind)


def _binary(body: Any, kinds: Mapping[str, str]) -> _Node:
    left, right = _read(body["left"], kinds), _read(body["right"], kinds)
    sign = body["op"]
    if sign in ("And", "Or"):
        return _joined(left, right, _and if sign == "And" else _or)
    if sign in _COMPARED:
        return _joined(left, right, _unless_missing(_COMPARED[sign]))
    if sign == "TrueDivide":
        return _joined(left, right, _unless_missing(_divided))._replace(kind="fraction")
    if sign in ("Plus", "Minus"):
        return _summed(left, right, operator.add if sign == "Plus" else operator.sub)
    raise Unknown


def _summed(left: _Node, right: _Node, sign: Callable[[Any, Any], Any]) -> _Node:
    kinds = {left.kind, right.kind}
    if kinds <= {"count", "whole"} and "count" in kinds:
        # As UInt32, which polars counts in: less than nothing is a great number.
        wrapped = _unless_missing(lambda a, b: sign(a, b) % (1 << COUNTED))
        return _joined(left, right, wrapped)._replace(kind="count")
    if "signed" in kinds and kinds <= {"signed", "whole", "count"}:
        return _joined(left, right, _unless_missing(sign))._replace(kind="signed")
    if "fraction" in kinds and kinds <= {"fraction", "whole", "count"}:
        return _joined(left, right, _unless_missing(sign))._replace(kind="fraction")
    raise Unknown


def _joined(left: _Node, right: _Node, sign: Callable[[Any, Any], Any]) -> _Node:
    if right.is_literal:
        value = right.value
        return _Node(lambda rows: [sign(a, value) for a in left.made(rows)])
    return _Node(lambda rows: [*map(sign, left.made(rows), right.made(rows))])


def _unless_missing(sign: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: None if a is None or b is None else sign(a, b)


def _and(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _or(a: bool | None, b: bool | None) -> bool | None:
    if a or b:
        return True
    return None if a is None or b is None else False


def _divided(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


def _function(body: Any, kinds: Mapping[str, str]) -> _Node:
    inputs = [_read(tree, kinds) for tree in body["input"]]
    name, of = _named(body["function"])
    if name == "Boolean":
        name, of = _named(of)
    elif name == "StringExpr":
        return _of_string(inputs, *_named(of))
    if name not in _FUNCTIONS:
        raise Unknown
    return _FUNCTIONS[name](inputs, of)


def _named(function: Any) -> tuple[str, Any]:
    """Return the name of a function and its options: written as a word where it has none."""
    name, options = (function, None) if isinstance(function, str) else next(iter(function.items()))
    return name, options


def _of_string(inputs: list[_Node], name: str, of: Any) -> _Node:
    """Return what an operation on strings makes of the first input; the others must be literals."""
    if name == "ConcatHorizontal":
        return _concatenated(inputs, of)
    text, *told = inputs
    values = [node.value for node in told]
    if not all(node.is_literal and node.value is not None for node in told):
        raise Unknown
    one = strings.operation(name, of, values)
    if one is None:
        raise Unknown
    kind = "count" if name in ("LenChars", "LenBytes", "CountMatches") else ""
    key = json.dumps([text.key, name, of, values])

    def made(rows: Rows) -> Cells:
        # One pattern is often asked for by several expressions, and parts of one.
        found = rows.made.get(key)
        if found is None:
            found = rows.made[key] = one(text.made(rows))
        return found

    return _Node(made, kind=kind, key=key)


def _concatenated(inputs: list[_Node], of: Any) -> _Node:
    if of["ignore_nulls"]:
        raise Unknown
    between = of["delimiter"]

    def made(rows: Rows) -> Cells:
        parts = zip(*(node.made(rows) for node in inputs), strict=True)
        return [None if None in cells else between.join(map(str, cells)) for cells in parts]

    return _Node(made)


def _mapped(inputs: list[_Node], one: Callable[[Any], Any]) -> _Node:
    (cells,) = inputs
    return _Node(lambda rows: [one(cell) for cell in cells.made(rows)], kind=cells.kind)


def _filled(inputs: list[_Node], of: Any) -> _Node:
    cells, other = inputs
    if not other.is_literal:
        raise Unknown
    return _mapped([cells], lambda cell: other.value if cell is None else cell)


def _coalesced(inputs: list[_Node], of: Any) -> _Node:
    def made(rows: Rows) -> Cells:
        found = inputs[0].made(rows)
        for other in inputs[1:]:
            if None not in found:
                break
            instead = other.made(rows)
            found = [b if a is None else a for a, b in zip(found, instead, strict=True)]
        return found

    return _Node(made)


def _is_in(inputs: list[_Node], of: Any) -> _Node:
    if not inputs[1].is_literal or of["nulls_equal"] or None in inputs[1].value:
        raise Unknown
    known = frozenset(inputs[1].value)
    return _mapped(inputs[:1], lambda cell: None if cell is None else cell in known)._replace(
        kind=""
    )


def _replaced(inputs: list[_Node], of: Any) -> _Node:
    cells, old, new, default = inputs
    if not all(node.is_literal for node in (old, new, default)) or default.value is not None:
        raise Unknown
    known = dict(zip(old.value, new.value, strict=True))
    return _mapped([cells], known.get)


def _greatest(inputs: list[_Node], of: Any) -> _Node:
    left, right = inputs
    if left.kind != "count" or right.kind != "whole" or right.value is None:
        raise Unknown
    least = right.value
    return _mapped([left], lambda n: least if n is None else max(n, least))


def _got(inputs: list[_Node], of: Any) -> _Node:
    lists, place = inputs
    if of != {"Get": True} or place.kind != "whole":
        raise Unknown
    at = place.value

    def got(cells: Cells | None) -> Any:
        return cells[at] if cells is not None and -len(cells) <= at < len(cells) else None

    return _mapped([lists], got)


def _clipped(inputs: list[_Node], of: Any) -> _Node:
    cells, least = inputs
    if of["has_max"] or cells.kind not in ("count", "signed") or least.kind != "whole":
        raise Unknown
    return _mapped([cells], lambda n: None if n is None else max(n, least.value))


def _total(inputs: list[_Node], of: Any) -> _Node:
    if not of["ignore_nulls"] or any(node.kind != "count" for node in inputs):
        raise Unknown

    def made(rows: Rows) -> Cells:
        each = zip(*(node.made(rows) for node in inputs), strict=True)
        return [sum(n or 0 for n in counts) % (1 << COUNTED) for counts in each]

    return _Node(made, kind="count")


def _not(cell: bool | None) -> bool | None:
    return None if cell is None else not cell


_FUNCTIONS: Mapping[str, Callable[[list[_Node], Any], _Node]] = {
    "Not": lambda inputs, _: _mapped(inputs, _not),
    "IsNull": lambda inputs, _: _mapped(inputs, lambda cell: cell is None),
    "IsNotNull": lambda inputs, _: _mapped(inputs, lambda cell: cell is not None),
    "FillNull": _filled,
    "Coalesce": _coalesced,
    "IsIn": _is_in,
    "ReplaceStrict": _replaced,
    "MaxHorizontal": _greatest,
    "SumHorizontal": _total,
    "Clip": _clipped,
    "ListExpr": _got,
}
_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq, "NotEq": operator.ne, "Lt": operator.lt, "LtEq": operator.le,
    "Gt": operator.gt, "GtEq": operator.ge,
}  # fmt: skip
_READERS: Mapping[str, Callable[[Any, Mapping[str, str]], _Node]] = {
    "Column": _column,
    "Literal": _literal,
    "Alias": _alias,
    "Cast": _cast,
    "Ternary": _ternary,
    "BinaryExpr": _binary,
    "Function": _function,
}
