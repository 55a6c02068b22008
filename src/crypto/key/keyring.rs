//! All keys of the engine.

use std::fmt;

use subtle::{Choice, ConstantTimeEq as _};

use super::{
    derive::Key,
    seal::{Cipher, SealPurpose, SealRing},
};
use crate::{
    crypto::{Sealed, TokenHash, token},
    kernel::{FlowId, Secret, Seed, SessionId, Stream},
};

/// The configured secrets. The first of each list makes, all check. An empty list stands for `default`.
#[derive(Debug, Clone, Default)]
pub struct SecretLists {
    /// For tokens and codes, and for whatever has no list of its own.
    pub default: Vec<Secret<String>>,
    /// For cookies.
    pub cookie: Vec<Secret<String>>,
    /// For data at rest.
    pub cipher: Vec<Secret<String>>,
    /// For page tokens.
    pub pagination: Vec<Secret<String>>,
}

/// There is no default secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no secret to derive keys from; set secrets.default to a list of random texts")]
pub struct NoSecret;

/// What a secret value is, that is stored as a keyed hash only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPurpose {
    /// The token of a session.
    SessionToken,
    /// A one-time code.
    Code,
    /// The token in a link.
    LinkToken,
    /// The anti-CSRF token of a browser.
    Csrf,
    /// The key to somebody who is away at a provider.
    Away,
    /// Half of a code by which an app picks up its session.
    Exchange,
}

/// All keys of the engine, derived from the configured secrets.
///
/// SECURITY: every comparison in here takes the same time whatever it compares (05 no. 50).
pub struct Keyring {
    tokens: TokenKeys,
    retired_tokens: Vec<TokenKeys>,
    cookies: SealRing,
    letters: SealRing,
    prefills: SealRing,
    paused: SealRing,
    credentials: SealRing,
    page_tokens: SealRing,
    social: SealRing,
}

impl Keyring {
    /// Derives the keys. `cipher` is for data at rest; whatever was sealed with another one still opens.
    ///
    /// A list that is used at last, after `default` stood in for it, does not make what was sealed before
    /// unreadable: the default secrets keep opening.
    ///
    /// # Errors
    /// The default list is empty.
    pub fn new(secrets: &SecretLists, cipher: Cipher) -> Result<Self, NoSecret> {
        let (first, retired) = secrets.default.split_first().ok_or(NoSecret)?;
        let ring = |purpose, cipher, own: &[Secret<String>]| {
            let all = [own, &secrets.default].concat();
            let (first, others) = all.split_first().ok_or(NoSecret)?;
            Ok(SealRing::derive(purpose, cipher, first, others))
        };
        Ok(Self {
            tokens: TokenKeys::derive(first),
            retired_tokens: retired.iter().map(TokenKeys::derive).collect(),
            cookies: ring(SealPurpose::Cookie, Cipher::default(), &secrets.cookie)?,
            letters: ring(SealPurpose::Letter, cipher, &secrets.cipher)?,
            prefills: ring(SealPurpose::Prefill, cipher, &secrets.cipher)?,
            paused: ring(SealPurpose::Paused, cipher, &secrets.cipher)?,
            credentials: ring(SealPurpose::Credential, cipher, &secrets.cipher)?,
            page_tokens: ring(SealPurpose::PageToken, Cipher::default(), &secrets.pagination)?,
            social: ring(SealPurpose::Social, cipher, &secrets.cipher)?,
        })
    }

    /// The keyed hash to store for a new token or code.
    pub fn token_hash(&self, purpose: TokenPurpose, token: &str) -> TokenHash {
        self.tokens.hash(purpose, token)
    }

    /// The keyed hashes under which a token may be stored, the newest key first.
    pub fn token_hashes(&self, purpose: TokenPurpose, token: &str) -> Vec<TokenHash> {
        self.all_tokens().map(|keys| keys.hash(purpose, token)).collect()
    }

