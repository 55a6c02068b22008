//! Logging in by a security key: whose keys may be shown has to be known before one is asked for (01 §10.6).

use serde::{Deserialize, Serialize};

use super::{AuditEvent, Cx, Effect, LoginState, Note, Reply, Transition};
use crate::{identity::Bytes, text};

/// A key that a page may ask an authenticator for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedKey {
    /// Its id.
    pub id: Bytes,
    /// How it can be reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transport: Vec<String>,
}

/// The keys of the account that an identifier names.
#[derive(Debug)]
pub struct KeysNamed {
    /// Those that log in by themselves; none when nobody has the identifier.
    pub keys: Vec<AllowedKey>,
    /// Keys that nobody has, always the same ones for an identifier.
    pub decoys: Vec<AllowedKey>,
}

/// Asks for one of the keys of an account, or of nobody where accounts are hidden.
///
/// SECURITY: what is asked for tells who has an account; guarded by `sec_17_made_up_keys_hide_accounts`.
pub(super) fn ask(state: LoginState, named: KeysNamed, cx: &Cx<'_>) -> Transition<LoginState> {
    let keys = match named.keys.is_empty() {
        true if cx.policy.hide_accounts => named.decoys,
        true => {
            let why = Note::form(text::validation::security_key_unknown());
            let mut refused = Transition::refuse(state, vec![why]);
            refused.effects.push(Effect::Audit(AuditEvent::new("login.refused").within(cx.flow.id)));
            return refused;
        }
        false => named.keys,
    };
    let next = LoginState::AwaitingKey { wanted: state.wanted(), keys, submissions: state.submissions() };
    let notes = vec![Note::form(text::login::prepare_key())];
    Transition { reply: Reply::SeePage, ..Transition::refuse(next, notes) }
}

/// Sends whoever asks by script to the page, which can ask an authenticator (01 §10.7).
pub(super) fn see_page(state: LoginState, cx: &Cx<'_>) -> Transition<LoginState> {
    Transition { reply: Reply::SeePage, ..Transition::refuse(state, cx.flow.notes.clone()) }
}
