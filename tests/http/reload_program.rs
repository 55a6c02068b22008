//! The program itself, with files that change under it while it is asked without a pause.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

struct Program {
    process: Child,
    folder: TempDir,
    public: u16,
    admin: u16,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        if thread::panicking() {
            println!("{}", self.log());
        }
    }
}

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn schema(title: &str) -> String {
    let email = json!({ "type": "string", "ory.sh/kratos": { "credentials": { "password": { "identifier": true } } } });
    let traits = json!({ "type": "object", "properties": { "email": email } });
    json!({ "$id": "https://a.test/own", "title": title, "type": "object", "properties": { "traits": traits } })
        .to_string()
}

impl Program {
    /// Starts from a configuration behind the links of a Kubernetes config map.
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("v0")).unwrap();
        symlink("v0", folder.path().join("..data")).unwrap();
        symlink("..data/kratos.yml", folder.path().join("kratos.yml")).unwrap();
        let (public, admin) = (free_port(), free_port());
        let log = File::create(folder.path().join("log")).unwrap();
        fs::write(folder.path().join("own.json"), schema("first")).unwrap();
        fs::write(folder.path().join("v0/kratos.yml"), configuration(folder.path(), public, admin, "a", "0"))
            .unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_zelos"))
            .args(["serve", "--dev", "-c", "kratos.yml"])
            .current_dir(folder.path())
            .env_clear()
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let program = Self { process, folder, public, admin };
        program.until("ready", || get(program.admin, "/health/ready").starts_with("HTTP/1.1 200"));
        program
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, letter: &str, revision: &str) -> String {
        configuration(self.folder.path(), self.public, self.admin, letter, revision)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn runs(&self, revision: &str) -> bool {
        get(self.admin, "/health/config").ends_with(&format!("\r\n\r\n{revision}"))
    }

    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let begin = Instant::now();
        while !is_so() {
            assert!(begin.elapsed() < PATIENCE, "never {what}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Two places that show which configuration a request was answered by: an address and a cookie.
fn configuration(folder: &Path, public: u16, admin: u16, letter: &str, revision: &str) -> String {
    format!(
        "
revision: '{revision}'
dsn: memory
serve:
  public: {{ host: 127.0.0.1, port: {public}, base_url: 'http://127.0.0.1:{public}/' }}
  admin: {{ host: 127.0.0.1, port: {admin} }}
cookies: {{ path: /{letter} }}
identity:
  default_schema_id: own
  schemas: [{{ id: own, url: 'file://{folder}/own.json' }}]
selfservice:
  default_browser_return_url: http://127.0.0.1:{public}/
  flows: {{ login: {{ ui_url: 'https://app.example.test/{letter}' }} }}
",
        folder = folder.display()
    )
}

/// The whole answer; empty when there was none.
pub fn get(port: u16, path: &str) -> String {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().unwrap_or_default()
}

/// Asks without a pause until told to stop: each answer is whole, and of one configuration.
fn asking(port: u16, stop: Arc<AtomicBool>, seen: [Arc<AtomicUsize>; 2]) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            let answer = get(port, "/self-service/login/browser");
            assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
            let shows = |letter: &str| {
                (
                    answer.contains(&format!("https://app.example.test/{letter}?flow=")),
                    answer.contains(&format!("Path=/{letter};")),
                )
            };
            match (shows("a"), shows("b")) {
                ((true, true), (false, false)) => seen[0].fetch_add(1, Ordering::Relaxed),
                ((false, false), (true, true)) => seen[1].fetch_add(1, Ordering::Relaxed),
                _ => panic!("half of one and half of the other: {answer}"),
            };
        }
    })
}

