"The desk's line: a photo's turn, a day's steps to take back, names as they are looked for."

import unicodedata

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, Model, TextField

STROKES = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
WAITS = "SELECT COUNT(*) FROM face WHERE face.photo_id = photo.id AND face.waiting_since IS NOT NULL"
LIKELY = (
    'EXISTS (SELECT 1 FROM face JOIN "match" AS m ON m.face_id = face.id '
    "WHERE face.photo_id = photo.id AND face.waiting_since IS NOT NULL AND m.band = 'likely')"
)


def up(migrator, db):
    class Face(Model):
        class Meta:
            database = db
            table_name = "face"

    class Person(Model):
        name = TextField()
        folded = TextField(default="")

        class Meta:
            database = db
            table_name = "person"

    class Photo(Model):
        class Meta:
            database = db
            table_name = "photo"

    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Step(Model):
        code = TextField(unique=True)
        press = TextField()
        act = CharField()
        word = CharField(null=True)
        user = ForeignKeyField(User, on_delete="CASCADE")
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        face = ForeignKeyField(Face, null=True, on_delete="CASCADE")
        person = ForeignKeyField(Person, null=True, on_delete="CASCADE")
        at = DateTimeField(index=True)
        undone_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "step"
            indexes = ((("user", "undone_at", "id"), False),)

    db.create_tables([Step])
    migrator.migrate(migrator.add_column("photo", "turn", IntegerField(null=True)))
    migrator.migrate(migrator.add_column("person", "folded", TextField(default="")))
    migrator.migrate(migrator.add_index("photo", ("album_id", "turn", "id")))
    migrator.migrate(migrator.add_index("photo", ("album_id", "taken_at")))
    for person in Person.select():
        Person.update(folded=_folded(person.name)).where(Person.id == person.id).execute()
    db.execute_sql(
        f"UPDATE photo SET turn = CASE WHEN ({WAITS}) = 1 THEN CASE WHEN {LIKELY} THEN 1 ELSE 2 END "
        f"WHEN {LIKELY} THEN 3 ELSE 4 END WHERE ({WAITS}) > 0"
    )


def _folded(name):
    apart = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(letters.translate(STROKES).split())


def down(migrator, db):
    migrator.migrate(migrator.drop_index("photo", "photo_album_id_taken_at"))
    migrator.migrate(migrator.drop_index("photo", "photo_album_id_turn_id"))
    migrator.migrate(migrator.drop_column("person", "folded"))
    migrator.migrate(migrator.drop_column("photo", "turn"))
    migrator.migrate(migrator.drop_table("step"))
