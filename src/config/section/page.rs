//! URLs that browsers are sent to, and the rules on which of them are allowed.

use std::fmt;

use url::Url;

use super::Scope;

/// An absolute URI or an absolute path, kept as it was written: parsing and printing would add a slash here and
/// there, and clients compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageUrl {
    written: String,
    absolute: Option<Url>,
}

impl PageUrl {
    /// Reads an absolute URI or an absolute path; `None` when it is neither.
    pub fn parse(written: &str) -> Option<Self> {
        if !crate::config::check::is_page(written) {
            return None;
        }
        Some(Self { written: written.to_owned(), absolute: Url::parse(written).ok() })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The absolute URI; a path is taken to stand on `base`.
    pub fn against(&self, base: &Url) -> Url {
        match &self.absolute {
            Some(url) => url.clone(),
            None => base.join(&self.written).unwrap_or_else(|_bad_path| base.clone()),
        }
    }

    pub(super) fn read(scope: &Scope<'_>) -> Option<Self> {
        Self::parse(&scope.text()?)
    }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// One entry of the list of allowed return URLs (01 §6.2): scheme and host must be equal, case ignored, and the
/// path must start with that of the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRule {
    /// The scheme, in lower case.
    pub scheme: String,
    /// The host with its port, in lower case, without the `*` of a wildcard: `.example.com:8443`.
    pub host: String,
    /// Whether any host that ends in `host` matches.
    pub is_wildcard: bool,
    /// What the path has to start with; at least `/`.
    pub path_prefix: String,
}

impl ReturnRule {
    /// The rule that admits everything below `url`.
    pub fn below(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default().to_lowercase();
        let host = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let is_wildcard = host.starts_with('*');
        let path = url.path();
        Self {
            scheme: url.scheme().to_owned(),
            host: host.trim_start_matches('*').to_owned(),
            is_wildcard,
            path_prefix: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        }
    }

    pub(super) fn read(scope: &Scope<'_>, allow_insecure: bool) -> Option<Self> {
        let written = scope.text()?;
        let Ok(url) = Url::parse(&written) else {
            scope.warn("is not an absolute URI and is left out", "write it with scheme and host");
            return None;
        };
        let rule = Self::below(&url);
        let has_star = url.host_str().is_some_and(|host| host.contains('*'));
        // SECURITY: a wildcard that takes in other people's domains makes every login an open redirect;
        // `wildcards_stay_below_a_domain_of_ones_own`.
        if has_star && !is_own_wildcard(url.host_str().unwrap_or_default()) && !allow_insecure {
            scope.warn("has a wildcard that reaches other people's domains and is left out", WILDCARD);
            return None;
        }
        Some(rule)
    }
}

/// Who may call from another origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginRule {
    /// Any origin: `*`.
    Any,
    /// This origin.
    Exact(String),
    /// Origins that start and end like this, with something in between.
    Between {
        /// Before the `*`, in lower case.
        start: String,
        /// After the `*`, in lower case.
        end: String,
    },
}

impl OriginRule {
    pub(super) fn read(scope: &Scope<'_>, allow_insecure: bool) -> Option<Self> {
        let written = scope.text()?.to_lowercase();
        if written == "*" {
            return Some(Self::Any);
        }
        let Some((start, end)) = written.split_once('*') else { return Some(Self::Exact(written)) };
        let host = written.split_once("://").map_or(written.as_str(), |(_, rest)| rest);
        let host = host.split([':', '/']).next().unwrap_or_default();
        if end.contains('*') || !(allow_insecure || is_own_wildcard(host)) {
            scope.warn("has a wildcard that reaches other people's domains and is left out", WILDCARD);
            return None;
        }
        Some(Self::Between { start: start.to_owned(), end: end.to_owned() })
    }
}

const WILDCARD: &str = "a wildcard stands alone left of a domain of your own, as in https://*.example.com";

/// Whether a host is `*.` and a domain that somebody can own.
fn is_own_wildcard(host: &str) -> bool {
    let Some(domain) = host.strip_prefix("*.") else { return false };
    let labels: Vec<&str> = domain.trim_end_matches('.').split('.').collect();
    let well_formed = labels.iter().all(|label| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    });
    let is_shared = match labels.as_slice() {
        [.., second, top] => is_shared_suffix(second, top),
        _ => true,
    };
    let needed = if is_shared { 3 } else { 2 };
    well_formed && labels.len() >= needed
}

/// Whether `second.top` is a suffix under which strangers register names: the usual second levels of country
/// domains, and large hosting providers.
fn is_shared_suffix(second: &str, top: &str) -> bool {
    let second_levels =
        ["ac", "co", "com", "edu", "gob", "gov", "gv", "id", "ltd", "me", "mil", "ne", "net", "nhs"]
            .iter()
            .chain(&["nom", "or", "org", "plc", "sch"]);
    let hosting = [
        "appspot.com",
        "azurewebsites.net",
        "cloudfront.net",
        "fly.dev",
        "github.io",
        "gitlab.io",
        "herokuapp.com",
        "netlify.app",
        "onrender.com",
        "pages.dev",
        "railway.app",
        "vercel.app",
        "web.app",
        "workers.dev",
    ];
    let is_country = top.chars().count() == 2;
    (is_country && second_levels.into_iter().any(|level| *level == second))
        || hosting.contains(&format!("{second}.{top}").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stay_below_a_domain_of_ones_own() {
        for host in ["*.example.com", "*.preview.example.com", "*.example.co.uk", "*.mine.vercel.app"] {
            assert!(is_own_wildcard(host), "{host}");
        }
        for host in
            ["*", "*.com", "*foo.com", "a.*.com", "*.co.uk", "*.vercel.app", "*.*.com", "*.", "*..com"]
        {
            assert!(!is_own_wildcard(host), "{host}");
        }
    }

    #[test]
    fn rules_keep_scheme_host_with_port_and_path() {
        let rule = |text: &str| ReturnRule::below(&Url::parse(text).unwrap());
        let expo = rule("exp://localhost:8081/--/Callback");
        assert_eq!((expo.scheme.as_str(), expo.host.as_str()), ("exp", "localhost:8081"));
        assert_eq!(expo.path_prefix, "/--/Callback");
        let wild = rule("https://*.Example.com");
        assert_eq!(
            (wild.host.as_str(), wild.is_wildcard, wild.path_prefix.as_str()),
            (".example.com", true, "/")
        );
        assert_eq!(rule("com.example.app://callback").path_prefix, "/");
    }

    #[test]
    fn pages_are_kept_as_written() {
        let base = Url::parse("https://id.example.com/").unwrap();
        assert_eq!(PageUrl::parse("https://app.example.com").unwrap().as_str(), "https://app.example.com");
        assert_eq!(
            PageUrl::parse("/ui/login").unwrap().against(&base).as_str(),
            "https://id.example.com/ui/login"
        );
        assert_eq!(PageUrl::parse("//evil.example"), None);
    }
}
