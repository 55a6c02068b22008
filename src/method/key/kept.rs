//! Keys as they are kept: made from what was registered, and changed by what was shown.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{
    crypto::webauthn::{Flags, Registered, Signed},
    identity::{Authenticator, Bytes, KeyFlags, SecurityKey},
    kernel::Timestamp,
};

/// Browsers name a handful of ways to reach an authenticator, each by one word.
const MOST_TRANSPORTS: usize = 8;
const LONGEST_TRANSPORT: usize = 32;

/// What is kept of a key that was registered.
pub(super) fn keep(
    registered: Registered,
    transports: &[String],
    name: String,
    is_passwordless: bool,
    now: Timestamp,
) -> SecurityKey {
    let Registered { id, public_key, aaguid, sign_count, flags, format, attestation, client_data } =
        registered;
    let transports = transports.iter().filter(|transport| transport.len() <= LONGEST_TRANSPORT);
    SecurityKey {
        id: Bytes(id),
        public_key: Bytes(public_key),
        attestation_type: format,
        authenticator: Some(Authenticator { aaguid: Bytes(aaguid), sign_count, clone_warning: false }),
        display_name: name,
        added_at: Some(now),
        is_passwordless,
        flags: Some(kept(flags)),
        transport: transports.take(MOST_TRANSPORTS).cloned().collect(),
        attestation: Some(json!({
            "client_data_json": STANDARD.encode(client_data),
            "object": STANDARD.encode(attestation),
        })),
    }
}

/// What showing a key says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wear {
    /// Nothing new.
    None,
    /// It was used.
    Used,
    /// Its counter went back, which a copy of it would explain.
    Copied,
}

/// Notes in a key that it was shown; `None` when it cannot be the one that was registered.
pub(super) fn note(key: &mut SecurityKey, signed: Signed) -> Option<Wear> {
    let said = kept(signed.flags);
    // Whether a key can be copied by its maker never changes (WebAuthn section 7.2, step 19).
    if key.flags.is_some_and(|before| before.backup_eligible != said.backup_eligible) {
        return None;
    }
    let (flags, before) = (key.flags, key.authenticator.clone());
    let known = key.authenticator.get_or_insert_with(|| Authenticator {
        aaguid: Bytes::default(),
        sign_count: 0,
        clone_warning: false,
    });
    let counts = signed.sign_count != 0 || known.sign_count != 0;
    let went_back = counts && signed.sign_count <= known.sign_count;
    if went_back {
        known.clone_warning = true;
    } else {
        known.sign_count = signed.sign_count;
    }
    // What the owner did this time is no property of the key.
    key.flags = Some(KeyFlags { backup_state: said.backup_state, ..flags.unwrap_or(said) });
    let is_new = key.flags != flags || key.authenticator != before;
    Some(match (went_back, is_new) {
        (true, _) => Wear::Copied,
        (false, true) => Wear::Used,
        (false, false) => Wear::None,
    })
}

const fn kept(flags: Flags) -> KeyFlags {
    KeyFlags {
        user_present: flags.user_present(),
        user_verified: flags.user_verified(),
        backup_eligible: flags.backup_eligible(),
        backup_state: flags.backup_state(),
    }
}
