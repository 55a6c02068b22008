//! `selfservice.methods`.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("selfservice.methods.profile.enabled", "Whether people may change their traits."),
    ("selfservice.methods.link.enabled", "Whether addresses can be proven by links."),
    ("selfservice.methods.link.config.lifespan", "How long a link works."),
    ("selfservice.methods.link.config.base_url", "The beginning of links, which is serve.public.base_url."),
    ("selfservice.methods.code.enabled", "Whether addresses can be proven by codes."),
    ("selfservice.methods.code.passwordless_enabled", "Whether a code is enough to sign up and in."),
    (
        "selfservice.methods.code.mfa_enabled",
        "Whether a code is a second factor; not together with passwordless_enabled.",
    ),
    (
        "selfservice.methods.code.passwordless_login_fallback_enabled",
        "The old name of config.missing_credential_fallback_enabled.",
    ),
    ("selfservice.methods.code.config.lifespan", "How long a code works."),
    ("selfservice.methods.code.config.max_submissions", "How many wrong codes end a flow."),
    (
        "selfservice.methods.code.config.missing_credential_fallback_enabled",
        "Whether those without a code credential may sign in by a code to the e-mail address that they typed.",
    ),
    ("selfservice.methods.password.enabled", "Whether people may have passwords."),
    (
        "selfservice.methods.password.config.min_password_length",
        "The least number of characters of a new password.",
    ),
    (
        "selfservice.methods.password.config.haveibeenpwned_enabled",
        "Whether new passwords are looked up among breached ones, by the first digits of their hash.",
    ),
    ("selfservice.methods.password.config.haveibeenpwned_host", "Where they are looked up; always by HTTPS."),
    ("selfservice.methods.password.config.max_breaches", "How many breaches of a password are tolerated."),
    (
        "selfservice.methods.password.config.ignore_network_errors",
        "Whether a password is accepted when that service does not answer.",
    ),
    (
        "selfservice.methods.password.config.identifier_similarity_check_enabled",
        "Whether passwords that resemble the identifier are refused.",
    ),
    (
        "selfservice.methods.password.config.migrate_hook.enabled",
        "Whether another service is asked about passwords of accounts that were moved here.",
    ),
    (
        "selfservice.methods.password.config.migrate_hook.config.emit_analytics_event",
        "Whether those calls carry the id of what caused them.",
    ),
    ("selfservice.methods.totp.enabled", "Whether authenticator apps are a second factor."),
    (
        "selfservice.methods.totp.config.issuer",
        "The name that authenticator apps show; by default the public host.",
    ),
    ("selfservice.methods.lookup_secret.enabled", "Whether backup codes are a second factor."),
    ("selfservice.methods.webauthn.enabled", "Whether security keys can be used."),
    (
        "selfservice.methods.webauthn.config.passwordless",
        "Whether a security key is a first factor instead of a second one.",
    ),
    (
        "selfservice.methods.{webauthn,passkey}.config.rp.display_name",
        "The name that browsers show when they ask for a key.",
    ),
    (
        "selfservice.methods.{webauthn,passkey}.config.rp.id",
        "The domain that keys belong to; with another one, no stored key works.",
    ),
    (
        "selfservice.methods.webauthn.config.rp.origin",
        "The one origin that may use keys; origins is the list that counts.",
    ),
    (
        "selfservice.methods.webauthn.config.rp.origins",
        "The origins that may use keys; by default the public scheme with the id.",
    ),
    ("selfservice.methods.webauthn.config.rp.icon", "A picture that browsers no longer show."),
    ("selfservice.methods.passkey.enabled", "Whether passkeys can be used to sign up and in."),
    (
        "selfservice.methods.passkey.config.rp.origins",
        "The origins that may use passkeys; by default the public scheme with the id.",
    ),
    (
        "selfservice.methods.passkey.config.authenticator_selection.attachment",
        "Whether only keys of the device, or only others, are taken; by default both are.",
    ),
    (
        "selfservice.methods.passkey.config.authenticator_selection.resident_key",
        "Whether a passkey has to be one that knows its account.",
    ),
    (
        "selfservice.methods.passkey.config.authenticator_selection.user_verification",
        "Whether a PIN, a fingerprint or the like is asked for.",
    ),
    (
        "selfservice.methods.passkey.config.attestation.preference",
        "Whether authenticators are asked to say what they are.",
    ),
    (
        "selfservice.methods.passkey.config.timeouts.{registration,login}",
        "How long a browser waits for its user.",
    ),
    ("selfservice.methods.oidc.enabled", "Whether people can sign in by other services."),
    (
        "selfservice.methods.oidc.config.base_redirect_uri",
        "The URL that those services send people back to; by default the public one.",
    ),
    ("selfservice.methods.oidc.config.providers", "Those services."),
    (
        "selfservice.methods.oidc.config.providers.*.id",
        "The name of the service in URLs and stored credentials; never change it.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.provider",
        "Which service it is, or generic for any that speaks OpenID Connect.",
    ),
    ("selfservice.methods.oidc.config.providers.*.label", "What its button says; by default its id."),
    ("selfservice.methods.oidc.config.providers.*.client_id", "Who we are to the service."),
    ("selfservice.methods.oidc.config.providers.*.client_secret", "How we prove it."),
    (
        "selfservice.methods.oidc.config.providers.*.issuer_url",
        "Who signs its tokens; discovery starts there.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.auth_url",
        "Where people sign in, for services without discovery.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.token_url",
        "Where tokens are asked for, for services without discovery.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.mapper_url",
        "The Jsonnet that makes an identity of its claims.",
    ),
    ("selfservice.methods.oidc.config.providers.*.scope", "What it is asked to tell."),
    (
        "selfservice.methods.oidc.config.providers.*.microsoft_tenant",
        "The tenant, or common, organizations or consumers; for microsoft only.",
    ),
    ("selfservice.methods.oidc.config.providers.*.subject_source", "Which id of Microsoft names a person."),
    (
        "selfservice.methods.oidc.config.providers.*.apple_team_id",
        "The team of the developer account; for apple only.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.apple_private_key_id",
        "The id of the key that signs; for apple only.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.apple_private_key",
        "The key that signs, PEM; for apple only.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.requested_claims.{userinfo,id_token}",
        "Claims that are asked for one by one.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.organization_id",
        "The organisation of the vendor's product that it serves.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.additional_id_token_audiences",
        "Who else a token that an app brings may be meant for.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.{aal2_acr_values,aal2_amr_values}",
        "What the service says when it has seen a second factor.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.claims_source",
        "Whether claims come from the token or from the userinfo endpoint.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.pkce",
        "Whether the code that comes back is bound to whom it was given.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.fedcm_config_url",
        "Where browsers look for the service by themselves, in the vendor's product.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.net_id_token_origin_header",
        "The origin that is told to netID.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.account_linking_mode",
        "Whether an account with the same address is linked by itself.",
    ),
    (
        "selfservice.methods.oidc.config.providers.*.update_identity_on_login",
        "Whether each sign-in brings the identity up to date.",
    ),
    ("selfservice.methods.b2b.config.organizations", "Organisations of the vendor's product."),
    ("selfservice.methods.b2b.config.organizations.*.{id,label}", "The id or the name of an organisation."),
    ("selfservice.methods.b2b.config.organizations.*.domains", "The mail domains of an organisation."),
    (
        "selfservice.methods.b2b.config.organizations.*.session_lifespan",
        "How long sessions of an organisation live.",
    ),
];
