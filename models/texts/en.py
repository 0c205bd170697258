"""Our texts in English."""

SENTENCES = {
    "organisation": "{organisation}, {address}, is responsible for your data.",
    "contact": "Do you have a question? Write to {contact}.",
    "dpo": "Our data protection officer watches over this. You reach this officer at {contact}.",
    "uses": "We ask you about these uses: {uses}.",
    "basis": "We may use a photo because you agree. The law calls this consent (Article 6(1)(a) of the GDPR).",
    "recipients": "Our own staff who work with photos can see them. We pass photos on only for the uses you say yes to.",
    "transfers": "We don't send photos outside Europe. But a photo on the internet can be seen all over the world.",
    "until": "Your yes counts until {until}.",
    "retention": "We keep the proof of your choices for five years after your yes ends. We need it to show what you chose.",
    "rights": "You may ask to see what we have about you. You may have it corrected or erased. You may have its use restricted. "
    "You may take it with you. You may object to what we do with it. Write to {contact}.",
    "withdraw": "You can change your mind on any day. You don't have to say why. It is as easy as saying yes: use the link on your "
    "receipt. From that moment we stop using the photo. What is already printed can't always be taken back.",
    "authority": "Are you not happy with our answer? You may complain to {authority}.",
    "refusal": "You don't have to say yes. Saying no has no consequences for you.",
    "decisions": "No computer decides anything about you.",
    "papers": "This is no part of a contract or of admission papers.",
    "explicit": "We ask you to say yes explicitly.",
    "health": "The photo may show that you receive care. That says something about your health.",
    "alternative": "If you say no, we write your name with the photo by hand. That works just as well.",
    "fee": "For this we pay you the fee in the booking that we sent you.",
}
_EXPLICIT = (
    "We may do this because you agree explicitly (Articles 6(1)(a) and 9(2)(a) of the GDPR). "
    "That is why you confirm your answer with a code."
)
FOR_KIND = {
    "minor": {
        "refusal": "You don't have to say yes. Saying no has no consequences for your child or for you.",
        "papers": "This is no part of the papers to enrol at a school or club.",
    },
    "employee": {"papers": "This is no part of your contract of employment."},
    "patient": {
        "basis": _EXPLICIT, "papers": "This is no part of your admission papers.",
        "refusal": "You don't have to say yes. Saying no has no consequences for you or your care.",
    },
    "recognition": {
        "basis": _EXPLICIT,
        "uses": "We use it for one thing only: to suggest your name.",
        "recipients": "Only our own machine uses these numbers. We don't share them with anyone.",
        "transfers": "They never go outside Europe: they stay on our own machine.",
        "withdraw": "You can change your mind on any day. You don't have to say why. Use the link on your receipt. "
        "The numbers are then erased within an hour.",
        "decisions": "No computer decides anything about you. It only suggests a name, and a person checks.",
    },
    "contract": {
        "basis": "We may use the photos because of what we agree here (Article 6(1)(b) of the GDPR).",
        "recipients": "Our own staff who work with photos can see them. We pass photos on only for the uses named here.",
        "until": "What we agree here ends on {until}.",
        "retention": "We keep this contract for seven years after it ends. Tax law asks us to.",
        "refusal": "You don't have to sign. Without your signature there is no booking and no fee.",
    },
}  # fmt: skip

RECOGNITION = (
    "May our computer suggest your name when you are in a new photo? For that it keeps numbers that describe your face. They stay "
    "on our own machine. They are erased when you say so. A person always checks. Your answer changes nothing about the photos. "
    "If you say no, we write your name by hand. That works just as well."
)
_END = "{until} {withdraw}\n\n{organisation}, {address}, is responsible for your data. We keep the photos, your name, your choices and your signature. {basis}\n\n{recipients} {transfers}\n\n{retention} {decisions}\n\n{rights}\n\n{dpo} {authority}"
_END = _END.replace("{until}", SENTENCES["until"]).replace("{authority}", SENTENCES["authority"])

