"""What ways of contact have in common, and when a contact counts.

Plain Python; channels and states are the codes of ``dunning.level`` and
``dunning.action``.
"""

#: What is sent by post: printed, put in the window of an envelope, marked as posted.
POSTED = ("letter", "registered")
#: What a person does: planned as an activity, closed with its outcome.
BY_PERSON = ("phone", "visit")
#: What a queue of the host carries: delivered when its server or operator says so.
BY_HOST = ("email", "sms")

#: What each channel needs of whom it reaches.
NEEDS = {
    "email": "email",
    "letter": "address",
    "registered": "address",
    "phone": "phone",
    "sms": "phone",
    "visit": "address",
}

#: States from which a contact may still be cancelled.
UNDELIVERED = ("proposed", "queued", "failed")
#: Contacts outside the ladder: they deliver no rung, start no gap of their own rung
#: and are not held up by the one of the ladder.
OUTSIDE_LADDER = ("commitment", "thanks")


def is_rung_delivered(state: str, channel: str, proof_channel: str | None) -> bool:
    """Tell whether a contact makes its rung count (design, rule 1).

    The first channel that is delivered counts; of a formal notice, the letter that
    proves it, or a registered one in its place.

    :param proof_channel: what ``dunning.level._get_proof_channel`` returned
    """
    return state == "done" and (
        not proof_channel or channel in (proof_channel, "registered")
    )
