//! The script that pages with security keys or passkeys load (01 §1.1, §7.4): it asks the browser and sends the
//! form.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha512};

/// The script.
pub const KEY_SCRIPT: &str = include_str!("key_script.js");

/// Where it is, below the public URL.
pub const KEY_SCRIPT_PATH: &str = "/.well-known/ory/webauthn.js";

/// The fingerprint by which browsers make sure that they run it and nothing else.
pub fn key_script_integrity() -> &'static str {
    static INTEGRITY: LazyLock<String> =
        LazyLock::new(|| format!("sha512-{}", STANDARD.encode(Sha512::digest(KEY_SCRIPT))));
    &INTEGRITY
}
