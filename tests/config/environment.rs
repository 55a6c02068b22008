//! Environment variables.

use crate::case::{Case, golden};

#[test]
fn variables_win_over_files() {
    let config = Case::on_minimal()
        .dev()
        .file("more.yml", "dsn: \"\"\n")
        .env("DSN", "memory")
        .env("SERVE_PUBLIC_PORT", "5000")
        .env("SESSION_COOKIE_SECURE", "true")
        .env("COURIER_SMTP_CONNECTION_URI", "smtp://mail:25")
        .env("COURIER_SMTP_HEADERS", r#"{"X-Tag": "a"}"#)
        .env("LOG_LEAK_SENSITIVE_VALUES", "1")
        .config();
    assert_eq!(config.serve.public.bind, zelos::config::Bind::Tcp { host: "0.0.0.0".to_owned(), port: 5000 });
    assert!(config.session.cookie.secure);
    assert!(config.courier.mail.is_some());
    assert!(config.log.leak_sensitive_values);
}

#[test]
fn whole_lists_replace_and_elements_patch() {
    let file =
        "secrets: {cookie: [Tb6YvN2KqX8sWzLc4RmH7fJd, Qe7ZkV2bXs9LmT4cRw8NfH3y, Hn4BvTz7QxK2mWc9LsR5yFd8]}\n";
    let cookies = |name: &str, value: &str| {
        let case = Case::on_minimal().dev().file("more.yml", file).env(name, value);
        case.config()
            .secrets
            .cookie()
            .given()
            .iter()
            .map(|secret| secret.expose().clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(cookies("SECRETS_COOKIE", "uM8cRz5WtYq3XvL7bKs2NfJ9"), ["uM8cRz5WtYq3XvL7bKs2NfJ9"]);
    let patched = cookies("SECRETS_COOKIE_1", "uM8cRz5WtYq3XvL7bKs2NfJ9");
    assert_eq!(patched, ["Tb6YvN2KqX8sWzLc4RmH7fJd", "uM8cRz5WtYq3XvL7bKs2NfJ9", "Hn4BvTz7QxK2mWc9LsR5yFd8"]);
    assert_eq!(cookies("SECRETS_COOKIE_3", "uM8cRz5WtYq3XvL7bKs2NfJ9").len(), 4);
}

#[test]
fn hooks_come_as_json_or_by_number() {
    let hooks = |pairs: &[(&str, &str)]| {
        let case = pairs.iter().fold(Case::on_minimal().dev(), |case, (name, value)| case.env(name, value));
        case.config().selfservice.registration.flow.after.hooks(zelos::identity::MethodId::Password).len()
    };
    let all = "SELFSERVICE_FLOWS_REGISTRATION_AFTER_PASSWORD_HOOKS";
    assert_eq!(hooks(&[(all, r#"[{"hook":"session"},{"hook":"show_verification_ui"}]"#)]), 2);
    assert_eq!(
        hooks(&[(&format!("{all}_0_HOOK"), "session"), (&format!("{all}_1_HOOK"), "show_verification_ui")]),
        2
    );
}

#[test]
fn variables_of_other_programs_do_no_harm() {
    let case = Case::on_minimal()
        .dev()
        .env("HELP", "me")
        .env("CONFIG", "/etc/x")
        .env("SESSION", "ubuntu")
        .env("SECURITY", "none")
        .env("PATH", "/bin")
        .env("COURIER_SMTP_CONNECTION_URI", "")
        .env("DSN", "")
        .env("SERVE_PUBLIC_PORT", "")
        .env("VERSION", "1.2");
    assert_eq!(case.warnings(), ["version is not a version such as v1.2.3 and is ignored"]);
}

#[test]
fn bad_variables_are_named() {
    let case = Case::on_minimal()
        .dev()
        .env("SERVE_PUBLIC_PORT", "http")
        .env("DEV", "maybe")
        .env("LOG_FORMAT", "gelf")
        .env("SECRETS_COOKIE_5", "Hn4BvTz7QxK2mWc9LsR5yFd8")
        .env("COURIER_SMTP_CONNECTION_URI", "mail-password@mail")
        .env("IDENTITY_SCHEMAS", "person.json");
    golden("bad_variables_are_named", &case.problems());
}

#[test]
fn native_flows_are_open_to_browsers_in_development_only() {
    let name = "DEV_DISABLE_API_FLOW_ENFORCEMENT";
    assert!(Case::on_minimal().dev().env(name, "true").config().allow_browsers_in_native_flows);
    assert!(!Case::on_minimal().dev().config().allow_browsers_in_native_flows);
    assert!(!Case::new().fixture("full.yml").env(name, "true").config().allow_browsers_in_native_flows);
}
