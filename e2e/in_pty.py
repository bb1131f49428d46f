"""Runs a command in a pseudo-terminal for a test that plays a desktop application.

Usage: in_pty.py COMMAND... Reads lines of JSON, {"input": text} or {"cols": n, "rows": n}; writes
lines of JSON, {"data": text} and, in the end, {"exit": code}. Knows nothing of the hub.
"""

import codecs
import fcntl
import json
import os
import pty
import selectors
import struct
import sys
import termios

pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])


def say(**line):
    print(json.dumps(line), flush=True)


decoder = codecs.getincrementaldecoder("utf-8")("replace")
waiting = b""
ready = selectors.DefaultSelector()
ready.register(master, selectors.EVENT_READ)
ready.register(0, selectors.EVENT_READ)
while True:
    for key, _ in ready.select():
        if key.fd == 0:
            read = os.read(0, 65536)
            if not read:
                sys.exit()
            *lines, waiting = (waiting + read).split(b"\n")
            for line in map(json.loads, lines):
                if "input" in line:
                    os.write(master, line["input"].encode())
                else:
                    size = struct.pack("HHHH", line["rows"], line["cols"], 0, 0)
                    fcntl.ioctl(master, termios.TIOCSWINSZ, size)
            continue
        try:
            printed = os.read(master, 65536)
        except OSError:
            printed = b""
        if not printed:
            say(exit=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            sys.exit()
        say(data=decoder.decode(printed))
