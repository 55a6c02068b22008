//! Logging in by security key and by passkey: what was sent, whose it is, and whether it fits.

use super::{
    asking::{Asking, Wanted},
    kept::{self, Wear},
};
use crate::{
    crypto::webauthn::{Answer, DUMMY_KEY},
    flow::{AllowedKey, FactorCheck, KeysNamed, Need, Note, Shown, Submission, Touched},
    identity::{Bytes, Credential, Identity, MethodId, Payload, SecurityKey},
    kernel::{Fault, IdentityId, normalise},
    method::{Owned, Ports},
    session::{Factor, SessionMethod},
    store::{Credentials as _, Identities as _, Reader, StoreResult},
    text::{self, Message},
};

/// The bytes of a made-up id; as many as those of most keys.
const DECOY_BYTES: usize = 32;

/// Which security keys of an account count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Those that log in by themselves.
    First,
    /// Those that come on top of another factor.
    Second,
    /// All.
    All,
}

impl Counts {
    const fn has(self, key: &SecurityKey) -> bool {
        match self {
            Self::First => key.is_passwordless,
            Self::Second => !key.is_passwordless,
            Self::All => true,
        }
    }
}

/// The identifier that goes with a security key.
///
/// # Errors
/// A message for its field.
pub fn identifier(body: &Submission) -> Result<String, Vec<Note>> {
    let missing = || vec![Note::field("identifier", text::validation::required("identifier"))];
    body.text("identifier").ok_or_else(missing)
}

/// The answer of an authenticator in a field.
///
/// # Errors
/// A message for the form: it is none.
pub fn answer(body: &Submission, field: &str) -> Result<Answer, Vec<Note>> {
    let none = || vec![Note::form(text::validation::generic(text::reason::NO_KEY_ANSWER))];
    body.text(field).and_then(|text| Answer::parse(&text)).ok_or_else(none)
}

/// The security keys of the account that an identifier names: one read.
///
/// # Errors
/// The store failed.
pub async fn keys_of(ports: &Ports, identifier: &str) -> Result<KeysNamed, Fault> {
    let found = find_named(ports, identifier).await?;
    let keys = found.map(|(credential, _)| eligible(&credential, Counts::First)).unwrap_or_default();
    let allowed = |key: &SecurityKey| AllowedKey { id: key.id.clone(), transport: key.transport.clone() };
    let mut drawn = ports.keys.name_seed(&normalise::graceful(identifier)).stream("made-up key");
    let decoy = AllowedKey { id: Bytes(drawn.bytes::<DECOY_BYTES>().to_vec()), transport: Vec::new() };
    Ok(KeysNamed { keys: keys.iter().map(allowed).collect(), decoys: vec![decoy] })
}

async fn find_named(ports: &Ports, identifier: &str) -> Result<Option<(Credential, Identity)>, Fault> {
    let names = normalise::candidates(identifier);
    Ok(ports.store.read(move |reader| reader.credential_by_identifier(MethodId::Webauthn, &names)).await?)
}

/// Checks a security key of whoever has this identifier: one read.
///
/// # Errors
/// The store failed.
pub async fn check_named(
    ports: &Ports,
    asking: &Asking,
    identifier: &str,
    answer: &Answer,
) -> Result<FactorCheck, Fault> {
    let found = find_named(ports, identifier).await?;
    let missing = match ports.policy.hide_accounts {
        true => text::validation::assertion_invalid(),
        false => text::validation::security_key_unknown(),
    };
    let case = Case { ports, asking, answer, wanted: security_key(ports), counts: Counts::First, missing };
    Ok(case.judge(found))
}

/// Checks a security key of an account that is known.
pub fn check_own(
    ports: &Ports,
    asking: &Asking,
    account: Owned,
    counts: Counts,
    answer: &Answer,
) -> FactorCheck {
    let Owned { identity, credentials } = account;
    let held = credentials.into_iter().find(|credential| credential.method() == MethodId::Webauthn);
    let missing = text::validation::security_key_missing();
    let case = Case { ports, asking, answer, wanted: security_key(ports), counts, missing };
    case.judge(held.map(|credential| (credential, identity)))
}

/// Checks a passkey: one read. `own` is who confirms who they are; an authenticator that was told which key to
/// show need not say whose it is.
///
/// # Errors
/// The store failed.
pub async fn check_passkey(
    ports: &Ports,
    asking: &Asking,
    own: Option<&Identity>,
    answer: &Answer,
) -> Result<FactorCheck, Fault> {
    let (own, handle) = (own.cloned(), answer.user_handle.clone());
    let found = ports.store.read(move |reader| find_passkey(reader, own, handle)).await?;
    let missing = text::validation::security_key_unknown();
    let case = Case { ports, asking, answer, wanted: passkey(ports), counts: Counts::First, missing };
    Ok(case.judge(found))
}

