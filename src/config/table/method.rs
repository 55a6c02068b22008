//! Rows of `selfservice.methods`.

use super::{
    provider::PROVIDER,
    request::REQUEST,
    row::{Kind, Row, key},
};

const WANTED: Kind = Kind::OneOf(&["required", "preferred", "discouraged"]);

pub(super) const ROWS: &[Row] = &[
    key("selfservice.methods.profile.enabled", Kind::Bool).or("true"),
    key("selfservice.methods.link.enabled", Kind::Bool).or("false"),
    key("selfservice.methods.link.config", Kind::OpenSection),
    key("selfservice.methods.link.config.lifespan", Kind::LongDuration).or("1h"),
    key("selfservice.methods.link.config.base_url", Kind::Uri)
        .inert("links start with serve.public.base_url"),
    key("selfservice.methods.code", Kind::OpenSection),
    key("selfservice.methods.code.enabled", Kind::Bool).or("true"),
    key("selfservice.methods.code.{passwordless_enabled,mfa_enabled}", Kind::Bool).or("false"),
    key("selfservice.methods.code.passwordless_login_fallback_enabled", Kind::Bool)
        .or("false")
        .deprecated("selfservice.methods.code.config.missing_credential_fallback_enabled"),
    key("selfservice.methods.code.config", Kind::OpenSection),
    key("selfservice.methods.code.config.lifespan", Kind::LongDuration).or("1h"),
    key("selfservice.methods.code.config.max_submissions", Kind::Whole { min: 1, max: 255 }).or("5"),
    key("selfservice.methods.code.config.missing_credential_fallback_enabled", Kind::Bool).or("false"),
    key("selfservice.methods.password.enabled", Kind::Bool).or("true"),
    key("selfservice.methods.password.config.min_password_length", Kind::Whole { min: 6, max: 1024 }).or("8"),
    key("selfservice.methods.password.config.haveibeenpwned_enabled", Kind::Bool).or("true"),
    key("selfservice.methods.password.config.haveibeenpwned_host", Kind::Name).or("api.pwnedpasswords.com"),
    key("selfservice.methods.password.config.max_breaches", Kind::Whole { min: 0, max: 100 }).or("0"),
    key("selfservice.methods.password.config.ignore_network_errors", Kind::Bool).or("true"),
    key("selfservice.methods.password.config.identifier_similarity_check_enabled", Kind::Bool).or("true"),
    key("selfservice.methods.password.config.migrate_hook.enabled", Kind::Bool).or("false"),
    key("selfservice.methods.password.config.migrate_hook.config", Kind::Group(REQUEST)),
    key("selfservice.methods.password.config.migrate_hook.config.method", Kind::OneOf(&["POST"])).or("POST"),
    key("selfservice.methods.password.config.migrate_hook.config.emit_analytics_event", Kind::Bool)
        .or("true"),
    key("selfservice.methods.totp.enabled", Kind::Bool).or("false"),
    key("selfservice.methods.totp.config.issuer", Kind::Text),
    key("selfservice.methods.lookup_secret.enabled", Kind::Bool).or("false"),
    key("selfservice.methods.webauthn.enabled", Kind::Bool).or("false"),
    key("selfservice.methods.webauthn.config.passwordless", Kind::Bool).or("false"),
    key("selfservice.methods.{webauthn,passkey}.config.rp", Kind::OpenSection),
    key("selfservice.methods.{webauthn,passkey}.config.rp.{display_name,id}", Kind::Name),
    key("selfservice.methods.webauthn.config.rp.origin", Kind::Uri)
        .deprecated("selfservice.methods.webauthn.config.rp.origins, a list"),
    key("selfservice.methods.webauthn.config.rp.origins", Kind::LIST),
    key("selfservice.methods.webauthn.config.rp.origins[]", Kind::Uri),
    key("selfservice.methods.webauthn.config.rp.icon", Kind::Uri).inert("browsers no longer show it"),
    key("selfservice.methods.passkey.enabled", Kind::Bool).or("false"),
    key("selfservice.methods.passkey.config.rp.origins", Kind::LIST),
    key("selfservice.methods.passkey.config.rp.origins[]", Kind::Name),
    key(
        "selfservice.methods.passkey.config.authenticator_selection.attachment",
        Kind::OneOf(&["platform", "cross-platform"]),
    ),
    key("selfservice.methods.passkey.config.authenticator_selection.resident_key", WANTED).or("required"),
    key("selfservice.methods.passkey.config.authenticator_selection.user_verification", WANTED)
        .or("preferred"),
    key(
        "selfservice.methods.passkey.config.attestation.preference",
        Kind::OneOf(&["none", "indirect", "direct", "enterprise"]),
    )
    .or("none"),
    key("selfservice.methods.passkey.config.timeouts.{registration,login}", Kind::LongDuration),
    key("selfservice.methods.oidc.enabled", Kind::Bool).or("false"),
    key("selfservice.methods.oidc.config.base_redirect_uri", Kind::Uri),
    key("selfservice.methods.oidc.config.providers", Kind::LIST),
    key("selfservice.methods.oidc.config.providers[]", Kind::Group(PROVIDER)),
    key("selfservice.methods.b2b.config.organizations", Kind::LIST).vendor(),
    key("selfservice.methods.b2b.config.organizations[]", Kind::OpenSection),
    key("selfservice.methods.b2b.config.organizations[].{id,label}", Kind::Text),
    key("selfservice.methods.b2b.config.organizations[].domains", Kind::LIST),
    key("selfservice.methods.b2b.config.organizations[].domains[]", Kind::Text),
    key("selfservice.methods.b2b.config.organizations[].session_lifespan", Kind::Duration),
];
