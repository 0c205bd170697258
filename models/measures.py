"""The technical and organisational measures of Art. 32, each with what the running installation says of itself today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters import clock
from models.assessment import Assessment
from models.base import is_postgres, tools
from models.erasure import Erasure
from models.errors import _l
from models.face import Faceprint
from models.factor import GUARDED, RECOVERY_CODES, Factor
from models.gather import today
from models.hashing import COST
from models.health import Beat
from models.modes import state
from models.permission import GRANTS, Role
from models.session import MOST_TRIES, WINDOW
from models.setting import Setting
from models.trail import Head, Trace
from models.user import ABSOLUTE, IDLE, Grant, User
from models.witness import lag


@dataclass(frozen=True)
class Measure:
    """One measure: the paragraph it answers, what is done, and what was found of it at this moment."""

    area: str
    done: str
    now: Callable[[], str]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _database() -> str:
    if is_postgres():
        return "PostgreSQL: the disks of its server must be encrypted by its operator"
    return "SQLCipher with a key from the key store, every page and the write-ahead log"


def _transport() -> str:
    if tools.base_url.startswith("https://"):
        return "people reach it by https://, with HSTS and cookies that never leave TLS"
    return "people reach it by http://: fit for this machine alone"


def _roles() -> str:
    held = {
        role: Grant.select().join(User).where(Grant.role == role, User.disabled_at.is_null()).count()
        for role in Role
    }
    return ", ".join(f"{role.value} {count}" for role, count in held.items())


def _factors() -> str:
    guarded = (
        Grant.select(Grant.user)
        .join(User)
        .where(Grant.role.in_(list(GUARDED)), User.disabled_at.is_null())
        .distinct()
    )
    with_one = (
        Factor.select(Factor.user)
        .where(Factor.user.in_(guarded), Factor.confirmed_at.is_null(False))
        .distinct()
    )
    return f"{with_one.count()} of {guarded.count()} of these accounts have set theirs up"


def _heads() -> str:
    last = Head.select().order_by(Head.seq.desc()).first()
    signed = (
        f"{_counted(Trace.select().count(), 'line')}, signed up to number {last.seq}"
        if last
        else "no line yet"
    )
    waiting = lag()
    outside = "no HEADS_TO is set" if waiting is None else f"oldest head not yet handed over: {waiting}"
    return f"{signed}; {outside}; daily mail to the privacy officer"


def _recognition() -> str:
    here = state()
    people = Faceprint.select(Faceprint.person).distinct().count()
    weighed = Assessment.select().count()
    return (
        f"mode {here.mode.value}; people with faceprints: {people}; {_counted(weighed, 'assessment')} on file"
    )


def _places() -> str:
    parts = zip(("database", "files", "queue"), tools.place.split(), strict=False)
    return ", ".join(f"{part} {place}" for part, place in parts)


def _beat(part: str, nothing: str) -> Callable[[], str]:
    def said() -> str:
        beat = Beat.get_or_none(Beat.part == part)
        return f"last on {clock.day_of(beat.at, tools.zone).isoformat()}" if beat else nothing

    return said


CONFIDENTIALITY, INTEGRITY = _l("Confidentiality (Art. 32(1)(b))"), _l("Integrity (Art. 32(1)(b))")
ENCRYPTION, RESILIENCE = (
    _l("Encryption and pseudonymisation (Art. 32(1)(a))"),
    _l("Availability and resilience (Art. 32(1)(b), (c))"),
)
TESTING, DEFAULTS = _l("Regular testing (Art. 32(1)(d))"), _l("By design and by default (Art. 25)")

MEASURES = (
    Measure(ENCRYPTION, "Each photo, preview, signed paper and set of faceprints lies under a random key of its own "
            "(AES-256-GCM); the keys are wrapped and kept apart from the data.",
            lambda: f"{_counted(len(tools.keys.ids('object')), 'object')} under keys of their own"),
    Measure(ENCRYPTION, "The database is encrypted as a whole.", _database),
    Measure(ENCRYPTION, "The trail of acts holds codes instead of names; what an act was about is covered by a salted promise "
            "and can be erased.", _heads),
    Measure(ENCRYPTION, "Data on its way is protected by TLS at the operator's proxy.", _transport),
    Measure(CONFIDENTIALITY, "Rights come from roles in one table; nobody sees photos by administering; content, keys and logs "
            "never meet in one role.", _roles),
    Measure(CONFIDENTIALITY, f"A second factor for {', '.join(sorted(role.value for role in GUARDED))}, with {RECOVERY_CODES} "
            "recovery codes; grave steps ask again who it is.", _factors),
    Measure(CONFIDENTIALITY, f"Passwords by Argon2id ({COST['memory_cost'] // 1024} MiB, {COST['time_cost']} passes); at most "
            f"{MOST_TRIES} wrong tries in {WINDOW.seconds // 60} minutes per account and network.",
            lambda: f"sessions end after {IDLE.seconds // 60} minutes at rest and after {ABSOLUTE.seconds // 3600} hours"),
    Measure(CONFIDENTIALITY, "Files from outside are decoded in a child process without network, keys or secrets, with limits "
            "on time, memory and pixels.", lambda: "always on"),
    Measure(CONFIDENTIALITY, "Nothing is loaded from or sent to another host but what the operator configured.",
            lambda: f"mail: {'a server of the operator' if tools.mailer.url else 'the outbox folder'}; {_places()}"),
    Measure(INTEGRITY, "Every act leaves a line in an append-only, chained and signed trail; an act that can't be written down "
            "does not happen.", _heads),
    Measure(INTEGRITY, "Stored files can't be changed, cut, moved or mixed up unnoticed; they are read again regularly.",
            _beat("scrub", "not read again yet")),
    Measure(RESILIENCE, "Backups are encrypted, the key store is backed up apart and kept shortly; erasures are done again "
            "before a restored installation serves.", _beat("backup", "no backup was made from here yet")),
    Measure(RESILIENCE, "Restoring is tried out regularly.", _beat("drill", "no drill yet")),
    Measure(RESILIENCE, "What is acknowledged is durable; what was under way is found again after a crash.",
            _beat("worker", "no worker has run yet")),
    Measure(DEFAULTS, "Erasing destroys the key first, then bytes, rows, letters and what the engine keeps of them.",
            lambda: f"{_counted(Erasure.select().count(), 'erasure')} in this database's ledger"),
    Measure(DEFAULTS, "Faces are compared only of those who said yes, in a mode the privacy officer has weighed; off by default.",
            _recognition),
    Measure(DEFAULTS, "Every default is the private one; consents end by themselves.",
            lambda: f"consents end after {Setting.of('consent_months')} months at most; "
                    f"share links {'on' if Setting.of('shares') else 'off'}"),
    Measure(TESTING, "The trail, the stored files, the backups and the absence of stray faceprints are checked by jobs, and their "
            "failures reach people.", lambda: f"on {today().isoformat()} this page was written from the running installation"),
)  # fmt: skip


def described() -> str:
    """The measures as a Markdown document, with what the installation says of itself at this moment (Art. 32, GOV-09)."""
    out = [
        "# Technical and organisational measures",
        "",
        f"{Setting.of('organisation')}, {today().isoformat()}. Written by `bin/clearframe measures` from the running",
        "installation; what depends on the organisation itself (rooms, contracts, training) is for its privacy officer to add.",
    ]
    for area in dict.fromkeys(measure.area for measure in MEASURES):
        out += ["", f"## {area}", "", "| measure | now |", "|---|---|"]
        out += [f"| {measure.done} | {measure.now()} |" for measure in MEASURES if measure.area == area]
    held = [f"| {role.value} | {', '.join(sorted(map(str, GRANTS[role])))} |" for role in Role]
    return "\n".join([*out, "", "## Who may do what", "", "| role | may |", "|---|---|", *held]) + "\n"
