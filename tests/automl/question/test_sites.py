"""Rows of one site stay together in validation, where sites are what rows are about."""

import polars as pl
import pytest

from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.question.sites import sites_of
from phantom_ml.config import AutoMLConfig
from phantom_ml.core import PhantomMLCore
from phantom_ml.data.reading.read import read
from phantom_ml.data.recognise import recognise

HOSTED = [f"https://user{i % 120}.github.io/page/{i}" for i in range(600)]


def sites(**columns):
    frame = pl.DataFrame(columns)
    return sites_of(frame, recognise(frame))


def named(n, path="/a"):
    return [f"https://host{i}.shop{i % n}.com{path}/{i}" for i in range(600)]


def test_hosts_of_one_registered_domain_are_one_site():
    codes, column = sites(url=named(100))
    assert column == "url"
    assert len(set(codes.tolist())) == 100
    assert codes[0] == codes[100]


def test_names_that_a_company_gives_away_are_sites_of_their_own():
    codes, _ = sites(url=HOSTED)
    assert len(set(codes.tolist())) == 120


def test_a_row_without_a_host_is_a_site_of_its_own():
    codes, _ = sites(url=[*named(100), "/only/a/path"])
    assert codes[-1] == -1


def test_domains_name_sites_too():
    domains = [f"mail{i}.shop{i % 100}.com" for i in range(600)]
    codes, _ = sites(domain=domains)
    assert len(set(codes.tolist())) == 100


def test_few_sites_are_not_kept_together():
    assert sites(url=named(20)) is None


def test_a_site_that_has_many_of_the_rows_is_not_kept_together():
    assert sites(url=[*named(100)[:300], *named(1)[:300]]) is None


def test_two_columns_of_sites_decide_nothing():
    assert sites(url=named(100), referrer=named(90, "/b")) is None


def posed(tmp_path, **settings):
    frame = pl.DataFrame(
        {"url": named(100), "user": [f"u{i % 60}" for i in range(600)], "y": [0, 1] * 300}
    )
    config = AutoMLConfig.of({"target_column": "y", **settings})
    return pose(read(frame, scratch=tmp_path), config)


def test_a_person_is_told(tmp_path):
    problem = posed(tmp_path)
    assert problem.ties.groups is not None
    assert any("Rows of one site in 'url' were kept together" in w for w in problem.warnings)


@pytest.mark.parametrize("settings", [{"group_columns": ["user"]}, {"ignored_columns": ["url"]}])
def test_who_names_groups_or_leaves_the_column_out_decides_otherwise(tmp_path, settings):
    problem = posed(tmp_path, **settings)
    assert not any("Rows of one site" in w for w in problem.warnings)


def test_no_site_is_on_both_sides_of_a_fold(tmp_path):
    frame = pl.DataFrame({"url": named(100), "y": [(i // 2) % 2 for i in range(600)]})
    core = PhantomMLCore(home=tmp_path / "home")
    config = {"target_column": "y", "max_trials": 1, "algorithms_to_try": ["LogisticRegression"]}
    assert core.auto_create_model(frame, config).validation.startswith("No group is on both sides")
