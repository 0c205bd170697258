"""Where data goes beyond the European Economic Area, and what protects it there (Art. 15(2), 46)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from models.errors import _l
from models.use import Channel

# Large platforms by the end of their host: they are run from, or kept reachable in, a third country.
PLATFORMS = {
    "facebook.com": "US", "instagram.com": "US", "linkedin.com": "US", "x.com": "US", "twitter.com": "US", "youtube.com": "US",
    "flickr.com": "US", "pinterest.com": "US", "threads.net": "US", "bsky.app": "US", "tiktok.com": "CN",
}  # fmt: skip
EEA = frozenset({"EU", "EEA", "NL", "BE", "DE", "AT", "FR", "LU", "IE", "IT", "ES"})
ANYWHERE = "*"

# A safeguard for each country; whoever keeps a register of processors adds to it here.
SAFEGUARDS = {
    "US": _l("adequacy decision (EU) 2023/1795 for companies certified under the Data Privacy Framework, else standard contractual clauses (EU) 2021/914"),
    "UK": _l("adequacy decision (EU) 2021/1772 as extended"),
    "GB": _l("adequacy decision (EU) 2021/1772 as extended"),
    "CH": _l("adequacy decision 2000/518/EC"),
    "CN": _l("no adequacy decision; standard contractual clauses (EU) 2021/914 with the company's European branch"),
    ANYWHERE: _l("what is public can be read in every country; it was published on the consent named in section 2"),
}  # fmt: skip


def transfers(
    publications: Sequence[dict[str, Any]], recipients: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """A row for each recipient or place beyond the European Economic Area, with the country and its safeguard."""
    rows = {}
    for row in publications:
        country = _country(row)
        if country:
            host = urlsplit(row["where"]).hostname or row["where"]
            rows[host, country] = _row(host, country)
    for row in recipients:
        if row["territory"] not in EEA:
            rows[row["recipient"], row["territory"]] = _row(row["recipient"], row["territory"])
    return list(rows.values())


def _country(row: dict[str, Any]) -> str:
    host = urlsplit(row["where"]).hostname or ""
    known = [country for end, country in PLATFORMS.items() if host == end or host.endswith(f".{end}")]
    if known:
        return known[0]
    if row["territory"] not in EEA:
        return str(row["territory"])
    public = row["channel"] in (Channel.WEBSITE, Channel.SOCIAL) and host
    return ANYWHERE if public else ""


def _row(recipient: str, country: str) -> dict[str, Any]:
    words = SAFEGUARDS.get(country) or _l(
        "standard contractual clauses (EU) 2021/914; ask the privacy officer for a copy"
    )
    return {"recipient": recipient, "country": country, "safeguard": words}
