//! Who hears of what: the table of `docs/PROTOCOL.md`, for every event, namespace and principal.

use super::tests::{Client, FakeLog, bounds, desktop, device, outbound, project};
use super::*;
use crate::ids::SessionId;
use crate::protocol::{EventName, EventScope};

/// An event; whether it is about a session; and who hears of it in `/ui`, `/mobile` and `/cli`:
/// `a`ll who may see its project, those who follow the `p`roject, those who follow the
/// `s`ession.
type Row = (&'static str, bool, &'static str, &'static str, &'static str);

const TABLE: [Row; 36] = [
    ("project:created", false, "a", "p", ""),
    ("project:updated", false, "a", "p", ""),
    ("project:deleted", false, "a", "p", ""),
    ("team_member:created", false, "p", "p", ""),
    ("team_member:updated", false, "p", "p", ""),
    ("team_member:archived", false, "p", "p", ""),
    ("team_member:deleted", false, "p", "p", ""),
    ("task:created", false, "p", "p", ""),
    ("task:updated", false, "p", "p", ""),
    ("task:deleted", false, "p", "p", ""),
    ("task:session_added", true, "ps", "p", "s"),
    ("task:session_removed", true, "ps", "p", "s"),
    ("session:created", true, "ps", "p", "s"),
    ("session:updated", true, "ps", "p", "s"),
    ("session:deleted", true, "ps", "p", "s"),
    ("session:spawn", true, "s", "p", "s"),
    ("session:task_added", true, "s", "p", "s"),
    ("session:task_removed", true, "s", "p", "s"),
    ("session:modal", true, "s", "p", "s"),
    ("session:modal_action", true, "s", "p", "s"),
    ("session:modal_closed", true, "s", "p", "s"),
    ("notify:task_completed", false, "a", "p", ""),
    ("notify:task_completed", true, "a", "p", "s"),
    ("notify:task_failed", true, "a", "p", "s"),
    ("notify:task_blocked", false, "a", "p", ""),
    ("notify:task_session_completed", true, "a", "p", "s"),
    ("notify:task_session_failed", true, "a", "p", "s"),
    ("notify:session_completed", true, "a", "p", "s"),
    ("notify:session_failed", true, "a", "p", "s"),
    ("notify:needs_input", true, "a", "p", "s"),
    ("notify:progress", true, "a", "p", "s"),
    ("mail:received", true, "ps", "p", "s"),
    ("mail:deleted", true, "ps", "p", "s"),
    // The application's own.
    ("own:project", false, "p", "p", ""),
    ("own:session", true, "ps", "p", "s"),
    ("notify:own", true, "ps", "p", "s"),
];

fn session(id: &str) -> SessionId {
    SessionId::new(id).unwrap()
}

/// What somebody follows: `p` and `s` are the event's, `P` and `S` others.
const SEATS: [&str; 6] = ["", "p", "s", "ps", "P", "S"];

fn room(seat: char) -> Room {
    match seat {
        'p' => Room::Project(project(1)),
        's' => Room::Session(session("s")),
        'P' => Room::Project(project(2)),
        _ => Room::Session(session("other")),
    }
}

#[test]
fn the_table_names_every_event() {
    for name in EventName::ALL {
        let rows = TABLE.iter().filter(|row| row.0 == name.as_str());
        assert!(rows.count() > 0, "{name:?}");
    }
}

#[tokio::test]
async fn each_hears_what_the_table_says_and_nothing_else() {
    let principals = [
        (desktop(), true),
        (device(&[1, 3]), true),
        (device(&[2]), false),
        (Principal::agent(session("s"), project(1)), true),
        (Principal::agent(session("s"), project(2)), false),
    ];
    let namespaces = [Namespace::Ui, Namespace::Mobile, Namespace::Cli];
    for (name, of_session, ui, mobile, cli) in TABLE {
        let log = FakeLog::new(1024);
        let outbound = outbound(&log, bounds(1000)).await;
        let mut clients = Vec::new();
        for (namespace, rooms) in namespaces.into_iter().zip([ui, mobile, cli]) {
            for (principal, may) in &principals {
                for seats in SEATS {
                    let client = Client::enter(&outbound, namespace, principal.clone());
                    for seat in seats.chars() {
                        client.membership.join(room(seat)).unwrap();
                    }
                    let sits = |room| room == 'a' || seats.contains(room);
                    let hears = *may && rooms.chars().any(sits);
                    let who = format!("{name} {namespace:?} {principal:?} in {seats:?}");
                    clients.push((client, hears, who));
                }
            }
        }
        let project_id = project(1);
        log.commit_as(
            name,
            match of_session {
                false => EventScope::Project(project_id),
                true => EventScope::Session {
                    project_id,
                    session_id: session("s"),
                },
            },
        );
        let last = log.commit(EventScope::All);
        for (mut client, hears, who) in clients {
            assert_eq!(client.next().await == 1, hears, "{who}");
            if hears {
                assert_eq!(client.next().await, last, "{who}");
            }
        }
    }
}
