//! The walls of the house: which room may know which, and who alone knows a library. It reads
//! the sources as text, so it needs neither Tauri nor a build of the crate.
//!
//! When it fails, the message says what to do. To move a wall is allowed: change the table here
//! and `docs/ARCHITECTURE.md` in the same commit.

// A helper of tests fails as a test does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, from the entrances to the leaves. Each may know those after it and none before.
const ORDER: &[&str] = &[
    "plugin",
    "test_util",
    "server",
    "transport",
    "hub",
    "access",
    "auth",
    "store",
    "bus",
    "router",
    "domain",
    "terminal",
    // Leaves: helpers and vocabulary, known to everybody.
    "config",
    "tasks",
    "error",
    "protocol",
    "ids",
    "lock",
    "secret",
    "qr",
    "time",
];

/// Imports that run up all the same, and why. One that is no longer needed has to go.
const UP: &[(&str, &str, &str)] = &[(
    "hub",
    "server",
    "the handle's `start` and `shutdown` are sugar on the server's, and its status asks the front",
)];

/// What a room must not know, wherever the order puts it.
const STRANGERS: &[(&str, &[&str])] = &[
    (
        "terminal",
        &["transport", "hub", "access", "auth", "store", "server"],
    ),
    (
        "store",
        &[
            "transport",
            "hub",
            "access",
            "auth",
            "terminal",
            "server",
            "bus",
            "router",
        ],
    ),
    (
        "domain",
        &[
            "transport",
            "hub",
            "access",
            "auth",
            "terminal",
            "server",
            "store",
            "bus",
            "router",
        ],
    ),
    ("protocol", &["error", "config", "secret", "time"]),
];

/// Crates, and the only places that may name them.
const SOLE_IMPORTERS: &[(&str, &[&str])] = &[
    ("portable_pty", &["terminal/pty.rs"]),
    ("tauri", &["plugin/"]),
    ("tauri_plugin", &["plugin/"]),
    (
        "socketioxide",
        &["transport/socket/", "transport/engine.rs"],
    ),
    (
        "socketioxide_core",
        &["transport/socket/", "transport/engine.rs"],
    ),
    ("socketioxide_parser_common", &["transport/socket/"]),
    (
        "engineioxide",
        &["transport/socket/", "transport/engine.rs"],
    ),
    ("rusqlite", &["store/sqlite/"]),
    ("aide", &["transport/api/"]),
];

/// A source file of the crate.
struct Source {
    /// Below `src/`, with forward slashes.
    path: String,
    text: String,
    /// The text without comments and without what stands in quotes.
    code: String,
}

impl Source {
    /// The top-level room that the file belongs to.
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Whether `super` is the crate's root here.
    fn is_root_of_room(&self) -> bool {
        self.path == format!("{}.rs", self.room()) || self.path == format!("{}/mod.rs", self.room())
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 20, "the sources are not where they were");
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).unwrap();
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
            Source {
                path: path.replace('\\', "/"),
                code: code_of(&text),
                text,
            }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(&entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
}

/// Rust without comments and without the insides of strings: only as much of a lexer as that
/// takes.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if next == '"' {
            string(rest)
        } else if next == 'r' && !code.ends_with(is_of_a_name) {
            raw_string(rest).unwrap_or(0)
        } else if next == '\'' {
            character(rest).unwrap_or(0)
        } else {
            0
        };
        if skip == 0 {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[skip..];
        }
    }
    code
}

