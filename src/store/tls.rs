//! Encryption of connections to a server, by rustls.

use std::sync::Arc;

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Roots, TlsMode};
use crate::kernel::BoxError;

/// Whether and how connections are encrypted.
#[derive(Clone)]
pub(super) enum Encryption {
    /// Never.
    Off,
    /// By this.
    On(MakeRustlsConnect),
}

/// What the driver has to insist on.
pub(super) const fn driver_mode(mode: TlsMode) -> SslMode {
    match mode {
        TlsMode::Disable => SslMode::Disable,
        TlsMode::Prefer => SslMode::Prefer,
        TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
    }
}

/// Reads the certificates that are needed and builds the client.
///
/// # Errors
/// The root file cannot be read or holds no certificate.
pub(super) fn encryption(mode: TlsMode, roots: &Roots) -> Result<Encryption, BoxError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let trust = match (mode, roots) {
        (TlsMode::Disable, _) => return Ok(Encryption::Off),
        (TlsMode::Prefer, _) | (TlsMode::Require, Roots::System) => Trust::Anyone(Arc::clone(&provider)),
        (TlsMode::Require, Roots::File(_)) | (TlsMode::VerifyCa, _) => {
            Trust::AnyName(trusted(roots, &provider)?)
        }
        (TlsMode::VerifyFull, _) => Trust::Named(trusted(roots, &provider)?),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trust))
        .with_no_client_auth();
    Ok(Encryption::On(MakeRustlsConnect::new(config)))
}

fn trusted(roots: &Roots, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, BoxError> {
    let mut store = RootCertStore::empty();
    match roots {
        Roots::System => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
        }
        Roots::File(path) => {
            let named = |error: &dyn std::fmt::Display| format!("sslrootcert {}: {error}", path.display());
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| named(&error))? {
                store.add(certificate.map_err(|error| named(&error))?).map_err(|error| named(&error))?;
            }
            if store.is_empty() {
                return Err(named(&"the file holds no certificate").into());
            }
        }
    }
    Ok(WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider)).build()?)
}

/// Which certificates are good enough.
#[derive(Debug)]
enum Trust {
    /// Any: the operator asked for encryption alone, which does not stop an active attacker.
    Anyone(Arc<CryptoProvider>),
    /// Those of a trusted authority, whatever host they name.
    AnyName(Arc<WebPkiServerVerifier>),
    /// Those of a trusted authority that name the host.
    Named(Arc<WebPkiServerVerifier>),
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self {
            Self::Anyone(_) => Ok(ServerCertVerified::assertion()),
            // The chain is checked before the name, so a complaint about the name means that the chain is good.
            Self::AnyName(check) => match check.verify_server_cert(certificate, chain, name, ocsp, now) {
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                )) => Ok(ServerCertVerified::assertion()),
                answer => answer,
            },
            Self::Named(check) => check.verify_server_cert(certificate, chain, name, ocsp, now),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self {
            Self::Anyone(provider) => verify_tls12_signature(
                message,
                certificate,
                signed,
                &provider.signature_verification_algorithms,
            ),
            Self::AnyName(check) | Self::Named(check) => {
                check.verify_tls12_signature(message, certificate, signed)
            }
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self {
            Self::Anyone(provider) => verify_tls13_signature(
                message,
                certificate,
                signed,
                &provider.signature_verification_algorithms,
            ),
            Self::AnyName(check) | Self::Named(check) => {
                check.verify_tls13_signature(message, certificate, signed)
            }
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        match self {
            Self::Anyone(provider) => provider.signature_verification_algorithms.supported_schemes(),
            Self::AnyName(check) | Self::Named(check) => check.supported_verify_schemes(),
        }
    }
}
