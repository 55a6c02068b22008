//! Public keys as authenticators write them (COSE, RFC 9053) and the signatures that they check.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ED25519,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

use super::cbor::Cbor;

/// The algorithms that are offered to authenticators, the best-liked first (golden `passkey.register`).
pub const ALGORITHMS: [i64; 10] = [-7, -35, -36, -257, -258, -259, -37, -38, -39, -8];

/// A key whose other half nobody has: the base point of P-256. What is checked against it takes the time that
/// a real one takes.
pub const DUMMY_KEY: [u8; 77] = [
    0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42,
    0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0,
    0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x22, 0x58, 0x20, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
    0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e,
    0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

/// A public key.
#[derive(Debug, Clone)]
pub struct PublicKey(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// An elliptic curve, or an Edwards curve.
    Curve {
        algorithm: Curve,
        point: Vec<u8>,
    },
    Rsa {
        algorithm: Rsa,
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

#[derive(Debug, Clone, Copy)]
enum Curve {
    P256,
    P384,
    P521,
    Ed25519,
}

#[derive(Debug, Clone, Copy)]
enum Rsa {
    Pkcs1Sha256,
    Pkcs1Sha384,
    Pkcs1Sha512,
    PssSha256,
    PssSha384,
    PssSha512,
}

impl PublicKey {
    /// Reads a key that fills `bytes`; `None` when it is none of an algorithm that is offered.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (key, rest) = Cbor::read(bytes)?;
        if !rest.is_empty() {
            return None;
        }
        Self::of(&key)
    }

    pub(super) fn of(key: &Cbor<'_>) -> Option<Self> {
        let part = |label: i64| key.at(label).and_then(Cbor::bytes);
        let (kind, algorithm) = (key.at(1)?.whole()?, key.at(3)?.whole()?);
        let curve = || key.at(-1).and_then(Cbor::whole);
        let point = |algorithm, size: usize| {
            let (x, y) = (part(-2)?, part(-3)?);
            let fits = x.len() == size && y.len() == size;
            fits.then(|| Kind::Curve { algorithm, point: [&[4], x, y].concat() })
        };
        let rsa = |algorithm| {
            Some(Kind::Rsa { algorithm, modulus: part(-1)?.to_vec(), exponent: part(-2)?.to_vec() })
        };
        let key = match (kind, algorithm) {
            (2, -7) if curve() == Some(1) => point(Curve::P256, 32)?,
            (2, -35) if curve() == Some(2) => point(Curve::P384, 48)?,
            (2, -36) if curve() == Some(3) => point(Curve::P521, 66)?,
            (1, -8) if curve() == Some(6) => {
                let point = part(-2).filter(|point| point.len() == 32)?.to_vec();
                Kind::Curve { algorithm: Curve::Ed25519, point }
            }
            (3, -257) => rsa(Rsa::Pkcs1Sha256)?,
            (3, -258) => rsa(Rsa::Pkcs1Sha384)?,
            (3, -259) => rsa(Rsa::Pkcs1Sha512)?,
            (3, -37) => rsa(Rsa::PssSha256)?,
            (3, -38) => rsa(Rsa::PssSha384)?,
            (3, -39) => rsa(Rsa::PssSha512)?,
            _ => return None,
        };
        Some(Self(key))
    }

    /// Whether `signature` is one of `message` by this key.
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Kind::Curve { algorithm, point } => {
                UnparsedPublicKey::new(algorithm.verifier(), point).verify(message, signature).is_ok()
            }
            Kind::Rsa { algorithm, modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(algorithm.parameters(), message, signature)
                .is_ok(),
        }
    }
}

impl Curve {
    fn verifier(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1,
            Self::P384 => &ECDSA_P384_SHA384_ASN1,
            Self::P521 => &ECDSA_P521_SHA512_ASN1,
            Self::Ed25519 => &ED25519,
        }
    }
}

impl Rsa {
    fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Pkcs1Sha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Pkcs1Sha384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::Pkcs1Sha512 => &RSA_PKCS1_2048_8192_SHA512,
            Self::PssSha256 => &RSA_PSS_2048_8192_SHA256,
            Self::PssSha384 => &RSA_PSS_2048_8192_SHA384,
            Self::PssSha512 => &RSA_PSS_2048_8192_SHA512,
        }
    }
}
