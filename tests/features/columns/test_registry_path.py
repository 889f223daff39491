"""Registry paths tell hive and area, and whether what stands there is started."""

import re

import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing.registry_keys import registry_keys
from tests.features.columns.made import computed, fitted, parts_of

SID = r"S-1-5-21-1004336348-1177238915-682003330-1001"
RUN = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Updater"


def part(name: str, path: str):
    return computed("registry_path", [path])[name].item()


@pytest.mark.parametrize(
    ("path", "hive"),
    [
        (rf"HKLM\{RUN}", "hklm"),
        (rf"HKEY_LOCAL_MACHINE\{RUN}", "hklm"),
        (rf"\REGISTRY\MACHINE\{RUN}", "hklm"),
        (rf"HKLM:\{RUN}", "hklm"),
        (rf"Computer\HKEY_CURRENT_USER\{RUN}", "hkcu"),
        (rf"Registry::HKEY_CURRENT_USER\{RUN}", "hkcu"),
        (rf"HKU\{SID}\{RUN}", "hku"),
        (rf"\REGISTRY\USER\{SID}\{RUN}", "hku"),
        (r"HKCR\CLSID\{1}", "hkcr"),
        ("HKLM", "hklm"),
        ("HKLMX\\a", None),
        (r"C:\Windows", None),
    ],
)
def test_the_hive_is_told_however_it_is_written(path, hive):
    assert part("hive", path) == hive


@pytest.mark.parametrize(
    "path",
    [
        rf"HKLM\{RUN}",
        rf"HKU\{SID}\{RUN}",
        rf"HKU\.DEFAULT\{RUN}",
        r"HKLM\SOFTWARE\Wow6432Node\Microsoft\Windows\CurrentVersion\Run\Updater",
        rf"HKLM\\{RUN}".replace("\\", "\\\\"),
        RUN,
    ],
)
def test_a_place_has_one_form_whoever_owns_it(path):
    place = registry_keys(pl.Series([path]))["place"].item()
    assert place == RUN.lower()


@pytest.mark.parametrize(
    ("path", "area", "autostart"),
    [
        (rf"HKCU\{RUN}", "run_key", True),
        (r"HKLM\SYSTEM\CurrentControlSet\Services\evil\ImagePath", "service", True),
        (r"HKLM\SYSTEM\ControlSet001\Services\evil\ImagePath", "service", True),
        (
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options"
            r"\sethc.exe\Debugger",
            "ifeo",
            True,
        ),
        (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\Shell", "winlogon", True),
        (
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Windows\AppInit_DLLs",
            "appinit",
            True,
        ),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\Security Packages", "lsa", True),
        (rf"HKU\{SID}_Classes\CLSID\{{0A29FF9E}}\InprocServer32\(Default)", "com_hijack", True),
        (r"HKCU\Software\Classes\ms-settings\shell\open\command", "uac_bypass", False),
        (
            r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree\x",
            "scheduled_task",
            True,
        ),
        (
            r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\DisableAntiSpyware",
            "defender",
            False,
        ),
        (
            r"HKLM\System\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\x",
            "firewall",
            False,
        ),
        (r"HKLM\SOFTWARE\Microsoft\WBEM\CIMOM\x", "wmi", True),
        (r"HKLM\SOFTWARE\Policies\Microsoft\Edge\x", "policies", False),
        (r"HKLM\SAM\SAM\Domains\Account\Users", "account_store", False),
        (r"HKLM\SECURITY\Policy\Secrets", "lsa_secrets", False),
        (
            r"HKCU\Software\Microsoft\Office\16.0\Word\Security\VBAWarnings",
            "office_security",
            False,
        ),
        (r"HKCU\Software\Microsoft\Office\Word\Addins\x", "office_startup", True),
        (r"HKCU\Software\Classes\AppX82a6gwre4fdg3bt635tn5ctqjf8msdd2\Shell", "uac_bypass", False),
        (r"HKCR\.txt\(Default)", "file_association", True),
        (r"HKCR\.txt", "file_association", True),
        (r"HKCR\txtfile", "classes", False),
        (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\x", "other", False),
        (
            r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\BootExecute",
            "boot_execute",
            True,
        ),
        (r"HKCU\Software\Vendor\Tool\Window", "other", False),
        (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\RunMRU", "other", False),
    ],
)
def test_the_area_and_what_is_started_are_told(path, area, autostart):
    table = computed("registry_path", [path]).select("area", "is_autostart")
    assert table.row(0) == (area, autostart)


@pytest.mark.parametrize(
    ("path", "depth"), [("HKLM", 0), (r"HKLM\SAM", 1), (rf"HKLM\{RUN}", 6), ("", 0)]
)
def test_depth_counts_components_below_the_hive(path, depth):
    assert part("key_depth", path) == depth


@pytest.mark.parametrize(
    ("path", "guid"),
    [
        (r"HKCR\CLSID\{0A29FF9E-7F9C-4437-8B11-F424491E3931}", True),
        (r"HKCR\CLSID\{0A29FF9E-7F9C-4437-8B11-F424491E3931}\InprocServer32", False),
        (r"HKCR\CLSID\{0A29FF9E}", False),
    ],
)
def test_a_last_component_that_is_a_guid_is_told(path, guid):
    assert part("name_is_guid", path) == guid


def test_the_last_component_is_measured():
    table = computed("registry_path", [r"HKCU\Software\xkcd"])
    measured = table.select("name_length", "name_entropy", "name_consonant_run", "digit_share")
    assert measured.row(0) == (4, 2.0, 4, 0.0)


def test_a_null_character_is_told():
    assert computed("registry_path", ["HKCU\\a\x00b", "HKCU\\ab"])["has_null"].to_list() == [1, 0]


def test_the_place_of_32_bit_programs_is_told():
    paths = [r"HKLM\SOFTWARE\WOW6432Node\X", r"HKLM\SOFTWARE\X"]
    assert computed("registry_path", paths)["is_wow6432"].to_list() == [True, False]


def test_words_of_training_become_levels():
    services = [rf"HKLM\System\CurrentControlSet\Services\s{i}" for i in range(9)]
    runs = [rf"HKCU\{RUN}{i}" for i in range(9)]
    encoder = fitted("registry_path", services + runs, ColumnKind.REGISTRY_PATH)
    table = parts_of(encoder, [runs[0], None]).select("area", "hive")
    assert table.rows() == [("run_key", "hkcu"), (None, None)]


@pytest.mark.parametrize("entry", knowledge("registry")["area"], ids=lambda e: e["word"])
def test_an_area_names_its_technique_and_plain_keys(entry):
    assert re.fullmatch(r"T\d{4}(\.\d{3})?", entry["technique"])
    assert all(key == key.lower().strip("\\") for key in entry["keys"])


@pytest.mark.parametrize(
    ("area", "technique"),
    [
        ("boot_execute", "T1547.001"),
        ("lsa_secrets", "T1003.004"),
        ("account_store", "T1003.002"),
        ("office_security", "T1112"),
        ("defender", "T1685"),
        ("safe_boot", "T1688"),
    ],
)
def test_an_area_names_the_technique_of_today(area, technique):
    techniques = {entry["word"]: entry["technique"] for entry in knowledge("registry")["area"]}
    assert techniques[area] == technique
