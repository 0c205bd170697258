"""Our texts in German."""

SENTENCES = {
    "organisation": "{organisation}, {address}, ist für Ihre Daten verantwortlich.",
    "contact": "Haben Sie eine Frage? Schreiben Sie an {contact}.",
    "dpo": "Unsere Datenschutzbeauftragte oder unser Datenschutzbeauftragter wacht darüber. Sie erreichen diese Person unter {contact}.",
    "uses": "Wir fragen Sie nach diesen Verwendungen: {uses}.",
    "basis": "Wir dürfen ein Foto verwenden, weil Sie einwilligen (Artikel 6 Absatz 1 Buchstabe a DSGVO).",
    "recipients": "Unsere eigenen Leute, die mit Fotos arbeiten, können sie sehen. Wir geben Fotos nur für die Verwendungen weiter, zu "
    "denen Sie Ja sagen.",
    "transfers": "Wir senden keine Fotos außerhalb Europas. Ein Foto im Internet ist aber in der ganzen Welt zu sehen.",
    "until": "Ihr Ja gilt bis zum {until}.",
    "retention": "Wir bewahren den Nachweis Ihrer Wahl fünf Jahre über das Ende Ihres Ja hinaus auf. So können wir zeigen, was Sie "
    "gewählt haben.",
    "rights": "Sie dürfen fragen, was wir über Sie haben, und es ansehen. Sie dürfen es berichtigen oder löschen lassen. Sie dürfen die "
    "Verwendung einschränken lassen. Sie dürfen es mitnehmen. Sie dürfen dem widersprechen, was wir damit tun. Schreiben Sie an {contact}.",
    "withdraw": "Sie können es sich jeden Tag anders überlegen. Sie müssen nicht sagen, warum. Es ist so einfach wie Ja sagen: Nutzen Sie "
    "den Link auf Ihrer Bestätigung. Ab diesem Moment verwenden wir das Foto nicht mehr. Was schon gedruckt ist, können wir nicht immer "
    "zurückholen.",
    "authority": "Sind Sie mit unserer Antwort nicht zufrieden? Sie können sich beschweren bei: {authority}.",
    "refusal": "Sie müssen nicht Ja sagen. Ein Nein hat keine Folgen für Sie.",
    "decisions": "Kein Computer entscheidet etwas über Sie.",
    "papers": "Dies ist kein Teil eines Vertrags oder von Aufnahmepapieren.",
    "explicit": "Wir bitten Sie, ausdrücklich Ja zu sagen.",
    "health": "Auf dem Foto kann zu sehen sein, dass Sie behandelt werden. Das sagt etwas über Ihre Gesundheit.",
    "alternative": "Sagen Sie Nein, dann schreiben wir Ihren Namen von Hand zum Foto. Das geht genauso gut.",
    "fee": "Dafür zahlen wir Ihnen das Honorar, das in der Buchung steht. Die Buchung haben wir Ihnen geschickt.",
}
_EXPLICIT = (
    "Wir dürfen das tun, weil Sie ausdrücklich einwilligen (Artikel 6 Absatz 1 Buchstabe a und Artikel 9 Absatz 2 Buchstabe a DSGVO). "
    "Darum bestätigen Sie Ihre Antwort mit einem Code."
)
FOR_KIND = {
    "minor": {
        "refusal": "Sie müssen nicht Ja sagen. Ein Nein hat keine Folgen für Ihr Kind oder für Sie.",
        "papers": "Dies ist kein Teil der Papiere für die Anmeldung bei einer Schule oder einem Verein.",
    },
    "employee": {"papers": "Dies ist kein Teil Ihres Arbeitsvertrags."},
    "patient": {
        "basis": _EXPLICIT, "papers": "Dies ist kein Teil Ihrer Aufnahmepapiere.",
        "refusal": "Sie müssen nicht Ja sagen. Ein Nein hat keine Folgen für Sie oder Ihre Behandlung.",
    },
    "recognition": {
        "basis": _EXPLICIT,
        "uses": "Wir nutzen sie nur für eines: Ihren Namen vorzuschlagen.",
        "recipients": "Nur unser eigener Rechner nutzt diese Zahlen. Wir teilen sie mit niemandem.",
        "transfers": "Sie gehen nie außerhalb Europas: Sie bleiben auf unserem eigenen Rechner.",
        "withdraw": "Sie können es sich jeden Tag anders überlegen. Sie müssen nicht sagen, warum. Nutzen Sie den Link auf Ihrer "
        "Bestätigung. Die Zahlen werden dann innerhalb einer Stunde gelöscht.",
        "decisions": "Kein Computer entscheidet etwas über Sie. Er schlägt nur einen Namen vor, und ein Mensch prüft ihn.",
    },
    "contract": {
        "basis": "Wir dürfen die Fotos verwenden wegen dem, was wir hier vereinbaren (Artikel 6 Absatz 1 Buchstabe b DSGVO).",
        "recipients": "Unsere eigenen Leute, die mit Fotos arbeiten, können sie sehen. Wir geben Fotos nur für die Verwendungen weiter, die "
        "hier stehen.",
        "until": "Was wir hier vereinbaren, endet am {until}.",
        "retention": "Wir bewahren diesen Vertrag sieben Jahre über sein Ende hinaus auf. Das Steuerrecht verlangt es.",
        "refusal": "Sie müssen nicht unterschreiben. Ohne Ihre Unterschrift gibt es keine Buchung und kein Honorar.",
    },
}  # fmt: skip

