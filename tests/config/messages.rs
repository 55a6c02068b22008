//! What is said about files that cannot be used. The snapshots are the contract with operators.

use crate::case::{Case, golden};

#[test]
fn several_problems_over_two_files_are_said_at_once() {
    let case = Case::new()
        .dev()
        .file(
            "base.yml",
            "dsn: memory\n\
             serve:\n  public:\n    prot: 4433\n    port: \"4433\"\n    host: 7\n\
             identity:\n  default_schema_id: staff\n  schemas:\n    - id: default\n      url: person.json\n\
             selfservice:\n  flows:\n    login:\n      lifespan: 1 hour\n      ui_url: login\n",
        )
        .file(
            "more.yml",
            "log:\n  level: verbose\nhashers:\n  bcrypt: {cost: 99}\n  argon2: {memory: 64mb}\n\
             ui_url: https://a.example\nsession:\n  lifespan: 0s\n  lifespan: 1h\n",
        );
    golden("several_problems_over_two_files_are_said_at_once", &case.problems());
}

#[test]
fn ids_of_providers_are_names() {
    let provider = |id: &str, kind: &str| {
        format!(
            "{{id: \"{id}\", provider: {kind}, client_id: a, client_secret: b, mapper_url: \"base64://e30=\"}}"
        )
    };
    let list =
        [provider("a:b", "google"), provider("a/b", "github"), provider("c", "generic"), provider("d", "x")];
    let text = format!(
        "selfservice: {{methods: {{oidc: {{enabled: true, config: {{providers: [{}]}}}}}}}}\n",
        list.join(", ")
    );
    let case = Case::on_minimal().dev().file("providers.yml", text);
    golden("ids_of_providers_are_names", &case.problems());
}

#[test]
fn missing_keys_are_named_where_they_belong() {
    golden(
        "missing_keys_are_named_where_they_belong",
        &Case::new().file("empty.yml", "log: {level: info}\n").problems(),
    );
}

#[test]
fn nothing_at_all_is_answered_too() {
    golden("nothing_at_all_is_answered_too", &Case::new().problems());
}

#[test]
fn secrets_are_never_shown() {
    let case = Case::on_minimal().file(
        "more.yml",
        "dsn: postgres://u:hunter2@db:port/x\n\
         secrets: {default: [hunter2], cipher: [hunter2], defualt: [hunter2], cookie: hunter2}\n\
         secret: hunter2\n\
         serve: {public: {tls: {key: {base64: hunter2}}}}\n\
         courier:\n  smtp: {connection_uri: hunter2, headers: {X-Auth: [hunter2]}}\n\
         \x20 channels: [{id: sms, request_config: {url: hunter2, auth: {type: basic_auth, config: {user: u, pasword: hunter2}}}}]\n\
         selfservice: {methods: {oidc: {config: {providers: [{id: a, provider: apple, client_id: b, mapper_url: base64://e30=, client_secret: hunter2}]}}}}\n",
    );
    let problems = case.problems();
    // The URL of a request is no secret by itself.
    assert_eq!(problems.matches("hunter2").count(), 1, "{problems}");
    golden("secrets_are_never_shown", &problems);
}

#[test]
fn hooks_are_checked_where_they_stand() {
    let case = Case::on_minimal().dev().file(
        "hooks.yml",
        "selfservice:\n  flows:\n    login:\n      before: {hooks: [{hook: session}]}\n      after:\n        \
         hooks: [{hook: web_hok}, {hook: session}]\n        \
         oidc: {hooks: [{hook: verification}]}\n    registration:\n      after:\n        \
         hooks: [{hook: session}]\n        \
         password:\n          hooks:\n            - {hook: session, config: {x: 1}}\n            - hook: web_hook\n              \
         config: {url: nowhere, methd: POST, response: {ignore: true, parse: true}, auth: {type: api_key, config: {name: a}}}\n            \
         - {config: {}}\n            - {hook: session, config: {x: 1}}\n    verification:\n      after:\n        \
         password: {hooks: []}\n",
    );
    golden("hooks_are_checked_where_they_stand", &case.problems());
}

#[test]
fn values_that_do_not_go_together_are_refused() {
    let case = Case::on_minimal().dev().file(
        "more.yml",
        "serve:\n  public:\n    base_url: /auth\n    tls:\n      cert: {path: /etc/tls.crt}\n\
         ciphers: {algorithm: aes}\n\
         selfservice:\n  methods:\n    link: {enabled: false}\n    code: {passwordless_enabled: true, mfa_enabled: true}\n    \
         passkey: {enabled: true}\n    oidc: {config: {providers: [{id: m, provider: microsoft, client_id: a, mapper_url: \"base64://e30=\"}]}}\n  \
         flows:\n    verification: {enabled: true, use: link}\n\
         courier: {smtp: {client_cert_path: /etc/mail.crt}, delivery_strategy: http}\n",
    );
    golden("values_that_do_not_go_together_are_refused", &case.problems());
}

#[test]
fn secrets_are_required_outside_dev() {
    golden("secrets_are_required_outside_dev", &Case::on_minimal().problems());
}

#[test]
fn example_secrets_are_refused_outside_dev() {
    let text = "secrets: {default: [PLEASE-CHANGE-ME-I-AM-VERY-INSECURE]}\n";
    assert!(Case::on_minimal().file("more.yml", text).problems().contains("secrets.default.0: [redacted]"));
    assert!(Case::on_minimal().dev().file("more.yml", text).load().is_ok());
}

#[test]
fn the_inbox_needs_dev() {
    let case = Case::new().fixture("full.yml").file("more.yml", "zelos: {inbox: {enabled: true}}\n");
    assert!(case.problems().contains("zelos.inbox.enabled: true"));
    assert!(!Case::new().fixture("full.yml").config().inbox);
}

#[test]
fn insecure_cookies_for_other_sites_are_refused_outside_dev() {
    let text = "cookies: {same_site: None, secure: false}\n";
    assert!(Case::new().fixture("full.yml").file("more.yml", text).problems().contains("cookies.same_site"));
    assert!(Case::on_minimal().dev().file("more.yml", text).load().is_ok());
}

#[test]
fn tolerant_objects_warn_of_unknown_keys_and_strict_refuses_them() {
    let text = "security: {account_enumeration: {enabled: true}}\n";
    let warnings = Case::on_minimal().dev().file("more.yml", text).warnings();
    assert_eq!(warnings, ["security.account_enumeration.enabled is not a known key"]);
    golden(
        "tolerant_objects_warn_of_unknown_keys_and_strict_refuses_them",
        &Case::on_minimal().dev().strict().file("more.yml", text).problems(),
    );
}

#[test]
fn databases_that_are_not_supported_are_named() {
    let case = Case::on_minimal().dev().env("DSN", "mysql://u:hunter2@tcp(db:3306)/x");
    golden("databases_that_are_not_supported_are_named", &case.problems());
}
