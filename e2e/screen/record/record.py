#!/usr/bin/python3
"""Records real programs in a pseudo-terminal, for the gate on exact pictures.

A tool, not run by the tests. Linux and root only: every program runs in namespaces of its own, with
its own host name, processes, home and /tmp, so that a recording names nothing of the machine.

    sudo e2e/screen/record/record.py            every recording, anew
    sudo e2e/screen/record/record.py vim htop   those whose name begins so

Programs (Debian): vim htop less tmux nano fish zsh mc dialog man-db git procps python3 nodejs. What is typed is in
recordings.py. Times are real, so two runs differ in bytes; the tests hold for any.
"""

import fcntl
import gzip
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[2] / "tests" / "corpus"
HOME = Path("/home/demo")
QUIET = 0.15  # no output for so long: the program waits for a key
PATIENCE = 3.0  # some programs never fall silent

sys.path.insert(0, str(HERE))
from home import furnish  # noqa: E402
from recordings import RECORDINGS  # noqa: E402

# What xterm.js answers; the position is not tracked, programs only want to see that one comes.
ANSWERS = [
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?1;2c"),
    (re.compile(rb"\x1b\[>0?c"), b"\x1b[>0;276;0c"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[5n"), b"\x1b[0n"),
    (re.compile(rb"\x1b\]10;\?(\x07|\x1b\\)"), b"\x1b]10;rgb:cccc/cccc/cccc\x1b\\"),
    (re.compile(rb"\x1b\]11;\?(\x07|\x1b\\)"), b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
]


def environment(extra):
    return {
        "HOME": str(HOME),
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/games",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "USER": "demo",
        "LOGNAME": "demo",
        "SHELL": "/bin/bash",
        "PS1": r"\[\e]0;\u@demo: \w\a\]\[\e[01;32m\]demo\[\e[00m\]:\[\e[01;34m\]\w\[\e[00m\]\$ ",
        **extra,
    }


def inside(recording):
    """In the new namespaces: furnishes the home and becomes the program."""
    subprocess.run(["hostname", "demo"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/home"], check=True)
    furnish(HOME, HERE / "programs")
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/tmp"], check=True)
    os.chdir(HOME)
    argv = recording.argv
    os.execvpe(argv[0], argv, environment(recording.env))


class Tape:
    """One program under a pseudo-terminal and everything that it wrote."""

    def __init__(self, recording):
        self.bytes = bytearray()
        self.answered = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", recording.rows, recording.cols, 0, 0))
            namespaces = ["unshare", "--uts", "--pid", "--mount", "--fork", "--mount-proc", "--kill-child"]
            os.execvp("unshare", [*namespaces, sys.executable, __file__, "--inside", recording.name])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", recording.rows, recording.cols, 0, 0))

    def read(self, quiet, patience):
        """Reads until nothing comes for `quiet` seconds, or `patience` seconds have passed. False at the end."""
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], min(quiet, left))[0]:
                return True
            try:
                chunk = os.read(self.fd, 65536)
            except OSError:
                return False
            self.bytes += chunk
            self.answer()
        return True

    def answer(self):
        for pattern, reply in ANSWERS:
            for match in pattern.finditer(self.bytes, max(0, self.answered - 16)):
                if match.end() > self.answered:
                    os.write(self.fd, reply)
        self.answered = len(self.bytes)

    def play(self, steps):
        self.read(0.6, 6)
        for step in steps:
            if isinstance(step, (int, float)):
                alive = self.read(step, step)
            elif isinstance(step, tuple):  # typed key by key
                for key in step[0]:
                    os.write(self.fd, key.encode())
                    alive = self.read(0.02, 0.3)
                alive = self.read(QUIET, PATIENCE)
            else:
                os.write(self.fd, step.encode())
                alive = self.read(QUIET, PATIENCE)
            if not alive:
                break
        self.read(0.5, 3)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def version(recording):
    shown = subprocess.run(recording.version, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment({})).stdout
    return next((line.strip() for line in shown.splitlines() if line.strip()), "")


def check(recording, raw):
    """A recording must not name the machine that it was made on."""
    names = [b"/work", b"/root", b"/tmp/w", str(HERE).encode(), os.uname().nodename.encode() + b":"]
    if found := [name.decode() for name in names if name in raw]:
        sys.exit(f"{recording.name}: contains {found}")
    if len(raw) < recording.at_least:
        sys.exit(f"{recording.name}: {len(raw)} bytes are too few; is the program installed?")


def record(recording):
    tape = Tape(recording)
    tape.play(recording.steps)
    raw = bytes(tape.bytes)
    check(recording, raw)
    CORPUS.mkdir(parents=True, exist_ok=True)
    (CORPUS / f"{recording.name}.raw.gz").write_bytes(gzip.compress(raw, 9, mtime=0))
    about = {
        "name": recording.name,
        "cols": recording.cols,
        "rows": recording.rows,
        "program": recording.about,
        "version": version(recording),
        "bytes": len(raw),
    }
    (CORPUS / f"{recording.name}.json").write_text(json.dumps(about, indent=2) + "\n")
    print(f"{recording.name:20} {recording.cols}x{recording.rows} {len(raw):8} bytes")


def install_ink():
    """The one program that needs packages gets them here; nothing else of the repository does."""
    if not (HERE / "ink/node_modules").exists():
        subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"], cwd=HERE / "ink", check=True)


def main():
    if sys.argv[1:2] == ["--inside"]:
        inside(next(r for r in RECORDINGS if r.name == sys.argv[2]))
    wanted = sys.argv[1:] or [""]
    install_ink()
    for recording in RECORDINGS:
        if any(recording.name.startswith(prefix) for prefix in wanted):
            record(recording)


if __name__ == "__main__":
    main()
