"Counts of right and wrong guesses."

from peewee import IntegerField, Model, TextField


def up(migrator, db):
    class Tally(Model):
        model = TextField()
        band = TextField()
        step = IntegerField()
        confirmed = IntegerField(default=0)
        rejected = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "tally"
            indexes = ((("model", "band", "step"), True),)

    db.create_tables([Tally])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("tally"))
