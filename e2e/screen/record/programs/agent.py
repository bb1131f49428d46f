"""A stand-in for a coding agent's interface; it draws as Ink and its like do.

Finished output goes to the history; below it a region is erased upwards and drawn again for every token and every
turn of the spinner: boxes, true colours, hyperlinks, synchronised output, titles, and views in the alternate screen.
"""

import os
import random
import sys
import time
import unicodedata

COLS, ROWS = os.get_terminal_size()
TURNS = int(sys.argv[1])
DICE = random.Random(TURNS)
CORAL, GREY, GREEN, RED, BLUE = "\x1b[38;2;215;119;87m", "\x1b[38;5;246m", "\x1b[38;2;78;186;101m", "\x1b[38;2;255;107;128m", "\x1b[94m"
PLAIN = "\x1b[39m"
SPINNER = "·✢✳✶✻✽"
WORDS = "The ring keeps what the terminal wrote last so a viewer can go on where it stopped 端末 の 出力 を 覚える 🚀 and naïve façade e\u0301 tests pass".split()


def width(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fit(text, cols):
    out = ""
    for char in text:
        if width(out + char) > cols:
            break
        out += char
    return out + " " * (cols - width(out))


def wrap(words, cols):
    line = ""
    for word in words:
        if line and width(line) + 1 + width(word) > cols:
            yield line
            line = word
        else:
            line = f"{line} {word}".strip()
    yield line


def box(lines, colour):
    inner = COLS - 4
    yield f"{colour}╭{'─' * (inner + 2)}╮{PLAIN}"
    for line in lines:
        yield f"{colour}│{PLAIN} {fit(line, inner)} {colour}│{PLAIN}"
    yield f"{colour}╰{'─' * (inner + 2)}╯{PLAIN}"


class Screen:
    """The region at the bottom that is drawn again and again."""

    def __init__(self):
        self.height = 0

    def draw(self, region, finished=()):
        out = "\x1b[?2026h"
        out += "\x1b[2K" + "\x1b[1A\x1b[2K" * self.height + "\x1b[G" if self.height else ""
        out += "".join(f"{line}\r\n" for line in finished)
        region = list(region)[: ROWS - 1]
        out += "\r\n".join(region) + "\r\n"
        self.height = len(region)
        sys.stdout.write(out + "\x1b[?2026l")
        sys.stdout.flush()
        time.sleep(0.001)


def prompt(typed=""):
    yield from box([f"> {typed}"], GREY)
    yield fit("  ⏵⏵ accept edits on", COLS - 18) + f"{GREY}{DICE.randint(1, 99)}% context{PLAIN}"


def status(verb, tick):
    return f"{CORAL}{SPINNER[tick % len(SPINNER)]} {verb}… {PLAIN}\x1b[2m({tick}s · ↑ {tick * 37} tokens · esc to interrupt)\x1b[22m"[: COLS + 40]


def diff():
    yield f"\x1b[1m⏺ Update\x1b[22m(\x1b]8;;file:///home/demo/src/ring.rs\x1b\\src/ring.rs\x1b]8;;\x1b\\)"
    for number in range(DICE.randint(3, 9)):
        kind = DICE.choice("+- ")
        colour = {"+": "\x1b[48;2;34;92;43m", "-": "\x1b[48;2;122;41;54m", " ": ""}[kind]
        code = fit(f"{number + 40:5} {kind} let {DICE.choice(WORDS)} = {DICE.randint(0, 99)};", COLS - 4)
        yield f"  {colour}{code}\x1b[49m"


def markdown():
    yield f"\x1b[1m{CORAL}{DICE.choice(['Plan', 'What I found', '結果'])}{PLAIN}\x1b[22m"
    for _ in range(DICE.randint(1, 3)):
        lines = list(wrap(DICE.choices(WORDS, k=DICE.randint(10, 40)), COLS - 6))
        yield f"  • {lines[0]}"
        yield from (f"    {line}" for line in lines[1:])
    yield f"  \x1b[3m{BLUE}`ring.since(offset)`{PLAIN}\x1b[23m and \x1b[4ma link\x1b[24m, \x1b[9mold\x1b[29m"


def transcript(screen):
    """Another view, in the alternate screen."""
    sys.stdout.write("\x1b[?1049h\x1b[?25l\x1b[?1000h\x1b[?1006h\x1b[2J\x1b[H\x1b[7m" + fit(" Transcript  (q to leave)", COLS) + "\x1b[27m")
    for row in range(2, ROWS):
        sys.stdout.write(f"\x1b[{row};1H" + fit(f"{row:4} " + " ".join(DICE.choices(WORDS, k=12)), COLS))
    sys.stdout.write(f"\x1b[2;{ROWS - 1}r" + "".join(f"\x1b[{ROWS - 1};1H\n\x1b[2K{GREY}scrolled {n}{PLAIN}" for n in range(5)))
    sys.stdout.write("\x1b[r\x1b[?1006l\x1b[?1000l\x1b[?25h\x1b[?1049l")
    sys.stdout.flush()
    screen.draw(prompt())


def turn(screen, number):
    sys.stdout.write(f"\x1b]0;✳ Task {number}: {DICE.choice(WORDS)}\x07")
    request = " ".join(DICE.choices(WORDS, k=5))
    for end in range(1, len(request), 6):
        screen.draw(prompt(request[:end]))
    screen.draw(prompt(), ["", f"\x1b[48;5;237m> {request} \x1b[49m", ""])
    said = list(markdown())
    for tick in range(1, 6):
        shown = said[: tick * len(said) // 5][-8:]
        screen.draw([*shown, "", status("Pondering", tick), "", *prompt()])
    screen.draw([status("Editing", 9), *prompt()], said)
    screen.draw(prompt(), ["", *diff(), f"  {GREY}⎿  {GREEN}✔{PLAIN} {DICE.randint(1, 200)} passed, {RED}0 failed{PLAIN}", ""])
    if number % 7 == 3:
        question = box(["Do you want to run this command?", "", "❯ 1. Yes", "  2. No, and tell 何をすべきか (esc)"], BLUE)
        screen.draw(list(question))
        screen.draw(prompt())
    if number % 11 == 5:
        transcript(screen)


def main():
    sys.stdout.write("\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[>1u\x1b[>4;2m")
    screen = Screen()
    screen.draw(prompt(), box(["✻ Welcome to the agent", "", "cwd: /home/demo"], CORAL))
    for number in range(TURNS):
        turn(screen, number)
    sys.stdout.write("\x1b[<u\x1b[>4m\x1b[?1004l\x1b[?2004l\x1b[?25h\x1b]0;\x07")


main()
