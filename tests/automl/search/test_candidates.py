from collections import Counter
from dataclasses import replace

import pytest

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.automl.search.candidates import FAILURES, FAMILIES, Candidates, within_spaces
from phantom_ml.automl.search.portfolio import FILE, learned, portfolio
from phantom_ml.automl.trials.children import Candidate
from phantom_ml.config import SUPERVISED, OptimizationMethod, ProblemKind, TuningSettings
from phantom_ml.errors import BadSetting, UnknownName
from phantom_ml.tuning.grid import grid
from phantom_ml.tuning.space import axes
from tests.automl.made import failed, finished

SEARCHES = ["bayesian_optimization", "random_search", "hyperband"]
FIRST = (Candidate("LightGBM"), Candidate("SVM"))
SEEN = [
    finished(0, (0.1, 0.1, 0.1), "LightGBM"),
    finished(1, (0.2, 0.2, 0.2), "SVM"),
    failed(2, "XGBoost"),
]


def candidates(seed: int = 0, method: str = "random_search", **spaces) -> Candidates:
    given = given_spaces(TuningSettings(spaces=spaces))
    return Candidates(FIRST, OptimizationMethod(method), seed, given)


def test_the_portfolio_comes_first_whatever_was_seen():
    assert [candidates().next(n, SEEN) for n in (0, 1)] == list(FIRST)


@pytest.mark.parametrize("method", list(OptimizationMethod))
def test_a_run_with_the_same_history_goes_on_in_the_same_way(method):
    one, two = (candidates(method=method).next(5, SEEN) for _ in range(2))
    assert one == two


def test_another_seed_goes_another_way():
    found = {str(candidates(seed).next(5, SEEN)) for seed in range(4)}
    assert len(found) > 1


def test_another_number_goes_another_way():
    assert candidates().next(5, SEEN) != candidates().next(6, SEEN)


def test_the_best_algorithm_is_searched_on_most():
    counts = Counter(candidates().next(n, SEEN).algorithm for n in range(2, 40))
    assert counts["LightGBM"] > counts["SVM"] > 0


def test_what_only_failed_is_not_searched_on():
    assert all(candidates().next(n, SEEN).algorithm != "XGBoost" for n in range(2, 40))


def test_few_algorithms_are_searched_on():
    names = [n for n in algorithms.names() if algorithms.get(n).space()]
    seen = [finished(i, (float(i),) * 3, name) for i, name in enumerate(names)]
    found = {candidates().next(n, seen).algorithm for n in range(2, 60)}
    assert found <= set(names[:FAMILIES])


@pytest.mark.parametrize("method", list(OptimizationMethod))
def test_proposed_settings_are_settings(method):
    for number in range(2, 8):
        found = candidates(method=method).next(number, SEEN)
        algorithms.get(found.algorithm).model_validate(dict(found.settings))
        assert found.raced


@pytest.mark.parametrize("method", SEARCHES)
def test_an_algorithm_whose_first_settings_failed_is_tried_with_others(method):
    found = candidates(method=method).next(2, [failed(0, "SVM")])
    assert (found.algorithm, bool(found.settings)) == ("SVM", True)


def test_where_others_gave_a_model_a_given_space_is_searched_on_after_a_failure():
    found = {candidates(XGBoost={"max_depth": (3, 9)}).next(n, SEEN).algorithm for n in range(40)}
    assert "XGBoost" in found


def test_an_algorithm_that_fails_whatever_its_settings_is_given_up():
    seen = [failed(i, "SVM") for i in range(FAILURES)]
    assert candidates(SVM={"C": (0.5, 2.0)}).next(9, seen) is None


@pytest.mark.parametrize("method", SEARCHES)
def test_what_failed_is_followed_by_what_is_least_like_it(method):
    space = {"device": ["cuda", "cpu"], "n_epochs": [5, 10, 20]}
    one = failed(0, "NeuralNetwork")
    seen = [
        replace(
            one, trial=one.trial.model_copy(update={"settings": {"device": "cuda", "n_epochs": 5}})
        )
    ]
    chosen = candidates(method=method, NeuralNetwork=space)
    assert {chosen.next(n, seen).settings["device"] for n in range(2, 9)} == {"cpu"}


def test_a_trial_that_was_given_up_alone_leaves_nothing_to_search_on():
    assert candidates().next(2, [finished(1, (0.1,))]) is None


def names(found: list[Candidate]) -> list[str]:
    return [c.algorithm for c in found]


@pytest.mark.parametrize("kind", SUPERVISED)
def test_a_table_of_numbers_is_tried_in_the_order_that_was_learned(kind):
    known = [c.algorithm for c in learned(FILE, kind)]
    found = names(portfolio(kind, False, None, deep=True))
    assert found == [name for name in known if name in found]
    assert set(found) > {"LightGBM", "CatBoost", "XGBoost"}


