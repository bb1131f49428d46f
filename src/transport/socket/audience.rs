//! Tells a socket who else watches a terminal. Beside the terminal's output and never in its
//! way: what changes quickly is gathered, and a connection that is behind is told the last of it.

use std::time::Duration;

use socketioxide::extract::SocketRef;
use tokio::time::{Instant, sleep, sleep_until};

use crate::protocol::{ViewerInfo, ViewersEvent};
use crate::terminal::audience::Seat;
use crate::transport::connection::Connection;

use super::request::send;

/// Between two events about one terminal: many may come or go at once, and nobody reads faster.
const PAUSE: Duration = Duration::from_millis(250);

/// Sends who is there, now and whenever it changes.
pub(super) async fn tell(seat: &Seat, socket: &SocketRef, connection: &Connection) {
    let mut changes = seat.changes();
    let mut told: Option<Vec<ViewerInfo>> = None;
    loop {
        connection.outflow.ready().await;
        // Marked as seen before looking, so that what comes while looking wakes us.
        changes.borrow_and_update();
        let present = seat.present();
        if told.as_ref() != Some(&present.viewers) {
            let event = ViewersEvent {
                session_id: seat.session().facts.id.clone(),
                viewers: present.viewers,
                you: seat.id().to_owned(),
            };
            if send(connection, 0, || socket.emit("terminal:viewers", &event)) {
                told = Some(event.viewers);
            }
            sleep(PAUSE).await;
        } else {
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = at(present.until) => {}
            }
        }
    }
}

async fn at(then: Option<Instant>) {
    match then {
        Some(then) => sleep_until(then).await,
        None => std::future::pending().await,
    }
}
