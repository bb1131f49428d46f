//! The stream of an upgraded connection, wrapped: every byte of a WebSocket passes here.
//!
//! It counts the packets that the connection has really taken, does not read from one whose
//! input is over its mark, and gives up one that has taken nothing for too long (the engine
//! cannot: its writer waits in the middle of a write and hears nothing else).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::connection::Connection;
use super::frames::FrameTap;

type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// See the module.
pub(crate) struct HubStream<S> {
    inner: S,
    connection: Arc<Connection>,
    tap: FrameTap,
    /// While reading waits.
    pause: Option<Pause>,
    /// How long the connection may take nothing, and since when it has.
    patience: Duration,
    stall: Option<Pin<Box<Sleep>>>,
    stalled: bool,
    reader: Option<Waker>,
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
        Self {
            inner,
            connection,
            tap: FrameTap::default(),
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
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
