"""A parent that starts a child for the first time is the rarest."""

import math

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema, TableSchema
from phantom_ml.features.tables.process_pair import ProcessPairEncoder, process_columns


def schema_of(**kinds: ColumnKind) -> TableSchema:
    return TableSchema(
        columns=tuple(ColumnSchema(name=n, dtype="String", kind=k) for n, k in kinds.items())
    )


SYSMON = schema_of(ParentImage=ColumnKind.PATH, Image=ColumnKind.PATH)
TRAINING = pl.DataFrame(
    {
        "ParentImage": [r"C:\Windows\explorer.exe"] * 6 + [r"C:\Windows\System32\cmd.exe"] * 2,
        "Image": [r"C:\Office\WINWORD.EXE"] * 6 + [r"C:\Windows\System32\PING.EXE"] * 2,
    }
)


def fitted(frame: pl.DataFrame = TRAINING, schema: TableSchema = SYSMON) -> ProcessPairEncoder:
    [encoder] = ProcessPairEncoder.fit(frame, schema)
    return encoder


def judged(parent: str | None, child: str | None) -> dict[str, float]:
    encoder = fitted()
    frame = pl.DataFrame(
        {"ParentImage": [parent], "Image": [child]},
        schema={"ParentImage": pl.String, "Image": pl.String},
    )
    out = np.full((1, len(encoder.features)), 7.5, np.float32)
    encoder.transform(frame, out)
    names = [f.name.removeprefix("Image.") for f in encoder.features]
    return dict(zip(names, out[0].tolist(), strict=True))


def test_the_rarity_of_a_known_pair_is_its_smoothed_share_in_bits():
    found = judged("explorer.exe", "winword.exe")["pair_rarity"]
    assert found == pytest.approx(-math.log2((6 + 1) / (8 + 2 + 1)))


def test_a_pair_never_seen_is_the_rarest():
    unseen = judged("winword.exe", "powershell.exe")["pair_rarity"]
    assert unseen == pytest.approx(-math.log2(1 / (8 + 2 + 1)))


def test_a_child_is_judged_among_the_children_of_its_parent():
    assert judged("cmd.exe", "ping.exe")["rarity_under_parent"] == pytest.approx(-math.log2(3 / 4))


def test_folder_case_and_extension_do_not_matter():
    assert judged("EXPLORER", r"D:\x\winword.exe") == judged("explorer.exe", "WinWord.exe")


@pytest.mark.parametrize(
    ("parent", "child", "flag"),
    [
        ("winword.exe", "powershell.exe", "office_spawns_shell"),
        ("excel.exe", "mshta.exe", "office_spawns_shell"),
        ("w3wp.exe", "cmd.exe", "server_spawns_shell"),
        ("chrome.exe", "cmd.exe", "browser_spawns_shell"),
        ("svchost.exe", "SVCHOST.EXE", "same_process"),
    ],
)
def test_a_pair_that_tells_has_a_flag(parent, child, flag):
    assert judged(parent, child)[flag] == 1


def test_an_everyday_pair_has_no_flag():
    flags = list(judged("explorer.exe", "winword.exe").values())[2:]
    assert flags == [0, 0, 0, 0]


@pytest.mark.parametrize(("parent", "child"), [(None, "a.exe"), ("a.exe", None), ("-", "a.exe")])
def test_a_missing_process_gives_nothing(parent, child):
    assert all(math.isnan(v) for v in judged(parent, child).values())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("ParentImage", "Image"), ("ParentImage", "Image")),
        (("process.parent.name", "process.name"), ("process.parent.name", "process.name")),
        (("parent_process", "process_name"), ("parent_process", "process_name")),
        (("ParentProcessName", "NewProcessName"), ("ParentProcessName", "NewProcessName")),
        (("parentprocessname", "processname"), ("parentprocessname", "processname")),
        (
            ("ProcessPath", "ProcessName", "ParentProcessName"),
            ("ParentProcessName", "ProcessName"),
        ),
    ],
)
def test_the_two_columns_are_told_by_their_names(names, expected):
    found = process_columns(schema_of(**dict.fromkeys(names, ColumnKind.PATH)))
    assert tuple(c.name for c in found) == expected


@pytest.mark.parametrize(
    "names",
    [
        ("ParentImage",),
        ("Image", "process_name"),
        ("ParentProcessId", "ProcessId"),
        ("parent_folder", "folder"),
        ("SourceImage", "TargetImage", "ParentImage"),
    ],
)
def test_a_table_without_both_has_no_pair(names):
    assert process_columns(schema_of(**dict.fromkeys(names, ColumnKind.PATH))) is None


def test_names_come_before_command_lines():
    schema = schema_of(
        ParentCommandLine=ColumnKind.COMMAND_LINE,
        CommandLine=ColumnKind.COMMAND_LINE,
        ParentImage=ColumnKind.PATH,
        Image=ColumnKind.PATH,
    )
    assert [c.name for c in process_columns(schema)] == ["ParentImage", "Image"]


def test_programs_are_read_out_of_command_lines():
    schema = schema_of(
        ParentCommandLine=ColumnKind.COMMAND_LINE, CommandLine=ColumnKind.COMMAND_LINE
    )
    frame = pl.DataFrame(
        {
            "ParentCommandLine": [r'"C:\Program Files\a b.exe" -x'],
            "CommandLine": ["cmd.exe /c dir"],
        }
    )
    assert fitted(frame, schema).pairs == (("a b", "cmd"),)


def test_an_encoder_read_back_judges_the_same():
    encoder = fitted()
    again = ProcessPairEncoder.model_validate_json(encoder.model_dump_json())
    out = np.zeros((2, TRAINING.height, len(encoder.features)), np.float32)
    encoder.transform(TRAINING, out[0])
    again.transform(TRAINING, out[1])
    assert np.array_equal(out[0], out[1])


def test_the_pairs_that_are_remembered_are_bounded(monkeypatch):
    monkeypatch.setattr("phantom_ml.features.tables.process_pair.MAX_PAIRS", 1)
    encoder = fitted()
    assert (encoder.pairs, encoder.n_pairs) == ((("explorer", "winword"),), 2)


def test_a_table_without_rows_has_nothing_to_learn_from():
    assert ProcessPairEncoder.fit(TRAINING.clear(), SYSMON) == []


def test_of_a_parent_that_started_nothing_yet_there_is_no_share():
    found = judged("never_seen.exe", "mimikatz.exe")
    assert math.isnan(found["rarity_under_parent"])
    assert found["pair_rarity"] > 3
