r"""What gives a command line away: patterns on its normal form (lower case, see command_lines).

Switches of PowerShell may be cut to any length that is still theirs, and begin with a hyphen, a long
hyphen or a slash. Sources: Microsoft, about_PowerShell_exe; D. Bohannon, Invoke-Obfuscation (2016), and
with L. Holmes Revoke-Obfuscation (2017); MITRE ATT&CK T1027.010, T1059, T1105; LOLBAS.
"""

from __future__ import annotations

from phantom_ml.features.cells.strings import one_way
from phantom_ml.features.parsing.command_lines import EDGE

_HYPHEN = "[-/\u2013\u2014\u2015]"
_POWERSHELL = r"(?:powershell|pwsh).*[ \"']"
_AFTER = r"(?:[ \"':]|$)"


def shortened(word: str, least: int) -> str:
    """Return a pattern of ``word`` and of its beginnings, down to ``least`` characters.

    Examples
    --------
    >>> shortened("enc", 1)
    'e(?:n(?:c)?)?'
    """
    tail = ""
    for letter in reversed(word[least:]):
        tail = f"(?:{letter}{tail})?"
    return word[:least] + tail


ENCODED = rf"{_HYPHEN}(?:ec|{shortened('encodedcommand', 1)})"
_POLICY = rf"(?:ep|{shortened('executionpolicy', 2)})"
_WINDOW = rf"{_HYPHEN}{shortened('windowstyle', 1)}[ :]+[\"']?(?:{shortened('hidden', 1)}|1)"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"

#: What PowerShell's operators stand behind: a value that ends, or what begins an expression. A program's own
#: switch, as certutil's -split and -f, stands behind a word.
_VALUE = r"(?:[\"')\]}]|\$[a-z0-9_:.{}]+) ?"
_OPERATOR = r"-[ci]?(?:join|split|replace)\b"

#: Part -> pattern: whether a line has it.
FLAGS = {
    "has_encoded_switch": rf"{_POWERSHELL}{ENCODED}{_AFTER}",
    "has_hidden_window": rf"{_POWERSHELL}{_WINDOW}{_AFTER}|windowstyle[ :=]+[\"']?(?:hidden|1{_AFTER})",
    "has_execution_bypass": rf"{_HYPHEN}{_POLICY}[ :]+[\"']?(?:bypass|unrestricted)"
    r"|set-executionpolicy.*(?:bypass|unrestricted)",
    "has_no_profile": rf"{_POWERSHELL}{_HYPHEN}{shortened('noprofile', 3)}{_AFTER}",
    "has_invoke": rf"{EDGE}iex{EDGE}|invoke-[a-z]",
    "has_url": r"(?:https?|hxxps?|ftps?|tftp|ldaps?|smb|file|gopher|wss?)://",
    "has_ip": rf"{EDGE}{_OCTET}(?:\.{_OCTET}){{3}}{EDGE}",
    "has_unc": r"(?:^|[ \"'=(,:])\\\\[a-z0-9_][a-z0-9_.$@-]*\\",
    "has_double_extension": r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|txt|csv|jpe?g|png|gif|mp[34]|avi|zip|html?) ?"
    rf"\.(?:exe|scr|com|bat|cmd|pif|jse?|vb[se]|wsf|hta|lnk|ps1|jar|msi){EDGE}",
}
#: Part -> pattern: how often a line has it as it was written.
RAW_COUNTS = {
    "caret_count": one_way(r"\^"),
    "backtick_count": one_way("`"),
    "quote_count": one_way("[\"']"),
}
#: Where an ampersand parts no commands: in quotes and URLs, beside a redirection (2>&1), doubled, at the end of
#: a line (a job of Unix), and where PowerShell calls what follows.
NO_SEPARATOR = r"\"[^\"]*\"|'[^']*'|[a-z]+://[^\s\"']*|[<>]&|&>|&&|&\s*$|(?:^|[;|({=])\s*&"
#: Part -> pattern: how often a line has it.
COUNTS = {
    "concatenation_count": r"[\"')] ?\+ ?[\"'($\[]",
    "percent_variable_count": r"%[a-z_][a-z0-9_()]*%",
    "env_variable_count": r"\$\{?env:",
    "redirect_count": r">+|<+",
    "separators of all shells": r";|&&|\|\|",
    "no separators": NO_SEPARATOR,
    "no separators and ampersands": rf"{NO_SEPARATOR}|&",
    "slice_count": r":~[ +-]*[0-9]|\$\{[a-z_0-9]+:[0-9]|\$(?:env:[a-z]+|pshome|shellid|verbosepreference)"
    r"(?:\.tostring\(\))?\[",
    "char_code_count": rf"\[char\]|\[char\[\]\]|{EDGE}chrw?\(|fromcharcode|\\x[0-9a-f][0-9a-f]|toint(?:16|32)\(",
    "string_operator_count": rf"(?:{_VALUE}|[(;=,{{] ?){_OPERATOR}|-bxor|{_VALUE}-f ?[\"'(]"
    r"|\.(?:replace|split|substring|insert"
    rf"|remove|reverse|tochararray|join)\(|::(?:reverse|join)|\[::-1\]|\[-1 ?\.\. ?-|\| ?rev{EDGE}",
    "download_verb_count": r"download(?:string|file|data)|openread|net\.webclient|invoke-(?:webrequest|restmethod)"
    r"|start-bitstransfer|bitsadmin|urlcache|verifyctl|winhttprequest|xmlhttp|urlretrieve|urlopen|ftpget"
    rf"|lwp-download|aria2c|{EDGE}(?:iwr|irm|wget|curl|fetch|t?ftp|scp){EDGE}",
}
COUNTS = {part: one_way(pattern.replace(r"\b", EDGE)) for part, pattern in COUNTS.items()}
