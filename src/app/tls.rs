//! The certificates of the listeners: read at the start, and again when their files change.

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::task::JoinHandle;

use super::watch::{EVERY, Eyes, Sight, Watch};
use crate::{
    cli::CliError,
    config::{Pem, Tls},
};

/// The certificate of a listener, as it is shown to whoever connects next.
#[derive(Clone)]
pub struct Certificate {
    source: Tls,
    shown: Arc<Shown>,
    /// Looked at before they were read, so that a change in between is noticed.
    seen: Sight,
}

#[derive(Debug)]
struct Shown(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Certificate {
    /// Reads a certificate and its key.
    ///
    /// # Errors
    /// They cannot be read, or they do not fit each other.
    pub fn open(source: &Tls) -> Result<Self, CliError> {
        let seen = Sight::of(&files(source));
        let shown = Arc::new(Shown(ArcSwap::from_pointee(load(source)?)));
        Ok(Self { source: source.clone(), shown, seen })
    }

    /// TLS 1.2 and 1.3 with whatever certificate is current.
    pub fn server_config(&self) -> ServerConfig {
        let shown: Arc<dyn ResolvesServerCert> = self.shown.clone();
        ServerConfig::builder().with_no_client_auth().with_cert_resolver(shown)
    }

    /// Reads the files anew. What cannot be used is told in the log, and the one before goes on.
    fn renew(&self) {
        match load(&self.source) {
            Ok(loaded) => {
                self.shown.0.store(Arc::new(loaded));
                tracing::info!("a changed certificate has taken effect");
            }
            // A certificate and its key are seldom written at once; the second of them puts it right.
            Err(error) => tracing::error!("{error}; the certificate before it goes on serving"),
        }
    }
}

/// Watches the files of these certificates, until the handle is aborted; `None` when there are none.
///
/// # Errors
/// The operating system refused a thread.
pub fn watch(certificates: Vec<Certificate>) -> Result<Option<JoinHandle<()>>, CliError> {
    let watched: Vec<Certificate> =
        certificates.into_iter().filter(|one| !files(&one.source).is_empty()).collect();
    if watched.is_empty() {
        return Ok(None);
    }
    let eyes = Eyes::open().map_err(|error| CliError::because("start a thread", &error))?;
    Ok(Some(actix_web::rt::spawn(async move {
        let mut watched: Vec<_> =
            watched.into_iter().map(|one| (Watch::new(one.seen.clone()), one)).collect();
        loop {
            tokio::time::sleep(EVERY).await;
            for (watch, certificate) in &mut watched {
                let Some(now) = eyes.look(files(&certificate.source)).await else { continue };
                if watch.notice(now).is_some() {
                    certificate.renew();
                }
            }
        }
    })))
}

fn files(source: &Tls) -> Vec<PathBuf> {
    let path = |pem: &Pem| match pem {
        Pem::File(path) => Some(path.clone()),
        Pem::Inline(_) => None,
    };
    [&source.cert, &source.key].into_iter().filter_map(path).collect()
}

fn load(source: &Tls) -> Result<CertifiedKey, CliError> {
    let broken = |what: &str, error: &dyn std::error::Error| {
        CliError::because(&format!("read the {what} of serve.*.tls"), error)
    };
    let chain = CertificateDer::pem_slice_iter(&read(&source.cert, "certificate")?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| broken("certificate", &error))?;
    let key =
        PrivateKeyDer::from_pem_slice(&read(&source.key, "key")?).map_err(|error| broken("key", &error))?;
    CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider())
        .map_err(|error| broken("certificate and key", &error))
}

fn read(pem: &Pem, what: &str) -> Result<Vec<u8>, CliError> {
    match pem {
        Pem::Inline(bytes) => Ok(bytes.expose().clone()),
        Pem::File(path) => std::fs::read(path).map_err(|error| {
            CliError::because(&format!("read the {what} of serve.*.tls from {}", path.display()), &error)
        }),
    }
}
