//! `cookies` and `session`.

use super::{Scope, Source};
use crate::kernel::Lifespan;

/// The attributes that cookies share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieSettings {
    /// The domain; `None` for the host alone.
    pub domain: Option<String>,
    /// The path.
    pub path: String,
    /// When browsers send it along.
    pub same_site: SameSite,
    /// Whether it travels over TLS only.
    pub secure: bool,
}

/// When browsers send a cookie along with requests from other sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Never.
    Strict,
    /// With navigation only.
    Lax,
    /// Always.
    None,
}

/// How sessions live and how they are carried.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// How long a session lives.
    pub lifespan: Lifespan,
    /// A session is extended only when it has less than this left; `None` for at any time.
    pub earliest_extend: Option<Lifespan>,
    /// The name of its cookie.
    pub cookie_name: String,
    /// The attributes of its cookie.
    pub cookie: CookieSettings,
    /// Whether the cookie survives the end of the browser.
    pub persistent: bool,
    /// What `whoami` asks of a session.
    pub required_aal: RequiredAal,
    /// What signed tokens `whoami` makes of sessions, by their names.
    pub tokens: Vec<(String, TokenSettings)>,
}

/// What a signed token is made of (02 §6.8).
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// How long it lasts.
    pub ttl: Lifespan,
    /// The key set that signs it.
    pub keys: Source,
    /// The program that makes its claims.
    pub mapper: Option<Source>,
    /// Whom it names.
    pub subject: TokenSubject,
}

/// Whom a signed token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSubject {
    /// The identity by its id.
    Id,
    /// The identity by the name that another system gave it.
    ExternalId,
}

impl TokenSettings {
    fn read(scope: &Scope<'_>) -> Option<Self> {
        Some(Self {
            ttl: scope.at("ttl").span()?,
            keys: Source::read(&scope.at("jwks_url"))?,
            mapper: Source::read(&scope.at("claims_mapper_url")),
            subject: match scope.at("subject_source").text().as_deref() {
                Some("external_id") => TokenSubject::ExternalId,
                _ => TokenSubject::Id,
            },
        })
    }
}

/// How sure a session has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredAal {
    /// One factor is enough.
    Aal1,
    /// As many as the identity has set up.
    HighestAvailable,
}

impl RequiredAal {
    pub(super) fn read(scope: &Scope<'_>) -> Self {
        match scope.text().as_deref() {
            Some("aal1") => Self::Aal1,
            _ => Self::HighestAvailable,
        }
    }
}

/// The attributes of all cookies but that of the session.
pub(in crate::config) fn read_cookies(root: &Scope<'_>, dev: bool) -> CookieSettings {
    let scope = root.at("cookies");
    let settings = CookieSettings {
        domain: scope.at("domain").filled(),
        path: scope.at("path").filled().unwrap_or_else(|| "/".to_owned()),
        same_site: same_site(&scope.at("same_site")).unwrap_or(SameSite::Lax),
        secure: scope.at("secure").flag_if_written().unwrap_or(!dev),
    };
    check_same_site(&scope, &settings, dev);
    settings
}

impl SessionSettings {
    pub(in crate::config) fn read(root: &Scope<'_>, cookies: &CookieSettings, dev: bool) -> Self {
        let session = root.at("session");
        let scope = session.at("cookie");
        let cookie = CookieSettings {
            domain: scope.at("domain").filled().or_else(|| cookies.domain.clone()),
            path: scope.at("path").filled().unwrap_or_else(|| cookies.path.clone()),
            same_site: same_site(&scope.at("same_site")).unwrap_or(cookies.same_site),
            // COMPAT: falls back to the development mode and not to `cookies.secure` (03 §2.3).
            secure: scope.at("secure").flag_if_written().unwrap_or(!dev),
        };
        check_same_site(&scope, &cookie, dev);
        let lifespan = session.at("lifespan").span().unwrap_or_default();
        Self {
            lifespan,
            earliest_extend: session.at("earliest_possible_extend").span(),
            cookie_name: cookie_name(&scope.at("name")),
            cookie,
            persistent: scope.at("persistent").flag(),
            required_aal: RequiredAal::read(&session.at("whoami.required_aal")),
            tokens: session
                .at("whoami.tokenizer.templates")
                .entries()
                .into_iter()
                .filter_map(|(name, scope)| Some((name, TokenSettings::read(&scope)?)))
                .collect(),
        }
    }
}

fn cookie_name(scope: &Scope<'_>) -> String {
    let name = scope.text().unwrap_or_default();
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if !name.chars().all(is_token) {
        scope.problem("is not a name that a cookie can have");
    }
    name
}

fn same_site(scope: &Scope<'_>) -> Option<SameSite> {
    match scope.text()?.as_str() {
        "Strict" => Some(SameSite::Strict),
        "None" => Some(SameSite::None),
        _ => Some(SameSite::Lax),
    }
}

fn check_same_site(scope: &Scope<'_>, settings: &CookieSettings, dev: bool) {
    if settings.same_site != SameSite::None || settings.secure {
        return;
    }
    let reason = "needs secure cookies: browsers drop cookies with SameSite=None that are not secure";
    let remedy = format!("set {}.secure to true, or use Lax", scope.path());
    if dev {
        scope.at("same_site").warn(reason, remedy)
    } else {
        scope.at("same_site").problem_with_remedy(reason, remedy)
    }
}
