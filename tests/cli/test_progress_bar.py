import io

import pytest
from rich.console import Console

from phantom_ml.cli.progress_bar import View, duration, shown
from phantom_ml.progress import Progress

EVENT = Progress("training", 12.0, 60.0, 7, 1, 0.93124, "LightGBM", "roc_auc")


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def view(clock):
    return View(budget_seconds=60.0, clock=clock)


def _rendered(view, width=80):
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(view)
    return console.file.getvalue()


def test_time_goes_on_between_two_events(view, clock):
    view.tell(EVENT)
    clock.now += 3
    assert view.elapsed == 15
    assert view.times() == "15 s of 60 s, 45 s left"


def test_share_is_that_of_the_budget(view, clock):
    view.tell(EVENT)
    clock.now += 18
    assert view.fraction == 0.5


def test_share_never_passes_the_whole(view, clock):
    clock.now += 500
    assert view.fraction == 1.0
    assert view.times().endswith("0 s left")


def test_share_is_that_of_the_trials_where_they_are_counted(clock):
    view = View(max_trials=14, clock=clock)
    view.tell(EVENT)
    assert view.fraction == 0.5


def test_best_is_told_with_its_metric_and_algorithm(view):
    view.tell(EVENT)
    assert view.standing() == "7 trials (1 failed), best roc_auc 0.93124 by LightGBM"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_bar_fits_into_the_terminal(view, width):
    view.tell(EVENT)
    assert max(map(len, _rendered(view, width).splitlines())) <= width


def test_bar_tells_stage_time_and_best(view):
    view.tell(EVENT)
    text = _rendered(view)
    assert "Training" in text
    assert "12 s of 60 s" in text
    assert "LightGBM" in text


def test_plain_lines_are_told_when_something_changed(view, capsys):
    with shown(view, quiet=False) as tell:
        for _ in range(3):
            tell(EVENT)
        tell(Progress("done", 13.0))
    assert capsys.readouterr().err.splitlines() == [
        "[  12.0 s] Training: 7 trials (1 failed), best roc_auc 0.93124 by LightGBM",
        "[  13.0 s] Done",
    ]


def test_quiet_run_says_nothing_where_nobody_looks(view, capsys):
    with shown(view, quiet=True) as tell:
        tell(EVENT)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (119, "119 s"), (150, "2 min 30 s"), (7200, "2 h")]
)
def test_duration_is_said_as_a_person_says_it(seconds, text):
    assert duration(seconds) == text
