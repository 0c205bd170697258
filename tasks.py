"""The queue and every task: find by id, call one verb. The job row is the truth, the queue a nudge."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

from huey import Huey, SqliteHuey, crontab
from huey.serializer import SignedSerializer

from adapters.keys import KeyStore
from config import Config
from models import trouble
from models.base import db
from models.errors import Refusal
from models.job import Job

log = logging.getLogger("clearframe.tasks")
HEARTBEAT = 30.0  # seconds; four of them fit into a lease


class Sealed(SignedSerializer):
    """Signs what waits in the queue with a key of ours, read when first needed; arguments are ids only."""

    def __init__(self, keys: Path) -> None:
        super().__init__(secret="from the key store")  # noqa: S106 - replaced by _signature below
        self.keys = keys
        self._secret: bytes | None = None

    def _signature(self, message: bytes) -> bytes:
        if self._secret is None:
            # The scheduler is a process of its own that nobody wires: it needs this one key and nothing else.
            store = KeyStore.open(self.keys)
            self._secret = store.secret("queue")
            store.close()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest().encode()


def make_queue(url: str, config: Config) -> Huey:
    """The queue of this URL: SQLite in the data folder by default, `postgresql://` or `redis://`."""
    common: dict[str, Any] = {"results": False, "serializer": Sealed(config.keys), "utc": True}
    scheme = urlsplit(url).scheme
    if scheme.startswith("postgres"):
        from huey import PostgresHuey

        return PostgresHuey("clearframe", dsn=url, **common)
    if scheme in ("redis", "rediss"):
        from huey import RedisHuey

        return RedisHuey("clearframe", url=url, **common)
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SqliteHuey("clearframe", filename=str(config.data / "queue.db"), fsync=False, **common)


config = Config.from_environment()
huey = make_queue(config.queue_url, config)
_wired_in: int | None = None


@huey.on_startup()
def start_worker() -> None:
    """Open keys, database and vault once per worker process."""
    global _wired_in
    if _wired_in != os.getpid():
        import app  # the wiring is app's; imported here because app imports this module
        from models.health import Beat

        app.wire(config)
        _wired_in = os.getpid()
        with db.connection_context():
            Beat.beat("worker")
            for job in Job.due().limit(500):  # what waited while nobody worked
                work(job.id)


def nudge(job_id: int) -> None:
    """Wake a worker for a job; a lost nudge is found again by the sweep."""
    try:
        work(job_id)
    except Exception:
        log.warning("the queue did not take a nudge; the sweep will find the job")


@huey.task()
def work(job_id: int) -> None:
    """Lease one job and carry it out."""
    with db.connection_context():
        run(job_id)


def run(job_id: int) -> bool:
    """Carry out a job if it can be leased; True when it was done. Runs twice without harm."""
    job = Job.claim(job_id)
    if job is None:
        return False
    try:
        with held(job):
            handlers()[job.kind](job.subject)
    except Exception as error:  # whatever a decoder or a mail server throws, the row must say so
        _missed(job, error)
        return False
    job.finish()
    return True


def _missed(job: Job, error: Exception) -> None:
    why = error.kind if isinstance(error, Refusal) else type(error).__name__
    if trouble.passes(error):
        log.warning("job %s (%s) waits for the machine: %s", job.code, job.kind, why)
        job.put_back(why)
        return
    if not isinstance(error, Refusal):
        log.error("job %s (%s) failed", job.code, job.kind, exc_info=error)
    job.fail(why)


@contextmanager
def held(job: Job) -> Iterator[None]:
    """Renew the lease while the work goes on: it may be short, and still no second worker begins the same."""
    over = Event()
    heart = Thread(target=_beat, args=(job, over), daemon=True)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def _beat(job: Job, over: Event) -> None:
    while not over.wait(HEARTBEAT):
        try:
            with db.connection_context():
                job.renew()
        except (
            Exception
        ) as error:  # the next beat may succeed; a lease lost means the work is done twice, without harm
            log.warning("the lease of job %s was not renewed: %s", job.code, type(error).__name__)


def handlers() -> dict[str, Callable[[int], Any]]:
    """Which verb each kind of job calls with its subject's id."""
    from models import duties

    return duties.HANDLERS


