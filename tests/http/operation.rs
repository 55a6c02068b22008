//! What an operator sees of the program from outside: its log, and the certificates of its listeners.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{quickstart::Variant, reload_program::get};

const PATIENCE: Duration = Duration::from_secs(60);

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "never {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn lines(variant: &Variant) -> Vec<String> {
    let log = variant.log();
    log.lines().filter(|line| line.contains("completed handling request")).map(str::to_owned).collect()
}

#[test]
fn requests_are_logged_without_what_they_hold() {
    let more = [
        ("LOG_FORMAT", "json"),
        ("LOG_REDACTION_TEXT", "left out"),
        ("SERVE_ADMIN_REQUEST_LOG_DISABLE_FOR_HEALTH", "true"),
    ];
    let variant = Variant::start_with("preset-id", "email", &more);
    get(variant.public, "/self-service/login/browser?return_to=http://localhost:4455/hidden-page");
    get(variant.admin, "/admin/identities/9f2b2d4e-hidden");
    get(variant.public, "/hidden-place");
    get(variant.public, "/health/alive");
    until("logged", || lines(&variant).iter().any(|line| line.contains("/health/alive")));
    let all = lines(&variant).join("\n");
    assert!(!all.contains("hidden") && !all.contains("/health/ready"), "{all}");
    for part in [
        r#""http.path":"/self-service/login/browser","http.query":"left out","http.status":303"#,
        r#""http.path":"/admin/identities/{id}","#,
        r#""http.path":"left out","http.status":404"#,
        r#""http.method":"GET","http.path":"/health/alive","http.status":200"#,
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
}

#[test]
fn who_asks_for_sensitive_values_gets_them() {
    let variant = Variant::start_with("email-password", "email", &[("LOG_FORMAT", "json")]);
    get(variant.public, "/self-service/login/browser?return_to=http://127.0.0.1:4455/shown");
    until("logged", || lines(&variant).iter().any(|line| line.contains("/shown")));
}

/// Makes a certificate of this name with its key.
fn certificate(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .current_dir(folder)
        .args([
            "req",
            "-x509",
            "-nodes",
            "-days",
            "2",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args(["-subj", &format!("/CN={name}"), "-keyout", "new.key", "-out", "new.pem"])
        .stderr(Stdio::null())
        .status()
        .expect("this test needs the `openssl` program");
    assert!(made.success());
}

/// Whether the listener shows the certificate of this name.
fn shows(port: u16, name: &str) -> bool {
    let run = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&run.stdout).replace(' ', "");
    text.contains(&format!("subject=CN={name}"))
}

#[test]
fn a_changed_certificate_is_shown_to_whoever_connects_next() {
    let folder = tempfile::tempdir().unwrap();
    let take =
        |file: &str| fs::rename(folder.path().join(format!("new.{file}")), folder.path().join(file)).unwrap();
    certificate(folder.path(), "first");
    ["pem", "key"].into_iter().for_each(take);
    let path = |file: &str| folder.path().join(file).display().to_string();
    let (cert, key) = (path("pem"), path("key"));
    let more = [("SERVE_PUBLIC_TLS_CERT_PATH", cert.as_str()), ("SERVE_PUBLIC_TLS_KEY_PATH", key.as_str())];
    let variant = Variant::start_with("email-password", "email", &more);
    until("first", || shows(variant.public, "first"));

    // The certificate alone does not fit the key: it is told, and the one before goes on.
    let refused = || variant.log().matches("the certificate before it goes on serving").count();
    certificate(folder.path(), "second");
    take("pem");
    until("told", || refused() == 1);
    assert!(shows(variant.public, "first"));
    take("key");
    until("second", || shows(variant.public, "second"));
    fs::write(folder.path().join("pem"), "no certificate").unwrap();
    until("told again", || refused() == 2);
    assert!(shows(variant.public, "second"));
}

/// Text messages that nobody will send are remarked on where the configuration is checked.
#[test]
fn text_messages_without_a_channel_are_remarked_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kratos.yml");
    let text = "dsn: memory\nsecrets: {default: [fX4nKs8WvQ2zRb7LtYc5HmJd9GpE3uA6]}\n\
                identity: {default_schema_id: phone, schemas: [{id: phone, url: 'preset://phone'}]}\n\
                selfservice: {default_browser_return_url: 'https://a.example/'}\n";
    let check = |more: &str, strict: &[&str]| {
        fs::write(&file, format!("{text}{more}")).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_zelos"))
            .args(["config", "check", "-c", &file.display().to_string()])
            .args(strict)
            .env_clear()
            .output()
            .unwrap();
        (run.status.success(), String::from_utf8(run.stderr).unwrap())
    };
    let (passed, said) = check("", &[]);
    assert!(
        passed && said.contains("identity.schemas (phone)") && said.contains("courier.channels"),
        "{said}"
    );
    assert!(!check("", &["--strict"]).0);
    let channel = "courier: {channels: [{id: sms, request_config: {url: 'https://sms.example/'}}]}\n";
    assert_eq!(check(channel, &["--strict"]), (true, String::new()));
}
