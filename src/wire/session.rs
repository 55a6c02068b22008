//! Sessions (02 §6.1).

use serde_json::{Value, json};

use super::Projection;
use crate::{identity::Identity, kernel::Timestamp, session::Session};

impl Projection {
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
