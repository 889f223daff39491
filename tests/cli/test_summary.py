"""What a training came to in the terminal: why rows have no rank, lines of alert, families of features."""

from io import StringIO

from rich.console import Console

from phantom_ml.cli.summary import (
    OF_THRESHOLDS,
    TOLD_REASONS,
    UNSUPPORTED,
    show_families,
    show_leaderboard,
    show_thresholds,
)
from phantom_ml.config import ProblemKind, ThresholdPolicy
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.metrics.thresholds import Threshold, ThresholdTable
from phantom_ml.model.families import Family
from phantom_ml.model.leaderboard import Leaderboard
from phantom_ml.model.trial import Trial, TrialStatus

LOG_LOSS = get_metric("log_loss", ProblemKind.BINARY)


def shown(*reasons: str, top: int | None = None) -> str:
    """What is printed of trials that failed for these reasons, as one line."""
    trials = [
        Trial(number=i, algorithm="LSTM", status=TrialStatus.FAILED, reason=reason)
        for i, reason in enumerate(reasons)
    ]
    console = Console(file=StringIO(), width=60)
    good = Trial(number=99, algorithm="LightGBM", score=0.1)
    show_leaderboard(console, Leaderboard.of([good, *trials], LOG_LOSS, "exp-1"), top)
    return " ".join(console.file.getvalue().split())


def test_a_reason_is_told_whole_and_once():
    reason = "It ran out of memory, " * 9 + "in the end."
    told = shown(reason, reason)
    assert told.count(f"LSTM (2 trials) failed: {reason}") == 1
    assert told.count("in the end.") == 1


def test_of_many_reasons_a_result_shows_a_few_and_says_where_the_others_are():
    reasons = [f"Fault {i}." for i in range(TOLD_REASONS + 1)]
    told = shown(*reasons, top=10)
    assert reasons[-1] not in told
    assert "1 more reason: phantom leaderboard exp-1" in told


def test_a_leaderboard_alone_shows_every_reason():
    reasons = [f"Fault {i}." for i in range(TOLD_REASONS + 1)]
    told = shown(*reasons)
    assert all(reason in told for reason in reasons)


def told_families(*families: Family) -> str:
    console = Console(file=StringIO(), width=80)
    show_families(console, families)
    return " ".join(console.file.getvalue().split())


def test_a_raced_family_is_shown_with_the_figure_that_it_was_raced_by():
    raced = Family(
        name="text",
        kept=True,
        n_made=9,
        n_features=9,
        figure="log loss",
        gains=(0.5, 0.2, -0.1),
        losses=((0.1, 0.2), (0.4, 0.5), (1.1, 1.0)),
    )
    assert "raced by log loss on held-out rows" in told_families(raced)
    assert "text 9 of 9 0.5333 0.5667 2 of 3 kept" in told_families(raced)


def test_a_family_that_was_not_raced_is_shown_with_the_reason():
    off = Family(name="text", kept=False, why_not_raced="switched off")
    assert "text - - - - not there, not raced: switched off" in told_families(off)


def test_where_nothing_is_known_of_families_nothing_is_shown():
    assert told_families() == ""


def told_thresholds(*, supported: bool, note: str) -> str:
    """What is printed of a line of the best F1 and one in use at a rate, of which there is something to say."""
    console = Console(file=StringIO(), width=100)
    f1 = Threshold(value=0.5, n_positives=9, n_negatives=90)
    rate = f1.model_copy(
        update={
            "policy": ThresholdPolicy(max_fpr=0.01),
            "supported": supported,
            "note": note,
        }
    )
    show_thresholds(console, ThresholdTable(rows=(f1, rate), place=1))
    return " ".join(console.file.getvalue().split())


def test_a_line_that_the_rows_do_not_support_is_marked():
    told = told_thresholds(supported=False, note="Too few.")
    assert "*! FPR at most 1 %" in told
    assert "(* in use, ! more than these rows support)" in told


def test_a_table_whose_lines_are_all_supported_has_no_such_mark():
    assert "!" not in told_thresholds(supported=True, note="")


def test_what_rows_cannot_support_is_told_with_its_rule():
    told = told_thresholds(supported=False, note="Too few.")
    assert f"{UNSUPPORTED} - FPR at most 1 %: Too few." in told


def test_a_note_of_a_supported_line_stands_under_another_heading():
    told = told_thresholds(supported=True, note="Forty rows have no answer.")
    assert f"{OF_THRESHOLDS} - FPR at most 1 %: Forty rows have no answer." in told
    assert UNSUPPORTED not in told


def test_what_there_is_to_go_by_without_answers_stands_beside_the_score():
    console = Console(width=80, record=True, file=StringIO())
    trial = Trial(
        number=0, algorithm="HBOS", score=0.5, other_scores={"stability": 0.875, "agreement": 0.25}
    )
    show_leaderboard(console, Leaderboard.of([trial], LOG_LOSS, "exp-1"))
    assert {"stability", "agreement", "0.88", "0.25"} <= set(console.export_text().split())
