//! What letters are made of, and how they leave.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{BuildError, Outside, Runtime};
use crate::{
    config::{self, Config, MailChannel, RequestAuth, RequestSettings, Smtp, TemplateSource},
    courier::{
        Channels, Dispatch, HttpOutlet, Outlet, Override, Overrides, Part, SmtpConfig, SmtpMailer,
        SmtpSettings, Templates, read_overrides,
    },
    jsonnet::Snippet,
    net::{Credentials, PlanError, PrivateRanges, RequestPlan, Source, Trust},
    outbox::TemplateType,
};

/// A template or program larger than this is refused (03 §8.6).
const LARGEST: usize = 256 * 1024;

/// A mail server that takes longer than this has not answered (03 §7.6).
const PATIENCE: Duration = Duration::from_secs(10);

/// Compiles all templates with the operator's overrides; reports the problems of all of them.
pub async fn templates(config: &Config, outside: &Outside) -> Result<Templates, Vec<BuildError>> {
    let mut problems = Vec::new();
    let mut overrides = Overrides::default();
    for source in &config.courier.templates {
        match fetch(source, outside).await {
            Ok(Some(own)) => overrides.sources.push(own),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    if let Some(folder) = &config.courier.template_folder {
        match read_overrides(folder).await {
            Ok((files, warnings)) => {
                for warning in warnings {
                    tracing::warn!("{warning}");
                }
                overrides.files = files;
            }
            Err(found) => problems.extend(
                found.iter().map(|one| BuildError::new("courier.template_override_path", one.to_string())),
            ),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Templates::compile(&overrides).map_err(|found| {
        found.iter().map(|problem| BuildError::new("courier.templates", problem.to_string())).collect()
    })
}

/// Fetches one overridden part; `None` for templates of flows that are not built yet.
async fn fetch(own: &TemplateSource, outside: &Outside) -> Result<Option<Override>, BuildError> {
    let key = format!("courier.templates.{}.{}", own.template, own.part);
    let name = own.template.replace('.', "_");
    let (Some(template), Some(part)) = (TemplateType::parse(&name), part(own.part)) else { return Ok(None) };
    let text = text(&key, &own.source, outside).await?;
    Ok(Some(Override { template, part, source_name: own.source.to_string(), text }))
}

fn part(name: &str) -> Option<Part> {
    match name {
        "email.subject" => Some(Part::Subject),
        "email.body.html" => Some(Part::Html),
        "email.body.plaintext" => Some(Part::Text),
        "sms.body.plaintext" => Some(Part::Sms),
        _ => None,
    }
}

/// How letters leave under a snapshot. Fetches the programs that make bodies.
///
/// # Errors
/// Everything that is wrong with the settings of the mail server or of a service.
pub async fn dispatch(runtime: &Runtime, outside: &Outside) -> Result<Dispatch, Vec<BuildError>> {
    let courier = &runtime.config.courier;
    let stays = || runtime.config.inbox.then_some(Outlet::Inbox);
    let email = match &courier.mail {
        Some(MailChannel::Smtp(smtp)) => Some(Outlet::Smtp(Box::new(mailer(smtp, runtime, &outside.trust)?))),
        Some(MailChannel::Http(request)) => {
            Some(service("courier.http.request_config", request, outside).await?)
        }
        None => stays(),
    };
    let sms = match &courier.sms {
        Some(request) => Some(service("courier.channels.0.request_config", request, outside).await?),
        None => stays(),
    };
    Ok(Dispatch {
        templates: Arc::clone(&runtime.templates),
        channels: Channels { email, sms },
        message_retries: courier.retries,
        pull_count: courier.pull_count,
        pull_wait: courier.pull_wait,
    })
}

async fn service(key: &str, request: &RequestSettings, outside: &Outside) -> Result<Outlet, Vec<BuildError>> {
    let plan = plan(request).map_err(|error| vec![BuildError::new(key, error.to_string())])?;
    let body = match &request.body {
        Some(body) => {
            Some(snippet(&format!("{key}.body"), body, outside).await.map_err(|error| vec![error])?)
        }
        None => None,
    };
    Ok(Outlet::Http(Box::new(HttpOutlet { client: outside.http.clone(), plan, body })))
}

/// A configured request, without its body.
pub(super) fn plan(request: &RequestSettings) -> Result<RequestPlan, PlanError> {
    let credentials = request.auth.as_ref().map(|auth| match auth {
        RequestAuth::Header { name, value } => Credentials::Header(name, value),
        RequestAuth::Cookie { name, value } => Credentials::Cookie(name, value),
        RequestAuth::Basic { user, password } => Credentials::Basic(user, password),
    });
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value));
    RequestPlan::new(&request.method, request.url.clone(), headers, credentials.as_ref())
}

/// A program that is a function of `ctx`.
pub(super) async fn snippet(
    key: &str,
    source: &config::Source,
    outside: &Outside,
) -> Result<Snippet, BuildError> {
    let text = text(key, source, outside).await?;
    Ok(Snippet { jsonnet: outside.jsonnet.clone(), source: source.to_string(), text })
}

/// The text of a source.
async fn text(key: &str, source: &config::Source, outside: &Outside) -> Result<String, BuildError> {
    let broken = |what: String| BuildError::new(key, what);
    let parsed = Source::parse(source.as_str()).map_err(|error| broken(error.to_string()))?;
    let bytes = parsed.load(&outside.http, LARGEST).await.map_err(|error| broken(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| broken("it is not UTF-8 text".to_owned()))
}

fn mailer(smtp: &Smtp, runtime: &Runtime, trust: &Trust) -> Result<SmtpMailer, Vec<BuildError>> {
    let paths = |which: fn(&(PathBuf, PathBuf)) -> &PathBuf| smtp.client_cert.as_ref().map(which).cloned();
    let settings = SmtpSettings {
        connection_uri: smtp.connection_uri.clone(),
        from_address: smtp.from_address.clone(),
        from_name: smtp.from_name.clone(),
        local_name: smtp.local_name.clone(),
        headers: smtp.headers.iter().map(|(name, value)| (name.clone(), value.expose().clone())).collect(),
        client_cert_path: paths(|(cert, _)| cert),
        client_key_path: paths(|(_, key)| key),
        private_ranges: match runtime.config.clients.smtp_forbids_private {
            true => PrivateRanges::Refused,
            false => PrivateRanges::Allowed,
        },
        patience: PATIENCE,
    };
    let broken = |what: String| BuildError::new("courier.smtp", what);
    let config = SmtpConfig::parse(&settings)
        .map_err(|found| found.iter().map(|problem| broken(problem.to_string())).collect::<Vec<_>>())?;
    SmtpMailer::build(config, trust).map_err(|problem| vec![broken(problem.to_string())])
}