fn find_passkey(
    reader: &mut Reader<'_>,
    own: Option<Identity>,
    handle: Option<Vec<u8>>,
) -> StoreResult<Option<(Credential, Identity)>> {
    let Some(handle) = handle else {
        let Some(own) = own else { return Ok(None) };
        let held = reader.credentials_of(own.id)?;
        let passkeys = held.into_iter().find(|credential| credential.method() == MethodId::Passkey);
        return Ok(passkeys.map(|credential| (credential, own)));
    };
    let handle = Bytes(handle);
    let found = reader.credential_by_identifier(MethodId::Passkey, &[handle.name()])?;
    if found.is_some() {
        return Ok(found);
    }
    // A security key that can be found without a name (01 §10.7): it calls the account by the id of its identity.
    let Ok(id) = uuid::Uuid::from_slice(&handle.0) else { return Ok(None) };
    let Some(identity) = reader.identity(IdentityId::from_uuid(id))? else { return Ok(None) };
    let held = reader.credentials_of(identity.id)?;
    let is_so_called = |credential: &Credential| match &credential.payload {
        Payload::Webauthn { user_handle, .. } => user_handle.as_ref().is_none_or(|own| *own == handle),
        _ => false,
    };
    Ok(held.into_iter().find(is_so_called).map(|credential| (credential, identity)))
}

/// What an answer has to fit as a security key.
pub(super) fn security_key(ports: &Ports) -> Wanted<'_> {
    Wanted { method: MethodId::Webauthn, party: &ports.policy.webauthn.party, verifies_user: false }
}

/// What an answer has to fit as a passkey.
pub(super) fn passkey(ports: &Ports) -> Wanted<'_> {
    let policy = &ports.policy.passkey;
    let verifies_user = policy.user_verification == Need::Required;
    Wanted { method: MethodId::Passkey, party: &policy.party, verifies_user }
}

/// What is needed to judge an answer.
struct Case<'a> {
    ports: &'a Ports,
    asking: &'a Asking,
    answer: &'a Answer,
    wanted: Wanted<'a>,
    counts: Counts,
    /// What to say where there is no key at all.
    missing: Message,
}

impl Case<'_> {
    fn judge(self, found: Option<(Credential, Identity)>) -> FactorCheck {
        let invalid = || FactorCheck::Mismatch(text::validation::assertion_invalid());
        let Some((credential, identity)) = found else {
            self.pretend();
            return FactorCheck::Mismatch(self.missing);
        };
        let keys = eligible(&credential, self.counts);
        if keys.is_empty() {
            self.pretend();
            let is_known = self.wanted.method == MethodId::Passkey;
            return FactorCheck::Mismatch(match is_known {
                true => text::validation::security_key_missing(),
                false => self.missing,
            });
        }
        let Some(mut key) = keys.into_iter().find(|key| key.id.0 == self.answer.id) else {
            self.pretend();
            return invalid();
        };
        let signed = match self.asking.authenticate(self.answer, &key.public_key.0, self.wanted) {
            Ok(signed) => signed,
            Err(why) => {
                tracing::info!(identity.id = %identity.id, method = self.wanted.method.wire_name(), "a key was refused: {why}");
                return invalid();
            }
        };
        let Some(wear) = kept::note(&mut key, signed) else { return invalid() };
        let worn = || Box::new(with_key(&credential, key, self.ports));
        let credential = match wear {
            Wear::None => Touched::Unchanged,
            Wear::Used => Touched::Spent(worn()),
            Wear::Copied => Touched::Copied(worn()),
        };
        FactorCheck::Match(Box::new(Shown { identity, factor: self.factor(), credential }))
    }

    /// Takes the time that a check takes, whoever is asked about (05 no. 17).
    fn pretend(&self) {
        let _ = self.asking.authenticate(self.answer, &DUMMY_KEY, self.wanted);
    }

    /// What it is worth goes by what the operator made of security keys (01 §10.1).
    fn factor(&self) -> Factor {
        match self.wanted.method {
            MethodId::Webauthn if !self.ports.policy.webauthn.passwordless => {
                Factor::second(SessionMethod::Webauthn)
            }
            MethodId::Webauthn => Factor::first(SessionMethod::Webauthn),
            _ => Factor::first(SessionMethod::Passkey),
        }
    }
}

fn eligible(credential: &Credential, counts: Counts) -> Vec<SecurityKey> {
    match &credential.payload {
        Payload::Webauthn { keys, .. } => keys.iter().filter(|key| counts.has(key)).cloned().collect(),
        Payload::Passkey { keys, .. } => keys.clone(),
        _ => Vec::new(),
    }
}

fn with_key(credential: &Credential, worn: SecurityKey, ports: &Ports) -> Credential {
    let mut credential = Credential { updated_at: ports.now, ..credential.clone() };
    if let Payload::Webauthn { keys, .. } | Payload::Passkey { keys, .. } = &mut credential.payload
        && let Some(key) = keys.iter_mut().find(|key| key.id == worn.id)
    {
        *key = worn;
    }
    credential
}
