//! The settings of `courier.smtp`, validated (03 §7.6).

use std::{path::PathBuf, time::Duration};

use lettre::{
    Address,
    message::{
        Mailbox, Mailboxes,
        header::{HeaderName, HeaderValue},
    },
};
use url::Url;

use crate::{
    kernel::Secret,
    net::{PrivateRanges, Verification},
};

/// The settings as they stand in the configuration.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// `courier.smtp.connection_uri`.
    pub connection_uri: Secret<String>,
    /// `courier.smtp.from_address`.
    pub from_address: String,
    /// `courier.smtp.from_name`.
    pub from_name: Option<String>,
    /// `courier.smtp.local_name`: how we introduce ourselves.
    pub local_name: String,
    /// `courier.smtp.headers`: further headers for each mail.
    pub headers: Vec<(String, String)>,
    /// `courier.smtp.client_cert_path`.
    pub client_cert_path: Option<PathBuf>,
    /// `courier.smtp.client_key_path`.
    pub client_key_path: Option<PathBuf>,
    /// `clients.smtp.disallow_private_ip_ranges`.
    pub private_ranges: PrivateRanges,
    /// How long dialling, and then sending, may take; 10 s unless a test wants less.
    pub patience: Duration,
}

/// What is wrong with one of the settings. Never shows the URI, which holds a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {text}")]
pub struct SmtpProblem {
    /// The configuration key.
    pub key: &'static str,
    /// What is wrong and what would be right.
    pub text: String,
}

/// Valid settings. Files are not read yet.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) tls_name: String,
    pub(super) verification: Verification,
    pub(super) credentials: Option<(String, Secret<String>)>,
    pub(super) identity: Option<(PathBuf, PathBuf)>,
    pub(super) local_name: String,
    pub(super) private_ranges: PrivateRanges,
    pub(super) patience: Duration,
    pub(super) sender: Sender,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    /// TLS from the first byte.
    Implicit,
    /// TLS after `STARTTLS`, which the server has to offer.
    StartTls,
    /// None.
    Plain,
}

/// What is the same in all mails.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    pub(super) from: Mailbox,
    pub(super) copies: Mailboxes,
    pub(super) blind_copies: Mailboxes,
    pub(super) headers: Vec<HeaderValue>,
}

const URI: &str = "courier.smtp.connection_uri";
const HEADERS: &str = "courier.smtp.headers";
/// Headers that are ours to write.
const RESERVED: [&str; 8] = [
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
];

impl SmtpConfig {
    /// Validates all settings.
    ///
    /// # Errors
    /// Every problem, each with its key.
    pub fn parse(settings: &SmtpSettings) -> Result<Self, Vec<SmtpProblem>> {
        let mut problems = Vec::new();
        let place = collect(&mut problems, parse_uri(settings.connection_uri.expose()));
        let sender = parse_sender(settings, &mut problems);
        let identity = collect(&mut problems, client_files(settings));
        if settings.local_name.is_empty() || !settings.local_name.bytes().all(|byte| byte.is_ascii_graphic())
        {
            let text = "this is not a host name: use the name of this machine, or `localhost`".to_owned();
            problems.push(SmtpProblem { key: "courier.smtp.local_name", text });
        }
        match (place, sender, identity) {
            (Some(place), Some(sender), Some(identity)) if problems.is_empty() => Ok(Self {
                host: place.host,
                port: place.port,
                encryption: place.encryption,
                tls_name: place.tls_name,
                verification: place.verification,
                credentials: place.credentials,
                identity,
                local_name: settings.local_name.clone(),
                private_ranges: settings.private_ranges,
                patience: settings.patience,
                sender,
            }),
            _ => Err(problems),
        }
    }

    /// The sender, as mail programs show it.
    pub fn from(&self) -> String {
        self.sender.from.to_string()
    }
}

