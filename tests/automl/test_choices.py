"""What an ensemble may choose from."""

from phantom_ml.automl.choices import CHOICES, choices
from tests.automl.made import finished


def test_few_trials_are_all_to_be_chosen_from():
    best = [finished(2), finished(0), finished(1)]
    assert choices(best) == best


def test_the_best_of_an_algorithm_is_there_however_many_copies_of_another_lead():
    copies = [finished(i) for i in range(CHOICES + 5)]
    best = [*copies, finished(90, algorithm="SVM"), finished(91, algorithm="SVM")]
    assert choices(best) == [*copies[:CHOICES], best[-2]]
