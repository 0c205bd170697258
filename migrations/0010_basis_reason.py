"Why a ground was put on file although the person had said no."

from peewee import TextField


def up(migrator, db):
    migrator.migrate(migrator.add_column("basis", "reason", TextField(default="")))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("basis", "reason"))