    /// Whether `stored` is the keyed hash of `token` under any key.
    pub fn is_token(&self, purpose: TokenPurpose, token: &str, stored: &TokenHash) -> bool {
        let hits =
            self.all_tokens().map(|keys| keys.hash(purpose, token).as_bytes().ct_eq(stored.as_bytes()));
        hits.fold(Choice::from(0), |any, hit| any | hit).into()
    }

    /// The token that ends `session`: always the same for one session and key, so it is stored nowhere.
    pub fn logout_token(&self, session: SessionId) -> Secret<String> {
        self.tokens.logout_token(session)
    }

    /// Whether `token` ends `session`.
    pub fn is_logout_token(&self, session: SessionId, token: &str) -> bool {
        let expected = self.all_tokens().map(|keys| keys.logout_token(session));
        let hits = expected.map(|expected| expected.expose().as_bytes().ct_eq(token.as_bytes()));
        hits.fold(Choice::from(0), |any, hit| any | hit).into()
    }

    /// The randomness that belongs to one flow, one seed per key, the newest first: always the same for one
    /// flow and key, and known to nobody else, so what is drawn from it is stored nowhere.
    pub fn flow_seeds(&self, flow: FlowId) -> impl Iterator<Item = Seed> {
        self.all_tokens().map(move |keys| Seed::new(keys.flow.mac(&[flow.as_uuid().as_bytes()])))
    }

    /// The first of [`Self::flow_seeds`].
    pub fn flow_seed(&self, flow: FlowId) -> Seed {
        Seed::new(self.tokens.flow.mac(&[flow.as_uuid().as_bytes()]))
    }

    /// The randomness that belongs to a name that somebody typed: always the same for one name and key.
    pub fn name_seed(&self, name: &str) -> Seed {
        Seed::new(self.tokens.name.mac(&[name.as_bytes()]))
    }

    /// Encrypts and authenticates `plain`. `context` says what it belongs to, for instance the id of a row,
    /// and has to be the same when it is opened.
    pub fn seal(&self, purpose: SealPurpose, plain: &[u8], context: &[u8], stream: &mut Stream) -> Sealed {
        self.ring(purpose).seal(plain, context, stream)
    }

    /// Opens what was sealed for the same purpose and context; `None` for anything else.
    pub fn open(&self, purpose: SealPurpose, sealed: &Sealed, context: &[u8]) -> Option<Vec<u8>> {
        self.ring(purpose).open(sealed, context)
    }

    const fn ring(&self, purpose: SealPurpose) -> &SealRing {
        match purpose {
            SealPurpose::Cookie => &self.cookies,
            SealPurpose::Letter => &self.letters,
            SealPurpose::Prefill => &self.prefills,
            SealPurpose::Paused => &self.paused,
            SealPurpose::Credential => &self.credentials,
            SealPurpose::PageToken => &self.page_tokens,
            SealPurpose::Social => &self.social,
        }
    }

    fn all_tokens(&self) -> impl Iterator<Item = &TokenKeys> {
        std::iter::once(&self.tokens).chain(&self.retired_tokens)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[keys]")
    }
}

/// The token keys of one secret.
struct TokenKeys {
    session_token: Key,
    code: Key,
    link_token: Key,
    csrf: Key,
    away: Key,
    exchange: Key,
    logout_token: Key,
    flow: Key,
    name: Key,
}

impl TokenKeys {
    fn derive(secret: &Secret<String>) -> Self {
        Self {
            session_token: Key::derive(secret, "session token"),
            code: Key::derive(secret, "code"),
            link_token: Key::derive(secret, "link token"),
            csrf: Key::derive(secret, "csrf"),
            away: Key::derive(secret, "away at a provider"),
            exchange: Key::derive(secret, "exchange"),
            logout_token: Key::derive(secret, "logout token"),
            flow: Key::derive(secret, "flow"),
            name: Key::derive(secret, "name"),
        }
    }

