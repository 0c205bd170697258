"""Starts web server and worker, prints the address, and stops both cleanly."""

from __future__ import annotations

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
from pathlib import Path

import click

from adapters.keys import KeyStore, WrongKey
from adapters.roots import HANDED, KeysMissing, find
from commands import exit_code
from commands.children import Child, die_with, handed_on
from commands.unsealing import unseal
from config import BadConfig, Config

STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
PATIENCE = 60.0  # seconds until the address is printed although something does not answer
OUTDATED = "the passphrase was changed. Stop Clearframe and start it again: it asks for the new one"
GRACE = 35.0  # seconds for what is under way; the worker's own limit is 30


@click.command("bin/run", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--passphrase",
    is_flag=True,
    help="At the first start: seal the keys by a passphrase, which every start asks for.",
)
@click.option(
    "--demo", is_flag=True, help="Start with a demo library of drawn people, in a data folder of its own."
)
def serve(demo: bool, passphrase: bool) -> int:
    """Start Clearframe and stay in the foreground; Ctrl-C stops it.

    The first start creates keys and database and prints a link to create the administrator. Settings are environment
    variables (HOST, PORT, CLEARFRAME_DATA and more): docs/running.md.
    """
    if demo:
        os.environ["CLEARFRAME_DEMO"] = "1"
    config = Config.from_environment()
    need_port(config.host, config.port)
    unseal(config.keys, first=passphrase and not config.has_data())
    lines, code = _prepare()
    return code or Supervisor(config).run(lines)


def need_port(host: str, port: int) -> None:
    """Refuse with BadConfig when nothing could listen here, before anything was started."""
    try:
        family, kind, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise BadConfig(f"{host}:{port} can't be used: {why}. Set HOST or PORT to another.") from error


def _prepare() -> tuple[list[str], int]:
    """Create or update data and keys in a process of its own: nothing open is carried over a fork."""
    parent = os.getpid()
    done = subprocess.run(
        [sys.executable, "-m", "commands.prepare"],
        stdout=subprocess.PIPE, text=True, check=False, start_new_session=True, preexec_fn=lambda: die_with(parent),
        pass_fds=handed_on(),
    )  # fmt: skip
    return done.stdout.splitlines(), done.returncode


class Supervisor:
    """Two children that live and die with us; one that dies is started again, a little later each time."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.children = [
            Child("web server", _web(config)),
            Child("worker", [sys.executable, "-m", "commands.worker"]),
        ]
        self.announced = False
        self.patient_until = time.monotonic() + PATIENCE

    def run(self, lines: list[str]) -> int:
        """Stay until told to stop; the exit code."""
        # Blocked and waited for, a signal is never lost, and no handler runs in the middle of anything.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS | {signal.SIGCHLD})
        try:
            for child in self.children:
                child.start()
            while self._wait(1.0 if self.announced else 0.1) not in STOPS:
                self._tend()
                if not self.announced:
                    self._announce(lines)
            return self._stop()
        finally:
            for child in self.children:
                child.end()

    def _wait(self, seconds: float) -> int | None:
        heard = signal.sigtimedwait(STOPS | {signal.SIGCHLD}, seconds)
        return heard.si_signo if heard else None

    def _tend(self) -> None:
        for child in self.children:
            if news := child.tend():
                child.held = self._is_outdated()
                print(f"clearframe: {OUTDATED if child.held else news}", file=sys.stderr, flush=True)

    def _is_outdated(self) -> bool:
        """Whether the passphrase was changed since it was given to us: what we would start could open nothing."""
        if not os.environ.get(HANDED):
            return False
        with suppress(KeysMissing, WrongKey):
            return not KeyStore.opens(self.config.keys, find(self.config.keys).key)
        return False

    def _announce(self, lines: list[str]) -> None:
        failing = ask_health(self.config)
        if failing and time.monotonic() < self.patient_until:
            return
        self.announced = True
        print("\n".join([*lines, f"Clearframe is at {self.config.base_url}  (Ctrl-C stops it)"]), flush=True)
        if failing:
            print(f"clearframe: not all of it answers yet: {', '.join(failing)}", file=sys.stderr, flush=True)

    def _stop(self) -> int:
        for child in self.children:
            child.ask_to_stop()
        end = time.monotonic() + GRACE
        while time.monotonic() < end and not all(child.is_gone() for child in self.children):
            # A second Ctrl-C is an impatient one: what is under way is found again at the next start.
            if self._wait(0.2) in STOPS:
                break
        return 0


def _web(config: Config) -> list[str]:
    host = f"[{config.host}]" if ":" in config.host else config.host
    scratch = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108 - a heartbeat, no data
    return [
        sys.executable, "-m", "gunicorn", "app:create_app()", "--bind", f"{host}:{config.port}",
        "--worker-class", "commands.web_worker.PatientWorker", "--workers", "2", "--threads", "6", "--no-control-socket", *scratch,
        "--graceful-timeout", "20", "--timeout", "120", "--log-level", "warning", "--logger-class", "commands.web_log.Lines",
        "--limit-request-line", "4094",
        "--chdir", str(Path(__file__).resolve().parent.parent),
    ]  # fmt: skip


def ask_health(config: Config) -> list[str]:
    """The names of the parts that don't answer; none when all is well."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(config.host, config.host)  # noqa: S104 - where we listen, we can ask
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    try:
        # The Host header is ours by TRUSTED_HOSTS, whatever address we ask at.
        address = config.base_url.partition("://")[2].partition("/")[0]
        asked = urllib.request.Request(f"http://{host}:{config.port}/healthz", headers={"Host": address})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=5):
            return []
    except urllib.error.HTTPError as refused:
        try:
            return [str(name) for name in json.load(refused)["failing"]] or ["web server"]
        except (ValueError, KeyError, TypeError):
            return [f"web server ({refused.code})"]
    except OSError:
        return ["web server"]


if __name__ == "__main__":
    sys.exit(exit_code(lambda: serve.main(standalone_mode=False)))
