//! Changing one's account.
//!
//! ```text
//! editing ── changed ──▶ saved ── changed ──▶ saved
//!    │                     │
//!    ├─ refused, taken ────┤
//!    ├─ codes to show ─────┴──▶ editing, with messages or backup codes
//!    └─ session too old ──────▶ editing, with what was asked for put aside
//! ```
//!
//! COMPAT: each success opens another flow, to which the form that it shows is submitted (golden
//! `settings.profile_password.api`).

use serde::{Deserialize, Serialize};

use super::{
    AnyFlow, AuditEvent, Completion, Cx, Departure, Effect, Illegal, LoginHints, Machine, Note, Place,
    Replacement, Reply, Subject, Transition, Write, social,
};
use crate::{
    crypto::Sealed,
    identity::{BackupCode, Credential, Identity, MethodId, Version},
    kernel::{FlowId, IdentityId, Secret, Timestamp},
    session::{Factor, Session},
    text,
};

/// How far a change of one's account has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum SettingsState {
    /// Something may be changed.
    Editing {
        /// Whose account it is; nobody else may see or send the form.
        identity: IdentityId,
        /// What waits for its owner to sign in anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paused: Option<Paused>,
        /// The backup codes that the form shows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        codes: Option<CodesOnShow>,
    },
    /// Something was changed.
    Saved {
        /// Whose account it is.
        identity: IdentityId,
        /// The flow that the form goes on with.
        next: FlowId,
    },
}

/// A submission that was put aside because the session was too old for it. It is used up by the next write to
/// its flow, of which each version has one: that is what makes it work once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// The submission.
    ///
    /// SECURITY: sealed, because it can hold a new password, and bound to flow, identity and the key in the
    /// cookie of the browser that sent it (test `what_is_put_aside_is_sealed`).
    pub body: Sealed,
    /// When it is worth nothing any more.
    pub until: Timestamp,
}

/// Backup codes that a form shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodesOnShow {
    /// Those that the account has.
    Held,
    /// New ones, which are worth nothing before they are confirmed.
    Made(Vec<BackupCode>),
}

/// What can happen to a change of one's account.
#[derive(Debug)]
pub enum SettingsEvent {
    /// What was asked for satisfies schema and policy.
    Changed {
        /// What was asked for.
        change: Box<Change>,
        /// The flow that the form goes on with.
        next: Box<AnyFlow>,
    },
    /// Backup codes were made or asked for.
    CodesAsked(CodesOnShow),
    /// Somebody else has one of the identifiers or addresses.
    IdentifierTaken {
        /// How that account can be logged in to, where the operator lets that be told.
        hints: Option<LoginHints>,
    },
    /// What was typed does not do.
    Refused {
        /// The method whose part of the form was sent, if any.
        by: Option<MethodId>,
        /// What is wrong.
        notes: Vec<Note>,
    },
    /// No method was addressed that this flow offers.
    Unaddressed,
    /// The session is too old for what was asked.
    SessionTooOld {
        /// What was asked, to go on with after signing in, and the key that finds it again.
        pause: Option<(Paused, Secret<String>)>,
    },
    /// Somebody goes to a provider, to link an account there.
    Left(Box<Departure>),
    /// The flow's time is over; here is another one.
    Expired {
        /// The flow to go on with.
        replacement: Box<AnyFlow>,
    },
}

/// A change that was asked for.
#[derive(Debug)]
pub struct Change {
    /// The method by which.
    pub method: MethodId,
    /// The identity as it was read.
    pub previous: Identity,
    /// The identity as it shall be.
    pub identity: Identity,
    /// Credentials that are new or changed.
    pub put: Vec<Credential>,
    /// Methods whose credential goes.
    pub dropped: Vec<MethodId>,
    /// All credentials as they shall be.
    pub credentials: Vec<Credential>,
    /// The factor that was shown on the way.
    pub proves: Option<Factor>,
    /// How deep it goes.
    pub reach: Reach,
}

/// How deep a change goes (02 §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It touches nothing that an account is entered or recovered by.
    Harmless,
    /// It touches credentials, identifiers or addresses.
    Protected,
}

