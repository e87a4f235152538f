"""Six people click at one moment on a running ``make demo``: each thing happens once.

    python dev/six_clicks.py http://localhost:8069 DATABASE

Real requests, each in a transaction of its own, with the host's own retries: six
contest the whole of one invoice, six propose a plan on the same invoices, six send an
offer. One must get through, the others must read a sentence. What it makes stays in the
demonstration.
"""

import http.cookiejar
import json
import sys
import threading
import urllib.request

CLICKS = 6
#: A refusal is told in words: never the name of an index or of an exception.
UNREADABLE = ("duplicate key", "serialize", "psycopg2", "_unique", "Traceback")


class Person:
    """One user with a session of his own."""

    def __init__(self, url, database):
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.browser = urllib.request.build_opener(cookies)
        who = {"db": database, "login": "admin", "password": "admin"}
        self.post("/web/session/authenticate", who)

    def post(self, path, params):
        """Call an address of the server; return its answer."""
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        return json.loads(self.browser.open(request, timeout=120).read())

    def call(self, model, method, *args, **kwargs):
        """Call a method; return (its result, what was refused in words)."""
        answer = self.post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )
        error = answer.get("error", {}).get("data", {})
        return answer.get("result"), error.get("message", "")


def click_together(people, click):
    """Let all click at one moment; return what each was told, empty for done."""
    start, told = threading.Barrier(len(people)), [""] * len(people)

    def one(number):
        start.wait()
        told[number] = click(people[number], number)[1]

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def judge(name, told):
    """Print what came of a story; tell whether it is as it must be."""
    done = told.count("")
    words = sorted({text for text in told if text})
    unreadable = [text for text in words if any(bad in text for bad in UNREADABLE)]
    print(f"{name}: {done} done, {len(told) - done} refused. {words[:1]}")
    return done == 1 and not unreadable


def find_targets(person):
    """Return an item of each of three open cases that nothing is agreed upon about."""
    lines, _words = person.call(
        "dunning.case.line",
        "search_read",
        [
            ("case_id.state", "=", "open"),
            ("case_id.amount_overdue", ">", 100),
            ("case_id.dispute_ids", "=", False),
            ("case_id.plan_ids", "=", False),
            ("case_id.offer_ids", "=", False),
            ("case_id.promise_ids", "=", False),
        ],
        ["move_id", "case_id"],
    )
    by_case = {line["case_id"][0]: line for line in lines}
    return list(by_case.values())[:3]


def main(url, database):
    """Play the three stories; return the exit code."""
    people = [Person(url, database) for _number in range(CLICKS)]
    first = people[0]
    contested, planned, offered = find_targets(first)
    [reason], _words = first.call("dunning.reason", "search", [], limit=1)
    dispute = {"move_id": contested["move_id"][0], "reason_id": reason}
    plans, offers = (
        [first.call(model, "create", [values])[0][0] for _number in range(CLICKS)]
        for model, values in (
            ("dunning.plan", {"case_id": planned["case_id"][0]}),
            ("dunning.offer", {"case_id": offered["case_id"][0], "percent": 2}),
        )
    )
    stories = {
        "dispute": lambda one, _n: one.call("dunning.dispute", "create", [dispute]),
        "plan": lambda one, n: one.call("dunning.plan", "action_propose", [plans[n]]),
        "offer": lambda one, n: one.call("dunning.offer", "action_send", [offers[n]]),
    }
    fine = [judge(name, click_together(people, do)) for name, do in stories.items()]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