RECOGNITION = (
    "Darf unser Computer Ihren Namen vorschlagen, wenn Sie auf einem neuen Foto sind? Dafür speichert er Zahlen, die Ihr Gesicht "
    "beschreiben. Sie bleiben auf unserem eigenen Rechner. Sie werden gelöscht, sobald Sie es wünschen. Ein Mensch prüft immer. Ihre "
    "Antwort ändert nichts an den Fotos. Sagen Sie Nein, dann tragen wir Ihren Namen von Hand ein. Das geht genauso gut."
)
_END = "{until} {withdraw}\n\n{organisation}, {address}, ist für Ihre Daten verantwortlich. Wir speichern die Fotos, Ihren Namen, Ihre Wahl und Ihre Unterschrift. {basis}\n\n{recipients} {transfers}\n\n{retention} {decisions}\n\n{rights}\n\n{dpo} {authority}"
_END = _END.replace("{until}", SENTENCES["until"]).replace("{authority}", SENTENCES["authority"])

TEXTS = {
    "general": (
        "Dürfen wir Fotos von Ihnen verwenden?",
        "{organisation} macht Fotos, um zu zeigen, was wir tun. Auf manchen Fotos sind Sie zu erkennen. Wir verwenden ein Foto von Ihnen "
        "nur, wenn Sie einverstanden sind.\n\nSie wählen für jede Verwendung einzeln: {uses}. Sie dürfen zu einer Ja und zu einer anderen "
        "Nein sagen. {refusal} Bei Ihrer Behandlung, Ihrer Arbeit, Ihrem Unterricht oder Ihrem Besuch ändert sich nichts.\n\n" + _END,
    ),
    "shoot": (
        "Dürfen wir die Fotos dieses Tages verwenden?",
        "Heute macht {organisation} Fotos. Auf manchen Fotos sind Sie zu erkennen. Dieser Text gilt für die Fotos von diesem einen Anlass. "
        "Für andere Fotos gilt er nicht.\n\nSie wählen für jede Verwendung einzeln: {uses}. Sie dürfen zu einer Ja und zu einer anderen "
        "Nein sagen. {refusal} Sie können an dem Tag genauso teilnehmen. Möchten Sie lieber gar nicht auf ein Foto? Sagen Sie es der "
        "Person mit der Kamera.\n\n" + _END,
    ),
    "minor": (
        "Dürfen wir Fotos von Ihrem Kind verwenden?",
        "{organisation} macht Fotos, um zu zeigen, was wir tun. Auf manchen Fotos ist Ihr Kind zu erkennen. Wir verwenden so ein Foto nur, "
        "wenn Sie einverstanden sind. Sie entscheiden für Ihr Kind. Tun Sie das gemeinsam mit Ihrem Kind, wenn es geht.\n\nFür Ihr Kind zum "
        "Lesen: Wir möchten gern ein Foto zeigen, auf dem du bist. Du darfst Nein sagen, und niemand ist dir böse.\n\nSie wählen für jede "
        "Verwendung einzeln: {uses}. Sie dürfen zu einer Ja und zu einer anderen Nein sagen. {refusal} {papers}\n\nEin Elternteil oder "
        "Vormund unterschreibt. Sagt der andere Nein, verwenden wir das Foto nicht. Ist Ihr Kind alt genug, um selbst zu entscheiden? Dann "
        "fragen wir Ihr Kind.\n\n" + _END,
    ),
    "employee": (
        "Dürfen wir Fotos von Ihnen bei der Arbeit verwenden?",
        "{organisation} macht Fotos, um zu zeigen, wer hier arbeitet. Auf manchen Fotos sind Sie zu erkennen. Wir verwenden ein Foto von "
        "Ihnen nur, wenn Sie einverstanden sind.\n\nSie wählen für jede Verwendung einzeln: {uses}. Sie dürfen zu einer Ja und zu einer "
        "anderen Nein sagen. {refusal} Ihre Antwort zählt nicht für Ihren Lohn, Ihre Arbeit oder Ihre Beurteilung. Ihre Vorgesetzten sehen "
        "nicht, was Sie antworten. {papers}\n\nVerlassen Sie uns? Dann verwenden wir Ihre Fotos ab diesem Tag für nichts Neues. Was online "
        "steht, nehmen wir innerhalb eines Monats herunter.\n\n" + _END,
    ),
    "patient": (
        "Dürfen wir Fotos von Ihnen und Ihrer Behandlung verwenden?",
        "{organisation} möchte gern ein Foto von Ihnen verwenden. {health} Dafür gilt unsere Schweigepflicht. Darum verwenden wir das Foto "
        "nur, wenn Sie ausdrücklich Ja sagen.\n\nSie wählen für jede Verwendung einzeln: {uses}. Sie dürfen zu einer Ja und zu einer anderen "
        "Nein sagen. {refusal} Wir brauchen das Foto nicht, um Sie zu behandeln. Wer Sie behandelt, hilft Ihnen genauso gut. {papers}\n\n"
        "Nehmen Sie sich Zeit. Sie dürfen zuerst mit jemandem sprechen, dem Sie vertrauen.\n\n" + _END,
    ),
    "recognition": (
        "Darf unser Computer Sie erkennen?",
        "{organisation} bewahrt viele Fotos auf. Ein Computer kann helfen zu finden, wer darauf ist. {explicit} Hier geht es nicht um das "
        "Verwenden von Fotos: Danach fragen wir Sie getrennt.\n\nWenn Sie Ja sagen, misst der Computer Ihr Gesicht auf Fotos, auf denen ein "
        "Mensch Sie benannt hat. Das Ergebnis speichert er als Zahlen. Wir nutzen sie nur für eines: Ihren Namen vorzuschlagen. Ein Mensch "
        "prüft den Namen immer.\n\n{refusal} {alternative} Ihre Antwort ändert nichts daran, welche Fotos wir verwenden dürfen.\n\nDie "
        "Zahlen speichern wir längstens bis zum {until}. Wir löschen sie früher, wenn Sie uns verlassen oder es wünschen. {withdraw}\n\n"
        "{organisation}, {address}, ist für Ihre Daten verantwortlich. {basis}\n\n{recipients} {transfers} {decisions}\n\n{retention}\n\n"
        "{rights}\n\n{dpo} " + SENTENCES["authority"],
    ),
    "contract": (
        "Was wir über bezahlte Fotos von Ihnen vereinbaren",
        "Dies ist ein Vertrag zwischen Ihnen und {organisation}, {address}. Sie stehen für Fotos zur Verfügung, und wir bezahlen Sie dafür. "
        "{refusal}\n\n{fee} Wir zahlen innerhalb von dreißig Tagen nach dem Tag der Aufnahmen.\n\nWir dürfen die Fotos hierfür verwenden: "
        "{uses}. Für anderes fragen wir Sie vorher. Wir verändern die Fotos nicht so, dass sie etwas Unwahres über Sie sagen.\n\nWas wir "
        "hier vereinbaren, endet am {until}. Nach diesem Tag verwenden wir die Fotos für nichts Neues. Sie können den Vertrag früher "
        "kündigen, wenn wir uns nicht daran halten. Das geht auch, wenn es einen wichtigen Grund gibt. Schreiben Sie an {contact}. Wir "
        "klären dann gemeinsam, was mit schon Bezahltem und Gedrucktem geschieht.\n\n{organisation} ist für Ihre Daten verantwortlich. Wir "
        "speichern die Fotos, Ihren Namen und Ihre Unterschrift. {basis}\n\n{recipients} {transfers}\n\n{retention} {decisions}\n\n{rights}"
        "\n\n{dpo} " + SENTENCES["authority"],
    ),
}  # fmt: skip
