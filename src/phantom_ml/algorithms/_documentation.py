"""The page on algorithms, written from the settings themselves, so that it cannot be wrong."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from phantom_ml.algorithms.base import AlgorithmSettings, Bound, Learner
from phantom_ml.config import ProblemKind

HEAD = """# Algorithms

An algorithm is its settings. Those with bounds are searched; the bounds are inclusive and are the
validation too. Settings without bounds are yours alone to change. Each heading is the name that
`algorithms_to_try` takes. This page is written from the code:
`python -m phantom_ml.algorithms._documentation > docs/algorithms.md`.

Networks (NeuralNetwork, Transformer, LSTM, Autoencoder) are trained in torch and score without it.
`device: auto` takes a GPU where there is one: with products in bfloat16 where it has them, and half the
rows a step where its memory is not enough. What is trained scores alike on any machine: rows in another
order or alone within 1e-6 on the CPU. Training on a GPU was not measured: none was there.
"""


def page(algorithms: Iterable[type[AlgorithmSettings]]) -> str:
    """Return the page in Markdown: a heading, a paragraph and the settings of each algorithm."""
    return "\n".join([HEAD, *(_section(algorithm) for algorithm in algorithms)])


def _section(algorithm: type[AlgorithmSettings]) -> str:
    story = " ".join((inspect.getdoc(algorithm) or "").replace("``", "`").split())
    kinds = [kind.value for kind in ProblemKind if kind in algorithm.kinds]
    facts = [f"Solves: {', '.join(kinds)}.", *(fact for holds, fact in _facts(algorithm) if holds)]
    return f"## {algorithm.name}\n\n{story}\n\n{' '.join(facts)}\n{_table(algorithm)}"


def _facts(algorithm: type[AlgorithmSettings]) -> list[tuple[bool, str]]:
    """Return whether each of some facts holds of an algorithm, and how it is told."""
    return [
        (algorithm.extra is not None, f"Needs `pip install 'phantom-ml[{algorithm.extra}]'`."),
        (algorithm.reads_text, "Reads hashed text."),
        (algorithm.reads_strings, "Reads text byte by byte."),
        (algorithm.reads_history, "Reads the last events of an entity one by one."),
        (algorithm.reads_entity, "Reads whom a row belongs to."),
        (algorithm.can_stop, "Stops at its deadline and keeps what it has."),
        (algorithm.grows is not None, f"Goes on from rung to rung by `{algorithm.grows}`."),
        (
            algorithm.learner.contributions is not Learner.contributions,
            "Tells exact contributions.",
        ),
    ]


def _table(algorithm: type[AlgorithmSettings]) -> str:
    space = algorithm.space()
    rows = [
        f"| `{name}` | {_shown(field.default)} | {_bounds(space.get(name))} | {field.description} |"
        for name, field in algorithm.model_fields.items()
    ]
    if not rows:
        return ""
    return "\n".join(
        ["", "| setting | default | searched | meaning |", "| --- | --- | --- | --- |", *rows, ""]
    )


def _bounds(bound: Bound | None) -> str:
    if bound is None:
        return "no"
    if bound.choices:
        found = ", ".join(_shown(choice) for choice in bound.choices)
    else:
        scale = ", log" if bound.log else ""
        found = f"{_shown(bound.low)} to {_shown(bound.high)}{scale}"
    return found if bound.when is None else f"{found}; where {bound.when[0]} is {bound.when[1]}"


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    import sys

    from phantom_ml.algorithms.base import algorithms

    sys.stdout.write(page(algorithms))
