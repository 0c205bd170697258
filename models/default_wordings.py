"""The texts a new house begins with, written for this product at B1 level; the DPO makes them her own."""

from __future__ import annotations

from models.wording import Wording, WordingKind

_EN = """{organisation} takes photos to show what we do. You can be recognised in some of them. We only use a photo of you if you agree.

You choose for each use. You may say yes to one and no to another. If you say no, nothing changes for you: not in your care, your work, your lessons or your visit.

Your yes counts until {until}. You can change your mind on any day before that, without giving a reason and as easily as you say yes now. Use the link on your receipt. From that moment we stop using the photo. What was printed or passed on before can't always be taken back.

{organisation}, {address}, is responsible for your data. We keep the photos, your name, your choices and your signature. We use them because you agree (Article 6(1)(a) of the GDPR). We pass photos on only for the uses you say yes to: {uses}. We don't send them outside Europe, unless you say yes to a use that is public on the internet.

We keep the proof of your choices for five years after your consent ends. No computer decides anything about you.

You may ask us what we have about you, have it corrected or erased, have its use limited, take it with you, or object. Write to {contact}. You may also complain to {authority}."""
_NL = """{organisation} maakt foto's om te laten zien wat we doen. Op sommige foto's bent u te herkennen. We gebruiken een foto van u alleen als u dat goed vindt.

U kiest per gebruik. U mag ja zeggen tegen het ene en nee tegen het andere. Zegt u nee, dan verandert er niets voor u: niet in uw zorg, uw werk, uw lessen of uw bezoek.

Uw ja geldt tot en met {until}. U kunt zich vóór die tijd elke dag bedenken, zonder reden en even makkelijk als u nu ja zegt. Gebruik daarvoor de link op uw bewijs. Vanaf dat moment gebruiken we de foto niet meer. Wat al gedrukt of doorgegeven is, kunnen we niet altijd terughalen.

{organisation}, {address}, is verantwoordelijk voor uw gegevens. We bewaren de foto's, uw naam, uw keuzes en uw handtekening. We gebruiken die omdat u toestemming geeft (artikel 6 lid 1 onder a AVG). We geven foto's alleen door voor het gebruik waar u ja tegen zegt: {uses}. We sturen ze niet buiten Europa, behalve als u ja zegt tegen gebruik dat openbaar op internet staat.

We bewaren het bewijs van uw keuzes tot vijf jaar na het einde van uw toestemming. Geen computer beslist iets over u.

U mag vragen wat we van u hebben, dat laten verbeteren of wissen, het gebruik laten beperken, het meenemen of bezwaar maken. Schrijf naar {contact}. U kunt ook een klacht indienen bij {authority}."""
_DE = """{organisation} macht Fotos, um zu zeigen, was wir tun. Auf manchen Fotos sind Sie zu erkennen. Wir verwenden ein Foto von Ihnen nur, wenn Sie einverstanden sind.

Sie entscheiden für jede Verwendung einzeln. Sie können zu einer Ja und zu einer anderen Nein sagen. Wenn Sie Nein sagen, ändert sich für Sie nichts: nicht bei Ihrer Behandlung, Ihrer Arbeit, Ihrem Unterricht oder Ihrem Besuch.

Ihr Ja gilt bis zum {until}. Bis dahin können Sie Ihre Meinung jeden Tag ändern, ohne Grund und so einfach, wie Sie jetzt Ja sagen. Nutzen Sie dafür den Link auf Ihrer Bestätigung. Ab diesem Moment verwenden wir das Foto nicht mehr. Was schon gedruckt oder weitergegeben wurde, können wir nicht immer zurückholen.

{organisation}, {address}, ist für Ihre Daten verantwortlich. Wir speichern die Fotos, Ihren Namen, Ihre Entscheidungen und Ihre Unterschrift. Wir verwenden sie, weil Sie einwilligen (Artikel 6 Absatz 1 Buchstabe a DSGVO). Wir geben Fotos nur für die Verwendungen weiter, zu denen Sie Ja sagen: {uses}. Wir senden sie nicht außerhalb Europas, außer Sie sagen Ja zu einer Verwendung, die öffentlich im Internet steht.

Wir bewahren den Nachweis Ihrer Entscheidungen fünf Jahre über das Ende Ihrer Einwilligung hinaus auf. Kein Computer entscheidet etwas über Sie.

Sie können fragen, was wir über Sie haben, es berichtigen oder löschen lassen, die Verwendung einschränken lassen, es mitnehmen oder widersprechen. Schreiben Sie an {contact}. Sie können sich auch beschweren bei: {authority}."""

RECOGNITION = {
    "en": "May our computer suggest your name when you are in a new photo? For that it keeps numbers that describe your face. They stay on our own machine and are deleted when you say so. A person always checks. Your answer changes nothing about the photos; without it, we name you by hand.",
    "nl": "Mag onze computer uw naam voorstellen als u op een nieuwe foto staat? Daarvoor bewaart hij getallen die uw gezicht beschrijven. Die blijven op onze eigen machine en worden gewist zodra u dat wilt. Een mens kijkt altijd mee. Uw antwoord verandert niets aan de foto's; zonder dit schrijven we uw naam er met de hand bij.",
    "de": "Darf unser Computer Ihren Namen vorschlagen, wenn Sie auf einem neuen Foto sind? Dafür speichert er Zahlen, die Ihr Gesicht beschreiben. Sie bleiben auf unserem eigenen Rechner und werden gelöscht, sobald Sie es wünschen. Ein Mensch prüft immer. Ihre Antwort ändert nichts an den Fotos; ohne sie tragen wir Ihren Namen von Hand ein.",
}
_GENERAL = {
    "en": ("May we use photos of you?", _EN),
    "nl": ("Mogen we foto's van u gebruiken?", _NL),
    "de": ("Dürfen wir Fotos von Ihnen verwenden?", _DE),
}
_CHILD = {
    "en": ("May we use photos of your child?", "You decide for your child, together with your child if that is possible. One parent or guardian signs; if the other says no, we don't use the photo.\n\n"),
    "nl": ("Mogen we foto's van uw kind gebruiken?", "U beslist voor uw kind, als het kan samen met uw kind. Eén ouder of voogd tekent; zegt de ander nee, dan gebruiken we de foto niet.\n\n"),
    "de": ("Dürfen wir Fotos von Ihrem Kind verwenden?", "Sie entscheiden für Ihr Kind, wenn möglich gemeinsam mit ihm. Ein Elternteil oder Vormund unterschreibt; sagt der andere Nein, verwenden wir das Foto nicht.\n\n"),
}  # fmt: skip


def lay() -> None:
    """Publish the first version of the default wordings, in the caller's transaction."""
    general = Wording.create(name="Photos of you", kind=WordingKind.GENERAL)
    general.publish(
        {
            lang: {"title": title, "body": body, "recognition": RECOGNITION[lang]}
            for lang, (title, body) in _GENERAL.items()
        },
        by="system",
    )
    child = Wording.create(name="Photos of a child", kind=WordingKind.MINOR)
    texts = {
        lang: {"title": title, "body": first + _GENERAL[lang][1]} for lang, (title, first) in _CHILD.items()
    }
    child.publish(texts, by="system")
