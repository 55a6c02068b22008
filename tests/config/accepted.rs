//! Files that load, and what they become.

use std::time::Duration;

use zelos::{
    config::{
        Bind, CipherAlgorithm, Dsn, HashAlgorithm, HookName, MailChannel, OriginRule, RequestAuth, SameSite,
        SecretList, SslMode,
    },
    identity::MethodId,
};

use crate::case::Case;

#[test]
fn the_minimal_sample_loads_for_development() {
    let config = Case::on_minimal().dev().config();
    assert!(matches!(config.dsn, Dsn::Memory));
    assert_eq!(config.serve.public.base_url.as_str(), "http://127.0.0.1:4433/");
    assert_eq!(config.serve.public.bind, Bind::Tcp { host: "0.0.0.0".to_owned(), port: 4433 });
    assert!(!config.session.cookie.secure && !config.cookies.secure);
    assert_eq!(config.session.cookie_name, "ory_kratos_session");
    assert_eq!(config.session.lifespan, Duration::from_secs(86400));
    assert_eq!(config.session.earliest_extend, None);
    assert_eq!(config.selfservice.login.flow.lifespan, Duration::from_secs(3600));
    assert_eq!(config.selfservice.error_ui.as_str(), "http://127.0.0.1:4455/error");
    assert!(matches!(config.secrets.default(), SecretList::Missing));
    assert_eq!(config.cipher, CipherAlgorithm::XChaCha20Poly1305);
    assert_eq!(config.hashers.algorithm, HashAlgorithm::Bcrypt);
    assert!(config.methods.password.enabled && config.methods.code.enabled && !config.methods.link.enabled);
    assert!(config.inbox);
    assert_eq!(config.trusted_proxies.len(), 2);
}

#[test]
fn the_full_sample_loads_and_every_part_arrives() {
    let config = Case::new().fixture("full.yml").config();
    let Dsn::Postgres(postgres) = &config.dsn else { panic!("{:?}", config.dsn) };
    assert_eq!(postgres.ssl_mode, SslMode::VerifyFull);
    assert_eq!(postgres.pool.max_conns, Some(20));
    assert!(matches!(&config.serve.admin.bind, Bind::Unix { mode: 0o660, .. }));
    let cors = config.serve.cors.as_ref().unwrap();
    assert_eq!(cors.origins.len(), 2);
    assert!(matches!(&cors.origins[1], OriginRule::Between { end, .. } if end == ".branch.example.org"));
    assert!(config.session.cookie.secure);
    assert_eq!(config.session.cookie.domain.as_deref(), Some("example.org"));
    assert_eq!(config.session.cookie.same_site, SameSite::Lax);
    assert_eq!(config.hashers.argon2.memory_kib, 64 * 1024);
    assert_eq!(config.hashers.argon2.iterations, 3);
    assert_eq!(config.identity.schemas.len(), 2);
    assert_eq!(config.identity.default_schema_id, "member");
    // Ours comes first, then the three of the file.
    assert_eq!(config.selfservice.allowed_return_urls.len(), 4);
    assert_eq!(config.selfservice.allowed_return_urls[0].path_prefix, "/self-service");
    let hooks = config.selfservice.registration.flow.after.hooks(MethodId::Password);
    let names: Vec<HookName> = hooks.iter().map(|hook| hook.name).collect();
    assert_eq!(names, [HookName::WebHook, HookName::Session]);
    assert_eq!(hooks[0].key, "selfservice.flows.registration.after.password.hooks.0");
    assert_eq!(hooks[0].config["response"]["parse"], true);
    assert_eq!(hooks[0].config["response"]["ignore"], false, "defaults are filled in");
    assert!(config.selfservice.registration.profile_first);
    assert!(config.selfservice.login.identifier_first);
    assert!(config.methods.code.passwordless);
    let Some(MailChannel::Smtp(smtp)) = &config.courier.mail else { panic!("{:?}", config.courier.mail) };
    assert!(smtp.implicit_tls);
    assert_eq!(smtp.from_address, "accounts@example.org");
    let sms = config.courier.sms.as_ref().unwrap();
    assert!(matches!(&sms.auth, Some(RequestAuth::Basic { user, .. }) if user == "auth"));
    assert!(config.features.continue_with_transitions);
}

