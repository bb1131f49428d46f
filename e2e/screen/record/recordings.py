"""What is recorded: each program, its size, and the keys that are typed.

A step is a text (sent at once), a one-tuple of a text (typed key by key), or a number (seconds to watch).
"""

from dataclasses import dataclass, field
from pathlib import Path

ESC, ENTER, TAB, UP, DOWN, RIGHT, LEFT = "\x1b", "\r", "\t", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
PAGE_DOWN, PAGE_UP, HOME, END = "\x1b[6~", "\x1b[5~", "\x1b[H", "\x1b[F"
PASTE = "\x1b[200~pasted 一二三\nand more\x1b[201~"


@dataclass
class Recording:
    name: str
    cols: int
    rows: int
    about: str
    argv: list
    steps: list = field(default_factory=list)
    version: list = field(default_factory=lambda: ["/usr/bin/python3", "--version"])
    env: dict = field(default_factory=dict)
    at_least: int = 500


def ctrl(letter):
    return chr(ord(letter) & 0x1F)


def click(x, y, button=0):
    return f"\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m"


def slowly(keys):
    """For mc, which waits a second to see whether a key goes on."""
    return [step for key in keys for step in (key, 1.1)]


def own(name, cols, rows, about, script, *arguments):
    return Recording(name, cols, rows, about, ["/usr/bin/python3", f"bin/{script}", *arguments])


BASH = ["bash", "--norc", "--noprofile", "-i"]
VIM = ["vim", "--version"]
INK = ["bash", "-c", f"echo Ink $(grep -o 'ink.: .[0-9.]*' {Path(__file__).parent}/ink/package.json | grep -o '[0-9.]*$'), Node $(node --version)"]
TMUX = ["tmux", "-V"]

