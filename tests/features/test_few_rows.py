"""What is looked up row by row where rows are few gives what the columnar way gives."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import FeatureSettings
from phantom_ml.data.recognise import recognise
from phantom_ml.features.base import as_text
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.lately import FEW
from phantom_ml.features.parsing.addresses import parse_addresses
from phantom_ml.features.parsing.decoding import decode, decode_few
from phantom_ml.features.parsing.host_labels import coded_labels, codes_of_few
from phantom_ml.features.parsing.hosts import split_hosts
from phantom_ml.features.parsing.ports import parse_ports
from phantom_ml.features.tables.base import table_encoders

N = 200
#: So often repeated, even one cell is more than few.
MANY = FEW + 1
TEXTS = st.text(max_size=12) | st.none()
STATES = ["SF", "S0", "REJ", "unheard of", None]
ADDRESSES = [
    "10.0.0.1",
    "10.0.7.1",
    "8.8.8.8",
    "::1",
    "[fe80::1%eth0]:22",
    "?",
    "01.2.3.4",
    "",
    None,
]
#: Labels of hosts, among them those of rules that are names, wildcards, exceptions and a company's.
LABELS = [
    "a",
    "",
    "com",
    "co",
    "uk",
    "ck",
    "www",
    "kawasaki",
    "jp",
    "city",
    "github",
    "io",
    "1",
    "é",
]
#: What stands for a character, once or twice, whole or not, of ASCII or not.
ESCAPES = [
    "%",
    "25",
    "41",
    "%2f",
    "%C3",
    "%A9",
    "%c0%af",
    "%u0041",
    "&",
    "&lt;",
    "#60;",
    "+",
    "é",
    "z",
]
SERVICES = ["http", "dns", "SSH,http", "gossip", "", ",", None]


def drawn(values: list, seed: int) -> list:
    return [values[i] for i in np.random.default_rng(seed).integers(0, len(values), N)]


@pytest.fixture(scope="module")
def flows():
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "orig_bytes": rng.integers(0, 9_000, N),
            "resp_bytes": rng.integers(0, 9_000, N),
            "conn_state": drawn(STATES, 1),
            "history": drawn(["ShADadfF", "S", "Dd^rT", "", "hgX", None], 2),
            "service": drawn(SERVICES, 3),
            "id.orig_h": drawn(ADDRESSES, 4),
            "id.resp_h": drawn(ADDRESSES, 5),
            "id.orig_p": pl.Series(drawn([80.0, 443.0, 70_000.0, 0.5, float("nan"), None], 6)),
            "id.resp_p": drawn(["80", "443/tcp", "22", "99999", " 53", "x", None], 7),
        }
    )


KINDS = {
    "id.orig_h": "ip",
    "id.resp_h": "ip",
    "id.orig_p": "port",
    "id.resp_p": "port",
    "service": "category",
    "conn_state": "category",
    "history": "text",
}


@pytest.mark.parametrize("name", ["flow", "pair_rarity", "connection"])
def test_a_row_alone_has_the_features_that_it_has_among_many(flows, name):
    fitted = table_encoders.get(name).fit(flows, recognise(flows, KINDS))
    assert fitted
    for encoder in fitted:
        together = np.empty((N, len(encoder.features)), np.float32)
        encoder.transform(flows, together)
        alone = np.empty_like(together)
        for row in range(N):
            encoder.transform(flows[row], alone[row : row + 1])
        np.testing.assert_array_equal(alone, together)


@pytest.mark.parametrize("few", [1, 7])
def test_a_whole_encoder_gives_few_rows_what_it_gives_many_also_the_second_time(flows, few):
    encoder = fit_encoder(flows, recognise(flows, KINDS), FeatureSettings())
    whole = encoder.transform(flows)
    for first in (*range(0, 60, few), *range(0, 60, few)):
        rows = encoder.transform(flows[first : first + few])
        np.testing.assert_array_equal(rows.values, whole.values[first : first + few])
        assert (rows.text != whole.text[first : first + few]).nnz == 0


@pytest.fixture(scope="module")
def pages():
    rng = np.random.default_rng(3)
    hosts = [f"{a:x}.shop{a % 7}.example{a % 5}.co.uk" for a in rng.integers(0, 2**30, N)]
    links = [f"https://{host}/a/{i}.php?id={i}&t=x" for i, host in enumerate(hosts)]
    return pl.DataFrame(
        {
            "domain_a": [*hosts[:-2], None, "10.0.0.1"],
            "domain_b": hosts[::-1],
            "url_a": [*links[:-1], None],
            "url_b": [*links[1:], "x"],
            "number_a": [*rng.normal(size=N - 3).tolist(), None, float("inf"), 1e300],
            "number_b": rng.integers(0, 2**40, N),
            "number_c": [*map(str, range(N - 2)), "-", None],
        }
    )


@pytest.mark.parametrize("few", [1, 9])
def test_columns_of_one_kind_have_in_few_rows_what_they_have_in_many(pages, few):
    kinds = {name: name.split("_")[0] for name in pages.columns}
    encoder = fit_encoder(pages, recognise(pages, kinds), FeatureSettings())
    whole = encoder.transform(pages)
    for first in range(N - 18, N, few):
        rows = encoder.transform(pages[first : first + few])
        np.testing.assert_array_equal(rows.values, whole.values[first : first + few])
        assert (rows.text != whole.text[first : first + few]).nnz == 0


@given(st.lists(TEXTS | st.sampled_from(ADDRESSES), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_few_addresses_are_read_as_many_are(cells):
    few, many = (parse_addresses(pl.Series(cells * n, dtype=pl.String)) for n in (1, MANY))
    for name in ("version", "hi", "lo", "is_mapped"):
        assert getattr(few, name).tolist() == getattr(many, name)[: len(cells)].tolist()


@given(st.lists(TEXTS | st.from_regex(r"[0-9]{1,6}(\.0|/tcp)?\n?"), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_few_ports_are_read_as_many_are(cells):
    few, many = (parse_ports(pl.Series(cells * n, dtype=pl.String)) for n in (1, MANY))
    assert few.to_list() == many[: len(cells)].to_list()


@given(
    st.lists(st.floats(width=64) | st.integers(-(2**63), 2**63).map(float), min_size=1, max_size=8)
)
@settings(deadline=None, max_examples=100)
def test_few_numbers_are_written_as_many_are(cells):
    few, many = (as_text(pl.Series(cells * n, dtype=pl.Float64)) for n in (1, MANY))
    assert few.to_list() == many[: len(cells)].to_list()


@given(
    st.lists(st.lists(st.sampled_from(LABELS), max_size=6).map(".".join), min_size=1, max_size=8)
)
@settings(deadline=None, max_examples=100)
def test_few_hosts_are_split_as_many_are(hosts):
    few, many = (split_hosts(pl.Series(hosts * n)) for n in (1, MANY))
    assert few.rows() == many[: len(hosts)].select(few.columns).rows()


@given(st.lists(st.text("abF09.z-é", max_size=40), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_few_labels_are_measured_as_many_are(hosts):
    many = coded_labels(pl.Series(hosts * MANY))
    assert codes_of_few([*hosts]) == many[: len(hosts)].to_dict(as_series=False)


@given(
    st.lists(st.lists(st.sampled_from(ESCAPES), max_size=9).map("".join), min_size=1, max_size=8)
)
@settings(deadline=None, max_examples=100)
def test_few_strings_are_decoded_as_many_are(texts):
    few, (many, rounds) = decode_few([*texts]), decode(pl.Series(texts * MANY))
    assert (few[0], few[1].tolist()) == (
        many[: len(texts)].to_list(),
        rounds[: len(texts)].tolist(),
    )
