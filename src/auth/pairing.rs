//! One-time codes that turn a phone into a device. Held in memory: none survives a restart.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::error::{HubError, Result};
use crate::ids::ProjectId;
use crate::protocol::{ErrorCode, Role};
use crate::secret;

/// What a code will grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) role: Role,
    /// None: all projects.
    pub(crate) projects: Option<Vec<ProjectId>>,
}

#[derive(Debug)]
struct Pending {
    grant: Grant,
    expires: Instant,
}

#[derive(Debug)]
pub(crate) struct Pairings {
    /// By hash, so that looking one up tells nothing by its timing.
    pending: Mutex<HashMap<[u8; 32], Pending>>,
    most: usize,
    wrong: DefaultDirectRateLimiter,
}

impl Pairings {
    pub(crate) fn new(most: usize, wrong_per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(wrong_per_minute).unwrap_or(NonZeroU32::MIN));
        Self {
            pending: Mutex::default(),
            most,
            wrong: RateLimiter::direct(quota),
        }
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<[u8; 32], Pending>> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        pending.retain(|_, code| code.expires > now);
        pending
    }

    /// A new code, good once and for `lifetime`.
    ///
    /// # Errors
    ///
    /// `RATE_LIMITED` when too many codes wait to be used.
    pub(crate) fn create(&self, grant: Grant, lifetime: Duration) -> Result<String> {
        let mut pending = self.pending();
        if pending.len() >= self.most {
            return Err(HubError::new(
                ErrorCode::RateLimited,
                "too many pairing codes are waiting",
            )
            .retry_after(lifetime));
        }
        let code = secret::random_code();
        let expires = Instant::now() + lifetime;
        pending.insert(secret::hash(&code), Pending { grant, expires });
        Ok(code)
    }

    /// Uses a code up. A right one is never delayed; wrong ones are limited for everybody
    /// together, since behind a tunnel everybody has one address.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND` for a code that is wrong, used or too old; `RATE_LIMITED` after many.
    pub(crate) fn redeem(&self, code: &str) -> Result<Grant> {
        if let Some(pending) = self.pending().remove(&secret::hash(code)) {
            return Ok(pending.grant);
        }
        match self.wrong.check() {
            Ok(()) => Err(HubError::not_found(
                "this pairing code is wrong, used or too old: ask for a fresh one",
            )),
            Err(until) => Err(HubError::new(
                ErrorCode::RateLimited,
                "too many wrong pairing codes",
            )
            .retry_after(until.wait_time_from(DefaultClock::default().now()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    fn grant() -> Grant {
        Grant {
            role: Role::Operator,
            projects: None,
        }
    }

    #[test]
    fn a_code_works_once() {
        let pairings = Pairings::new(4, 30);
        let code = pairings.create(grant(), LONG).unwrap();
        assert_eq!(pairings.redeem(&code).unwrap(), grant());
        assert_eq!(
            pairings.redeem(&code).unwrap_err().code,
            ErrorCode::NotFound
        );
    }

    #[test]
    fn an_old_code_does_not_work_and_makes_room() {
        let pairings = Pairings::new(1, 30);
        let code = pairings.create(grant(), Duration::ZERO).unwrap();
        assert_eq!(
            pairings.redeem(&code).unwrap_err().code,
            ErrorCode::NotFound
        );
        assert!(pairings.create(grant(), LONG).is_ok());
        let error = pairings.create(grant(), LONG).unwrap_err();
        assert_eq!(error.code, ErrorCode::RateLimited);
    }

    #[test]
    fn wrong_codes_are_limited_and_the_right_one_still_works() {
        let pairings = Pairings::new(4, 3);
        let code = pairings.create(grant(), LONG).unwrap();
        let codes: Vec<_> = (0..4)
            .map(|i| pairings.redeem(&format!("guess{i}")).unwrap_err())
            .collect();
        assert_eq!(codes[2].code, ErrorCode::NotFound);
        assert_eq!(codes[3].code, ErrorCode::RateLimited);
        assert!(codes[3].retry_after.unwrap() > Duration::ZERO);
        assert!(pairings.redeem(&code).is_ok());
    }
}