    fn hash(&self, purpose: TokenPurpose, token: &str) -> TokenHash {
        let key = match purpose {
            TokenPurpose::SessionToken => &self.session_token,
            TokenPurpose::Code => &self.code,
            TokenPurpose::LinkToken => &self.link_token,
            TokenPurpose::Csrf => &self.csrf,
            TokenPurpose::Away => &self.away,
            TokenPurpose::Exchange => &self.exchange,
        };
        TokenHash::new(key.mac(&[token.as_bytes()]))
    }

    fn logout_token(&self, session: SessionId) -> Secret<String> {
        let seed = Seed::new(self.logout_token.mac(&[session.as_uuid().as_bytes()]));
        token::logout_token(&mut seed.stream("logout token"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(default: &[&str], cookie: &[&str]) -> Keyring {
        let list = |texts: &[&str]| texts.iter().map(|text| Secret::text(*text)).collect();
        let secrets = SecretLists { default: list(default), cookie: list(cookie), ..SecretLists::default() };
        Keyring::new(&secrets, Cipher::default()).unwrap()
    }

    fn stream() -> Stream {
        Seed::new([2; 32]).stream("test")
    }

    #[test]
    fn without_a_secret_there_are_no_keys() {
        assert_eq!(Keyring::new(&SecretLists::default(), Cipher::default()).unwrap_err(), NoSecret);
    }

    #[test]
    fn token_hashes_rotate_with_the_secrets() {
        let (old, new) = (keyring(&["one"], &[]), keyring(&["two", "one"], &[]));
        let stored = old.token_hash(TokenPurpose::SessionToken, "ory_st_x");
        assert_ne!(new.token_hash(TokenPurpose::SessionToken, "ory_st_x"), stored);
        assert_eq!(new.token_hashes(TokenPurpose::SessionToken, "ory_st_x")[1], stored);
        assert!(new.is_token(TokenPurpose::SessionToken, "ory_st_x", &stored));
        assert!(!new.is_token(TokenPurpose::SessionToken, "ory_st_y", &stored));
        assert!(!keyring(&["two"], &[]).is_token(TokenPurpose::SessionToken, "ory_st_x", &stored));
    }

    #[test]
    fn a_token_of_one_purpose_is_none_of_another() {
        let keys = keyring(&["one"], &[]);
        let stored = keys.token_hash(TokenPurpose::Code, "123456");
        for purpose in [TokenPurpose::SessionToken, TokenPurpose::LinkToken, TokenPurpose::Csrf] {
            assert!(!keys.is_token(purpose, "123456", &stored));
        }
    }

    #[test]
    fn logout_tokens_belong_to_one_session_and_survive_rotation() {
        let (old, new) = (keyring(&["one"], &[]), keyring(&["two", "one"], &[]));
        let [mine, other] = [0; 2].map({
            let mut stream = stream();
            move |_| SessionId::random(&mut stream)
        });
        let token = old.logout_token(mine);
        assert_eq!(token.expose().len(), "ory_lo_".len() + 32);
        assert_eq!(token.expose(), old.logout_token(mine).expose());
        assert!(new.is_logout_token(mine, token.expose()));
        assert!(!new.is_logout_token(other, token.expose()));
        assert!(!new.is_logout_token(mine, "") && !new.is_logout_token(mine, "ory_lo_"));
        assert!(!keyring(&["two"], &[]).is_logout_token(mine, token.expose()));
    }

    #[test]
    fn an_own_list_takes_over_from_the_default() {
        let sealed = keyring(&["one"], &[]).seal(SealPurpose::Cookie, b"x", b"", &mut stream());
        let later = keyring(&["one"], &["own"]);
        assert_eq!(later.open(SealPurpose::Cookie, &sealed, b""), Some(b"x".to_vec()));
        let own = later.seal(SealPurpose::Cookie, b"x", b"", &mut stream());
        assert_eq!(keyring(&["one"], &[]).open(SealPurpose::Cookie, &own, b""), None);
        assert_eq!(later.open(SealPurpose::PageToken, &own, b""), None);
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", keyring(&["one"], &[])), "[keys]");
    }
}
