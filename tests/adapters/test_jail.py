"""Whatever reads strangers' bytes stands in a jail: no network, no secrets, no files but its own (ASVS 15.2.5)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import exiftool, pdf
from tests.makers import picture

PROBE = """
import os, socket
from adapters.jail import confine
from pathlib import Path
confine({parent}, 1 << 30, scratch=Path({scratch!r}))
def tried(act):
    try:
        act()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
print(tried(lambda: open("/etc/passwd").read()), tried(lambda: open({secret!r}).read()),
      tried(lambda: os.listdir("/tmp")), tried(lambda: open({secret!r}, "w")),
      tried(lambda: socket.create_connection(("127.0.0.1", {port}), 1)),
      tried(lambda: bytearray(2 << 30)), tried(lambda: Path({scratch!r}, "x").write_text("y")))
"""


def test_what_the_jail_forbids_is_forbidden(tmp_path):
    """Files, secrets, network and memory are refused by the kernel; only the scratch folder can be written."""
    import socket

    secret, scratch = tmp_path / "root.key", tmp_path / "scratch"
    secret.write_text("SECRET")
    scratch.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = PROBE.format(parent=os.getpid(), scratch=str(scratch), secret=str(secret), port=port)
        ran = subprocess.run(
            [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=exiftool.ROOT
        )
    words = ran.stdout.split()
    assert words[:4] == ["PermissionError"] * 4, ran.stderr
    assert words[4] in ("OSError", "PermissionError")
    assert words[5:] == ["MemoryError", "done"]
    assert secret.read_text() == "SECRET"


def test_exiftool_reads_only_its_scratch_folder(tmp_path):
    """CVE-2021-22204, CVE-2022-23935: code run by a file would find no file, no network and no secret."""
    kept = tmp_path / "kept.jpg"
    kept.write_bytes(picture())
    assert "Error opening file" in exiftool.tool().run("-j", str(kept)), "outside"
    with exiftool.scratch(picture(), ".jpg") as path:
        assert '"JPEG"' in exiftool.tool().run("-j", str(path))
        assert path.parent.parent == exiftool.yard()
    status = _status(exiftool.tool()._process.pid)
    assert (status["NoNewPrivs"], status["CapEff"]) == ("1", "0000000000000000")


def test_exiftool_inherits_no_secret(monkeypatch):
    monkeypatch.setenv("SMTP_URL", "smtp://user:SECRET@mail.example")
    exiftool.tool().count = exiftool.CALLS_PER_PROCESS
    old = exiftool.tool()._process.pid  # replaced: it has served long enough
    exiftool.tool().run("-ver")
    assert "SECRET" not in Path(f"/proc/{old}/environ").read_text()
    assert {name.split("=")[0] for name in Path(f"/proc/{old}/environ").read_text().split("\0") if name} <= {
        "PATH",
        "LANG",
        "LC_CTYPE",
    }


def test_an_exiftool_that_served_long_is_replaced_and_leaves_no_zombie():
    old = exiftool.tool()
    old.count = exiftool.CALLS_PER_PROCESS
    new = exiftool.tool()
    assert new is not old
    assert old._process.returncode is not None
    assert new.run("-ver").strip()


def test_papers_are_set_in_a_child_without_network_or_secrets(monkeypatch):
    """GHSA-r543-q48m-4c9j and kin: what gets past the fetcher meets the jail."""
    assert (
        pdf.render('<html lang="en"><head><title>t</title></head><body><p>x</p></body></html>')[:5]
        == b"%PDF-"
    )
    told, _ = pdf.PRESS.call("report", {})
    assert told["network_cut"] is True
    assert set(told["environment"]) <= {"PATH", "LANG", "LC_CTYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"}
    assert "weasyprint" in told["modules"]
    assert "weasyprint" not in sys.modules


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.mark.parametrize("name", ["|id", "a;b.jpg", "-config", "$(id).jpg", "x.jpg|"])
def test_an_uploader_s_name_reaches_no_command(name):
    with exiftool.scratch(picture(), ".jpg") as path:
        assert (path.name, name in str(path)) == ("file.jpg", False)


def test_the_yard_of_a_killed_process_is_swept(tmp_path, monkeypatch):
    """What it had decrypted must not stay in memory; a living one's stays."""
    monkeypatch.setattr(exiftool, "MEMORY", tmp_path)
    monkeypatch.setattr(exiftool, "_yard", None)
    dead, young, living = (
        tmp_path / f"clearframe-yard-{pid}-x" for pid in (2**22 + 1, 2**22 + 2, os.getppid())
    )
    for folder in (dead, young, living):
        folder.mkdir()
        (folder / "file.jpg").write_bytes(b"decrypted")
    for folder in (dead, living):
        os.utime(folder, (1, 1))
    ours = exiftool.yard()
    assert sorted(tmp_path.iterdir()) == sorted([young, living, ours])
