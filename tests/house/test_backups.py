"""Every table with words about people says whose they are, so that backups can forget them (ERA-04)."""

from __future__ import annotations

from models import dump, schema
from models.face import Appearance
from models.person import Person
from models.photo import Photo
from models.takedown import TakeDown

# Words of colleagues, of those nobody knows yet, or of the organisation: in a backup they rely on its encryption alone.
OF_NOBODY_IN_A_PHOTO = {
    "album", "breach", "break_glass", "campaign", "deviation", "earlier", "factor", "forgotten", "guard", "identity", "import", "imported_scan", "link_wish", "party", "reopening", "session", "share", "told", "trace", "user", "waiting_form",
}  # fmt: skip


def test_whose_words_a_table_holds_is_known():
    silent = {
        model._meta.table_name for model in schema.records()
        if getattr(model._meta, "personal", ()) and not dump.ways(model)
    }  # fmt: skip
    assert silent == OF_NOBODY_IN_A_PHOTO


# A pointer that may be empty leads on to the next; a row without any is said in docs/backup-format.md.
MAY_POINT_TO_NOBODY = {
    "delivery", "opt_out", "publication", "share_opening", "take_down",
    "claim", "claim_digits", "claim_letter", "claim_search", "face_search", "recipient_notice", "plan_line",  # kept five years after her erasure
}  # fmt: skip


def test_every_way_ends_at_a_person_or_a_photo():
    ends = {way[-1].rel_model for model in schema.records() for way in dump.ways(model) if way}
    assert ends == {Person, Photo}


def test_which_rows_may_point_to_nobody_is_known():
    loose = {
        model._meta.table_name for model in schema.records()
        if getattr(model._meta, "personal", ()) and dump.ways(model)
        and not any(map(dump._always_holds, dump.ways(model)))
    }  # fmt: skip
    assert loose == MAY_POINT_TO_NOBODY


def test_a_row_is_sealed_by_the_nearest_it_does_point_to():
    assert [[field.name for field in way] for way in dump.ways(TakeDown)] == [
        ["person"], ["photo"], ["delivery", "photo"], ["publication", "photo"], ["delivery", "copy", "photo"],
    ]  # fmt: skip
    assert [[field.name for field in way] for way in dump.ways(Appearance)] == [["person"]]
