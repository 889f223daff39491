"""What an ensemble may choose from."""

from phantom_ml.automl.choices import CHOICES, choices
from phantom_ml.automl.prior import PRIOR_EACH
from tests.automl.made import finished


def test_few_trials_are_all_to_be_chosen_from():
    best = [finished(2), finished(0), finished(1)]
    assert choices(best) == best


def test_the_best_of_an_algorithm_are_there_however_many_copies_of_another_lead():
    copies = [finished(i) for i in range(CHOICES + 5)]
    others = [finished(90 + i, algorithm="SVM") for i in range(PRIOR_EACH + 1)]
    assert choices([*copies, *others]) == [*copies[:CHOICES], *others[:PRIOR_EACH]]
