"""Starts web server and worker, prints the address, and stops both cleanly."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from types import FrameType

import click

from config import BadConfig, Config

PR_SET_PDEATHSIG = 1
PATIENCE = 60  # seconds for the first healthy answer
GRACE = 35


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--demo", is_flag=True, help="Start with a demo library of drawn people, in a data folder of its own.")
def serve(demo: bool) -> None:
    """Start Clearframe and stay in the foreground; Ctrl-C stops it. Settings: docs/running.md."""
    if demo:
        os.environ["CLEARFRAME_DEMO"] = "1"
    try:
        config = Config.from_environment()
        _need_port(config)
        link = _prepare(config)
    except BadConfig as mistake:
        raise SystemExit(f"clearframe: {mistake}") from None
    Supervisor(config).run(link)


def _need_port(config: Config) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise BadConfig(f"{config.host}:{config.port} can't be used ({error.strerror}). Set PORT to another.") from error


def _prepare(config: Config) -> list[str]:
    """Create or update data and keys in a process of its own: nothing open is carried over a fork."""
    done = subprocess.run([sys.executable, "-m", "commands.prepare"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
    return done.stdout.splitlines()


class Supervisor:
    """Two children that live and die with us; one that dies is started again, a little later each time."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.stopping = False
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.pauses = {"web": 0.5, "worker": 0.5}

    def run(self, lines: list[str]) -> None:
        """Stay until told to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        for name in self.pauses:
            self._start(name)
        self._announce(lines)
        while not self.stopping:
            time.sleep(0.5)
            for name, child in list(self.children.items()):
                if child.poll() is not None and not self.stopping:
                    print(f"clearframe: the {name} stopped ({child.returncode}); starting it again", file=sys.stderr)
                    time.sleep(self.pauses[name])
                    self.pauses[name] = min(self.pauses[name] * 2, 30)
                    self._start(name)
        self._end()

    def _announce(self, lines: list[str]) -> None:
        end = time.monotonic() + PATIENCE
        while not self.stopping and time.monotonic() < end and not self._healthy():
            time.sleep(0.1)
        for line in lines:
            print(line)
        print(f"Clearframe is at {self.config.base_url}  (Ctrl-C stops it)", flush=True)

    def _healthy(self) -> bool:
        url = f"http://{self.config.host}:{self.config.port}/healthz"
        with suppress(OSError, urllib.error.URLError, ValueError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(json.load(answer)["ok"])
        return False

    def _start(self, name: str) -> None:
        # Children get their own group, so that Ctrl-C reaches them through us alone, once.
        self.children[name] = subprocess.Popen(self._command(name), preexec_fn=_die_with_parent, start_new_session=True)

    def _command(self, name: str) -> list[str]:
        if name == "worker":
            return [sys.executable, "-m", "commands.worker"]
        return [
            sys.executable, "-m", "gunicorn", "app:create_app()", "--bind", f"{self.config.host}:{self.config.port}",
            "--worker-class", "gthread", "--workers", "2", "--threads", "6", "--no-control-socket",
            "--graceful-timeout", "20", "--timeout", "120", "--log-level", "warning", "--worker-tmp-dir", "/dev/shm",
            "--limit-request-line", "4094",
        ]  # fmt: skip

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        for child in self.children.values():
            with suppress(ProcessLookupError):
                child.terminate()
        end = time.monotonic() + GRACE
        for child in self.children.values():
            try:
                child.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    serve()
