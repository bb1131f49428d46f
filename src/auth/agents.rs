//! The credentials of agents: one for each session whose terminal the hub starts, good until
//! the session is removed. Held in memory: the programs that have them end with the hub.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ids::{ProjectId, SessionId};
use crate::secret;

use super::Principal;

/// Tells these tokens from others at a glance.
const PREFIX: &str = "rha_";

/// Between the parts of a token. No id holds it, and HTTP takes it in a credential.
const SEPARATOR: char = '~';

/// Those that are good, by session.
#[derive(Debug, Default)]
pub(crate) struct AgentTokens(Mutex<HashMap<SessionId, Issued>>);

struct Issued {
    project: ProjectId,
    token: String,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

impl AgentTokens {
    fn issued(&self) -> MutexGuard<'_, HashMap<SessionId, Issued>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token of a session's agent: the same one for as long as it is good.
    pub(crate) fn issue(&self, session: &SessionId, project: &ProjectId) -> String {
        let new = || Issued {
            project: project.clone(),
            token: [
                &format!("{PREFIX}{session}"),
                project.as_str(),
                &secret::random_token(),
            ]
            .join(&SEPARATOR.to_string()),
        };
        match self.issued().entry(session.clone()) {
            Entry::Occupied(known) if known.get().project == *project => known.into_mut(),
            Entry::Occupied(mut other) => {
                other.insert(new());
                other.into_mut()
            }
            Entry::Vacant(vacant) => vacant.insert(new()),
        }
        .token
        .clone()
    }

    /// Whose token it is: it says so itself, and is good for nobody else.
    pub(crate) fn verify(&self, token: &str) -> Option<Principal> {
        let session = token.strip_prefix(PREFIX)?.split(SEPARATOR).next()?;
        let session = SessionId::new(session).ok()?;
        let issued = self.issued();
        let known = issued.get(&session)?;
        secret::same(known.token.as_bytes(), token.as_bytes())
            .then(|| Principal::agent(session, known.project.clone()))
    }

    /// The session has been removed.
    pub(crate) fn forget(&self, session: &SessionId) {
        self.issued().remove(session);
    }

    /// A project has been removed, and its sessions with it.
    pub(crate) fn forget_project(&self, project: &ProjectId) {
        self.issued().retain(|_, known| known.project != *project);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(id: &str) -> SessionId {
        SessionId::new(id).unwrap()
    }

    fn project(id: &str) -> ProjectId {
        ProjectId::new(id).unwrap()
    }

    #[test]
    fn a_token_is_good_for_its_session_in_its_project() {
        let tokens = AgentTokens::default();
        // Ids that would be others if they were cut elsewhere.
        for (s, p) in [("a", "b.c"), ("a.b", "c"), ("a_b-c:d", "p"), ("x", "p")] {
            let token = tokens.issue(&session(s), &project(p));
            assert_eq!(token, tokens.issue(&session(s), &project(p)));
            let principal = Principal::agent(session(s), project(p));
            assert_eq!(tokens.verify(&token), Some(principal));
            assert_eq!(AgentTokens::default().verify(&token), None, "another hub");
        }
    }

    #[test]
    fn nothing_else_is_good() {
        let tokens = AgentTokens::default();
        let (mine, other) = (session("mine"), session("other"));
        let good = tokens.issue(&mine, &project("p"));
        let theirs = tokens.issue(&other, &project("p"));
        let proof = good.rsplit(SEPARATOR).next().unwrap();
        for forged in [
            "",
            PREFIX,
            "rha_mine",
            "rha_mine~p",
            "rha_mine~p~",
            &format!("rha_other~p~{proof}"),
            &format!("rha_mine~q~{proof}"),
            &format!("rhl_mine~p~{proof}"),
            &good[..good.len() - 1],
            &format!("{good}A"),
            &theirs.replace("other", "mine"),
        ] {
            assert_eq!(tokens.verify(forged), None, "{forged}");
        }
    }

    #[test]
    fn a_removed_session_takes_its_token_with_it() {
        let tokens = AgentTokens::default();
        let (a, b, p) = (session("a"), session("b"), project("p"));
        let (of_a, of_b) = (tokens.issue(&a, &p), tokens.issue(&b, &p));
        tokens.forget(&a);
        assert_eq!(tokens.verify(&of_a), None);
        assert_ne!(
            tokens.issue(&a, &p),
            of_a,
            "a session of that id is another one"
        );
        assert_eq!(tokens.verify(&of_a), None);
        assert!(tokens.verify(&of_b).is_some());
        tokens.forget_project(&p);
        assert_eq!(tokens.verify(&of_b), None);
        let elsewhere = tokens.issue(&b, &project("q"));
        tokens.issue(&b, &p);
        assert_eq!(tokens.verify(&elsewhere), None, "it has moved");
    }

    #[test]
    fn it_never_shows() {
        let tokens = AgentTokens::default();
        let token = tokens.issue(&session("a"), &project("p"));
        let proof = token.rsplit(SEPARATOR).next().unwrap();
        assert!(!format!("{tokens:?}").contains(proof));
    }
}
