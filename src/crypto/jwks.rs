//! Checks signed tokens (JSON web tokens) against the public keys of whoever issued them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Longer tokens are refused before anything is decoded.
const LONGEST: usize = 64 * 1024;

/// More keys than this are not looked at.
const MOST_KEYS: usize = 100;

/// Why a token says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// It is no signed token.
    #[error("it is not a signed token")]
    Malformed,
    /// It is signed by an algorithm that is not on the list, or not at all.
    #[error("it is not signed by an algorithm that is accepted")]
    Algorithm,
    /// None of the keys is the one that it names.
    #[error("it is signed by a key that is not known")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("its signature is wrong")]
    Signature,
}

/// The public keys of an issuer. What cannot check signatures is left out.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys(Vec<PublicKey>);

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// A public key as it is published. Unknown members are none of our business.
#[derive(Debug, Clone, Deserialize)]
struct PublicKey {
    kty: String,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

/// What a signature is checked by. SECURITY: the closed list of algorithms, all of them with a public key; "none" and
/// those with a shared key are not among them (05 no. 33, 45; test `sec_33_what_nobody_signed_says_nothing`).
enum Check {
    Rsa(&'static RsaParameters),
    Ecdsa(&'static EcdsaVerificationAlgorithm, &'static str, usize),
    Ed25519,
}

fn check_of(algorithm: &str) -> Option<Check> {
    Some(match algorithm {
        "RS256" => Check::Rsa(&RSA_PKCS1_2048_8192_SHA256),
        "RS384" => Check::Rsa(&RSA_PKCS1_2048_8192_SHA384),
        "RS512" => Check::Rsa(&RSA_PKCS1_2048_8192_SHA512),
        "PS256" => Check::Rsa(&RSA_PSS_2048_8192_SHA256),
        "PS384" => Check::Rsa(&RSA_PSS_2048_8192_SHA384),
        "PS512" => Check::Rsa(&RSA_PSS_2048_8192_SHA512),
        "ES256" => Check::Ecdsa(&ECDSA_P256_SHA256_FIXED, "P-256", 32),
        "ES384" => Check::Ecdsa(&ECDSA_P384_SHA384_FIXED, "P-384", 48),
        "ES512" => Check::Ecdsa(&ECDSA_P521_SHA512_FIXED, "P-521", 66),
        "EdDSA" => Check::Ed25519,
        _ => return None,
    })
}

impl PublicKeys {
    /// Reads a published key set; keys of kinds that we do not know are passed over. `None` when it is no key set.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let set: KeySet = serde_json::from_slice(text).ok()?;
        let keys = set.keys.into_iter().take(MOST_KEYS);
        Some(Self(keys.filter_map(|key| serde_json::from_value(key).ok()).collect()))
    }

    /// The claims of a token that one of these keys has signed. Nothing else of it is looked at: who issued it, for
    /// whom and until when is for the caller to judge.
    ///
    /// # Errors
    /// [`JwtError::UnknownKey`] when the token may be good and its key newer than this set.
    pub fn verify(&self, token: &str) -> Result<Map<String, Value>, JwtError> {
        if token.len() > LONGEST {
            return Err(JwtError::Malformed);
        }
        let mut parts = token.split('.');
        let (Some(head), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwtError::Malformed);
        };
        let header: Header = serde_json::from_slice(&decode(head)?).map_err(|_| JwtError::Malformed)?;
        // What a critical extension means is not known here, so it cannot be honoured (RFC 7515 §4.1.11).
        if header.crit.is_some() {
            return Err(JwtError::Algorithm);
        }
        let check = check_of(&header.alg).ok_or(JwtError::Algorithm)?;
        let signature = decode(signature)?;
        let message = token.get(..head.len() + 1 + claims.len()).ok_or(JwtError::Malformed)?;
        let mut fits = self.0.iter().filter(|key| key.fits(&header, &check)).peekable();
        if fits.peek().is_none() {
            return Err(JwtError::UnknownKey);
        }
        if !fits.any(|key| key.has_signed(&check, message.as_bytes(), &signature)) {
            return Err(JwtError::Signature);
        }
        serde_json::from_slice(&decode(claims)?).map_err(|_| JwtError::Malformed)
    }
}

fn decode(part: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Malformed)
}

impl PublicKey {
    /// Whether a token with this header can be signed by it. SECURITY: a key is only ever used with an algorithm of
    /// its own kind, and with the one that it names.
    fn fits(&self, header: &Header, check: &Check) -> bool {
        let kind = match check {
            Check::Rsa(_) => self.kty == "RSA",
            Check::Ecdsa(_, curve, _) => self.kty == "EC" && self.crv.as_deref() == Some(curve),
            Check::Ed25519 => self.kty == "OKP" && self.crv.as_deref() == Some("Ed25519"),
        };
        let named = header.kid.is_none() || self.kid.is_none() || header.kid == self.kid;
        let algorithm = self.alg.as_deref().is_none_or(|own| own == header.alg);
        kind && named && algorithm && self.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
    }

    fn has_signed(&self, check: &Check, message: &[u8], signature: &[u8]) -> bool {
        self.verify(check, message, signature).is_some()
    }

    fn verify(&self, check: &Check, message: &[u8], signature: &[u8]) -> Option<()> {
        let part =
            |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?.trim_end_matches('=')).ok();
        match check {
            Check::Rsa(parameters) => {
                let significant =
                    |bytes: Vec<u8>| -> Vec<u8> { bytes.into_iter().skip_while(|byte| *byte == 0).collect() };
                let (n, e) = (significant(part(&self.n)?), significant(part(&self.e)?));
                RsaPublicKeyComponents { n: &n, e: &e }.verify(parameters, message, signature).ok()
            }
            Check::Ecdsa(algorithm, _, width) => {
                let padded = |bytes: Vec<u8>| -> Option<Vec<u8>> {
                    Some([vec![0; width.checked_sub(bytes.len())?], bytes].concat())
                };
                let (x, y) = (padded(part(&self.x)?)?, padded(part(&self.y)?)?);
                let point = [&[4][..], &x, &y].concat();
                UnparsedPublicKey::new(*algorithm, point).verify(message, signature).ok()
            }
            Check::Ed25519 => {
                UnparsedPublicKey::new(&ED25519, part(&self.x)?).verify(message, signature).ok()
            }
        }
    }
}

#[cfg(test)]
#[path = "jwks_tests.rs"]
mod tests;
