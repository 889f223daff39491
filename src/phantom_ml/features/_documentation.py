"""The reference on the page of features, written from the generators themselves, so that it cannot be wrong.

``python -m phantom_ml.features._documentation docs/features.md`` writes it into the page, between its marks.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import TEXT_KINDS, UNUSED_KINDS, ColumnKind
from phantom_ml.features.base import ColumnEncoder, encoders
from phantom_ml.features.columns import ip_rarity, timestamp
from phantom_ml.features.fitted.risk import MAX_FEATURES, MIN_LEVELS, Risk
from phantom_ml.features.fitted.text_score import WORDS, TextScore
from phantom_ml.features.parts import PartsEncoder
from phantom_ml.features.tables.arithmetic import ArithmeticEncoder, Operation
from phantom_ml.features.tables.base import TableEncoder, table_encoders
from phantom_ml.features.tables.parts import TablePartsEncoder
from phantom_ml.features.windows.plan import EntityPlan, FailureValues, WindowPlan
from phantom_ml.features.windows.words import WINDOWS, window_name

START = "<!-- written by python -m phantom_ml.features._documentation docs/features.md -->"
END = "<!-- end of what is written from the code -->"

#: What generators would have learned, where the names of their features depend on it.
LEARNED: Mapping[str, Mapping[str, Any]] = {
    "category": {"levels": ()},
    "ip_rarity": {"frequencies": ip_rarity.WORDS},
    "number_words": {"levels": ()},
    "log_message": {"templates": (), "rows": (), "n_rows": 0},
    "timestamp": {"parts": tuple(timestamp.PARTS)},
    "group_rank": {"by": "<category>", "of": "<number>"},
    "pair_rarity": {"left": "<left>", "right": "<right>"},
    "cross": {"left": "<left>", "right": "<right>", "pairs": ()},
    "process_pair": {"parent": "<parent>", "child": "<child>"},
}
Rows = Iterable[tuple[str, str]]


def page(text: str) -> str:
    """Return the page with its reference written anew; raises ValueError where the marks are missing."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    if not rest or not after:
        raise ValueError(f"the page needs {START} and, after it, {END}")
    return f"{before}{START}\n\n{reference()}\n\n{END}{after}"


def reference() -> str:
    """Return the reference in Markdown: the kinds, then a heading a generator."""
    columns, tables = map(_of_column, encoders), map(_of_table, table_encoders)
    parts = ["## What each kind gives", _kinds(), "## Generators of one column", *columns]
    parts += ["## Generators of several columns", *tables, "## What came before", _windows()]
    parts += ["## What is fitted on the target", _text_score(), _risk()]
    return "\n\n".join(parts)


def _kinds() -> str:
    rows = []
    for kind in ColumnKind:
        names = [f"[`{e.name}`](#{e.name})" for e in encoders if kind in e.kinds]
        names += ["[`text_score`](#text_score)"] if kind in TEXT_KINDS else []
        told = "not learned from" if kind in UNUSED_KINDS else ", ".join(names)
        rows.append((f"[`{kind.value}`](kinds.md#{kind.value})", told))
    return _table("kind", "generators", rows)


def _of_column(kind: type[ColumnEncoder]) -> str:
    reads = ", ".join(f"`{k}`" for k in sorted(k.value for k in kind.kinds))
    facts = f"Reads: {reads}. {_family(kind.family)} Version {kind.version}."
    if issubclass(kind, PartsEncoder):
        rows = [(f"<column>.{part}", words) for part, words in kind.numbers.items()]
        rows += [(f"<column>.{part}", f"word: {words}") for part, words in kind.words.items()]
    else:
        rows = _features(kind.model_construct(column="<column>", **LEARNED.get(kind.name, {})))
    return _section(kind.name, kind, facts, rows)


def _of_table(kind: type[TableEncoder]) -> str:
    facts = f"{_family(kind.family)} Version {kind.version}."
    if issubclass(kind, TablePartsEncoder):
        rows = [
            (f"{kind.prefix}.{name}", f"{part.words} (from {', '.join(part.needs)})")
            for name, part in kind.parts.items()
        ]
    elif issubclass(kind, ArithmeticEncoder):
        made = [kind(operation=o, left="<left>", right="<right>") for o in Operation]
        rows = [row for one in made for row in _features(one)]
    else:
        rows = _features(kind.model_construct(**LEARNED.get(kind.name, {})))
    return _section(kind.name, kind, facts, rows)


def _features(made: ColumnEncoder | TableEncoder) -> list[tuple[str, str]]:
    return [(f.name, f.words) for f in made.features]


def _windows() -> str:
    entity = EntityPlan(
        columns=("<entity>",),
        windows=tuple(WINDOWS),
        distinct=("<column>",),
        sums=("<bytes>",),
        failures=(FailureValues(column="<outcome>", values=("failure",)),),
        rhythm=True,
    )
    shortest, *longer = map(window_name, WINDOWS)
    rows = [
        (told.name, told.words)
        if told.name.startswith("burst.")
        else (_any_window(told.name, shortest), _any_window(told.words, shortest))
        for told in entity.told
        if not told.name.endswith(tuple(f".{name}" for name in longer))
    ]
    facts = f"Family: `temporal`. Version {WindowPlan.version}. Windows: {', '.join([shortest, *longer])}."
    named = [(f"{entity.label}.{name}", words) for name, words in rows]
    story = "What an entity did before the row, and how regularly a pair of entities meets."
    return f"### `windows`\n\n{story}\n\n{facts}\n\n{_table('feature', 'is', named)}"


def _any_window(words: str, shortest: str) -> str:
    return words.replace(f".{shortest}", ".<window>").replace(
        f"in the {shortest} ", "in the <window> "
    )


def _text_score() -> str:
    facts = "Family: `text`. Training rows get it out of fold."
    rows = [("text.score", WORDS), ("text.score.<class>", "the same of each of many classes")]
    return _section("text_score", TextScore, facts, rows)


def _risk() -> str:
    feature = "<feature>"
    made = Risk((0,), (Feature(feature, feature),), (), ("", "<class>"))
    facts = (
        f"Of features with {MIN_LEVELS} levels or more, at most {MAX_FEATURES} of them, whatever the families. "
        "Training rows get it out of fold, or from earlier rows where there is a time."
    )
    return _section("risk", Risk, facts, [(f.name, f.words) for f in made.features])


def _section(name: str, kind: type, facts: str, rows: Rows) -> str:
    story = (inspect.getdoc(kind) or "").split("\n\n")[0].replace("``", "`")
    told = " ".join(story.split())
    return f"### `{name}`\n\n{told}\n\n{facts}\n\n{_table('feature', 'is', rows)}"


def _family(family: str | None) -> str:
    return "Always on." if family is None else f"Family: `{family}`."


def _table(left: str, right: str, rows: Rows) -> str:
    lines = [f"| {_name(name)} | {_words(words)} |" for name, words in rows]
    return "\n".join([f"| {left} | {right} |", "| --- | --- |", *lines])


def _name(name: str) -> str:
    return name if name.startswith("[") else f"`{name}`"


def _words(words: str) -> str:
    """Return words for a cell: a bar would end it, and names in angles would be read as HTML."""
    return re.sub(r"<\w+>", r"`\g<0>`", words.replace("|", r"\|"))


if __name__ == "__main__":
    import sys
    from pathlib import Path

    file = Path(sys.argv[1])
    file.write_text(page(file.read_text()))
