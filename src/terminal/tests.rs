//! The registry with a pseudo-terminal that misbehaves, which a real one cannot be asked to.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};

use crate::config::{Lifecycle, Limits, NeedsInputWhen, Recording, Timing};
use crate::ids::{HubId, SessionId};
use crate::protocol::{ErrorCode, Rate, RegisterRequest, SizePolicy};
use crate::tasks::Tasks;

use super::adopted::{AdoptRequest, Adopted};
use super::attention::Heard;
use super::input::Input;
use super::news::{News, What};
use super::pty::{NativePty, Output, Pty, PtyDriver, Spawn};
use super::recording::Recorder;
use super::registry::Registry;
use super::session::Session;
use super::start::Starter;
use super::stream::Size;
use super::viewer::{Credit, Event, Gone, Sink, Viewer};

/// Panics the first time.
struct Panics(AtomicBool);

impl PtyDriver for Panics {
    fn spawn(&self, spawn: &Spawn) -> Result<Pty, String> {
        assert!(self.0.swap(true, Ordering::SeqCst), "as asked");
        NativePty.spawn(spawn)
    }
}

/// With the bell meaning that somebody is needed.
fn registry(driver: impl PtyDriver + 'static) -> Arc<Registry> {
    let timing = Timing {
        kill_grace_ms: 100,
        ..Timing::default()
    };
    registry_with(driver, timing)
}

pub(super) fn registry_with(driver: impl PtyDriver + 'static, timing: Timing) -> Arc<Registry> {
    let tasks = Tasks::new(Handle::current());
    let recorder = Recorder::new(Recording::default(), tasks.clone());
    let starter = Starter {
        hub: HubId::random(),
        limits: Limits::default(),
        timing,
        lifecycle: Lifecycle::default(),
        tasks,
        driver: Arc::new(driver),
        env: Box::new(|_| BTreeMap::new()),
        size_policy: SizePolicy::default(),
        needs_input: NeedsInputWhen {
            bell: true,
            notifications: false,
        },
        news: News::default(),
    };
    Registry::new(starter, recorder)
}

