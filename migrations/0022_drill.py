"What a restore that was tried out found: lines of the trail that hold, and erasures done again."

from peewee import IntegerField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("drill", "lines", IntegerField(default=0)),
        migrator.add_column("drill", "erased_again", IntegerField(default=0)),
    )


def down(migrator, db):
    migrator.migrate(migrator.drop_column("drill", "erased_again"), migrator.drop_column("drill", "lines"))