fn collect<T>(problems: &mut Vec<SmtpProblem>, result: Result<T, SmtpProblem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

struct Place {
    host: String,
    port: u16,
    encryption: Encryption,
    tls_name: String,
    verification: Verification,
    credentials: Option<(String, Secret<String>)>,
}

fn parse_uri(uri: &str) -> Result<Place, SmtpProblem> {
    let problem = |text: &str| SmtpProblem { key: URI, text: text.to_owned() };
    let url = Url::parse(uri).map_err(|_malformed| {
        problem(
            "this is not a URI: write smtps://USER:PASSWORD@HOST:PORT/ and percent-encode special characters of user and password",
        )
    })?;
    let parameter =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    // COMPAT: the spellings of “true” that the reference understands; anything else is false.
    let is_set =
        |name: &str| matches!(parameter(name).as_deref(), Some("1" | "t" | "T" | "true" | "TRUE" | "True"));
    let encryption = match url.scheme() {
        "smtps" => Encryption::Implicit,
        "smtp" if is_set("disable_starttls") => Encryption::Plain,
        "smtp" => Encryption::StartTls,
        _ => return Err(problem("the scheme must be smtps (TLS at once) or smtp (STARTTLS)")),
    };
    let host = url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned()).unwrap_or_default();
    if host.is_empty() {
        return Err(problem("the host is missing: write smtps://HOST:PORT/"));
    }
    let port =
        url.port().ok_or_else(|| problem("the port is missing: add it to the host, for instance :465"))?;
    let (user, password) = (decoded(url.username()), url.password().map(decoded).unwrap_or_default());
    Ok(Place {
        tls_name: parameter("server_name").filter(|name| !name.is_empty()).unwrap_or_else(|| host.clone()),
        verification: if is_set("skip_ssl_verify") { Verification::Skipped } else { Verification::Full },
        credentials: (!user.is_empty()).then(|| (user, Secret::text(password))),
        host,
        port,
        encryption,
    })
}

