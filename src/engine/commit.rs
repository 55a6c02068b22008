//! The effect interpreter: everything a decision wants, in one write transaction, or nothing.

use std::sync::Arc;

use super::{Engine, Visit};
use crate::{
    crypto::{Keyring, SealPurpose, Sealed, TokenPurpose},
    flow::{
        AnyFlow, AuditEvent, Code, CodeDraft, Effect, Exchange, ExchangeDraft, HandOver, Revoke,
        SessionDraft, Subject, Write,
    },
    identity::Version,
    kernel::{AuditId, MessageId, Seed, Stream, Timestamp},
    outbox::{Letter, LetterDraft, Message, MessageStatus, Outgoing},
    runtime::Runtime,
    store::{
        AuditEvent as AuditRow, AuditMut as _, CodesMut as _, Conflict, CredentialsMut as _,
        ExchangesMut as _, FlowsMut as _, IdentitiesMut as _, OutboxMut as _, SessionListMut as _,
        SessionsMut as _, StoreError, StoreResult, Tx,
    },
};

/// What is to be committed.
pub(super) struct Commit {
    /// The flow as it shall be, and the version that was read.
    pub flow: Option<(AnyFlow, Version)>,
    /// The identity as it shall be.
    pub subject: Option<Subject>,
    /// Everything else, in order.
    pub effects: Vec<Effect>,
}

/// What the letters of a commit need to know of the request.
pub(super) struct Postmark {
    /// The configuration of the request.
    pub runtime: Arc<Runtime>,
    /// Its moment.
    pub now: Timestamp,
    /// Its randomness.
    pub seed: Seed,
    /// The URL that started the flow.
    pub request_url: String,
    /// What the client sent along.
    pub transient_payload: serde_json::Map<String, serde_json::Value>,
    /// Its allow-listed headers.
    pub headers: serde_json::Map<String, serde_json::Value>,
}

impl Postmark {
    /// For a commit without letters, or with letters that the visit itself causes.
    pub(super) fn of(visit: &Visit) -> Self {
        Self {
            runtime: visit.runtime.clone(),
            now: visit.now,
            seed: visit.seed,
            request_url: visit.request_url.clone(),
            transient_payload: serde_json::Map::new(),
            headers: visit.headers.clone(),
        }
    }
}

impl Engine {
    /// Applies everything, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a guard failed: somebody else was faster, or has an identifier.
    pub(super) async fn commit(&self, commit: Commit, mark: Postmark) -> StoreResult<()> {
        let delivers = commit.effects.iter().any(|effect| matches!(effect, Effect::Enqueue(_)));
        self.store().write(move |tx| apply(tx, &commit, &mark)).await?;
        if delivers {
            self.services.poke.notify_one();
        }
        Ok(())
    }
}

fn apply(tx: &mut Tx<'_>, commit: &Commit, mark: &Postmark) -> StoreResult<()> {
    if let Some((flow, expected)) = &commit.flow {
        tx.advance_flow(flow, *expected)?.or_stale()?;
    }
    if let Some(subject) = &commit.subject {
        write_subject(tx, subject)?;
    }
    for (n, effect) in commit.effects.iter().enumerate() {
        apply_one(tx, effect, n, mark)?;
    }
    Ok(())
}

fn write_subject(tx: &mut Tx<'_>, subject: &Subject) -> StoreResult<()> {
    match subject.write {
        Write::Insert => tx.insert_identity(&subject.identity),
        Write::Replace(expected) => tx.replace_identity(&subject.identity, expected)?.or_stale(),
        Write::Require(expected) => tx.touch_identity(subject.identity.id, expected)?.or_stale(),
    }
}

fn apply_one(tx: &mut Tx<'_>, effect: &Effect, n: usize, mark: &Postmark) -> StoreResult<()> {
    let keys = &mark.runtime.keys;
    match effect {
        Effect::PutCredential(credential) => tx.put_credential(credential),
        Effect::DropCredential { identity, method } => tx.remove_credential(*identity, *method).map(drop),
        Effect::DeleteIdentity(identity) => tx.delete_identity(*identity)?.or_stale(),
        Effect::IssueSession(draft) => issue(tx, draft, keys),
        Effect::RaiseSession { session, expected } => tx.replace_session(session, *expected)?.or_stale(),
        Effect::RevokeSessions(Revoke::One(session)) => tx.revoke_session(*session, mark.now).map(drop),
        Effect::RevokeSessions(Revoke::Others { identity, keep }) => {
            tx.revoke_other_sessions(*identity, Some(*keep), mark.now).map(drop)
        }
        Effect::RevokeMany(sessions) => tx.revoke_sessions(sessions, mark.now).map(drop),
        Effect::DeleteSessions(sessions) => tx.delete_sessions(sessions).map(drop),
        Effect::DeleteSessionsOf(identity) => match tx.delete_sessions_of(*identity)? {
            0 => Err(Conflict::Stale.into()),
            _ => Ok(()),
        },
        Effect::MintCode(draft) => tx.insert_code(&code(draft, keys)),
        // SECURITY: used once, whatever the number of parallel requests: one row, or nothing happens.
        Effect::ConsumeCode(code) => tx.consume_code(*code, mark.now)?.or_stale(),
        Effect::DropPendingCodes(identity) => tx.drop_pending_codes(*identity).map(drop),
        Effect::DropCodes(flow) => tx.drop_codes_of(*flow).map(drop),
        Effect::OpenExchange(draft) => tx.insert_exchange(&exchange(draft, keys)),
        Effect::HandOver(left) => hand_over(tx, left, mark),
        // SECURITY: picked up once, whatever the number of parallel requests: one row, or nothing happens.
        Effect::ConsumeExchange(id) => tx.consume_exchange(*id, mark.now)?.or_stale(),
        Effect::OpenFlow(flow) => tx.insert_flow(flow),
        Effect::Enqueue(Outgoing::Letter(draft)) => tx.insert_message(&message(draft, n, mark)?),
        Effect::Audit(event) => tx.insert_audit(&audit(event, n, mark)),
    }
}

