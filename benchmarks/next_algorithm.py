"""Ways to choose the algorithm of the next trial, replayed on the trials of a library.

A search begins with the order that was learned without the set. Then a policy names an algorithm, and its next
trial, in an order by seed, joins the mixture: settings are drawn at random, and what is used up is no choice.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.mistakes import Mistake
from benchmarks.portfolio import Shelf
from benchmarks.replay import Search
from benchmarks.table import as_table
from phantom_ml.automl.search.candidates import FAMILIES

#: One file a set, written by the command portfolio.
ORDERS = Path(__file__).with_name("portfolios")
#: Seconds at which a policy is judged, the order's own among them, in median trials of the set.
MOMENTS = (10.0, 15.0, 20.0, 30.0, 40.0)
#: What a gain counts after one more trial of any algorithm: the better the mixture, the less is gained.
DECAY = 0.8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("library", type=Path, help="what the command library wrote")
    parser.add_argument("--orders", type=Path, default=ORDERS, help="files of portfolio --without")
    parser.add_argument("--seeds", type=int, default=20, help="default: %(default)s")


def run(chosen: argparse.Namespace) -> int:
    """Print what each policy leaves of the way to the mixture of all, beside the search as it is."""
    left = []
    for file, order in _with_orders(chosen.library, chosen.orders):
        begun = Search.of(Shelf.read(file))
        for place in map(begun.shelf.place, json.loads(order.read_text())):
            begun = begun if place is None else begun.after(place)
        each = [[replayed(begun, p, s) for s in range(chosen.seeds)] for p in POLICIES.values()]
        went = [*each, [in_hindsight(begun)]]
        left.append([np.mean([s.left_at(MOMENTS) for s in some], axis=0) for some in went])
        print(file.stem, f"{begun.spent[-1]:.1f}", np.round(left[-1], 4).tolist(), flush=True)
    print("\n".join(as_table(lines(np.array(left)))))
    return 0


def _with_orders(library: Path, orders: Path) -> list[tuple[Path, Path]]:
    """Return the file and the order of each set; raises Mistake where a standard error has too few."""
    found = [(file, orders / f"{file.stem}.json") for file in sorted(library.glob("*.npz"))]
    if len(found) < 2:
        raise Mistake(f"{library} holds {len(found)} sets of the command library: two at least.")
    if lacking := [str(order) for _, order in found if not order.exists()]:
        raise Mistake(f"No order was learned without these sets: {', '.join(lacking)} are missing.")
    return found


def lines(left: np.ndarray) -> list[list[str]]:
    """Return a table of means over sets with standard errors, by policy and moment, the first one as it is.

    ``left`` has shape (n_sets, n_policies, n_moments). After it: less than as it is, sets better and worse.
    """
    table = [["policy", *(f"after {m:g}" for m in MOMENTS)]]
    for i, name in enumerate([*POLICIES, "in hindsight"]):
        less = left[:, 0] - left[:, i]
        wins = [f"{np.sum(x > 1e-9)}:{np.sum(x < -1e-9)}" for x in less.T]
        both = zip(_means(left[:, i]), _means(less), wins, strict=True)
        table.append([name, *(f"{now}, {d}, {w}" if i else now for now, d, w in both)])
    return table


def _means(values: np.ndarray) -> list[str]:
    errors = values.std(axis=0, ddof=1) / len(values) ** 0.5
    return [f"{m:.4f} ± {e:.4f}" for m, e in zip(values.mean(axis=0), errors, strict=True)]


#: Chances of algorithms, given a search, those that have trials left, and a source of chance.
Policy = Callable[[Search, Sequence[str], np.random.Generator], dict[str, float]]


def best_four(search: Search, names: Sequence[str], rng: np.random.Generator) -> dict[str, float]:
    """Return the chances as they are: the best algorithm is tried twice as often as the second."""
    tried = search.losses[list(search.tried)]
    best = {n: min(tried[search.own(n)], default=np.inf) for n in names}
    return {n: 0.5**rank for rank, n in enumerate(sorted(names, key=best.__getitem__)[:FAMILIES])}


def a_second(search: Search, names: Sequence[str], rng: np.random.Generator) -> dict[str, float]:
    """Return the chances as they are, over what a trial takes."""
    return {n: c / search.seconds(n) for n, c in best_four(search, names, rng).items()}


def gain_a_second(
    search: Search, names: Sequence[str], rng: np.random.Generator
) -> dict[str, float]:
    """Return the algorithm of the highest gain a second, drawn from what is known (Thompson sampling).

    A gain is a decayed mean, begun with one trial that gained what all did; few recent trials vary it more.
    """
    ages, rates = DECAY ** np.arange(len(search.tried))[::-1], {}
    usual = np.average(search.gains, weights=ages) if search.tried else 1.0
    for name in names:
        own = ages * search.own(name)
        n_recent = 1.0 + own.sum()
        gain = (usual + np.dot(own, search.gains)) / n_recent
        rates[name] = rng.gamma(n_recent, gain / n_recent) / search.seconds(name)
    return {max(names, key=rates.__getitem__): 1.0}


POLICIES: dict[str, Policy] = {
    "best four by loss, as it is": best_four,
    "gain a second": gain_a_second,
    "best four by loss, over seconds": a_second,
    "uniform": lambda search, names, rng: dict.fromkeys(names, 1.0),
}


def replayed(search: Search, policy: Policy, seed: int) -> Search:
    """Return a search that went on by a policy to the last moment."""
    rng = np.random.default_rng(seed)
    waiting = [p for p in rng.permutation(len(search.losses)).tolist() if p not in search.tried]
    while waiting and search.spent[-1] < MOMENTS[-1]:
        following = {search.shelf.settings[p]["algorithm"]: p for p in reversed(waiting)}
        chances = policy(search, sorted(following), rng)
        shares = np.array([*chances.values()]) / sum(chances.values())
        place = following[str(rng.choice([*chances], p=shares))]
        waiting.remove(place)
        search = search.after(place)
    return search


def in_hindsight(search: Search) -> Search:
    """Return a search that knew what each trial gains a second on the rows that measure, while one does."""
    waiting = set(range(len(search.losses))) - set(search.tried)
    while waiting and search.spent[-1] < MOMENTS[-1]:
        after = [search.after(p) for p in waiting]
        rates = [(s.left[-2] - s.left[-1]) / (s.spent[-1] - s.spent[-2]) for s in after]
        if max(rates) <= 0.0:
            return search
        search = after[int(np.argmax(rates))]
        waiting.remove(search.tried[-1])
    return search
