//! A mail server for tests: real sockets and real TLS, a memory of what it took, and troubles on demand.
//!
//! Needs its neighbour `certificates.rs` as a module of the test crate.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};

use crate::certificates::certificates;

/// How the server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Without encryption.
    Plain,
    /// Offers `STARTTLS`, and login only after it.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// TLS from the first byte, and only for clients with a certificate.
    ClientCertificate,
}

/// What the server does instead of its duty, once, at the first line that begins with a word.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// Answers this.
    Answer(&'static str, &'static str),
    /// Says nothing any more.
    Stall(&'static str),
    /// Closes the connection.
    Close(&'static str),
}

impl Trouble {
    fn word(&self) -> &'static str {
        match self {
            Self::Answer(word, _) | Self::Stall(word) | Self::Close(word) => word,
        }
    }
}

/// A mail that the server took.
#[derive(Debug, Clone)]
pub struct Received {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Headers and body as they came, without dot stuffing.
    pub data: String,
    /// User and password.
    pub login: Option<(String, String)>,
    /// The name after `EHLO`.
    pub hello: String,
    /// Whether it was encrypted.
    pub encrypted: bool,
}

impl Received {
    /// The unfolded value of a header of the mail, still encoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        head.split("\r\n").find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    }

    /// The decoded text of the part with this content type.
    pub fn part(&self, content_type: &str) -> Option<String> {
        let start = self.data.find(&format!("Content-Type: {content_type}"))?;
        let (head, body) = self.data[start..].split_once("\r\n\r\n")?;
        let body = body.split("\r\n--part-").next()?;
        let text = match head.split("Content-Transfer-Encoding: ").nth(1)?.lines().next()? {
            "base64" => {
                let packed: String = body.split_whitespace().collect();
                String::from_utf8(STANDARD.decode(packed).ok()?).ok()?
            }
            "quoted-printable" => quoted_printable(body),
            _ => body.to_owned(),
        };
        Some(text.replace("\r\n", "\n"))
    }
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'=' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The server. Stops, with all its connections, when it is dropped.
pub struct FakeSmtp {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    mode: Mode,
    login: Option<(&'static str, &'static str)>,
    received: Mutex<Vec<Received>>,
    arrived: Condvar,
    troubles: Mutex<VecDeque<Trouble>>,
    connections: Mutex<Vec<TcpStream>>,
    count: AtomicUsize,
    stopping: std::sync::atomic::AtomicBool,
}

impl FakeSmtp {
    /// A server that takes everything from everybody.
    pub fn start(mode: Mode) -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), mode, None)
    }

    /// A server that takes mail after login only.
    pub fn with_login(mode: Mode, user: &'static str, password: &'static str) -> Self {
        Self::listen("127.0.0.1:0".parse().unwrap(), mode, Some((user, password)))
    }

    /// A server at a given address, for instance where another one was before.
    pub fn listen(address: SocketAddr, mode: Mode, login: Option<(&'static str, &'static str)>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            mode,
            login,
            received: Mutex::default(),
            arrived: Condvar::new(),
            troubles: Mutex::default(),
            connections: Mutex::default(),
            count: AtomicUsize::new(0),
            stopping: false.into(),
        });
        let acceptor = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                while let Ok((tcp, _)) = listener.accept() {
                    if shared.stopping.load(Ordering::SeqCst) {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    shared.connections.lock().unwrap().push(tcp.try_clone().unwrap());
                    // A connection that the client breaks off ends its thread, and that is all.
                    std::thread::spawn(move || drop(Dialogue::serve(tcp, &shared)));
                }
            }
        });
        Self { address, shared, acceptor: Some(acceptor) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Prepares a trouble.
    pub fn expect_trouble(&self, trouble: Trouble) {
        self.shared.troubles.lock().unwrap().push_back(trouble);
    }

    /// What it took so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Connections that were opened so far.
    pub fn connections(&self) -> usize {
        self.shared.count.load(Ordering::SeqCst)
    }

    /// Waits until it took so many mails, at most ten seconds.
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut received = self.shared.received.lock().unwrap();
        while received.len() < count {
            let left = deadline.checked_duration_since(Instant::now()).expect("a mail should have come");
            received = self.shared.arrived.wait_timeout(received, left).unwrap().0;
        }
        received.clone()
    }
}

impl Drop for FakeSmtp {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        for connection in self.shared.connections.lock().unwrap().drain(..) {
            connection.shutdown(Shutdown::Both).ok();
        }
        TcpStream::connect(self.address).ok();
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().ok();
        }
    }
}

trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

struct Dialogue<'a> {
    wire: BufReader<Box<dyn Wire>>,
    shared: &'a Shared,
    draft: Received,
}

