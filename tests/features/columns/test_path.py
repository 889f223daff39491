"""Paths tell where a file lies and how its name hides what it is."""

import pytest

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.knowledge.lists import knowledge
from tests.features.columns.made import computed, fitted, parts_of


def part(name: str, path: str):
    return computed("path", [path])[name].item()


@pytest.mark.parametrize(
    ("path", "location"),
    [
        (r"C:\Users\ann\AppData\Local\Temp\7z1\a.exe", "temp"),
        (r"%TEMP%\a.exe", "temp"),
        ("/tmp/.X11/x", "temp"),
        ("/dev/shm/kdevtmpfsi", "shared_memory"),
        (r"C:\Users\ann\AppData\Roaming\evil\a.exe", "appdata"),
        (r"C:\Users\ann\Downloads\setup.exe", "downloads"),
        (r"C:\Users\Public\a.exe", "public"),
        (r"C:\Users\ann\a.txt", "user"),
        (r"C:\Windows\System32\svchost.exe", "system"),
        ("/usr/bin/env", "system"),
        (r"C:\Windows\Tasks\a.job", "writable_system"),
        (r"C:\Windows\notepad.exe", "windows"),
        (r"C:\Program Files (x86)\Google\chrome.exe", "program_files"),
        (r"C:\inetpub\wwwroot\shell.aspx", "web_root"),
        ("/var/www/html/shell.php", "web_root"),
        (r"C:\$Recycle.Bin\S-1-5-21\a.exe", "recycle_bin"),
        (
            r"C:\ProgramData\Microsoft\Windows\Start Menu\Programs\StartUp\a.lnk",
            "startup",
        ),
        ("/etc/cron.d/job", "scheduled_task"),
        ("/etc/shadow", "credential_store"),
        ("/etc/hosts", "etc"),
        ("/home/ann/notes", "home"),
        ("/root/.ssh/authorized_keys", "ssh_keys"),
        ("/proc/self/environ", "proc"),
        ("/dev/null", "device"),
        ("/var/log/auth.log", "log"),
        ("/presentations/slides.html", "other"),
    ],
)
def test_the_location_is_told(path, location):
    assert part("location", path) == location


def test_a_share_is_told():
    assert part("is_unc", r"\\10.0.0.5\c$\a.exe")


@pytest.mark.parametrize(
    ("path", "writable"),
    [
        (r"C:\Windows\Tasks\a.exe", True),
        ("/tmp/a", True),
        (r"C:\Windows\System32\a.exe", False),
        ("/usr/bin/a", False),
    ],
)
def test_a_place_that_any_user_may_write_to_is_told(path, writable):
    assert part("is_user_writable", path) == writable


@pytest.mark.parametrize(
    ("path", "misplaced"),
    [
        (r"C:\Windows\System32\svchost.exe", False),
        (r"C:\Windows\SysWOW64\svchost.exe", False),
        (r"\Device\HarddiskVolume2\Windows\System32\svchost.exe", False),
        (r"C:\Windows\svchost.exe", True),
        (r"C:\Users\ann\AppData\Roaming\SVCHOST.EXE", True),
        (r"C:\Windows\System32\explorer.exe", True),
        (r"C:\Windows\explorer.exe", False),
        (r"C:\Windows\WinSxS\amd64_x_31bf\svchost.exe", False),
        (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", False),
        ("svchost.exe", False),
    ],
)
def test_a_system_program_outside_its_folder_is_told(path, misplaced):
    assert part("is_misplaced_system_binary", path) == misplaced


@pytest.mark.parametrize(
    ("path", "double"),
    [
        (r"C:\Users\ann\Downloads\invoice.pdf.exe", True),
        ("photo.JPG.scr", True),
        ("invoice.pdf        .exe", True),
        ("backup.tar.gz", False),
        ("setup.exe", False),
        ("jquery.min.js", False),
        (r"C:\report.pdf\tool.exe", False),
    ],
)
def test_a_harmless_extension_before_one_that_runs_is_told(path, double):
    assert part("has_double_extension", path) == double


@pytest.mark.parametrize(
    ("sign", "with_it", "without"),
    [
        ("has_alternate_stream", r"C:\a.txt:evil.exe", r"C:\a.txt"),
        ("has_alternate_stream", r"C:\a.exe:Zone.Identifier", "/dev/disk/pci-0000:00"),
        ("has_spaces_before_extension", "invoice.pdf      .exe", "my invoice.pdf"),
        ("ends_in_space_or_dot", r"C:\a.exe ", r"C:\a.exe"),
        ("has_traversal", "/var/www/../../etc/passwd", "/var/www/a..b"),
        ("has_right_to_left_override", "ann\u202egpj.exe", "ann.exe"),
        ("is_non_ascii", "/tmp/\u00fcber", "/tmp/uber"),
        ("is_hidden", "/tmp/.ssh-agent", "/tmp/a.b"),
        ("is_hidden", "/home/ann/.cache/x", "./a/../b"),
        ("is_unc", r"\\host\share\a", r"\\?\C:\a"),
    ],
)
def test_a_disguise_is_told(sign, with_it, without):
    assert computed("path", [with_it, without])[sign].to_list() == [True, False]


@pytest.mark.parametrize(
    ("path", "extension", "kind"),
    [
        ("a.exe", "exe", "executable"),
        ("a.PS1", "ps1", "script"),
        ("a.docx", "docx", "document"),
        ("a.docm", "docm", "macro"),
        ("a.zip", "zip", "archive"),
        ("a.png", "png", "image"),
        ("a.dll", "dll", "library"),
        ("a.aspx", "aspx", "web"),
        ("a.qqq", "qqq", None),
        ("a." + "x" * 40, None, None),
        ("a", None, None),
    ],
)
def test_extension_and_its_class_are_told(path, extension, kind):
    table = computed("path", [path]).select("extension", "extension_class")
    assert table.row(0) == (extension, kind)


def test_lengths_and_depth_are_counted():
    table = computed("path", ["/var/log/a1b2.log"])
    assert table.select("path_length", "path_depth", "name_length").row(0) == (17, 2, 8)


@pytest.mark.parametrize("measure", ["name_entropy", "name_digit_share"])
def test_a_random_name_measures_higher_than_a_word(measure):
    random, word = computed("path", [r"C:\x9f2k1q8zv7h3.exe", r"C:\setup.exe"])[measure]
    assert random > word


def test_consonants_in_a_row_are_counted_in_the_name_only():
    assert part("name_consonant_run", "/bcdfgh/xkcdab.a") == 4


def test_words_of_training_become_levels():
    paths = [f"/tmp/{i}.sh" for i in range(10)] + [f"/etc/{i}.conf" for i in range(10)]
    encoder = fitted("path", paths, ColumnKind.PATH)
    table = parts_of(encoder, ["/tmp/x.sh", "/proc/x", None]).select("location", "extension")
    assert table.rows() == [("temp", "sh"), (None, None), (None, None)]


def test_each_extension_belongs_to_one_class():
    classes = knowledge("paths")["extensions"].values()
    extensions = [e for found in classes for e in found]
    assert len(extensions) == len(set(extensions))


def test_folders_of_places_are_written_as_paths_are_compared():
    folders = [f for place in knowledge("paths")["location"] for f in place["folders"]]
    assert all(f == f.lower().rstrip("/") and "\\" not in f for f in folders)
