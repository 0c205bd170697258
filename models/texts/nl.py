"""Our texts in Dutch."""

SENTENCES = {
    "organisation": "{organisation}, {address}, is verantwoordelijk voor uw gegevens.",
    "contact": "Hebt u een vraag? Schrijf naar {contact}.",
    "dpo": "Onze functionaris gegevensbescherming houdt hier toezicht op. U bereikt deze functionaris via {contact}.",
    "uses": "We vragen u om dit gebruik: {uses}.",
    "basis": "We mogen een foto gebruiken omdat u dat goedvindt. De wet noemt dat toestemming (artikel 6 lid 1 onder a AVG).",
    "recipients": "Onze eigen medewerkers die met foto's werken, kunnen ze zien. We geven foto's alleen door voor het gebruik waar u ja "
    "tegen zegt.",
    "transfers": "We sturen geen foto's buiten Europa. Maar een foto op internet is in de hele wereld te zien.",
    "until": "Uw ja geldt tot en met {until}.",
    "retention": "We bewaren het bewijs van uw keuzes tot vijf jaar na het einde van uw ja. Zo kunnen we laten zien wat u koos.",
    "rights": "U mag vragen om te zien wat we van u hebben. U mag dat laten verbeteren of wissen. U mag het gebruik laten beperken. U mag "
    "het meenemen. U mag bezwaar maken tegen wat we ermee doen. Schrijf naar {contact}.",
    "withdraw": "U kunt zich elke dag bedenken. U hoeft niet te zeggen waarom. Het is net zo makkelijk als ja zeggen: gebruik de link op "
    "uw bewijs. Vanaf dat moment gebruiken we de foto niet meer. Wat al gedrukt is, kunnen we niet altijd terughalen.",
    "authority": "Bent u niet tevreden met ons antwoord? U kunt een klacht indienen bij {authority}.",
    "refusal": "U hoeft geen ja te zeggen. Nee zeggen heeft geen gevolgen voor u.",
    "decisions": "Geen computer beslist iets over u.",
    "papers": "Dit is geen deel van een contract of van opnamepapieren.",
    "explicit": "We vragen u om uitdrukkelijk ja te zeggen.",
    "health": "Op de foto kan te zien zijn dat u zorg krijgt. Dat zegt iets over uw gezondheid.",
    "alternative": "Zegt u nee, dan schrijven we uw naam met de hand bij de foto. Dat werkt even goed.",
    "fee": "Hiervoor betalen we u de vergoeding die in de boeking staat. Die boeking hebben we u gestuurd.",
}
_EXPLICIT = (
    "We mogen dit doen omdat u het uitdrukkelijk goedvindt (artikel 6 lid 1 onder a en artikel 9 lid 2 onder a AVG). "
    "Daarom bevestigt u uw antwoord met een code."
)
FOR_KIND = {
    "minor": {
        "refusal": "U hoeft geen ja te zeggen. Nee zeggen heeft geen gevolgen voor uw kind of voor u.",
        "papers": "Dit is geen deel van de papieren om uw kind in te schrijven bij een school of club.",
    },
    "employee": {"papers": "Dit is geen deel van uw arbeidscontract."},
    "patient": {
        "basis": _EXPLICIT, "papers": "Dit is geen deel van uw opnamepapieren.",
        "refusal": "U hoeft geen ja te zeggen. Nee zeggen heeft geen gevolgen voor u of uw zorg.",
    },
    "recognition": {
        "basis": _EXPLICIT,
        "uses": "We gebruiken die maar voor één ding: uw naam voorstellen.",
        "recipients": "Alleen onze eigen machine gebruikt deze getallen. We delen ze met niemand.",
        "transfers": "Ze gaan nooit buiten Europa: ze blijven op onze eigen machine.",
        "withdraw": "U kunt zich elke dag bedenken. U hoeft niet te zeggen waarom. Gebruik de link op uw bewijs. De getallen worden dan "
        "binnen een uur gewist.",
        "decisions": "Geen computer beslist iets over u. Hij stelt alleen een naam voor en een mens kijkt die na.",
    },
    "contract": {
        "basis": "We mogen de foto's gebruiken door wat we hier afspreken (artikel 6 lid 1 onder b AVG).",
        "recipients": "Onze eigen medewerkers die met foto's werken, kunnen ze zien. We geven foto's alleen door voor het gebruik dat hier "
        "staat.",
        "until": "Wat we hier afspreken, eindigt op {until}.",
        "retention": "We bewaren dit contract tot zeven jaar na het einde. De belastingwet vraagt dat.",
        "refusal": "U hoeft niet te tekenen. Zonder uw handtekening is er geen boeking en geen vergoeding.",
    },
}  # fmt: skip

RECOGNITION = (
    "Mag onze computer uw naam voorstellen als u op een nieuwe foto staat? Daarvoor bewaart hij getallen die uw gezicht beschrijven. "
    "Die blijven op onze eigen machine. Ze worden gewist zodra u dat wilt. Een mens kijkt altijd mee. Uw antwoord verandert niets aan "
    "de foto's. Zegt u nee, dan schrijven we uw naam er met de hand bij. Dat werkt even goed."
)
_END = "{until} {withdraw}\n\n{organisation}, {address}, is verantwoordelijk voor uw gegevens. We bewaren de foto's, uw naam, uw keuzes en uw handtekening. {basis}\n\n{recipients} {transfers}\n\n{retention} {decisions}\n\n{rights}\n\n{dpo} {authority}"
_END = _END.replace("{until}", SENTENCES["until"]).replace("{authority}", SENTENCES["authority"])

