"""The home folder that recorded programs find: sources, texts, a Git repository, settings.

Everything is made up here or copied from beside this file; nothing of the machine gets in.
"""

import os
import random
import shutil
import subprocess

RUST = '''//! A ring of bytes: what a terminal wrote last.

/// Holds the last `capacity` bytes and knows the offset of each.
pub struct Ring {
    bytes: std::collections::VecDeque<u8>,
    end: u64, // offset after the last byte — “absolute”
}

impl Ring {
    pub fn push(&mut self, chunk: &[u8]) -> usize {
        let keep = self.capacity().min(chunk.len());
        for byte in &chunk[chunk.len() - keep..] {
            if self.bytes.len() == self.bytes.capacity() { self.bytes.pop_front(); }
            self.bytes.push_back(*byte);
        }
        self.end += chunk.len() as u64;
        keep
    }

    // 端末の出力を覚える。絵文字も：🦀 ✨ 日本語
    pub fn since(&self, offset: u64) -> Option<Vec<u8>> {
        let first = self.end - self.bytes.len() as u64;
        (first..=self.end).contains(&offset).then(|| self.bytes.iter().skip((offset - first) as usize).copied().collect())
    }
}
'''

PROSE = (
    "The quick brown fox jumps over the lazy dog while the terminal scrolls. "
    "いろはにほへと ちりぬるを。わかよたれそ つねならむ。"
    "Zażółć gęślą jaźń, Привет мир, γειά σου Κόσμε, e\u0301 a\u0308 n\u0303. "
    "Emoji: 😀 🚀 🎉 ❤ ⚠ ✅ 👍🏽 👩‍💻 🇩🇪. 한국어 텍스트, 中文字符，全角ＡＢＣ。 "
)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def coloured_log(lines):
    dice = random.Random(11)
    level = [("\x1b[32mINFO\x1b[0m ", 6), ("\x1b[33mWARN\x1b[0m ", 2), ("\x1b[1;31mERROR\x1b[0m", 1), ("\x1b[2mDEBUG\x1b[0m", 3)]
    words = PROSE.split()
    for number in range(lines):
        name = dice.choices([text for text, _ in level], [weight for _, weight in level])[0]
        said = " ".join(dice.choices(words, k=dice.randint(2, 24)))
        yield f"\x1b[90m2026-01-02T03:04:{number % 60:02}.{number:06}Z\x1b[0m {name} \x1b[36mhub::ring\x1b[0m: {said}\n"


def repository(path):
    """Three hundred commits through fast-import, which takes no time."""
    dice = random.Random(5)
    stream = []
    for number in range(300):
        body = "".join(f"let value_{line} = {dice.randint(0, 999)};\n" for line in range(8))
        subject = dice.choice(["Fix the ring", "端末を直す", "Draw boxes │┌┐", "Test wide 🚀 text", "Say what went wrong"])
        said = f"{subject} {number}\n\nWhy: {dice.choice(PROSE.split('. '))}\n"
        stream.append(
            f"commit refs/heads/main\ncommitter Demo <demo@example.org> {1767323045 + number * 3600} +0000\n"
            f"data {len(said.encode())}\n{said}\nM 100644 inline src/part{number % 7}.rs\ndata {len(body.encode())}\n{body}\n"
        )
        if number % 50 == 49:
            stream.append(f"reset refs/tags/v0.{number}\nfrom refs/heads/main\n\n")
    git = ["git", "-c", "init.defaultBranch=main"]
    subprocess.run([*git, "init", "-q", str(path)], check=True)
    subprocess.run([*git, "-C", str(path), "fast-import", "--quiet"], input="".join(stream).encode(), check=True)
    subprocess.run([*git, "-C", str(path), "checkout", "-qf", "main"], check=True)


def furnish(home, programs):
    home.mkdir(parents=True)
    os.environ["HOME"] = str(home)
    shutil.copytree(programs, home / "bin")
    shutil.copytree(programs.parent / "ink", home / "ink")
    write(home / "src/ring.rs", RUST * 4)
    write(home / "src/main.c", '#include <stdio.h>\n\nint main(void)\n{\n\tprintf("tab\\there\\n");\n\treturn 0;\n}\n' * 6)
    write(home / "notes.txt", "\n".join(f"{number:3}. {PROSE}" for number in range(60)) + "\n")
    write(home / "log.txt", "".join(coloured_log(1400)))
    write(home / "日本語 フォルダ/ファイル.txt", PROSE)
    for name in ["résumé.pdf", "emoji 🎉.md", "run.sh", "archive.tar.gz", "photo.jpg", "movie.mp4", "a very long file name that will not fit.txt"]:
        write(home / "files" / name, name)
    os.chmod(home / "files/run.sh", 0o755)
    os.symlink("run.sh", home / "files/link")
    os.symlink("nowhere", home / "files/broken link")
    os.mkfifo(home / "files/pipe")
    write(home / ".vimrc", "syntax on\nset number mouse=a incsearch hlsearch ttymouse=sgr ruler showcmd laststatus=2 noswapfile\n")
    write(home / ".nanorc", "set linenumbers\nset mouse\nset softwrap\ninclude /usr/share/nano/*.nanorc\n")
    write(home / ".tmux.conf", "set -g mouse on\nset -g status-right '%H:%M'\nset -g default-terminal tmux-256color\nset -sa terminal-overrides ',xterm*:Tc'\n")
    write(home / ".inputrc", "set enable-bracketed-paste on\nset colored-stats on\nset colored-completion-prefix on\nset show-mode-in-prompt on\n")
    write(home / ".bash_history", "echo one\nls -la --color\nfor i in 1 2 3; do echo $i; done\ngit status\n")
    write(home / ".zshrc", "PROMPT='%F{green}demo%f %~ %# '\nRPROMPT='%F{244}%T%f'\nautoload -Uz compinit && compinit -u\nzstyle ':completion:*' menu select\n")
    write(home / ".gitconfig", "[user]\nname=Demo\nemail=demo@example.org\n[core]\npager=less -R\n[safe]\ndirectory=*\n")
    repository(home / "repo")