/// Undoes percent-encoding. What only looks like it stays as it is.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits
            .filter(|digits| first == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn client_files(settings: &SmtpSettings) -> Result<Option<(PathBuf, PathBuf)>, SmtpProblem> {
    match (&settings.client_cert_path, &settings.client_key_path) {
        (Some(chain), Some(key)) => Ok(Some((chain.clone(), key.clone()))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(SmtpProblem {
            key: "courier.smtp.client_key_path",
            text: "is missing: a client certificate needs its key".to_owned(),
        }),
        (None, Some(_)) => Err(SmtpProblem {
            key: "courier.smtp.client_cert_path",
            text: "is missing: a client key needs its certificate".to_owned(),
        }),
    }
}

fn parse_sender(settings: &SmtpSettings, problems: &mut Vec<SmtpProblem>) -> Option<Sender> {
    let address = settings.from_address.parse::<Address>().map_err(|_malformed| SmtpProblem {
        key: "courier.smtp.from_address",
        text: "this is not a mail address: set the address that mails come from".to_owned(),
    });
    // SECURITY: a line break would begin another header (`header_injection_is_impossible`).
    let name = settings.from_name.as_deref().map(|name| name.replace(char::is_control, " "));
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let mut sender = Sender {
        from: Mailbox::new(name, collect(problems, address)?),
        copies: Mailboxes::new(),
        blind_copies: Mailboxes::new(),
        headers: Vec::new(),
    };
    for (name, value) in &settings.headers {
        collect(problems, add_header(&mut sender, name, value));
    }
    Some(sender)
}

fn add_header(sender: &mut Sender, name: &str, value: &str) -> Result<(), SmtpProblem> {
    let problem = |text: &str| SmtpProblem { key: HEADERS, text: format!("“{name}”: {text}") };
    let lower = name.to_ascii_lowercase();
    if RESERVED.contains(&lower.as_str()) {
        return Err(problem("this header is written for each mail: remove it here"));
    }
    if value.contains(char::is_control) {
        return Err(problem("the value has a line break or another control character: remove it"));
    }
    if matches!(lower.as_str(), "cc" | "bcc") {
        let more: Mailboxes =
            value.parse().map_err(|_malformed| problem("this is not a list of mail addresses"))?;
        let list = if lower == "cc" { &mut sender.copies } else { &mut sender.blind_copies };
        more.into_iter().for_each(|mailbox| list.push(mailbox));
        return Ok(());
    }
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let valid = Some(name.to_owned()).filter(|_| is_name).map(HeaderName::new_from_ascii);
    let Some(Ok(valid)) = valid else { return Err(problem("this is not the name of a header")) };
    sender.headers.push(HeaderValue::new(valid, value.to_owned()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(uri: &str) -> SmtpSettings {
        SmtpSettings {
            connection_uri: Secret::text(uri),
            from_address: "no-reply@example.com".to_owned(),
            from_name: Some("Example".to_owned()),
            local_name: "localhost".to_owned(),
            headers: Vec::new(),
            client_cert_path: None,
            client_key_path: None,
            private_ranges: PrivateRanges::Allowed,
            patience: Duration::from_secs(10),
        }
    }

    fn parsed(uri: &str) -> SmtpConfig {
        SmtpConfig::parse(&settings(uri)).unwrap()
    }

    #[test]
    fn every_form_of_the_uri() {
        let config = parsed("smtps://test:p%40s%3As%25@mail.example.com:465/?skip_ssl_verify=true");
        assert_eq!((config.host.as_str(), config.port), ("mail.example.com", 465));
        assert_eq!(config.encryption, Encryption::Implicit);
        assert_eq!(config.verification, Verification::Skipped);
        assert_eq!(config.tls_name, "mail.example.com");
        let (user, password) = config.credentials.unwrap();
        assert_eq!((user.as_str(), password.expose().as_str()), ("test", "p@s:s%"));

        let config = parsed("smtp://relay:587/?server_name=mail.example.com&legacy_ssl=true");
        assert_eq!(config.encryption, Encryption::StartTls);
        assert_eq!(config.verification, Verification::Full);
        assert_eq!(config.tls_name, "mail.example.com");
        assert!(config.credentials.is_none());

        assert_eq!(parsed("smtp://[::1]:25/?disable_starttls=true").encryption, Encryption::Plain);
        assert_eq!(parsed("smtp://[::1]:25/?disable_starttls=true").host, "::1");
        assert_eq!(parsed("smtp://h:25/?disable_starttls=maybe").encryption, Encryption::StartTls);
        assert_eq!(parsed("smtp://h:25").from(), "Example <no-reply@example.com>");
    }

    #[test]
    fn bad_uris_are_named_without_showing_them() {
        for uri in ["", "mail.example.com", "http://u:secret@h:25", "smtps://u:secret@h/", "smtps://:25/"] {
            let problems = SmtpConfig::parse(&settings(uri)).unwrap_err();
            let text = problems[0].to_string();
            assert!(text.starts_with(URI) && !text.contains("secret"), "{uri}: {text}");
        }
    }

    #[test]
    fn all_problems_are_listed() {
        let mut bad = settings("smtps://h/");
        bad.from_address = "nobody".to_owned();
        bad.local_name = "a b".to_owned();
        bad.client_cert_path = Some("cert.pem".into());
        let keys: Vec<_> =
            SmtpConfig::parse(&bad).unwrap_err().into_iter().map(|problem| problem.key).collect();
        assert_eq!(
            keys,
            [URI, "courier.smtp.from_address", "courier.smtp.client_key_path", "courier.smtp.local_name"]
        );
    }

    #[test]
    fn headers_are_checked() {
        let with = |name: &str, value: &str| {
            let mut settings = settings("smtp://h:25");
            settings.headers = vec![(name.to_owned(), value.to_owned())];
            SmtpConfig::parse(&settings)
        };
        assert_eq!(with("X-SES-TAGS", "a=b").unwrap().sender.headers.len(), 1);
        assert_eq!(
            with("Bcc", "a@b.example, C <c@d.example>").unwrap().sender.blind_copies.iter().count(),
            2
        );
        for (name, value) in [
            ("Subject", "x"),
            ("X", "a\r\nBcc: x@y.example"),
            ("X\r\nY", "z"),
            ("", "z"),
            ("Cc", "not an address"),
        ] {
            assert_eq!(with(name, value).unwrap_err()[0].key, HEADERS, "{name:?}");
        }
    }

    #[test]
    fn lookalikes_of_percent_encoding_stay() {
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%4"), "%4");
        assert_eq!(decoded("%zz%41%+1"), "%zzA%+1");
        assert_eq!(decoded("%C3%BC"), "ü");
    }
}
