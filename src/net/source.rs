//! Source URIs: where the text of a schema, a template or a Jsonnet file comes from (03 §1.7).

use std::{fmt, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::StatusCode;
use tokio::io::AsyncReadExt as _;
use url::Url;

use super::{HttpClient, HttpError, HttpPolicy, Outbound};

/// A parsed source URI. Its `Display` names it for operators, without payloads and without credentials.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// `file://`: a path, taken as it stands, relative to the working directory unless it begins with `/`.
    File(PathBuf),
    /// `base64://`: the decoded payload itself.
    Inline(Vec<u8>),
    /// `http://` or `https://`: fetched with `GET`, 200 expected.
    Remote(Url),
}

/// Why a source gave nothing. The text names the source and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Not one of the known schemes.
    #[error("{0}: write a source as file://PATH, base64://DATA, http://URL or https://URL")]
    Scheme(String),
    /// The payload is not base64.
    #[error(
        "base64://[redacted]: the payload is not standard base64 with padding: encode it anew, for instance with `base64 -w0 FILE`"
    )]
    Base64,
    /// Not a URL with a host.
    #[error("{0}: this is not a valid http or https URL with a host")]
    Url(String),
    /// The file cannot be read.
    #[error(
        "{name}: cannot be read: check the path (relative ones start at the working directory) and its permissions"
    )]
    File {
        /// The source.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// More bytes than this kind of file may have.
    #[error("{name}: is larger than {limit} bytes, the most that is accepted here")]
    TooLarge {
        /// The source.
        name: String,
        /// The limit.
        limit: usize,
    },
    /// The server answered otherwise than 200.
    #[error("{name}: the server answered {status} instead of 200: open the URL from this machine to see why")]
    Status {
        /// The source.
        name: String,
        /// The answer.
        status: StatusCode,
    },
    /// The server did not answer, or may not be asked.
    #[error("{name}: could not be fetched: check that this machine reaches the server")]
    Fetch {
        /// The source.
        name: String,
        /// Why.
        source: HttpError,
    },
}

impl Source {
    /// Reads a source URI. Touches neither disk nor network.
    ///
    /// # Errors
    /// The scheme is unknown, or what follows it is malformed.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        if let Some(path) = text.strip_prefix("file://").filter(|path| !path.is_empty()) {
            return Ok(Self::File(path.into()));
        }
        if let Some(payload) = text.strip_prefix("base64://") {
            return STANDARD.decode(payload).map(Self::Inline).map_err(|_malformed| SourceError::Base64);
        }
        if text.starts_with("http://") || text.starts_with("https://") {
            let url = Url::parse(text).map_err(|_malformed| SourceError::Url(shown(text)))?;
            return Ok(Self::Remote(url));
        }
        Err(SourceError::Scheme(shown(text)))
    }

    /// The bytes of the source, at most `limit` of them. Nothing is cached: a configuration is loaded as a
    /// whole, and each load reads anew.
    ///
    /// # Errors
    /// The source is missing, unreachable or too large.
    pub async fn load(&self, http: &HttpClient, limit: usize) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::File(path) => self.read_file(path, limit).await,
            Self::Inline(bytes) if bytes.len() > limit => Err(self.too_large(limit)),
            Self::Inline(bytes) => Ok(bytes.clone()),
            Self::Remote(url) => self.fetch(http, url, limit).await,
        }
    }

    async fn read_file(&self, path: &PathBuf, limit: usize) -> Result<Vec<u8>, SourceError> {
        let failed = |source| SourceError::File { name: self.to_string(), source };
        let file = tokio::fs::File::open(path).await.map_err(failed)?;
        let mut bytes = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        file.take(most).read_to_end(&mut bytes).await.map_err(failed)?;
        if bytes.len() > limit { Err(self.too_large(limit)) } else { Ok(bytes) }
    }

    async fn fetch(&self, http: &HttpClient, url: &Url, limit: usize) -> Result<Vec<u8>, SourceError> {
        let policy = HttpPolicy { body_limit: limit, ..HttpPolicy::SOURCE };
        match http.send(&Outbound::get(url.clone()), &policy).await {
            Ok(answer) if answer.status == StatusCode::OK => Ok(answer.body),
            Ok(answer) => Err(SourceError::Status { name: self.to_string(), status: answer.status }),
            Err(HttpError::TooLarge(limit)) => Err(self.too_large(limit)),
            Err(source) => Err(SourceError::Fetch { name: self.to_string(), source }),
        }
    }

    fn too_large(&self, limit: usize) -> SourceError {
        SourceError::TooLarge { name: self.to_string(), limit }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file://{}", path.display()),
            Self::Inline(_) => f.write_str("base64://[redacted]"),
            Self::Remote(url) => f.write_str(&shown(url.as_str())),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({self})")
    }
}

/// A text that was meant as a URL, without what may be a secret in it: user information and query.
fn shown(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let bare = text.get(..end).unwrap_or_default();
    match bare.split_once("://") {
        Some((scheme, rest)) => {
            let host_and_path = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
            let host = host_and_path.0.rsplit('@').next().unwrap_or_default();
            host_and_path.1.map_or(format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
        }
        // Not a URL at all: it may be the content itself, so only its beginning is shown.
        None => format!("“{}…”", bare.chars().take(24).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Guard, PrivateRanges, Trust};

    fn http() -> HttpClient {
        HttpClient::build(&Trust::system().unwrap(), Guard::new(PrivateRanges::Refused, &[])).unwrap()
    }

    #[test]
    fn parses_the_known_schemes() {
        assert_eq!(Source::parse("file:///etc/a%20b").unwrap(), Source::File("/etc/a%20b".into()));
        assert_eq!(Source::parse("file://./x").unwrap(), Source::File("./x".into()));
        assert_eq!(Source::parse("file://x/y").unwrap(), Source::File("x/y".into()));
        assert_eq!(Source::parse("base64://aGk=").unwrap(), Source::Inline(b"hi".to_vec()));
        assert!(matches!(Source::parse("https://a.example/x").unwrap(), Source::Remote(_)));
    }

    #[test]
    fn refuses_everything_else_and_shows_no_secrets() {
        for bad in
            ["", "file://", "/etc/x", "ftp://u:secret@h/x", "base64://aGk", "base64://!secret", "http://"]
        {
            let text = Source::parse(bad).unwrap_err().to_string();
            assert!(!text.contains("secret"), "{text}");
        }
        let source = Source::parse("https://user:secret@a.example/x?token=secret").unwrap();
        assert_eq!(source.to_string(), "https://a.example/x");
        assert_eq!(Source::parse("base64://c2VjcmV0").unwrap().to_string(), "base64://[redacted]");
    }

    #[tokio::test]
    async fn loads_files_and_payloads_within_the_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("schema.json");
        std::fs::write(&path, "12345").unwrap();
        let source = Source::parse(&format!("file://{}", path.display())).unwrap();
        assert_eq!(source.load(&http(), 5).await.unwrap(), b"12345");
        assert!(matches!(source.load(&http(), 4).await, Err(SourceError::TooLarge { limit: 4, .. })));
        let missing = Source::parse("file://no/such/file").unwrap().load(&http(), 4).await.unwrap_err();
        assert!(missing.to_string().contains("file://no/such/file"));
        let inline = Source::parse("base64://aGk=").unwrap();
        assert_eq!(inline.load(&http(), 2).await.unwrap(), b"hi");
        assert!(inline.load(&http(), 1).await.is_err());
    }
}
