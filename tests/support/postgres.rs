//! One throw-away PostgreSQL server per test process, and a database of its own per test.
//!
//! `ZELOS_TEST_POSTGRES` names a running server instead, as the URL of a user who may create databases.

use std::{
    env,
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use tokio_postgres::{Config, NoTls};

/// A running server.
pub struct Server {
    admin: Config,
    /// The authority that signed the certificate of a server that encrypts.
    authority: Option<PathBuf>,
    /// While this is open the server runs: it stops when this process ends, however it ends.
    _life: Option<(Child, ChildStdin)>,
}

/// Runs as the user who owns the server. Prints the folder of the socket when the server accepts connections,
/// and stops it at the end of the input. With a port the server also listens there, on the local machine, and
/// encrypts, with a certificate for the name `localhost`.
const SCRIPT: &str = r#"
set -eu
trap '' INT TERM
dir=$(mktemp -d "${TMPDIR:-/tmp}/zelos-postgres.XXXXXX")
cd "$dir"
"$1/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 ||
    { cat "$dir/log" >&2; exit 1; }
network="-c listen_addresses=''"
if [ -n "$2" ]; then
    key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
    echo subjectAltName=DNS:localhost >names
    { openssl req -x509 $key -days 2 -subj /CN=authority -keyout ca.key -out ca.crt &&
        openssl req $key -subj /CN=localhost -keyout server.key -out server.csr &&
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names \
            -out server.crt; } >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
    network="-p $2 -c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file='$dir/server.crt' \
        -c ssl_key_file='$dir/server.key'"
fi
"$1/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "-k '$dir' $network -c max_connections=400 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start >/dev/null ||
    { cat "$dir/log" >&2; exit 1; }
echo "$dir"
cat >/dev/null
"$1/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
cd /
rm -rf "$dir"
"#;

/// The server of this process, started when it is first asked for.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration to read the environment for them")]
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match env::var("ZELOS_TEST_POSTGRES") {
        Ok(url) => {
            let admin = url.parse().expect("ZELOS_TEST_POSTGRES is the URL of a PostgreSQL server");
            Server { admin, authority: None, _life: None }
        }
        Err(_) => Server::plain(),
    })
}

impl Server {
    /// A server of its own that cannot encrypt.
    pub fn plain() -> Self {
        Self::start(None)
    }

    /// A server of its own that encrypts on a port of the local machine.
    pub fn encrypting() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start(Some(free))
    }

    fn start(port: Option<u16>) -> Self {
        let bin = programs();
        let mut command = if is_root() {
            // initdb refuses to run as root.
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", SCRIPT, "postgres-for-tests"]).arg(bin);
        command.arg(port.map(|port| port.to_string()).unwrap_or_default());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts the PostgreSQL server");
        let stdin = child.stdin.take().unwrap();
        let mut folder = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut folder).unwrap();
        assert!(!folder.is_empty(), "the PostgreSQL server did not start, see above");
        let mut admin = Config::new();
        admin.host_path(folder.trim()).user("postgres").dbname("postgres").port(port.unwrap_or(5432));
        let authority = port.map(|_| PathBuf::from(folder.trim()).join("ca.crt"));
        Self { admin, authority, _life: Some((child, stdin)) }
    }

    /// The file of the authority that signed the certificate of [`Server::encrypting`].
    pub fn authority(&self) -> PathBuf {
        self.authority.clone().unwrap()
    }

    /// How to reach [`Server::encrypting`] by the name `host`.
    pub fn by_name(&self, host: &str) -> Config {
        let mut config = Config::new();
        config.host(host).hostaddr([127, 0, 0, 1].into()).port(self.admin.get_ports()[0]);
        config.user("postgres").dbname("postgres");
        config
    }

    /// Runs statements as the administrator, each on its own.
    pub fn run(&self, statements: &[String]) {
        self.run_in(&self.admin, statements);
    }

    /// Runs statements in a database, each on its own.
    pub fn run_in(&self, config: &Config, statements: &[String]) {
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (client, protocol) = config.connect(NoTls).await.unwrap();
                tokio::spawn(protocol);
                for statement in statements {
                    client.batch_execute(statement).await.unwrap_or_else(|e| panic!("{statement}: {e:?}"));
                }
            });
        };
        thread::scope(|scope| scope.spawn(run).join()).unwrap();
    }

    /// Makes a new database: empty, or a copy of `template`.
    pub fn create(&self, template: Option<&str>) -> Config {
        static NAMED: AtomicU32 = AtomicU32::new(0);
        let n = NAMED.fetch_add(1, Ordering::Relaxed);
        let name = format!("zelos_{}_{n}", std::process::id());
        self.run(&[format!("CREATE DATABASE {name} TEMPLATE {}", template.unwrap_or("template0"))]);
        let mut config = self.admin.clone();
        config.dbname(&name);
        config
    }

    /// Drops a database, and whoever is connected to it.
    pub fn drop(&self, config: &Config) {
        let name = config.get_dbname().unwrap();
        self.run(&[format!("DROP DATABASE {name} WITH (FORCE)")]);
    }
}

/// The folder of the server programs: on the path, or where Debian puts them.
fn programs() -> PathBuf {
    let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>());
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    on_path
        .into_iter()
        .flatten()
        .chain(installed.map(|version| version.path().join("bin")))
        .find(|folder| folder.join("initdb").exists())
        .expect("install the PostgreSQL server, or set ZELOS_TEST_POSTGRES to the URL of a running one")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("`id` tells who runs the tests");
    id.stdout.trim_ascii() == b"0"
}