TEXTS = {
    "general": (
        "May we use photos of you?",
        "{organisation} takes photos to show what we do. You can be recognised in some of them. We only use a photo of you if you "
        "agree.\n\nYou choose for each use: {uses}. You may say yes to one and no to another. {refusal} Nothing changes in your "
        "care, your work, your lessons or your visit.\n\n" + _END,
    ),
    "shoot": (
        "May we use the photos of this day?",
        "Today {organisation} takes photos. You can be recognised in some of them. This text is about the photos of this one "
        "occasion. It is not about other photos.\n\nYou choose for each use: {uses}. You may say yes to one and no to another. "
        "{refusal} You can take part in the day just the same. Tell the photographer if you would rather not be in a photo at all."
        "\n\n" + _END,
    ),
    "minor": (
        "May we use photos of your child?",
        "{organisation} takes photos to show what we do. Your child can be recognised in some of them. We only use such a photo if "
        "you agree. You decide for your child. Please decide together with your child if you can.\n\nFor your child to read: we "
        "would like to show a photo with you in it. You may say no, and nobody will be cross.\n\nYou choose for each use: {uses}. "
        "You may say yes to one and no to another. {refusal} {papers}\n\nOne parent or guardian signs. If the other one says no, we "
        "don't use the photo. When your child is old enough to decide, we ask your child.\n\n" + _END,
    ),
    "employee": (
        "May we use photos of you at work?",
        "{organisation} takes photos to show who works here. You can be recognised in some of them. We only use a photo of you if "
        "you agree.\n\nYou choose for each use: {uses}. You may say yes to one and no to another. {refusal} It plays no part in "
        "your pay, your work or how you are judged. Your manager doesn't see what you answer. {papers}\n\nIf you leave us, we use "
        "your photos for nothing new from that day. We take down what is online within a month.\n\n" + _END,
    ),
    "patient": (
        "May we use photos of you and your care?",
        "{organisation} would like to use a photo of you. {health} We are bound to secrecy about that. So we only use the photo if "
        "you say yes explicitly.\n\nYou choose for each use: {uses}. You may say yes to one and no to another. {refusal} We don't "
        "need the photo to treat you. The people who treat you help you just as well. {papers}\n\nTake your time. You may talk "
        "about it with somebody you trust first.\n\n" + _END,
    ),
    "recognition": (
        "May our computer recognise you?",
        "{organisation} keeps many photos. A computer can help to find who is in them. {explicit} This is not about using photos: "
        "we ask you about that apart.\n\nIf you say yes, the computer measures your face in photos in which a person named you. It "
        "keeps the result as numbers. We call this a faceprint. We use it for one thing only: to suggest your name. A person always checks the name.\n\n{refusal} {alternative} "
        "Your answer changes nothing about which photos we may use.\n\nThe faceprint is kept until {until} at the latest. We erase "
        "it sooner if you leave us or say so. {withdraw}\n\n{organisation}, {address}, is responsible for your data. {basis}\n\n"
        "{recipients} {transfers} {decisions}\n\n{retention}\n\n{rights}\n\n{dpo} " + SENTENCES["authority"],
    ),
    "contract": (
        "What we agree about paid photos of you",
        "This is a contract between you and {organisation}, {address}. You pose for photos, and we pay you for it. {refusal}\n\n"
        "{fee} We pay within thirty days after the photos were taken.\n\nWe may use the photos for this: {uses}. For anything else "
        "we ask you first. We don't change the photos so that they say something untrue about you.\n\nWhat we agree here ends on {until}."
        " After that day we use the photos for nothing new. You can end the contract earlier if we don't keep to it, or if there is "
        "a serious reason. Write to {contact}. We then settle together what was already paid and printed.\n\n{organisation} is "
        "responsible for your data. We keep the photos, your name and your signature. {basis}\n\n{recipients} {transfers}\n\n"
        "{retention} {decisions}\n\n{rights}\n\n{dpo} " + SENTENCES["authority"],
    ),
}  # fmt: skip
