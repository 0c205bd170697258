"""Which signed heads have left the house by HEADS_TO; what could not leave is tried again at the next turn (AUD-04)."""

from __future__ import annotations

import logging
from datetime import timedelta

from peewee import IntegerField, TextField

from adapters import clock
from adapters.witness import NoWitness, Witness
from models.base import Record, db, tools
from models.trail import Head

log = logging.getLogger("clearframe.trail")
BATCH = 1_000


class Witnessed(Record):
    """How far one place has the heads: all up to this row of `head`."""

    place = TextField(primary_key=True)
    head = IntegerField(default=0)

    class Meta:
        personal, plain = (), ("head",)


def tell() -> None:
    """Hand every head that is new to each place; one that does not answer stops neither the others nor the house."""
    for witness in tools.witnesses:
        try:
            while _tell(witness):
                pass
        except NoWitness as trouble:
            log.warning("%s did not take the heads of the trail: %s", witness.url, trouble)


def lag() -> timedelta | None:
    """How long the oldest head has been waiting for any of the places; None when there is none."""
    if not tools.witnesses:
        return None
    first = (
        Head.select(Head.at).where(Head.id > min(map(_reached, tools.witnesses))).order_by(Head.id).first()
    )
    return clock.now() - first.at if first else timedelta(0)


def _tell(witness: Witness) -> bool:
    """Hand over one batch; True when there may be more."""
    heads = list(Head.select().where(Head.id > _reached(witness)).order_by(Head.id).limit(BATCH))
    if not heads:
        return False
    # Kept there before it is written here that it was: after a crash in between it is there twice, and never missing.
    witness.keep([head.note for head in heads])
    with db.atomic():
        row = Witnessed(place=witness.url, head=heads[-1].id)
        if not row.save(only=[Witnessed.head]):
            row.save(force_insert=True)
    return len(heads) == BATCH


def _reached(witness: Witness) -> int:
    row = Witnessed.get_or_none(Witnessed.place == witness.url)
    return row.head if row else 0
