"""An XGBoost model's JSON is looked at before native code reads it."""

import copy
import json

import pytest

from phantom_ml.algorithms._trees.xgboost_json import checked_model_json
from phantom_ml.algorithms.xgboost import XGBoost
from phantom_ml.config import ProblemKind
from phantom_ml.errors import BundleDamaged
from phantom_ml.testing._algorithm_data import context_of, samples_of


@pytest.fixture(scope="module")
def model():
    train = samples_of(ProblemKind.BINARY, 400, 1)
    learner = XGBoost(max_rounds=6).fit(train, None, context_of(ProblemKind.BINARY))
    found = json.loads(learner._text)
    assert any(tree["categories"] for tree in trees_of(found))
    return found


def trees_of(model):
    return model["learner"]["gradient_booster"]["model"]["trees"]


def categorical_tree(model):
    return next(tree for tree in trees_of(model) if tree["categories"])


def test_what_a_fit_wrote_is_taken(model):
    checked_model_json(json.dumps(model).encode())


def put(tree, name, place, value):
    tree[name][place] = value


CHANGES = {
    "a child beyond the tree": lambda m: put(trees_of(m)[0], "left_children", 0, 10_000),
    "a child above its parent": lambda m: put(trees_of(m)[0], "left_children", 1, 0),
    "a shared child": lambda m: put(
        trees_of(m)[0], "left_children", 0, trees_of(m)[0]["right_children"][0]
    ),
    "another parent": lambda m: put(trees_of(m)[0], "parents", 1, 2),
    "a feature beyond the table": lambda m: put(trees_of(m)[0], "split_indices", 0, 7),
    "a negative feature": lambda m: put(trees_of(m)[0], "split_indices", 0, -1),
    "a feature that is a fraction": lambda m: put(trees_of(m)[0], "split_indices", 0, 0.5),
    "an unknown type of split": lambda m: put(trees_of(m)[0], "split_type", 0, 2),
    "a cut that is not a number": lambda m: put(
        trees_of(m)[0], "split_conditions", 0, float("nan")
    ),
    "a short array": lambda m: trees_of(m)[0]["default_left"].pop(),
    "a huge category": lambda m: put(categorical_tree(m), "categories", 0, 2**31),
    "a set of categories too long": lambda m: put(
        categorical_tree(m), "categories_sizes", 0, 10_000
    ),
    "a set of categories elsewhere": lambda m: put(
        categorical_tree(m), "categories_segments", 0, 5
    ),
    "a set for another node": lambda m: put(categorical_tree(m), "categories_nodes", 0, 999),
    "a wrong number of nodes": lambda m: trees_of(m)[0]["tree_param"].update(num_nodes="1"),
    "deleted nodes": lambda m: trees_of(m)[0]["tree_param"].update(num_deleted="1"),
    "a missing tree": lambda m: trees_of(m).pop(),
    "more features": lambda m: m["learner"]["learner_model_param"].update(num_feature="8"),
    "classes": lambda m: m["learner"]["learner_model_param"].update(num_class="3"),
    "another objective": lambda m: m["learner"]["objective"].update(name="rank:ndcg"),
    "another booster": lambda m: m["learner"]["gradient_booster"].update(name="dart"),
    "no learner": lambda m: m.pop("learner"),
    "a tree that is a number": lambda m: put(
        m["learner"]["gradient_booster"]["model"], "trees", 0, 1
    ),
}


@pytest.mark.parametrize("fault", CHANGES)
def test_what_no_fit_writes_is_refused(model, fault):
    changed = copy.deepcopy(model)
    CHANGES[fault](changed)
    with pytest.raises(BundleDamaged):
        checked_model_json(json.dumps(changed).encode())


def test_text_that_is_not_json_is_refused():
    with pytest.raises(BundleDamaged):
        checked_model_json(b"\xff{")
