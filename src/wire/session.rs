//! Sessions (02 §6.1).

use serde_json::{Map, Value, json};

use super::Projection;
use crate::{identity::Identity, kernel::Timestamp, session::Session};

/// What administrators want to see of a session.
#[derive(Debug, Clone, Copy)]
pub struct Expanded<'a> {
    /// Whose it is, where that was asked for.
    pub identity: Option<&'a Identity>,
    /// Whether its devices are shown.
    pub devices: bool,
}

impl Projection {
    /// A session in a list of its owner.
    ///
    /// COMPAT: lists show the identity without its addresses and with an empty schema URL (golden
    /// `sessions.list_revoke.api`).
    pub fn listed_session(&self, session: &Session, identity: &Identity, now: Timestamp) -> Value {
        let mut shown = self.session(session, Some(identity), now);
        if let Some(identity) = shown.get_mut("identity").and_then(Value::as_object_mut) {
            identity.shift_remove("verifiable_addresses");
            identity.shift_remove("recovery_addresses");
            identity.insert("schema_url".into(), json!(""));
        }
        shown
    }

    /// A session in a list of everybody's, as administrators see it.
    ///
    /// COMPAT: what was not asked for is `null`, and the identity comes without its addresses (golden
    /// `admin.sessions`).
    pub fn listed_session_for_admin(&self, session: &Session, shown: Expanded<'_>, now: Timestamp) -> Value {
        let mut value = self.session(session, shown.identity, now);
        if let Some(identity) = shown.identity {
            put(&mut value, "identity", Value::Object(without_addresses(self.identity_for_admin(identity))));
        }
        if !shown.devices {
            put(&mut value, "devices", Value::Null);
        }
        value
    }

    /// A session in the list of one identity's, as administrators see it.
    ///
    /// COMPAT: as in [`Projection::listed_session`], but for the metadata (golden `admin.sessions`).
    pub fn session_of_identity(&self, session: &Session, identity: &Identity, now: Timestamp) -> Value {
        let mut value = self.session(session, Some(identity), now);
        let mut shown = without_addresses(self.identity_for_admin(identity));
        shown.insert("schema_url".into(), json!(""));
        put(&mut value, "identity", Value::Object(shown));
        value
    }

    /// A session by itself, as administrators see it.
    ///
    /// COMPAT: devices that were not asked for are an empty list (golden `admin.sessions`).
    pub fn session_for_admin(&self, session: &Session, shown: Expanded<'_>, now: Timestamp) -> Value {
        let mut value = self.session(session, shown.identity, now);
        if let Some(identity) = shown.identity {
            put(&mut value, "identity", Value::Object(self.identity_for_admin(identity)));
        }
        if !shown.devices {
            put(&mut value, "devices", json!([]));
        }
        value
    }

    /// A session that was extended.
    ///
    /// COMPAT: with its identity as everybody sees it, and an empty list of devices (golden `admin.sessions`).
    pub fn extended_session(&self, session: &Session, identity: &Identity, now: Timestamp) -> Value {
        let mut value = self.session(session, Some(identity), now);
        put(&mut value, "devices", json!([]));
        value
    }

    /// A session as its owner sees it. Without an identity it is shown as `null`, which tells native clients
    /// that more has to be shown first (01 §13.2).
    pub fn session(&self, session: &Session, identity: Option<&Identity>, now: Timestamp) -> Value {
        let active = session.is_active_at(now) && identity.is_none_or(Identity::is_active);
        json!({
            "id": session.id,
            "active": active,
            "expires_at": session.expires_at,
            "authenticated_at": session.authenticated_at,
            "authenticator_assurance_level": session.aal(),
            "authentication_methods": session.methods,
            "issued_at": session.issued_at,
            "identity": identity.map(|identity| self.identity(identity)),
            "devices": session.devices,
        })
    }
}

fn without_addresses(mut identity: Map<String, Value>) -> Map<String, Value> {
    identity.shift_remove("verifiable_addresses");
    identity.shift_remove("recovery_addresses");
    identity
}

fn put(session: &mut Value, key: &str, value: Value) {
    if let Some(session) = session.as_object_mut() {
        session.insert(key.to_owned(), value);
    }
}
