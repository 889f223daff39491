"""What the evaluation of a model says when it is printed."""

import pytest

from phantom_ml.config import ThresholdPolicy
from phantom_ml.core.evaluation import Evaluation
from phantom_ml.metrics.thresholds import Threshold

NOTE = "An FPR of at most 1 % can be told from 300 benign rows on; measured were 32."


def printed(note="", warnings=(), line=True):
    policy = ThresholdPolicy(max_fpr=0.01)
    threshold = Threshold(policy=policy, value=0.5, n_positives=2, n_negatives=32, note=note)
    found = Evaluation(
        model_id="m",
        n_rows=34,
        n_skipped=0,
        figures={},
        threshold=threshold if line else None,
        warnings=warnings,
    )
    return str(found).splitlines()


def test_the_note_of_the_measured_threshold_is_printed():
    assert f"  Note: {NOTE}" in printed(NOTE)


def test_it_stands_before_what_else_is_to_be_said():
    assert printed(NOTE, ("Times were read.",))[-2:] == [
        f"  Note: {NOTE}",
        "  Note: Times were read.",
    ]


@pytest.mark.parametrize("line", [True, False])
def test_nothing_is_printed_where_there_is_no_note(line):
    assert not [told for told in printed(line=line) if "Note" in told]
