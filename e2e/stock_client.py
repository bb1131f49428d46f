"""A stock python-socketio client on a hub's terminals, written as the seed document shows.

Usage: stock_client.py URL TOKEN SESSION. Exits with 0 when everything happened. Knows neither
offsets nor acknowledgements, and nothing of the hub beyond the names of its events.
"""

import sys
import threading

import socketio

PATIENCE_S = 20


class Viewer:
    """Watches at each connection and keeps what it was sent."""

    def __init__(self, url, token, session):
        self.session = session
        self.text = ""
        self.answers = []
        self.exits = []
        self.resized = []
        self.changed = threading.Condition()
        self.sio = socketio.Client(reconnection_delay=0.1, randomization_factor=0)
        self.sio.on("connect", self.on_connect, namespace="/terminal")
        self.sio.on("terminal:output", self.on_output, namespace="/terminal")
        self.sio.on("terminal:exit", self.on_exit, namespace="/terminal")
        self.sio.on("terminal:resized", self.on_resized, namespace="/terminal")
        self.sio.connect(url, namespaces=["/terminal"], auth={"token": token}, wait_timeout=PATIENCE_S)

    def emit(self, event, callback=None, **payload):
        payload["sessionId"] = self.session
        self.sio.emit(event, payload, namespace="/terminal", callback=callback)

    def on_connect(self):
        self.emit("terminal:watch", self.on_watched)

    def on_watched(self, answer):
        with self.changed:
            self.answers.append(answer)
            self.text = answer.get("scrollback", "")
            self.changed.notify_all()

    def on_output(self, output):
        with self.changed:
            self.text += output["data"]
            self.changed.notify_all()

    def on_exit(self, end):
        with self.changed:
            self.exits.append(end)
            self.changed.notify_all()

    def on_resized(self, size):
        with self.changed:
            self.resized.append(size)
            self.changed.notify_all()

    def until(self, what, condition):
        with self.changed:
            if not self.changed.wait_for(condition, PATIENCE_S):
                sys.exit(f"waited in vain for {what}; the terminal says:\n{self.text[-2000:]!r}")

    def shows(self, text):
        self.until(f"{text!r}", lambda: text in self.text)

    def type(self, text):
        self.emit("terminal:input", input=text)


def refused(url, token):
    """The reason that the namespace gives for not letting this token in."""
    reasons = []
    sio = socketio.Client(reconnection=False)
    sio.on("connect_error", reasons.append, namespace="/terminal")
    try:
        sio.connect(url, namespaces=["/terminal"], auth={"token": token}, wait_timeout=PATIENCE_S)
    except socketio.exceptions.ConnectionError:
        return reasons
    sys.exit("a wrong token was accepted")


def main(url, token, session):
    reasons = refused(url, "wrong")
    if "Invalid token" not in str(reasons):
        sys.exit(f"refused for another reason: {reasons!r}")

    viewer = Viewer(url, token, session)
    viewer.shows("$ ")
    first = viewer.answers[0]
    if not first["success"] or not isinstance(first["scrollback"], str):
        sys.exit(f"unexpected answer: {first!r}")

    viewer.type('echo "python-$((6*7)) é😀"\r')
    viewer.shows("python-42 é😀")
    viewer.emit("terminal:resize", cols=90, rows=20)
    viewer.until("the new size", lambda: {"sessionId": session, "cols": 90, "rows": 20} in viewer.resized)

    # The network fails: the stock client connects again by itself, and watches again.
    viewer.sio.eio.ws.close()
    viewer.until("a second watch", lambda: len(viewer.answers) == 2)
    viewer.shows("python-42")
    viewer.type("echo again-$((1+1)); exit 5\r")
    viewer.shows("again-2")
    viewer.until("the end", lambda: viewer.exits)
    if viewer.exits[0]["exitCode"] != 5 or viewer.exits[0]["sessionId"] != session:
        sys.exit(f"unexpected end: {viewer.exits!r}")
    viewer.sio.disconnect()


main(*sys.argv[1:])
