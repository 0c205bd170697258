"One search by the face of who asks: her yes to it, how far it came, and which face of a photo it proposes."

from peewee import DateField, DateTimeField, FloatField, ForeignKeyField, IntegerField, Model, TextField


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Claim(Model):
        class Meta:
            database = db
            table_name = "claim"

    class Face(Model):
        class Meta:
            database = db
            table_name = "face"

    class FaceSearch(Model):
        code = TextField(unique=True)
        claim = ForeignKeyField(Claim, on_delete="CASCADE", backref="face_searches")
        means = TextField()
        statement = TextField()
        evidence = TextField(default="")
        letter_on = DateField(null=True)
        at = DateTimeField(index=True)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        tries = IntegerField(default=0)
        pictures = IntegerField(default=0)
        place = TextField(default="")
        given_at = DateTimeField(null=True)
        why = TextField(default="")
        measured_at = DateTimeField(null=True)
        cursor = IntegerField(null=True)
        total = IntegerField(default=0)
        seen = IntegerField(default=0)
        compared = IntegerField(default=0)
        missed = IntegerField(default=0)
        proposed = IntegerField(default=0)
        unsearchable = IntegerField(default=0)
        withdrawn_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True, index=True)
        over = TextField(null=True)

        class Meta:
            database = db
            table_name = "face_search"

    db.create_tables([FaceSearch])
    face = ForeignKeyField(Face, field=Face.id, null=True, on_delete="SET NULL", backref="+")
    migrator.migrate(
        migrator.add_column("found", "face_id", face),
        migrator.add_column("found", "distance", FloatField(null=True)),
        migrator.drop_column("claim", "face_search_at"),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.add_column("claim", "face_search_at", DateTimeField(null=True)),
        migrator.drop_column("found", "distance"),
        migrator.drop_column("found", "face_id"),
        migrator.drop_table("face_search"),
    )
