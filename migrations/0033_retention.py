"Lines of the trail are found by the code of what they are about, which its erasure asks for."


def up(migrator, db):
    migrator.migrate(migrator.add_index("trace", ("code",)))


def down(migrator, db):
    migrator.migrate(migrator.drop_index("trace", "trace_code"))
