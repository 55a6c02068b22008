//! Certificates for tests, made by the `openssl` program when the first one is needed.

use std::{path::PathBuf, process::Command, sync::OnceLock};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// An authority of our own, with a certificate for a server named `mail.test` and one for a client.
pub struct Certificates(tempfile::TempDir);

/// The certificates of this test run.
pub fn certificates() -> &'static Certificates {
    static MADE: OnceLock<Certificates> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = Certificates(tempfile::tempdir().unwrap());
        made.make("ca", &["-addext", "keyUsage=critical,keyCertSign"]);
        for (name, names) in [("server", "DNS:mail.test"), ("client", "DNS:client.test")] {
            let names = format!("subjectAltName={names}");
            let leaf = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"];
            made.make(name, &[&leaf[..], &["-addext", &names]].concat());
        }
        made
    })
}

impl Certificates {
    fn make(&self, name: &str, more: &[&str]) {
        let (key, pem, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/CN=zelos {name}"));
        let made = Command::new("openssl")
            .current_dir(self.0.path())
            .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"])
            .args(["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", &subject])
            .args(["-keyout", &key, "-out", &pem])
            .args(more)
            .output()
            .expect("these tests need the `openssl` program");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// A file: `ca.pem`, `server.pem`, `server.key`, `client.pem`, `client.key`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Roots that hold this authority alone.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.path("ca.pem")).unwrap()).unwrap();
        roots
    }
}
