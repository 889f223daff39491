"""How shells and servers read what was written: small readers, independent of the code under test."""

import re
from posixpath import normpath
from urllib.parse import unquote, urlsplit


def windows_arguments(line: str) -> list[str]:
    """Part a line as the C runtime does (Microsoft, Parsing C++ command-line arguments)."""
    found, word, quoted, begun = [], "", False, False
    at = 0
    while at < len(line):
        slashes = re.match(r"\\*", line[at:])[0]
        at += len(slashes)
        if line[at : at + 1] == '"':
            word += "\\" * (len(slashes) // 2)
            begun = True
            if len(slashes) % 2:
                word += '"'
            elif quoted and line[at + 1 : at + 2] == '"':
                word, at = word + '"', at + 1
            else:
                quoted = not quoted
            at += 1
            continue
        word, begun = word + slashes, begun or bool(slashes)
        if at >= len(line):
            break
        if line[at] in " \t" and not quoted:
            found, word, begun = [*found, word] if begun else found, "", False
        else:
            word, begun = word + line[at], True
        at += 1
    return [*found, word] if begun else found


def of_cmd(line: str) -> str:
    """Return what cmd runs: carets outside of quotes drop, and what follows them stays."""
    out, quoted, at = "", False, 0
    while at < len(line):
        if line[at] == '"':
            quoted = not quoted
        if line[at] == "^" and not quoted:
            at += 1
        out += line[at : at + 1]
        at += 1
    return out


def resource(url: str) -> tuple[str, ...]:
    """Return what a URL names, with what may be written in several ways written in one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    path = unquote(parts.path)
    if path:
        path = normpath(re.sub("/+", "/", path)) + ("/" if path.endswith(("/", "/.")) else "")
    return parts.scheme, parts.username or "", host, str(parts.port), path.replace("//", "/")


def sql_words(text: str) -> str:
    """Return SQL in small letters, comments and blanks as one blank."""
    return re.sub(r"(?:/\*\*/|\s)+", " ", text.lower())
