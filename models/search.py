"""Full-text search over photos: one row of words per photo, on either engine."""

from __future__ import annotations

import re

from peewee import SQL, ModelSelect

from models.base import db, is_postgres
from models.folding import folded
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
    words += [tag.word for tag in Tag.select().where(Tag.photo == photo)]
    plain = folded(" ".join(filter(None, words)))
    people = folded(" ".join(person.name for person in names))
    if is_postgres():
        db.execute_sql(
            "INSERT INTO photo_words VALUES (%s, to_tsvector('simple', %s), to_tsvector('simple', %s)) "
            "ON CONFLICT (photo_id) DO UPDATE SET words = EXCLUDED.words, whole = EXCLUDED.whole",
            (photo.id, plain, f"{plain} {people}"),
        )
    else:
        db.execute_sql("DELETE FROM photo_words WHERE rowid = ?", (photo.id,))
        db.execute_sql(
            "INSERT INTO photo_words(rowid, words, names) VALUES (?, ?, ?)", (photo.id, plain, people)
        )


def forget(photo_id: int) -> None:
    """Take the photo's words out of the index."""
    key = "photo_id = %s" if is_postgres() else "rowid = ?"
    db.execute_sql(f"DELETE FROM photo_words WHERE {key}", (photo_id,))  # noqa: S608 - no value in the text


def matching(query: ModelSelect[Photo], text: str, *, names: bool) -> ModelSelect[Photo]:
    """Narrow a query of photos to those that hold every word, each as a beginning: "zomer" finds "zomerfeest".

    People's names count only with `names`, for who may look people up: otherwise a search would say who is in a photo.
    """
    words = re.findall(r"\w+", folded(text))[:MOST_WORDS]
    if not words:
        return query
    if is_postgres():
        asked = " & ".join(f"{word}:*" for word in words)
        column = "whole" if names else "words"
        hit = SQL(f"(SELECT photo_id FROM photo_words WHERE {column} @@ to_tsquery('simple', %s))", (asked,))  # noqa: S608
    else:
        asked = " ".join(f'"{word}"*' for word in words)
        hit = SQL(
            "(SELECT rowid FROM photo_words WHERE photo_words MATCH ?)",
            (asked if names else f"{{words}} : ({asked})",),
        )
    return query.where(Photo.id.in_(hit))
