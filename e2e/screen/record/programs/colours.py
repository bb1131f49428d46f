"""Every colour form and every attribute that terminals know."""

import sys


def main():
    for bold in ("", "1;"):
        for fg in [*range(30, 38), *range(90, 98)]:
            sys.stdout.write("".join(f"\x1b[{bold}{fg};{bg}m {fg} " for bg in [*range(40, 48), *range(100, 108)]) + "\x1b[0m\r\n")
    for number in range(256):
        sys.stdout.write(f"\x1b[48;5;{number}m{number:4}\x1b[0m" + ("\r\n" if number % 16 == 15 else ""))
    for row in range(24):
        sys.stdout.write("".join(f"\x1b[48;2;{row * 10};{col * 4};{255 - col * 4}m\x1b[38:2::{255 - row}:{col}:9m▀" for col in range(64)) + "\x1b[m\r\n")
    for sgr in ["1", "2", "3", "4", "5", "7", "8", "9", "21", "53", "4:2", "4:3", "4:4", "4:5", "1;2", "3;4;9", "7;31;42", "4:3;58;5;196", "4:4;58:2::9:200:9", "38:5:200;48:5:17"]:
        sys.stdout.write(f"\x1b[{sgr}m SGR {sgr} 文字 \x1b[K\x1b[0m|\r\n")
    for sgr, undo in [("1", "22"), ("2", "22"), ("3", "23"), ("4", "24"), ("5", "25"), ("7", "27"), ("8", "28"), ("9", "29"), ("53", "55"), ("58;5;9", "59"), ("31", "39"), ("42", "49")]:
        sys.stdout.write(f"\x1b[1;4;{sgr}mon\x1b[{undo}moff\x1b[m ")
    for number in range(8):
        sys.stdout.write(f"\r\n\x1b]8;id={number};https://example.org/{number}\x1b\\a \x1b[4{number}mlink {number}\x1b]8;;\x1b\\ none\x1b[m")
    sys.stdout.write("\r\n\x1b[41m\x1b[2K\x1b[10Gred line\x1b[44m\x1b[1K\x1b[J\x1b[m\r\n\x1b[7minverse \x1b[K\x1b[27m end\r\n")


main()
