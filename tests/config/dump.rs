//! The configuration in effect, printed.

use serde_json::{Value, json};
use zelos::config::{Effective, Secrecy, effective};

use crate::case::Case;

fn shown(case: &Case, secrecy: Secrecy) -> Effective {
    effective(case.request(), secrecy).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn what_is_printed_loads_as_the_same_configuration() {
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/kratos-compat.yml");
    for case in [
        Case::new().fixture("full.yml"),
        Case::new().fixture("quickstart/email-password.yml").dev(),
        Case::on_minimal().dev().env("SERVE_PUBLIC_PORT", "5001"),
        Case::new().path(reference.into()),
        Case::new().dev(),
    ] {
        // A cipher that is written down needs secrets of its own, and a dump writes everything down.
        let case = case.env("SECRETS_CIPHER", "uM8cRz5WtYq3XvL7bKs2NfJ9hPd6GeA4");
        let effective = shown(&case, Secrecy::Shown);
        for (name, text) in [("dump.yml", effective.yaml()), ("dump.json", effective.json().to_string())] {
            let again = Case::new().file(name, &text);
            assert_eq!(again.config().hash, case.config().hash, "{text}");
        }
        let with_origins = Case::new().file("dump.yml", effective.yaml_with_origins());
        assert_eq!(with_origins.config().hash, case.config().hash);
    }
}

#[test]
fn secrets_are_left_out() {
    let secret = "hunter2-hunter2-hunter2-hunter22";
    let case = Case::on_minimal().dev().file(
        "more.yml",
        format!(
            "dsn: postgres://u:{secret}@db/x\n\
             secrets: {{default: [{secret}], cookie: [{secret}], cipher: [{secret}], pagination: [{secret}]}}\n\
             courier:\n  smtp: {{connection_uri: 'smtp://u:{secret}@mail', headers: {{X-Auth: {secret}}}}}\n\
             \x20 channels: [{{id: sms, request_config: {{url: 'https://u:{secret}@a.example/', headers: {{X: {secret}}}, auth: {{type: basic_auth, config: {{user: u, password: {secret}}}}}}}}}]\n\
             selfservice:\n  methods: {{oidc: {{config: {{providers: [{{id: a, provider: generic, client_id: b, issuer_url: 'https://a.example', mapper_url: 'base64://e30=', client_secret: {secret}}}]}}}}}}\n\
             \x20 flows: {{login: {{after: {{hooks: [{{hook: web_hook, config: {{url: 'https://a.example', method: POST, headers: {{X: {secret}}}, auth: {{type: api_key, config: {{name: X, value: {secret}, in: header}}}}}}}}]}}}}}}\n\
             tracing: {{providers: {{otlp: {{authorization_header: {secret}}}}}}}\n",
        ),
    );
    let effective = shown(&case, Secrecy::Redacted);
    let text = [effective.yaml(), effective.yaml_with_origins(), effective.json().to_string()].concat();
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.contains("https://u:redacted@a.example/") && text.contains("in: header"), "{text}");
    let open = shown(&case, Secrecy::Shown).yaml();
    assert_eq!(open.matches(secret).count(), 14, "{open}");
}

#[test]
fn every_value_says_where_it_comes_from() {
    let case = Case::on_minimal()
        .dev()
        .file("more.yml", "session:\n  lifespan: 1h\n")
        .env("SERVE_PUBLIC_PORT", "5001");
    let effective = shown(&case, Secrecy::Redacted);
    let origins = effective.origins();
    let place = |key: &str| origins[key].as_str().unwrap().to_owned();
    assert!(place("session.lifespan").ends_with("more.yml:2"));
    assert_eq!(place("serve.public.port"), "environment variable SERVE_PUBLIC_PORT");
    assert_eq!(place("dev"), "flag --dev");
    assert_eq!(place("serve.admin.port"), "default");
    assert!(place("identity.schemas.0.id").contains("minimal.yml:"));
    let yaml = effective.yaml_with_origins();
    assert!(yaml.contains("port: 5001  # environment variable SERVE_PUBLIC_PORT\n"), "{yaml}");
    assert_eq!(effective.json()["serve"]["public"]["port"], json!(5001));
}

#[test]
fn what_cannot_be_used_is_not_in_effect() {
    let case = Case::on_minimal().dev().file("more.yml", "session: {lifespan: soon}\n");
    let problems = effective(case.request(), Secrecy::Redacted).map(drop).unwrap_err();
    assert_eq!(problems.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["session.lifespan"]);
}

#[test]
fn keys_stand_in_the_order_of_the_table() {
    let dump = |text: &str| shown(&Case::on_minimal().dev().file("more.yml", text), Secrecy::Redacted).json();
    let (one, other) = ("log: {level: debug}\nrevision: a\n", "revision: a\nlog: {level: debug}\n");
    assert_eq!(dump(one).to_string(), dump(other).to_string());
    assert!(matches!(dump(one), Value::Object(_)));
}
