r"""Command lines taken apart: the program, its arguments, and the form that tricks are removed from.

Two shells are read at once, as logs mix them: cmd and PowerShell (carets, backticks and empty quotes are
ignored there) and Unix shells. Sources: Microsoft's documentation of CreateProcess (unquoted paths with
blanks) and of cmd's escapes; D. Bohannon and L. Holmes, Revoke-Obfuscation (2017).
"""

from __future__ import annotations

import polars as pl

from phantom_ml.features.cells.patterns import Signs, Sought
from phantom_ml.features.cells.strings import one_way

#: A boundary of ASCII words; Unicode's costs a slower engine as soon as a cell is not ASCII.
EDGE = r"(?-u:\b)"
#: Characters that shells drop before they run a line.
IGNORED = one_way(r"[\^`]+|\"\"")
#: Blanks that are not one space already; few lines have any.
BLANKS = one_way(r"\s\s+|[\t\n\r\x0B\f\u00A0]")
#: What may stand before the program: call operators, brackets, and NAME=value of Unix shells.
BEFORE = one_way(r"^(?:[&@(!{]\s*|\.\s+|[A-Za-z_][A-Za-z0-9_]*=[^\s]*\s+)*")
#: What a file that is run ends in; the first of these ends an unquoted path with blanks.
PROGRAM_ENDS = "exe|com|bat|cmd|scr|pif|cpl|msi|ps1|vbs|vbe|js|jse|wsf|hta|jar|sh|py|pl"
#: A name in quotes; a Windows path up to the end of a program; any first word.
_QUOTED = one_way(r"^\"([^\"]+)\"?")
_SINGLE_QUOTED = one_way(r"^'([^']+)'?")
_WITH_BLANKS = one_way(
    r"^((?:(?:\\\?\?\\|\\\\\?\\)?[A-Za-z]:|\\|%[A-Za-z0-9()]+%)"
    rf"(?:[^\"<>|*: ]| [^\"<>|*:/ -])*?\.(?i:{PROGRAM_ENDS}))(?:[\s\"',;&|)]|$)"
)
_FIRST_WORD = one_way(r"^([^\s\"';|&<>]+)")
#: An argument: blanks end it unless they stand in quotes.
ARGUMENT = one_way(r"(?:\"[^\"]*\"|'[^']*'|[^\s])+")
#: The folders of a path, and the end of its file's name.
_FOLDERS, _END = one_way(r"^.*[\\/]"), one_way(rf"\.(?:{PROGRAM_ENDS})$")

_LOCATIONS = (
    ("share", r"^(?:\\\\[a-z0-9_]|//[a-z0-9_])"),
    ("temp", r"[\\/]te?mp[\\/]|^/dev/shm/|^%te?mp%|^\$env:te?mp"),
    ("downloads", r"[\\/]downloads?[\\/]"),
    ("appdata", r"\\appdata\\|%(?:local)?appdata%|\$env:(?:local)?appdata|/\.(?:config|cache|local)/"),
    ("public", r"\\users\\public\\|\\programdata\\|\\perflogs\\|recycle|%(?:public|programdata)%"),
    ("user", r"\\users\\|documents and settings|^/home/|^/root/|^~|%userprofile%|^/users/"),
    ("program files", r"\\progra(?:m files|~[0-9])|%programfiles|^/opt/|^/usr/local/|^/applications/"),
    ("system", r"^(?:\\\?\?\\)?(?:[a-z]:)?\\windows\\|%(?:systemroot|windir|comspec)%|systemroot\\"
               r"|^/(?:usr/)?(?:s?bin|lib[a-z0-9]*)/"),
)  # fmt: skip


def cleaned(text: pl.Expr) -> pl.Expr:
    """Return the line without ignored characters, blanks collapsed; upper case is kept.

    Examples
    --------
    >>> pl.select(cleaned(pl.lit('p^ow""ersh`ell   -Enc  QQ=='))).item()
    'powershell -Enc QQ=='
    """
    return text.str.replace_all(IGNORED, "").str.replace_all(BLANKS, " ").str.strip_chars(" ")


