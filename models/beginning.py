"""The first start: what must stand before anyone can log in."""

from __future__ import annotations

from pathlib import Path

from adapters import seal
from models import default_wordings
from models.base import db, tools
from models.permission import Role
from models.setting import Setting
from models.trail import Trace
from models.use import Channel, Use
from models.user import FIRST_ADDRESS, Team, User

USES: list[dict[str, object]] = [
    {
        "code": "website", "purpose": "information", "channel": Channel.WEBSITE,
        "names": {"en": "Website", "nl": "Website", "de": "Website"},
        "about": {
            "en": "On our own website.", "nl": "Op onze eigen website.", "de": "Auf unserer eigenen Website.",
        },
    },
    {
        "code": "social-media", "purpose": "information", "channel": Channel.SOCIAL,
        "names": {"en": "Social media", "nl": "Sociale media", "de": "Soziale Medien"},
        "about": {
            "en": "On our own social media pages. Others can pass it on there.",
            "nl": "Op onze eigen pagina's op sociale media. Anderen kunnen de foto daar delen.",
            "de": "Auf unseren eigenen Seiten in sozialen Medien. Andere können das Foto dort teilen.",
        },
    },
    {
        "code": "newsletter", "purpose": "information", "channel": Channel.NEWSLETTER,
        "names": {"en": "Newsletter", "nl": "Nieuwsbrief", "de": "Newsletter"},
        "about": {
            "en": "In the newsletter we send by e-mail.", "nl": "In de nieuwsbrief die we mailen.",
            "de": "Im Newsletter, den wir per E-Mail senden.",
        },
    },
    {
        "code": "press", "purpose": "press", "channel": Channel.PRESS, "irreversible": True,
        "names": {"en": "Press", "nl": "Pers", "de": "Presse"},
        "about": {
            "en": "Given to newspapers and other media. What they printed can't be taken back.",
            "nl": "Voor kranten en andere media. Wat is afgedrukt, kunnen we niet terughalen.",
            "de": "Für Zeitungen und andere Medien. Gedrucktes können wir nicht zurückholen.",
        },
    },
    {
        "code": "print", "purpose": "information", "channel": Channel.PRINT, "irreversible": True,
        "names": {"en": "Print", "nl": "Drukwerk", "de": "Druck"},
        "about": {
            "en": "In our leaflets, posters and reports. Printed copies can't be taken back.",
            "nl": "In onze folders, posters en verslagen. Wat is gedrukt, kunnen we niet terughalen.",
            "de": "In unseren Broschüren, Plakaten und Berichten. Gedrucktes können wir nicht zurückholen.",
        },
    },
    {
        "code": "internal", "purpose": "internal", "channel": Channel.INTRANET,
        "names": {"en": "Internal", "nl": "Intern", "de": "Intern"},
        "about": {
            "en": "Inside our organisation only, such as our intranet.",
            "nl": "Alleen binnen onze organisatie, zoals op het intranet.",
            "de": "Nur innerhalb unserer Organisation, zum Beispiel im Intranet.",
        },
    },
    {
        "code": "advertising", "purpose": "advertising", "channel": Channel.ADVERTISING, "direct_marketing": True,
        "names": {"en": "Advertising", "nl": "Advertenties", "de": "Werbung"},
        "about": {
            "en": "In paid advertisements online.", "nl": "In betaalde advertenties op internet.",
            "de": "In bezahlter Werbung im Internet.",
        },
    },
]  # fmt: skip


class LibraryMissing(Exception):
    """The database is not where keys and vault say there was one."""

    def __init__(self) -> None:
        super().__init__(
            "There are keys or photos but no database. Put the database back, or set DATABASE_URL or "
            "CLEARFRAME_DATA to where it is; for a new library choose empty folders."
        )


def need_database(url: str) -> None:
    """Refuse, before the engine makes an empty file, when the library's own is not there."""
    path = url.removeprefix("sqlite:///")
    if path != url and not Path(path).exists() and (tools.vault.storage.is_marked() or _has_objects()):
        raise LibraryMissing


def need_storage() -> None:
    """StorageMissing unless the vault of this library is there: a missing mount must not look like an empty vault."""
    if _is_begun():
        tools.vault.storage.check(tools.vault.mark)
    elif _has_objects():
        raise LibraryMissing


def found_storage() -> None:
    """Mark the storage as this library's, as long as there is none yet; twice does no harm."""
    if not _is_begun():
        tools.vault.storage.found(tools.vault.mark)


def _is_begun() -> bool:
    return db.table_exists("setting") and bool(Setting.of("instance"))


def _has_objects() -> bool:
    return bool(tools.keys.ids("object"))


def first_link(base_url: str) -> str | None:
    """Lay the defaults once; return the administrator's one-time link while nobody can log in yet."""
    with db.atomic():
        if not Setting.of("instance"):
            _lay_defaults()
        if User.select().where(User.password.is_null(False)).exists():
            return None
        admin = User.select().where(User.email == FIRST_ADDRESS).first()
        admin = admin or User.add(FIRST_ADDRESS, "Administrator", [Role.ADMIN], by="system")
        return f"{base_url}/welcome/{admin.invite(by='system')}"


def _lay_defaults() -> None:
    Setting.put("instance", seal.new_code())
    Team.create(name="Communication")
    for place, use in enumerate(USES):
        Use.create(place=place, **use)
    default_wordings.lay()
    Trace.leave("system", "instance.created", uses=[str(use["code"]) for use in USES])
