"""The two sides of a connection are found by what the formats call them."""

import pytest

from phantom_ml.features.parsing.sides import address_pairs, duration, one_of, pair_of, side, single


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        ("source.ip", "destination.ip"),  # ECS
        ("src", "dest"),  # CIM
        ("src_ip", "dest_ip"),  # CIM, EVE
        ("id.orig_h", "id.resp_h"),  # Zeek
        ("SourceIp", "DestinationIp"),  # Sysmon
        ("IPV4_SRC_ADDR", "IPV4_DST_ADDR"),  # NetFlow v9
        ("Src IP", "Dst IP"),  # CICFlowMeter
        ("Source IP", "Destination IP"),
        ("srcip", "dstip"),  # UNSW-NB15, Fortinet
        ("saddr", "daddr"),  # Argus
        ("SrcAddr", "DstAddr"),
        ("sourceAddress", "destinationAddress"),  # CEF
        ("src_endpoint.ip", "dst_endpoint.ip"),  # OCSF
        ("client_ip", "server_ip"),
        ("ClientIP", "ServerIP"),
        ("sip", "dip"),
    ],
)
def test_both_addresses_are_found_in_each_format(source, destination):
    assert address_pairs(["host_ip", destination, source]) == [(source, destination)]


def test_two_addresses_called_by_different_rules_are_a_pair():
    assert address_pairs(["client_ip", "server"]) == [("client_ip", "server")]


def test_addresses_of_one_side_are_no_pair():
    assert address_pairs(["src_ip", "src_nat_ip", "host"]) == []


@pytest.mark.parametrize(
    ("noun", "source", "destination"),
    [
        ("port", "id.orig_p", "id.resp_p"),
        ("port", "SourcePort", "DestinationPort"),
        ("port", "L4_SRC_PORT", "L4_DST_PORT"),
        ("port", "spt", "dpt"),
        ("port", "sport", "dsport"),
        ("bytes", "orig_bytes", "resp_bytes"),
        ("bytes", "bytes_out", "bytes_in"),
        ("bytes", "IN_BYTES", "OUT_BYTES"),
        ("bytes", "flow.bytes_toserver", "flow.bytes_toclient"),
        ("bytes", "sbytes", "dbytes"),
        ("bytes", "sentbyte", "rcvdbyte"),
        ("bytes", "TotLen Fwd Pkts", "TotLen Bwd Pkts"),
        ("bytes", "Total Length of Fwd Packets", "Total Length of Bwd Packets"),
        ("packets", "Total Fwd Packets", "Total Backward Packets"),
        ("packets", "source.packets", "destination.packets"),
        ("packets", "spkts", "dpkts"),
        ("packets", "Spkts", "Dpkts"),
    ],
)
def test_both_counters_are_found_in_each_format(noun, source, destination):
    names = ["Fwd Packet Length Mean", "Bwd Packet Length Mean", destination, source]
    assert pair_of(noun, names) == (source, destination)


def test_payload_is_taken_before_bytes_with_headers():
    names = ["orig_ip_bytes", "resp_ip_bytes", "orig_bytes", "resp_bytes"]
    assert pair_of("bytes", names) == ("orig_bytes", "resp_bytes")


@pytest.mark.parametrize("name", ["user", "id", "packets", "description", "ship", "disport", ""])
def test_a_name_without_a_side_tells_none(name):
    assert side(name) is None


def test_a_name_with_both_sides_tells_none():
    assert side("srv_dst_src_rate") is None


def test_one_port_alone_is_found():
    assert one_of("port", "destination", ["Destination Port", "label"]) == "Destination Port"
    assert one_of("port", "source", ["Destination Port", "label"]) is None


@pytest.mark.parametrize(
    ("name", "unit"),
    [("duration", 1), ("event.duration", 1e-9), ("Flow Duration", 1e-6), ("FLOW_DURATION_MILLISECONDS", 1e-3)],
)  # fmt: skip
def test_durations_are_told_with_their_unit(name, unit):
    assert duration(["x", name]) == (name, unit)


def test_columns_of_which_there_is_one_are_found():
    names = ["service", "conn_state", "history", "id.orig_h"]
    found = [single(what, names) for what in ("service", "state", "history")]
    assert found == ["service", "conn_state", "history"]