RECORDINGS = [
    Recording("vim-edit", 80, 24, "vim: edit, search, visual, split, help", ["vim", "src/ring.rs"], [
        ("/fn\r",), "n", "n", ("oinserted 日本語 line",), ESC, "yyp", "p", "dd", "u", "V", DOWN * 3, ">", "gg", "vjjly", "G", "p",
        (":set list\r",), ("5x",), ("A 👍 done",), ESC, ":split notes.txt\r", "G", "gg", ctrl("F"), ctrl("F"), ":vsplit\r",
        ctrl("W") + "l", ctrl("E") * 6, ctrl("Y") * 3, ":set nonumber\r", ":help insert\r", ctrl("D"), ctrl("D"), ":q\r", "zf3j", ":%s/the/THE/g\r",
        "2J", "ddP", "3dw", "i" + PASTE + ESC, ":only\r", ":echo 'done'\r", ":q!\r",
    ], VIM),
    Recording("vim-truecolor", 132, 43, "vim: true colours, curly underlines, cursor shapes, mouse",
        ["vim", "-c", r"let &t_Cs=\"\e[4:3m\"|let &t_Ce=\"\e[4:0m\"|let &t_AU=\"\e[58;5;%dm\"|let &t_SI=\"\e[6 q\"|let &t_EI=\"\e[2 q\"".replace('\\"', '"'),
         "-c", "set termguicolors spell cursorline background=dark title", "-c", "colorscheme desert", "notes.txt"],
        [ctrl("F"), ctrl("F"), ctrl("B"), ("ixyzzy plugh ",), ESC, click(20, 10), click(40, 12, 64), click(40, 12, 65), ":colorscheme evening\r", "gg",
         ":set cursorcolumn\r", "10j", "5l", ":vsplit src/main.c\r", ":tabnew src/ring.rs\r", "G", "gt", "gt", ":qa!\r"], VIM),
    Recording("vim-deep", 132, 43, "vim: modes set once, then far more than 200 KB of scrolling", ["vim", "-c", "set title cursorline", "src/ring.rs"],
        [":e notes.txt\r", ":set nowrap\r"] + [ctrl("E") * 3, ctrl("D"), ctrl("D"), "gg", ":e src/ring.rs\r", ctrl("F"), ctrl("F"), "gg", ":e notes.txt\r", ctrl("F") * 2, ctrl("B")] * 8 + [":help options\r"] + [ctrl("F")] * 40, VIM, at_least=260_000),
    Recording("htop", 132, 43, "htop: tree, sorting, setup, filter, search",
        ["bash", "-c", "for i in 1 2 3 4; do sleep 1000 & done; (while :; do :; done) & htop -d 5; kill $(jobs -p)"],
        [1.2, DOWN, DOWN, "t", 0.7, "\x1b[15~", ">", 0.5, DOWN, ENTER, 0.6, "\x1bOS", ("slee",), ESC, "\x1bOR", ("ba",), ESC, "\x1bOQ", 0.5, DOWN, RIGHT, DOWN, ESC, ESC, "H", "I", "u", ESC, 1.0, "\x1bOP", 0.6, " ", "q"], ["htop", "--version"]),
    Recording("htop-phone", 44, 30, "htop on a phone's width", ["htop", "-d", "5"], [1.5, DOWN, "t", RIGHT, RIGHT, 1.0, "\x1bOQ", 0.5, ESC, "q"], ["htop", "--version"]),
    Recording("top", 80, 24, "top: colours, sorting", ["top", "-d", "0.4"], ["z", 0.8, "x", "b", 0.8, "V", "c", "1", 0.8, "P", "M", "h", " ", "q"], ["top", "-V"]),
    Recording("less", 80, 24, "less: colours, searching, both directions, long lines", ["less", "-R", "log.txt"],
        [" ", " ", "b", ("/ERROR\r",), "n", "n", "N", "G", "b", "b", "k", "k", "k", "y", "j", "5j", "-S\r", RIGHT, RIGHT, LEFT, "-N\r", "d", "u", "u", ("&WARN\r",), " ", "&\r", "?INFO\r", "n", "h", " ", "q", "20g", "=", "q"], ["less", "--version"]),
    Recording("less-no-alt", 44, 30, "less -X -F on the primary screen, with history", ["less", "-RX", "log.txt"], [" "] * 30 + ["b", "b", "k", ("/WARN\r",), "n", " ", "q"], ["less", "--version"]),
    Recording("man", 80, 24, "man: bold, underline", ["man", "/usr/share/man/man1/htop.1.gz"], [" ", " ", ("/process\r",), "n", "b", "G", "q"], ["man", "--version"]),
    Recording("tmux", 132, 43, "tmux: panes, windows, copy mode, choose tree", ["tmux", "new-session", *BASH],
        [("ls --color files\r",), ctrl("B") + '"', ("cat log.txt | head -60\r",), ctrl("B") + "%", ("git -C repo log --color --oneline | head -40\r",), ctrl("B") + "o", ctrl("B") + "[", PAGE_UP, UP * 4, "/", "x", ENTER, " ", UP, ENTER,
         ctrl("B") + "c", ("python3 bin/wide.py\r",), ctrl("B") + "n", ctrl("B") + "z", ctrl("B") + "z", ctrl("B") + " ", ctrl("B") + "w", DOWN, UP, "q", ctrl("B") + "?", PAGE_DOWN, "q", ctrl("B") + "t", "q", click(10, 5), ctrl("B") + ":", ("display-message 日本語\r",), 1.0, ("exit\r",), ("exit\r",)], TMUX),
    Recording("tmux-vim", 80, 24, "vim in tmux", ["tmux", "new-session", "vim", "src/ring.rs"],
        [("ohello 世界",), ESC, ctrl("F"), ctrl("B") * 2, ctrl("B") + "%", ("vim notes.txt\r",), ("/fox\r",), "n", ":split\r", ctrl("E") * 3, ctrl("B") + "o", "dd", "p", "G", ":q!\r", ctrl("B") + "d"], TMUX),
    Recording("tmux-flood", 80, 24, "tmux with a flood in one of two panes", ["tmux", "new-session", *BASH],
        [ctrl("B") + "%", ("cat log.txt\r",), 1.0, ctrl("B") + "o", ("seq 3000\r",), ctrl("B") + "[", PAGE_UP, PAGE_UP, "q", ctrl("B") + '"', ("cat notes.txt\r",), 0.5, ("exit\r",)], TMUX),
    Recording("nano", 80, 24, "nano: typing, search, cut and paste, help", ["nano", "src/main.c"],
        [("/* comment 日本 */\r",), DOWN * 3, ctrl("K"), ctrl("K"), ctrl("U"), ctrl("W"), ("printf\r",), PAGE_DOWN, PAGE_UP, ctrl("G"), PAGE_DOWN, ctrl("X"), "\x1bu", "\x1b6", "\x1bA", DOWN * 2, ctrl("_"), ("30\r",), click(10, 5), "i" + PASTE, ctrl("X"), "n"], ["nano", "--version"]),
    Recording("nano-phone", 44, 30, "nano with soft wrapping on a phone's width", ["nano", "notes.txt"], [PAGE_DOWN, PAGE_DOWN, ("wrapped words and ぜんかく 文字 in the middle",), UP * 5, END, ("!",), HOME, ("?",), ctrl("X"), "n"], ["nano", "--version"]),
    Recording("bash", 80, 24, "bash with readline: history, search, completion, wrapping lines", BASH,
        [("echo hello",), LEFT * 3, ("XX",), ctrl("A"), ("# ",), ctrl("E"), ENTER, UP, UP, ctrl("R"), ("for",), RIGHT, ENTER, ("ls fi\t",), TAB, TAB, ENTER, ("cat fil\t\t\t",), ctrl("U"),
         ("echo a long line that goes on and on until it wraps at the right margin of the terminal and then some 日本語の文字 too",), LEFT * 60, ("INSERTED ",), ctrl("K"), ctrl("Y"), ctrl("A"), "\x1bf\x1bf", ctrl("W"), "\x1b.", ctrl("_"), ENTER,
         PASTE, ENTER, ("printf 'a\\tb\\rc\\n'\r",), ("ls --color -la files\r",), ctrl("L"), ("set -o vi\r",), ("echo vi mode",), ESC, "b", "cw", ("changed",), ESC, ENTER, ("python3 -c 'print(\"x\" * 200)'\r",), ("cd repo && git status && git diff HEAD~3 --color | cat\r",), ("exit\r",)], ["bash", "--version"]),
    Recording("bash-phone", 44, 30, "bash on a phone's width: every line wraps", BASH,
        [("ls --color -la / files\r",), ("echo this line is much longer than the phone is wide, so it wraps more than once and then is edited",), LEFT * 50, ("ここ",), "\x1bb\x1bb", ctrl("K"), ENTER, ("cat notes.txt | head -30\r",), ("git -C repo log --color --stat | cat\r",), 0.5, ("exit\r",)], ["bash", "--version"]),
    Recording("fish", 80, 24, "fish: suggestions, completion pager, syntax colours", ["fish"],
        [1.0, ("ls -la fi\t",), ENTER, ("echo hello wor",), ENTER, ("ec",), RIGHT, ENTER, ("git -C repo \t",), TAB, TAB, DOWN, RIGHT, ESC, ctrl("C"), ("echo 日本語 | cat",), LEFT * 5, ("🚀",), ENTER, ctrl("R"), ("ls",), ENTER, ("nosuchcommand\r",), ("exit\r",)], ["fish", "--version"]),
    Recording("zsh", 44, 30, "zsh: menu completion, right prompt", ["zsh"], [0.5, ("ls fi\t",), ENTER, ("ls files/\t\t",), TAB, RIGHT, DOWN, ENTER, ENTER, ("git -C repo lo\t\t",), ctrl("C"), ("echo long enough to overwrite the prompt at the right",), ctrl("A"), ctrl("K"), ctrl("Y"), ENTER, PASTE, ENTER, ("exit\r",)], ["zsh", "--version"]),
    Recording("ls-color", 80, 24, "ls --color in several forms", BASH, [("ls --color files\r",), ("ls --color -la\r",), ("ls --color -lR --hyperlink=always src files 日*\r",), ("ls --color /usr/bin\r",), 0.5, ("ls --color -l /usr/lib\r",), 0.5], ["ls", "--version"]),
    Recording("ls-wide", 200, 50, "ls --color on a wide terminal, much history", BASH, [("ls --color /usr/bin\r",), ("ls --color -lR --hyperlink=auto /usr/share/vim/vim90 | head -700\r",), 1.0, ("ls --color -lR --hyperlink=auto /usr/share/fish | tail -500\r",), 0.5, ("ls --color -R /usr/share/zoneinfo | cat\r",), 1.0], ["ls", "--version"]),
    own("wide", 80, 24, "own: CJK, emoji, combining marks, wide characters at the margin", "wide.py"),
    own("wide-phone", 44, 30, "own: the same on a phone's width", "wide.py"),
    own("wide-odd", 81, 25, "own: the same on an odd width", "wide.py"),
    Recording("cat-notes", 80, 24, "cat of a text in many scripts, more than 1,000 lines of history", BASH, [("for i in 1 2 3 4 5 6; do cat notes.txt; done\r",), 1.0], ["cat", "--version"]),
    Recording("git-log", 80, 24, "git log -p --color through cat, more than 1,000 lines of history", BASH, [("git -C repo log -p --color -60 | cat\r",), 0.5, ("git -C repo log --graph --color --stat -40 | cat\r",), 0.5], ["git", "--version"]),
    Recording("git-pager", 132, 43, "git log, diff and blame in its pager", BASH, [("git -C repo log --color -p\r",), " ", " ", ("/value_3\r",), "n", "b", "G", "q", ("git -C repo log --graph --oneline --all --decorate --color\r",), " ", "q", ("git -C repo blame src/part3.rs\r",), "q", ("exit\r",)], ["git", "--version"]),
    Recording("python", 80, 24, "Python's prompt with readline", ["/usr/bin/python3", "-i"],
        [("import sys, math\r",), ("for i in range(5):\r    print(i, '日本' * i)\r\r",), ("math.\t\t",), ctrl("U"), ("1/0\r",), ("help(len)\r",), "q", UP, UP, ctrl("A"), ("# ",), ENTER, ("print('x' * 300)\r",), ("sys.stdout.write('\\033[31mred\\033[0m\\n')\r",), ("exit()\r",)]),
    Recording("dialog", 80, 24, "dialog: boxes in line-drawing characters, menu, gauge", ["bash", "-c",
        "dialog --title Hello --yesno 'Draw a box?' 8 40; dialog --menu Choose 15 50 6 a Apple b 日本 c Cherry d Date; dialog --checklist Many 15 50 5 x X on y Y off; (for i in $(seq 0 10 100); do echo $i; sleep 0.05; done) | dialog --gauge Working 8 50; dialog --inputbox Name 8 40; clear"],
        [TAB, ENTER, DOWN, DOWN, ENTER, " ", DOWN, " ", ENTER, 1.5, ("some text 文字",), ENTER], ["dialog", "--version"]),
    Recording("dialog-acs", 80, 24, "dialog with NCURSES_NO_UTF8_ACS: DEC line drawing", ["bash", "-c", "dialog --colors --title Lines --msgbox '\\Z1red\\Zn \\Zbbold\\Zn' 10 40; dialog --calendar Day 3 40 1 2 2026; dialog --fselect /usr/ 10 50; clear"],
        [ENTER, TAB, RIGHT, DOWN, ENTER, TAB, DOWN, TAB, TAB, ENTER], ["dialog", "--version"], {"NCURSES_NO_UTF8_ACS": "1", "LANG": "C", "LC_ALL": "C"}),
    Recording("mc", 80, 24, "mc: panels, menu, viewer, mouse", ["bash", "-c", "mc -u files src; true"], slowly(["\x1bOB", "\x1bOB", TAB, "\x1bOB", "\x1bOR", "\x1bOB", "\x1b[21~", "\x1b[20~", "\x1bOB", "\x1bOC", "\x1bOB", ESC + ESC, click(30, 8), click(60, 10), "\x1bOS", "\x1b[21~", ("ls --color\r",), ctrl("O"), ctrl("O"), "\x1b[21~", ENTER]), ["mc", "--version"], {"TERM": "xterm-256color", "SHELL": "/bin/bash"}),
    Recording("mc-acs", 132, 43, "mc with stickchars off and DEC line drawing", ["bash", "-c", "mc -u -d files /usr/share/zoneinfo; true"], slowly(["\x1bOB", "\x1bOB", TAB, "\x1bOB", "\x1bOB", ENTER, "\x1bOR", "\x1b[21~", "\x1b[20~", "\x1bOB", ESC + ESC, "\x1b[21~", ENTER]), ["mc", "--version"], {"NCURSES_NO_UTF8_ACS": "1", "LANG": "C", "LC_ALL": "C"}),
    Recording("agent-ink", 80, 24, "a coding agent's interface made with Ink", ["node", "ink/agent.mjs"],
        [1.0] + [step for request in ["fix the ring", "端末を直す", "add a test", "say why it failed, at some length so that the line wraps in the box"] for step in ((request,), ENTER, 1.8)] + [ESC, DOWN, DOWN, ESC, ("again",), LEFT * 3, ("X",), ENTER, 2.0, ctrl("d")], INK),
    Recording("agent-ink-phone", 44, 30, "the same on a phone's width", ["node", "ink/agent.mjs"], [2.0, ("修正 🚀 please",), ENTER, 3.0, ESC, DOWN, ESC, ("more",), ENTER, 3.0, ctrl("d")], INK),
    own("agent", 80, 24, "own: a coding agent's full-screen interface", "agent.py", "14"),
    own("agent-wide", 132, 43, "own: the same on a larger terminal", "agent.py", "10"),
    own("agent-phone", 44, 30, "own: the same on a phone's width", "agent.py", "15"),
    own("agent-long", 80, 24, "own: a long session of the agent, more than 1,000 lines of history", "agent.py", "56"),
    own("modes-early", 80, 24, "own: every mode set at the start, then more than 200 KB of text", "modes.py"),
    own("modes-early-alt", 80, 24, "own: the same in the alternate screen, leaving it at the end", "modes.py", "alternate"),
    own("modes-early-history", 80, 24, "own: the same without a scroll region, more than 1,000 lines of history", "modes.py", "history"),
    own("colours", 132, 43, "own: 16, 256 and 16 million colours and every attribute", "colours.py"),
    own("colours-phone", 44, 30, "own: the same on a phone's width", "colours.py"),
    own("progress", 80, 24, "own: progress bars in one line and in many", "progress.py"),
    Recording("build-log", 120, 40, "a coloured log of more than 1,000 lines with long lines", BASH, [("cat log.txt\r",), 1.0, ("tail -50 log.txt | grep --color=always -n the\r",)], ["cat", "--version"]),
]
