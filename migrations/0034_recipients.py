"A recipient can be written to by mail, and what was tried where something is public is noted step by step (N19-01, N19-02)."

from peewee import TextField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("recipient_notice", "email", TextField(null=True)),
        migrator.add_column("recipient_notice", "steps", TextField(default="")),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("recipient_notice", "email"), migrator.drop_column("recipient_notice", "steps")
    )
