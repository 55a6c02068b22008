//! Signed tokens (JSON web tokens), by the private keys of a key set.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// Why a key set cannot sign. The texts say what to do and show nothing of the keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// It is no key set at all.
    #[error("is no JSON web key set: {0}")]
    Malformed(String),
    /// None of its keys can sign.
    #[error("has no private key to sign with{0}")]
    NoKey(String),
}

/// A signature could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token could not be signed")]
pub struct SignError;

/// Signs tokens by one key.
pub struct JwtSigner {
    algorithm: &'static str,
    kid: Option<String>,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Ecdsa(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
    Hmac(Box<hmac::Key>),
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

/// A key as it is written; what is private stays in here.
#[derive(Deserialize)]
struct Jwk {
    #[serde(default)]
    kty: String,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    #[serde(default, deserialize_with = "wiped")]
    d: Option<Zeroizing<String>>,
    #[serde(default, deserialize_with = "wiped")]
    p: Option<Zeroizing<String>>,
    #[serde(default, deserialize_with = "wiped")]
    q: Option<Zeroizing<String>>,
    #[serde(default, deserialize_with = "wiped")]
    dp: Option<Zeroizing<String>>,
    #[serde(default, deserialize_with = "wiped")]
    dq: Option<Zeroizing<String>>,
    #[serde(default, deserialize_with = "wiped")]
    qi: Option<Zeroizing<String>>,
    #[serde(default, deserialize_with = "wiped")]
    k: Option<Zeroizing<String>>,
    x: Option<String>,
    y: Option<String>,
}

/// Reads a text that is wiped when it is no longer needed.
fn wiped<'de, D: Deserializer<'de>>(text: D) -> Result<Option<Zeroizing<String>>, D::Error> {
    Ok(Option::<String>::deserialize(text)?.map(Zeroizing::new))
}

/// What a key can be used with. SECURITY: the closed list of algorithms; a key says which one it is for, and
/// nothing else is tried with it (05 no. 45).
#[derive(Clone, Copy)]
enum Family {
    Rsa(&'static dyn RsaEncoding),
    Ecdsa(&'static EcdsaSigningAlgorithm, &'static str, usize),
    Ed25519,
    Hmac(hmac::Algorithm, usize),
}

fn family(algorithm: &str) -> Option<(&'static str, Family)> {
    Some(match algorithm {
        "RS256" => ("RS256", Family::Rsa(&RSA_PKCS1_SHA256)),
        "RS384" => ("RS384", Family::Rsa(&RSA_PKCS1_SHA384)),
        "RS512" => ("RS512", Family::Rsa(&RSA_PKCS1_SHA512)),
        "PS256" => ("PS256", Family::Rsa(&RSA_PSS_SHA256)),
        "PS384" => ("PS384", Family::Rsa(&RSA_PSS_SHA384)),
        "PS512" => ("PS512", Family::Rsa(&RSA_PSS_SHA512)),
        "ES256" => ("ES256", Family::Ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256", 32)),
        "ES384" => ("ES384", Family::Ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384", 48)),
        "ES512" => ("ES512", Family::Ecdsa(&ECDSA_P521_SHA512_FIXED_SIGNING, "P-521", 66)),
        "EdDSA" => ("EdDSA", Family::Ed25519),
        "HS256" => ("HS256", Family::Hmac(hmac::HMAC_SHA256, 32)),
        "HS384" => ("HS384", Family::Hmac(hmac::HMAC_SHA384, 48)),
        "HS512" => ("HS512", Family::Hmac(hmac::HMAC_SHA512, 64)),
        _ => return None,
    })
}

impl JwtSigner {
    /// The first key of a set that can sign (02 §6.8).
    ///
    /// # Errors
    /// There is none.
    pub fn from_key_set(text: &[u8]) -> Result<Self, KeySetError> {
        let set: KeySet =
            serde_json::from_slice(text).map_err(|error| KeySetError::Malformed(place(&error)))?;
        let mut reasons = String::new();
        for (n, jwk) in set.keys.iter().enumerate() {
            match jwk.signer() {
                Ok(signer) => return Ok(signer),
                Err(reason) => reasons.push_str(&format!("; key {n} {reason}")),
            }
        }
        Err(KeySetError::NoKey(reasons))
    }

    /// Signs by ES256 with a key in PEM, as Apple hands it out (PKCS #8).
    ///
    /// # Errors
    /// It is no such key. Nothing of it is shown.
    pub fn from_pem(pem: &str, kid: &str) -> Result<Self, KeySetError> {
        let wrong = |what: &str| KeySetError::Malformed(what.to_owned());
        let lines = pem.lines().map(str::trim).filter(|line| !line.is_empty());
        let text: Zeroizing<String> =
            Zeroizing::new(lines.filter(|line| !line.starts_with("-----")).collect());
        let der = STANDARD.decode(text.as_bytes()).map(Zeroizing::new);
        let der = der.map_err(|_| wrong("the text between the markers is not base64"))?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der);
        let pair = pair.map_err(|_| wrong("it is no private key of the curve P-256 in PKCS #8"))?;
        Ok(Self { algorithm: "ES256", kid: Some(kid.to_owned()), key: Key::Ecdsa(Box::new(pair)) })
    }

    /// A token with these claims.
    ///
    /// # Errors
    /// The library refused.
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<String, SignError> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!(self.algorithm));
        if let Some(kid) = &self.kid {
            header.insert("kid".to_owned(), json!(kid));
        }
        header.insert("typ".to_owned(), json!("JWT"));
        let part = |map: &Map<String, Value>| {
            serde_json::to_vec(map).map(|text| URL_SAFE_NO_PAD.encode(text)).map_err(|_| SignError)
        };
        let signed = format!("{}.{}", part(&header)?, part(claims)?);
        let signature = self.signature(signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let random = SystemRandom::new();
        Ok(match &self.key {
            Key::Rsa(pair, padding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*padding, &random, message, &mut signature).map_err(|_| SignError)?;
                signature
            }
            Key::Ecdsa(pair) => pair.sign(&random, message).map_err(|_| SignError)?.as_ref().to_vec(),
            Key::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Key::Hmac(key) => hmac::sign(key, message).as_ref().to_vec(),
        })
    }
}

impl std::fmt::Debug for JwtSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JwtSigner({}, …)", self.algorithm)
    }
}

