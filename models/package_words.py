"""What the records' own words say on paper, marked for translation; rows of the paper are in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from models.errors import _l

Say = Callable[[str], str]

STATES = {
    "requested": _l("asked, not answered"), "given": _l("yes"), "renewed": _l("yes, renewed"), "refused": _l("no"),
    "withdrawn": _l("taken back"), "expired": _l("ended"), "superseded": _l("replaced by a newer answer"),
    "invalidated": _l("void"), "revoked": _l("ended by us"), "unknown": _l("on file without proof"),
}  # fmt: skip
CRITERIA = {
    "decision": _l("a decision about this photo is due by then, because the ground for it has ended"),
    "consent": _l("thirty days after your last yes ends; then we decide about each photo"),
    "basis": _l("the day after the ground for it ends or has to be looked at again"),
    "request": _l("no ground with an end is on file; whether it stays is decided with your request"),
}  # fmt: skip
SOURCES = {
    "upload": _l("uploaded by a colleague or photographer with an account here"),
    "import": _l("brought in with a batch of files, or by an account that is gone"),
}  # fmt: skip
OWN = {
    "open": _l("your face can be seen"), "covered": _l("your face is partly covered by somebody in front of you"),
    "none": _l("your face is not marked in it"),
}  # fmt: skip
CIRCUMSTANCES = {
    "deceased": _l("noted as deceased"), "protected": _l("is never to be shown"), "left": _l("left the organisation"),
    "objection": _l("objected to use"), "objection_marketing": _l("objected to direct marketing"),
    "restricted": _l("use is restricted"), "unrecognised": _l("is not to be recognised by a computer"),
}  # fmt: skip
RELATIONS = {
    "visitor": _l("visitor"), "employee": _l("employee"), "volunteer": _l("volunteer"), "patient": _l("patient"),
    "pupil": _l("pupil"), "resident": _l("resident"), "other": _l("other"),
}  # fmt: skip
COUNTRIES = {"*": _l("every country, because it is public"), "US": _l("United States"), "CN": _l("China")}
BASES = {
    "contract": _l("contract"), "li": _l("our legitimate interest, weighed against yours"), "public_task": _l("public task"),
}  # fmt: skip
KEEPING_PROOF = _l("to be able to prove what you chose, as the law asks (Art. 7(1))")
ANSWERING = _l("to answer your request and show that we did (Art. 12, 15)")
SEEN = {
    "open": _l("own face visible"), "covered": _l("own face partly covered"), "none": _l("own face not marked"),
}  # fmt: skip
