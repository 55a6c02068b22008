//! What a flow asks authenticators.

use crate::{
    crypto::{
        Keyring, user_handle,
        webauthn::{Answer, Ceremony, Invalid, Registered, Signed},
    },
    flow::{AnyFlow, RelyingParty},
    identity::MethodId,
    kernel::{IdentityId, Seed, Stream, Timestamp},
};

/// What a flow asks authenticators. All of it is drawn from seeds that belong to the flow, one per key of the
/// engine, and to its round: it stays the same until the flow leads to what it is for, and then it is something
/// else.
///
/// SECURITY: so an answer works once, in its own flow (05 no. 31; tests `sec_31_*`).
#[derive(Debug, Clone)]
pub struct Asking {
    newest: Seed,
    all: Vec<Seed>,
    round: u32,
    opened_at: Timestamp,
}

/// What an answer has to fit, besides the flow.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// By which method.
    pub method: MethodId,
    /// For whom.
    pub party: &'a RelyingParty,
    /// Whether the authenticator has to have made sure that it was its owner.
    pub verifies_user: bool,
}

impl Asking {
    /// What the form of `flow` asks. The form of settings that were saved belongs to the flow that goes on.
    pub fn of(keys: &Keyring, flow: &AnyFlow) -> Self {
        let head = flow.head();
        let shown = match flow {
            AnyFlow::Settings(settings) => settings.state.shown(head.id),
            AnyFlow::Login(_)
            | AnyFlow::Registration(_)
            | AnyFlow::Verification(_)
            | AnyFlow::Recovery(_) => head.id,
        };
        let round = if shown == head.id { head.round } else { 0 };
        let all: Vec<Seed> = keys.flow_seeds(shown).collect();
        Self { newest: keys.flow_seed(shown), all, round, opened_at: head.issued_at }
    }

    /// The challenge of a method.
    pub fn challenge(&self, method: MethodId) -> [u8; 32] {
        challenge(&self.newest, method, self.round)
    }

    /// How a new account calls itself to the authenticator of its first passkey, or an old one to that of one more.
    pub fn user_handle(&self) -> String {
        self.handle_of(&self.newest)
    }

    /// The id that a new account has, whose key has to be told it before there is the account.
    pub fn new_identity(&self) -> IdentityId {
        self.identity_of(&self.newest)
    }

    /// The nonce of the script node.
    pub fn nonce(&self) -> [u8; 16] {
        self.stream(&self.newest, "script nonce").bytes()
    }

    /// Checks that an answer registers a key, and gives what the authenticator was told to call the account.
    ///
    /// # Errors
    /// Why it does not.
    pub fn register(&self, answer: &Answer, wanted: Wanted<'_>) -> Result<(Registered, Told), Invalid> {
        let mut why = Invalid::Challenge;
        for seed in &self.all {
            match wanted.ceremony(&challenge(seed, wanted.method, self.round)).register(answer) {
                Ok(key) => {
                    return Ok((
                        key,
                        Told { handle: self.handle_of(seed), identity: self.identity_of(seed) },
                    ));
                }
                Err(Invalid::Challenge) => {}
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    /// Checks that an answer shows the key `public_key`.
    ///
    /// # Errors
    /// Why it does not.
    pub fn authenticate(
        &self,
        answer: &Answer,
        public_key: &[u8],
        wanted: Wanted<'_>,
    ) -> Result<Signed, Invalid> {
        let mut why = Invalid::Challenge;
        for seed in &self.all {
            match wanted
                .ceremony(&challenge(seed, wanted.method, self.round))
                .authenticate(answer, public_key)
            {
                Ok(signed) => return Ok(signed),
                Err(Invalid::Challenge) => {}
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    fn handle_of(&self, seed: &Seed) -> String {
        user_handle(&mut self.stream(seed, "passkey handle"))
    }

    fn identity_of(&self, seed: &Seed) -> IdentityId {
        IdentityId::sortable(self.opened_at, &mut self.stream(seed, "identity of a key"))
    }

    fn stream(&self, seed: &Seed, label: &str) -> Stream {
        seed.stream(&format!("{label} {}", self.round))
    }
}

/// What an authenticator was told to call an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Of a passkey.
    pub handle: String,
    /// The id of the new account, of a security key.
    pub identity: IdentityId,
}

impl Wanted<'_> {
    fn ceremony<'a>(&'a self, challenge: &'a [u8; 32]) -> Ceremony<'a> {
        let Self { party, verifies_user, .. } = *self;
        Ceremony { rp_id: &party.id, origins: &party.origins, challenge, verifies_user }
    }
}

fn challenge(seed: &Seed, method: MethodId, round: u32) -> [u8; 32] {
    seed.stream(&format!("challenge of {} {round}", method.wire_name())).bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::{Cipher, SecretLists},
        flow::sample,
        kernel::Secret,
    };

    fn keyring(secrets: &[&str]) -> Keyring {
        let default = secrets.iter().map(|secret| Secret::text(*secret)).collect();
        Keyring::new(&SecretLists { default, ..SecretLists::default() }, Cipher::default()).unwrap()
    }

    #[test]
    fn sec_31_each_flow_method_and_round_asks_something_else() {
        let keys = keyring(&["one"]);
        let mut flow = sample::spare();
        let first = Asking::of(&keys, &flow);
        let again = Asking::of(&keys, &flow);
        assert_eq!(first.challenge(MethodId::Passkey), again.challenge(MethodId::Passkey));
        assert_eq!((first.user_handle(), first.new_identity()), (again.user_handle(), again.new_identity()));
        assert_ne!(first.challenge(MethodId::Passkey), first.challenge(MethodId::Webauthn));
        assert_eq!(first.user_handle().len(), 64);
        flow.head_mut().round = 1;
        let next = Asking::of(&keys, &flow);
        assert_ne!(first.challenge(MethodId::Passkey), next.challenge(MethodId::Passkey));
        assert_ne!(first.user_handle(), next.user_handle());
        flow.head_mut().id = sample::id("another flow");
        assert_ne!(next.challenge(MethodId::Passkey), Asking::of(&keys, &flow).challenge(MethodId::Passkey));
    }

    #[test]
    fn a_form_outlives_its_secret() {
        let flow = sample::spare();
        let old = Asking::of(&keyring(&["old"]), &flow);
        let new = Asking::of(&keyring(&["new", "old"]), &flow);
        assert_ne!(old.challenge(MethodId::Passkey), new.challenge(MethodId::Passkey));
        assert!(
            new.all
                .iter()
                .any(|seed| challenge(seed, MethodId::Passkey, 0) == old.challenge(MethodId::Passkey))
        );
    }
}