/// Whether a session is fresh enough to change what is protected (02 §4.5).
///
/// COMPAT: a limit of zero means "always" for all methods but the password, for which it means "never".
pub fn is_privileged(session: &Session, method: MethodId, cx: &Cx<'_>) -> bool {
    let limit = cx.policy.settings.privileged_for;
    (limit.is_zero() && method != MethodId::Password) || session.authenticated_at.plus(limit) > cx.now
}

impl SettingsState {
    /// Whose account it is.
    pub const fn identity(&self) -> IdentityId {
        match self {
            Self::Editing { identity, .. } | Self::Saved { identity, .. } => *identity,
        }
    }

    /// What waits for its owner to sign in anew, while it is worth something.
    pub fn paused_at(&self, now: Timestamp) -> Option<&Paused> {
        match self {
            Self::Editing { paused, .. } => paused.as_ref().filter(|paused| now < paused.until),
            Self::Saved { .. } => None,
        }
    }

    /// The flow that the form belongs to: the one that goes on, once something is saved. `own` is the id of this
    /// one.
    pub const fn shown(&self, own: FlowId) -> FlowId {
        match self {
            Self::Saved { next, .. } => *next,
            Self::Editing { .. } => own,
        }
    }

    /// The backup codes that the form shows.
    pub const fn codes(&self) -> Option<&CodesOnShow> {
        match self {
            Self::Editing { codes, .. } => codes.as_ref(),
            Self::Saved { .. } => None,
        }
    }

    /// A change that begins.
    pub const fn begin(identity: IdentityId) -> Self {
        Self::Editing { identity, paused: None, codes: None }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Editing { .. } => "editing",
            Self::Saved { .. } => "saved",
        }
    }

    /// What is put aside is used up; what is on show stays.
    fn editing(&self) -> Self {
        Self::Editing { identity: self.identity(), paused: None, codes: self.codes().cloned() }
    }
}

impl Machine for SettingsState {
    type Event = SettingsEvent;

    fn on(self, event: SettingsEvent, cx: &Cx<'_>) -> Result<Transition<Self>, Illegal> {
        Ok(match event {
            SettingsEvent::Changed { change, next } => save(&self, *change, next, cx)?,
            SettingsEvent::CodesAsked(codes) => show(&self, codes, cx)?,
            SettingsEvent::IdentifierTaken { hints } => {
                let message = match hints {
                    Some(LoginHints { identifier, methods, providers }) => {
                        text::validation::identifier_taken_with_hints(&methods, &providers, &identifier)
                    }
                    None => text::validation::identifier_taken(),
                };
                refuse(&self, standing(cx, vec![Note::form(message)]))
            }
            // COMPAT: a wrong password clears what the form said before; nothing else that is wrong does
            // (02 §4.4, golden `settings.body`).
            SettingsEvent::Refused { by: Some(MethodId::Password), notes } => refuse(&self, notes),
            SettingsEvent::Refused { notes, .. } => refuse(&self, standing(cx, notes)),
            SettingsEvent::Unaddressed => {
                refuse(&self, standing(cx, vec![Note::form(text::system::no_settings_method())]))
            }
            SettingsEvent::SessionTooOld { pause } => {
                let (paused, key) = pause.map_or((None, None), |(paused, key)| (Some(paused), Some(key)));
                let state = Self::Editing { identity: self.identity(), paused, codes: self.codes().cloned() };
                Transition { reply: Reply::Reauthenticate { key }, ..refuse_as(state, cx.flow.notes.clone()) }
            }
            SettingsEvent::Left(departure) => social::leave(self.editing(), *departure, cx),
            SettingsEvent::Expired { replacement } => {
                Transition::replace(self, *replacement, Replacement::Expired)
            }
        })
    }

    fn wire_name(&self) -> &'static str {
        match self {
            Self::Editing { .. } => "show_form",
            Self::Saved { .. } => "success",
        }
    }
}

fn refuse(state: &SettingsState, notes: Vec<Note>) -> Transition<SettingsState> {
    refuse_as(state.editing(), notes)
}

fn refuse_as(state: SettingsState, notes: Vec<Note>) -> Transition<SettingsState> {
    Transition::refuse(state, notes)
}

