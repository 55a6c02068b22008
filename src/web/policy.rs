//! What the HTTP layer takes from a snapshot.

use super::{
    client_address::TrustedProxies,
    cookie::{CookiePolicy, SameSite},
    cors::{CorsPolicy, OriginPattern},
    csrf,
    front::WebPolicy,
    request_log::RequestLog,
};
use crate::{
    config::{Config, CookieSettings, Cors, Listener, OriginRule, SameSite as Configured},
    runtime::Runtime,
};

/// The web part of a snapshot.
pub fn web_policy(runtime: &Runtime) -> WebPolicy {
    let config = &runtime.config;
    let base = &config.serve.public.base_url;
    WebPolicy {
        session_cookie: session_cookie(config),
        csrf_cookie: csrf::cookie_policy(base.as_str(), &cookie("", &config.cookies)),
        continuity_cookie: CookiePolicy {
            same_site: SameSite::Lax,
            ..cookie("ory_kratos_continuity", &config.cookies)
        },
        cors: config.serve.cors.as_ref().map(cors),
        proxies: TrustedProxies::new(config.trusted_proxies.clone()),
        public_log: request_log(config, &config.serve.public),
        admin_log: request_log(config, &config.serve.admin),
        public_base: base.clone(),
    }
}

fn request_log(config: &Config, listener: &Listener) -> RequestLog {
    RequestLog {
        skips_health: listener.quiet_health,
        leaks: config.log.leak_sensitive_values,
        redaction: config.log.redaction_text.clone(),
    }
}

fn session_cookie(config: &Config) -> CookiePolicy {
    let session = &config.session;
    CookiePolicy { persistent: session.persistent, ..cookie(&session.cookie_name, &session.cookie) }
}

fn cookie(name: &str, settings: &CookieSettings) -> CookiePolicy {
    CookiePolicy {
        name: name.to_owned(),
        domain: settings.domain.clone(),
        path: settings.path.clone(),
        secure: settings.secure,
        same_site: match settings.same_site {
            Configured::Strict => SameSite::Strict,
            Configured::Lax => SameSite::Lax,
            Configured::None => SameSite::None,
        },
        persistent: true,
    }
}

fn cors(cors: &Cors) -> CorsPolicy {
    CorsPolicy {
        origins: cors.origins.iter().map(origin).collect(),
        methods: cors.methods.clone(),
        headers: cors.headers.clone(),
        exposed: cors.exposed_headers.clone(),
        credentials: cors.allow_credentials,
        max_age: cors.max_age,
    }
}

fn origin(rule: &OriginRule) -> OriginPattern {
    match rule {
        OriginRule::Any => OriginPattern::Any,
        OriginRule::Exact(exact) => OriginPattern::Exact(exact.clone()),
        OriginRule::Between { start, end } => {
            OriginPattern::Between { start: start.clone(), end: end.clone() }
        }
    }
}
