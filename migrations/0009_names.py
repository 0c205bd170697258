"Names a file claims have a place."

from peewee import FloatField

PLACE = ("left", "top", "width", "height")


def up(migrator, db):
    for column in PLACE:
        migrator.migrate(migrator.add_column("claimed", column, FloatField(null=True)))


def down(migrator, db):
    for column in PLACE:
        migrator.migrate(migrator.drop_column("claimed", column))
