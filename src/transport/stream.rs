//! The stream of an upgraded connection, wrapped: every byte of a WebSocket passes here.
//!
//! It counts the packets that the connection has really taken, writes in place of tickets what
//! they stand for ([`super::tickets`]), does not read from one whose
//! input is over its mark, gives up one that has taken nothing for too long (the engine
//! cannot: its writer waits in the middle of a write and hears nothing else), and ends one that
//! has been cut.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::connection::Connection;
use super::frames::{FrameTap, frame_length};
use super::tickets::{Direct, ticket};

type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The same future, for the half that reads and the half that writes.
struct Halves {
    reads: Pin<Box<WaitForCancellationFutureOwned>>,
    writes: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// See the module.
pub(crate) struct HubStream<S> {
    inner: S,
    connection: Arc<Connection>,
    tap: FrameTap,
    /// What tickets stood for and has not been written.
    direct: Direct,
    /// While reading waits.
    pause: Option<Pause>,
    /// How long the connection may take nothing, and since when it has.
    patience: Duration,
    stall: Option<Pin<Box<Sleep>>>,
    stalled: bool,
    reader: Option<Waker>,
    /// Fires when the connection is cut; each half waits for itself.
    cut: Halves,
    /// Run when the stream ends.
    on_drop: Option<Box<dyn FnOnce() + Send>>,
}

impl<S> HubStream<S> {
    pub(crate) fn new(
        inner: S,
        connection: Arc<Connection>,
        patience: Duration,
        on_drop: Option<Box<dyn FnOnce() + Send>>,
    ) -> Self {
        let cut = || Box::pin(connection.is_cut().clone().cancelled_owned());
        Self {
            inner,
            cut: Halves {
                reads: cut(),
                writes: cut(),
            },
            connection,
            tap: FrameTap::default(),
            direct: Direct::default(),
            pause: None,
            patience,
            stall: None,
            stalled: false,
            reader: None,
            on_drop,
        }
    }

    /// A write that waits: for how long already?
    fn waits(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.cut.writes.as_mut().poll(cx).is_ready() {
            return Poll::Ready(cut());
        }
        let patience = self.patience;
        let stall = self.stall.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stall.as_mut().poll(cx));
        self.stalled = true;
        // The reading half must learn of it too, or the engine keeps waiting for it.
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(stalled())
    }

    fn moves(&mut self) {
        self.stall = None;
    }

    /// Takes the tickets that `frames` begin with; how many bytes they are.
    fn exchange(&mut self, frames: &[u8]) -> usize {
        let mut at = 0;
        while self.tap.under_way() == Some(0)
            && let Some((packet, length)) = self.connection.tickets.exchange(&frames[at..])
        {
            self.direct.push(packet);
            at += length;
        }
        at
    }

    /// The part of `frames` that comes before the next ticket.
    fn before_ticket<'a>(&self, frames: &'a [u8]) -> &'a [u8] {
        let Some(mut at) = self.tap.under_way() else {
            // The rest of a header that was cut. Nothing else may follow it at once.
            return &frames[..1];
        };
        loop {
            let rest = usize::try_from(at).ok().and_then(|at| frames.get(at..));
            let Some(rest) = rest else { return frames };
            // Not the first: it has been looked for, and is not one of ours.
            if at > 0 && ticket(rest).is_some() {
                return &frames[..frames.len() - rest.len()];
            }
            let Some(length) = frame_length(rest) else {
                return frames;
            };
            at += length;
        }
    }
}

impl<S: AsyncWrite + Unpin> HubStream<S> {
    /// Writes what tickets stood for.
    fn poll_direct(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.direct.is_empty() {
            let inner = Pin::new(&mut self.inner);
            match self
                .direct
                .write(|parts| inner.poll_write_vectored(cx, parts))
            {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(n)) => {
                    self.moves();
                    let packets = self.direct.written(n);
                    self.connection.outflow.taken(packets);
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return self.waits(cx).map(Err),
            }
        }
        Poll::Ready(Ok(()))
    }
}

fn cut() -> io::Error {
    io::Error::new(
        io::ErrorKind::ConnectionAborted,
        "the hub cut the connection",
    )
}

fn stalled() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the client does not read")
}