@huey.periodic_task(crontab(minute="*"))
def sweep_waiting() -> None:
    """Wake workers for jobs whose nudge was lost or whose worker died."""
    with db.connection_context():
        for job in Job.due().limit(500):
            work(job.id)


@huey.periodic_task(crontab(minute="*"))
def sign_head() -> None:
    """Sign the trail's tail every minute while it moves (AUD-04), and show that the worker lives."""
    from models import witness
    from models.health import Beat
    from models.trail import Head

    with db.connection_context():
        Beat.beat("worker")
        Head.sign()
        witness.tell()


@huey.periodic_task(crontab(minute="*/10"))
def sweep_endings() -> None:
    """Forget what consent no longer covers and what broke off; colour anew what turned by date."""
    from models import breach, disposition, endings, index, pack, takedown, weighing
    from models.package import Package

    with db.connection_context():
        breach.watch()
        pack.sweep()
        endings.sweep()
        takedown.sweep()
        disposition.sweep()
        Package.sweep()
        weighing.watch()
        with db.atomic():
            index.wake()
            if index.is_watched():
                index.tell_of_days()


@huey.periodic_task(crontab(minute="*/10"))
def sweep_erasures() -> None:
    """End erasures that broke off between ledger and database (ERA-03)."""
    from models import erasure

    with db.connection_context():
        erasure.sweep()


@huey.periodic_task(crontab(minute="7", hour="*"))
def tell_about_endings() -> None:
    """Write the notices of consents that end, each once, also those missed while the machine was off (T7)."""
    from models import chasing, claim_register, coming_of_age, endings, retaining

    with db.connection_context():
        claim_register.remind()
        endings.tell()
        retaining.tell()
        coming_of_age.tell()
        chasing.remind_due()


@huey.periodic_task(crontab(minute="30", hour="6"))
def mail_head() -> None:
    """Send the day's signed head of the trail to the DPO, out of the house (AUD-04)."""
    from models import endings

    with db.connection_context():
        endings.mail_head()


@huey.periodic_task(crontab(minute="17", hour="2"))
def keep_terms() -> None:
    """Carry out the retention schedule, the trail's lines among it, and keep the proof of each class (AUD-05, GOV-09)."""
    from models import retaining

    with db.connection_context():
        retaining.tonight()


@huey.periodic_task(crontab(minute="5", hour="*"))
def keep_month() -> None:
    """Keep the numbers of the month that has ended, on its first hour or the first one the machine is on."""
    from models import monthly

    with db.connection_context():
        monthly.keep()


@huey.periodic_task(crontab(minute="11", hour="2"))
def keep_backups() -> None:
    """Ask for tonight's backups of data and keys, each to its own place (ERA-04, ERA-05)."""
    from models import backups

    with db.connection_context():
        backups.put_nightly()


@huey.periodic_task(crontab(minute="11", hour="4", day="2"))
def try_a_restore_out() -> None:
    """Ask once a month for a restore that is only tried out (SEC-04)."""
    from models import backups

    with db.connection_context():
        backups.put_drill()


@huey.periodic_task(crontab(minute="41", hour="2"))
def watch_faceprints() -> None:
    """See every night that no faceprint is left of anybody who did not say yes (BIO-04)."""
    from models import forgetting

    with db.connection_context():
        forgetting.watch()


@huey.periodic_task(crontab(minute="29", hour="1"))
def scrub_tonight() -> None:
    """Read the night's share of the stored files again, all of them within thirty days (SEC-11)."""
    from models import scrub

    with db.connection_context():
        scrub.tonight()


@huey.periodic_task(crontab(minute="11", hour="4", day_of_week="0"))
def wipe_all() -> None:
    """Write the database anew once a week, so that its pages keep nothing that was deleted (ERA-07)."""
    from models import forgetting

    with db.connection_context():
        forgetting.wipe_all()


@huey.periodic_task(crontab(minute="23", hour="3"))
def tune() -> None:
    """Keep the engine's picture of its tables fresh."""
    from models import schema

    with db.connection_context():
        schema.tune()
