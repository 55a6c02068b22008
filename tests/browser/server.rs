//! A development server of its own for each test: an empty folder, free ports, no configuration file.

use std::{
    fs::File,
    net::TcpListener,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::request;

const START_PATIENCE: Duration = Duration::from_secs(60);

/// A running `zelos serve --dev`; ends with the test and shows its log when the test failed.
pub struct Server {
    process: Child,
    folder: TempDir,
    public: String,
    admin: String,
}

/// What the inbox knows about a message, as far as the tests need it.
pub struct Message {
    pub id: String,
    pub code: String,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, with settings as environment variables.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_at("127.0.0.1", settings)
    }

    /// The same, under the name by which keys know this machine: they are for names and not for addresses.
    pub fn start_for_keys(settings: &[(&str, &str)]) -> Self {
        Self::start_at("localhost", settings)
    }

    fn start_at(host: &str, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = File::create(folder.path().join("log")).expect("a log file");
        let (public, admin) = (free_port(), free_port());
        let process = Command::new(env!("CARGO_BIN_EXE_zelos"))
            .args(["serve", "--dev"])
            .current_dir(folder.path())
            .env_remove("DSN")
            .env("SERVE_PUBLIC_HOST", "127.0.0.1")
            .env("SERVE_PUBLIC_PORT", public.to_string())
            .env("SERVE_PUBLIC_BASE_URL", format!("http://{host}:{public}/"))
            .env("SERVE_ADMIN_HOST", "127.0.0.1")
            .env("SERVE_ADMIN_PORT", admin.to_string())
            .env("SERVE_ADMIN_BASE_URL", format!("http://127.0.0.1:{admin}/"))
            .envs(settings.iter().copied())
            .envs(relying_party(host, public))
            .stdout(log.try_clone().expect("the same log file"))
            .stderr(log)
            .spawn()
            .expect("start zelos");
        let mut server = Self {
            process,
            folder,
            public: format!("http://{host}:{public}"),
            admin: format!("http://127.0.0.1:{admin}"),
        };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&mut self) {
        let begin = Instant::now();
        while begin.elapsed() < START_PATIENCE {
            if let Some(status) = self.process.try_wait().expect("the state of the server") {
                panic!("the server ended at its start: {status}");
            }
            if matches!(request("GET", &format!("{}/health/ready", self.public), None), Ok((200, _))) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the server was not ready after {START_PATIENCE:?}");
    }

    /// The address of a page of the sample front end.
    pub fn page(&self, name: &str) -> String {
        format!("{}/ui/{name}", self.public)
    }

    /// The address of the inbox page.
    pub fn inbox_page(&self) -> String {
        format!("{}/dev/inbox", self.admin)
    }

    /// Waits for a message with a code to this address, newer than the given one.
    pub fn wait_for_message(&self, to: &str, after: Option<&str>) -> Message {
        let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
        let url = format!("{}/dev/inbox/wait?to={to}&timeout=20s{after}", self.admin);
        let (status, message) = request("GET", &url, None).expect("the inbox answers");
        assert_eq!(status, 200, "no message came to {to}");
        Message { id: text(&message["id"]), code: text(&message["code"]) }
    }

    /// Signs up as a native app does, in one step.
    pub fn register_natively(&self, email: &str, password: &str) {
        let (_, flow) =
            request("GET", &format!("{}/self-service/registration/api", self.public), None).expect("a flow");
        let body = json!({ "method": "password", "password": password, "traits": { "email": email } });
        let (status, answer) = request("POST", &text(&flow["ui"]["action"]), Some(&body)).expect("an answer");
        assert_eq!(status, 200, "signed up: {answer}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text is expected, not {value}")).to_owned()
}

/// For whom keys are; they need a name.
fn relying_party(host: &str, port: u16) -> Vec<(String, String)> {
    if host != "localhost" {
        return Vec::new();
    }
    let mut settings = Vec::new();
    for method in ["PASSKEY", "WEBAUTHN"] {
        let key = |name: &str| format!("SELFSERVICE_METHODS_{method}_CONFIG_RP_{name}");
        settings.push((format!("SELFSERVICE_METHODS_{method}_ENABLED"), "true".to_owned()));
        settings.push((key("ID"), host.to_owned()));
        settings.push((key("DISPLAY_NAME"), "Example".to_owned()));
        settings.push((key("ORIGINS_0"), format!("http://{host}:{port}")));
    }
    settings
}

/// A port that nobody listened on a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            eprintln!("--- log of the server ---\n{log}--- end of the log ---");
        }
    }
}