TEXTS = {
    "general": (
        "Mogen we foto's van u gebruiken?",
        "{organisation} maakt foto's om te laten zien wat we doen. Op sommige foto's bent u te herkennen. We gebruiken een foto van u "
        "alleen als u dat goedvindt.\n\nU kiest per gebruik: {uses}. U mag ja zeggen tegen het ene en nee tegen het andere. {refusal} Er "
        "verandert niets in uw zorg, uw werk, uw lessen of uw bezoek.\n\n" + _END,
    ),
    "shoot": (
        "Mogen we de foto's van deze dag gebruiken?",
        "Vandaag maakt {organisation} foto's. Op sommige foto's bent u te herkennen. Deze tekst gaat over de foto's van deze ene "
        "gelegenheid. Hij gaat niet over andere foto's.\n\nU kiest per gebruik: {uses}. U mag ja zeggen tegen het ene en nee tegen het "
        "andere. {refusal} U kunt gewoon meedoen met de dag. Wilt u liever helemaal niet op de foto? Zeg het tegen de fotograaf.\n\n" + _END,
    ),
    "minor": (
        "Mogen we foto's van uw kind gebruiken?",
        "{organisation} maakt foto's om te laten zien wat we doen. Op sommige foto's is uw kind te herkennen. We gebruiken zo'n foto "
        "alleen als u dat goedvindt. U beslist voor uw kind. Doe dat samen met uw kind als dat kan.\n\nVoor uw kind om te lezen: we willen "
        "graag een foto laten zien waar jij op staat. Je mag nee zeggen en niemand wordt boos.\n\nU kiest per gebruik: {uses}. U mag ja "
        "zeggen tegen het ene en nee tegen het andere. {refusal} {papers}\n\nEén ouder of voogd tekent. Zegt de ander nee, dan gebruiken "
        "we de foto niet. Is uw kind oud genoeg om zelf te beslissen? Dan vragen we het aan uw kind.\n\n" + _END,
    ),
    "employee": (
        "Mogen we foto's van u op het werk gebruiken?",
        "{organisation} maakt foto's om te laten zien wie hier werken. Op sommige foto's bent u te herkennen. We gebruiken een foto van u "
        "alleen als u dat goedvindt.\n\nU kiest per gebruik: {uses}. U mag ja zeggen tegen het ene en nee tegen het andere. {refusal} Uw "
        "antwoord telt niet mee voor uw loon, uw werk of uw beoordeling. Uw leidinggevende ziet niet wat u antwoordt. {papers}\n\nGaat u bij "
        "ons weg? Dan gebruiken we uw foto's vanaf die dag voor niets nieuws. Wat online staat, halen we binnen een maand weg.\n\n" + _END,
    ),
    "patient": (
        "Mogen we foto's van u en uw zorg gebruiken?",
        "{organisation} wil graag een foto van u gebruiken. {health} Daarvoor geldt ons beroepsgeheim. Daarom gebruiken we de foto alleen "
        "als u uitdrukkelijk ja zegt.\n\nU kiest per gebruik: {uses}. U mag ja zeggen tegen het ene en nee tegen het andere. {refusal} We "
        "hebben de foto niet nodig om u te behandelen. Wie u behandelt, helpt u net zo goed. {papers}\n\nNeem de tijd. U mag er eerst over "
        "praten met iemand die u vertrouwt.\n\n" + _END,
    ),
    "recognition": (
        "Mag onze computer u herkennen?",
        "{organisation} bewaart veel foto's. Een computer kan helpen vinden wie erop staan. {explicit} Dit gaat niet over het gebruik van "
        "foto's: dat vragen we u apart.\n\nZegt u ja, dan meet de computer uw gezicht op foto's waarop een mens u heeft aangewezen. Het "
        "resultaat bewaart hij als getallen. We gebruiken die maar voor één ding: uw naam voorstellen. Een mens kijkt de naam altijd na."
        "\n\n{refusal} {alternative} Uw antwoord verandert niets aan welke foto's we mogen gebruiken.\n\nDe getallen bewaren we "
        "uiterlijk tot en met {until}. We wissen ze eerder als u bij ons weggaat of als u dat wilt. {withdraw}\n\n{organisation}, "
        "{address}, is verantwoordelijk voor uw gegevens. {basis}\n\n{recipients} {transfers} {decisions}\n\n{retention}\n\n{rights}\n\n"
        "{dpo} " + SENTENCES["authority"],
    ),
    "contract": (
        "Wat we afspreken over betaalde foto's van u",
        "Dit is een contract tussen u en {organisation}, {address}. U poseert voor foto's en wij betalen u daarvoor. {refusal}\n\n{fee} We "
        "betalen binnen dertig dagen nadat de foto's zijn gemaakt.\n\nWe mogen de foto's hiervoor gebruiken: {uses}. Voor iets anders "
        "vragen we het u eerst. We veranderen de foto's niet zo dat ze iets onwaars over u zeggen.\n\nWat we hier afspreken, eindigt op "
        "{until}. Na die dag gebruiken we de foto's voor niets nieuws. U kunt het contract eerder beëindigen als wij ons er niet aan "
        "houden. Dat kan ook als er een ernstige reden is. Schrijf naar {contact}. We spreken dan af wat er gebeurt met wat al betaald en "
        "gedrukt is.\n\n{organisation} is verantwoordelijk voor uw gegevens. We bewaren de foto's, uw naam en uw handtekening. {basis}\n\n"
        "{recipients} {transfers}\n\n{retention} {decisions}\n\n{rights}\n\n{dpo} " + SENTENCES["authority"],
    ),
}  # fmt: skip
