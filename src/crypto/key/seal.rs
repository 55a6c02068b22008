//! Sealing: encryption and authentication of what leaves our hands or rests in the database.

use aes_gcm::Aes256Gcm;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};

use super::derive::{Key, derive};
use crate::{
    crypto::Sealed,
    kernel::{Secret, Stream},
};

/// What something is sealed for; sealed for one purpose, it cannot be opened for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealPurpose {
    /// The content of a cookie.
    Cookie,
    /// The data of a letter or webhook call in the outbox.
    Letter,
    /// A code that a followed link brought, kept in its flow until the form is sent.
    Prefill,
    /// The position in a list, as given to clients.
    PageToken,
    /// A submission that waits for its owner to sign in anew.
    Paused,
    /// A secret in a credential that has to be readable again, such as a shared key.
    Credential,
    /// What goes around with somebody who is away at a provider, or waits for them.
    Social,
}

impl SealPurpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Letter => "letter",
            Self::Prefill => "prefill",
            Self::PageToken => "page token",
            Self::Paused => "paused submission",
            Self::Credential => "credential",
            Self::Social => "social",
        }
    }
}

/// The cipher of data at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cipher {
    /// XChaCha20-Poly1305.
    #[default]
    XChaCha20Poly1305,
    /// AES-256-GCM.
    Aes256Gcm,
}

impl Cipher {
    const ALL: [Self; 2] = [Self::XChaCha20Poly1305, Self::Aes256Gcm];

    const fn label(self) -> &'static str {
        match self {
            Self::XChaCha20Poly1305 => "xchacha20-poly1305",
            Self::Aes256Gcm => "aes-256-gcm",
        }
    }

    const fn nonce_bytes(self) -> usize {
        match self {
            Self::XChaCha20Poly1305 => 24,
            Self::Aes256Gcm => 12,
        }
    }
}

/// Version of the printable form.
const VERSION: &str = "v1";

/// The keys of one purpose: the first one seals, all open.
pub(super) struct SealRing {
    first: SealKey,
    others: Vec<SealKey>,
}

impl SealRing {
    /// The keys of `secrets` for both ciphers; `first` with `cipher` is the one that seals.
    pub(super) fn derive(
        purpose: SealPurpose,
        cipher: Cipher,
        first: &Secret<String>,
        others: &[Secret<String>],
    ) -> Self {
        let keys = |secret| Cipher::ALL.map(|cipher| SealKey::derive(secret, purpose, cipher));
        Self {
            first: SealKey::derive(first, purpose, cipher),
            others: std::iter::once(first).chain(others).flat_map(keys).collect(),
        }
    }

    pub(super) fn seal(&self, plain: &[u8], context: &[u8], stream: &mut Stream) -> Sealed {
        self.first.seal(plain, context, stream)
    }

    pub(super) fn open(&self, sealed: &Sealed, context: &[u8]) -> Option<Vec<u8>> {
        let (version, rest) = sealed.as_str().split_once('.')?;
        let (kid, body) = rest.split_once('.')?;
        if version != VERSION {
            return None;
        }
        let body = URL_SAFE_NO_PAD.decode(body).ok()?;
        let keys = std::iter::once(&self.first).chain(&self.others);
        keys.filter(|key| key.kid == kid).find_map(|key| key.open(&body, context))
    }
}

/// One key with its name and cipher.
struct SealKey {
    /// Derived from the secret, purpose and cipher; says which key to use and nothing else.
    kid: String,
    cipher: Cipher,
    key: Key,
    nonces: Key,
}

impl SealKey {
    fn derive(secret: &Secret<String>, purpose: SealPurpose, cipher: Cipher) -> Self {
        let label = |part: &str| format!("seal {} {} {part}", purpose.label(), cipher.label());
        Self {
            kid: URL_SAFE_NO_PAD.encode(derive::<6>(secret, &label("id"))),
            cipher,
            key: Key::derive(secret, &label("key")),
            nonces: Key::derive(secret, &label("nonce")),
        }
    }

    fn seal(&self, plain: &[u8], context: &[u8], stream: &mut Stream) -> Sealed {
        // SECURITY: streams repeat by design, when a commit is tried again or replayed. A nonce that were
        // only drawn would then serve two plaintexts, which gives both away. This one depends on what is
        // sealed; guarded by `the_same_stream_never_gives_two_plaintexts_one_nonce`.
        let digest = self.nonces.mac(&[&stream.bytes::<32>(), context, plain]);
        let nonce = digest.split_at(self.cipher.nonce_bytes()).0;
        let Some(body) = self.encrypt(nonce, plain, context) else {
            unreachable!("what fits into memory is not too long for a cipher")
        };
        let body = URL_SAFE_NO_PAD.encode([nonce, &body].concat());
        Sealed::new(format!("{VERSION}.{}.{body}", self.kid))
    }