impl Dialogue<'_> {
    fn serve(tcp: TcpStream, shared: &Shared) -> std::io::Result<()> {
        tcp.set_nodelay(true)?;
        shared.count.fetch_add(1, Ordering::SeqCst);
        let raw = tcp.try_clone()?;
        let encrypted = matches!(shared.mode, Mode::Implicit | Mode::ClientCertificate);
        let wire: Box<dyn Wire> = if encrypted { Box::new(encrypt(tcp, shared.mode)) } else { Box::new(tcp) };
        let draft = Received {
            from: String::new(),
            to: Vec::new(),
            data: String::new(),
            login: None,
            hello: String::new(),
            encrypted,
        };
        let mut dialogue = Dialogue { wire: BufReader::new(wire), shared, draft };
        if !dialogue.trouble("CONNECT")? {
            dialogue.say("220 fake.example ESMTP")?;
        }
        while let Some(line) = dialogue.line()? {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            if dialogue.trouble(&word)? {
                continue;
            }
            match word.as_str() {
                "QUIT" => return dialogue.say("221 bye"),
                "STARTTLS" if !dialogue.draft.encrypted => {
                    dialogue.say("220 go ahead")?;
                    dialogue.wire = BufReader::new(Box::new(encrypt(raw.try_clone()?, shared.mode)));
                    dialogue.draft.encrypted = true;
                }
                _ => dialogue.obey(&word, &line)?,
            }
        }
        Ok(())
    }

    fn obey(&mut self, word: &str, line: &str) -> std::io::Result<()> {
        let argument = line.split_once(' ').map_or("", |(_, argument)| argument);
        let address = || argument.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let must_log_in = self.shared.login.is_some() && self.draft.login.is_none();
        match word {
            "EHLO" => {
                self.draft.hello = argument.to_owned();
                self.say("250-fake.example")?;
                if self.shared.mode == Mode::StartTls && !self.draft.encrypted {
                    return self.say("250 STARTTLS");
                }
                if self.shared.login.is_some() {
                    self.say("250-AUTH PLAIN LOGIN")?;
                }
                self.say("250 8BITMIME")
            }
            "AUTH" => self.log_in(argument),
            "NOOP" | "RSET" => self.say("250 ok"),
            "MAIL" if must_log_in => self.say("530 5.7.0 log in first"),
            "MAIL" => {
                self.draft.from = address();
                self.draft.to.clear();
                self.say("250 ok")
            }
            "RCPT" => {
                self.draft.to.push(address());
                self.say("250 ok")
            }
            "DATA" => {
                self.say("354 go on")?;
                self.take_mail()
            }
            _ => self.say("500 what?"),
        }
    }

    fn take_mail(&mut self) -> std::io::Result<()> {
        let mut data = String::new();
        while let Some(line) = self.line()? {
            if line == "." {
                break;
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
            data.push_str("\r\n");
        }
        if self.trouble("TAKE")? {
            return Ok(());
        }
        self.shared.received.lock().unwrap().push(Received { data, ..self.draft.clone() });
        self.shared.arrived.notify_all();
        self.say("250 taken")
    }

    fn log_in(&mut self, argument: &str) -> std::io::Result<()> {
        if argument == "LOGIN" {
            let given = (self.challenge("Username:")?, self.challenge("Password:")?);
            return self.judge(given);
        }
        if argument == "CRAM-MD5" {
            // The example of RFC 2195.
            let answer = self.challenge("<1896.697170952@postoffice.reston.mci.net>")?;
            let (user, digest) = answer.split_once(' ').unwrap_or_default();
            return self.judge((user.to_owned(), digest.to_owned()));
        }
        let plain = argument.strip_prefix("PLAIN ").map(|packed| STANDARD.decode(packed).unwrap());
        let plain = String::from_utf8(plain.unwrap_or_default()).unwrap();
        let mut fields = plain.split('\0').skip(1).map(str::to_owned);
        let given = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        self.judge(given)
    }

    fn challenge(&mut self, question: &str) -> std::io::Result<String> {
        self.say(&format!("334 {}", STANDARD.encode(question)))?;
        let answer = STANDARD.decode(self.line()?.unwrap_or_default()).unwrap();
        Ok(String::from_utf8(answer).unwrap())
    }

    fn judge(&mut self, given: (String, String)) -> std::io::Result<()> {
        if self.shared.login.is_some_and(|(user, password)| given == (user.to_owned(), password.to_owned())) {
            self.draft.login = Some(given);
            self.say("235 welcome")
        } else {
            self.say("535 5.7.8 wrong credentials")
        }
    }

    /// Makes the next trouble if it is for this word; then the line has had its answer.
    fn trouble(&mut self, word: &str) -> std::io::Result<bool> {
        let mut troubles = self.shared.troubles.lock().unwrap();
        if troubles.front().is_none_or(|trouble| trouble.word() != word) {
            return Ok(false);
        }
        let Some(trouble) = troubles.pop_front() else { return Ok(false) };
        drop(troubles);
        match trouble {
            Trouble::Answer(_, answer) => self.say(answer).map(|()| true),
            Trouble::Close(_) => Err(std::io::ErrorKind::ConnectionAborted.into()),
            Trouble::Stall(_) => {
                while self.line()?.is_some() {}
                Err(std::io::ErrorKind::ConnectionAborted.into())
            }
        }
    }

    fn say(&mut self, line: &str) -> std::io::Result<()> {
        let wire = self.wire.get_mut();
        wire.write_all(format!("{line}\r\n").as_bytes())?;
        wire.flush()
    }

    fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.wire.read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

fn encrypt(tcp: TcpStream, mode: Mode) -> StreamOwned<ServerConnection, TcpStream> {
    let certificates = certificates();
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if mode == Mode::ClientCertificate {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let roots = Arc::new(certificates.roots());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let chain = vec![CertificateDer::from_pem_file(certificates.path("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(certificates.path("server.key")).unwrap();
    let config = builder.with_single_cert(chain, key).unwrap();
    StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), tcp)
}
