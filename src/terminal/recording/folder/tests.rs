//! The folder of recordings, with real files.

use super::*;
use proptest::prelude::*;

fn limits(dir: &Path) -> Recording {
    Recording {
        dir: Some(dir.to_owned()),
        ..Recording::default()
    }
}

fn folder(limits: &Recording) -> Arc<Folder> {
    Arc::new(Folder::open(limits).unwrap().unwrap())
}

fn id(text: &str) -> SessionId {
    SessionId::new(text).unwrap()
}

fn names(folder: &Folder) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(&folder.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(SUFFIX))
        .collect();
    names.sort();
    names
}

proptest! {
    #[test]
    fn no_id_steers_a_name(text in "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", other in "[a-z]{1,8}") {
        let now = SystemTime::now();
        let made = name(now, &id(&text), "epoch");
        prop_assert!(made.len() <= 80);
        prop_assert!(made.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.'));
        // One dot, before the suffix: nothing for `..`, and no other kind of file.
        prop_assert_eq!(made.matches('.').count(), 1);
        prop_assert!(made.as_bytes()[0].is_ascii_digit(), "no device name such as `con`");
        prop_assert!(is_ours(&made));
        prop_assert_ne!(&made, &name(now, &id(&text), &other), "another life");
        prop_assert_ne!(&made, &name(now, &id(&other), "epoch"), "another id");
    }
}

#[test]
fn ids_that_differ_in_case_or_in_what_is_replaced_have_names_of_their_own() {
    let now = SystemTime::now();
    let ids = ["a.b", "A.B", "a:b", "a-b", "a_b"];
    let mut made: Vec<_> = ids.iter().map(|text| name(now, &id(text), "e")).collect();
    made.sort();
    made.dedup();
    assert_eq!(made.len(), ids.len());
}

#[test]
fn table_of_files_that_are_somebody_elses() {
    for other in [
        "demo.cast",
        "1700000000000-shell.cast",
        "1700000000000-shell-0011223.cast",
        "1700000000000-shell-001122zz.cast",
        "170000000000-shell-00112233.cast",
        "1700000000000-shell-00112233.txt",
        "x700000000000-shell-00112233.cast",
    ] {
        assert!(!is_ours(other), "{other}");
    }
    assert!(is_ours("1700000000000-shell-00112233.cast"));
}

#[test]
fn the_oldest_make_room_and_nothing_else_does() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("demo.cast"), "mine").unwrap();
    std::fs::write(dir.path().join("1000000000000-old-00112233.cast"), [0; 90]).unwrap();
    let mut limits = limits(dir.path());
    limits.total_bytes = 100;
    let folder = folder(&limits);
    let mut first = folder.create(&id("first"), "e").unwrap();
    first.append(&[b'x'; 10]).unwrap();
    assert_eq!(names(&folder).len(), 3);
    first.append(&[b'x'; 60]).unwrap();
    assert_eq!(names(&folder), [first.name.clone(), "demo.cast".into()]);
    // What is being written stays, and is not written further than it may be.
    let mut second = folder.create(&id("second"), "e").unwrap();
    second.append(&[b'x'; 30]).unwrap();
    let error = second.append(b"x").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
    drop(first);
    second.append(b"x").unwrap();
    assert_eq!(names(&folder), [second.name.clone(), "demo.cast".into()]);
    assert_eq!(folder.files()[0].bytes, 31);
}

#[test]
fn only_so_many_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut limits = limits(dir.path());
    limits.files = 2;
    let folder = folder(&limits);
    let create = || {
        let mut reel = folder.create(&id("t"), "e").unwrap();
        reel.append(b"x").unwrap();
        reel.name.clone()
    };
    let made: Vec<_> = (0..4).map(|_| create()).collect();
    assert_eq!(names(&folder), made[2..]);
    let held: Vec<_> = (0..2)
        .map(|_| folder.create(&id("t"), "e").unwrap())
        .collect();
    assert!(folder.create(&id("t"), "e").is_err());
    assert_eq!(held.len(), 2);
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_them_and_one_hub_has_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let limits = limits(&dir.path().join("recordings"));
    let first = folder(&limits);
    let reel = first.create(&id("t"), "e").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&first.path), 0o700);
    assert_eq!(mode(&first.path.join(&reel.name)), 0o600);
    assert!(
        Folder::open(&limits)
            .unwrap_err()
            .contains("another instance")
    );
    first.release();
    folder(&limits);
}
