"""A real SMTP server, a process of its own, that behaves as it is told.

``smtp_server.py FOLDER``: writes its port to ``port``, each accepted message as one
line to ``accepted.jsonl`` before it answers, and reads how to behave from
``behaviour.json`` at every command:

- ``mode``: ``accept``; ``4xx`` (not now) and ``5xx`` (never) for the recipients whose
  address contains ``match`` (empty: all); ``hang`` (never answers a message)
- ``delay``: seconds that each message takes
- ``keep``: write each message to a file of its own, which mail programs open
"""

import asyncio
import html
import itertools
import json
import re
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP

LONG = 3600  # seconds; longer than anybody waits
# 1 234,56 in French (narrow spaces), 1,234.56 in English.
AMOUNT = re.compile(r"\d+(?:[.,\u202f\u00a0]\d{3})*[.,]\d\d(?!\d)")
ANSWERS = {"4xx": "451 4.3.0 Try again later", "5xx": "550 5.1.1 No such mailbox"}


class Handler:
    """What happens at each command."""

    def __init__(self, folder):
        self.folder, self.numbers = folder, itertools.count(1)
        self.accepted = open(folder / "accepted.jsonl", "a", encoding="utf-8")  # noqa: SIM115
        self.refused = open(folder / "refused.jsonl", "a", encoding="utf-8")  # noqa: SIM115

    def behaviour(self):
        """Return how to behave now."""
        return json.loads((self.folder / "behaviour.json").read_text())

    async def handle_RCPT(self, _server, _session, envelope, address, options):
        """Take a recipient, or not."""
        wanted = self.behaviour()
        answer = ANSWERS.get(wanted["mode"])
        if answer and wanted.get("match", "") in address:
            write(self.refused, {"to": address, "at": now(), "answer": answer})
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        """Take a message: on record first, then the answer."""
        wanted = self.behaviour()
        if wanted["mode"] == "hang":
            write(self.refused, {"to": envelope.rcpt_tos, "at": now(), "answer": None})
            await asyncio.sleep(LONG)
        await asyncio.sleep(wanted.get("delay", 0))
        if wanted.get("keep"):
            name = time.strftime("%Y%m%d-%H%M%S") + f"-{next(self.numbers):03}.eml"
            (self.folder / name).write_bytes(envelope.content)
        message = message_from_bytes(envelope.content, policy=policy.default)
        row = {
            "at": now(),
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "message_id": message["Message-ID"],
            "subject": message["Subject"],
            "amounts": amounts_in(message),
        }
        write(self.accepted, row)
        return "250 OK"


def now():
    """Return the seconds of the machine's clock, the same in every process."""
    return time.clock_gettime(time.CLOCK_REALTIME)


def write(file, row):
    """Write one line, at once: we may be killed."""
    file.write(json.dumps(row) + "\n")
    file.flush()


def amounts_in(message):
    """Return the amounts named in the text, as numbers with a point: ["1234.56"]."""
    body = message.get_body(("html", "plain"))
    text = html.unescape(re.sub(r"<[^>]*>", " ", body.get_content() if body else ""))
    found = {re.sub(r"\D", "", amount) for amount in AMOUNT.findall(text)}
    return sorted(f"{digits[:-2]}.{digits[-2:]}" for digits in found)


async def serve(folder):
    """Listen on a free port of this machine until somebody ends us."""
    handler = Handler(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    part = folder / "port.part"
    part.write_text(str(server.sockets[0].getsockname()[1]))
    part.replace(folder / "port")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