fn cat() -> RegisterRequest {
    let mut request = RegisterRequest::new(SessionId::new("t").unwrap());
    request.command = Some("cat".into());
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_while_starting_is_an_error_and_gives_the_id_back() {
    let registry = registry(Panics(AtomicBool::new(false)));
    let error = registry.start(cat()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    assert!(!error.message.contains("as asked"), "nothing of the inside");
    let session = registry.start(cat()).await.unwrap();
    assert!(session.running());
    registry.end_all().await;
    assert!(!session.running());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bell_needs_somebody_until_somebody_types_and_an_answer_is_no_typing() {
    let registry = registry(NativePty);
    let mut news = registry.news();
    let session = registry.start(cat()).await.unwrap();
    assert!(matches!(
        news.recv().await.unwrap().what,
        What::Started { epoch } if epoch == session.facts.epoch
    ));
    let (told, mut written) = tokio::sync::mpsc::unbounded_channel();
    let mut types = async |text: &str| {
        let told = told.clone();
        let done = Box::new(move |done| told.send(done).unwrap());
        session.input(Input::by_host(text.into(), done), || Ok(()));
        written.recv().await.unwrap().unwrap();
    };
    session.heard(Heard::Bell);
    // The second is what is left of a viewer's answer.
    for answer in ["\x1b[?1;2c", ""] {
        types(answer).await;
        assert!(session.info().needs_input.active);
    }
    types("y\r").await;
    assert!(!session.info().needs_input.active);
    session.heard(Heard::Bell);
    registry.end_all().await;
    for active in [true, false, true, false] {
        let item = news.recv().await.unwrap();
        assert_eq!(item.id, session.facts.id);
        match item.what {
            What::Attention(needs) => assert_eq!(needs.active, active),
            What::Started { .. } => panic!("it has been told of its start"),
        }
    }
}

/// Hands on what a viewer gets.
struct HandsOn(mpsc::UnboundedSender<Event>);

impl Sink for HandsOn {
    async fn ready(&mut self) -> Result<(), Gone> {
        Ok(())
    }

    fn send(&mut self, event: Event) -> Result<(), Gone> {
        self.0.send(event).map_err(|_| Gone)
    }
}

/// What a viewer gets.
async fn view(
    registry: &Registry,
    session: &Arc<Session>,
    rate: Rate,
    credit: Option<Credit>,
) -> mpsc::UnboundedReceiver<Event> {
    let rate = watch::Sender::new(rate).subscribe();
    let entered = Viewer::enter(
        session.clone(),
        registry.tasks().clone(),
        None,
        credit,
        rate,
    );
    let (viewer, _) = entered.await.unwrap();
    let (tell, events) = mpsc::unbounded_channel();
    registry.tasks().spawn(viewer.run(HandsOn(tell)));
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_is_told_the_end_once_whatever_is_painted_for_it_after() {
    let registry = registry(NativePty);
    let session = registry.start(cat()).await.unwrap();
    // So much of what is printed is a picture at a low rate.
    let mut events = view(&registry, &session, Rate::Low, None).await;
    registry.end_all().await;
    while !matches!(events.recv().await.unwrap(), Event::Exit(_)) {}
    // A process that was left behind.
    session.output(&b"printed later\r\n".repeat(10_000));
    loop {
        match events.recv().await.unwrap() {
            Event::Reset { .. } => break,
            Event::Exit(_) => panic!("it was told twice"),
            _ => {}
        }
    }
    session.output(b"the last word");
    loop {
        match events.recv().await.unwrap() {
            Event::Output { bytes, .. } if bytes.ends_with(b"the last word") => break,
            Event::Exit(_) => panic!("it was told twice"),
            _ => {}
        }
    }
    session.all_told().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credit_there_is_no_picture_and_the_end_is_told() {
    let registry = registry(NativePty);
    let session = registry.start(cat()).await.unwrap();
    session.output(b"hello");
    let acked = watch::Sender::new(0);
    let credit = Some(Credit::new(4096, acked.subscribe()));
    let mut events = view(&registry, &session, Rate::Full, credit).await;
    for cols in [70, 71, 72] {
        session.set_size(Size { cols, rows: 24 }).unwrap();
        match events.recv().await.unwrap() {
            Event::Resized(size) => assert_eq!(size.cols, cols),
            other => panic!("{other:?}"),
        }
    }
    registry.end_all().await;
    let end = events.recv().await.unwrap();
    assert!(matches!(end, Event::Exit(_)), "{end:?}");
    acked.send_replace(5);
    let picture = events.recv().await.unwrap();
    assert!(matches!(picture, Event::Reset { size, .. } if size.cols == 72));
}

/// Panics instead of reading.
struct Unreadable;

impl Read for Unreadable {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("as asked")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_output_of_a_reader_that_panics_has_ended() {
    let registry = registry(NativePty);
    let request = AdoptRequest::new(SessionId::new("t").unwrap());
    let adopted = Adopted::new(Unreadable, io::sink());
    let session = registry.adopt(request, adopted).unwrap();
    let mut changes = session.changes();
    while !session.progress().1 {
        changes.changed().await.unwrap();
    }
    session.finished().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_while_it_is_painted_for_is_waited_for_by_nobody() {
    let registry = registry(NativePty);
    let session = registry.start(cat()).await.unwrap();
    let number = session.new_viewer();
    session.leave(number);
    session.paint(number, 1 << 16);
    registry.end_all().await;
    session.all_told().await;
}

#[test]
fn what_is_printed_is_unread_until_it_is_read_also_after_the_end() {
    let mut request = Spawn {
        command: Some("cat".into()),
        args: Vec::new(),
        cwd: "/".into(),
        env: BTreeMap::new(),
        size: Size { cols: 80, rows: 24 },
    };
    assert!(!NativePty.spawn(&request).unwrap().control.unread());
    request.command = Some("echo".into());
    request.args = vec!["hello".into()];
    let mut pty = NativePty.spawn(&request).unwrap();
    pty.child.unwrap().wait().unwrap();
    assert!(pty.control.unread());
    let mut hello = [0; 7];
    let Output::Read(reader) = &mut pty.output else {
        panic!("it is read");
    };
    reader.read_exact(&mut hello).unwrap();
    assert_eq!(&hello, b"hello\r\n");
    assert!(!pty.control.unread());
}