def normal(text: pl.Expr) -> pl.Expr:
    """Return the line as rules compare it: ``cleaned`` in lower case."""
    return cleaned(text).str.to_lowercase()


def command(clean: pl.Expr) -> pl.Expr:
    """Return the (cleaned) line from its program on: without call operators and NAME=value.

    Examples
    --------
    >>> pl.select(command(pl.lit("LANG=C sort -u"))).item()
    'sort -u'
    """
    return clean.str.replace(BEFORE, "")


def program(command: pl.Expr) -> pl.Expr:
    r"""Return the program as a command writes it, without quotes; null where there is none.

    Examples
    --------
    >>> pl.select(program(pl.lit(r"C:\Program Files\App\run.exe -x C:\a.exe"))).item()
    'C:\\Program Files\\App\\run.exe'
    """
    first = command.str.extract(_FIRST_WORD)
    return (
        pl.when(command.str.starts_with('"'))
        .then(command.str.extract(_QUOTED))
        .when(command.str.starts_with("'"))
        .then(command.str.extract(_SINGLE_QUOTED))
        .when(command.str.contains(r"^(?:[A-Za-z]:|\\|%)"))
        .then(pl.coalesce(command.str.extract(_WITH_BLANKS), first))
        .otherwise(first)
    )


def base_name(path: pl.Expr) -> pl.Expr:
    r"""Return the name of a program from its path: lower case, no folder, no extension; "-" is none.

    Examples
    --------
    >>> pl.select(base_name(pl.lit(r"C:\Windows\System32\WScript.EXE"))).item()
    'wscript'
    """
    name = path.str.to_lowercase().str.replace(_FOLDERS, "").str.strip_chars("\"'() ")
    name = name.str.replace(_END, "")
    name = pl.when(name == "%comspec%").then(pl.lit("cmd")).otherwise(name)
    return pl.when(~name.is_in(["", "-"])).then(name)


def executable(clean: pl.Expr) -> pl.Expr:
    """Return the base name of the program that a (cleaned) line runs.

    Examples
    --------
    >>> pl.select(executable(pl.lit("TERM=xterm /bin/bash -i"))).item()
    'bash'
    """
    return base_name(program(command(clean)))


def argument_count(command: pl.Expr, program: pl.Expr) -> pl.Expr:
    """Return how many arguments follow the program of a command; quotes hold blanks together.

    Examples
    --------
    >>> line = pl.lit('"C:/a b/x.exe" -f "my file.txt"')
    >>> pl.select(argument_count(line, program(line))).item()
    2
    """
    quoted = command.str.contains("^[\"']")
    blanks = program.str.count_matches(" ", literal=True).fill_null(0).cast(pl.Int64)
    count = command.str.count_matches(ARGUMENT).cast(pl.Int64)
    return (count - 1 - pl.when(quoted).then(0).otherwise(blanks)).clip(0)


def locations(column: str) -> Signs:
    r"""Return ``location``: what kind of folder a program lies in; null where the line names none.

    Parameters
    ----------
    column : of paths of programs, in lower case

    Examples
    --------
    >>> table = pl.DataFrame({"p": [r"c:\users\ann\appdata\local\temp\a.exe"]})
    >>> locations("p").of(table, ["location"])["location"].item()
    'temp'
    """
    known = [pl.when(f"in {name}").then(pl.lit(name)) for name, _ in _LOCATIONS]
    flags = {f"in {name}": Sought(column, pattern) for name, pattern in _LOCATIONS}
    flags["has folder"] = Sought(column, r"[\\/%~]")
    told = pl.when("has folder").then(pl.coalesce(*known, pl.lit("other")))
    return Signs(flags, others={"location": told})
