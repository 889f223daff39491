"""A LightGBM model's text is looked at before native code reads it."""

import re
import time

import numpy as np
import pytest

from phantom_ml.algorithms.lightgbm import LightGBM
from phantom_ml.config import ProblemKind
from phantom_ml.errors import BundleDamaged
from phantom_ml.parts.lightgbm_text import checked_model_text
from phantom_ml.testing._algorithm_data import context_of, samples_of


@pytest.fixture(scope="module")
def text():
    settings = LightGBM(max_rounds=6, min_data_in_leaf=5)
    train = samples_of(ProblemKind.BINARY, 2000, 1)
    text = settings.fit(train, None, context_of(ProblemKind.BINARY))._text
    assert "cat_boundaries=0 " in text
    return text


def same_length(text, pattern, change):
    """Change the first match without changing the sizes of trees."""
    match = re.search(pattern, text)
    new = change(match.group(0))
    assert len(new) == len(match.group(0))
    assert new != match.group(0)
    return text[: match.start()] + new + text[match.end() :]


def last_number(word):
    return re.sub(r"\d+$", lambda m: "9" * len(m.group(0)), word)


def test_what_a_fit_wrote_is_taken(text):
    assert checked_model_text(text) == text


@pytest.mark.parametrize(
    ("pattern", "change"),
    [
        (r"left_child=\d+", lambda w: w[:-1] + "0"),
        (r"left_child=[\d ]*", lambda w: w[:-1] + "9"),
        (r"right_child=[-\d ]+ -\d\d", lambda w: w[:-2] + "99"),
        (r"split_feature=\d", lambda w: w[:-1] + "9"),
        (r"num_leaves=\d+", last_number),
        (r"num_cat=\d", lambda w: w[:-1] + "7"),
        (r"cat_boundaries=0 \d", lambda w: w[:-1] + "9"),
        (r"decision_type=\d", lambda w: w[:-1] + "-"),
        (r"leaf_value=-?\d", lambda w: w[:-1] + "x"),
        (r"leaf_value=\S{3}", lambda w: "leaf_value=nan"),
        (r"is_linear=0", lambda w: "is_linear=1"),
        (r"tree_sizes=\d+", last_number),
        (r"max_feature_idx=\d", lambda w: "max_feature_idx=5"),
        (r"num_class=1", lambda w: "num_class=9"),
        (r"objective=binary", lambda w: "objective=custom"),
        (r"version=v4", lambda w: "version=v3"),
        (r"internal_count=\d", lambda w: "internal_skunt="[:14] + "=" + w[-1]),
    ],
)
def test_what_no_fit_writes_is_refused(text, pattern, change):
    with pytest.raises(BundleDamaged):
        checked_model_text(same_length(text, pattern, change))


def test_a_child_shared_by_two_splits_is_refused(text):
    leaf = re.search(r"right_child=.*?(-\d+) (-\d+)", text)
    first, second = leaf.group(1), leaf.group(2)
    assert len(first) == len(second)
    at = leaf.start(2)
    with pytest.raises(BundleDamaged, match="share a child"):
        checked_model_text(text[:at] + first + text[at + len(second) :])


def test_a_text_cut_anywhere_is_refused_or_lacks_only_what_follows_the_trees(text):
    end = text.index("end of trees\n") + len("end of trees\n")
    for cut in np.random.default_rng(0).integers(0, end, 40):
        with pytest.raises(BundleDamaged):
            checked_model_text(text[:cut])


def test_five_hundred_trees_are_looked_at_in_a_moment():
    settings = LightGBM(num_leaves=40, min_data_in_leaf=1)
    train = samples_of(ProblemKind.BINARY, 400, 1)
    text = settings.fit(train, None, context_of(ProblemKind.BINARY, n_rounds=500))._text
    start = time.perf_counter()
    checked_model_text(text)
    # Some 40 ms on one slow core; the bound leaves room for a busy one.
    assert time.perf_counter() - start < 1.0
