//! What comes of a new configuration.

use zelos::config::{ChangeKind, Concern, NoPlan, Plan, TakesEffect, plan};

use crate::case::Case;

const SECRETS: &str = "secrets: {default: [fX4nKs8WvQ2zRb7LtYc5HmJd9GpE3uA6]}\n";

fn case(text: &str) -> Case {
    Case::on_minimal().file("secrets.yml", SECRETS).file("more.yml", text)
}

fn between(old: &str, new: &str) -> Plan {
    let (old, new) = (case(old), case(new));
    plan(old.request(), new.request()).unwrap_or_else(|why| panic!("{why:?}"))
}

/// The key, when it takes effect, and what it does besides.
type Expected<'a> = (&'a str, TakesEffect, &'a [Concern]);

fn expect(old: &str, new: &str, expected: &[Expected<'_>]) {
    let plan = between(old, new);
    let found: Vec<(String, TakesEffect, Vec<Concern>)> = plan
        .changes
        .iter()
        .map(|change| {
            (change.key.clone(), change.effect, change.concerns.iter().map(|(concern, _)| *concern).collect())
        })
        .collect();
    let expected: Vec<(String, TakesEffect, Vec<Concern>)> = expected
        .iter()
        .map(|(key, effect, concerns)| ((*key).to_owned(), *effect, concerns.to_vec()))
        .collect();
    assert_eq!(found, expected, "{old} -> {new}");
    let worries = expected.iter().flat_map(|(_, _, concerns)| concerns).any(|one| one.needs_attention());
    assert_eq!(plan.needs_attention(), worries);
}

use Concern::{BreaksFlows, LogsOut, Mind, Restart};
use TakesEffect::{AtRestart, Never, OnReload};

#[test]
fn the_same_in_other_words_is_no_change() {
    expect("session: {lifespan: 24h}", "", &[]);
    expect("log: {level: info}\ncookies: {path: /}", "cookies: {path: \"/\"}\n", &[]);
}

#[test]
fn harmless_changes_take_effect_on_reload() {
    expect("", "session: {lifespan: 1h}", &[("session.lifespan", OnReload, &[Mind])]);
    expect("", "revision: b", &[("revision", OnReload, &[])]);
    let more = "secrets: {default: [Tb6YvN2KqX8sWzLc4RmH7fJd, fX4nKs8WvQ2zRb7LtYc5HmJd9GpE3uA6]}";
    expect("", more, &[("secrets.default", OnReload, &[])]);
    let own = "secrets: {cookie: [Tb6YvN2KqX8sWzLc4RmH7fJd]}";
    expect("", own, &[("secrets.cookie", OnReload, &[])]);
    let more = "identity: {schemas: [{id: default, url: 'file://./person.schema.json'}, {id: b, url: 'preset://email'}]}";
    let [change] = between("", more).changes.try_into().unwrap();
    assert_eq!(
        (change.key.as_str(), change.kind, change.concerns.len()),
        ("identity.schemas[b]", ChangeKind::Added, 0)
    );
}

#[test]
fn what_is_read_once_needs_a_restart() {
    expect("", "serve: {public: {port: 5001}}", &[("serve.public.port", AtRestart, &[Restart])]);
    expect("", "log: {level: debug}", &[("log.level", AtRestart, &[Restart])]);
    expect("", "zelos: {hashing: {threads: 3}}", &[("zelos.hashing.threads", AtRestart, &[Restart])]);
    expect("", "dsn: 'sqlite:///tmp/a.sqlite'", &[("dsn", AtRestart, &[Restart, LogsOut])]);
    let (one, other) = ("dsn: 'sqlite:///tmp/a.sqlite'", "dsn: 'sqlite:///tmp/a.sqlite?_journal=WAL'");
    expect(one, other, &[("dsn", AtRestart, &[Restart])]);
}

#[test]
fn what_ends_sessions_is_told() {
    let (two, one) = (
        "secrets: {default: [Tb6YvN2KqX8sWzLc4RmH7fJd, fX4nKs8WvQ2zRb7LtYc5HmJd9GpE3uA6]}",
        "secrets: {default: [Tb6YvN2KqX8sWzLc4RmH7fJd]}",
    );
    let all = [LogsOut, LogsOut, BreaksFlows, BreaksFlows, BreaksFlows];
    expect(two, one, &[("secrets.default", OnReload, &all)]);
    let cookie = "secrets: {cookie: [Tb6YvN2KqX8sWzLc4RmH7fJd]}";
    expect(cookie, "", &[("secrets.cookie", OnReload, &[LogsOut])]);
    let cipher = "secrets: {cipher: [uM8cRz5WtYq3XvL7bKs2NfJ9hPd6GeA4]}";
    expect(cipher, "", &[("secrets.cipher", OnReload, &[BreaksFlows])]);
    expect("", "session: {cookie: {name: other}}", &[("session.cookie.name", OnReload, &[LogsOut])]);
    expect(
        "",
        "session: {cookie: {domain: example.org}}",
        &[("session.cookie.domain", OnReload, &[LogsOut])],
    );
    expect("", "cookies: {domain: example.org}", &[("cookies.domain", OnReload, &[LogsOut, BreaksFlows])]);
    let own = "session: {cookie: {domain: example.org}}\n";
    expect(
        own,
        &format!("{own}cookies: {{domain: example.org}}"),
        &[("cookies.domain", OnReload, &[BreaksFlows])],
    );
    expect(
        "session: {whoami: {required_aal: aal1}}",
        "",
        &[("session.whoami.required_aal", OnReload, &[LogsOut])],
    );
    expect(
        "",
        "serve: {public: {base_url: 'http://id.example.org/'}}",
        &[("serve.public.base_url", OnReload, &[LogsOut, BreaksFlows])],
    );
    expect(
        "",
        "serve: {public: {base_url: 'http://127.0.0.1:4433/auth/'}}",
        &[("serve.public.base_url", OnReload, &[BreaksFlows])],
    );
}

#[test]
fn what_breaks_flows_is_told() {
    let method = |name: &str, on: bool| format!("selfservice: {{methods: {{{name}: {{enabled: {on}}}}}}}");
    for name in ["password", "profile"] {
        let key = format!("selfservice.methods.{name}.enabled");
        expect("", &method(name, false), &[(&key, OnReload, &[BreaksFlows])]);
        expect(&method(name, false), "", &[(&key, OnReload, &[])]);
    }
    let schemas = |list: &str| format!("identity: {{default_schema_id: a, schemas: [{list}]}}");
    let (a, b) = ("{id: a, url: 'preset://email'}", "{id: b, url: 'preset://email'}");
    expect(&schemas(&format!("{a}, {b}")), &schemas(&format!("{b}, {a}")), &[]);
    expect(&schemas(&format!("{a}, {b}")), &schemas(a), &[("identity.schemas[b]", OnReload, &[BreaksFlows])]);
    let other = schemas("{id: a, url: 'preset://username'}");
    expect(&schemas(a), &other, &[("identity.schemas[a].url", OnReload, &[BreaksFlows])]);
    expect(
        "selfservice: {allowed_return_urls: [https://a.example, https://b.example]}",
        "selfservice: {allowed_return_urls: [https://b.example]}",
        &[("selfservice.allowed_return_urls", OnReload, &[BreaksFlows])],
    );
    let tries = |n: u8| format!("selfservice: {{methods: {{code: {{config: {{max_submissions: {n}}}}}}}}}");
    let key = "selfservice.methods.code.config.max_submissions";
    expect(&tries(3), &tries(2), &[(key, OnReload, &[BreaksFlows])]);
    expect(&tries(2), &tries(3), &[(key, OnReload, &[])]);
    let tokens = "session: {whoami: {tokenizer: {templates: {api: {jwks_url: 'base64://e30='}}}}}";
    expect(tokens, "", &[("session.whoami.tokenizer.templates.api", OnReload, &[BreaksFlows])]);
}

#[test]
fn what_does_nothing_is_told() {
    expect("", "expose-metrics-port: 4435", &[("expose-metrics-port", Never, &[])]);
}

#[test]
fn secrets_are_never_shown() {
    let text = |secret: &str| {
        format!(
            "secrets: {{cookie: [{secret}-{secret}-{secret}]}}\ncourier: {{smtp: {{from_address: a@b.example, connection_uri: 'smtp://u:{secret}@mail'}}}}\n\
             selfservice: {{flows: {{login: {{after: {{hooks: [{{hook: web_hook, config: {{url: 'https://u:{secret}@a.example', method: POST}}}}]}}}}}}}}\n"
        )
    };
    let plan = between(&text("hunter2"), &text("hunter3"));
    assert_eq!(plan.changes.len(), 3);
    assert!(!format!("{plan:?}").contains("hunter"), "{plan:?}");
    let elements = plan.changes.iter().find(|one| one.key == "secrets.cookie").unwrap().elements.unwrap();
    assert_eq!((elements.added, elements.removed), (1, 1));
}

#[test]
fn a_plan_needs_two_that_are_right() {
    let (good, bad) = (case(""), case("session: {lifespan: soon}"));
    assert!(matches!(plan(good.request(), bad.request()), Err(NoPlan::Planned(_))));
    assert!(matches!(plan(bad.request(), good.request()), Err(NoPlan::Current(_))));
}