def test_a_linear_learner_opens_a_table_of_text():
    assert portfolio(ProblemKind.BINARY, True, None)[0].algorithm == "LogisticRegression"
    assert portfolio(ProblemKind.REGRESSION, True, None)[0].algorithm == "ElasticNet"


@pytest.mark.parametrize("kind", SUPERVISED)
def test_every_candidate_can_be_tried(kind):
    for candidate in portfolio(kind, True, None):
        algorithm = algorithms.get(candidate.algorithm)
        assert kind in algorithm.kinds
        algorithm.model_validate(dict(candidate.settings))


def test_no_candidate_comes_twice():
    found = portfolio(ProblemKind.BINARY, True, None)
    assert len({(c.algorithm, str(c.settings)) for c in found}) == len(found)


def test_only_what_is_wanted_is_tried():
    found = portfolio(ProblemKind.BINARY, False, ["svm", "light_gbm"])
    assert set(names(found)) == {"SVM", "LightGBM"}


def test_each_that_is_wanted_comes_once_before_any_comes_again():
    found = names(portfolio(ProblemKind.BINARY, False, ["LightGBM", "SVM", "XGBoost"]))
    assert sorted(found[:3]) == ["LightGBM", "SVM", "XGBoost"]
    assert len(found) > 3


def test_what_is_in_no_portfolio_is_tried_with_its_defaults():
    assert portfolio(ProblemKind.BINARY, False, ["Baseline"]) == [Candidate("Baseline")]


def test_what_does_not_exist_is_answered_by_the_nearest():
    with pytest.raises(UnknownName, match="LightGBM"):
        portfolio(ProblemKind.BINARY, False, ["LightGMB"])


def of_grid(**spaces):
    """Return what a grid search tries after the portfolio, until nothing is left."""
    chosen = candidates(method="grid_search", **spaces)
    found = []
    while (one := chosen.next(len(FIRST) + len(found), SEEN)) is not None:
        found.append((one.algorithm, dict(one.settings)))
    return found


def test_a_grid_has_each_point_of_each_algorithm_once():
    points = [(name, tuple(settings.items())) for name, settings in of_grid()]
    assert len(points) == len(set(points)) > 0
    assert {name for name, _ in points} == {"LightGBM", "SVM"}


def test_a_grid_over_lists_is_all_their_combinations():
    space = {"num_leaves": [15, 63], "learning_rate": [0.05, 0.1, 0.2]}
    own = [settings for name, settings in of_grid(LightGBM=space) if name == "LightGBM"]
    assert sorted((s["num_leaves"], s["learning_rate"]) for s in own) == [
        (n, rate) for n in (15, 63) for rate in (0.05, 0.1, 0.2)
    ]


def grid_order(seed: int = 0, **spaces) -> list:
    """Return the leaves of what a grid search tries of LightGBM, by its order."""
    chosen = candidates(seed, method="grid_search", LightGBM=spaces)
    tried = [chosen.next(len(FIRST) + n, SEEN) for n in range(40)]
    return [c.settings["num_leaves"] for c in tried if c and c.algorithm == "LightGBM"]


def test_a_grid_that_is_cut_short_has_seen_more_than_one_edge():
    ranges = {"num_leaves": {"low": 4, "high": 256}, "learning_rate": {"low": 0.01, "high": 0.3}}
    assert len(set(grid_order(**ranges)[:12])) > 3


def test_another_seed_goes_over_a_grid_in_another_order():
    lists = {"num_leaves": [3, 4, 5, 6, 7, 8, 9]}
    one, two = grid_order(0, **lists), grid_order(1, **lists)
    assert one != two
    assert sorted(one) == sorted(two)


def test_a_grid_that_is_cut_short_tries_each_value_as_often():
    lists = {"num_leaves": [3, 4, 5, 6], "learning_rate": [0.05, 0.1, 0.2]}
    assert [len(set(grid_order(seed, **lists)[:4])) for seed in range(5)] == [4] * 5


def test_a_grid_has_the_order_of_a_search_alone():
    lists = {"num_leaves": [3, 4, 5, 6], "learning_rate": [0.05, 0.1, 0.2]}
    alone = [lists["num_leaves"][p["num_leaves"]] for p in grid(axes(lists, list(lists)), 12, 7)]
    assert grid_order(7, **lists) == alone


def tried_of(n: int) -> tuple[Candidates, list]:
    """Return a grid of four points, and what came of the first so many of them."""
    space = {"num_leaves": [3, 4, 5, 6]}
    given = given_spaces(TuningSettings(spaces={"LightGBM": space}))
    first = first_of(["LightGBM"], space, "grid_search")
    chosen = Candidates(tuple(first), OptimizationMethod.GRID_SEARCH, 0, given)
    begun = [chosen.next(i, []) for i in range(n)]
    return chosen, [finished(i, settings=dict(c.settings)) for i, c in enumerate(begun) if c]


