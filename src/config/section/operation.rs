//! `log`, `feature_flags`, `database` and our own operational settings.

use std::time::Duration;

use ipnet::IpNet;

use super::Scope;

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// What is logged.
    pub level: LogLevel,
    /// Whether lines are JSON.
    pub json: bool,
    /// Whether personal data and secrets are printed.
    pub leak_sensitive_values: bool,
    /// What stands in their place.
    pub redaction_text: Option<String>,
}

/// What is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Everything.
    Trace,
    /// What helps to find mistakes.
    Debug,
    /// What happens.
    Info,
    /// What should be looked at.
    Warn,
    /// What a person must act on.
    Error,
}

/// Switches between old and new behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// Whether flows are joined by `continue_with` instead of redirects.
    pub continue_with_transitions: bool,
    /// Whether people choose among the addresses of their account when they recover it.
    pub choose_recovery_address: bool,
    /// Whether people choose among them when they confirm who they are by a code.
    pub choose_login_address: bool,
    /// Whether a verification is always offered in `continue_with`.
    pub legacy_verification_ui: bool,
    /// Whether an unverified address is an error in the form.
    pub legacy_verified_login_error: bool,
    /// Whether a form that asks for what a provider did not tell has its fields in the part of providers.
    pub legacy_oidc_group: bool,
    /// Whether extending a session answers without the session.
    pub faster_session_extend: bool,
}

/// How much is cleaned up at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleanup {
    /// Rows per table and round.
    pub batch_size: u32,
    /// The rest between two tables.
    pub pause: Duration,
}

/// How long things stay after they have served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Flows after they expired.
    pub flows: Duration,
    /// Sessions after they expired or were revoked.
    pub sessions: Duration,
    /// Codes and links after they expired.
    pub codes: Duration,
    /// Letters after they were sent or given up.
    pub messages: Duration,
    /// Errors for the error page.
    pub errors: Duration,
    /// Rows of the audit trail.
    pub audit: Duration,
}

impl LogSettings {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("log");
        let level = match scope.at("level").text().as_deref() {
            Some("trace") => LogLevel::Trace,
            Some("debug") => LogLevel::Debug,
            Some("warning" | "warn") => LogLevel::Warn,
            Some("error" | "fatal" | "panic") => LogLevel::Error,
            _ => LogLevel::Info,
        };
        Self {
            level,
            json: scope.at("format").text().as_deref() == Some("json"),
            leak_sensitive_values: scope.at("leak_sensitive_values").flag(),
            redaction_text: scope.at("redaction_text").text(),
        }
    }
}

impl Features {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("feature_flags");
        Self {
            continue_with_transitions: scope.at("use_continue_with_transitions").flag(),
            choose_recovery_address: scope.at("choose_recovery_address").flag(),
            choose_login_address: scope.at("refresh_login_choose_address").flag(),
            legacy_verification_ui: scope.at("legacy_continue_with_verification_ui").flag(),
            legacy_verified_login_error: scope.at("legacy_require_verified_login_error").flag(),
            legacy_oidc_group: scope.at("legacy_oidc_registration_node_group").flag(),
            faster_session_extend: scope.at("faster_session_extend").flag(),
        }
    }
}

impl Cleanup {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("database.cleanup");
        Self {
            batch_size: scope.at("batch_size").whole().unwrap_or(100),
            pause: scope.at("sleep.tables").span().unwrap_or_default(),
        }
    }
}

impl Retention {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let span = |name: &str| root.at("zelos.retention").at(name).span().unwrap_or_default();
        Self {
            flows: span("flows"),
            sessions: span("sessions"),
            codes: span("codes"),
            messages: span("messages"),
            errors: span("errors"),
            audit: span("audit"),
        }
    }
}

/// The networks whose forwarding headers count.
pub(in crate::config) fn trusted_proxies(root: &Scope<'_>) -> Vec<IpNet> {
    let written = root.at("zelos.trusted_proxies").texts();
    let network = |text: &String| {
        text.parse::<IpNet>().ok().or_else(|| Some(IpNet::from(text.parse::<std::net::IpAddr>().ok()?)))
    };
    written.iter().filter_map(network).collect()
}

/// Whether the inbox for development is on.
pub(in crate::config) fn inbox(root: &Scope<'_>, dev: bool) -> bool {
    let scope = root.at("zelos.inbox.enabled");
    let wanted = scope.flag_if_written();
    // SECURITY: the inbox shows every code to whoever reaches the admin listener; `the_inbox_needs_dev` in
    // tests/config.
    if wanted == Some(true) && !dev {
        scope.problem_with_remedy("is for development only", "start with --dev, or remove it");
        return false;
    }
    wanted.unwrap_or(dev)
}
