//! Creating many identities at once (02 §7.9).

use futures_util::stream::{self, StreamExt as _};

use super::{Account, WantedIdentity};
use crate::{
    engine::{Answer, Engine, Visit},
    flow::Failure,
    text::ErrorCode,
};

/// So many passwords of a batch are hashed at the same time; the rest of the hash threads is for people who
/// log in meanwhile.
const AT_ONCE: usize = 2;

impl Engine {
    /// Creates many identities, in order, each by itself: what one is refused for does not touch the others.
    /// Only a password that cannot be stored refuses all of them, before any is created (02 §7.9).
    ///
    /// # Errors
    /// A fault of the system; what was created until then stays. The failure is a bad request.
    pub async fn create_identities(
        &self,
        visit: &Visit,
        wanted: Vec<WantedIdentity>,
    ) -> Answer<Vec<Result<Account, Failure>>> {
        let policy = &visit.runtime.hash_policy;
        let mut passwords = wanted.iter().filter_map(|one| one.password.clone());
        if let Some(failure) = passwords.find_map(|password| password.checked(policy).err()) {
            return Ok(Err(failure));
        }
        let visits: Vec<Visit> = (0..wanted.len()).map(|n| visit.part(n)).collect();
        let checks = visits.iter().zip(wanted).map(|(visit, wanted)| self.checked_identity(visit, wanted));
        let mut checked = stream::iter(checks).buffered(AT_ONCE);
        let mut results = Vec::with_capacity(visits.len());
        for visit in &visits {
            let Some(next) = checked.next().await else { break };
            results.push(match next? {
                Ok(ready) => self.insert_identity(visit, &ready).await?.map_err(told_as_taken),
                Err(failure) => Err(failure),
            });
        }
        Ok(Ok(results))
    }
}

/// COMPAT: a conflict in a batch has no reason (golden `admin.identity.batch`).
fn told_as_taken(failure: Failure) -> Failure {
    match failure.code {
        ErrorCode::Conflict => Failure::of(ErrorCode::Unique),
        _ => failure,
    }
}
