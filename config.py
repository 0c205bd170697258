"""One frozen Config read from the environment; refuses to start on what is missing or unsafe."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from environs import Env, EnvError

HERE = Path(__file__).resolve().parent
LOCALES = ("en", "nl", "de")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SHORTEST_TOKEN = 24


class BadConfig(Exception):
    """A setting can't be used; the message names it and says what would do."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Every setting an operator may give; each is described in docs/running.md."""

    data: Path
    keys: Path
    host: str
    port: int
    base_url: str
    database_url: str
    queue_url: str
    storage_url: str
    smtp_url: str | None
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_name: str
    oidc_groups_claim: str
    oidc_roles: tuple[tuple[str, str], ...]
    oidc_hosts: tuple[str, ...]
    oidc_trust_email: bool
    oidc_trust_factor: bool
    backup_to: str
    backup_recipient: str
    backup_days: int
    keys_backup_to: str
    keys_backup_days: int
    heads_to: str
    webhook_private: bool
    mail_from: str
    timezone: str
    locale: str
    proxy_count: int
    disk_reserve: int
    metrics_token: str
    log_level: str
    trusted_hosts: tuple[str, ...]
    demo: bool

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us by TLS; cookies and HSTS follow it."""
        return self.base_url.startswith("https://")

    def has_data(self) -> bool:
        """Whether an earlier start left keys or a database here."""
        return (self.keys / "keys.db").exists() or (self.data / "clearframe.db").exists()

    @classmethod
    def from_environment(cls, **given: Any) -> Config:
        """Read the environment; `given` wins over it. Raises BadConfig with one sentence."""
        try:
            config = cls(**_values(Env(), given))
        except EnvError as error:
            raise BadConfig(f"{str(error).rstrip('.')}.") from error
        config._check()
        return config

    def _check(self) -> None:
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.netloc:
            raise BadConfig("BASE_URL must be the address people type, such as https://photos.example.org.")
        for name, value, schemes in (
            ("DATABASE_URL", self.database_url, ("postgresql", "postgres", "sqlite")),
            ("QUEUE_URL", self.queue_url, ("redis", "rediss", "postgresql", "postgres", "sqlite", "")),
            ("STORAGE_URL", self.storage_url, ("file", "s3")),
            ("SMTP_URL", self.smtp_url or "", ("smtp", "smtps", "smtp+starttls", "")),
        ):
            if urlsplit(value).scheme not in schemes:
                known = " or ".join(f"{scheme}:" for scheme in schemes if scheme)
                raise BadConfig(f"{name} must begin with {known} or be left out.")
        if not all(map(_is_witness, self.heads_to.split())):
            raise BadConfig(
                "HEADS_TO must name file:///a/path, syslog: or syslog://host:port, with spaces between several."
            )
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise BadConfig(
                "OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET (or OIDC_CLIENT_SECRET_FILE)."
            )
        if self.locale not in LOCALES:
            raise BadConfig(f"LOCALE must be one of {', '.join(LOCALES)}.")
        if self.proxy_count < 0:
            raise BadConfig("PROXY_COUNT must be the number of proxies in front, 0 for none.")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadConfig("TIMEZONE must be a zone such as Europe/Amsterdam.") from error
        self._check_watching()
        self._check_backups()
        self._check_places()

    def need_apart(self, name: str, *, backup_to: str = "", keys_backup_to: str = "") -> None:
        """Refuse with BadConfig a place of backups given by hand, as the setting would be; `name` is what it is called."""
        typed = replace(
            self, backup_to=backup_to or self.backup_to, keys_backup_to=keys_backup_to or self.keys_backup_to
        )
        typed._check_places({"BACKUP_TO" if backup_to else "KEYS_BACKUP_TO": name})

    def _check_places(self, called: dict[str, str] | None = None) -> None:
        """Keys, data and the copies of each lie apart, wherever links lead: what finds one has not found the other."""
        data, keys, called = self.data, self.keys, called or {}
        root = "" if self.demo else Env().str("CLEARFRAME_ROOT_KEY_FILE", "").strip()
        vault = "" if self.storage_url == "file:" else self.storage_url
        database = (
            self.database_url.removeprefix("sqlite:///") if self.database_url.startswith("sqlite") else ""
        )
        why = {
            "copy": "a copy of one would carry the other",
            "lost": "what destroys one would destroy its backup too",
            "together": "keys and data never lie together",
            "store": "the key store and what opens it never lie in one backup",
        }
        for name, place, other_name, other, reason in (
            ("CLEARFRAME_KEYS", keys, "CLEARFRAME_DATA", data, "copy"),
            ("CLEARFRAME_KEYS", keys, "STORAGE_URL", vault, "copy"),
            ("CLEARFRAME_KEYS", keys, "DATABASE_URL", database, "copy"),
            ("CLEARFRAME_ROOT_KEY_FILE", root, "CLEARFRAME_DATA", data, "together"),
            ("CLEARFRAME_ROOT_KEY_FILE", root, "BACKUP_TO", self.backup_to, "together"),
            ("CLEARFRAME_ROOT_KEY_FILE", root, "KEYS_BACKUP_TO", self.keys_backup_to, "store"),
            ("BACKUP_TO", self.backup_to, "CLEARFRAME_DATA", data, "lost"),
            ("BACKUP_TO", self.backup_to, "STORAGE_URL", vault, "lost"),
            ("BACKUP_TO", self.backup_to, "DATABASE_URL", database, "lost"),
            ("BACKUP_TO", self.backup_to, "CLEARFRAME_KEYS", keys, "together"),
            ("KEYS_BACKUP_TO", self.keys_backup_to, "BACKUP_TO", self.backup_to, "together"),
            ("KEYS_BACKUP_TO", self.keys_backup_to, "CLEARFRAME_DATA", data, "together"),
            ("KEYS_BACKUP_TO", self.keys_backup_to, "STORAGE_URL", vault, "together"),
            ("KEYS_BACKUP_TO", self.keys_backup_to, "DATABASE_URL", database, "together"),
            ("KEYS_BACKUP_TO", self.keys_backup_to, "CLEARFRAME_KEYS", keys, "lost"),
        ):
            if place and other and _nested(place, other):
                raise BadConfig(
                    f"{called.get(name, name)} must be another place than {called.get(other_name, other_name)}, and neither "
                    f"inside the other: {why[reason]}."
                )

    def _check_watching(self) -> None:
        if 0 < len(self.metrics_token) < SHORTEST_TOKEN:
            raise BadConfig(f"METRICS_TOKEN must hold at least {SHORTEST_TOKEN} characters, or be left out.")
        if self.log_level not in LEVELS:
            raise BadConfig(f"LOG_LEVEL must be one of {', '.join(LEVELS)}.")
        if self.disk_reserve < 0:
            raise BadConfig("DISK_RESERVE must be a number of megabytes, 0 for none.")

    def _check_backups(self) -> None:
        if not 1 <= self.backup_days <= 90:
            raise BadConfig("BACKUP_DAYS must be from 1 to 90: what was erased must leave the backups too.")
        if not 1 <= self.keys_backup_days <= 30:
            raise BadConfig("KEYS_BACKUP_DAYS must be from 1 to 30: a key that was destroyed lives on there.")


def _values(env: Env, given: dict[str, Any]) -> dict[str, Any]:
    def read(name: str, default: str = "") -> str:
        # An empty variable is how compose files and unit files say "not set".
        return env.str(name, "").strip() or default

    def whole(name: str, default: int) -> int:
        return env.int(name) if read(name) else default

    def flag(name: str) -> bool:
        return bool(read(name)) and env.bool(name)

    demo = bool(given.get("demo", flag("CLEARFRAME_DEMO")))
    # The demo never touches what is real: of all the places one may set, it takes only the data folder, and there a corner.
    place = (lambda _name, default="": default) if demo else read
    data = _folder(given.get("data") or _data_folder(read("CLEARFRAME_DATA"), demo))
    keys = given.get("keys") or place("CLEARFRAME_KEYS")
    host = str(given.get("host") or read("HOST", "127.0.0.1"))
    port = int(given.get("port") or _port(read("PORT", "8000")))
    return {
        "demo": demo,
        "host": host,
        "port": port,
        "base_url": read("BASE_URL", f"http://{_typed(host)}:{port}").rstrip("/"),
        "database_url": place("DATABASE_URL", f"sqlite:///{data / 'clearframe.db'}"),
        "queue_url": place("QUEUE_URL"),
        "storage_url": place("STORAGE_URL", "file:"),
        "smtp_url": place("SMTP_URL") or None,
        "oidc_issuer": place("OIDC_ISSUER"),
        "oidc_client_id": place("OIDC_CLIENT_ID"),
        "oidc_client_secret": place("OIDC_CLIENT_SECRET") or _from_file(place("OIDC_CLIENT_SECRET_FILE")),
        "oidc_name": place("OIDC_NAME"),
        "oidc_groups_claim": place("OIDC_GROUPS_CLAIM", "groups"),
        "oidc_roles": _roles(place("OIDC_ROLES")),
        "oidc_hosts": tuple(place("OIDC_HOSTS").replace(",", " ").casefold().split()),
        "oidc_trust_email": flag("OIDC_TRUST_EMAIL"),
        "oidc_trust_factor": flag("OIDC_TRUST_FACTOR"),
        "backup_to": _standing(place("BACKUP_TO")),
        "backup_recipient": place("BACKUP_RECIPIENT"),
        "backup_days": whole("BACKUP_DAYS", 35),
        "keys_backup_to": _standing(place("KEYS_BACKUP_TO")),
        "keys_backup_days": whole("KEYS_BACKUP_DAYS", 7),
        "heads_to": place("HEADS_TO"),
        "webhook_private": bool(given.get("webhook_private", flag("WEBHOOK_PRIVATE"))),
        "mail_from": read("MAIL_FROM", "clearframe@localhost"),
        "timezone": read("TIMEZONE", "Europe/Amsterdam"),
        "locale": read("LOCALE", "en"),
        "proxy_count": whole("PROXY_COUNT", 0),
        "disk_reserve": whole("DISK_RESERVE", 200) * 1_000_000,
        "metrics_token": read("METRICS_TOKEN"),
        "log_level": read("LOG_LEVEL", "INFO").upper(),
        "trusted_hosts": tuple(filter(None, (name.strip() for name in read("TRUSTED_HOSTS").split(",")))),
        **given,
        "data": data,
        "keys": _folder(keys) if keys else data.with_name(f"{data.name}-keys"),
    }


def _nested(one: str | Path, other: str | Path) -> bool:
    """Whether these are one place, or either lies in the other; links are followed, and what is not there yet counts too."""
    return any(
        left[: len(right)] == right or right[: len(left)] == left
        for left in _seats(one)
        for right in _seats(other)
    )


def _seats(place: str | Path) -> list[tuple[str, ...]]:
    """Where a place is: by its name, and for a folder also on its file system, for what is bound elsewhere has two names."""
    parts = urlsplit(str(place))
    if parts.scheme == "s3":
        said = parse_qs(parts.query).get("endpoint", [""])[0] or os.environ.get("AWS_ENDPOINT_URL", "")
        server = urlsplit(said.rstrip("/"))
        port = str(server.port or (80 if server.scheme == "http" else 443))
        return [("s3", server.hostname or "", port, parts.netloc, *filter(None, parts.path.split("/")))]
    path = _folder(parts.path if parts.scheme == "file" else place)
    mounts = _mounts()
    under = [mount for mount in mounts if path.is_relative_to(mount[2])][-1:]
    return [
        ("file", *path.parts),
        *((device, *root.parts, *path.relative_to(point).parts) for device, root, point in under),
        *((device, *root.parts) for device, root, point in mounts if point.is_relative_to(path)),
    ]


def _mounts() -> list[tuple[str, Path, Path]]:
    """Device, what of it and where, of every mount, the deepest last; none where the system does not say."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    said = [line.split() for line in lines]
    mounts = [(device, _unescaped(root), _unescaped(point)) for _, _, device, root, point, *_ in said]
    return sorted(mounts, key=lambda mount: len(mount[2].parts))


