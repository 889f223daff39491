"""Settings that are known to count what grows: trees, rounds, steps or passes over the rows."""

from __future__ import annotations

#: What scikit-learn's estimators, boosters, networks and the project's own algorithms call them.
GROWING = frozenset({
    "epochs",
    "iterations",
    "max_epochs",
    "max_iter",
    "max_iterations",
    "max_rounds",
    "max_steps",
    "n_epochs",
    "n_estimators",
    "n_iter",
    "n_iterations",
    "n_rounds",
    "n_steps",
    "n_trees",
    "num_boost_round",
    "num_epochs",
    "num_iterations",
    "num_trees",
})  # fmt: skip


def counts_what_grows(name: str) -> bool:
    """Return whether a setting, of an estimator or of a step in it, is known to count what grows.

    Examples
    --------
    >>> counts_what_grows("forest__n_estimators"), counts_what_grows("min_samples_split")
    (True, False)
    """
    return name.rpartition("__")[2] in GROWING
