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
    let mut ids = std::collections::BTreeSet::new();
    for provider in methods.at("oidc.config.providers").items() {
        self::provider(&provider);
        let id = provider.at("id");
        if id.text().is_some_and(|id| !ids.insert(id)) {
            id.problem("is the id of an earlier provider");
        }
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

fn provider(scope: &Scope<'_>) {
    let kind = scope.at("provider");
    let is = |name: &str| kind.text().as_deref() == Some(name);
    let needs = |names: &[&str]| {
        for name in names {
            let key = scope.at(name);
            if key.filled().is_none() {
                key.problem_because_of(&kind, "is required for this provider and missing");
            }
        }
    };
    let forbids = |names: &[&str]| {
        for name in names {
            let key = scope.at(name);
            if key.filled().is_some() {
                key.problem("does not belong to this provider");
            }
        }
    };
    const APPLE: [&str; 3] = ["apple_team_id", "apple_private_key_id", "apple_private_key"];
    if is("apple") {
        needs(&APPLE);
        forbids(&["client_secret"]);
    } else if kind.exists() {
        needs(&["client_secret"]);
        forbids(&APPLE);
    }
    if is("microsoft") {
        needs(&["microsoft_tenant"]);
    } else if kind.exists() {
        forbids(&["microsoft_tenant"]);
    }
}
