"Overrides of a doubt by two people until a day, and what the stored index says after a last day."

from peewee import (
    BooleanField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Photo(Model):
        class Meta:
            database = db
            table_name = "photo"

    class Use(Model):
        class Meta:
            database = db
            table_name = "use"

    class Override(Model):
        code = TextField(unique=True)
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        use = ForeignKeyField(Use, on_delete="CASCADE")
        doubts = JSONField()
        people = JSONField()
        faces = JSONField()
        names = IntegerField()
        reason = TextField()
        until = DateField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        confirmed = BooleanField(null=True)
        answered_at = DateTimeField(null=True)
        answered_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        note = TextField(default="")
        ended_at = DateTimeField(null=True)
        ended_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "override"

    db.create_tables([Override])
    migrator.migrate(migrator.add_column("indexed", "turns_to", TextField(default="blocked")))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("indexed", "turns_to"))
    migrator.migrate(migrator.drop_table("override"))
