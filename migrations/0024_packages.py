"What was found of somebody for a request, and the package that is handed out to her."

from peewee import (
    BigIntegerField,
    BooleanField,
    DateField,
    DateTimeField,
    FloatField,
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

    class Person(Model):
        class Meta:
            database = db
            table_name = "person"

    class Photo(Model):
        class Meta:
            database = db
            table_name = "photo"

    class Face(Model):
        class Meta:
            database = db
            table_name = "face"

    class Claim(Model):
        class Meta:
            database = db
            table_name = "claim"

    class ClaimSearch(Model):
        code = TextField(unique=True)
        claim = ForeignKeyField(Claim, backref="+", unique=True, on_delete="CASCADE")
        names = TextField(default="")
        places = TextField(default="")
        first = DateField(null=True)
        last = DateField(null=True)
        at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        unsearchable = IntegerField(default=0)
        cut = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "claim_search"

    class Searched(Model):
        claim = ForeignKeyField(Claim, backref="searched", on_delete="CASCADE")
        store = TextField()
        count = IntegerField(null=True)
        at = DateTimeField()

        class Meta:
            database = db
            table_name = "searched"
            indexes = ((("claim", "store"), True),)

    class Found(Model):
        code = TextField(unique=True)
        claim = ForeignKeyField(Claim, backref="found", on_delete="CASCADE")
        photo = ForeignKeyField(Photo, backref="found", on_delete="CASCADE")
        ways = JSONField()
        at = DateTimeField()
        confirmed_at = DateTimeField(null=True)
        rejected_at = DateTimeField(null=True)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "found"
            indexes = ((("claim", "photo"), True),)

    class Package(Model):
        code = TextField(unique=True)
        claim = ForeignKeyField(Claim, backref="packages", on_delete="CASCADE")
        person = ForeignKeyField(Person, backref="packages", on_delete="CASCADE")
        kind = TextField()
        at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        count = IntegerField(null=True)
        prepared_at = DateTimeField(null=True)
        reviewed_at = DateTimeField(null=True)
        reviewed_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
        released_at = DateTimeField(null=True)
        released_by = ForeignKeyField(User, null=True, on_delete="SET NULL", backref="+")
        made_at = DateTimeField(null=True)
        expires_at = DateTimeField(null=True, index=True)
        taken_at = DateTimeField(null=True)
        gone_at = DateTimeField(null=True)
        size = BigIntegerField(default=0)
        sha256 = TextField(default="")

        class Meta:
            database = db
            table_name = "package"

    class PackagePicture(Model):
        package = ForeignKeyField(Package, backref="pictures", on_delete="CASCADE")
        photo = ForeignKeyField(Photo, backref="+", on_delete="CASCADE")
        made_at = DateTimeField(null=True)
        look = TextField(default="")
        sha256 = TextField(default="")
        size = IntegerField(default=0)
        width = IntegerField(default=0)
        height = IntegerField(default=0)
        covered = IntegerField(default=0)
        own = TextField(default="")
        why = TextField(default="")

        class Meta:
            database = db
            table_name = "package_picture"
            indexes = ((("package", "photo"), True),)

    class PackageCover(Model):
        picture = ForeignKeyField(PackagePicture, backref="covers", on_delete="CASCADE")
        left = FloatField()
        top = FloatField()
        width = FloatField()
        height = FloatField()
        at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "package_cover"

    class Unmasking(Model):
        picture = ForeignKeyField(PackagePicture, backref="unmaskings", on_delete="CASCADE")
        face = ForeignKeyField(Face, backref="+", on_delete="CASCADE")
        note = TextField()
        at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "unmasking"
            indexes = ((("picture", "face"), True),)

    db.create_tables([ClaimSearch, Searched, Found, Package, PackagePicture, PackageCover, Unmasking])
    db.execute_sql('CREATE INDEX "claimed_name" ON "claimed" ("name")')


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("claimed", "claimed_name"),
        *(migrator.drop_table(name) for name in (
            "unmasking", "package_cover", "package_picture", "package", "found", "searched", "claim_search",
        )),
    )  # fmt: skip
