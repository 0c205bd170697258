"""What the worker does and what it stumbled over, in plain words for the administrator."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext

_ = lazy_gettext

WORK: dict[str, Any] = {
    "prepare": _("Make previews and find faces"),
    "look-harder": _("Look for faces once more"),
    "look-turned": _("Look for faces once more"),
    "faceprints": _("Make faceprints"),
    "selfie": _("Look at a selfie"),
    "compare": _("Compare faces"),
    "copy": _("Make a masked copy"),
    "scan": _("Look through older photos"),
    "face-picture": _("Measure a picture for a search by face"),
    "face-search": _("Look for a face, for a request"),
    "wipe": _("Wipe what was deleted"),
    "erase": _("Erase a photo"),
    "erasure-plan": _("Carry out an erasure"),
    "tidy": _("Clear up after an erasure"),
    "recolour": _("Bring the list up to date"),
    "recolour-album": _("Bring the list up to date"),
    "receipt": _("Write a receipt"),
    "notice": _("Send a letter"),
    "package": _("Make a package for a request"),
    "my-links": _("Send a personal link"),
    "forgotten": _("Send a link to a new password"),
    "hook": _("Tell another system"),
    "import": _("Bring in a list"),
    "campaign": _("Ask the people of a campaign"),
    "chase": _("Remind people of a campaign"),
    "backup": _("Make tonight's backup"),
    "keys-backup": _("Back up the key store"),
    "drill": _("Try a restore out"),
    "pack": _("Make an evidence pack"),
}
WHY: dict[str, Any] = {
    "MailRefused": _("The mail server did not take it. Check SMTP_URL and the address."),
    "Full": _("The disk is full."),
    "full": _("The disk is full."),
    "OSError": _("A file could not be read or written. Check disk and mounts."),
    "StorageMissing": _("The vault is not there. Is the disk mounted?"),
    "Damaged": _("A stored file is damaged. Run bin/clearframe scrub and restore it from a backup."),
    "FileNotFoundError": _(
        "A stored file is missing. Run bin/clearframe scrub and restore it from a backup."
    ),
    "KeyGone": _("What it was about was erased."),
    "gone": _("What it was about was erased."),
    "missing": _("What it was about is no longer there."),
    "trail-closed": _("The audit trail could not be written."),
    "no-backup": _("The place of the backups holds none that is whole. Look at BACKUP_TO."),
    "NoPlace": _("The place of the backups is not there. Look at BACKUP_TO and KEYS_BACKUP_TO."),
    "drill-failed": _("A restore that was tried out did not work."),
    "busy": _("The database did not answer."),
    "OperationalError": _("The database did not answer."),
}
DAMAGE: dict[str, Any] = {
    "missing": _("Missing"), "damaged": _("Damaged"), "foreign": _("Not ours"), "key missing": _("Its key is missing"),
}  # fmt: skip
UPKEEP: dict[str, Any] = {
    "backup": _("The backup of the data did not work lately."),
    "keys-backup": _("The backup of the key store did not work lately."),
    "drill": _(
        "The last restore that was tried out did not work: the backups may not bring the library back."
    ),
    "drill-overdue": _("For forty days no restore was tried out with success."),
    "damage": _(
        "Stored files are damaged or missing. Have them restored from a backup while one still holds them."
    ),
}


def upkeep(what: str) -> str:
    """What the house needs of those who look after it."""
    return str(UPKEEP[what])


def damage(what: str) -> str:
    """What is wrong with a stored file."""
    return str(DAMAGE[what])


def work(kind: str) -> str:
    """What a kind of job does."""
    return str(WORK.get(kind, kind))


def stumble(why: str) -> str:
    """What a job stumbled over, and what to do; the error's own name where we know no better."""
    return str(WHY.get(why) or gettext("Something went wrong (%(why)s); the log says more.", why=why))
