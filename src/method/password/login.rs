//! Logging in with a password.

use serde_json::{Map, Value};

use super::{form::secret, hash};
use crate::{
    crypto::Password,
    flow::{AnyFlow, FactorCheck, Failure, LoginState, Note, Shown, Submission, Touched},
    identity::{Credential, Identity, MethodId, Payload},
    kernel::{Fault, normalise},
    method::{FormCx, Ports, csrf},
    session::{Factor, SessionMethod},
    store::Credentials as _,
    text::{self, ErrorCode},
    ui::{Group, InputKind, Node, input},
};

/// What was typed.
#[derive(Debug)]
pub struct LoginInput {
    identifier: String,
    password: Password,
}

/// The identifier as typed, under its name or the one of old.
pub fn identifier(body: &Submission) -> Option<String> {
    body.text("identifier").or_else(|| body.text("password_identifier"))
}

/// Reads what was typed.
///
/// # Errors
/// Messages for the fields that are missing; both can be.
pub fn parse_login(body: &Submission) -> Result<LoginInput, Vec<Note>> {
    let missing = |field: &str| Note::field(field, text::validation::required(field));
    let identifier = identifier(body).ok_or_else(|| missing("identifier"));
    let password = body.text("password").ok_or_else(|| missing("password"));
    match (identifier, password) {
        (Ok(identifier), Ok(password)) => match Password::new(password) {
            Ok(password) => Ok(LoginInput { identifier, password }),
            // Nobody has such a password, and it is not hashed to find out.
            Err(_) => Err(vec![Note::form(text::validation::invalid_credentials())]),
        },
        (identifier, password) => Err([identifier.err(), password.err()].into_iter().flatten().collect()),
    }
}

/// Compares a password with the credential that the identifier names: one read, then one hash. For an account
/// whose password another system knows, that one is asked; `context` is what a webhook would be given.
///
/// # Errors
/// The store or the hash threads failed. A [`Failure`] tells that the other system gave no answer.
pub async fn check(
    ports: &Ports,
    input: LoginInput,
    context: impl FnOnce() -> Map<String, Value> + Send,
) -> Result<Result<FactorCheck, Failure>, Fault> {
    let names = normalise::candidates(&input.identifier);
    let found =
        ports.store.read(move |reader| reader.credential_by_identifier(MethodId::Password, &names)).await?;
    // SECURITY: without an account the same hash is computed over a dummy, so the time tells nothing
    // (05 no. 17; test `sec_17_unknown_users_take_the_same_time`).
    let stored = found.as_ref().and_then(|(credential, _)| credential.password_hash());
    let mut salts = ports.seed.stream("password salt");
    let verified = ports.hasher.verify(&ports.hash_policy, stored, &input.password, &mut salts).await?;
    Ok(match found {
        Some((credential, identity)) if verified.matches => {
            Ok(matched(credential, identity, verified.rehash, ports))
        }
        Some((credential, identity)) if awaits_migration(&credential) => {
            return ask_elsewhere(ports, &input, context, (credential, identity)).await;
        }
        Some(_) | None => Ok(mismatch()),
    })
}

/// Whether another system knows the password.
const fn awaits_migration(credential: &Credential) -> bool {
    matches!(credential.payload, Payload::Password { hash: None, use_migration_hook: true })
}

/// Asks the system that knows the password; from a right one we make a hash of our own (03 §5.7).
async fn ask_elsewhere(
    ports: &Ports,
    input: &LoginInput,
    context: impl FnOnce() -> Map<String, Value> + Send,
    (credential, identity): (Credential, Identity),
) -> Result<Result<FactorCheck, Failure>, Fault> {
    let Some(hook) = &ports.migration else {
        tracing::error!(
            identity.id = %identity.id,
            "an account waits for its password from another system, and \
             selfservice.methods.password.config.migrate_hook is not enabled; enable it, or set a password"
        );
        return Ok(Ok(mismatch()));
    };
    match hook.knows(&input.identifier, &input.password, context, &ports.seed).await {
        Ok(true) => {
            let hash = hash(ports, &input.password).await?;
            Ok(Ok(matched(credential, identity, Some(hash), ports)))
        }
        Ok(false) => Ok(Ok(mismatch())),
        Err(cause) => {
            tracing::warn!("the system that knows the password of an account gave no answer: {cause}");
            Ok(Err(Failure::of(ErrorCode::BadGateway)))
        }
    }
}

fn matched(
    mut credential: Credential,
    identity: Identity,
    rehash: Option<crate::crypto::HashText>,
    ports: &Ports,
) -> FactorCheck {
    let credential = rehash.map_or(Touched::Unchanged, |hash| {
        credential.payload = Payload::Password { hash: Some(hash), use_migration_hook: false };
        credential.updated_at = ports.now;
        Touched::Renewed(Box::new(credential))
    });
    FactorCheck::Match(Box::new(Shown {
        identity,
        factor: Factor::first(SessionMethod::Password),
        credential,
    }))
}

fn mismatch() -> FactorCheck {
    FactorCheck::Mismatch(text::validation::invalid_credentials())
}

/// The fields of a login form (01 §10.2).
pub fn login_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Login(flow) = cx.flow else { return Vec::new() };
    let wanted = flow.state.wanted();
    let draft = &flow.head.draft;
    let (name, submit) = if wanted.refresh {
        // Who has no password is not asked for it.
        let Some(known) = flow.head.known.as_ref().and_then(|held| held.password.as_deref()) else {
            return Vec::new();
        };
        (input("identifier").kind(InputKind::Hidden).value(known), text::login::sign_in())
    } else {
        let typed = draft.identifier.as_deref().unwrap_or_default();
        let name = input("identifier").kind(InputKind::Text).required().value(typed);
        (name.label(cx.schema.identifier_label()), text::login::sign_in_with_password())
    };
    let mut nodes = match flow.state {
        // The first screen has asked for it.
        LoginState::Identified { .. } => Vec::new(),
        LoginState::AwaitingIdentifier { .. }
        | LoginState::AwaitingFactor { .. }
        | LoginState::AwaitingKey { .. }
        | LoginState::AwaitingCode { .. }
        | LoginState::CodePassed { .. }
        | LoginState::Authenticated { .. } => vec![name.group(Group::Default).build(), csrf(cx)],
    };
    nodes.extend(secret("current-password", submit));
    nodes
}