fn block_comment(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    loop {
        let rest = &text[at..];
        if rest.is_empty() {
            return at;
        } else if rest.starts_with("/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if rest.starts_with("*/") {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// `r"…"`, `r#"…"#` and so on; nothing when it is a name.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|b| *b == b'#').count();
    let inside = text[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = inside.find(&close)?;
    Some(2 + hashes + end + close.len())
}

/// A character in quotes; nothing when it is a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut inside = text[1..].char_indices();
    match inside.next()?.1 {
        '\\' => {
            inside.next();
            inside.find(|(_, c)| *c == '\'').map(|(at, _)| 1 + at + 1)
        }
        c => text[1 + c.len_utf8()..]
            .starts_with('\'')
            .then(|| 2 + c.len_utf8()),
    }
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows each `name::` that begins a path.
fn paths<'a>(code: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("{name}::");
    code.match_indices(&begin)
        .filter(|(at, _)| !code[..*at].ends_with(|c| is_of_a_name(c) || c == ':'))
        .map(|(at, _)| &code[at + begin.len()..])
        .collect()
}

/// The first names of a path's rest: one, or those of a group in braces.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String { text.chars().take_while(|c| is_of_a_name(*c)).collect() };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let (mut depth, mut names, mut begin) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(name(group[begin..at].trim_start()));
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

/// The rooms that a file names.
fn rooms_known_to(source: &Source) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = paths(&source.code, "crate")
        .into_iter()
        .flat_map(heads)
        .collect();
    if source.is_root_of_room() {
        // `super` is the root here, except in a `mod tests`, whose names are not rooms.
        let above = paths(&source.code, "super").into_iter().flat_map(heads);
        known.extend(above.filter(|name| ORDER.contains(&name.as_str())));
    }
    known.remove("");
    known.remove(source.room());
    known
}

fn place(room: &str) -> usize {
    ORDER.iter().position(|known| *known == room).unwrap_or_else(|| {
        panic!(
            "the room `{room}` has no place yet: put it into ORDER in tests/walls.rs, above what \
             it imports and below what imports it, and into docs/ARCHITECTURE.md"
        )
    })
}

/// Every file but the map.
fn rooms() -> Vec<Source> {
    let mut sources = sources();
    sources.retain(|source| source.path != "lib.rs");
    sources
}

#[test]
fn imports_run_from_the_entrances_to_the_leaves() {
    let mut unused: BTreeSet<_> = UP.iter().map(|(from, to, _)| (*from, *to)).collect();
    let mut wrong = Vec::new();
    for source in &rooms() {
        let from = source.room();
        for to in rooms_known_to(source) {
            if place(from) < place(&to) {
                continue;
            }
            match UP.iter().find(|(f, t, _)| *f == from && *t == to) {
                Some((f, t, _)) => {
                    unused.remove(&(*f, *t));
                }
                None => wrong.push(format!(
                    "src/{}: `{from}` must not know `{to}`",
                    source.path
                )),
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nImports run down this order: {}.\nMove what is shared into a room below both, or \
         pass it in from the room above (a value, a closure, a trait).",
        wrong.join("\n"),
        ORDER.join(", ")
    );
    assert!(
        unused.is_empty(),
        "no longer needed, take it out of UP in tests/walls.rs: {unused:?}"
    );
}

#[test]
fn strangers_stay_strangers() {
    for source in &rooms() {
        let Some((_, strangers)) = STRANGERS.iter().find(|(room, _)| *room == source.room()) else {
            continue;
        };
        for known in rooms_known_to(source) {
            assert!(
                !strangers.contains(&known.as_str()),
                "src/{}: `{}` knows nothing of `{known}`. Give it what it needs as a value, or do \
                 the work in a room that may know both.",
                source.path,
                source.room()
            );
        }
    }
}

#[test]
fn a_library_is_known_in_one_place() {
    for source in &sources() {
        for (library, places) in SOLE_IMPORTERS {
            let used = !paths(&source.code, library).is_empty()
                || source.code.contains(&format!("use {library};"))
                || source.code.contains(&format!("extern crate {library}"));
            let allowed = places.iter().any(|place| source.path.starts_with(place));
            assert!(
                !used || allowed,
                "src/{} names `{library}`. Only {} may: put what you need there, behind a type of \
                 ours.",
                source.path,
                places.join(" and ")
            );
        }
    }
}

#[test]
fn tasks_are_spawned_in_one_place() {
    for source in &sources() {
        let spawns = ["spawn(", "spawn_blocking("]
            .iter()
            .any(|call| source.code.contains(&format!("tokio::{call}")))
            || source.code.contains("tokio::task::spawn");
        assert!(
            !spawns || source.path == "tasks.rs",
            "src/{} spawns a task that nobody waits for at the end. Use `Tasks` (src/tasks.rs).",
            source.path
        );
    }
}

#[test]
fn every_file_says_what_it_is() {
    for source in &sources() {
        assert!(
            source.text.starts_with("//! "),
            "src/{} does not open with `//!`: say in a sentence what this room is, and what it \
             must not know.",
            source.path
        );
    }
}

#[test]
fn every_library_is_found_where_it_may_be() {
    // Otherwise the wall above would hold nothing.
    let sources = sources();
    for (library, _) in SOLE_IMPORTERS {
        if *library == "tauri_plugin" {
            continue; // of build.rs; here only so that it stays there
        }
        assert!(
            sources
                .iter()
                .any(|source| !paths(&source.code, library).is_empty()),
            "nobody names `{library}` any more: take it out of SOLE_IMPORTERS in tests/walls.rs"
        );
    }
}

#[test]
fn the_lexer_keeps_code_and_nothing_else() {
    for (text, code) in [
        ("a // tauri::x\nb", "a  \nb"),
        ("a /* b /* c */ d */ e", "a   e"),
        (r#"x("http://a", y)"#, "x( , y)"),
        (r#"x("a\"b\\", y)"#, "x( , y)"),
        (r##"x(r#"a"b"#, y)"##, "x( , y)"),
        (r"x('\'', '/', '\u{1}', y)", "x( ,  ,  , y)"),
        ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
        ("for r in error {}", "for r in error {}"),
    ] {
        assert_eq!(code_of(text), code, "{text}");
    }
    assert_eq!(heads("a::b"), ["a"]);
    assert_eq!(heads("{a::{b, c}, d, e::f}"), ["a", "d", "e"]);
    assert_eq!(paths("crate::a mycrate::b x::crate::c", "crate").len(), 1);
}
