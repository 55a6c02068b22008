//! `courier`: how letters leave.

use std::{path::PathBuf, time::Duration};

use url::Url;

use super::{RequestSettings, Scope, Source};
use crate::kernel::Secret;

/// How letters leave.
#[derive(Debug, Clone)]
pub struct CourierSettings {
    /// How mail leaves; `None` when it stays where it is.
    pub mail: Option<MailChannel>,
    /// How SMS leave; `None` when there is no such channel.
    pub sms: Option<RequestSettings>,
    /// Tries after the first one.
    pub retries: u32,
    /// Letters taken at once.
    pub pull_count: u32,
    /// How long the courier rests when there is nothing to do.
    pub pull_wait: Duration,
    /// Where an operator's own templates are.
    pub template_folder: Option<PathBuf>,
    /// Templates that are loaded from elsewhere.
    pub templates: Vec<TemplateSource>,
}

/// How mail leaves.
#[derive(Debug, Clone)]
pub enum MailChannel {
    /// By a mail server.
    Smtp(Box<Smtp>),
    /// By a request to a service.
    Http(Box<RequestSettings>),
}

/// A mail server, and what our letters say of themselves.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Where it is, with user, password and parameters.
    pub connection_uri: Secret<String>,
    /// Whether TLS starts with the connection (`smtps`) or within it.
    pub implicit_tls: bool,
    /// The address letters come from.
    pub from_address: String,
    /// The name they come from.
    pub from_name: Option<String>,
    /// Additional headers.
    pub headers: Vec<(String, Secret<String>)>,
    /// How we name ourselves to the server.
    pub local_name: String,
    /// Files with a certificate and its key, to prove ourselves to the server.
    pub client_cert: Option<(PathBuf, PathBuf)>,
}

/// A part of a template that is loaded from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSource {
    /// The template's name with its variant: `verification_code.valid`.
    pub template: String,
    /// Which part: `email.subject`, `email.body.html`, `email.body.plaintext` or `sms.body.plaintext`.
    pub part: &'static str,
    /// Where it is.
    pub source: Source,
}

impl CourierSettings {
    pub(in crate::config) fn read(root: &Scope<'_>, public: &Url) -> Self {
        let scope = root.at("courier");
        Self {
            mail: mail(&scope, public),
            sms: sms(&scope.at("channels")),
            retries: scope.at("message_retries").whole().unwrap_or_default(),
            pull_count: scope.at("worker.pull_count").whole().unwrap_or(10),
            pull_wait: scope.at("worker.pull_wait").span().unwrap_or_default(),
            template_folder: scope.at("template_override_path").text().map(PathBuf::from),
            templates: templates(&scope.at("templates")),
        }
    }
}

fn mail(scope: &Scope<'_>, public: &Url) -> Option<MailChannel> {
    let strategy = scope.at("delivery_strategy");
    if strategy.text().as_deref() != Some("http") {
        return smtp(&scope.at("smtp"), public).map(|smtp| MailChannel::Smtp(Box::new(smtp)));
    }
    let request = scope.at("http.request_config");
    if !request.exists() {
        request.problem_because_of(&strategy, "is required with this delivery_strategy and missing");
    }
    RequestSettings::read(&request).map(|request| MailChannel::Http(Box::new(request)))
}

fn smtp(scope: &Scope<'_>, public: &Url) -> Option<Smtp> {
    let uri = scope.at("connection_uri");
    let connection_uri = uri.secret()?;
    let implicit_tls = connection_uri.expose().starts_with("smtps://");
    Some(Smtp {
        implicit_tls,
        connection_uri,
        from_address: from_address(scope, public),
        from_name: scope.at("from_name").filled(),
        headers: scope.at("headers").pairs(),
        local_name: scope.at("local_name").text().unwrap_or_default(),
        client_cert: client_cert(scope),
    })
}

/// The address letters come from. The default of Kratos is an address of its vendor, which nobody else may send
/// from; ours is one at the host that people know.
fn from_address(scope: &Scope<'_>, public: &Url) -> String {
    let key = scope.at("from_address");
    if let Some(address) = key.text() {
        return address;
    }
    let host = match public.host() {
        Some(url::Host::Domain(domain)) => domain,
        _ => "localhost",
    };
    let address = format!("no-reply@{host}");
    key.warn(
        format!("is not set, letters come from {address}"),
        "set it to an address that you may send from",
    );
    address
}

fn client_cert(scope: &Scope<'_>) -> Option<(PathBuf, PathBuf)> {
    let (cert, key) = (scope.at("client_cert_path"), scope.at("client_key_path"));
    match (cert.filled(), key.filled()) {
        (Some(cert), Some(key)) => Some((PathBuf::from(cert), PathBuf::from(key))),
        (Some(_), None) => {
            key.problem_because_of(&cert, "is missing, while the certificate is given");
            None
        }
        (None, Some(_)) => {
            cert.problem_because_of(&key, "is missing, while the private key is given");
            None
        }
        (None, None) => None,
    }
}

fn sms(channels: &Scope<'_>) -> Option<RequestSettings> {
    let mut first = None;
    for channel in channels.items() {
        if first.is_some() {
            channel.at("id").problem("is the id of an earlier channel");
            continue;
        }
        first = RequestSettings::read(&channel.at("request_config"));
    }
    first
}

fn templates(scope: &Scope<'_>) -> Vec<TemplateSource> {
    const MAIL: [&str; 3] = ["email.subject", "email.body.html", "email.body.plaintext"];
    const SMS: &str = "sms.body.plaintext";
    let mut found = Vec::new();
    let mut collect = |template: &str, part: &'static str| {
        let source = Source::read(&scope.at(template).at(part));
        found.extend(source.map(|source| TemplateSource { template: template.to_owned(), part, source }));
    };
    for template in ["recovery", "recovery_code", "verification", "verification_code"] {
        MAIL.iter().for_each(|part| collect(&format!("{template}.invalid"), part));
    }
    let proofs = ["recovery", "recovery_code", "verification", "verification_code"];
    for template in proofs.iter().chain(&["registration_code", "login_code"]) {
        MAIL.iter().for_each(|part| collect(&format!("{template}.valid"), part));
        collect(&format!("{template}.valid"), SMS);
    }
    MAIL.iter().for_each(|part| collect("verifiable_address_changed", part));
    collect("verifiable_address_changed", SMS);
    found
}
