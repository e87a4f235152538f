"""Whether an e-mail was written by a person or sent by a machine in his name.

By its headers (RFC 3834 and what common programs write), and by the beginnings of the
subjects of absence notices. Plain Python.
"""

from collections.abc import Mapping

#: Values of "Precedence" that no person's program writes.
MACHINE_PRECEDENCE = ("auto_reply", "bulk", "junk", "list")
#: Headers that only automatic answers have.
MACHINE_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-autoresponder")
#: What Exchange asks not to be sent to an automatic message; receipts are no answers.
SUPPRESSED = ("all", "oof", "autoreply")
#: How subjects of absence notices begin, in small letters.
ABSENCE_SUBJECTS = (
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "out-of-office",
    "réponse automatique",
    "reponse automatique",
    "message d'absence",
    "absence du bureau",
    "absent du bureau",
    "automatische antwort",
    "abwesenheit",
    "respuesta automática",
    "risposta automatica",
)


def is_automatic(headers: Mapping[str, str], subject: str = "") -> bool:
    """Tell whether a machine has answered.

    :param headers: of the message, whatever their case
    """
    found = {
        name.lower(): str(value).strip().lower() for name, value in headers.items()
    }
    submitted = found.get("auto-submitted", "no").split(";")[0].strip()
    suppressed = found.get("x-auto-response-suppress", "").replace(" ", "").split(",")
    return (
        submitted not in ("no", "")
        or found.get("precedence") in MACHINE_PRECEDENCE
        or any(name in found for name in MACHINE_HEADERS)
        or any(value in SUPPRESSED for value in suppressed)
        or found.get("return-path") == "<>"
        or found.get("content-type", "").startswith("multipart/report")
        or " ".join(subject.lower().replace("’", "'").split()).startswith(
            ABSENCE_SUBJECTS
        )
    )
