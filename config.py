"""One frozen Config read from the environment; refuses to start on what is missing or unsafe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from environs import Env

HERE = Path(__file__).resolve().parent
LOCALES = ("en", "nl", "de")


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
    mail_from: str
    timezone: str
    locale: str
    proxy_count: int
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
        env = Env()
        demo = given.pop("demo", env.bool("CLEARFRAME_DEMO", False))
        data = Path(given.pop("data", None) or _data_folder(env, demo)).resolve()
        keys = given.pop("keys", None) or (None if demo else env.str("CLEARFRAME_KEYS", None))
        host, port = env.str("HOST", "127.0.0.1"), _port(env.str("PORT", "8000"))
        base = env.str("BASE_URL", "").rstrip("/") or f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
        values: dict[str, Any] = {
            "data": data,
            "keys": Path(keys).resolve() if keys else data.with_name(f"{data.name}-keys"),
            "host": host,
            "port": port,
            "base_url": base,
            "database_url": (not demo and env.str("DATABASE_URL", "")) or f"sqlite:///{data / 'clearframe.db'}",
            "queue_url": "" if demo else env.str("QUEUE_URL", ""),
            "storage_url": "file:" if demo else env.str("STORAGE_URL", "file:"),
            "smtp_url": None if demo else env.str("SMTP_URL", "") or None,
            "mail_from": env.str("MAIL_FROM", "") or "clearframe@localhost",
            "timezone": env.str("TIMEZONE", "Europe/Amsterdam"),
            "locale": env.str("LOCALE", "en"),
            "proxy_count": env.int("PROXY_COUNT", 0),
            "trusted_hosts": tuple(filter(None, (h.strip() for h in env.str("TRUSTED_HOSTS", "").split(",")))),
            "demo": demo,
        } | given
        config = cls(**values)
        config._check()
        return config

    def _check(self) -> None:
        if urlsplit(self.base_url).scheme not in ("http", "https") or not urlsplit(self.base_url).netloc:
            raise BadConfig("BASE_URL must be the address people type, such as https://photos.example.org")
        if urlsplit(self.database_url).scheme not in ("sqlite", "postgresql", "postgres"):
            raise BadConfig("DATABASE_URL must begin with postgresql:// (or be left out)")
        if self.queue_url and urlsplit(self.queue_url).scheme not in ("sqlite", "postgresql", "postgres", "redis", "rediss"):
            raise BadConfig("QUEUE_URL must begin with redis:// or postgresql:// (or be left out)")
        if urlsplit(self.storage_url).scheme not in ("file", "s3"):
            raise BadConfig("STORAGE_URL must begin with file: or s3://")
        if self.locale not in LOCALES:
            raise BadConfig(f"LOCALE must be one of {', '.join(LOCALES)}")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadConfig("TIMEZONE must be a zone such as Europe/Amsterdam") from error
        if self.keys == self.data or self.keys.is_relative_to(self.data):
            raise BadConfig("CLEARFRAME_KEYS must not lie inside CLEARFRAME_DATA: a backup of one would carry the other")


def _data_folder(env: Env, demo: bool) -> Path:
    given = env.str("CLEARFRAME_DATA", "")
    if demo:
        return Path(given) / "demo" if given else HERE / "var-demo"
    return Path(given) if given else HERE / "var"


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise BadConfig("PORT must be a number from 1 to 65535")
    return int(text)
