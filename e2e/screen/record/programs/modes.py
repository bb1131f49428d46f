"""Sets all that a terminal can be told at the start, then writes more than 200 KB and touches none of it.

With `alternate` as argument it does so in the alternate screen and leaves it at the very end; with `history`
it sets no scroll region, so that what scrolls away is kept.
"""

import sys

ALTERNATE = sys.argv[1:] == ["alternate"]
REGION = "" if sys.argv[1:] == ["history"] else "\x1b[3;20r"
MODES = (
    "\x1b]0;set long ago 題名\x07\x1b[?1h\x1b=\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?1004h\x1b[5 q\x1b[?25l" + REGION +
    "\x1b[3g\x1b[4G\x1bH\x1b[13G\x1bH\x1b[33G\x1bH\x1b)0\x1b[1;3;38;2;200;100;50;48;5;17m\x1b[2;7H\x1b7\x1b[m\x1b[3;1H"
)


def main():
    out = sys.stdout
    out.write("before\r\n" * 40 + "\x1b[32msaved on the primary\x1b7\x1b[m")
    out.write("\x1b[?1049h" * ALTERNATE + MODES)
    written = 0
    number = 0
    while written < 230_000:
        text = f"\x1b[3{number % 8}m{number:6}\x1b[39m\t\x0eqqq\x0f text 文字 \x1b[1mbold\x1b[22m at a tab\t|\r\n"
        out.write(text)
        written += len(text.encode())
        number += 1
    out.write("\x1b8restored\x1b[?6h\x1b[2;3Horigin")
    out.write("\x1b[?1049l" * ALTERNATE + "the end")


main()