fn issue(tx: &mut Tx<'_>, draft: &SessionDraft, keys: &Keyring) -> StoreResult<()> {
    let hash = keys.token_hash(TokenPurpose::SessionToken, draft.token.expose());
    tx.insert_session(&draft.session, &hash)
}

fn code(draft: &CodeDraft, keys: &Keyring) -> Code {
    Code {
        id: draft.id,
        flow: draft.flow,
        purpose: draft.purpose,
        hash: keys.token_hash(draft.purpose.token(), &draft.purpose.bound(draft.flow, draft.secret.expose())),
        identity: draft.recipient.identity(),
        address: draft.recipient.address(),
        issued_at: draft.issued_at,
        expires_at: draft.expires_at,
        used_at: None,
    }
}

fn exchange(draft: &ExchangeDraft, keys: &Keyring) -> Exchange {
    Exchange {
        id: draft.id,
        flow: draft.flow,
        first: keys.token_hash(TokenPurpose::Exchange, draft.code.expose()),
        second: None,
        token: None,
        issued_at: draft.issued_at,
        expires_at: draft.expires_at,
        used_at: None,
    }
}

/// The token of a session is stored sealed, and opens with the half of the code that went by the browser.
fn hand_over(tx: &mut Tx<'_>, left: &HandOver, mark: &Postmark) -> StoreResult<()> {
    let keys = &mark.runtime.keys;
    let (code, mut stream) = (left.code.expose(), mark.seed.stream("exchange token"));
    let token = left
        .token
        .as_ref()
        .map(|token| keys.seal(SealPurpose::Social, token.expose().as_bytes(), code.as_bytes(), &mut stream));
    let second = keys.token_hash(TokenPurpose::Exchange, code);
    tx.fill_exchange(left.exchange, left.flow, &second, token.as_ref())?.or_stale()
}

fn message(draft: &LetterDraft, n: usize, mark: &Postmark) -> StoreResult<Message> {
    let mut stream = mark.seed.stream(&format!("message {n}"));
    let id = MessageId::sortable(mark.now, &mut stream);
    let letter = Letter {
        to: draft.to.clone(),
        channel: draft.channel,
        content: draft.content.clone(),
        identity: draft.identity.as_deref().map(|identity| mark.runtime.projection.identity(identity)),
        request_url: mark.request_url.clone(),
        transient_payload: mark.transient_payload.clone(),
        request_headers: mark.headers.clone(),
    };
    Ok(Message {
        id,
        status: MessageStatus::Queued,
        channel: draft.channel,
        recipient: draft.to.clone(),
        template: draft.content.template(),
        payload: Some(seal(&letter, id, &mark.runtime.keys, &mut stream)?),
        send_count: 0,
        next_attempt_at: mark.now,
        created_at: mark.now,
        updated_at: mark.now,
    })
}

/// A letter holds a code and an identity: it is stored sealed, and bound to its own row.
fn seal(letter: &Letter, id: MessageId, keys: &Keyring, stream: &mut Stream) -> StoreResult<Sealed> {
    let plain = serde_json::to_vec(letter).map_err(|error| StoreError::Database(error.into()))?;
    Ok(keys.seal(SealPurpose::Letter, &plain, id.as_uuid().as_bytes(), stream))
}

fn audit(event: &AuditEvent, n: usize, mark: &Postmark) -> AuditRow {
    AuditRow {
        id: AuditId::sortable(mark.now, &mut mark.seed.stream(&format!("audit {n}"))),
        at: mark.now,
        kind: event.what.to_owned(),
        identity: event.identity,
        session: event.session,
        flow: event.flow,
        details: serde_json::Value::Object(event.details.clone()),
    }
}
