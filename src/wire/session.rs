//! Sessions (02 §6.1).

use serde_json::{Value, json};

use super::Projection;
use crate::{identity::Identity, kernel::Timestamp, session::Session};

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
