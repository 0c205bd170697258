"""Full-text search over photos: one row of words per photo, on either engine."""

from __future__ import annotations

import re

from peewee import SQL, ModelSelect

from models.base import db, is_postgres
from models.photo import Photo, Tag

MOST_WORDS = 12


def note(photo: Photo) -> None:
    """Write the photo's words anew: titles, places, tags and the names of the people in it."""
    from models.face import Appearance
    from models.person import Person

    names = (
        Person.select(Person.name)
        .join(Appearance)
        .where(Appearance.photo == photo, Appearance.undone_at.is_null())
    )
    words = [
        photo.title,
        photo.caption,
        photo.place,
        photo.creator,
        photo.name,
        photo.album.title,
        photo.camera,
    ]
    words += [tag.word for tag in Tag.select().where(Tag.photo == photo)] + [person.name for person in names]
    text = " ".join(filter(None, words))
    if is_postgres():
        db.execute_sql(
            "INSERT INTO photo_words VALUES (%s, to_tsvector('simple', %s)) "
            "ON CONFLICT (photo_id) DO UPDATE SET words = EXCLUDED.words",
            (photo.id, text),
        )
    else:
        db.execute_sql("DELETE FROM photo_words WHERE rowid = ?", (photo.id,))
        db.execute_sql("INSERT INTO photo_words(rowid, words) VALUES (?, ?)", (photo.id, text))


def forget(photo_id: int) -> None:
    """Take the photo's words out of the index."""
    key = "photo_id = %s" if is_postgres() else "rowid = ?"
    db.execute_sql(f"DELETE FROM photo_words WHERE {key}", (photo_id,))  # noqa: S608 - no value in the text


def matching(query: ModelSelect[Photo], text: str) -> ModelSelect[Photo]:
    """Narrow a query of photos to those that hold every word, each as a beginning: "zomer" finds "zomerfeest"."""
    words = re.findall(r"\w+", text.casefold())[:MOST_WORDS]
    if not words:
        return query
    if is_postgres():
        asked = " & ".join(f"{word}:*" for word in words)
        hit = SQL("(SELECT photo_id FROM photo_words WHERE words @@ to_tsquery('simple', %s))", (asked,))
    else:
        asked = " ".join(f'"{word}"*' for word in words)
        hit = SQL("(SELECT rowid FROM photo_words WHERE photo_words MATCH ?)", (asked,))
    return query.where(Photo.id.in_(hit))
