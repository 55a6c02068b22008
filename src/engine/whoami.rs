//! Who is logged in. One read, never a write.

use super::{Engine, Visit};
use crate::{
    identity::{Aal, Identity},
    kernel::Fault,
    session::{RequiredAal, Session},
};

/// An active session and whose it is.
#[derive(Debug)]
pub struct Seen {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub identity: Identity,
}

/// Why nobody is told who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoamiRefusal {
    /// There is no active session.
    NoSession,
    /// The account has a second factor, and the session has not shown it.
    NeedsSecondFactor,
}

impl Engine {
    /// Who made this request (02 §6.4).
    ///
    /// # Errors
    /// A fault of the system.
    pub async fn whoami(&self, visit: &Visit) -> Result<Result<Seen, WhoamiRefusal>, Fault> {
        let Some((session, identity)) = self.session(visit).await? else {
            return Ok(Err(WhoamiRefusal::NoSession));
        };
        Ok(match visit.satisfies(visit.runtime.whoami.required_aal, &session, &identity) {
            true => Ok(Seen { session, identity }),
            false => Err(WhoamiRefusal::NeedsSecondFactor),
        })
    }
}

impl Visit {
    /// Whether a session has shown enough for what the operator asks (01 §13.2).
    pub fn satisfies(&self, required: RequiredAal, session: &Session, identity: &Identity) -> bool {
        match required {
            RequiredAal::Aal1 => session.aal() >= Aal::Aal1,
            RequiredAal::HighestAvailable => {
                session.aal() >= identity.available.with(self.runtime.policy.second_factors())
            }
        }
    }
}
