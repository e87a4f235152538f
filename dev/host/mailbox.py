"""A mail server for the demonstration: it takes every e-mail and sends none.

Odoo then shows messages as sent, which is what the demonstration is about, and nobody
outside this machine can get one. Each message becomes a file that mail programs open.
"""

import contextlib
import itertools
import socketserver
import threading
import time

HELLO = ("EHLO", "HELO")


class Conversation(socketserver.StreamRequestHandler):
    """One SMTP session, as far as Odoo needs it."""

    def handle(self):
        """Answer command after command until the client leaves."""
        self.answer("220 demo")
        for line in self.rfile:
            word = line.decode(errors="replace").strip().upper()
            if word.startswith("QUIT"):
                self.answer("221 bye")
                return
            if word == "DATA":
                self.answer("354 go on")
                self.server.keep(self.message())
            self.answer("250 demo" if word.startswith(HELLO) else "250 ok")

    def message(self):
        """Read a message up to the lone dot."""
        lines = itertools.takewhile(lambda line: line != b".\r\n", self.rfile)
        return b"".join(line.removeprefix(b".") for line in lines)

    def answer(self, text):
        """Send one line."""
        self.wfile.write(f"{text}\r\n".encode())


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes messages on a free port of this machine and keeps them in a folder."""

    daemon_threads = True

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.numbers = itertools.count(1)
        super().__init__(("127.0.0.1", 0), Conversation)

    def keep(self, message):
        """Write a message to a file of its own."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        (self.folder / f"{stamp}-{next(self.numbers):03}.eml").write_bytes(message)


@contextlib.contextmanager
def opened(folder):
    """Take e-mails while the context lasts; give the port."""
    with Mailbox(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
