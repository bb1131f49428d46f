"""Characters of every width, at the margin too: CJK, emoji, combining marks, tabs, joiners."""

import os
import sys

COLS, ROWS = os.get_terminal_size()
SAMPLES = [
    "日本語のテキストは全角です。", "한국어 텍스트입니다.", "中文字符测试，全角标点。", "ｆｕｌｌ ｗｉｄｔｈ", "ﾊﾝｶｸ ｶﾅ",
    "😀😃😄 🚀🎉 👍🏽 👩‍💻 👨‍👩‍👧 🇩🇪🇯🇵 ❤️ ☎️ 1️⃣", "e\u0301a\u0308o\u0302n\u0303 Z\u0351\u0343a\u0350l\u0348g\u0347o\u0321", "नमस्ते दुनिया", "สวัสดีชาวโลก", "שלום עולם", "مرحبا بالعالم",
    "┌──┬──┐│ ▏▎▍▌▋▊▉█ ░▒▓ ⠋⠙⠹ ⣿", "→⇒∀∃∑∫ ½¼ ①②③ ½° ※", "\u200bzero\u200dwidth\u00ad soft", "\U0001fae0\U0001fad6 newer \U0001f6dc", "x\u0336y\u0336", "ﬁ ﬂ ß ŉ ǆ",
]


def at_the_margin():
    """A wide character, a mark and a tab at each of the last columns."""
    for back in range(4):
        for text in ["漢字", "🚀x", "e\u0301\u0302x", "a\tb", "xy漢\u0301z"]:
            sys.stdout.write("." * (COLS - back) + text + "\r\n")
    for back in range(3):
        sys.stdout.write(f"\x1b[{COLS - back}G漢\u0302字\x1b[44m色\x1b[0m\r\n")


def overwritten():
    """Halves of wide characters are written over, erased, moved."""
    for edit in ["\x1b[3Gx", "\x1b[4Gx", "\x1b[3G\x1b[P", "\x1b[4G\x1b[P", "\x1b[4G\x1b[@", "\x1b[5G\x1b[X", "\x1b[4G\x1b[K", "\x1b[4G\x1b[1K", "\x1b[4G漢", "\x1b[4h\x1b[4Gおx\x1b[4l"]:
        sys.stdout.write(f"日本語文字漢字{edit}\r\n")


def main():
    for round_ in range(3):
        for number, text in enumerate(SAMPLES):
            sys.stdout.write(f"\x1b[3{number % 8};4{(number + 3 * round_) % 8}m{text}\x1b[0m {number}\t|\tend\r\n")
        for text in SAMPLES:
            sys.stdout.write(text * 6 + "\r\n")
        at_the_margin()
        overwritten()
        # Not with wide characters: what xterm.js does then depends on how its input is cut into writes.
        sys.stdout.write("\x1b[?7l" + "日本 " + "no wrap " * COLS + "\x1b[?7h\r\n")
        sys.stdout.write("\x1b[3g" + "".join(f"\x1b[{col}G\x1bH" for col in range(5, COLS, 7)) + "\r" + "\t漢\te\u0301" * 8 + "\r\n")
    sys.stdout.write(f"\x1b[{ROWS};{COLS}H漢")


main()
