"""Progress bars: one line that returns, and several that are drawn over one another."""

import sys


def one_line():
    for percent in range(0, 101, 2):
        bar = "━" * (percent // 3) + "╸"
        sys.stdout.write(f"\r\x1b[2K\x1b[38;2;249;38;114m{bar:<35}\x1b[0m \x1b[32m{percent:3}%\x1b[0m \x1b[36m{percent * 31} kB/s\x1b[0m eta \x1b[33m0:00:{(100 - percent) // 2:02}\x1b[0m")
    sys.stdout.write("\r\n")


def many(count):
    sys.stdout.write("\x1b[?25l" + "\r\n" * count)
    for step in range(60):
        sys.stdout.write(f"\x1b[{count}A")
        for layer in range(count):
            done = min(20, max(0, step - layer * 3))
            state = "\x1b[32mPull complete\x1b[0m" if done == 20 else f"[{'=' * done}>{' ' * (20 - done)}]"
            sys.stdout.write(f"{layer:012x}: {state}\x1b[K\r\n")
    sys.stdout.write("\x1b[?25h")


def backspaces():
    for percent in range(101):
        text = f"{percent}% ({percent * 12}/1200)"
        sys.stdout.write(text + "\b" * len(text))
    sys.stdout.write("\r\n")


def main():
    for _ in range(3):
        one_line()
        many(9)
        backspaces()
    many(40)


main()
