//! `selfservice.methods`.

use super::{OidcSettings, PasskeySettings, RequestSettings, Scope, SecurityKeySettings};
use crate::{identity::MethodId, kernel::Lifespan};

/// The methods that this version runs. The others are checked, warned about when they are switched on, and
/// otherwise left alone.
#[derive(Debug, Clone)]
pub struct Methods {
    /// Whether people may change their traits.
    pub profile: bool,
    /// Passwords.
    pub password: PasswordSettings,
    /// One-time codes.
    pub code: CodeSettings,
    /// One-time links.
    pub link: LinkSettings,
    /// Social sign-in.
    pub oidc: OidcSettings,
    /// Authenticator apps.
    pub totp: TotpSettings,
    /// Whether there are backup codes.
    pub lookup: bool,
    /// Security keys.
    pub webauthn: SecurityKeySettings,
    /// Passkeys.
    pub passkey: PasskeySettings,
}

/// Authenticator apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpSettings {
    /// Whether they can be used.
    pub enabled: bool,
    /// What they show as the place that a key is for; the public host, unless it is set.
    pub issuer: Option<String>,
}

/// Passwords.
#[derive(Debug, Clone)]
pub struct PasswordSettings {
    /// Whether there are passwords.
    pub enabled: bool,
    /// The least number of code points.
    pub min_length: u16,
    /// Whether breached passwords are looked up.
    pub breach_check: bool,
    /// Where they are looked up; always by HTTPS.
    pub breach_host: String,
    /// A password that was breached more often is refused.
    pub max_breaches: u32,
    /// Whether the check is left out when the service does not answer.
    pub ignore_network_errors: bool,
    /// Whether passwords that resemble the identifier are refused.
    pub similarity_check: bool,
    /// Who knows the passwords of accounts that were moved here, when there is somebody to ask.
    pub migrate_hook: Option<Box<RequestSettings>>,
}

/// One-time codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSettings {
    /// Whether codes prove addresses.
    pub enabled: bool,
    /// Whether a code is enough to sign up and in.
    pub passwordless: bool,
    /// Whether a code is a second factor.
    pub second_factor: bool,
    /// How long a code lives.
    pub lifespan: Lifespan,
    /// Wrong tries before the flow ends.
    pub max_submissions: u8,
    /// Whether somebody without a code credential may sign in by a code to the identifier that they typed.
    pub fallback: bool,
}

/// One-time links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSettings {
    /// Whether links prove addresses.
    pub enabled: bool,
    /// How long a link lives.
    pub lifespan: Lifespan,
}

impl Methods {
    /// Whether a method is switched on, and runs in this version.
    pub fn is_enabled(&self, method: MethodId) -> bool {
        match method {
            MethodId::Profile => self.profile,
            MethodId::Password => self.password.enabled,
            MethodId::Code => self.code.enabled,
            MethodId::Link => self.link.enabled,
            MethodId::IdentifierFirst => true,
            MethodId::Oidc => self.oidc.enabled,
            MethodId::Saml => false,
            MethodId::Totp => self.totp.enabled,
            MethodId::Lookup => self.lookup,
            MethodId::Passkey => self.passkey.enabled,
            MethodId::Webauthn => self.webauthn.enabled,
        }
    }

    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("selfservice.methods");
        Self {
            profile: scope.at("profile.enabled").flag(),
            password: password(&scope.at("password")),
            code: code(&scope.at("code")),
            link: LinkSettings {
                enabled: scope.at("link.enabled").flag(),
                lifespan: scope.at("link.config.lifespan").span().unwrap_or_default(),
            },
            totp: TotpSettings {
                enabled: scope.at("totp.enabled").flag(),
                issuer: scope.at("totp.config.issuer").filled(),
            },
            lookup: scope.at("lookup_secret.enabled").flag(),
            oidc: OidcSettings::read(&scope),
            webauthn: SecurityKeySettings::read(&scope.at("webauthn")),
            passkey: PasskeySettings::read(&scope.at("passkey")),
        }
    }
}

fn password(scope: &Scope<'_>) -> PasswordSettings {
    let config = scope.at("config");
    let host = config.at("haveibeenpwned_host");
    let breach_host = host.text().unwrap_or_default();
    if breach_host.contains('/') || breach_host.contains('@') || breach_host.contains(char::is_whitespace) {
        host.problem_with_remedy("must be a host, with a port if need be", "leave out scheme and path");
    }
    PasswordSettings {
        enabled: scope.at("enabled").flag(),
        min_length: config.at("min_password_length").whole().unwrap_or(8),
        breach_check: config.at("haveibeenpwned_enabled").flag(),
        breach_host,
        max_breaches: config.at("max_breaches").whole().unwrap_or_default(),
        ignore_network_errors: config.at("ignore_network_errors").flag(),
        similarity_check: config.at("identifier_similarity_check_enabled").flag(),
        migrate_hook: migrate_hook(&config.at("migrate_hook")),
    }
}

fn migrate_hook(scope: &Scope<'_>) -> Option<Box<RequestSettings>> {
    let enabled = scope.at("enabled");
    if !enabled.flag() {
        return None;
    }
    let url = scope.at("config.url");
    if !url.exists() {
        url.problem_because_of(&enabled, "is required when the hook is enabled, and missing");
    }
    RequestSettings::read(&scope.at("config")).map(Box::new)
}

fn code(scope: &Scope<'_>) -> CodeSettings {
    let config = scope.at("config");
    let (passwordless, second_factor) =
        (scope.at("passwordless_enabled").flag(), scope.at("mfa_enabled").flag());
    if passwordless && second_factor {
        let reason =
            "cannot be used together with passwordless_enabled: a code is the first factor or the second";
        scope.at("mfa_enabled").problem(reason);
    }
    CodeSettings {
        enabled: scope.at("enabled").flag() || passwordless,
        passwordless,
        second_factor,
        lifespan: config.at("lifespan").span().unwrap_or_default(),
        max_submissions: config.at("max_submissions").whole().unwrap_or(5),
        fallback: config.at("missing_credential_fallback_enabled").flag()
            || scope.at("passwordless_login_fallback_enabled").flag(),
    }
}
