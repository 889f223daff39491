"""Ports are known by class and service."""

import pytest

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.knowledge.lists import knowledge
from tests.features.columns.made import computed, fitted, parts_of

KNOWN = knowledge("ports")


def parts(port: str) -> dict:
    return computed("port", [port]).row(0, named=True)


@pytest.mark.parametrize(
    ("port", "service", "port_class", "flags"),
    [
        ("443", "web", "well_known", set()),
        ("22", "remote_access", "well_known", {"is_admin"}),
        ("445", "file_sharing", "well_known", {"is_admin"}),
        ("3389", "remote_access", "registered", {"is_admin"}),
        ("5432", "database", "registered", {"is_database"}),
        ("8443", "web", "registered", {"is_web_alternative"}),
        ("4444", None, "registered", {"is_malware_default"}),
        ("6667", "chat", "registered", {"is_malware_default"}),
        ("53/udp", "dns", "well_known", set()),
        ("0", None, "well_known", set()),
        ("1023", None, "well_known", set()),
        ("1024", None, "registered", set()),
        ("40000", None, "registered", {"is_ephemeral"}),
        ("49152", None, "dynamic", {"is_ephemeral"}),
        ("65535", None, "dynamic", {"is_ephemeral"}),
    ],
)
def test_parts_of_a_port(port, service, port_class, flags):
    found = parts(port)
    assert (found["service"], found["port_class"]) == (service, port_class)
    assert {name for name, value in found.items() if value is True} == flags


@pytest.mark.parametrize(
    "text", ["65536", "70000/tcp", "65536.0", "-1", "", "http", "4.5", "99999999999", "٤٤٣", "+80"]
)
def test_what_is_no_port_has_no_parts(text):
    assert set(parts(text).values()) == {None}


@pytest.mark.parametrize(
    "values",
    [[443, 22, None, 70_000], [443.0, 22.0, float("nan"), 70_000.0], ["443", "22", None, "70000"]],
)
def test_integers_floats_and_strings_give_the_same(values):
    encoder = fitted("port", [443, 22, 5432] * 5, ColumnKind.PORT)
    found = parts_of(encoder, values)
    assert found["service"].to_list() == ["web", "remote_access", None, None]
    assert found["is_admin"].to_list() == [0, 1, None, None]


def test_a_port_is_in_one_group_at_most():
    ports = [p for group in KNOWN["groups"].values() for p in group]
    assert len(ports) == len(set(ports))


def test_all_listed_ports_exist():
    lists = [*KNOWN["groups"].values(), *KNOWN["applications"].values()]
    lists += [KNOWN[name] for name in ("admin", "web_alternative", "malware_default")]
    assert all(0 <= port < 65_536 for ports in lists for port in ports)


def test_the_list_of_ports_says_where_it_comes_from():
    assert "IANA" in KNOWN["source"]
    assert KNOWN["date"].year >= 2026
