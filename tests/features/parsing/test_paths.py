"""Paths are taken apart as the systems' own rules do."""

from pathlib import PurePosixPath, PureWindowsPath

import polars as pl
import pytest

from phantom_ml.features.parsing.paths import depth, taken_apart

WINDOWS = [
    r"C:\Windows\System32\cmd.exe",
    r"D:\a.txt",
    "C:/Users/Ann/Downloads/report.pdf",
    r"\\server\share\folder\file.docx",
    r"\\server\share\file.docx",
    r"folder\file.txt",
    r"C:\Program Files (x86)\Vendor\tool.tar.gz",
    r"C:\ends\with\slash" + "\\",
]
UNIX = [
    "/etc/passwd",
    "/",
    "/home/ann/.ssh/authorized_keys",
    "relative/a.sh",
    "name",
    "/var/log/nginx/access.log.1",
    "/tmp/",
    "/usr//bin//env",
]


def apart(path: str, *columns) -> tuple:
    table = taken_apart(pl.LazyFrame({"path": [path]})).select(*columns).collect()
    return table.row(0) if len(columns) > 1 else table.item()


@pytest.mark.parametrize("path", WINDOWS)
def test_a_windows_path_has_the_name_and_depth_that_pathlib_finds(path):
    known = PureWindowsPath(path.lower())
    above = len(known.parts) - bool(known.anchor) - 1
    assert apart(path, "name", depth()) == (known.name, above)


@pytest.mark.parametrize("path", UNIX)
def test_a_unix_path_has_the_name_and_depth_that_pathlib_finds(path):
    known = PurePosixPath(path)
    above = max(len(known.parts) - bool(known.anchor) - 1, 0)
    assert apart(path, "name", depth()) == (known.name, above)


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Windows\System32\cmd.exe",
        r"\\?\C:\Windows\System32\cmd.exe",
        r"\??\C:\Windows\System32\cmd.exe",
        r"\Device\HarddiskVolume3\Windows\System32\cmd.exe",
        r"%SystemRoot%\System32\cmd.exe",
        r"\SystemRoot\System32\cmd.exe",
        r"%windir%/system32/CMD.EXE",
        r'"C:\Windows\System32\cmd.exe"',
        r"C:\\Windows\\System32\\cmd.exe",
    ],
)
def test_one_file_has_one_form_however_a_sensor_writes_it(path):
    assert apart(path, "plain") == "c:/windows/system32/cmd.exe"


@pytest.mark.parametrize(
    "path", [r"\\server\c$\a.exe", r"\\?\UNC\server\c$\a.exe", r"\\\\server\\c$\\a.exe"]
)
def test_a_share_is_told_in_each_of_its_forms(path):
    assert apart(path, "plain", "is_unc") == ("//server/c$/a.exe", True)


def test_two_forward_slashes_are_no_share():
    assert apart("//phpmyadmin/index.php", "plain", "is_unc") == ("/phpmyadmin/index.php", False)


def test_a_pipe_is_a_device():
    assert apart(r"\\.\pipe\svcctl", "plain") == "/device/pipe/svcctl"


@pytest.mark.parametrize(
    ("path", "extension"),
    [
        ("/tmp/a.tar.gz", "gz"),
        ("/home/ann/.bashrc", None),
        ("/home/ann/.config.bak", "bak"),
        ("/bin/ls", None),
        (r"C:\a.exe. ", "exe"),
        (r"C:\a.txt:b.exe", "txt"),
        (r"C:\a.b\c", None),
        (r"C:\a.exe::$DATA", "exe"),
    ],
)
def test_the_extension_is_what_the_system_acts_on(path, extension):
    assert apart(path, "extension") == extension
