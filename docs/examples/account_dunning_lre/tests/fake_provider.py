import base64
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TOKEN = "secret"


class FakeProvider:
    """A provider on this machine: takes letters, and says what the test tells it to.

    ``silence`` is how many requests end without an answer: before the letter is taken
    (``"before"``) or after (``"after"``, the worst case: it has it, nobody knows).
    """

    def __init__(self, day):
        self.day = day.isoformat()
        self.letters = {}
        self.requests = 0
        self.silence, self.silent_times = "", 0
        self.refusal = ""
        self.news = {"status": "sent"}
        self.proofs = {}

    def answer(self, method, path, data):
        """Return (HTTP status, content)."""
        parts = path.strip("/").split("/")
        if method == "POST":
            return self.take(data)
        if parts[1] not in self.letters:
            return 404, b"Unknown letter"
        if len(parts) == 4:
            return 200, self.proofs[parts[3]]
        news = self.news | {"proofs": list(self.proofs)}
        return 200, json.dumps(news).encode()

    def take(self, data):
        self.requests += 1
        if self.refusal:
            return 422, self.refusal.encode()
        if self.silence == "before" and self.silent_times:
            self.silent_times -= 1
            return None
        found = [i for i, one in self.letters.items() if one["key"] == data["key"]]
        number = found[0] if found else f"LRE{len(self.letters) + 1}"
        self.letters[number] = data | {"pdf": base64.b64decode(data["pdf"])}
        if self.silence == "after" and self.silent_times:
            self.silent_times -= 1
            return None
        answer = {"id": number, "deposited_on": self.day}
        return 200, json.dumps(answer).encode()


@contextmanager
def serve(provider):
    """Let the provider answer on a free port; give its address."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self):
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.send_error(401)
                return
            length = int(self.headers.get("Content-Length") or 0)
            data = json.loads(self.rfile.read(length)) if length else None
            answer = provider.answer(self.command, self.path, data)
            if answer is None:  # the connection breaks
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        do_GET = do_POST = _serve

        def log_message(self, *_arguments):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
