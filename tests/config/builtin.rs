//! The settings that `--dev` without a file brings along.

use zelos::config::Bind;

use crate::case::Case;

#[test]
fn they_load_without_a_remark() {
    let config = Case::new().dev().strict().config();
    assert_eq!(config.serve.public.base_url.as_str(), "http://127.0.0.1:4433/");
    assert_eq!(config.serve.admin.base_url.as_str(), "http://127.0.0.1:4434/");
    assert!(config.inbox);
}

#[test]
fn all_urls_follow_the_ports() {
    let ports = [("SERVE_PUBLIC_PORT", "15433"), ("SERVE_ADMIN_PORT", "15434")];
    let case = ports.into_iter().fold(Case::new().dev(), |case, (name, port)| case.env(name, port));
    let config = case.config();
    let (public, admin) = (&config.serve.public, &config.serve.admin);
    assert_eq!(public.bind, Bind::Tcp { host: "127.0.0.1".to_owned(), port: 15433 });
    assert_eq!(public.base_url.as_str(), "http://127.0.0.1:15433/");
    assert_eq!(admin.base_url.as_str(), "http://127.0.0.1:15434/");
    let flows = &config.selfservice;
    for (page, url) in [
        ("", &flows.default_return_url),
        ("error", &flows.error_ui),
        ("login", &flows.login.flow.ui_url),
        ("registration", &flows.registration.flow.ui_url),
        ("verification", &flows.verification.flow.ui_url),
        ("recovery", &flows.recovery.flow.ui_url),
        ("settings", &flows.settings.flow.ui_url),
    ] {
        let page = format!("http://127.0.0.1:15433/ui/{page}");
        assert_eq!(url.against(&public.base_url).as_str(), page);
    }
}

#[test]
fn they_follow_a_public_url_as_well() {
    let case = Case::new().dev().env("SERVE_PUBLIC_BASE_URL", "https://dev.example.org");
    let config = case.config();
    let login = config.selfservice.login.flow.ui_url.against(&config.serve.public.base_url);
    assert_eq!(login.as_str(), "https://dev.example.org/ui/login");
}
