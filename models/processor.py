"""Who else handles our data, on what terms and where: processors and theirs, recipients, and whom we work for (GOV-07, GOV-08)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from peewee import ForeignKeyField, JSONField, ModelSelect, TextField
from playhouse.fields import EnumField

from adapters import clock
from models.base import Moment, Record, code_field, db, tools
from models.errors import Invalid, Refusal, _l
from models.permission import Permission
from models.trail import Trace
from models.user import User
from models.webhook import Webhook

CLAUSES = tuple("abcdefgh")  # of Art. 28(3)
# The European Union, Iceland, Liechtenstein and Norway.
EEA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
LOOPBACK = frozenset({"", "localhost", "127.0.0.1", "::1"})


class Part(StrEnum):
    """What somebody outside does with the data."""

    PROCESSOR = "processor"
    SUB = "sub-processor"
    RECIPIENT = "recipient"
    CLIENT = "client"  # a controller for whom we process (Art. 30(2))


class Safeguard(StrEnum):
    """What protects data that leaves the EEA (Art. 44 to 49)."""

    NONE = ""
    ADEQUACY = "adequacy"
    CLAUSES = "clauses"
    BINDING = "binding-rules"
    DEROGATION = "derogation"


class Party(Record):
    """One organisation outside: what it does for us, where, under which safeguard, and what its contract says."""

    code = code_field()
    part = EnumField(Part)
    of = ForeignKeyField("self", null=True, on_delete="CASCADE")  # the processor a sub-processor works for
    name = TextField()
    contact = TextField(default="")
    does = TextField()
    hosts = TextField(default="")  # the machines of theirs that Clearframe talks to
    country = TextField()
    safeguard = EnumField(Safeguard, default=Safeguard.NONE)
    safeguard_note = TextField(default="")
    clauses = JSONField(default=dict)  # letter of Art. 28(3): where the contract says so
    told = TextField(default="")  # when and how a change of sub-processors was announced, and what we said
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    at = Moment(default=clock.now)
    changed_at = Moment(default=clock.now)
    ended_at = Moment(null=True)

    class Meta:
        personal = ("contact",)
        plain = (
            "code", "part", "name", "does", "hosts", "country", "safeguard", "safeguard_note", "clauses", "told", "at",
            "changed_at", "ended_at",
        )  # fmt: skip

    @classmethod
    def keep(cls, given: Mapping[str, str], *, by: User, party: Party | None = None) -> Party:
        """Write or rewrite an entry; Invalid for a country outside the EEA without its safeguard (Art. 44)."""
        by.require(Permission.COMPLIANCE)
        values = _checked(given)
        with db.atomic():
            if party is None:
                party = cls.create(by=by, **values)
            else:
                party._must_count()
                cls.update(changed_at=clock.now(), **values).where(cls.id == party.id).execute()
                party = cls.get_by_id(party.id)
            Trace.leave(
                by, "party.kept", party, part=party.part.value, country=party.country,
                safeguard=party.safeguard.value, missing=party.missing(),
            )  # fmt: skip
        return party

    @classmethod
    def current(cls) -> ModelSelect[Party]:
        """The query of those that still count."""
        return cls.select().where(cls.ended_at.is_null()).order_by(cls.part, cls.name, cls.id)

    @classmethod
    def register(cls) -> list[Party]:
        """Everyone there ever was, those that count first."""
        return list(cls.select().order_by(cls.ended_at.is_null(False), cls.part, cls.name, cls.id))

    def end(self, *, by: User) -> None:
        """They no longer handle anything of ours; the entry stays."""
        by.require(Permission.COMPLIANCE)
        self._must_count()
        with db.atomic():
            Party.update(ended_at=clock.now()).where(Party.id == self.id).execute()
            Trace.leave(by, "party.ended", self)

    @property
    def outside(self) -> bool:
        """Whether data goes to a country outside the EEA."""
        return self.country not in EEA

    def missing(self) -> list[str]:
        """The letters of Art. 28(3) its contract was not yet seen to hold; only processors need one."""
        if self.part not in (Part.PROCESSOR, Part.SUB):
            return []
        return [letter for letter in CLAUSES if not str(self.clauses.get(letter, "")).strip()]

    def _must_count(self) -> None:
        if self.ended_at is not None:
            raise Refusal(_l("This entry has ended. Make a new one."))


def transfers() -> list[Party]:
    """Everyone outside the EEA to whom data goes today."""
    return [party for party in Party.current() if party.outside]


def egress() -> list[tuple[str, str]]:
    """Every machine this installation talks to by its configuration, and what for (GOV-08); it talks to no other."""
    found = [("mail", urlsplit(tools.mailer.url).hostname or "")] if tools.mailer.url else []
    found += [
        ("webhook", urlsplit(hook.url).hostname or "") for hook in Webhook.active().order_by(Webhook.id)
    ]
    if tools.sign_on is not None:
        found.append(("sign-on", urlsplit(tools.sign_on.issuer).hostname or ""))
    found += [("storage", urlsplit(place).hostname or "") for place in tools.place.split() if "://" in place]
    found += [
        ("backup", urlsplit(place).hostname or "")
        for place in (tools.backups.to, tools.backups.keys_to)
        if urlsplit(place).scheme not in ("", "file")
    ]
    return sorted({(what, host) for what, host in found if host not in LOOPBACK})


def undeclared() -> list[tuple[str, str]]:
    """Machines we talk to that stand in nobody's entry: who runs them is not on record."""
    known = {host for party in Party.current() for host in party.hosts.split()}
    return [(what, host) for what, host in egress() if host not in known]


def _checked(given: Mapping[str, str]) -> dict[str, Any]:
    name, does = " ".join(given.get("name", "").split())[:200], given.get("does", "").strip()[:2000]
    if not name:
        raise Invalid(_l("Fill in the name."), field="name")
    if len(does) < 5:
        raise Invalid(_l("Say what they do with the data."), field="does")
    if given.get("part", "") not in set(Part):
        raise Invalid(_l("Choose one of the list."), field="part")
    part, country = Part(given["part"]), given.get("country", "").strip().upper()
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        raise Invalid(_l("Give the country as two letters, such as NL."), field="country")
    of = Party.get_or_none(Party.code == given.get("of", ""), Party.part == Part.PROCESSOR)
    if part is Part.SUB and of is None:
        raise Invalid(_l("Say whose sub-processor it is."), field="of")
    return {
        "part": part, "name": name, "does": does, "country": country, "of": of if part is Part.SUB else None,
        "contact": given.get("contact", "").strip()[:300], "told": given.get("told", "").strip()[:2000],
        "hosts": " ".join(given.get("hosts", "").replace(",", " ").split())[:1000], **_safeguard(given, country),
        "clauses": {letter: said for letter in CLAUSES if (said := given.get(f"clause_{letter}", "").strip()[:300])},
    }  # fmt: skip


def _safeguard(given: Mapping[str, str], country: str) -> dict[str, Any]:
    safeguard, note = given.get("safeguard", ""), given.get("safeguard_note", "").strip()[:1000]
    if safeguard not in set(Safeguard):
        raise Invalid(_l("Choose one of the list."), field="safeguard")
    if country not in EEA and not safeguard:
        raise Invalid(
            _l("This country lies outside the EEA: name what protects the data there (Art. 44 to 49)."),
            field="safeguard",
        )
    if country not in EEA and len(note) < 5:
        raise Invalid(
            _l("Say which decision, contract or case it is, and from when."), field="safeguard_note"
        )
    return {"safeguard": Safeguard(safeguard), "safeguard_note": note}
