"""Whose hands a signature takes: her own, a guardian's, both, or a relative's (MIN-01, MIN-03, DCD-01)."""

from __future__ import annotations

from models import ages
from models.errors import Invalid, _l
from models.gather import today
from models.person import Guardian, Person, Speaking


def whose_hands(person: Person, *, by_mail: bool) -> list[Guardian | Person]:
    """Whose hands it takes: her own, her guardian's, both where the country asks for both, or a relative's (MIN-01, DCD-01)."""
    if person.died_on():
        hands: list[Guardian | Person] = [_speaker(person, Speaking.RELATIVE)]
    elif person.is_minor():
        hands = [_speaker(person, Speaking.GUARDIAN)]
        if person.born and ages.must_sign_too(person.born, today(), ages.profile()):
            hands.append(person)
    else:
        hands = [person]
    for signer in hands:
        if by_mail and not signer.email:
            words = _l("%(name)s has no e-mail address. Choose a link or QR code.")
            raise Invalid(words, field="way", name=signer.name)
    return hands


def _speaker(person: Person, kind: Speaking) -> Guardian:
    speaker = next(iter(person.speakers(kind)), None)
    if speaker is None:
        words = {
            Speaking.GUARDIAN: _l("%(name)s is a minor. Add a parent or guardian first."),
            Speaking.RELATIVE: _l("%(name)s has died. Add the partner, a child or a parent first."),
        }
        raise Invalid(words[kind], field="person", name=person.name)
    if not speaker.email:
        # Whoever signs for another takes a second step, which is a code sent to the address on file (SIG-05).
        raise Invalid(
            _l("Add the e-mail address of %(name)s: a code is sent to it before signing."),
            field="person",
            name=speaker.name,
        )
    return speaker


def check_address(signer: Guardian | Person, *, second_step: bool) -> None:
    """Raise Invalid where a code has to be mailed and there is no address to mail it to (SIG-05)."""
    if second_step and not signer.email:
        words = _l(
            "%(name)s has no e-mail address, and this text takes a code sent to it. Add one, or use a paper form."
        )
        raise Invalid(words, field="wording", name=signer.name)


def check_contract(person: Person) -> None:
    """Raise Invalid for someone old enough to consent and too young for a contract: that takes a parent's hand as well (MIN-09)."""
    age = ages.profile().contract_age
    if person.born and not person.is_minor() and ages.birthday(person.born, age) > today():
        words = _l(
            "%(name)s is under %(age)s, and a contract takes a parent's signature as well. Have both sign on paper and put it "
            "on file as a contract on the page of this person."
        )
        raise Invalid(words, field="wording", name=person.name, age=age)


def may_be_recognised(person: Person, guardian: Guardian | None) -> bool:
    """Whether recognition can be asked at all: adults for themselves, with an address for the second step (BIO-03, BIO-09)."""
    return guardian is None and bool(person.email) and not person.is_minor()