#[test]
fn what_does_nothing_yet_in_the_full_sample_is_named() {
    let warnings = Case::new().fixture("full.yml").warnings();
    let keys: Vec<&str> = warnings.iter().filter_map(|warning| warning.split(' ').next()).collect();
    assert_eq!(keys, ["tracing.provider"]);
}

#[test]
fn the_quickstart_loads_unmodified_with_its_environment() {
    let case = Case::new()
        .fixture("quickstart/email-password.yml")
        .dev()
        .env("DSN", "sqlite:///var/lib/sqlite/db.sqlite?_fk=true&_journal=WAL&mode=rwc")
        .env("LOG_LEVEL", "trace")
        .env("SERVE_PUBLIC_BASE_URL", "http://127.0.0.1:4433/")
        .env("TRACING_PROVIDER", "jaeger")
        .env("TRACING_PROVIDERS_JAEGER_SAMPLING_SERVER_URL", "http://jaeger:5778/sampling");
    let config = case.config();
    assert!(matches!(&config.dsn, Dsn::Sqlite(sqlite) if sqlite.path.ends_with("db.sqlite")));
    assert_eq!(config.hashers.bcrypt.cost, 8, "cheap hashes are for development");
    assert!(!config.selfservice.registration.flow.after.hooks(MethodId::Password).is_empty());
    let Some(MailChannel::Smtp(smtp)) = &config.courier.mail else { panic!("{:?}", config.courier.mail) };
    assert_eq!(smtp.from_address, "no-reply@localhost");
    assert_eq!(config.secrets.cookie().given().len(), 1);
    let expo = config.selfservice.allowed_return_urls.iter().find(|rule| rule.scheme == "exp").unwrap();
    assert_eq!((expo.host.as_str(), expo.path_prefix.as_str()), ("localhost:8081", "/--/Callback"));
}

#[test]
fn cheap_hashes_are_raised_outside_development() {
    let case = Case::on_minimal().file(
        "more.yml",
        "secrets: {default: [fX4nKs8WvQ2zRb7LtYc5HmJd9GpE3uA6]}\nhashers: {bcrypt: {cost: 8}}\n",
    );
    assert_eq!(case.config().hashers.bcrypt.cost, 12);
    assert!(case.warnings().iter().any(|warning| warning.starts_with("hashers.bcrypt.cost")));
}

#[test]
fn the_reference_is_valid_even_when_warnings_count() {
    let reference = concat!(env!("CARGO_MANIFEST_DIR"), "/kratos-compat.yml");
    let config = Case::new().path(reference.into()).strict().config();
    assert_eq!(config.revision(), "2026-03-01");
}

#[test]
fn development_needs_no_file() {
    let config = Case::new().dev().config();
    assert!(matches!(&config.dsn, Dsn::Sqlite(sqlite) if sqlite.path.ends_with("zelos-dev.sqlite")));
    assert_eq!(config.identity.schemas[0].source.preset(), Some("email"));
    let login = config.selfservice.login.flow.ui_url.against(&config.serve.public.base_url);
    assert_eq!(login.as_str(), "http://127.0.0.1:4433/ui/login");
    let after_login = config.selfservice.login.flow.after.hooks(MethodId::Password);
    assert_eq!(after_login[0].name, HookName::RequireVerifiedAddress);
    assert!(config.selfservice.verification.enabled && config.inbox && config.courier.mail.is_none());
    assert!(Case::new().dev().warnings().is_empty());
}

