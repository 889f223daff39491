"""When fewer threats are found than before, and what is said of it."""

import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.core.recall import Ranked, fallen_recall, ranked_lower
from phantom_ml.metrics.intervals import bootstrap_interval
from phantom_ml.metrics.lookup import get_metric
from tests.core.test_broken_promise import of_rate

NAME = "recall_at_fpr_0.01"


def ranked(found: float, low: float, high: float, n_benign: int = 1_000) -> Ranked | None:
    """What is known of a recall among 100 threats."""
    figures = {NAME: {"value": found, "low": low, "high": high}}
    return Ranked.of(figures, of_rate(0, n_benign))


def test_a_recall_whose_bounds_lie_below_the_promised_ones_has_fallen():
    told = fallen_recall(of_rate(100, found=87), of_rate(100, found=0), "in the test part")
    assert "in the test part 0 % (0 % to 3.62 %) are alerted" in told


@pytest.mark.parametrize("found", [82, 100])
def test_a_recall_within_chance_or_above_needs_no_word(found):
    assert fallen_recall(of_rate(100, found=87), of_rate(100, found=found), "here") == ""


def test_a_recall_below_that_of_the_test_part_tells_of_other_threats():
    told = fallen_recall(of_rate(0, found=0), of_rate(0, found=36), "here", of_rate(0, found=78))
    assert "here 36 % (26.6 % to 46.2 %) are alerted, of those in its test part 78 %" in told
    assert "kinds that were not learned, or drift" in told


def test_a_recall_as_in_a_test_part_that_fell_itself_is_told_by_the_held_out_rows_alone():
    told = fallen_recall(of_rate(0, found=87), of_rate(0, found=40), "here", of_rate(0, found=42))
    assert "of the held-out ones 87 %" in told
    assert "drift" not in told


def test_a_recall_within_chance_of_a_test_part_needs_no_word():
    held, tested = of_rate(0, found=0), of_rate(0, found=78)
    assert fallen_recall(held, of_rate(0, found=70), "here", tested) == ""


def test_threats_that_stand_out_less_than_in_the_test_part_are_told_at_any_line():
    told = ranked_lower(ranked(0.4, 0.35, 0.45), ranked(0.99, 0.98, 1.0))
    assert (
        "a line that 1 % of the benign rows exceed would find 40 % (30.3 % to 50.3 %) of them here"
        in told
    )
    assert "in its test part 99 %" in told
    assert "kinds that were not learned, or drift" in told


@pytest.mark.parametrize(
    ("found", "tested"),
    [
        ((0.95, 0.94, 0.96), (0.99, 0.98, 1.0)),
        ((0.99, 0.98, 1.0), (0.4, 0.35, 0.45)),
    ],
    ids=["within exact bounds", "better"],
)
def test_threats_that_stand_out_as_much_need_no_word(found, tested):
    assert ranked_lower(ranked(*found), ranked(*tested)) == ""


def test_too_few_benign_rows_tell_of_no_such_line():
    few = ranked(0.4, 0.35, 0.45, n_benign=90)
    assert few is None
    assert ranked_lower(few, ranked(0.99, 0.98, 1.0)) == ""


def test_without_a_shift_threats_hardly_ever_stand_out_less():
    rng, metric, seen = np.random.default_rng(0), get_metric(NAME, ProblemKind.BINARY), []
    truth = np.repeat([0, 1], [1_000, 100])
    for _ in range(40):
        score = (rng.standard_t(3, len(truth)) + 4.0 * truth)[:, None]
        low, high = bootstrap_interval(metric, truth, score)
        seen.append(ranked(metric.score(truth, score), low, high))
    assert sum(bool(ranked_lower(a, b)) for a, b in zip(seen[::2], seen[1::2], strict=True)) <= 1
