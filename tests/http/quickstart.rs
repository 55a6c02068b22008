//! The files that people start from start here, unmodified but for hosts and paths (03 §14).

use std::{
    fs::{self, File},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::reload_program::{free_port, get};

const PATIENCE: Duration = Duration::from_secs(60);

/// A server that was started from one of these files, with a database that was migrated before.
pub struct Variant {
    process: Child,
    pub folder: TempDir,
    pub public: u16,
    pub admin: u16,
}

impl Drop for Variant {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        if thread::panicking() {
            println!("{}", self.log());
        }
    }
}

impl Variant {
    fn start(name: &str, schema: &str) -> Self {
        Self::start_with(name, schema, &[])
    }

    /// The same, with more settings as environment variables.
    pub fn start_with(name: &str, schema: &str, more: &[(&str, &str)]) -> Self {
        let root = env!("CARGO_MANIFEST_DIR");
        let folder = tempfile::tempdir().unwrap();
        let text = fs::read_to_string(format!("{root}/tests/config/fixtures/quickstart/{name}.yml")).unwrap();
        let schema = format!("file://{root}/identity-schemas/{schema}.schema.json");
        let text = text.replace("file:///etc/config/kratos/identity.schema.json", &schema);
        let file = folder.path().join("kratos.yml");
        fs::write(&file, text).unwrap();
        let (public, admin) = (free_port(), free_port());
        let log = File::create(folder.path().join("log")).unwrap();
        let database = folder.path().join("db.sqlite").display().to_string();
        let zelos = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_zelos"));
            command
                .args(arguments)
                .current_dir(folder.path())
                .env_clear()
                .env("DSN", format!("sqlite://{database}?_fk=true&_journal=WAL&mode=rwc"))
                .env("LOG_LEVEL", "trace")
                .env("SERVE_PUBLIC_HOST", "127.0.0.1")
                .env("SERVE_PUBLIC_PORT", public.to_string())
                .env("SERVE_PUBLIC_BASE_URL", format!("http://127.0.0.1:{public}/"))
                .env("SERVE_ADMIN_HOST", "127.0.0.1")
                .env("SERVE_ADMIN_PORT", admin.to_string())
                .envs(more.iter().copied())
                .stdout(log.try_clone().unwrap())
                .stderr(log.try_clone().unwrap());
            command
        };
        let file = file.display().to_string();
        let migrated = zelos(&["-c", &file, "migrate", "sql", "-e", "--yes"]).status().unwrap();
        assert!(migrated.success(), "{name}");
        let process = zelos(&["serve", "-c", &file, "--dev", "--watch-courier"]).spawn().unwrap();
        let variant = Self { process, folder, public, admin };

        let begin = Instant::now();
        while !get(variant.admin, "/health/ready").starts_with("HTTP/1.1 200") {
            assert!(begin.elapsed() < PATIENCE, "{name} never started");
            thread::sleep(Duration::from_millis(20));
        }
        variant
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn json(&self, path: &str) -> Value {
        let answer = get(self.public, path);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        serde_json::from_str(body).unwrap()
    }

    /// Each flow begins, for apps and for browsers, with the anti-CSRF cookie that plain HTTP lets through.
    fn serves(&self, flows: &[&str]) {
        for flow in flows {
            let form = self.json(&format!("/self-service/{flow}/api"));
            assert!(form["ui"]["nodes"].as_array().is_some_and(|nodes| !nodes.is_empty()), "{flow}: {form}");
            let page = get(self.public, &format!("/self-service/{flow}/browser"));
            assert!(page.starts_with("HTTP/1.1 303"), "{flow}: {page}");
            let to = page.lines().find(|line| line.to_lowercase().starts_with("location:")).unwrap();
            assert!(to.contains(&format!("/{flow}?flow=")), "{flow}: {to}");
            let cookie = page.lines().find(|line| line.contains("csrf_token_")).unwrap();
            assert!(!cookie.contains("Secure"), "{cookie}");
        }
        assert_eq!(self.json("/schemas").as_array().map(Vec::len), Some(1));
        assert!(get(self.admin, "/admin/identities").starts_with("HTTP/1.1 200"));
    }
}

const ALL: [&str; 4] = ["login", "registration", "verification", "recovery"];

#[test]
fn mail_and_password() {
    Variant::start("email-password", "email").serves(&ALL);
}

#[test]
fn all_strategies() {
    let variant = Variant::start("all-strategies", "email");
    variant.serves(&["login", "registration", "recovery"]);
    let refused = get(variant.public, "/self-service/verification/api");
    assert!(refused.starts_with("HTTP/1.1 400"), "it is switched off: {refused}");
}

#[test]
fn security_keys() {
    Variant::start("webauthn", "email").serves(&["verification", "recovery"]);
}

#[test]
fn passkeys() {
    Variant::start("passkey", "email").serves(&ALL);
}

#[test]
fn phone_and_password() {
    Variant::start("phone-password", "phone").serves(&ALL);
}

#[test]
fn schemas_whose_id_has_a_scheme() {
    let variant = Variant::start("preset-id", "email");
    variant.serves(&ALL);
    assert_eq!(variant.json("/schemas")[0]["id"], "preset://email");
}
