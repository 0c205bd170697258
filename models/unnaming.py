"""A person's name out of everything that is not hers alone: photos that stay, lists that were brought in, letters, logs of files."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterable

from peewee import Model

from adapters import clock
from models import claims, importing, index, search
from models.album import Album
from models.base import tools
from models.claims import Claimed
from models.delivery import Delivery
from models.face import Appearance, Face
from models.folding import folded_name
from models.importing import Import
from models.notice import Notice
from models.override import Override
from models.person import Person
from models.photo import Photo, Review, Tag
from models.publication import Publication
from models.share import Share

BETWEEN = r"[\s_.+-]*"  # how a name's words are joined in texts and in file names


class Known:
    """By what somebody is found in texts: her name in either spelling, and the addresses that reach her."""

    def __init__(self, person: Person) -> None:
        speakers = list(person.guardians)
        names = {person.name, person.folded, *(speaker.name for speaker in speakers)} - {""}
        self.names = [_pattern(name) for name in sorted(names, key=len, reverse=True)]
        self.addresses = {it.email.casefold() for it in (person, *speakers) if it.email}

    def without(self, text: str) -> str:
        """The text with every such name and address taken out."""
        for name in self.names:
            text = name.sub("", text)
        for address in self.addresses:
            text = re.sub(re.escape(address), "", text, flags=re.IGNORECASE)
        return text

    def is_in(self, text: str) -> bool:
        """Whether the text tells who it is."""
        return self.without(text) != text


def _pattern(name: str) -> re.Pattern[str]:
    words = BETWEEN.join(re.escape(word) for word in name.split())
    return re.compile(rf"(?<![^\W_]){words}(?![^\W_])", re.IGNORECASE)


def is_done(person: Person) -> bool:
    """Whether nothing of her is left but the proof."""
    return not person.name and person.email is None and not person.appearances.exists()


def leave_photos(person: Person) -> list[int]:
    """Take her out of the photos she was seen in: her faces wait again, and nobody's word that all are named stands.

    Otherwise a photo without her name would look like one that shows nobody.
    """
    there = list(Appearance.select().where(Appearance.person == person))
    photos = sorted({row.photo_id for row in there if row.undone_at is None})
    for face in Face.select().where(
        Face.id.in_([row.face_id for row in there if row.face_id and not row.undone_at])
    ):
        claims.reopen(face)
        Face.update(waiting_since=clock.now()).where(Face.id == face.id).execute()
    Review.update(undone_at=clock.now()).where(Review.photo.in_(photos), Review.undone_at.is_null()).execute()
    return photos


def look_anew(photos: list[int]) -> None:
    """Write the search words and the verdicts of these photos anew."""
    for photo in Photo.select().where(Photo.id.in_(photos)):
        search.note(photo)
    index.refresh(photos)


def out_of_texts(person: Person, photos: list[int]) -> int:
    """Take her name and addresses out of what others typed; within the caller's transaction. Returns in how many places."""
    known = Known(person)
    if not known.names:
        return 0
    theirs = Photo.select().where(Photo.id.in_(photos))
    count = sum(_clean(photo, known, _TYPED) for photo in theirs)
    albums = Album.select().where(Album.id.in_(theirs.select(Photo.album)))
    count += sum(_clean(album, known, ("title", "description")) for album in albums)
    shown = Publication.select().where(Publication.photo.in_(photos))
    count += sum(_clean(row, known, ("medium", "ended_note")) for row in shown)
    lifted = Override.select().where(Override.photo.in_(photos))
    count += sum(_clean(row, known, ("reason", "note")) for row in lifted)
    count += sum(_clean(row, known, ("name",)) for row in Import.select())
    count += sum(
        _clean(row, known, ("recipient",)) for row in Delivery.select().where(Delivery.recipient != "")
    )
    count += sum(_clean(row, known, ("recipient", "email")) for row in Share.select())
    tags = [tag.id for tag in Tag.select().where(Tag.photo.in_(photos)) if known.is_in(tag.word)]
    Tag.delete().where(Tag.id.in_(tags)).execute()
    names = {folded_name(person.name)}
    said = [row.id for row in Claimed.select().iterator() if folded_name(row.name) in names]
    Claimed.delete().where(Claimed.id.in_(said)).execute()
    return (
        count + len(tags) + len(said) + importing.forget_naming(known.is_in) + _out_of_letters(person, known)
    )


_TYPED = ("title", "caption", "alt_text", "creator", "credit", "copyright", "place", "name")


def _clean(row: Model, known: Known, columns: Iterable[str]) -> int:
    before = {name: getattr(row, name) or "" for name in columns}
    after = {name: known.without(text).strip() for name, text in before.items() if known.is_in(text)}
    if "name" in after and isinstance(row, Photo):
        after["name"] = f"photo{after['name']}" if after["name"].startswith(".") else after["name"] or "photo"
    if isinstance(row, Album) and after.get("title") == "":
        after["title"] = row.code
    if "email" in after:
        after["email"] = None  # type: ignore[assignment]
    if after:
        type(row).update(**after).where(row._meta.primary_key == row._pk).execute()
    return len(after)


def _out_of_letters(person: Person, known: Known) -> int:
    """Letters that lie in the outbox because there is no mail server: hers, and those to others that name her.

    What a mail server took over can't be called back.
    """
    to_her = Notice.select(Notice.code).where(
        (Notice.person == person) | Notice.guardian.in_(list(person.guardians))
    )
    hers, count = {f"{row.code}.eml" for row in to_her}, 0
    for path in tools.mailer.outbox.glob("*.eml"):
        if path.name in hers or _tells(path.read_bytes(), known):
            path.unlink(missing_ok=True)
            count += 1
    return count


def _tells(data: bytes, known: Known) -> bool:
    message = email.message_from_bytes(data, policy=email.policy.default)
    parts = [str(message[name] or "") for name in ("To", "Subject")]
    parts += [
        str(part.get_content())
        for part in message.walk()
        if part.get_content_type() in ("text/plain", "text/html")
    ]
    return any(map(known.is_in, parts))
