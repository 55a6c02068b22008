//! `zelos doctor`, with healthy installations and with sick ones.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    thread,
};

use serde_json::Value;

use crate::{
    database::TestDatabase,
    on_both,
    program::{Ran, Server, dsn, free_port, run_in},
    smtp::{FakeSmtp, Mode},
};

fn look(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    run_in(folder, variables, &[&["doctor"], arguments].concat(), "")
}

impl Server {
    fn examined(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        variables.extend(more);
        look(self.folder.path(), &variables, &[&["--dev"], arguments].concat())
    }
}

/// What is not well, as "level part: what".
fn complaints(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["level"] != "ok")
        .map(|finding| {
            assert!(
                !text(finding, "remedy").is_empty() || text(finding, "part") == "configuration",
                "{finding}"
            );
            format!("{} {}: {}", text(finding, "level"), text(finding, "part"), text(finding, "what"))
        })
        .collect()
}

fn private(database: &TestDatabase) {
    if let Some(file) = database.file() {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

on_both!(a_healthy_installation_is_left_in_peace);
async fn a_healthy_installation_is_left_in_peace(database: TestDatabase) {
    private(&database);
    let server = Server::start(database);
    let ran = server.examined(&[], &["--format", "json"]);
    assert_eq!(complaints(&ran), Vec::<String>::new());
    assert_eq!((ran.code, ran.err.as_str(), ran.json()["verdict"].as_str()), (0, "", Some("ok")));
    let again = server.examined(&[], &[]);
    assert!(again.code == 0 && again.lines().iter().all(|line| line.starts_with("ok       ")), "{again:?}");

    // The same server, looked at with another configuration.
    let other = server.examined(&[("LOG_LEVEL", "trace")], &["--format", "json"]);
    assert_eq!(other.code, 2, "{other:?}");
    let found = complaints(&other);
    assert!(found.len() == 1 && found[0].starts_with("warning admin URL: "), "{found:?}");
    if let Some(file) = server.database.file() {
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
        let open = server.examined(&[], &["--format", "json", "--offline"]);
        assert_eq!((open.code, complaints(&open).len()), (2, 1), "{open:?}");
    }
}

fn lacks_migrations(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let ran = look(folder.path(), &[("DSN", &dsn(database))], &["--dev", "--offline"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("zelos migrate sql up") && ran.err.starts_with("Problems: 1,"), "{ran:?}");
}

#[test]
fn pending_migrations_are_a_problem() {
    let sqlite = TestDatabase::empty_sqlite();
    lacks_migrations(&sqlite);
    assert!(!sqlite.file().unwrap().exists(), "looking makes no file");
    lacks_migrations(&TestDatabase::empty_postgres());
}

#[test]
fn a_database_that_does_not_answer_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = format!("postgres://idp:hunter2@127.0.0.1:{}/idp", free_port());
    for dsn in [nobody.as_str(), "sqlite:///no/such/folder/db.sqlite"] {
        let ran = look(folder.path(), &[("DSN", dsn)], &["--dev", "--offline", "--format", "json"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(complaints(&ran)[0].starts_with("problem database: "), "{ran:?}");
        assert!(!ran.out.contains("hunter2"));
    }
}

#[test]
fn a_wrong_configuration_does_not_hide_the_database() {
    let database = TestDatabase::sqlite();
    private(&database);
    let folder = tempfile::tempdir().unwrap();
    let ran = look(folder.path(), &[("DSN", &dsn(&database))], &["--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(complaints(&ran).iter().all(|found| found.starts_with("problem configuration: ")), "{ran:?}");
    assert!(ran.out.contains("is migrated"), "{ran:?}");
}

#[test]
fn weak_settings_are_named_with_what_to_do() {
    let database = TestDatabase::sqlite();
    private(&database);
    let folder = tempfile::tempdir().unwrap();
    let settings = "
serve: { public: { base_url: 'http://id.example.com/' } }
secrets: { default: [dK3vQ8xW2mZ7pL5n], cookie: [dK3vQ8xW2mZ7pL5n] }
identity: { default_schema_id: email, schemas: [{ id: email, url: 'preset://email' }] }
selfservice: { default_browser_return_url: 'http://id.example.com/' }
cookies: { domain: example.org, same_site: Lax }
";
    fs::write(folder.path().join("zelos.yml"), settings).unwrap();
    let arguments = ["-c", "zelos.yml", "--offline", "--format", "json"];
    let ran = look(folder.path(), &[("DSN", &dsn(&database))], &arguments);
    assert_eq!(ran.code, 1, "{ran:?}");
    let found = complaints(&ran).join("\n");
    for expected in [
        "warning secrets: secrets.default: 1 shorter than 32 characters",
        "warning secrets: several lists write with the same secret",
        "problem cookies: cookies.domain is example.org",
        "warning cookies: http://id.example.com/ carries cookies and passwords in the clear",
        "warning guard: ",
    ] {
        assert!(found.contains(expected), "{expected}\n{found}");
    }
    assert!(!ran.out.contains("dK3vQ8xW2mZ7pL5n"), "no secret is shown");
}

#[test]
fn the_mail_server_is_tried_and_gets_no_mail() {
    let database = TestDatabase::sqlite();
    private(&database);
    let folder = tempfile::tempdir().unwrap();
    let mail = FakeSmtp::with_login(Mode::Plain, "idp", "right");
    let tried = |password: &str| {
        let uri = format!("smtp://idp:{password}@{}/?disable_starttls=true", mail.address());
        let variables = [("DSN", dsn(&database)), ("COURIER_SMTP_CONNECTION_URI", uri)];
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        look(folder.path(), &variables, &["--dev", "--format", "json"])
    };
    let right = tried("right");
    assert!(!complaints(&right).iter().any(|found| found.contains("mail: ")), "{right:?}");
    assert!(right.out.contains("the mail server answers, and lets us in"));
    let wrong = tried("hunter2");
    assert!(complaints(&wrong).iter().any(|found| found.starts_with("problem mail: the login failed")));
    assert_eq!(wrong.code, 1);
    assert!(!wrong.out.contains("hunter2"), "{wrong:?}");
    assert_eq!((mail.connections(), mail.received().len()), (2, 0));
}

#[test]
fn services_pages_and_clocks_are_looked_at() {
    let database = TestDatabase::sqlite();
    private(&database);
    let folder = tempfile::tempdir().unwrap();
    let page = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = page.local_addr().unwrap();
    let old = thread::spawn(move || {
        let (mut stream, _) = page.accept().unwrap();
        let read = stream.read(&mut [0; 2048]).unwrap();
        let answer = "HTTP/1.1 404 x\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        read
    });
    // Accepts connections, and is asked nothing.
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let (dsn, ui) = (dsn(&database), format!("http://{address}/error"));
    let channel = |port: u16| {
        format!(
            "[{{\"id\": \"sms\", \"type\": \"http\", \"request_config\": {{\"url\": \"http://127.0.0.1:{port}/\", \
                 \"method\": \"POST\", \"body\": \"base64://e30=\"}}}}]"
        )
    };
    let good = channel(service.local_addr().unwrap().port());
    let variables =
        [("DSN", dsn.as_str()), ("SELFSERVICE_FLOWS_ERROR_UI_URL", &ui), ("COURIER_CHANNELS", &good)];
    let ran = look(folder.path(), &variables, &["--dev", "--format", "json"]);
    assert!(old.join().unwrap() > 0);
    let found = complaints(&ran).join("\n");
    assert!(found.contains(&format!("warning pages: error: {ui} answers 404")), "{found}");
    assert!(found.contains("problem clock: ") && found.contains(" s ahead of that of 127.0.0.1"), "{found}");
    assert!(!found.contains("text messages"), "{found}");
    let bad = channel(free_port());
    let variables = [("DSN", dsn.as_str()), ("COURIER_CHANNELS", &bad)];
    let ran = look(folder.path(), &variables, &["--dev", "--format", "json"]);
    assert!(complaints(&ran).join("\n").contains("problem text messages: 127.0.0.1:"), "{ran:?}");
}