def _unescaped(path: str) -> Path:
    return Path(re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), path))


def _is_witness(url: str) -> bool:
    parts = urlsplit(url)
    try:
        somewhere = parts.port != 0
    except ValueError:
        return False
    if parts.scheme == "file":
        return not parts.netloc and parts.path.startswith("/") and len(parts.path) > 1
    if parts.scheme == "syslog":
        return somewhere and not parts.path.strip("/")
    return parts.scheme == "syslog+tcp" and bool(parts.hostname) and somewhere


ROLES = ("viewer", "contributor", "editor", "consent-officer", "dpo", "auditor", "admin")


def _roles(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    if any(not group.strip() or role.strip() not in ROLES for group, _, role in pairs):
        raise BadConfig(f"OIDC_ROLES must be GROUP=ROLE, with commas between; roles are {', '.join(ROLES)}.")
    return tuple((group.strip(), role.strip()) for group, _, role in pairs)


def _from_file(path: str) -> str:
    try:
        return (HERE / path).read_text(encoding="utf-8").strip() if path else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"OIDC_CLIENT_SECRET_FILE can't be read: {path}.") from error


def _data_folder(given: str, demo: bool) -> Path:
    if demo:
        return Path(given) / "demo" if given else HERE / "var-demo"
    return Path(given or HERE / "var")


def _folder(given: str | Path) -> Path:
    # A relative folder means the same to bin/run, bin/clearframe and a unit file: it lies in the project.
    return (HERE / given).resolve()


def _standing(place: str) -> str:
    """A place of backups whichever folder one stands in; a "/" at its end says that it is a folder."""
    if not place or urlsplit(place).scheme in ("s3", "file"):
        return place
    return f"{HERE / place}{'/' if place.endswith('/') else ''}"


def _typed(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - every address of this machine; 127.0.0.1 is the one to show
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise BadConfig("PORT must be a number from 1 to 65535.")
    return int(text)
