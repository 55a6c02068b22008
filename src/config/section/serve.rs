//! `serve`: the two listeners.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use super::{OriginRule, Scope};
use crate::{config::source::Environment, kernel::Secret};

/// The two listeners.
#[derive(Debug, Clone)]
pub struct Serve {
    /// For everybody.
    pub public: Listener,
    /// For operators and services of one's own.
    pub admin: Listener,
    /// Which other origins may call the public listener; `None` when none may.
    pub cors: Option<Cors>,
}

/// Where one listener listens and what it is called from outside.
#[derive(Debug, Clone)]
pub struct Listener {
    /// The URL that clients use; its path ends in a slash.
    pub base_url: Url,
    /// Where it listens.
    pub bind: Bind,
    /// Its certificate; `None` for plain HTTP.
    pub tls: Option<Tls>,
    /// Whether health checks are left out of the access log.
    pub quiet_health: bool,
}

/// Where a listener listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    /// On a TCP port.
    Tcp {
        /// A name or an address.
        host: String,
        /// The port.
        port: u16,
    },
    /// On a socket in the file system.
    Unix {
        /// Its path.
        path: PathBuf,
        /// Who owns it afterwards; a name.
        owner: Option<String>,
        /// The group that owns it afterwards; a name.
        group: Option<String>,
        /// Its permissions.
        mode: u32,
    },
}

/// A certificate with its key, both PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The certificate chain.
    pub cert: Pem,
    /// The private key.
    pub key: Pem,
}

/// PEM text, or where it is.
#[derive(Debug, Clone)]
pub enum Pem {
    /// In a file, which is read at the start and when it changes.
    File(PathBuf),
    /// In the configuration.
    Inline(Secret<Vec<u8>>),
}

/// Rules for calls from other origins.
#[derive(Debug, Clone)]
pub struct Cors {
    /// Who may call.
    pub origins: Vec<OriginRule>,
    /// With which HTTP methods.
    pub methods: Vec<String>,
    /// With which headers.
    pub headers: Vec<String>,
    /// Which headers of the answer they see.
    pub exposed_headers: Vec<String>,
    /// Whether cookies are sent along.
    pub allow_credentials: bool,
    /// How long browsers keep the answer to a preflight; `None` leaves it to them.
    pub max_age: Option<Duration>,
}

impl Serve {
    pub(in crate::config) fn read(root: &Scope<'_>, dev: bool, environment: &Environment) -> Self {
        let serve = root.at("serve");
        let allow_insecure = root.at("feature_flags.legacy_allow_insecure_origins").flag();
        Self {
            public: listener(&serve.at("public"), dev, environment),
            admin: listener(&serve.at("admin"), dev, environment),
            cors: cors(&serve.at("public.cors"), allow_insecure),
        }
    }
}

fn listener(scope: &Scope<'_>, dev: bool, environment: &Environment) -> Listener {
    let host = scope.at("host").text().unwrap_or_default();
    let port = scope.at("port").whole().unwrap_or_default();
    let tls = tls(&scope.at("tls"));
    let bind = match host.strip_prefix("unix:") {
        Some(path) => Bind::Unix {
            path: PathBuf::from(path),
            owner: scope.at("socket.owner").filled(),
            group: scope.at("socket.group").filled(),
            mode: scope.at("socket.mode").whole().unwrap_or(0o755),
        },
        None => Bind::Tcp { host: host.clone(), port },
    };
    let scheme = if dev && tls.is_none() { "http" } else { "https" };
    let base_url =
        base_url(&scope.at("base_url")).unwrap_or_else(|| derived(scheme, &host, port, environment));
    Listener { base_url, bind, tls, quiet_health: scope.at("request_log.disable_for_health").flag() }
}

fn base_url(scope: &Scope<'_>) -> Option<Url> {
    let mut url = match Url::parse(&scope.text()?) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        _ => {
            scope.problem("must be an http:// or https:// URL with a host");
            return None;
        }
    };
    if url.query().is_some() || url.fragment().is_some() {
        scope.problem("must not have a query or a fragment");
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}

/// The base URL of a listener that names none (03 §2.2).
fn derived(scheme: &str, host: &str, port: u16, environment: &Environment) -> Url {
    let is_any = host.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified());
    let name = if is_any || host.starts_with("unix:") {
        environment.get("HOSTNAME").filter(|name| !name.is_empty()).map_or("localhost", String::as_str)
    } else {
        host
    };
    let name = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
    let parsed = Url::parse(&format!("{scheme}://{name}:{port}/"));
    parsed.or_else(|_bad_name| Url::parse("http://localhost/")).unwrap_or_else(|never| {
        unreachable!("a constant URL does not parse: {never}");
    })
}

fn tls(scope: &Scope<'_>) -> Option<Tls> {
    match (pem(&scope.at("cert")), pem(&scope.at("key"))) {
        (Some(cert), Some(key)) => Some(Tls { cert, key }),
        (None, None) => None,
        (Some(_), None) => {
            scope
                .at("key")
                .problem_because_of(&scope.at("cert"), "is missing, while the certificate is given");
            None
        }
        (None, Some(_)) => {
            scope
                .at("cert")
                .problem_because_of(&scope.at("key"), "is missing, while the private key is given");
            None
        }
    }
}

fn pem(scope: &Scope<'_>) -> Option<Pem> {
    if let Some(encoded) = scope.at("base64").filled() {
        return match STANDARD.decode(encoded.trim()) {
            Ok(pem) => Some(Pem::Inline(Secret::new(pem))),
            Err(_not_base64) => {
                scope.at("base64").problem("must be base64 with padding");
                Some(Pem::Inline(Secret::new(Vec::new())))
            }
        };
    }
    scope.at("path").filled().map(|path| Pem::File(PathBuf::from(path)))
}

fn cors(scope: &Scope<'_>, allow_insecure: bool) -> Option<Cors> {
    if !scope.at("enabled").flag() {
        return None;
    }
    let origins = scope.at("allowed_origins");
    let rules: Vec<_> =
        origins.items().iter().filter_map(|item| OriginRule::read(item, allow_insecure)).collect();
    let allow_credentials = scope.at("allow_credentials").flag();
    if allow_credentials && rules.contains(&OriginRule::Any) {
        origins.warn(
            "lets every web site call with the cookies of its visitors",
            "name the origins of your own pages, or set serve.public.cors.allow_credentials to false",
        );
    }
    let max_age: u64 = scope.at("max_age").whole().unwrap_or_default();
    Some(Cors {
        origins: rules,
        methods: scope.at("allowed_methods").texts(),
        headers: scope.at("allowed_headers").texts(),
        exposed_headers: scope.at("exposed_headers").texts(),
        allow_credentials,
        max_age: (max_age > 0).then(|| Duration::from_secs(max_age)),
    })
}
