//! What letters are made of, and how they leave.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    BuildError, Outside, Runtime,
    fetch::{LARGEST_TEXT, program, text},
};
use crate::{
    config::{Config, MailChannel, RequestAuth, RequestSettings, Smtp, TemplateSource},
    courier::{
        Channels, Converted, Dispatch, GoFile, HttpOutlet, Outlet, Override, OverrideFile, Overrides, Part,
        SmtpConfig, SmtpMailer, SmtpSettings, Templates, convert_files, is_go, read_overrides,
    },
    net::{Credentials, PlanError, PrivateRanges, RequestPlan, Trust},
    outbox::TemplateType,
};

/// A mail server that takes longer than this has not answered (03 §7.6).
const PATIENCE: Duration = Duration::from_secs(10);

/// Compiles all templates with the operator's overrides; reports the problems of all of them.
pub async fn templates(config: &Config, outside: &Outside) -> Result<Templates, Vec<BuildError>> {
    let mut problems = Vec::new();
    let mut overrides = Overrides::default();
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
    for source in &config.courier.templates {
        match fetch(source, outside).await {
            Ok(own) => {
                overrides.sources.extend(own.sources);
                overrides.files.extend(own.files);
            }
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Templates::compile(&overrides).map_err(|found| {
        found.iter().map(|problem| BuildError::new("courier.templates", problem.to_string())).collect()
    })
}

/// Fetches one overridden part; nothing for templates of flows that are not built yet. A Go template is
/// converted; what it defines becomes files beside it.
async fn fetch(own: &TemplateSource, outside: &Outside) -> Result<Overrides, Vec<BuildError>> {
    let key = format!("courier.templates.{}.{}", own.template, own.part);
    let name = own.template.replace('.', "_");
    let (Some(template), Some(part)) = (TemplateType::parse(&name), part(own.part)) else {
        return Ok(Overrides::default());
    };
    let fetched = text(own.source.as_str(), LARGEST_TEXT, outside).await;
    let text = fetched.map_err(|what| vec![BuildError::new(&key, what)])?;
    let (address, source_name) = (own.source.as_str(), own.source.to_string());
    let is_go = address.ends_with(".gotmpl") || (!address.ends_with(".hbs") && is_go(&text));
    if !is_go {
        let lines = Vec::new();
        let sources = vec![Override { template, part, source_name, text, lines }];
        return Ok(Overrides { sources, files: Vec::new() });
    }
    let file = GoFile { stem: part.file_stem().to_owned(), source_name, text };
    let converted = convert_files(template, &[file]).map_err(|found| {
        found.iter().map(|problem| BuildError::new(&key, problem.to_string())).collect::<Vec<_>>()
    })?;
    let mut overrides = Overrides::default();
    for one in converted {
        if one.stem == part.file_stem() {
            let Converted { source_name, text, lines, .. } = one;
            overrides.sources.push(Override { template, part, source_name, text, lines });
        } else {
            overrides.files.push(OverrideFile::converted(template, one));
        }
    }
    Ok(overrides)
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
    let body =
        program(&format!("{key}.body"), request.body.as_ref(), outside).await.map_err(|error| vec![error])?;
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