/// Where a set cannot be read, without any of its text.
fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

fn bytes(name: &str, text: Option<&str>) -> Result<Zeroizing<Vec<u8>>, String> {
    let text = text.ok_or_else(|| format!("has no {name}"))?;
    URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .map(Zeroizing::new)
        .map_err(|_| format!("has a {name} that is not base64url"))
}

fn secret(name: &str, text: Option<&Zeroizing<String>>) -> Result<Zeroizing<Vec<u8>>, String> {
    bytes(name, text.map(|text| text.as_str()))
}

impl Jwk {
    fn signer(&self) -> Result<JwtSigner, String> {
        let named = self.alg.as_deref().ok_or("has no alg")?;
        let (algorithm, family) = family(named).ok_or("has an alg that is not supported")?;
        let key = match (family, self.kty.as_str()) {
            (Family::Rsa(padding), "RSA") => Key::Rsa(Box::new(self.rsa()?), padding),
            (Family::Ecdsa(algorithm, curve, width), "EC") => {
                Key::Ecdsa(Box::new(self.ecdsa(algorithm, curve, width)?))
            }
            (Family::Ed25519, "OKP") => Key::Ed25519(Box::new(self.ed25519()?)),
            (Family::Hmac(algorithm, least), "oct") => {
                let secret = secret("k", self.k.as_ref())?;
                if secret.len() < least {
                    return Err(format!("is shorter than the {least} bytes that {named} asks for"));
                }
                Key::Hmac(Box::new(hmac::Key::new(algorithm, &secret)))
            }
            _ => return Err("has an alg that is not for its kty".to_owned()),
        };
        Ok(JwtSigner { algorithm, kid: self.kid.clone(), key })
    }

    fn rsa(&self) -> Result<RsaKeyPair, String> {
        let significant = |bytes: Zeroizing<Vec<u8>>| -> Vec<u8> {
            bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
        };
        let n = significant(bytes("n", self.n.as_deref())?);
        let e = significant(bytes("e", self.e.as_deref())?);
        let part = |name, text: &Option<Zeroizing<String>>| secret(name, text.as_ref());
        let (d, p, q) = (part("d", &self.d)?, part("p", &self.p)?, part("q", &self.q)?);
        let (dp, dq, qi) = (part("dp", &self.dp)?, part("dq", &self.dq)?, part("qi", &self.qi)?);
        let components = KeyPairComponents::<&[u8]> {
            public_key: PublicKeyComponents { n: &n, e: &e },
            d: &d,
            p: &p,
            q: &q,
            dP: &dp,
            dQ: &dq,
            qInv: &qi,
        };
        RsaKeyPair::from_components(&components).map_err(|why| format!("is no RSA key: {why}"))
    }

    fn ecdsa(
        &self,
        algorithm: &'static EcdsaSigningAlgorithm,
        curve: &str,
        width: usize,
    ) -> Result<EcdsaKeyPair, String> {
        if self.crv.as_deref() != Some(curve) {
            return Err(format!("is not on the curve {curve} that its alg asks for"));
        }
        let padded = |name: &str, part: &[u8]| -> Result<Zeroizing<Vec<u8>>, String> {
            let missing =
                width.checked_sub(part.len()).ok_or_else(|| format!("has a {name} that is too long"))?;
            Ok(Zeroizing::new([vec![0; missing], part.to_vec()].concat()))
        };
        let d = padded("d", &secret("d", self.d.as_ref())?)?;
        let (x, y) =
            (padded("x", &bytes("x", self.x.as_deref())?)?, padded("y", &bytes("y", self.y.as_deref())?)?);
        let uncompressed_point = [&[4][..], &x, &y].concat();
        EcdsaKeyPair::from_private_key_and_public_key(algorithm, &d, &uncompressed_point)
            .map_err(|why| format!("is no key of its curve: {why}"))
    }

    fn ed25519(&self) -> Result<Ed25519KeyPair, String> {
        if self.crv.as_deref() != Some("Ed25519") {
            return Err("is not on the curve Ed25519 that its alg asks for".to_owned());
        }
        let (seed, public) = (secret("d", self.d.as_ref())?, bytes("x", self.x.as_deref())?);
        Ed25519KeyPair::from_seed_and_public_key(&seed, &public)
            .map_err(|why| format!("is no key of its curve: {why}"))
    }
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;
