"""Clusters of rows are counted by class, and asked whether they agree or are as mixed as the table."""

import numpy as np
import pytest

from phantom_ml.data.contingency import Contingency

#: Of a hundred copies 97 are benign, as are 97 of each hundred of the other rows, which all differ.
CLUSTERS = np.concatenate([np.zeros(100, np.int64), np.arange(1, 901)])
LABELS = (np.arange(1_000) % 100 >= 97).astype(np.int64)


@pytest.fixture
def table():
    return Contingency.of(CLUSTERS, LABELS)


def test_every_row_is_in_the_cell_of_its_cluster_and_class(table):
    found = np.stack([table.cluster[table.cell], table.label[table.cell]])
    np.testing.assert_array_equal(found, [CLUSTERS, LABELS])


def test_cells_count_all_rows_once(table):
    np.testing.assert_array_equal(table.rows, np.bincount(table.cell))


def test_each_cell_knows_the_rows_of_its_class(table):
    np.testing.assert_array_equal(table.of_label(), np.where(table.label == 1, 30, 970))


def test_a_cluster_as_mixed_as_the_table_is_mixed_though_nearly_all_of_it_agree(table):
    assert (table.mixed()[0], table.agreeing()[0]) == (True, True)


def test_the_few_rows_with_another_answer_than_their_copies_do_not_agree(table):
    assert not table.agreeing()[97:100].any()


def test_rows_without_a_copy_agree_with_nobody_and_are_not_mixed(table):
    assert (table.agreeing()[100:].any(), table.mixed()[1:].any()) == (False, False)


@pytest.mark.parametrize(("n_others", "agree"), [(5, True), (6, False)])
def test_copies_agree_from_95_of_100_of_one_answer(n_others, agree):
    labels = (np.arange(100) < n_others).astype(np.int64)
    assert Contingency.of(np.zeros(100, np.int64), labels).agreeing()[-1] == agree


def test_a_cluster_may_neither_agree_nor_be_mixed():
    labels = np.where(np.arange(1_000) < 100, np.arange(1_000) % 10 > 0, np.arange(1_000) % 2 == 0)
    table = Contingency.of(CLUSTERS, labels.astype(np.int64))
    assert (table.mixed()[0], table.agreeing()[0]) == (False, False)
