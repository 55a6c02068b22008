//! Opens a connection to the mail server: address guard, TLS, introduction, login.

use std::{io, net::SocketAddr, sync::Arc};

use lettre::transport::smtp::{client::AsyncSmtpConnection, extension::ClientId};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{
    SmtpConfig, SmtpProblem,
    config::Encryption,
    login::{self, LoggedIn},
    mailer::failure,
    stream::MailStream,
};
use crate::{
    courier::delivery::{DeliveryError, Outlook},
    kernel::Secret,
    net::{ClientIdentity, PrivateRanges, Trust, resolve},
};

/// Bytes of a reply that we read at most before the connection is encrypted.
const LONGEST_REPLY: usize = 8 * 1024;

/// Knows how to reach the mail server.
pub(super) struct Dialler {
    host: String,
    port: u16,
    private_ranges: PrivateRanges,
    patience: std::time::Duration,
    local_name: String,
    encryption: Encryption,
    tls: (TlsConnector, ServerName<'static>),
    credentials: Option<(String, Secret<String>)>,
}

impl Dialler {
    /// Reads the client certificate, if there is one, and prepares TLS.
    pub(super) fn build(config: &SmtpConfig, trust: &Trust) -> Result<Self, SmtpProblem> {
        let problem = |key, text: String| SmtpProblem { key, text };
        let identity = config.identity.as_ref().map(|(chain, key)| {
            let read = |key: &'static str, path: &std::path::Path| {
                std::fs::read(path)
                    .map_err(|error| problem(key, format!("{} cannot be read: {error}", path.display())))
            };
            let chain = read("courier.smtp.client_cert_path", chain)?;
            let key = read("courier.smtp.client_key_path", key)?;
            ClientIdentity::from_pem(&chain, &key)
                .map_err(|error| problem("courier.smtp.client_cert_path", error.to_string()))
        });
        let client = trust.client_with(config.verification, identity.transpose()?).map_err(|error| {
            problem(
                "courier.smtp.client_key_path",
                format!("{error}: does the key belong to the certificate?"),
            )
        })?;
        let name = ServerName::try_from(config.tls_name.clone()).map_err(|_invalid| {
            problem("courier.smtp.connection_uri", "the server name is not valid for TLS".to_owned())
        })?;
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            private_ranges: config.private_ranges,
            patience: config.patience,
            local_name: config.local_name.clone(),
            encryption: config.encryption,
            tls: (TlsConnector::from(Arc::clone(&client)), name),
            credentials: config.credentials.clone(),
        })
    }

    /// A connection that is ready for a mail.
    pub(super) async fn dial(&self) -> Result<AsyncSmtpConnection, DeliveryError> {
        timeout(self.patience, self.connect()).await.unwrap_or_else(|_elapsed| {
            Err(DeliveryError::passing(format!(
                "the mail server did not finish connecting within {:?}: check host and port of `courier.smtp.connection_uri`, and that smtps and smtp are not mixed up",
                self.patience
            )))
        })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, DeliveryError> {
        let tcp = self
            .reach()
            .await
            .map_err(|error| DeliveryError::passing(format!("the mail server cannot be reached: {error}")))?;
        let is_local = tcp.peer_addr().is_ok_and(|peer| peer.ip().is_loopback());
        let stream = match self.encryption {
            Encryption::Plain => MailStream::plain(tcp),
            Encryption::Implicit => MailStream::implicit(self.encrypt(tcp).await?),
            Encryption::StartTls => MailStream::upgraded(self.encrypt(self.ask_for_tls(tcp).await?).await?),
        };
        let hello = ClientId::Domain(self.local_name.clone());
        let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello)
            .await
            .map_err(of_the_server)?;
        self.log_in(&mut connection, is_local).await?;
        Ok(connection)
    }

    /// The first address that accepts a connection.
    async fn reach(&self) -> io::Result<TcpStream> {
        let mut last = None;
        for address in resolve(&self.host, self.port, self.private_ranges).await? {
            match connect_to(address).await {
                Ok(tcp) => return Ok(tcp),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
    }

    async fn encrypt(
        &self,
        tcp: TcpStream,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, DeliveryError> {
        let (connector, name) = &self.tls;
        connector.connect(name.clone(), tcp).await.map_err(|error| {
            DeliveryError::passing(format!(
                "no TLS with the mail server: {error}; a self-signed certificate needs skip_ssl_verify=true, another name server_name=NAME in `courier.smtp.connection_uri`"
            ))
        })
    }

    /// Goes through the dialogue up to `STARTTLS`, which is not optional: without it the mail would go in
    /// the clear.
    async fn ask_for_tls(&self, tcp: TcpStream) -> Result<TcpStream, DeliveryError> {
        let mut dialogue = Clear { tcp, unread: Vec::new() };
        dialogue.expect("220").await?;
        let offered = dialogue.ask(&format!("EHLO {}\r\n", self.local_name), "250").await?;
        if !offered
            .lines()
            .any(|line| line.get(4..).is_some_and(|word| word.eq_ignore_ascii_case("STARTTLS")))
        {
            return Err(DeliveryError::passing(
                "the mail server does not offer STARTTLS: use smtps:// for TLS at once, or disable_starttls=true for none, in `courier.smtp.connection_uri`",
            ));
        }
        dialogue.ask("STARTTLS\r\n", "220").await?;
        // SECURITY: what came before encryption could be from anybody, and would be taken for a reply within
        // it (`replies_smuggled_before_tls_are_refused`).
        if !dialogue.unread.is_empty() {
            return Err(DeliveryError::passing("the mail server spoke out of turn before encryption began"));
        }
        Ok(dialogue.tcp)
    }

    async fn log_in(
        &self,
        connection: &mut AsyncSmtpConnection,
        is_local: bool,
    ) -> Result<(), DeliveryError> {
        let Some((user, password)) = &self.credentials else { return Ok(()) };
        let may_send = || self.encryption != Encryption::Plain || is_local;
        let tried = login::log_in(connection, &self.local_name, user, password, may_send).await;
        let done = tried.map_err(|error| {
            let error = of_the_server(error);
            let reason = format!(
                "the login failed: {}; check user and password in `courier.smtp.connection_uri`",
                error.reason
            );
            DeliveryError { reason, ..error }
        })?;
        match done {
            // COMPAT: mail catchers offer no login, and configurations for them name one nonetheless.
            LoggedIn::Yes | LoggedIn::NotAsked => Ok(()),
            LoggedIn::NotInTheClear => Err(DeliveryError::passing(
                "the password for the mail server is not sent without encryption: remove disable_starttls=true or the credentials from `courier.smtp.connection_uri`",
            )),
        }
    }
}

/// A failure before the first mail. Whatever the code: it is about the server or the login, not the letter.
fn of_the_server(error: lettre::transport::smtp::Error) -> DeliveryError {
    DeliveryError { outlook: Outlook::Passing, ..failure(error) }
}

async fn connect_to(address: SocketAddr) -> io::Result<TcpStream> {
    let tcp = TcpStream::connect(address).await?;
    // Each command waits for its reply; without this the last short packet of a mail waits 40 ms.
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

/// The dialogue before encryption.
struct Clear {
    tcp: TcpStream,
    unread: Vec<u8>,
}

impl Clear {
    async fn ask(&mut self, command: &str, code: &str) -> Result<String, DeliveryError> {
        let sent = self.tcp.write_all(command.as_bytes()).await;
        sent.map_err(|error| DeliveryError::passing(format!("the mail server is gone: {error}")))?;
        self.expect(code).await
    }

    /// Reads one reply, of as many lines as it has.
    async fn expect(&mut self, code: &str) -> Result<String, DeliveryError> {
        let mut reply = String::new();
        loop {
            let line = self.line().await?;
            let is_last = line.as_bytes().get(3) != Some(&b'-');
            reply.push_str(&line);
            if is_last && line.starts_with(code) {
                return Ok(reply);
            }
            if is_last || reply.len() > LONGEST_REPLY {
                let status = line.get(..3).and_then(|code| code.parse().ok());
                let reason = format!("the mail server refused before encryption: {}", line.trim());
                return Err(DeliveryError { status, ..DeliveryError::passing(reason) });
            }
        }
    }

    async fn line(&mut self) -> Result<String, DeliveryError> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).replace("\r\n", "\n"));
            }
            let read = self.tcp.read_buf(&mut self.unread).await;
            let read =
                read.map_err(|error| DeliveryError::passing(format!("the mail server is gone: {error}")))?;
            if read == 0 || self.unread.len() > LONGEST_REPLY {
                return Err(DeliveryError::passing("the mail server gave no reply that SMTP knows"));
            }
        }
    }
}
