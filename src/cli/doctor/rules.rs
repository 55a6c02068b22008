//! What can be told from the configuration alone: secrets, cookies, the guard of calls that we make.

use std::{collections::BTreeSet, net::IpAddr};

use url::{Host, Url};

use super::finding::Findings;
use crate::config::{Config, CookieSettings, SameSite, SecretList};

/// Fewer characters than this do not hold 128 random bits, however they were made.
const SHORT_SECRET: usize = 32;

/// All of it.
pub fn check(found: &mut Findings, config: &Config) {
    secrets(found, config);
    cookies(found, config);
    guard(found, config);
}

fn secrets(found: &mut Findings, config: &Config) {
    const PART: &str = "secrets";
    if matches!(config.secrets.default(), SecretList::Missing) {
        return found.ok(PART, "development keeps one of its own in the database");
    }
    let lists = [
        ("default", config.secrets.default()),
        ("cookie", config.secrets.cookie()),
        ("cipher", config.secrets.cipher()),
        ("pagination", config.secrets.pagination()),
    ];
    for (name, list) in lists {
        // A cipher secret has to be 32 characters long, as the table of keys says.
        let short =
            list.given().iter().filter(|secret| secret.expose().chars().count() < SHORT_SECRET).count();
        if short > 0 {
            let what = format!("secrets.{name}: {short} shorter than {SHORT_SECRET} characters");
            found.warning(
                PART,
                what,
                "put a longer one first: openssl rand -hex 32; keep the old one after it",
            );
        }
    }
    let written: Vec<&str> = lists
        .iter()
        .filter_map(|(_, list)| list.given().first())
        .map(|first| first.expose().as_str())
        .collect();
    let distinct: BTreeSet<&str> = written.iter().copied().collect();
    if distinct.len() < written.len() {
        let remedy =
            "give each list a first secret of its own, so that one can be changed without the others";
        found.warning(PART, "several lists write with the same secret", remedy);
    }
    if !found.blames(PART) {
        found.ok(PART, "long, and each for one purpose");
    }
}

fn cookies(found: &mut Findings, config: &Config) {
    const PART: &str = "cookies";
    let base = &config.serve.public.base_url;
    for (key, cookie) in [("cookies", &config.cookies), ("session.cookie", &config.session.cookie)] {
        security(found, key, cookie, base);
        if let Some(domain) = cookie.domain.as_deref().filter(|domain| !fits(domain, base)) {
            let what = format!("{key}.domain is {domain}, and serve.public.base_url is not within it");
            found.problem(PART, what, "browsers refuse such cookies: correct one of the two");
        }
    }
    if base.scheme() == "http" && !is_local(base) {
        let remedy = "use https in serve.public.base_url, with TLS here or in a proxy in front";
        found.warning(PART, format!("{base} carries cookies and passwords in the clear"), remedy);
    }
    if !found.blames(PART) {
        found.ok(PART, "fit serve.public.base_url");
    }
}

fn security(found: &mut Findings, key: &str, cookie: &CookieSettings, base: &Url) {
    const PART: &str = "cookies";
    match (cookie.secure, base.scheme()) {
        (false, "https") => {
            let what = format!("{key}.secure is off, though the public URL is https");
            found.warning(PART, what, format!("set {key}.secure: true"));
        }
        (true, "http") if !is_local(base) => {
            let what =
                format!("{key}.secure is on, and the public URL is plain http: browsers drop the cookie");
            found.problem(PART, what, "use https in serve.public.base_url");
        }
        _ => {}
    }
    if cookie.same_site == SameSite::None && !cookie.secure {
        let what = format!("{key}.same_site is None without secure: browsers drop the cookie");
        found.problem(PART, what, format!("set {key}.secure: true, or same_site: Lax"));
    }
}

/// Whether browsers take a cookie for `domain` from `base`.
fn fits(domain: &str, base: &Url) -> bool {
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let host = base.host_str().unwrap_or_default().to_ascii_lowercase();
    host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => false,
    }
}

fn guard(found: &mut Findings, config: &Config) {
    const PART: &str = "guard";
    if config.clients.http_forbids_private || config.dev {
        let told =
            if config.dev { "off or on, this is development" } else { "calls stay out of private networks" };
        return found.ok(PART, told);
    }
    let remedy = "set clients.http.disallow_private_ip_ranges: true, and name what you need in \
                  clients.http.private_ip_exception_urls";
    found.warning(PART, "web hooks and other calls may reach private addresses", remedy);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_covers_itself_and_what_is_below() {
        let covers = |domain, base: &str| fits(domain, &Url::parse(base).unwrap());
        assert!(
            covers("example.com", "https://example.com/")
                && covers(".Example.com", "https://id.example.com/")
        );
        assert!(
            !covers("example.com", "https://badexample.com/")
                && !covers("id.example.com", "https://example.com/")
        );
    }

    #[test]
    fn what_is_local_needs_no_tls() {
        let local = |url: &str| is_local(&Url::parse(url).unwrap());
        assert!(local("http://127.0.0.1:4433/") && local("http://[::1]/") && local("http://id.localhost/"));
        assert!(!local("http://10.0.0.1/") && !local("http://localhost.example/"));
    }
}
