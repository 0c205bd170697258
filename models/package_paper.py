"""The paper of a package: ten sections in the order of Article 15, each from records; an empty one says so (DSR-20, DSR-22)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from adapters import imaging
from adapters.kinds import JPEG
from models import package_words as words
from models import papers, search_report
from models.authority import competent
from models.base import tools
from models.claim import RIGHTS
from models.package import Package, PackageKind, PackagePicture
from models.package_facts import Facts, Row
from models.package_words import Say
from models.photo import Photo
from models.setting import Setting

MOST_ROWS = 150  # of one table: a thousand take WeasyPrint ten seconds; the rest stands in the files
MOST_PICTURES = 12
SMALL = 480


def make(package: Package, facts: Facts) -> bytes:
    """A tagged PDF in the language of whoever asked."""
    locale = package.locale

    def say(text: str) -> str:
        return tools.typesetter.gettext(text, locale)

    template = "portability.html" if package.kind is PackageKind.PORTABILITY else "access.html"
    return papers.make(
        template, locale, package=package, claim=package.claim, facts=facts, most=MOST_ROWS, authority=competent(),
        organisation=str(Setting.of("organisation")), address=str(Setting.of("organisation_address")),
        contact=str(Setting.of("privacy_email")), link=f"{tools.base_url}/my", purposes=_purposes(facts, say),
        categories=_categories(facts, say), periods=_periods(facts, say), pictures=_pictures(package, say), words=words, say=say, report=search_report.of(package.claim, locale),
        rights={right.value: text for right, text in RIGHTS.items()},
    )  # fmt: skip


def _purposes(facts: Facts, say: Say) -> list[Row]:
    """Purpose, basis, and what stands in the record for it: from her lines and the grounds on file, not from boilerplate."""
    rows = [
        {
            "purpose": line["use"], "basis": _article(line["article"]),
            "record": f"{line['consent']}: {say(words.STATES[line['state']])}", "until": line["until"],
        }
        for line in facts.lines
    ]  # fmt: skip
    rows += [
        {
            "purpose": row["use"], "basis": f"Art. {row['article']}: {say(words.BASES[row['kind']])}",
            "record": row["code"], "until": row["until"],
        }
        for row in facts.bases
    ]  # fmt: skip
    if facts.consents:
        until = max(filter(None, (row["proof_until"] for row in facts.consents)), default=None)
        rows.append(
            {"purpose": say(words.KEEPING_PROOF), "basis": "Art. 6(1)(c)", "record": "", "until": until}
        )
    if facts.messages:
        until = max(filter(None, (row["until"] for row in facts.messages)), default=None)
        rows.append({"purpose": say(words.ANSWERING), "basis": "Art. 6(1)(c)", "record": "", "until": until})
    return rows


def _article(term: str) -> str:
    """A6-1-a as people cite it."""
    first, *rest = term.removeprefix("A").split("-")
    return f"Art. {first}" + "".join(f"({part})" for part in rest)


def _categories(facts: Facts, say: Say) -> list[tuple[str, int]]:
    """Each category with how many records of it there are; special ones in rows of their own (Art. 9)."""
    gettext = say
    person = facts.person
    contact = [person["name"], person["email"], person["born"], person["note"]]
    prints = [row for row in facts.biometrics if row["what"] == "faceprint"]
    return [
        (gettext("facial images (photos)"), len(facts.images)),
        (gettext("name, contact and other particulars"), len([each for each in contact if each])),
        (gettext("proof of your choices"), len(facts.consents)),
        (gettext("where photos of you were published"), len(facts.publications)),
        (gettext("your messages and requests"), len(facts.messages)),
        (gettext("letters to you"), len(facts.letters)),
        (gettext("log of who worked with your data"), len(facts.consultations)),
        (gettext("special category: numbers describing your face (Art. 9)"), len(prints)),
        (gettext("circumstances noted about you"), len(facts.circumstances)),
    ]


def _periods(facts: Facts, say: Say) -> list[Row]:
    """A day and a criterion for each kind of record; photos in as many rows as there are different days."""
    days: dict[tuple[Any, str], int] = {}
    for image in facts.images:
        days[image["until"], image["criterion"]] = days.get((image["until"], image["criterion"]), 0) + 1
    gettext = say
    rows = [
        {"what": f"{gettext('Photos')}: {count}", "until": until, "why": gettext(words.CRITERIA[criterion])}
        for (until, criterion), count in days.items()
    ]
    rows += [
        {
            "what": " ".join((gettext("Proof of your choices"), row["code"])), "until": row["proof_until"],
            "why": gettext("five years after the end of the consent, because a claim can be brought so long"),
        }
        for row in facts.consents if row["proof_until"]
    ]  # fmt: skip
    rows += [
        {
            "what": gettext("Your request, with its letters"), "until": row["until"],
            "why": gettext("five years after it was answered, to show that we did"),
        }
        for row in facts.messages if row["until"]
    ]  # fmt: skip
    return rows


def _pictures(package: Package, say: Say) -> list[Row]:
    """The first few pictures, made small from the very bytes that are handed out: masks are burned in (RED-03)."""
    query = (
        PackagePicture.select(PackagePicture, Photo)
        .join(Photo)
        .where(PackagePicture.package == package, PackagePicture.size > 0)
    )
    rows = []
    for number, picture in enumerate(query.order_by(PackagePicture.id).limit(MOST_PICTURES), 1):
        small = imaging.render(tools.sandbox, picture.data, JPEG, longest=SMALL, quality=80)
        rows.append({
            "src": "data:image/jpeg;base64," + b64encode(small.data).decode(), "code": picture.photo.code,
            "alt": f"{say('Photo')} {number}: {say(words.OWN[picture.own])}",
        })  # fmt: skip
    return rows
