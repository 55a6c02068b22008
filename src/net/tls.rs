//! Whom we trust when we dial out: one root store, one crypto provider, one shared client configuration.

use std::sync::Arc;

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _},
};

/// The certificate authorities that connections of ours accept, with the configuration made from them.
///
/// Made once at start and shared by HTTP, mail and the database. Clones share everything.
#[derive(Clone)]
pub struct Trust {
    provider: Arc<CryptoProvider>,
    roots: Arc<RootCertStore>,
    client: Arc<ClientConfig>,
}

/// Whether the certificate of a server is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verification {
    /// Its chain and its name are checked.
    #[default]
    Full,
    /// Neither is checked; for test servers with certificates of their own making.
    Skipped,
}

/// A certificate with its key, by which we show a server who we are.
pub struct ClientIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// Why no TLS configuration could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file holds no certificate in PEM form.
    #[error("no PEM certificate found: expected at least one `BEGIN CERTIFICATE` block")]
    NoCertificate,
    /// The file holds no usable private key in PEM form.
    #[error("no PEM private key found: expected one unencrypted `BEGIN … PRIVATE KEY` block")]
    NoKey,
    /// The library refused the combination, for instance a key that belongs to another certificate.
    #[error("the TLS library refused the certificate, key or protocol versions")]
    Refused(#[source] rustls::Error),
}

impl Trust {
    /// Trusts the authorities of the operating system and the compiled-in Mozilla list.
    ///
    /// # Errors
    /// The TLS library refused its own defaults.
    pub fn system() -> Result<Self, TlsError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        // Authorities that cannot be read are skipped: a container without any still has the compiled-in list.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::of(roots)
    }

    /// Trusts exactly the given authorities.
    ///
    /// # Errors
    /// The TLS library refused its own defaults.
    pub fn of(roots: RootCertStore) -> Result<Self, TlsError> {
        let (provider, roots) = (Arc::new(aws_lc_rs::default_provider()), Arc::new(roots));
        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Refused)?
            .with_root_certificates(Arc::clone(&roots))
            .with_no_client_auth();
        Ok(Self { provider, roots, client: Arc::new(client) })
    }

    /// The shared configuration: full verification, no client certificate.
    pub fn client(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.client)
    }

    /// A configuration of its own for one peer.
    ///
    /// # Errors
    /// The key does not belong to the certificate, or is of a kind that the library does not know.
    pub fn client_with(
        &self,
        verification: Verification,
        identity: Option<ClientIdentity>,
    ) -> Result<Arc<ClientConfig>, TlsError> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Refused)?;
        let builder = match verification {
            Verification::Full => builder.with_root_certificates(Arc::clone(&self.roots)),
            Verification::Skipped => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Unverified(Arc::clone(&self.provider)))),
        };
        match identity {
            None => Ok(Arc::new(builder.with_no_client_auth())),
            Some(ClientIdentity { chain, key }) => {
                builder.with_client_auth_cert(chain, key).map(Arc::new).map_err(TlsError::Refused)
            }
        }
    }
}

impl ClientIdentity {
    /// Reads a certificate chain and its key, both in PEM form.
    ///
    /// # Errors
    /// One of the two is missing or damaged.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|_damaged| TlsError::NoCertificate)?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_damaged| TlsError::NoKey)?;
        Ok(Self { chain, key })
    }
}

/// Accepts every certificate, yet still checks that the server holds its key.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_configuration_is_built_and_shared() {
        let trust = Trust::system().unwrap();
        assert!(!trust.roots.is_empty());
        assert!(Arc::ptr_eq(&trust.client(), &trust.clone().client()));
        assert!(trust.client_with(Verification::Skipped, None).is_ok());
    }

    #[test]
    fn damaged_identities_are_told_apart() {
        assert!(matches!(ClientIdentity::from_pem(b"nothing", b"nothing"), Err(TlsError::NoCertificate)));
        let cert = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(ClientIdentity::from_pem(cert, b"nothing"), Err(TlsError::NoKey)));
    }
}