    fn encrypt(&self, nonce: &[u8], plain: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        let payload = Payload { msg: plain, aad: context };
        let key = self.key.expose().into();
        match self.cipher {
            Cipher::XChaCha20Poly1305 => {
                XChaCha20Poly1305::new(key).encrypt(nonce.try_into().ok()?, payload).ok()
            }
            Cipher::Aes256Gcm => Aes256Gcm::new(key).encrypt(nonce.try_into().ok()?, payload).ok(),
        }
    }

    fn open(&self, body: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = body.split_at_checked(self.cipher.nonce_bytes())?;
        let payload = Payload { msg: body, aad: context };
        let key = self.key.expose().into();
        match self.cipher {
            Cipher::XChaCha20Poly1305 => {
                XChaCha20Poly1305::new(key).decrypt(nonce.try_into().ok()?, payload).ok()
            }
            Cipher::Aes256Gcm => Aes256Gcm::new(key).decrypt(nonce.try_into().ok()?, payload).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::Seed;

    fn ring(purpose: SealPurpose, cipher: Cipher, secrets: &[&str]) -> SealRing {
        let secrets: Vec<_> = secrets.iter().map(|secret| Secret::text(*secret)).collect();
        let (first, others) = secrets.split_first().unwrap();
        SealRing::derive(purpose, cipher, first, others)
    }

    fn stream() -> Stream {
        Seed::new([8; 32]).stream("seal")
    }

    fn nonce(sealed: &Sealed, cipher: Cipher) -> Vec<u8> {
        let body = sealed.as_str().rsplit('.').next().unwrap();
        URL_SAFE_NO_PAD.decode(body).unwrap()[..cipher.nonce_bytes()].to_vec()
    }

    #[test]
    fn the_same_stream_never_gives_two_plaintexts_one_nonce() {
        for cipher in Cipher::ALL {
            let ring = ring(SealPurpose::Letter, cipher, &["one"]);
            let seal =
                |plain: &[u8], context: &[u8]| nonce(&ring.seal(plain, context, &mut stream()), cipher);
            assert_ne!(seal(b"a", b""), seal(b"b", b""));
            assert_ne!(seal(b"a", b""), seal(b"a", b"context"));
            assert_eq!(seal(b"a", b""), seal(b"a", b""), "a replay gives the same bytes");
            let other = ring.seal(b"a", b"", &mut Seed::new([9; 32]).stream("seal"));
            assert_ne!(seal(b"a", b""), nonce(&other, cipher));
        }
    }

    #[test]
    fn secrets_rotate_and_ciphers_change() {
        let old = ring(SealPurpose::Letter, Cipher::Aes256Gcm, &["one"]);
        let sealed = old.seal(b"plain", b"row 7", &mut stream());
        let new = ring(SealPurpose::Letter, Cipher::XChaCha20Poly1305, &["two", "one"]);
        assert_eq!(new.open(&sealed, b"row 7"), Some(b"plain".to_vec()));
        assert_eq!(old.open(&new.seal(b"x", b"", &mut stream()), b""), None);
        let gone = ring(SealPurpose::Letter, Cipher::Aes256Gcm, &["two"]);
        assert_eq!(gone.open(&sealed, b"row 7"), None);
    }

    #[test]
    fn nothing_opens_for_another_purpose_or_context() {
        let letter = ring(SealPurpose::Letter, Cipher::default(), &["one"]);
        let sealed = letter.seal(b"plain", b"row 7", &mut stream());
        assert_eq!(letter.open(&sealed, b"row 8"), None);
        let cookie = ring(SealPurpose::Cookie, Cipher::default(), &["one"]);
        assert_eq!(cookie.open(&sealed, b"row 7"), None);
        let kid = cookie.seal(b"", b"", &mut stream());
        let kid = kid.as_str().split('.').nth(1).unwrap();
        let body = sealed.as_str().rsplit('.').next().unwrap();
        assert_eq!(cookie.open(&Sealed::new(format!("v1.{kid}.{body}")), b"row 7"), None);
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_changed_text_does_not(
            plain in any::<Vec<u8>>(), at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]",
        ) {
            for cipher in Cipher::ALL {
                let ring = ring(SealPurpose::Letter, cipher, &["one"]);
                let sealed = ring.seal(&plain, b"context", &mut stream());
                prop_assert_eq!(ring.open(&sealed, b"context"), Some(plain.clone()));
                let mut text = sealed.as_str().to_owned();
                let at = at.index(text.len());
                text.replace_range(at..=at, &to);
                if text != sealed.as_str() {
                    prop_assert_eq!(ring.open(&Sealed::new(text), b"context"), None);
                }
            }
        }

        #[test]
        fn arbitrary_text_does_not_open(text in "\\PC{0,60}|v1\\.[a-zA-Z0-9_-]{8}\\.[a-zA-Z0-9_-]{0,60}") {
            let ring = ring(SealPurpose::Cookie, Cipher::default(), &["one"]);
            prop_assert_eq!(ring.open(&Sealed::new(text), b""), None);
        }
    }
}
