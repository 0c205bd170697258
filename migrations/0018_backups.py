"Restores that were tried out."

from peewee import BooleanField, DateTimeField, IntegerField, Model, TextField


def up(migrator, db):
    class Drill(Model):
        code = TextField(unique=True)
        at = DateTimeField()
        snapshot = TextField(default="")
        rows = IntegerField(default=0)
        objects = IntegerField(default=0)
        seconds = IntegerField(default=0)
        ok = BooleanField(default=False)
        why = TextField(default="")

        class Meta:
            database = db
            table_name = "drill"

    db.create_tables([Drill])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("drill"))
