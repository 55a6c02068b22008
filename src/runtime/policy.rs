//! From the words of the configuration to the policies that flows follow.

use std::collections::BTreeMap;

use url::Url;

use super::authenticators;
use crate::{
    config::{After, Config, PageUrl, RequiredAal as Configured, ReturnRule},
    flow::{
        AllowedUrl, CodePolicy, FlowKind, Leaving, LinkPolicy, LoginPolicy, LoginStyle, OidcPolicy, Policy,
        Proof, ProviderOffer, RecoveryPolicy, RecoveryWay, RegistrationPolicy, RegistrationStyle,
        ReturnPolicy, Returns, SettingsPolicy, TotpPolicy, VerificationPolicy,
    },
    identity::MethodId,
    session::RequiredAal,
};

/// What the operator decided about flows.
pub fn policy(config: &Config) -> Policy {
    let base = &config.serve.public.base_url;
    let flows = &config.selfservice;
    let page = |url: &PageUrl| url.against(base).to_string();
    let by = flows.verification.proof;
    Policy {
        public_url: base.as_str().trim_end_matches('/').to_owned(),
        returns: returns(config, base),
        login: login(config, base),
        registration: registration(config, base),
        verification: VerificationPolicy {
            enabled: flows.verification.enabled,
            by,
            method_enabled: match by {
                Proof::Code => config.methods.code.enabled,
                Proof::Link => config.methods.link.enabled,
            },
            ui: written(&flows.verification.flow.ui_url, base),
            lifespan: flows.verification.flow.lifespan,
            notify_unknown: flows.verification.notify_unknown_recipients,
            sms: config.courier.sms.is_some(),
        },
        recovery: recovery(config, base),
        settings: settings(config, base),
        code: CodePolicy {
            lifespan: config.methods.code.lifespan,
            max_submissions: config.methods.code.max_submissions.into(),
            passwordless: config.methods.code.passwordless,
            second_factor: config.methods.code.second_factor,
            choose_address: config.features.choose_login_address,
            fallback: config.methods.code.fallback,
        },
        link: LinkPolicy { lifespan: config.methods.link.lifespan },
        oidc: oidc(config),
        hide_accounts: config.security.hide_accounts,
        profile_enabled: config.methods.profile,
        password_enabled: config.methods.password.enabled,
        code_enabled: config.methods.code.enabled,
        link_enabled: config.methods.link.enabled,
        totp: totp(config, base),
        lookup_enabled: config.methods.lookup,
        webauthn: authenticators::security_keys(config, base),
        passkey: authenticators::passkeys(config, base),
        session_lifespan: config.session.lifespan,
        error_ui: page(&flows.error_ui),
        clear_browser_data: flows.logout.clear_browser_data,
    }
}

fn login(config: &Config, base: &Url) -> LoginPolicy {
    let settings = &config.selfservice.login;
    LoginPolicy {
        ui: written(&settings.flow.ui_url, base),
        lifespan: settings.flow.lifespan,
        style: match settings.identifier_first {
            true => LoginStyle::IdentifierFirst,
            false => LoginStyle::Unified,
        },
        legacy_verified_error: config.features.legacy_verified_login_error,
    }
}

fn registration(config: &Config, base: &Url) -> RegistrationPolicy {
    let settings = &config.selfservice.registration;
    RegistrationPolicy {
        enabled: settings.enabled,
        ui: written(&settings.flow.ui_url, base),
        lifespan: settings.flow.lifespan,
        style: match settings.profile_first {
            true => RegistrationStyle::ProfileFirst,
            false => RegistrationStyle::Unified,
        },
        login_hints: settings.login_hints,
        legacy_continue_with: config.features.legacy_verification_ui,
    }
}

fn totp(config: &Config, base: &Url) -> TotpPolicy {
    let settings = &config.methods.totp;
    let host = || base.host_str().unwrap_or_default().to_owned();
    TotpPolicy { enabled: settings.enabled, issuer: settings.issuer.clone().unwrap_or_else(host) }
}