@pytest.mark.parametrize(("n", "were"), [(1, "was"), (3, "were")])
def test_a_grid_that_was_left_unfinished_is_told(n, were):
    chosen, seen = tried_of(n)
    assert chosen.untried(seen) == [f"{n} of 4 points of the grid {were} tried."]


def test_a_grid_that_was_finished_is_told():
    chosen, seen = tried_of(4)
    told = (
        "Nothing was left to try: the search tried all points of its grid (4 points of LightGBM)."
    )
    assert chosen.untried(seen) == [told]


def test_nothing_is_said_of_a_grid_where_none_is_searched():
    assert candidates().untried(SEEN) == []


def test_an_algorithm_that_a_space_is_given_for_is_searched_by_grid():
    assert "XGBoost" in {name for name, _ in of_grid(XGBoost={"max_depth": [3, 4]})}


@pytest.mark.parametrize("method", ["random_search", "bayesian_optimization", "hyperband"])
def test_a_given_space_takes_the_place_of_the_bounds(method):
    space = {"num_leaves": (20, 24), "learning_rate": [0.1]}
    chosen = candidates(method=method, LightGBM=space)
    own = [c for n in range(2, 30) if (c := chosen.next(n, SEEN)).algorithm == "LightGBM"]
    assert own
    assert all(c.settings.keys() == space.keys() for c in own)
    assert all(20 <= c.settings["num_leaves"] <= 24 for c in own)


def test_a_given_range_comes_back_from_json():
    tuning = TuningSettings(spaces={"LightGBM": {"learning_rate": (0.01, 0.1, "log")}})
    assert TuningSettings.model_validate_json(tuning.model_dump_json()) == tuning


@pytest.mark.parametrize(
    ("space", "error", "why"),
    [
        ({"LightGMB": {"num_leaves": [3]}}, UnknownName, "Did you mean 'LightGBM'"),
        ({"LightGBM": {"num_leafs": [3]}}, UnknownName, "Did you mean 'num_leaves'"),
        ({"LightGBM": {}}, BadSetting, "space of LightGBM is empty"),
        ({"LightGBM": {"num_leaves": []}}, BadSetting, "list of values is empty"),
        ({"LightGBM": {"num_leaves": [-3]}}, BadSetting, "num_leaves = -3"),
        ({"LightGBM": {"learning_rate": (0.1, 5.0)}}, BadSetting, "learning_rate = 5.0"),
        ({"LightGBM": {"learning_rate": (0.2, 0.1)}}, BadSetting, "low end is above"),
        ({"LightGBM": {"learning_rate": (0.0, 0.1, "log")}}, BadSetting, "begins above 0"),
        ({"LightGBM": {"extra_trees": {"low": 0, "high": 1}}}, BadSetting, "which is yes or no"),
        ({"Baseline": {"strategy": ["mean"]}}, BadSetting, "Baseline has no settings"),
    ],
)
def test_a_space_that_cannot_be_searched_is_told(space, error, why):
    with pytest.raises(error, match=why):
        given_spaces(TuningSettings(spaces=space))


def test_a_range_that_cannot_be_searched_is_told_how_json_writes_one():
    with pytest.raises(BadSetting) as caught:
        given_spaces(TuningSettings(spaces={"LightGBM": {"num_leaves": {"low": 9, "high": 2}}}))
    assert '{"low": 0.01, "high": 1.0, "log": true}' in caught.value.hint


def test_a_range_of_one_end_is_refused():
    with pytest.raises(BadSetting, match="a range is"):
        TuningSettings(spaces={"LightGBM": {"num_leaves": (3,)}})


@pytest.mark.parametrize("method", ["bayesian_optimization", "random_search", "hyperband"])
def test_values_that_do_not_hold_the_default_are_searched(method):
    chosen = candidates(method=method, SVM={"C": [0.5, 2.0]}).next(2, [SEEN[1]])
    assert chosen.settings["C"] in (0.5, 2.0)


def test_a_space_that_was_tried_out_gives_nothing_more():
    tried = [finished(i, (0.1,) * 3, "SVM", settings={"C": c}) for i, c in enumerate((0.5, 2.0))]
    assert candidates(SVM={"C": [0.5, 2.0]}).next(4, tried) is None


LEAVES = {"num_leaves": [3, 5], "learning_rate": [0.1]}


def first_of(names, space, method="random_search", **given):
    """Return what is tried first of algorithms by their portfolio, and a space of LightGBM."""
    tuning = TuningSettings(spaces={"LightGBM": space, **given})
    order = portfolio(ProblemKind.BINARY, False, names)
    return within_spaces(order, given_spaces(tuning), OptimizationMethod(method))


