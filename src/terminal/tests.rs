//! The registry with a pseudo-terminal that misbehaves, which a real one cannot be asked to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;

use crate::config::{Lifecycle, Limits, Timing};
use crate::ids::{HubId, SessionId};
use crate::protocol::{ErrorCode, RegisterRequest, SizePolicy};
use crate::tasks::Tasks;

use super::pty::{NativePty, Pty, PtyDriver, Spawn};
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

fn registry(driver: impl PtyDriver + 'static) -> Arc<Registry> {
    Registry::new(Starter {
        hub: HubId::random(),
        limits: Limits::default(),
        timing: Timing {
            kill_grace_ms: 100,
            ..Timing::default()
        },
        lifecycle: Lifecycle::default(),
        tasks: Tasks::new(Handle::current()),
        driver: Arc::new(driver),
        env: Box::new(|_| BTreeMap::new()),
        size_policy: SizePolicy::default(),
    })
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
