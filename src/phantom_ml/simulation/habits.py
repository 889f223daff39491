"""What each role visits and runs on an ordinary day: plain lists, no logic.

``{n}`` in a path or a command line stands for a number that differs from event to event. Attackers
and small sites live under ``.example``, which RFC 2606 reserves, so that no real site is accused.
"""

from __future__ import annotations

COMMON_SITES = (
    "outlook.office.com", "teams.microsoft.com", "login.microsoftonline.com", "www.google.com",
    "intranet.corp.example", "www.bing.com", "cdn.jsdelivr.net", "fonts.gstatic.com",
    "www.wikipedia.org", "www.youtube.com", "news.daily.example", "weather.local.example",
)  # fmt: skip
STORAGE_SITES = ("www.dropbox.com", "drive.google.com", "onedrive.live.com", "wetransfer.com")
BACKUP_SITE = "vault.backup.example"
ROLE_SITES = {
    "office": ("sharepoint.corp.example", "travel.booking.example", "hr.portal.example"),
    "sales": ("www.linkedin.com", "login.salesforce.com", "maps.google.com", "crm.corp.example"),
    "finance": ("bank.portal.example", "erp.corp.example", "www.reuters.com", "tax.gov.example"),
    "developer": (
        "github.com", "raw.githubusercontent.com", "pypi.org", "registry.npmjs.org",
        "stackoverflow.com", "docker.io", "ci.corp.example",
    ),
    "admin": (
        "learn.microsoft.com", "download.windowsupdate.com", "raw.githubusercontent.com",
        "wiki.corp.example", "monitor.corp.example",
    ),
    "service": (
        "telemetry.sensor.example", "updates.antivirus.example", BACKUP_SITE,
        "download.windowsupdate.com", "api.monitor.example",
    ),
}  # fmt: skip
#: Two of these and sometimes a digit make the name of a small site, honest or not.
NAME_PARTS = (
    "acorn", "alto", "bright", "cargo", "cdn", "cloud", "corner", "data", "delta", "fast", "field",
    "garden", "glass", "harbor", "info", "juno", "kite", "lumen", "maple", "media", "metric",
    "moon", "nova", "ocean", "paper", "pixel", "portal", "prime", "rapid", "river", "secure",
    "shop", "sky", "static", "stone", "sync", "trade", "update", "vista", "web", "wood", "zone",
)  # fmt: skip

PATHS = (
    "/", "/index.html", "/search?q={n}", "/api/v1/items/{n}", "/static/app.{n}.js", "/docs/{n}",
    "/login", "/news/{n}", "/images/{n}.png", "/jquery.min.js?v={n}", "/submit?id={n}",
)  # fmt: skip
DOWNLOAD_PATHS = (
    "/files/report_{n}.zip",
    "/download/invoice_{n}.docm",
    "/share/statement_{n}.xlsm",
)
UPLOAD_PATHS = ("/upload/{n}", "/files/put/{n}", "/api/v1/content/{n}")

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Edg/131.0.0.0",
)
POWERSHELL_AGENT = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1"
TOOLS = ("python-requests/2.32.3", "curl/8.11.0", "git/2.47.1", POWERSHELL_AGENT)
AGENTS = ("Sensor-Agent/4.2", "Windows-Update-Agent/10.0", "Microsoft BITS/7.8", POWERSHELL_AGENT)

#: Encoded by management agents on an ordinary day.
ADMIN_SCRIPTS = (
    "Get-Service | Where-Object Status -eq 'Running'",
    "Get-HotFix | Sort-Object InstalledOn | Select-Object -Last 5",
    "Invoke-WebRequest https://monitor.corp.example/agent.ps1 -OutFile agent.ps1",
    "Get-CimInstance Win32_LogicalDisk | Measure-Object FreeSpace -Sum",
)
#: (parent, process, command line)
Program = tuple[str, str, str]
COMMON_PROGRAMS: tuple[Program, ...] = (
    ("explorer.exe", "chrome.exe", "chrome.exe --profile-directory=Default --tab={n}"),
    ("explorer.exe", "outlook.exe", "outlook.exe /recycle"),
    ("explorer.exe", "winword.exe", "winword.exe /n C:\\Users\\Public\\draft_{n}.docx"),
    ("outlook.exe", "winword.exe", "winword.exe /n C:\\Temp\\attachment_{n}.docx"),
    ("explorer.exe", "excel.exe", "excel.exe C:\\Users\\Public\\sheet_{n}.xlsx"),
    ("services.exe", "svchost.exe", "svchost.exe -k netsvcs -p -s Schedule"),
    ("svchost.exe", "taskhostw.exe", "taskhostw.exe {n}"),
    ("explorer.exe", "7zG.exe", "7zG.exe a C:\\Users\\Public\\archive_{n}.zip"),
)
ROLE_PROGRAMS: dict[str, tuple[Program, ...]] = {
    "office": (("explorer.exe", "onenote.exe", "onenote.exe /sidenote"),),
    "sales": (("explorer.exe", "powerpnt.exe", "powerpnt.exe C:\\Users\\Public\\offer_{n}.pptx"),),
    "finance": (
        ("outlook.exe", "winword.exe", "winword.exe /n C:\\Temp\\attachment_{n}.docm"),
        ("excel.exe", "cmd.exe", "cmd.exe /c copy C:\\Reports\\day_{n}.csv \\\\SRV-SQL-01\\in"),
        ("explorer.exe", "saplogon.exe", "saplogon.exe -session={n}"),
    ),
    "developer": (
        ("code.exe", "git.exe", "git.exe fetch origin pull/{n}/head"),
        ("code.exe", "python.exe", "python.exe -m pytest tests/test_{n}.py"),
        ("cmd.exe", "node.exe", "node.exe build.js --job {n}"),
        ("code.exe", "powershell.exe", "powershell.exe -NoProfile -File build.ps1 -Job {n}"),
        ("powershell.exe", "curl.exe", "curl.exe -sSL https://github.com/tool/{n} -o tool.zip"),
    ),
    "admin": (
        ("explorer.exe", "powershell.exe", "powershell.exe -ep bypass -File fix_{n}.ps1"),
        ("powershell.exe", "whoami.exe", "whoami.exe /groups"),
        ("cmd.exe", "net.exe", "net.exe user /domain"),
        ("cmd.exe", "psexec.exe", "psexec.exe \\\\SRV-PATCH-{n} -s cmd.exe /c ipconfig"),
        ("cmd.exe", "wmic.exe", "wmic.exe /node:SRV-WEB-{n} process list brief"),
        ("cmd.exe", "schtasks.exe", "schtasks.exe /query /s SRV-ETL-{n}"),
    ),
    "service": (
        ("services.exe", "backup.exe", "backup.exe --set {n} --incremental"),
        ("services.exe", "sqlservr.exe", "sqlservr.exe -sMSSQLSERVER"),
        ("svchost.exe", "robocopy.exe", "robocopy.exe D:\\data \\\\SRV-BACKUP-00\\{n} /MIR"),
        ("ccmexec.exe", "powershell.exe", "powershell.exe -NoProfile -EncodedCommand {script}"),
        ("monitor.exe", "cmd.exe", "cmd.exe /c ping -n 1 SRV-MAIL-{n}"),
        ("services.exe", "psexesvc.exe", "psexesvc.exe"),
    ),
}  # fmt: skip