fn oidc(config: &Config) -> OidcPolicy {
    let settings = &config.methods.oidc;
    let built = settings.providers.iter().filter(|provider| provider.kind.is_built());
    let offers = built.map(|provider| ProviderOffer {
        id: provider.id.clone(),
        label: provider.label.clone(),
        is_reserved: provider.is_reserved,
    });
    OidcPolicy {
        enabled: settings.enabled,
        offers: offers.collect(),
        legacy_group: config.features.legacy_oidc_group,
    }
}

fn recovery(config: &Config, base: &Url) -> RecoveryPolicy {
    let settings = &config.selfservice.recovery;
    RecoveryPolicy {
        enabled: settings.enabled,
        method_enabled: match settings.proof {
            Proof::Code => config.methods.code.enabled,
            Proof::Link => config.methods.link.enabled,
        },
        way: match settings.proof {
            Proof::Code if config.features.choose_recovery_address => RecoveryWay::Chosen,
            Proof::Code => RecoveryWay::Code,
            Proof::Link => RecoveryWay::Link,
        },
        ui: written(&settings.flow.ui_url, base),
        lifespan: settings.flow.lifespan,
        notify_unknown: settings.notify_unknown_recipients,
        transitions: config.features.continue_with_transitions,
    }
}

fn settings(config: &Config, base: &Url) -> SettingsPolicy {
    let settings = &config.selfservice.settings;
    SettingsPolicy {
        ui: written(&settings.flow.ui_url, base),
        lifespan: settings.flow.lifespan,
        privileged_for: settings.privileged_for,
        required_aal: required(settings.required_aal),
    }
}

/// What a session must have shown.
pub const fn required(configured: Configured) -> RequiredAal {
    match configured {
        Configured::Aal1 => RequiredAal::Aal1,
        Configured::HighestAvailable => RequiredAal::HighestAvailable,
    }
}

/// A page as it was written, or completed by the public base URL when it is a path: printing a parsed URL
/// would add a slash here and there, and clients compare.
fn written(page: &PageUrl, base: &Url) -> String {
    if page.as_str().starts_with('/') { page.against(base).to_string() } else { page.as_str().to_owned() }
}

fn returns(config: &Config, base: &Url) -> Returns {
    let flows = &config.selfservice;
    let default = &flows.default_return_url;
    let allowed = flows.allowed_return_urls.iter().filter_map(|rule| AllowedUrl::parse(&spelled(rule)).ok());
    let policy = ReturnPolicy::new(default.against(base), allowed.collect(), base);
    let mut defaults = BTreeMap::new();
    put(&mut defaults, Leaving::Flow(FlowKind::Login), &flows.login.flow.after, base);
    put(&mut defaults, Leaving::Flow(FlowKind::Registration), &flows.registration.flow.after, base);
    put(&mut defaults, Leaving::Flow(FlowKind::Verification), &flows.verification.flow.after, base);
    put(&mut defaults, Leaving::Flow(FlowKind::Recovery), &flows.recovery.flow.after, base);
    put(&mut defaults, Leaving::Flow(FlowKind::Settings), &flows.settings.flow.after, base);
    if let Some(url) = &flows.logout.return_url {
        defaults.insert((Leaving::Logout, None), written(url, base));
    }
    Returns { allowed: policy, default: written(default, base), defaults }
}

fn put(
    defaults: &mut BTreeMap<(Leaving, Option<MethodId>), String>,
    from: Leaving,
    after: &After,
    base: &Url,
) {
    if let Some(url) = &after.return_url {
        defaults.insert((from, None), written(url, base));
    }
    for (method, own) in &after.methods {
        if let Some(url) = &own.return_url {
            defaults.insert((from, Some(*method)), written(url, base));
        }
    }
}

fn spelled(rule: &ReturnRule) -> String {
    let star = if rule.is_wildcard { "*" } else { "" };
    format!("{}://{star}{}{}", rule.scheme, rule.host, rule.path_prefix)
}
