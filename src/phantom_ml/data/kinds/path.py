"""Where things lie on a host: registry keys, files, and the command lines that start them."""

from __future__ import annotations

from phantom_ml.data.columns.column import name_words
from phantom_ml.data.kinds.base import Pattern, Recogniser, kinds
from phantom_ml.data.schema import ColumnKind

#: How a path on a Unix host begins: Filesystem Hierarchy Standard, macOS, common mounts.
FILE_ROOT = (
    r"(?:~|\.{1,2})?/(?:usr|etc|bin|sbin|var|home|opt|tmp|root|proc|dev|lib(?:32|64)?|mnt|media|run|srv|sys"
    r"|boot|snap|Users|Library|Applications|System|Volumes|private|nix|app|data)(?:/|$)"
)
_REGISTRY = Pattern(
    ColumnKind.REGISTRY_PATH,
    "registry keys",
    r"^(?i:\\?(?:REGISTRY\\|HKEY_(?:LOCAL_MACHINE|CURRENT_USER|CLASSES_ROOT|USERS|CURRENT_CONFIG)"
    r"|HK(?:LM|CU|CR|U|CC)(?:\\|:|$)))",
    name_words("registry reg regkey targetobject hive"),
)
#: Endings of files that are no top-level domains, so that a name alone is a file's.
_ENDINGS = (
    "exe|dll|sys|bat|cmd|ps1|psm1|vbs|vbe|jse|wsf|hta|scr|msi|jar|lnk|docx?|docm|xlsx?|xlsm|pptx?|pdf|rtf"
    "|txt|csv|tsv|json|xml|ya?ml|log|gz|tgz|bz2|xz|7z|rar|tar|iso|img|dmg|apk|elf|bin|dat|db|sqlite"
    "|ini|cfg|conf|php|aspx?|jsp|html?|css|png|jpe?g|gif|svg|ico|bmp|mp[34]|avi|wav|cpp|java|class|pem|crt|cer"
)
_NAME = r"[^\s/\\<>:\"|?*=&;,]+"
#: A Windows path may hold blanks; a switch or a quote after them makes it a command line.
_WINDOWS = r"(?:[A-Za-z]:[\\/]|\\\\[\w.?$*-]+\\|\\(?i:Device|SystemRoot|\?\?|Windows)\\|%\w+%\\)"
_PATH = Pattern(
    ColumnKind.PATH,
    "paths of files",
    rf"^(?:{_WINDOWS}[^\"<>|*]*$|{FILE_ROOT}|(?:~|\.{{1,2}})?/[\w.@+-][^\s\"'|;&]*$"
    rf"|(?:{_NAME}[\\/])*{_NAME}\.(?i:{_ENDINGS})$)",
    name_words(
        """path file filename filepath image exe executable process directory dir folder cwd
    module dll parentimage newprocessname processname imageloaded targetfilename files fname
    basename logfile outfile destfile attachment attachments script application"""
    ),
    vetoes=name_words("type mime size count version format"),
    but_not=r"\s(?:-{1,2}\w|/[A-Za-z]{1,12}(?:[:\s]|$)|[|>&])|\"",
    loose=rf"^(?:{_WINDOWS}|(?:~|\.{{1,2}})?/|[\w.$@ -]+[\\/][\w.$@ -]"
    r"|[\w.$@()\[\] -]+\.[A-Za-z]\w{1,4}$)",
)

_PROGRAM = (
    r"(?:\"[^\"]+\"|(?:[A-Za-z]:|%\w+%|\\\\[\w.?$-]+|\\\?\?)?[\\/][^\s\"]+|[\w.-]+\.(?:exe|dll|bat|cmd|ps1|sh|py)"
    r"|(?:sudo|bash|sh|cmd|powershell|pwsh|python\d?|perl|curl|wget|cat|ls|cd|echo|rm|chmod|chown|ps|uname"
    r"|net|reg|sc|wmic|schtasks|whoami|ping|nc|ssh|scp|tar|grep|find|kill|service|systemctl|docker|kubectl"
    r"|rundll32|regsvr32|certutil|mshta|nohup|tftp|busybox|crontab|export|enable|shell|system"
    r"|bitsadmin|cscript|wscript|msiexec|msbuild|installutil|cmstp|odbcconf|forfiles|vssadmin|bcdedit"
    r"|wevtutil|netsh|nltest|dsquery|fsutil|icacls|xcopy|robocopy|tasklist|taskkill|ipconfig|ifconfig"
    r"|netstat|nslookup|mkdir|rmdir|mv|cp|sed|awk|base64|chattr|iptables|useradd|usermod|nmap|ncat|socat))"
)
#: What follows the program: a switch, a second command, a quote, a URL, or a word.
_ARGUMENTS = (
    r"(?:\s+[^\s].*\s?-{1,2}\w|\s+-{1,2}\w|\s+/\w|\s+[|;&>]|;|&&|\s+\"|\s+[A-Za-z]{3,6}://\S"
    r"|\s+\+?[\w.~/\\$-]+(?:[\s;|&]|$))"
)
_COMMAND = Pattern(
    ColumnKind.COMMAND_LINE,
    "commands with arguments",
    rf"^(?i:{_PROGRAM}){_ARGUMENTS}",
    name_words(
        """cmd cmdline command commands commandline parentcommandline args argv input exec"""
    ),
    loose=rf"^(?i:{_PROGRAM}(?:\s|$|[;|&])|[\w./\\-]+\s+-{{1,2}}\w|[A-Za-z]:\\|.*[;|]\s*\w+)",
    but_not=r"^(?:\"[^\"]*\"|[^\s\"]*\.(?:txt|log|dll|docx?|pdf))$",
)

kinds.add("registry_path")(Recogniser(ColumnKind.REGISTRY_PATH, 90, _REGISTRY.claim))
kinds.add("path")(Recogniser(ColumnKind.PATH, 100, _PATH.claim))
kinds.add("command_line")(Recogniser(ColumnKind.COMMAND_LINE, 110, _COMMAND.claim))
