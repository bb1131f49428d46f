//! The registry with a pseudo-terminal that misbehaves, which a real one cannot be asked to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;

use crate::config::{Lifecycle, Limits, NeedsInputWhen, Recording, Timing};
use crate::ids::{HubId, SessionId};
use crate::protocol::{ErrorCode, RegisterRequest, SizePolicy};
use crate::tasks::Tasks;

use super::attention::Heard;
use super::input::Input;
use super::news::{News, What};
use super::pty::{NativePty, Pty, PtyDriver, Spawn};
use super::recording::Recorder;
use super::registry::Registry;
use super::start::Starter;

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
    let tasks = Tasks::new(Handle::current());
    let recorder = Recorder::new(Recording::default(), tasks.clone());
    let starter = Starter {
        hub: HubId::random(),
        limits: Limits::default(),
        timing: Timing {
            kill_grace_ms: 100,
            ..Timing::default()
        },
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
    types("\x1b[?1;2c").await;
    assert!(session.info().needs_input.active);
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
