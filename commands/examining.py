"""What the doctor looks at; each look stands alone, so that a broken part never hides the others."""

from __future__ import annotations

import os
import shutil
import smtplib
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config import Config

OK, ATTENTION, WRONG = "ok", "attention", "wrong"
LITTLE_ROOM = 5_000_000_000  # bytes
LOOPBACK = ("127.0.0.1", "::1", "localhost")
# How long each may be ago before somebody should look: the part, its name, days, and what begins it.
DUTIES = (
    ("scrub", "scrub", 2, "It runs every night at 1:29 UTC while the worker does; or run bin/clearframe scrub."),
    ("backup", "backup", 2, "Set BACKUP_TO, or run bin/clearframe backup every day; keep it in another place."),
    ("keys-backup", "backup of the keys", 8, "Set KEYS_BACKUP_TO, or run bin/clearframe backup keys; apart from the data."),
    ("drill", "restore drill", 100, "Run bin/clearframe backup drill PLACE, and restore on another machine once a year."),
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One check: ok, attention or wrong, a sentence, and the next step."""

    check: str
    state: str
    sentence: str
    step: str = ""


# What can be looked at whatever is wrong with keys and database.
ALONE = {"packages", "folders", "keys apart", "room", "queue", "mail", "address", "face models", "disk encryption"}  # fmt: skip

Look = Callable[[Config], Finding]


def all_of_it(config: Config) -> list[Finding]:
    """Every check that can be made, in the order in which to mend."""
    if not config.has_data():
        return [_safely("packages", packages, config), _safely("keys", library, config)]
    found: list[Finding] = []
    for name, look in LOOKS.items():
        wrong = {each.check for each in found if each.state == WRONG}
        # What stands on something that is wrong is left out: its answer would be a riddle.
        if name in ALONE or not wrong & (
            {"keys"} if name in ("keys", "database", "vault") else {"keys", "database"}
        ):
            found.append(_safely(name, look, config))
    return found


def _safely(name: str, look: Look, config: Config) -> Finding:
    from commands import sentence

    try:
        return look(config)
    except Exception as error:  # the doctor must be able to examine a house that does not stand
        return Finding(name, WRONG, sentence(error), "Mend this first, then call the doctor again.")


def packages(_config: Config) -> Finding:
    """ExifTool, and what sets PDFs."""
    import ctypes.util

    lacking = [] if shutil.which("exiftool") else ["libimage-exiftool-perl"]
    lacking += [] if ctypes.util.find_library("pangoft2-1.0") else ["libpangoft2-1.0-0"]
    lacking += [] if ctypes.util.find_library("harfbuzz-subset") else ["libharfbuzz-subset0"]
    if lacking:
        step = f"sudo apt-get install --no-install-recommends {' '.join(lacking)}"
        return Finding("packages", WRONG, "System packages are missing.", step)
    return Finding("packages", OK, "Every system package is there.")


def folders(config: Config) -> Finding:
    """Data and keys are readable by their owner alone."""
    from adapters import roots
    from adapters.keys import STORE

    open_ones = [
        path
        for path in (
            config.data,
            config.keys,
            config.keys / STORE,
            config.keys / roots.ROOT,
            roots.named_file(),
        )
        if path and path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_ones:
        step = f"chmod go= {' '.join(map(str, open_ones))}"
        return Finding("folders", WRONG, "Others on this machine can read data or keys.", step)
    return Finding("folders", OK, "Data and keys are readable by their owner alone.")


def apart(config: Config) -> Finding:
    """Keys do not lie on the disk of the data."""
    if _disk(config.keys) == _disk(config.data):
        return Finding("keys apart", ATTENTION, "Keys and data lie on the same disk, so that one thief or one copy has both.",
                       "Move the keys folder to another disk and set CLEARFRAME_KEYS.")  # fmt: skip
    return Finding("keys apart", OK, "Keys and data lie on different disks.")


def _there(path: Path) -> Path:
    """The folder itself, or where it would be made."""
    return next(each for each in (path, *path.parents) if each.exists())


def _disk(path: Path) -> int:
    return _there(path).stat().st_dev


def room(config: Config) -> Finding:
    """Room for photos to come."""
    least = min(shutil.disk_usage(_there(path)).free for path in (config.data, config.keys))
    sentence = f"{least / 1e9:.1f} GB are free."
    step = "Make room or move the data to a larger disk."
    if least < config.disk_reserve:
        return Finding("room", WRONG, f"{sentence} No photos are taken in any more.", step)
    return Finding(
        "room", ATTENTION if least < LITTLE_ROOM else OK, sentence, step if least < LITTLE_ROOM else ""
    )


def library(config: Config) -> Finding:
    """There is one, and its keys open."""
    if not config.has_data():
        return Finding("keys", WRONG, f"There is no library in {config.data} yet.",
                       "bin/run creates it; bin/clearframe restore brings one back.")  # fmt: skip
    from app import wire
    from commands.unsealing import unseal

    unseal(config.keys)
    wire(config)
    return Finding("keys", OK, "The key store opens.")


def database(config: Config) -> Finding:
    """It answers, is whole, and is as new as this version."""
    from playhouse.migrations import Runner

    from models import schema
    from models.base import db, is_postgres, tools

    schema.check_with_keys(config.database_url, tools.keys)
    with db.connection_context():
        schema.check_known()
        waiting = [each.name for each in Runner(db.obj, str(schema.MIGRATIONS)).status() if not each.applied]
        broken = not is_postgres() and db.execute_sql("PRAGMA cipher_integrity_check").fetchone()
        whole = is_postgres() or db.execute_sql("PRAGMA quick_check").fetchone()[0] == "ok"
        held = not _can_write()
    if held:
        return Finding("database", WRONG, "Another program holds the database, so that nothing can be written.",
                       "See which one has its file open (`fuser -v`), such as a copy under way; then Clearframe goes on by itself.")  # fmt: skip
    if broken or not whole:
        return Finding("database", WRONG, "The database file is damaged.",
                       "Stop Clearframe and restore the newest backup.")  # fmt: skip
    if waiting:
        return Finding("database", WRONG, f"{len(waiting)} updates of the database are waiting.",
                       "Restart bin/run; it applies them.")  # fmt: skip
    return Finding("database", OK, "The database answers, is whole and up to date.")


def _can_write() -> bool:
    from peewee import OperationalError

    from models.base import db, is_postgres

    if not is_postgres():
        db.execute_sql("PRAGMA busy_timeout = 2000")  # who writes is soon done
    try:
        with db.atomic():
            return True
    except OperationalError:
        return False


def erasures(_config: Config) -> Finding:
    """Nothing erased has come back."""
    from models import erasure
    from models.base import db

    with db.connection_context():
        behind = len(erasure.check()) - erasure.Erasure.select().count()
    if behind > 0:
        return Finding(
            "erasures",
            WRONG,
            f"The database does not know of {behind} erasures.",
            "Restart bin/run; it carries them out before anything is served.",
        )
    return Finding("erasures", OK, "What was erased is gone from the database.")


def storage(_config: Config) -> Finding:
    """The vault is there and ours."""
    from models.base import tools

    tools.vault.check()
    return Finding("vault", OK, "The vault is there, and it is this library's.")


def worker(_config: Config) -> Finding:
    """It gives signs of life."""
    from models import health
    from models.base import db

    with db.connection_context():
        works = health.worker_works()
    if not works:
        return Finding(
            "worker",
            WRONG,
            "The worker gives no sign of life: previews and letters wait.",
            "Start bin/run, or see its log.",
        )
    return Finding("worker", OK, "The worker works.")


def queue(_config: Config) -> Finding:
    """It takes nudges."""
    import tasks

    try:
        tasks.huey.pending_count()
    except Exception as error:  # each engine throws its own
        return Finding("queue", ATTENTION, f"The queue does not answer ({type(error).__name__}); work is found once a minute.",
                       "Check QUEUE_URL and the server it names.")  # fmt: skip
    return Finding("queue", OK, "The queue answers.")


def jobs(_config: Config) -> Finding:
    """Nothing gave up."""
    from models.base import db
    from models.job import Job

    with db.connection_context():
        failed = Job.gave_up().count()
    if failed:
        return Finding(
            "work",
            ATTENTION,
            f"{failed} pieces of work gave up.",
            "See Settings > Work, or bin/clearframe jobs.",
        )
    return Finding("work", OK, "No work gave up.")


def damage(_config: Config) -> Finding:
    """No stored file is broken."""
    from models.base import db
    from models.scrub import Damage

    with db.connection_context():
        broken = len(Damage.open())
    if broken:
        return Finding(
            "stored files",
            WRONG,
            f"{broken} stored files are not as they should be.",
            "bin/clearframe scrub lists them; restore them from a backup.",
        )
    return Finding("stored files", OK, "No stored file is known to be damaged.")


def duty(part: str, name: str, days: int, step: str) -> Look:
    """A look at when something was last done."""

    def look(_config: Config) -> Finding:
        from adapters import clock
        from models.base import db
        from models.health import Beat

        with db.connection_context():
            last = Beat.of(part)
        late = last is None or last < clock.now() - timedelta(days=days)
        return Finding(f"last {name}", ATTENTION if late else OK, _when(last), step if late else "")

    return look


def _when(last: datetime | None) -> str:
    return "Never yet." if last is None else f"{last:%Y-%m-%d %H:%M} UTC."


def mail(config: Config) -> Finding:
    """Letters leave."""
    if config.smtp_url is None:
        return Finding(
            "mail", ATTENTION, "No mail server is set: letters wait in the outbox.", "Set SMTP_URL."
        )
    from adapters.mail import Mailer

    mailer = Mailer.from_url(config.smtp_url, config.data / "outbox", config.mail_from)
    try:
        mailer.greet()
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            "mail", WRONG, f"The mail server does not answer ({type(error).__name__}).", "Check SMTP_URL."
        )
    return Finding("mail", OK, "The mail server answers.")


def address(config: Config) -> Finding:
    """Browsers come by TLS, and only by our name."""
    if config.host in LOOPBACK and not config.is_https:
        return Finding("address", ATTENTION, "Only this machine can reach Clearframe.",
                       "Put a TLS proxy in front (docs/proxy) and set BASE_URL to the https:// address people type.")  # fmt: skip
    if not config.is_https:
        return Finding(
            "address",
            WRONG,
            "People reach Clearframe without encryption.",
            "Put a TLS proxy in front (docs/proxy) and set BASE_URL to its https:// address.",
        )
    if not config.trusted_hosts:
        return Finding(
            "address", ATTENTION, "Any Host header is answered.", "Set TRUSTED_HOSTS to the name in BASE_URL."
        )
    return Finding("address", OK, "Clearframe answers by TLS and to its own name alone.")


def heads(_config: Config) -> Finding:
    """The trail's signed heads leave the house."""
    from models import trail
    from models.base import db

    with db.connection_context():
        lag = trail.witness_lag()
    if lag is None:
        return Finding(
            "trail",
            ATTENTION,
            "Signed heads of the trail leave by mail only.",
            "Set HEADS_TO to a place this machine can't change.",
        )
    if lag > timedelta(hours=1):
        return Finding(
            "trail",
            WRONG,
            "Signed heads of the trail have not left for more than an hour.",
            "Check the places in HEADS_TO.",
        )
    return Finding("trail", OK, "Signed heads of the trail leave the house.")


def models_of_faces(_config: Config) -> Finding:
    """The face models are those that were tested."""
    from adapters import recognition

    recognition.check_models()
    return Finding("face models", OK, "The face models are the ones that were tested.")


def disk(config: Config) -> Finding:
    """Below the keys, the disk is encrypted (ERA-15); what can't be seen from here is said so."""
    device = _disk(config.keys)
    uuid = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/dm/uuid")
    if uuid.exists() and uuid.read_text().startswith("CRYPT-"):
        return Finding("disk encryption", OK, "The disk of the keys is encrypted.")
    return Finding("disk encryption", ATTENTION, "From here it can't be seen that the disk of the keys is encrypted.",
                   "Use full-disk encryption, and write down how disks are wiped when they leave.")  # fmt: skip


LOOKS: dict[str, Look] = {
    "packages": packages,
    "folders": folders,
    "keys apart": apart,
    "room": room,
    "keys": library,
    "database": database,
    "erasures": erasures,
    "vault": storage,
    "worker": worker,
    "queue": queue,
    "work": jobs,
    "stored files": damage,
    **{f"last {name}": duty(part, name, days, step) for part, name, days, step in DUTIES},
    "mail": mail,
    "address": address,
    "trail": heads,
    "face models": models_of_faces,
    "disk encryption": disk,
}
