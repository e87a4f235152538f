"""Mail servers of our own, which take every e-mail and send none: ``smtp_server.py``.

In the demonstration Odoo then shows messages as sent, and nobody outside this machine
can get one. Faults tell the server to misbehave.
"""

import contextlib
import json
import subprocess
import time

from .odoo_server import TIED
from .paths import DEV, PYTHON, HostError, environment

PROGRAM = DEV / "smtp_server.py"


class MailServer:
    """The process of a server, and the folder in which it keeps what it took."""

    def __init__(self, folder, **how):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.start(**how)

    def start(self, **how):
        """Start the process, at a free port, its record going on."""
        (self.folder / "port").unlink(missing_ok=True)
        self.behave(**how)
        # A session of its own: Ctrl-C is Odoo's, which still sends what it began.
        self.process = subprocess.Popen(
            [*TIED, PYTHON, PROGRAM, self.folder],
            env=environment(),
            start_new_session=True,
        )
        while not (self.folder / "port").exists():
            if self.process.poll() is not None:
                raise HostError("the mail server did not start")
            time.sleep(0.05)
        self.port = int((self.folder / "port").read_text())

    def behave(self, **how):
        """Tell it how to behave from now on."""
        part = self.folder / "behaviour.part"
        part.write_text(json.dumps(how))
        part.replace(self.folder / "behaviour.json")

    def stop(self):
        """End the server."""
        self.process.terminate()
        self.process.wait()


@contextlib.contextmanager
def opened(folder):
    """Take e-mails while the context lasts, each kept as a file; give the port."""
    server = MailServer(folder, mode="accept", keep=True)
    try:
        yield server.port
    finally:
        server.stop()
