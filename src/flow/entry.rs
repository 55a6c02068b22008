//! Letting somebody in: a new session, or the one they have with one more factor.

use super::{Cx, Effect, SessionDraft};
use crate::{
    crypto::session_token,
    identity::Version,
    kernel::{IdentityId, Secret, SessionId},
    session::{Factor, Session},
};

/// What letting somebody in amounts to.
#[derive(Debug)]
pub struct Entry {
    /// The session as it shall be.
    pub session: Session,
    /// Its token, when it is new.
    pub token: Option<Secret<String>>,
    /// Whether nobody, or somebody else, was logged in before.
    pub newcomer: bool,
    /// The effect that makes it so.
    pub effect: Effect,
}

/// Lets `identity` in after it showed `factor`. A session of the same identity is raised in place and keeps
/// its id and token; a session of somebody else is left alone and a new one issued (01 §5.2, §13.3).
pub fn enter(cx: &Cx<'_>, identity: IdentityId, factor: Factor) -> Entry {
    match cx.session.filter(|session| session.identity == identity) {
        Some(own) => raise(cx, own, factor),
        None => issue(cx, identity, factor),
    }
}

fn raise(cx: &Cx<'_>, own: &Session, factor: Factor) -> Entry {
    let mut session = own.with_factor(factor, cx.now);
    session.issued_at = cx.now;
    session.authenticated_at = cx.now;
    session.expires_at = cx.now.plus(cx.policy.session_lifespan);
    let effect = Effect::RaiseSession { session: Box::new(session.clone()), expected: own.version };
    Entry { session, token: None, newcomer: false, effect }
}

fn issue(cx: &Cx<'_>, identity: IdentityId, factor: Factor) -> Entry {
    let draft = new_session(cx, identity, factor);
    let (session, token) = (draft.session.clone(), draft.token.clone());
    Entry { session, token: Some(token), newcomer: true, effect: Effect::IssueSession(Box::new(draft)) }
}

/// A new session for `identity` after it showed `factor`, whoever is logged in.
pub fn new_session(cx: &Cx<'_>, identity: IdentityId, factor: Factor) -> SessionDraft {
    let session = Session {
        id: SessionId::random(&mut cx.seed.stream("session id")),
        identity,
        active: true,
        methods: vec![factor.shown_at(cx.now)],
        devices: vec![cx.device.clone()],
        issued_at: cx.now,
        authenticated_at: cx.now,
        expires_at: cx.now.plus(cx.policy.session_lifespan),
        version: Version::default(),
        created_at: cx.now,
        updated_at: cx.now,
    };
    // SECURITY: a new session always has a new token, so a token planted before the login is worth nothing
    // after it (05 no. 37).
    SessionDraft { session, token: session_token(&mut cx.seed.stream("session token")) }
}
