"What the scrub found, and how far it has come."

from peewee import DateTimeField, IntegerField, Model, TextField


def up(migrator, db):
    class Damage(Model):
        code = TextField()
        role = TextField()
        what = TextField()
        at = DateTimeField()
        mended_at = DateTimeField(null=True)

        class Meta:
            database = db
            table_name = "damage"
            indexes = ((("code", "role"), True),)

    class Round(Model):
        cursor = TextField(default="")
        began_at = DateTimeField()
        ended_at = DateTimeField(null=True)
        objects = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "round"

    db.create_tables([Damage, Round])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("damage"), migrator.drop_table("round"))
