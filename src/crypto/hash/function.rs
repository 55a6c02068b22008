//! The plain hash functions that the formats are built from, chosen at run time.

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use md4::Md4;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_384};

/// A hash function. The old ones exist to read what others wrote; nothing new is written with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HashFunction {
    Md4,
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3Of224,
    Sha3Of384,
}

impl HashFunction {
    /// The function with this name in hash texts.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "md4" => Self::Md4,
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    /// Bytes of its digest.
    pub(super) const fn digest_bytes(self) -> usize {
        match self {
            Self::Md4 | Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha3Of224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 | Self::Sha3Of384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of `parts` one after the other.
    pub(super) fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::Md4 => digest::<Md4>(parts),
            Self::Md5 => digest::<Md5>(parts),
            Self::Sha1 => digest::<Sha1>(parts),
            Self::Sha224 => digest::<Sha224>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
            Self::Sha384 => digest::<Sha384>(parts),
            Self::Sha512 => digest::<Sha512>(parts),
            Self::Sha3Of224 => digest::<Sha3_224>(parts),
            Self::Sha3Of384 => digest::<Sha3_384>(parts),
        }
    }

    /// HMAC of `message` under `key`.
    pub(super) fn mac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Md4 => mac::<Md4>(key, message),
            Self::Md5 => mac::<Md5>(key, message),
            Self::Sha1 => mac::<Sha1>(key, message),
            Self::Sha224 => mac::<Sha224>(key, message),
            Self::Sha256 => mac::<Sha256>(key, message),
            Self::Sha384 => mac::<Sha384>(key, message),
            Self::Sha512 => mac::<Sha512>(key, message),
            Self::Sha3Of224 => mac::<Sha3_224>(key, message),
            Self::Sha3Of384 => mac::<Sha3_384>(key, message),
        }
    }

    /// PBKDF2 with HMAC of this function.
    pub(super) fn pbkdf2(self, password: &[u8], salt: &[u8], iterations: u32, out: &mut [u8]) {
        let derive = match self {
            Self::Md4 => pbkdf2::pbkdf2_hmac::<Md4>,
            Self::Md5 => pbkdf2::pbkdf2_hmac::<Md5>,
            Self::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>,
            Self::Sha224 => pbkdf2::pbkdf2_hmac::<Sha224>,
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>,
            Self::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>,
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>,
            Self::Sha3Of224 => pbkdf2::pbkdf2_hmac::<Sha3_224>,
            Self::Sha3Of384 => pbkdf2::pbkdf2_hmac::<Sha3_384>,
        };
        derive(password, salt, iterations, out);
    }
}

fn digest<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().to_vec()
}

fn mac<D: EagerHash>(key: &[u8], message: &[u8]) -> Vec<u8> {
    match Hmac::<D>::new_from_slice(key) {
        Ok(mac) => mac.chain_update(message).finalize().into_bytes().to_vec(),
        Err(never) => unreachable!("HMAC takes keys of any length: {never}"),
    }
}