#[test]
fn later_files_win_and_lists_are_replaced() {
    let config = Case::on_minimal()
        .dev()
        .file("a.yml", "session: {lifespan: 1h, cookie: {name: a}}\nsecrets: {cookie: [Tb6YvN2KqX8sWzLc4RmH7fJd, Qe7ZkV2bXs9LmT4cRw8NfH3y]}\n")
        .file("b.json", r#"{"session": {"cookie": {"name": "b"}}, "secrets": {"cookie": ["Hn4BvTz7QxK2mWc9LsR5yFd8"]}}"#)
        .config();
    assert_eq!(config.session.lifespan, Duration::from_secs(3600));
    assert_eq!(config.session.cookie_name, "b");
    let cookies = config.secrets.cookie().given();
    assert_eq!(cookies.len(), 1);
    assert_eq!(cookies[0].expose(), "Hn4BvTz7QxK2mWc9LsR5yFd8");
}

#[test]
fn toml_is_read_as_well() {
    let toml = "revision = 'toml'\n[session]\nlifespan = '1h'\n[[identity.schemas]]\nid = 'default'\nurl = 'preset://email'\n\
                [[selfservice.flows.login.after.hooks]]\nhook = 'require_verified_address'\n";
    let config = Case::on_minimal().dev().file("more.toml", toml).config();
    assert_eq!((config.revision(), config.session.lifespan), ("toml", Duration::from_secs(3600)));
    assert_eq!(config.identity.schemas[0].source.preset(), Some("email"));
    assert_eq!(config.selfservice.login.flow.after.hooks(MethodId::Password).len(), 1);
    let wrong =
        Case::on_minimal().dev().file("more.toml", "[session]\nlifespan = 1\nlifespam = '1h'\n").problems();
    assert!(wrong.contains("more.toml:2") && wrong.contains("did you mean session.lifespan?"), "{wrong}");
}

#[test]
fn the_hash_follows_the_values_and_not_the_order_of_keys() {
    let hash = |text: &str| Case::on_minimal().dev().file("more.yml", text).config().revision().to_owned();
    let one = hash("session: {lifespan: 1h}\nlog: {level: debug}\n");
    assert_eq!(one.len(), 64);
    assert_eq!(one, hash("log: {level: debug}\nsession: {lifespan: 1h}\n"));
    assert_ne!(one, hash("log: {level: debug}\nsession: {lifespan: 2h}\n"));
    assert_eq!(hash("revision: r7\n"), "r7");
}

#[test]
fn a_listener_without_base_url_makes_one() {
    let text = "serve: {public: {base_url: ~}, admin: {base_url: ~, host: 10.1.2.3}}\n";
    let case = Case::on_minimal().dev().file("more.yml", text).env("HOSTNAME", "box");
    let serve = case.config().serve;
    assert_eq!(serve.public.base_url.as_str(), "http://box:4433/");
    assert_eq!(serve.admin.base_url.as_str(), "http://10.1.2.3:4434/");
}

#[test]
fn dev_from_a_file_works_with_a_warning() {
    let case = Case::on_minimal().file("more.yml", "dev: true\n");
    assert!(case.config().dev);
    assert!(case.warnings().iter().any(|warning| warning.starts_with("dev comes from a file")));
    assert!(case.dev().warnings().iter().all(|warning| !warning.starts_with("dev ")));
}

#[test]
fn entries_that_reach_too_far_are_left_out() {
    let case = Case::on_minimal().dev().file(
        "more.yml",
        "selfservice: {allowed_return_urls: [\"https://*.com\", \"https://*.example.com\", \"/path\", \"*\"]}\n\
         serve: {public: {cors: {enabled: true, allowed_origins: [\"https://*.co.uk\", \"https://a.example\"]}}}\n",
    );
    let config = case.config();
    assert_eq!(config.selfservice.allowed_return_urls.len(), 2);
    assert_eq!(config.serve.cors.unwrap().origins, [OriginRule::Exact("https://a.example".to_owned())]);
    assert_eq!(case.warnings().len(), 4);
}

#[test]
fn addresses_that_nobody_can_prove_are_warned_of() {
    let hooks = "selfservice: { flows: { settings: { after: { profile: { hooks: [{ hook: verify_new_address }] } } } } }";
    let case = Case::on_minimal().dev().file("hooks.yml", hooks);
    let key = "selfservice.flows.settings.after.profile.hooks.0.hook";
    assert!(case.warnings().iter().any(|warning| warning.starts_with(key)), "{:?}", case.warnings());
    let on = "selfservice: { flows: { verification: { enabled: true } } }";
    let case = Case::on_minimal().dev().file("hooks.yml", hooks).file("on.yml", on);
    assert!(case.warnings().iter().all(|warning| !warning.starts_with(key)));
}
