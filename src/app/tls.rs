//! The certificate of a listener.

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::{
    cli::CliError,
    config::{Pem, Tls},
};

/// TLS 1.2 and 1.3 with this certificate.
///
/// # Errors
/// The certificate or its key cannot be read, or they do not fit each other.
pub fn server_config(tls: &Tls) -> Result<ServerConfig, CliError> {
    let broken = |what: &str, error: &dyn std::error::Error| {
        CliError::because(&format!("read the {what} of serve.*.tls"), error)
    };
    let chain = CertificateDer::pem_slice_iter(&read(&tls.cert, "certificate")?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| broken("certificate", &error))?;
    let key =
        PrivateKeyDer::from_pem_slice(&read(&tls.key, "key")?).map_err(|error| broken("key", &error))?;
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
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
