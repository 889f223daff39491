"""Features of a pair of addresses."""

import json

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.recognise import recognise
from phantom_ml.features.before import Before
from phantom_ml.features.tables.connection import ConnectionEncoder

KINDS = {
    "id.orig_h": "ip",
    "id.resp_h": "ip",
    "id.orig_p": "port",
    "id.resp_p": "port",
    "service": "category",
}
ROWS = [
    ("10.0.0.5", 50_000, "10.0.0.9", 445, "smb"),
    ("10.0.0.5", 50_001, "10.0.7.9", 22, "ssh"),
    ("10.0.0.5", 40_000, "8.8.8.8", 53, "dns"),
    ("9.9.9.9", 55_555, "192.168.1.1", 443, "ssl"),
    ("9.9.9.9", 55_555, "8.8.8.8", 4444, "ssh"),
    ("fd00::1", 1000, "224.0.0.251", 5353, None),
    ("2001:470:1::1", 443, "2001:470:1:2::1", 8443, "gossip"),
    ("?", 443, "8.8.8.8", 443, "ssl,http"),
]
FRAME = pl.DataFrame(
    ROWS, ["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "service"], orient="row"
)


def fitted(frame: pl.DataFrame = FRAME, kinds: dict | None = None) -> list[ConnectionEncoder]:
    return list(ConnectionEncoder.fit(frame, recognise(frame, kinds or KINDS)))


def parts(encoder: ConnectionEncoder, frame: pl.DataFrame) -> dict[str, list]:
    """Return the features, codes as their words."""
    out = np.full((frame.height, len(encoder.features)), 7.5, np.float32)
    encoder.transform(frame, out)
    found = {}
    for i, part in enumerate(encoder.kept):
        values = [None if np.isnan(v) else float(v) for v in out[:, i]]
        levels = encoder.levels.get(part)
        found[part] = [None if v is None else levels[int(v)] for v in values] if levels else values
    return found


@pytest.fixture(scope="module")
def found() -> dict[str, list]:
    return parts(fitted()[0], FRAME)


def test_the_direction_is_told_by_what_the_internet_reaches(found):
    expected = ["lateral", "lateral", "out", "in", "external", "lateral", "external", None]
    assert found["direction"] == expected


def test_shared_networks_are_told(found):
    assert found["same_network_24"] == [1, 0, 0, 0, 0, 0, 1, None]
    assert found["same_network_16"] == [1, 1, 0, 0, 0, 0, 1, None]


def test_two_private_sides_are_told(found):
    assert found["both_private"] == [1, 1, 0, 0, 0, 0, 0, None]


def test_the_classes_of_both_ports_are_told(found):
    assert found["port_classes"][0] == "dynamic_to_well_known"
    assert found["port_classes"][2] == "registered_to_well_known"
    assert found["port_classes"][6] == "well_known_to_registered"


def test_a_service_on_a_port_of_another_is_a_mismatch(found):
    assert found["is_service_mismatch"] == [0, 0, 0, 0, 1, None, None, 0]


def test_features_say_which_columns_they_come_from():
    features = {f.name: f for f in fitted()[0].features}
    direction = features["connection.direction"]
    assert (direction.source, direction.beside) == ("id.orig_h", ("id.resp_h",))
    assert direction.cardinality == 4
    assert features["connection.is_service_mismatch"].source == "service"


def test_networks_and_ports_seen_together_are_less_rare():
    frame = pl.concat([FRAME[:1]] * 9 + [FRAME[2:3]])
    encoder = fitted(frame)[0]
    rows = pl.DataFrame(
        [
            ("10.0.0.77", 50_000, "10.0.0.78", 445, "smb"),
            ("10.0.0.77", 50_000, "10.0.0.78", 22, "ssh"),
            ("10.0.9.77", 50_000, "10.0.0.78", 445, "smb"),
        ],
        FRAME.columns,
        orient="row",
    )
    assert parts(encoder, rows)["pair_rarity"] == pytest.approx(
        [-np.log2(10 / 12), -np.log2(1 / 12), -np.log2(1 / 12)]
    )


def test_a_training_row_counts_only_what_came_before_it():
    frame = pl.concat([FRAME[:1], FRAME[2:3], FRAME[:1]])
    encoder = fitted(frame)[0]
    out = np.zeros((3, len(encoder.features)), np.float32)
    encoder.training(frame, Before(time=np.arange(3)), out)
    rarity = out[:, encoder.kept.index("pair_rarity")]
    assert rarity.tolist() == pytest.approx([0.0, 1.0, 1.0])


def test_what_was_saved_gives_equal_values():
    encoder = fitted(pl.concat([FRAME, FRAME]))[0]
    again = ConnectionEncoder.model_validate(
        json.loads(json.dumps(encoder.model_dump(mode="json")))
    )
    assert parts(again, FRAME) == parts(encoder, FRAME)


def test_a_row_alone_is_as_in_the_table(found):
    encoder = fitted()[0]
    for i in range(FRAME.height):
        assert parts(encoder, FRAME[i]) == {name: [values[i]] for name, values in found.items()}


def test_only_the_columns_of_kept_parts_are_read():
    encoder = fitted()[0].keeping({"connection.direction"})
    assert encoder.inputs == ("id.orig_h", "id.resp_h")
    assert [f.name for f in encoder.features] == ["connection.direction"]
    assert fitted()[0].keeping({"other"}) is None


def test_a_pair_without_ports_has_no_features_of_ports():
    frame = pl.DataFrame({"SourceIp": FRAME["id.orig_h"], "DestinationIp": FRAME["id.resp_h"]})
    encoder = fitted(frame, {"SourceIp": "ip", "DestinationIp": "ip"})[0]
    assert encoder.inputs == ("SourceIp", "DestinationIp")
    assert set(encoder.kept) == {"direction", "same_network_24", "same_network_16", "both_private"}


def test_one_address_alone_is_no_connection():
    assert fitted(FRAME.select("id.orig_h"), {"id.orig_h": "ip"}) == []


def test_each_pair_of_addresses_has_an_encoder():
    frame = pl.DataFrame(
        {f"{s}{n}_ip": FRAME["id.orig_h"] for s in ("src", "dst") for n in ("", "_nat")}
    )
    frame = frame.with_columns(pl.col("dst_ip").reverse(), pl.col("dst_nat_ip").reverse())
    assert len(fitted(frame, dict.fromkeys(frame.columns, "ip"))) == 2


def test_hostile_cells_give_missing_features():
    frame = FRAME.with_columns(
        pl.lit("\x00" * 70_000).alias("id.orig_h"), pl.lit("'; DROP").alias("service")
    )
    values = parts(fitted()[0], frame)
    assert set(values["direction"]) == set(values["is_service_mismatch"]) == {None}
