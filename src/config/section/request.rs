//! Outgoing HTTP requests that are configured: SMS and mail by HTTP.

use url::Url;

use super::{Scope, Source};
use crate::kernel::Secret;

/// A request to somebody else's service.
#[derive(Debug, Clone)]
pub struct RequestSettings {
    /// Where it goes.
    pub url: Url,
    /// Its HTTP method.
    pub method: String,
    /// Its headers, in the order of the file.
    pub headers: Vec<(String, Secret<String>)>,
    /// The Jsonnet that makes its body; `None` for the built-in one (03 Q19).
    pub body: Option<Source>,
    /// How it proves who it comes from.
    pub auth: Option<RequestAuth>,
}

/// How a request proves who it comes from.
#[derive(Debug, Clone)]
pub enum RequestAuth {
    /// A key in a header.
    Header {
        /// The header's name.
        name: String,
        /// The key.
        value: Secret<String>,
    },
    /// A key in a cookie.
    Cookie {
        /// The cookie's name.
        name: String,
        /// The key.
        value: Secret<String>,
    },
    /// A user and a password.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: Secret<String>,
    },
}

impl RequestSettings {
    /// The request at a key; `None` when there is none, or none that could be sent.
    pub(super) fn read(scope: &Scope<'_>) -> Option<Self> {
        Url::parse(&scope.at("url").text()?).ok()?;
        check_auth(&scope.at("auth"));
        Self::read_with(scope, Source::read(&scope.at("body")))
    }

    /// As [`RequestSettings::read`], with a body and credentials that were checked already.
    pub(super) fn read_with(scope: &Scope<'_>, body: Option<Source>) -> Option<Self> {
        let url = Url::parse(&scope.at("url").text()?).ok()?;
        Some(Self {
            url,
            method: scope.at("method").text().unwrap_or_else(|| "POST".to_owned()).to_uppercase(),
            headers: scope.at("headers").pairs(),
            body,
            auth: auth(&scope.at("auth")),
        })
    }
}

fn auth(scope: &Scope<'_>) -> Option<RequestAuth> {
    let config = scope.at("config");
    match scope.at("type").text()?.as_str() {
        "basic_auth" => Some(RequestAuth::Basic {
            user: config.at("user").text()?,
            password: config.at("password").secret()?,
        }),
        _ => {
            let (name, value) = (config.at("name").text()?, config.at("value").secret()?);
            let in_cookie = config.at("in").text().as_deref() == Some("cookie");
            Some(if in_cookie {
                RequestAuth::Cookie { name, value }
            } else {
                RequestAuth::Header { name, value }
            })
        }
    }
}

/// Reports what is missing for the type of authentication that was chosen.
pub(super) fn check_auth(scope: &Scope<'_>) {
    let kind = scope.at("type");
    let wanted: &[&str] = match kind.text().as_deref() {
        Some("api_key") => &["name", "value", "in"],
        Some("basic_auth") => &["user", "password"],
        _ => return,
    };
    for name in wanted {
        let key = scope.at("config").at(name);
        if !key.exists() {
            key.problem_because_of(&kind, "is required with this auth.type and missing");
        }
    }
}
