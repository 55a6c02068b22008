//! The program: run once, or kept running as a server.

use std::{
    fs::{self, File},
    io::Write as _,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::database::TestDatabase;

const PATIENCE: Duration = Duration::from_secs(60);

/// What a run of the program came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// What was printed, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The lines that were printed.
    pub fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }
}

/// Runs the program in a folder, with only these variables.
pub fn run_in(folder: &Path, variables: &[(&str, &str)], arguments: &[&str], input: &str) -> Ran {
    let mut process = Command::new(env!("CARGO_BIN_EXE_zelos"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing closes its end.
    process.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    let output = process.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program where nothing is.
pub fn run(arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), &[], arguments, "")
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// How to name a database on the command line.
pub fn dsn(database: &TestDatabase) -> String {
    if let Some(file) = database.file() {
        return format!("sqlite://{}", file.display());
    }
    let driver = database.driver().unwrap();
    let tokio_postgres::config::Host::Unix(folder) = &driver.get_hosts()[0] else {
        let tokio_postgres::config::Host::Tcp(host) = &driver.get_hosts()[0] else { unreachable!() };
        let password = driver.get_password().map(|password| String::from_utf8_lossy(password).into_owned());
        let (user, port, name) =
            (driver.get_user().unwrap(), driver.get_ports()[0], driver.get_dbname().unwrap());
        return format!("postgres://{user}:{}@{host}:{port}/{name}", password.unwrap_or_default());
    };
    let (user, port, name) =
        (driver.get_user().unwrap(), driver.get_ports()[0], driver.get_dbname().unwrap());
    format!("postgres:///{name}?host={}&user={user}&port={port}&sslmode=disable", folder.display())
}

/// A server with the built-in development configuration, and a folder to run other commands in.
pub struct Server {
    process: Child,
    pub folder: TempDir,
    pub public: u16,
    pub admin: u16,
    /// What it was started with, for commands that look at the same installation.
    pub variables: Vec<(String, String)>,
    pub database: TestDatabase,
}

impl Server {
    pub fn start(database: TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (public, admin) = (free_port(), free_port());
        let log = File::create(folder.path().join("log")).unwrap();
        let variables = vec![
            ("DSN".to_owned(), dsn(&database)),
            ("SERVE_PUBLIC_PORT".to_owned(), public.to_string()),
            ("SERVE_ADMIN_PORT".to_owned(), admin.to_string()),
        ];
        let process = Command::new(env!("CARGO_BIN_EXE_zelos"))
            .args(["serve", "--dev"])
            .current_dir(folder.path())
            .env_clear()
            .envs(variables.iter().cloned())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let server = Self { process, folder, public, admin, variables, database };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", admin)).is_err() {
            assert!(begin.elapsed() < PATIENCE, "the server never listened");
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The URL of the admin API.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.admin)
    }

    /// Runs a command that asks this server.
    pub fn ask(&self, arguments: &[&str]) -> Ran {
        self.tell(arguments, "")
    }

    /// Runs a command that asks this server, with something on its standard input.
    pub fn tell(&self, arguments: &[&str], input: &str) -> Ran {
        run_in(self.folder.path(), &[("KRATOS_ADMIN_URL", &self.url())], arguments, input)
    }

    /// Puts a file into the folder.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        if thread::panicking() {
            println!("{}", fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
        }
    }
}