#[test]
fn changes_take_effect_while_it_serves() {
    let program = Program::start();
    let stop = Arc::new(AtomicBool::new(false));
    let seen: [Arc<AtomicUsize>; 2] = Default::default();
    let askers: Vec<_> = (0..3).map(|_| asking(program.public, Arc::clone(&stop), seen.clone())).collect();

    // The link of a config map moves, a file is written, a file takes the place of another.
    for (n, letter) in ["b", "a", "b", "a"].into_iter().enumerate() {
        let (version, revision) = (format!("v{}", n + 1), format!("map {n}"));
        fs::create_dir(program.path(&version)).unwrap();
        fs::write(program.path(&version).join("kratos.yml"), program.text(letter, &revision)).unwrap();
        symlink(&version, program.path("..data_tmp")).unwrap();
        fs::rename(program.path("..data_tmp"), program.path("..data")).unwrap();
        program.until(&revision, || program.runs(&revision));
    }
    fs::write(program.path("kratos.yml"), program.text("b", "written")).unwrap();
    program.until("written", || program.runs("written"));
    fs::write(program.path("beside.yml"), program.text("a", "in its place")).unwrap();
    fs::rename(program.path("beside.yml"), program.path("kratos.yml")).unwrap();
    program.until("in its place", || program.runs("in its place"));

    let counts = || seen.clone().map(|seen| seen.load(Ordering::Relaxed));
    let before = counts()[0];
    program.until("asked on", || counts()[0] > before);
    stop.store(true, Ordering::Relaxed);
    for asker in askers {
        asker.join().expect("no request failed");
    }
    assert!(counts().into_iter().all(|count| count > 0), "{:?}", counts());
}

#[test]
fn damaged_files_never_show_while_it_serves() {
    let program = Program::start();
    let stop = Arc::new(AtomicBool::new(false));
    let seen: [Arc<AtomicUsize>; 2] = Default::default();
    let askers: Vec<_> = (0..3).map(|_| asking(program.public, Arc::clone(&stop), seen.clone())).collect();
    let other = program.text("b", "bad");
    let damaged = [
        other[..other.len() / 2].to_owned(),
        other.replace("cookies: {", "cookies: {{"),
        format!("{other}revision: twice\n"),
        other.replace("default_schema_id: own", "default_schema_id: nobody"),
        other.replace("own.json", "none.json"),
        other.replace("path: /b", "path: [/b]"),
        format!("{other}no such key: 1\n"),
        other.replace(": ", "\0"),
    ];
    for (n, text) in damaged.iter().enumerate() {
        fs::write(program.path("beside.yml"), text).unwrap();
        fs::rename(program.path("beside.yml"), program.path("kratos.yml")).unwrap();
        program.until("rejected", || program.log().matches("was rejected").count() > n);
        assert!(program.runs("0"), "{text}");
    }
    stop.store(true, Ordering::Relaxed);
    for asker in askers {
        asker.join().expect("no request failed");
    }
    let [right, wrong] = seen.map(|seen| seen.load(Ordering::Relaxed));
    assert!(right > 0 && wrong == 0, "{right} of the one that serves, {wrong} of those that are damaged");
}

#[test]
fn what_cannot_be_taken_over_is_told_and_the_rest_goes_on() {
    let program = Program::start();
    let rejected = |times: usize| program.log().matches("was rejected").count() >= times;
    fs::write(program.path("kratos.yml"), program.text("b", "bad").replace("cookies:", "cokies:")).unwrap();
    program.until("rejected", || rejected(1));
    let log = program.log();
    assert!(log.contains("cokies") && log.contains("kratos.yml:7"), "key, file and line are named");
    fs::remove_file(program.path("kratos.yml")).unwrap();
    program.until("rejected without a file", || rejected(2));
    assert!(program.runs("0"));

    fs::write(program.path("kratos.yml"), program.text("b", "mended")).unwrap();
    program.until("mended", || program.runs("mended"));
    fs::write(program.path("own.json"), "{").unwrap();
    program.until("rejected for its schema", || rejected(3));
    fs::write(program.path("own.json"), schema("second")).unwrap();
    program.until("the new schema", || get(program.public, "/schemas/own").contains("second"));

    let (public, other) = (program.public.to_string(), free_port());
    let text = program.text("a", "elsewhere").replace(&format!("port: {public}"), &format!("port: {other}"));
    fs::write(program.path("kratos.yml"), text).unwrap();
    program.until("elsewhere", || program.runs("elsewhere"));
    assert!(program.log().contains("waits for a restart"), "{}", program.log());
    assert!(get(program.public, "/health/alive").starts_with("HTTP/1.1 200"), "it listens where it did");
    assert_eq!(get(other, "/health/alive"), "");
}
