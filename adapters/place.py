"""Where the data stands, as the addresses of its engines say: another host or processor is another place (BIO-07)."""

from __future__ import annotations

from urllib.parse import urlsplit

HERE = "here"


def place_of(*urls: str) -> str:
    """The hosts behind these addresses without names of users or secrets; `here` for what stands on this machine's disk."""
    return " ".join(_host(url) for url in urls)


def _host(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme in ("", "file", "sqlite"):
        return HERE
    scheme = "postgresql" if parts.scheme.startswith("postgres") else parts.scheme
    return f"{scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