impl<S> Drop for HubStream<S> {
    fn drop(&mut self) {
        if let Some(run) = self.on_drop.take() {
            run();
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HubStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stalled {
            return Poll::Ready(Err(stalled()));
        }
        if self.cut.reads.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(cut()));
        }
        if self.pause.is_none() && self.connection.inflow.over() {
            let connection = self.connection.clone();
            self.pause = Some(Box::pin(async move { connection.inflow.ready().await }));
        }
        if let Some(pause) = &mut self.pause {
            if pause.as_mut().poll(cx).is_pending() {
                self.reader = Some(cx.waker().clone());
                return Poll::Pending;
            }
            self.pause = None;
        }
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        if read.is_pending() {
            self.reader = Some(cx.waker().clone());
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HubStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.stalled {
            return Poll::Ready(Err(stalled()));
        }
        if self.connection.is_cut().is_cancelled() {
            return Poll::Ready(Err(cut()));
        }
        ready!(self.poll_direct(cx))?;
        let tickets = self.exchange(buf);
        if tickets > 0 {
            // They are taken now. Whether that could be written at once is for the next call.
            return match self.poll_direct(cx) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(tickets)),
            };
        }
        let buf = self.before_ticket(buf);
        match Pin::new(&mut self.inner).poll_write(cx, buf) {
            Poll::Ready(Ok(n)) => {
                self.moves();
                let packets = self.tap.feed(&buf[..n]);
                self.connection.outflow.taken(packets);
                Poll::Ready(Ok(n))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.waits(cx).map(Err),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_direct(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_direct(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::connection::Flows;
    use crate::transport::frames::begin_frame;
    use crate::transport::tickets::{Frames, TICKET};
    use bytes::Bytes;
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt;

    /// Takes a few bytes at a time, and now and then lets one wait.
    #[derive(Default)]
    struct Narrow {
        takes: Vec<usize>,
        calls: usize,
        taken: Vec<u8>,
    }

    impl AsyncWrite for Narrow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            let take = self.takes[self.calls % self.takes.len()].min(buf.len());
            self.calls += 1;
            if take == 0 && !buf.is_empty() {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.taken.extend_from_slice(&buf[..take]);
            Poll::Ready(Ok(take))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[derive(Debug, Clone)]
    enum Sent {
        /// An event of so many bytes, through the engine.
        Event(usize),
        /// So many bytes past it.
        Direct(usize),
        Ping,
    }

    fn sent() -> impl Strategy<Value = Sent> {
        prop_oneof![
            (0usize..400).prop_map(Sent::Event),
            (0usize..400).prop_map(Sent::Direct),
            Just(Sent::Ping),
        ]
    }

    fn text(payload: &str) -> Vec<u8> {
        let mut frame = Vec::new();
        begin_frame(true, payload.len(), &mut frame);
        frame.extend_from_slice(payload.as_bytes());
        frame
    }

    /// What the engine writes for it, and what has to arrive.
    fn written(connection: &Connection, sent: &Sent) -> (Vec<u8>, Vec<u8>) {
        match sent {
            Sent::Ping => (text("2"), text("2")),
            Sent::Event(size) => {
                connection.outflow.sending(*size);
                let event = text(&format!("42/terminal,[\"{}\"]", "x".repeat(*size)));
                (event.clone(), event)
            }
            Sent::Direct(size) => {
                connection.outflow.sending(*size);
                let (head, body) = (Bytes::from("head"), Bytes::from("y".repeat(*size)));
                let arrives = [&head[..], &body[..]].concat();
                let ticket = connection.tickets.issue(Frames { head, body });
                (
                    text(&format!("42/terminal,[\"{TICKET}\",{ticket}]")),
                    arrives,
                )
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn tickets_are_exchanged_in_place_however_little_is_taken(
            packets in proptest::collection::vec(sent(), 1..30),
            at_once in 1usize..9,
            takes in proptest::collection::vec(0usize..300, 1..9),
        ) {
            let flows = Flows {
                output_waiting: 1,
                input_waiting: 1,
                input_patience: Duration::ZERO,
            };
            let connection = Connection::new(flows, Arc::default());
            // One that takes nothing at all would wait for ever.
            let takes = [takes, vec![1]].concat();
            let inner = Narrow { takes, ..Narrow::default() };
            let patience = Duration::from_secs(600);
            let mut stream = HubStream::new(inner, connection.clone(), patience, None);
            let mut expected = Vec::new();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            runtime.unwrap().block_on(async {
                for some in packets.chunks(at_once) {
                    let mut buffer = Vec::new();
                    for packet in some {
                        let (engine, arrives) = written(&connection, packet);
                        buffer.extend(engine);
                        expected.extend(arrives);
                    }
                    stream.write_all(&buffer).await.unwrap();
                    stream.flush().await.unwrap();
                }
                // All has been counted.
                connection.outflow.drained().await;
            });
            prop_assert_eq!(&stream.inner.taken, &expected);
        }
    }
}
