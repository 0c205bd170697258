"Masked copies of photos, what was said of them, and which of them left."

from peewee import (
    CharField,
    DateTimeField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class Photo(Model):
        class Meta:
            database = db
            table_name = "photo"

    class Use(Model):
        class Meta:
            database = db
            table_name = "use"

    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Copy(Model):
        code = TextField(unique=True)
        photo = ForeignKeyField(Photo, on_delete="CASCADE")
        use = ForeignKeyField(Use)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        extent = CharField()
        style = CharField()
        made_at = DateTimeField(null=True)
        width = IntegerField(null=True)
        height = IntegerField(null=True)
        why = TextField(default="")

        class Meta:
            database = db
            table_name = "copy"

    class Cover(Model):
        copy = ForeignKeyField(Copy, on_delete="CASCADE")
        left = FloatField()
        top = FloatField()
        width = FloatField()
        height = FloatField()

        class Meta:
            database = db
            table_name = "cover"

    class CopyCheck(Model):
        copy = ForeignKeyField(Copy, on_delete="CASCADE")
        word = CharField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        at = DateTimeField()
        saw = JSONField()

        class Meta:
            database = db
            table_name = "copy_check"

    db.create_tables([Copy, Cover, CopyCheck])
    # A copy that went must not turn into the original it was made of: its rows go with it.
    for table in ("delivery", "shared_photo"):
        column = ForeignKeyField(Copy, field=Copy.id, null=True, on_delete="CASCADE")
        migrator.migrate(migrator.add_column(table, "copy_id", column))


def down(migrator, db):
    for table in ("shared_photo", "delivery"):
        migrator.migrate(migrator.drop_index(table, f"{table}_copy_id"))
        migrator.migrate(migrator.drop_column(table, "copy_id"))
    for table in ("copy_check", "cover", "copy"):
        migrator.migrate(migrator.drop_table(table))