def test_first_settings_outside_a_given_space_are_not_tried():
    assert [c.settings for c in first_of(["LightGBM"], LEAVES)] == [
        {"num_leaves": 5, "learning_rate": 0.1}
    ]


def test_first_settings_inside_a_given_space_keep_what_it_does_not_name():
    (found,) = first_of(["LightGBM"], {"num_leaves": (100, 200)})
    assert found.settings["num_leaves"] == 128
    assert found.settings["min_data_in_leaf"] == 3


@pytest.mark.parametrize("names", [["LightGBM", "SVM"], ["SVM", "LightGBM"]])
def test_each_that_is_wanted_still_comes_once_before_any_comes_again(names):
    found = [c.algorithm for c in first_of(names, {"num_leaves": [128, 8]})]
    assert sorted(found[:2]) == ["LightGBM", "SVM"]
    assert found.count("LightGBM") == 2


def test_a_grid_over_a_given_space_begins_with_its_points():
    found = first_of(["LightGBM"], LEAVES, "grid_search")
    assert sorted(c.settings["num_leaves"] for c in found) == [3, 5]


def test_a_grid_goes_on_after_the_points_that_came_first():
    space = {"num_leaves": [3, 4, 5, 6, 7, 8, 9]}
    given = given_spaces(TuningSettings(spaces={"LightGBM": space}))
    first = first_of(["LightGBM"], space, "grid_search")
    chosen = Candidates(tuple(first), OptimizationMethod.GRID_SEARCH, 0, given)
    tried = [c.settings["num_leaves"] for n in range(7) if (c := chosen.next(n, SEEN))]
    assert sorted(tried) == space["num_leaves"]
    assert chosen.next(7, SEEN) is None


def test_other_algorithms_are_tried_as_before():
    order = portfolio(ProblemKind.BINARY, False, None)
    kept = [c for c in first_of(None, LEAVES) if c.algorithm != "LightGBM"]
    assert kept == [c for c in order if c.algorithm != "LightGBM"]


@pytest.mark.parametrize(
    ("name", "space", "settings"),
    [
        ("NeuralNetwork", {"device": ["cuda"]}, {"device": "cuda"}),
        ("LSTM", {"n_epochs": [3]}, {"n_epochs": 3}),
        ("SVM", {"C": (5.0, 9.0)}, {"C": 5.0}),
    ],
)
def test_a_setting_that_is_not_searched_by_itself_is_obeyed_too(name, space, settings):
    found = first_of([name, "LightGBM"], LEAVES, **{name: space})
    assert [c.settings for c in found if c.algorithm == name] == [settings]


def test_a_booster_of_few_trees_is_brought_into_the_space():
    cheap = Candidate("LightGBM", {"learning_rate": 0.2, "num_leaves": 31}, n_rounds=9)
    given = given_spaces(TuningSettings(spaces={"LightGBM": LEAVES}))
    assert within_spaces([cheap], given, OptimizationMethod.HYPERBAND) == [
        Candidate("LightGBM", {"learning_rate": 0.1, "num_leaves": 5}, n_rounds=9)
    ]


def test_a_grid_over_own_bounds_begins_beside_the_defaults_which_were_tried_at_first():
    found = [settings for name, settings in of_grid() if name == "LightGBM"]
    defaults = algorithms.get("LightGBM")().model_dump()
    assert sum(found[0][name] != defaults[name] for name in found[0]) == 1


def test_no_settings_are_tried_twice_under_two_names():
    first = (Candidate("LogisticRegression"),)
    order = Candidates(first, OptimizationMethod.GRID_SEARCH, 0)
    found = [order.next(n, []) for n in range(9)]
    assert Candidate("LogisticRegression", {"C": 1.0}, raced=True) not in found


def test_a_value_that_a_list_names_twice_is_tried_once():
    given = given_spaces(TuningSettings(spaces={"LightGBM": {"num_leaves": [3, 3, 4]}}))
    method = OptimizationMethod.GRID_SEARCH
    first = within_spaces([Candidate("LightGBM")], given, method)
    order = Candidates(tuple(first), method, 0, given)
    found = [order.next(n, []) for n in range(3)]
    assert sorted(c.settings["num_leaves"] for c in found if c) == [3, 4]


def test_what_another_trial_is_trying_is_not_proposed_again():
    leaves = {"num_leaves": [4, 5], "max_rounds": [7]}
    begun = [Candidate("LightGBM", {"num_leaves": 4, "max_rounds": 7})]
    seen = [finished(0, (0.1,) * 3, settings={"num_leaves": 5, "max_rounds": 7})]
    order = candidates(method="hyperband", LightGBM=leaves)
    assert all(order.next(n, seen, begun) is None for n in range(2, 9))
