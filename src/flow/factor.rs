//! Factors that were checked, whichever method checked them.

use super::{AuditEvent, Cx, Effect, Illegal, Subject, Write};
use crate::{
    identity::{Aal, Credential, Identity},
    session::Factor,
    text::Message,
};

/// What came of checking a factor.
#[derive(Debug)]
pub enum FactorCheck {
    /// It was not shown; this is what to say.
    Mismatch(Message),
    /// It was.
    Match(Box<Shown>),
}

/// A factor that was shown.
#[derive(Debug)]
pub struct Shown {
    /// By whom.
    pub identity: Identity,
    /// Which.
    pub factor: Factor,
    /// What that does to the credential.
    pub credential: Touched,
}

/// What showing a factor does to its credential.
#[derive(Debug)]
pub enum Touched {
    /// Nothing.
    Unchanged,
    /// It is written anew; whoever does so last wins.
    Renewed(Box<Credential>),
    /// Something of it works only once. The identity goes to its next version with it, so of two requests that
    /// read the same one only one gets through.
    Spent(Box<Credential>),
    /// The same, and it seems that there are two of it: its counter went back.
    Copied(Box<Credential>),
}

impl Shown {
    /// That somebody showed what changes nothing.
    pub const fn plain(identity: Identity, factor: Factor) -> Self {
        Self { identity, factor, credential: Touched::Unchanged }
    }

    /// The identity under the guard that it asks for, and the effects.
    pub(super) fn into_effects(self) -> (Subject, Factor, Vec<Effect>) {
        let Self { mut identity, factor, credential } = self;
        let copied = matches!(credential, Touched::Copied(_));
        let (write, credential) = match credential {
            Touched::Unchanged => (Write::Require(identity.version), None),
            Touched::Renewed(credential) => (Write::Require(identity.version), Some(credential)),
            Touched::Spent(credential) | Touched::Copied(credential) => {
                let read = identity.version;
                identity.version = read.next();
                (Write::Replace(read), Some(credential))
            }
        };
        let mut effects: Vec<Effect> = credential.into_iter().map(Effect::PutCredential).collect();
        // It still lets in: a counter that goes back is a hint and no proof (WebAuthn section 6.1.1; 05 no. 31).
        effects.extend(copied.then(|| Effect::Audit(AuditEvent::new("credential.copied").of(identity.id))));
        (Subject { identity, write }, factor, effects)
    }

    /// Checks that it may be shown here.
    ///
    /// SECURITY: a second factor raises the session of its owner, and lets nobody in by itself; guarded by
    /// `a_second_factor_alone_opens_nothing`.
    pub(super) fn check(&self, wanted: Aal, cx: &Cx<'_>, state: &'static str) -> Result<(), Illegal> {
        let own = cx.session.is_some_and(|session| session.identity == self.identity.id);
        let comes_on_top =
            wanted > Aal::Aal1 || (self.factor.aal > Aal::Aal1 && !self.factor.stands_for_both());
        match comes_on_top && !own {
            true => Err(Illegal { state, event: "second factor without a first one" }),
            false => Ok(()),
        }
    }
}
