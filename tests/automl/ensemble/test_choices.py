"""What an ensemble may choose from."""

from phantom_ml.automl.ensemble.choices import CHOICES, choices
from phantom_ml.automl.ensemble.prior import PRIOR_EACH
from tests.automl.made import finished


def of_leaves(number):
    """Return a trial of settings that no other one has."""
    return finished(number, settings={"num_leaves": 10 + number})


def test_few_trials_are_all_to_be_chosen_from():
    best = [of_leaves(2), of_leaves(0), of_leaves(1)]
    assert choices(best) == best


def test_the_best_of_an_algorithm_are_there_however_many_copies_of_another_lead():
    copies = [of_leaves(i) for i in range(CHOICES + 5)]
    others = [finished(90 + i, (0.5,) * 3, "SVM", {"C": 1.0 + i}) for i in range(PRIOR_EACH + 1)]
    assert choices([*copies, *others]) == [*copies[:CHOICES], *others[:PRIOR_EACH]]


def test_the_same_settings_on_the_same_rows_are_there_once_at_the_place_of_the_better():
    better, other, again = of_leaves(3), of_leaves(4), finished(5, settings={"num_leaves": 13})
    assert choices([better, other, again]) == [better, other]