/// The messages of the form that stay, and what is new; of two with the same id the new one counts.
fn standing(cx: &Cx<'_>, new: Vec<Note>) -> Vec<Note> {
    let said =
        |old: &&Note| !new.iter().any(|note| note.at == Place::Form && note.message.id == old.message.id);
    let old = cx.flow.notes.iter().filter(|note| note.at == Place::Form && note.message.id != SAVED);
    old.filter(said).cloned().chain(new.iter().cloned()).collect()
}

/// The message that the changes are saved, which is not true of what comes after it.
const SAVED: u32 = 1_050_001;

/// Makes it so. The row of the identity is written anew even when only a credential changes: whoever decides
/// on the account meanwhile looks at its version alone.
fn save(
    state: &SettingsState,
    change: Change,
    next: Box<AnyFlow>,
    cx: &Cx<'_>,
) -> Result<Transition<SettingsState>, Illegal> {
    let Change { method, previous, mut identity, put, dropped, credentials, proves, reach } = change;
    let Some(session) = cx.session.filter(|session| session.identity == identity.id) else {
        return Err(Illegal { state: state.name(), event: "changed" });
    };
    // SECURITY: asked again here, whatever was collected (05 no. 40; test `sec_40_*`).
    if reach == Reach::Protected && !is_privileged(session, method, cx) {
        return Ok(too_old(state, cx));
    }
    let read: Version = previous.version;
    identity.version = read.next();
    identity.updated_at = cx.now;
    let id = identity.id;
    let next_id = next.head().id;
    let mut effects: Vec<Effect> =
        put.into_iter().map(|credential| Effect::PutCredential(Box::new(credential))).collect();
    effects.extend(dropped.into_iter().map(|method| Effect::DropCredential { identity: id, method }));
    let raised = proves.map(|factor| session.with_factor(factor, cx.now));
    effects.extend(
        raised
            .clone()
            .map(|raised| Effect::RaiseSession { session: Box::new(raised), expected: session.version }),
    );
    effects.push(Effect::OpenFlow(next));
    effects.push(Effect::Audit(trace(method).of(id).on(session.id).within(cx.flow.id)));
    let completion = Completion::Saved {
        method,
        session: raised.unwrap_or_else(|| session.clone()),
        previous: Box::new(previous),
        credentials,
        continue_with: Vec::new(),
    };
    Ok(Transition {
        state: SettingsState::Saved { identity: id, next: next_id },
        subject: Some(Subject { identity, write: Write::Replace(read) }),
        effects,
        reply: Reply::Done(Box::new(completion)),
        notes: vec![Note::form(text::settings::saved())],
    })
}

/// Puts backup codes on show, to those only who may change what is protected.
fn show(
    state: &SettingsState,
    codes: CodesOnShow,
    cx: &Cx<'_>,
) -> Result<Transition<SettingsState>, Illegal> {
    let identity = state.identity();
    match cx.session.filter(|session| session.identity == identity) {
        None => Err(Illegal { state: state.name(), event: "codes asked" }),
        // SECURITY: whoever finds a session that was left open must not copy the codes (05 no. 40).
        Some(session) if !is_privileged(session, MethodId::Lookup, cx) => Ok(too_old(state, cx)),
        Some(_) => {
            let state = SettingsState::Editing { identity, paused: None, codes: Some(codes) };
            Ok(Transition::advance(state, Vec::new(), Vec::new()))
        }
    }
}

fn too_old(state: &SettingsState, cx: &Cx<'_>) -> Transition<SettingsState> {
    let reply = Reply::Reauthenticate { key: None };
    Transition { reply, ..refuse(state, cx.flow.notes.clone()) }
}

/// What the trail says: that data changed, or that a way to sign in was set, and by whom (05 no. 55).
fn trace(method: MethodId) -> AuditEvent {
    let mut event = match method {
        MethodId::Profile => return AuditEvent::new("profile.changed"),
        MethodId::Password
        | MethodId::Oidc
        | MethodId::Code
        | MethodId::Link
        | MethodId::Totp
        | MethodId::Passkey
        | MethodId::Webauthn
        | MethodId::Lookup
        | MethodId::IdentifierFirst
        | MethodId::Saml => AuditEvent::new("credential.bound"),
    };
    event.details.insert("method".to_owned(), method.wire_name().into());
    event.details.insert("by".to_owned(), "owner".into());
    event
}
