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
# What was looked for on a request: ways of finding a photo, and stores.
WAYS = {
    "link": _l("somebody saw this person in it"), "claimed": _l("the file names this person"), "title": _l("named in the title"),
    "caption": _l("named in the caption"), "tag": _l("named in a tag"), "file-name": _l("named in the file's name"),
    "face": _l("the computer finds a face in it like this person's"),
    "clue": _l("from the event, place or days; somebody in it has no name"),
}  # fmt: skip
STORES = {
    "photos": _l("Photos in which somebody saw this person"), "vault": _l("Stored files: photos and proofs"),
    "index": _l("Search index"), "guardians": _l("People who speak for this person"), "circumstances": _l("Circumstances"), "holds": _l("Kept by law"), "breaches": _l("Breaches"),
    "requests": _l("Consent requests"), "asked": _l("Uses asked for"), "consents": _l("Consents"), "lines": _l("Answers"),
    "withdrawals": _l("Withdrawals"), "voidings": _l("Answers declared void"), "bases": _l("Other grounds"), "rulings": _l("Rulings"),
    "deliveries": _l("Deliveries"), "publications": _l("Publications"), "shares": _l("Photos in shares"), "overrides": _l("Exceptions for photos"),
    "takedowns": _l("Take-downs"), "dispositions": _l("Decisions about photos"), "messages": _l("Messages"),
    "claims": _l("Requests about data"), "claim-letters": _l("Letters of requests"), "packages": _l("Packages"), "face-searches": _l("Searches by the face of who asked"),
    "letters": _l("Letters"), "outbox": _l("Outbox of this machine"), "campaigns": _l("Campaigns"), "visits": _l("Visits through a poster"),
    "entries": _l("Codes for the own page"), "imports": _l("Rows of imported lists"), "events": _l("Objections at events"),
    "of-age": _l("Letters at coming of age"), "merged": _l("Entries brought together"), "distinct": _l("Entries known to be two"),
    "sought": _l("Searches through older photos"), "faceprints": _l("Faceprints"), "selfies": _l("Selfies"),
    "guesses": _l("Guesses of the computer"), "rejections": _l("Rejected guesses"), "desk": _l("Acts at the desk, kept for a day"),
    "trail": _l("Lines of the trail"), "backups": _l("Backups"), "processors": _l("Processors"),
}  # fmt: skip
STATED = {
    "backups": _l("The same again, sealed under this person's own key, for as many days as backups are kept; not searched one by one."),
    "processors": _l("Mail and storage providers hold copies only while they do their work; ask those your register names."),
}  # fmt: skip
