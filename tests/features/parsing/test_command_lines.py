"""Command lines are taken apart as the shells that run them would."""

import ntpath
import re

import polars as pl
import pytest

from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing import command_lines as lines


def one(expression, text: str):
    return pl.select(expression(pl.lit(text))).item()


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("powershell.exe -NoProfile", "powershell"),
        (r"C:\Windows\System32\CMD.EXE /c dir", "cmd"),
        (r'"C:\Program Files\Git\bin\git.exe" status', "git"),
        (r"'C:\a b\tool.exe' -x", "tool"),
        (r"C:\Program Files\App\run.exe /x C:\b.exe", "run"),
        (r"C:\Windows\System32\cmd /c C:\b.exe", "cmd"),
        (r"\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1", "conhost"),
        (r"\\server\share\tools\psexec.exe -s cmd", "psexec"),
        (r"%ProgramFiles%\Some App\app.exe --now", "app"),
        ("%COMSPEC% /c ver", "cmd"),
        (r'& "C:\a b\x.ps1" -Force', "x"),
        ("c^m^d.e^xe /c calc", "cmd"),
        ('po""wer""shell -c 1', "powershell"),
        ("/usr/bin/python3.11 -m http.server", "python3.11"),
        ("./run.sh --all", "run"),
        ("LANG=C LC_ALL=C sort -u", "sort"),
        ("(whoami)", "whoami"),
        ("  \t ls   -la", "ls"),
        ('"C:\\never closed.exe', "never closed"),
        ("/", None),
        ("-", None),
        ("", None),
        ("   ", None),
        ("| tee", None),
    ],
)
def test_the_program_is_found(text, program):
    assert one(lambda t: lines.executable(lines.cleaned(t)), text) == program


@pytest.mark.parametrize("name", ["calc.exe", "a b.exe", "x.y.com", "tool", "run.BAT"])
def test_a_base_name_is_what_ntpath_says(name):
    stem = re.sub(r"\.(exe|com|bat)$", "", ntpath.basename(rf"C:\d\{name}").lower())
    assert one(lines.base_name, rf"C:\d\{name}") == stem


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ls", 0),
        ("ls -l -a", 2),
        ('"C:/a b/x.exe" "c d" e', 2),
        (r"C:\Program Files\A B\x.exe -q", 1),
        ('cmd /c "echo a b c"', 2),
        ("echo it's fine", 2),
        ("X=1 env", 0),
        ("", 0),
    ],
)
def test_arguments_are_counted_as_quotes_hold_them(text, count):
    command = lines.command(lines.cleaned(pl.lit(text)))
    assert pl.select(lines.argument_count(command, lines.program(command))).item() == count


def test_the_normal_form_drops_what_shells_drop():
    text = 'C^m^D\t/c   "pow`er""shell"  \n -Enc  A'
    assert one(lines.normal, text) == 'cmd /c "powershell" -enc a'


def test_a_line_in_its_normal_form_stays_as_it_is():
    once = one(lines.normal, 'P^S  -c "a""b"   ` c')
    assert one(lines.normal, once) == once


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (r"C:\Windows\System32\cmd.exe", "system"),
        (r"%SystemRoot%\explorer.exe", "system"),
        ("/usr/sbin/sshd", "system"),
        (r"C:\Windows\Temp\a.exe", "temp"),
        ("/tmp/.x/a", "temp"),
        ("/dev/shm/kworker", "temp"),
        (r"C:\Users\ann\AppData\Local\Temp\a.exe", "temp"),
        (r"C:\Users\ann\AppData\Roaming\a.exe", "appdata"),
        (r"C:\Users\ann\Downloads\a.exe", "downloads"),
        (r"C:\Users\Public\a.exe", "public"),
        (r"C:\ProgramData\a.exe", "public"),
        (r"C:\Program Files (x86)\App\a.exe", "program files"),
        ("/opt/app/bin/a", "program files"),
        (r"C:\Users\ann\a.exe", "user"),
        ("~/bin/a", "user"),
        (r"\\server\share\a.exe", "share"),
        (r"D:\tools\a.exe", "other"),
        ("a.exe", None),
    ],
)
def test_the_place_of_a_program_is_told(path, place):
    found = lines.locations("p").of(pl.DataFrame({"p": [path.lower()]}), ["location"])
    assert found["location"].item() == place


def test_the_list_of_programs_is_broad_and_names_each_once():
    listed = knowledge("lolbins")
    assert len(listed["windows"]) >= 100
    assert len(listed["unix"]) >= 60
    assert not set(listed["windows"]) & set(listed["unix"])
