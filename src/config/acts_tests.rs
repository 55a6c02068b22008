//! Every key does something, or a warning says that it does not: each is given another value, and what the
//! program makes of the configuration has to be another, too.

use serde_json::{Value, json};

use crate::config::{
    Config, Environment, LoadRequest, Place,
    check::{check, default, fill},
    load::read,
    problem::Report,
    table::{Kind, Spec, Standing, TABLE},
    value::{KeyOrder, Node, parse},
};

/// Keys that belong to a switch which says by itself that it does nothing yet, or to something that is not
/// built; and those whose value [`Config`] shows to nobody.
const ELSEWHERE: [&str; 20] = [
    "selfservice.methods.b2b.",
    "selfservice.methods.webauthn.",
    "selfservice.methods.passkey.",
    "tracing.",
    "oauth2_provider.",
    // Takes anything, so that there is no other value to try.
    "selfservice.methods.oidc.config.providers.*.requested_claims.",
    // There is no telemetry to switch off, and no command line of Kratos.
    "sqa-opt-out",
    // Told apart by what `Config` does not print.
    "secrets.",
    "selfservice.methods.oidc.config.providers.*.client_secret",
    "session.whoami.tokenizer.templates.",
    "courier.templates.",
    "courier.http.",
    "courier.channels.",
    "courier.smtp.headers",
    "courier.smtp.connection_uri",
    "selfservice.methods.password.config.migrate_hook.",
    // Warned of, see `another_version_is_warned_of`.
    "version",
    // Its own tests are in `section/secrets.rs`.
    "ciphers.algorithm",
    // For development only.
    "zelos.inbox",
    "dev",
];

/// Keys that show only together with others; each has tests of its own in tests/config or tests/http.
const TOGETHER: [&str; 17] = [
    "dsn",
    "serve.public.socket.",
    "serve.public.tls.",
    // The reference listens at a socket.
    "serve.admin.port",
    "serve.admin.tls.",
    "session.whoami.tokenizer.templates",
    "identity.schemas",
    // The name of a hook is what `Config` prints of it.
    "selfservice.flows.login.before.hooks",
    "selfservice.flows.verification.use",
    "selfservice.flows.recovery.use",
    "selfservice.methods.code.enabled",
    // The reference has no provider of these kinds.
    "selfservice.methods.oidc.config.providers.*.microsoft_tenant",
    "selfservice.methods.oidc.config.providers.*.apple_",
    "courier.delivery_strategy",
    "courier.smtp.client_cert_path",
    "courier.smtp.client_key_path",
    "feature_flags.legacy_allow_insecure_origins",
];

fn base() -> Value {
    let (node, flaws) = parse(include_str!("../../kratos-compat.yml"), 0, &std::sync::Arc::from("base.yml"));
    assert_eq!(flaws, []);
    node.unwrap().to_json(KeyOrder::Written)
}

/// What the program makes of a document; `None` when it is wrong.
fn made_of(document: &Value) -> Option<String> {
    let mut report = Report::default();
    let place = Place::Flag("test");
    let mut tree = check(&TABLE, &Node::from_json(document.clone(), &place), "", &mut report)?;
    fill(&TABLE, &mut tree);
    let request = LoadRequest { environment: Environment::default(), ..LoadRequest::default() };
    let (config, _) = read(&tree, report.into(), &request).ok()?;
    Some(format!("{:?}", Config { hash: String::new(), files: Vec::new(), ..config }))
}

/// Values among which is one that the key takes and does not have.
fn others(spec: &Spec, is: &Value) -> Vec<Value> {
    let all = match spec.row.kind {
        Kind::Bool | Kind::BoolOrText => vec![json!(true), json!(false)],
        Kind::Whole { min, max } => vec![json!(min), json!(min + 1), json!(max.min(200))],
        Kind::Ratio => vec![json!(0.25), json!(0.5)],
        Kind::OneOf(allowed) => allowed.iter().map(|one| json!(one)).collect(),
        Kind::Duration | Kind::SimpleDuration | Kind::LongDuration => vec![json!("7m"), json!("8m")],
        Kind::Size => vec![json!("96MB"), json!("112MB")],
        Kind::Network => vec![json!("10.9.0.0/16")],
        Kind::Mail => vec![json!("other@example.org")],
        Kind::Source | Kind::SchemaSource => vec![json!("file:///other")],
        Kind::Uri | Kind::Page | Kind::HttpUrl => vec![json!("https://other.example.org/")],
        Kind::List { .. } => {
            let each = spec.each.as_deref().map(|each| others(each, &Value::Null)).unwrap_or_default();
            each.into_iter().map(|one| json!([one])).chain([json!([])]).collect()
        }
        Kind::Hooks => {
            vec![json!([{ "hook": "web_hook", "config": { "url": "https://x.example", "method": "PUT" } }])]
        }
        Kind::Text | Kind::Name => vec![json!("other.example.org"), json!("/other"), json!("staff")],
        Kind::Secret { .. } | Kind::SmtpUri | Kind::Version => Vec::new(),
        Kind::Section | Kind::OpenSection | Kind::Group(_) | Kind::Map | Kind::Any => Vec::new(),
    };
    all.into_iter().filter(|one| one != is).collect()
}

fn put(document: &Value, path: &str, value: Value) -> Value {
    let mut document = document.clone();
    let mut at = &mut document;
    for segment in path.split('.') {
        at = if segment == "*" { &mut at[0] } else { &mut at[segment] };
    }
    *at = value;
    document
}

fn at<'a>(document: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(document, |at, segment| if segment == "*" { &at[0] } else { &at[segment] })
}

#[test]
fn every_key_does_something_or_says_that_it_does_not() {
    let base = base();
    let before = made_of(&base).unwrap();
    let mut idle = Vec::new();
    let mut tried = 0;
    for path in TABLE.paths() {
        let spec = TABLE.find(&path).unwrap();
        let acts = matches!(spec.row.standing, Standing::Acts | Standing::Deprecated(_));
        if !acts
            || path.contains(".hooks.*")
            || ELSEWHERE.iter().chain(&TOGETHER).any(|known| path.starts_with(known))
        {
            continue;
        }
        let is = match at(&base, &path) {
            Value::Null => default(spec).map(|node| node.to_json(KeyOrder::Written)).unwrap_or_default(),
            written => written.clone(),
        };
        let after: Vec<String> =
            others(spec, &is).into_iter().filter_map(|one| made_of(&put(&base, &path, one))).collect();
        tried += 1;
        if after.iter().all(|after| *after == before) {
            idle.push(path);
        }
    }
    assert_eq!(idle, Vec::<String>::new(), "nothing reads these keys, and no warning says so");
    assert!(tried > 120, "{tried}");
}

#[test]
fn another_version_is_warned_of() {
    let warnings = |version: &str| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.yml");
        std::fs::write(&file, put(&base(), "version", json!(version)).to_string()).unwrap();
        let request = LoadRequest { files: vec![file], ..LoadRequest::default() };
        crate::config::load(&request).unwrap().1.iter().filter(|one| one.key == "version").count()
    };
    assert_eq!([warnings("v0.13.0"), warnings("v26.2.0"), warnings("")], [1, 0, 0]);
}
