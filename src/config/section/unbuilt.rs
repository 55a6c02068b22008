//! Methods that this version does not run yet: their settings are held against the rules all the same, so that a
//! file that is accepted today stays accepted.

use super::Scope;

/// Checks what the table cannot say about these methods (03 §1.2).
pub(super) fn check(methods: &Scope<'_>) {
    for name in ["webauthn", "passkey"] {
        let method = methods.at(name);
        if method.at("enabled").flag() {
            relying_party(&method);
        }
    }
    let origins = methods.at("webauthn.config.rp.origins");
    if methods.at("webauthn.config.rp.origin").exists() && origins.exists() {
        origins.problem("cannot be used together with origin");
    }
}

fn relying_party(method: &Scope<'_>) {
    for name in ["id", "display_name"] {
        let key = method.at("config.rp").at(name);
        if !key.exists() {
            key.problem_because_of(
                &method.at("enabled"),
                "is required when the method is enabled, and missing",
            );
        }
    }
}
