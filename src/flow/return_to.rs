//! Where a browser may be sent in the end: the allow-list of return addresses (01 §6).

use url::{Position, Url};

/// Schemes that run code or show content of their own in the browser instead of going anywhere.
const DANGEROUS_SCHEMES: [&str; 8] =
    ["javascript", "data", "vbscript", "blob", "file", "about", "filesystem", "view-source"];

/// Which return addresses are allowed, and which is used when none is asked for.
#[derive(Debug, Clone)]
pub struct ReturnPolicy {
    default: Url,
    rules: Vec<AllowedUrl>,
}

/// One entry of the allow-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedUrl {
    scheme: String,
    host: HostRule,
    port: Option<u16>,
    path: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostRule {
    Exact(String),
    /// Any host that ends with this, which starts with a dot.
    Below(String),
}

/// Why an entry of the allow-list is no good. Operator text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// It is no absolute URL with a host.
    #[error("is not an absolute URL with a host; write it as https://host/path")]
    NotAbsolute,
    /// Its scheme runs code.
    #[error("has a scheme that would run code in the browser; use https or the scheme of an app")]
    Dangerous,
    /// Its wildcard is too wide or in the wrong place.
    #[error("has a wildcard that is not bounded; only https://*.example.com is possible")]
    Wildcard,
}

/// Why a return address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no URL at all; answered by 400 without an error id.
    #[error("the return address is no URL")]
    Malformed,
    /// Nothing in the allow-list admits it; `self_service_flow_return_to_forbidden`.
    #[error("the return address is not allowed")]
    NotAllowed,
}

impl AllowedUrl {
    /// Reads an entry of `selfservice.allowed_return_urls`. Query, fragment and user are ignored.
    ///
    /// # Errors
    /// When the entry could admit nothing, or too much.
    pub fn parse(entry: &str) -> Result<Self, BadRule> {
        let (scheme, rest) = entry.split_once("://").ok_or(BadRule::NotAbsolute)?;
        let (rest, wildcard) = match rest.strip_prefix('*') {
            Some(after) => (after.strip_prefix('.').ok_or(BadRule::Wildcard)?, true),
            None => (rest, false),
        };
        let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| BadRule::NotAbsolute)?;
        if DANGEROUS_SCHEMES.contains(&url.scheme()) {
            return Err(BadRule::Dangerous);
        }
        let host =
            url.host_str().filter(|host| !host.is_empty()).ok_or(BadRule::NotAbsolute)?.to_ascii_lowercase();
        if host.contains('*') || (wildcard && !is_bounded(&host)) {
            return Err(BadRule::Wildcard);
        }
        let host = if wildcard { HostRule::Below(format!(".{host}")) } else { HostRule::Exact(host) };
        Ok(Self {
            scheme: url.scheme().to_owned(),
            host,
            port: url.port_or_known_default(),
            path: path_of(&url),
        })
    }

    fn admits(&self, url: &Url) -> bool {
        self.scheme == url.scheme()
            && self.port == url.port_or_known_default()
            && url.host_str().is_some_and(|host| self.admits_host(&host.to_ascii_lowercase()))
            && self.admits_path(&path_of(url))
    }

    fn admits_host(&self, host: &str) -> bool {
        match &self.host {
            HostRule::Exact(exact) => exact == host,
            HostRule::Below(suffix) => {
                host.strip_suffix(suffix.as_str()).is_some_and(|below| !below.is_empty())
            }
        }
    }

    /// The path itself or anything below it, by whole segments.
    fn admits_path(&self, path: &str) -> bool {
        if self.path == "/" {
            return true;
        }
        // SECURITY: a server that decodes slashes late would leave the allowed directory by `..%2f`
        // (tests::paths_go_by_segments).
        let lower = path.to_ascii_lowercase();
        if lower.contains("%2f") || lower.contains("%5c") {
            return false;
        }
        path.strip_prefix(self.path.as_str())
            .is_some_and(|rest| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/'))
    }
}

impl ReturnPolicy {
    /// `default` is used when nothing is asked for, and lends its host to relative addresses; it is not
    /// allowed by itself. Everything below `<public base>/self-service` is.
    pub fn new(default: Url, mut allowed: Vec<AllowedUrl>, public_base: &Url) -> Self {
        let own = format!("{}/self-service", public_base.as_str().trim_end_matches('/'));
        allowed.extend(AllowedUrl::parse(&own));
        Self { default, rules: allowed }
    }

    /// Where to go when nothing else is asked for.
    pub fn default_url(&self) -> &Url {
        &self.default
    }

    /// Checks an address that somebody asks to be sent to. Gives it back as it was; a relative one is
    /// completed with scheme and host of the default address.
    ///
    /// # Errors
    /// [`Refused`] unless an entry of the allow-list admits it.
    pub fn check(&self, candidate: &str) -> Result<String, Refused> {
        let whole = if candidate.starts_with('/') && !candidate.starts_with("//") {
            let host = &self.default[Position::BeforeHost..Position::AfterPort];
            format!("{}://{host}{candidate}", self.default.scheme())
        } else {
            candidate.to_owned()
        };
        let url = parse_strictly(&whole)?;
        if self.rules.iter().any(|rule| rule.admits(&url)) { Ok(whole) } else { Err(Refused::NotAllowed) }
    }
}

/// Parses an absolute URL that every parser reads in the same way.
///
/// SECURITY: browsers strip control characters, read `\` as `/`, skip missing or extra slashes, and let a
/// user name look like a host. Whatever could be read as another address is refused before it is compared
/// (tests::what_only_looks_allowed, tests::admits_nothing_outside).
fn parse_strictly(text: &str) -> Result<Url, Refused> {
    if text.chars().any(char::is_control) {
        return Err(Refused::Malformed);
    }
    if text.contains('\\') || text.trim() != text {
        return Err(Refused::NotAllowed);
    }
    let (_, rest) = text.split_once("://").ok_or(Refused::NotAllowed)?;
    let before_query = rest.split(['?', '#']).next().unwrap_or_default();
    let authority = before_query.split('/').next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err(Refused::NotAllowed);
    }
    if !has_whole_escapes(before_query) {
        return Err(Refused::Malformed);
    }
    let url = Url::parse(text).map_err(|_| Refused::Malformed)?;
    Ok(url)
}

/// Whether each `%` is followed by two hexadecimal digits.
fn has_whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|after| after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

/// A host below which wildcards are acceptable: a name of at least two labels.
fn is_bounded(host: &str) -> bool {
    let numeric = host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    host.contains('.') && !numeric && host.split('.').all(|label| !label.is_empty())
}

/// The path with dot segments resolved; `/` when there is none.
fn path_of(url: &Url) -> String {
    if url.path().is_empty() { "/".to_owned() } else { url.path().to_owned() }
}

#[cfg(test)]
#[path = "return_to_tests.rs"]
mod tests;
