//! Plain digests with and without salt, and HMAC, read only. All are cheap to guess and replaced at the next
//! log-in.

use subtle::ConstantTimeEq as _;

use super::{HashError, field::Fields, function::HashFunction};

/// A stored digest over a template of salt and password.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct SaltedHash {
    function: HashFunction,
    template: Vec<Piece>,
    digest: Vec<u8>,
}

/// A part of what is hashed.
#[cfg_attr(test, derive(PartialEq))]
enum Piece {
    Bytes(Vec<u8>),
    Password,
}

impl SaltedHash {
    /// Reads what follows `{SSHA}` and its longer sisters: the digest with the salt behind it.
    pub(super) fn parse_ldap(function: HashFunction, text: &str) -> Result<Self, HashError> {
        let fields = Fields::of("SSHA");
        let bytes = fields.base64(text)?;
        let (digest, salt) = bytes
            .split_at_checked(function.digest_bytes())
            .ok_or_else(|| fields.malformed("its digest is too short"))?;
        let template = vec![Piece::Password, Piece::Bytes(salt.to_vec())];
        Ok(Self { function, template, digest: digest.to_vec() })
    }

    /// Reads what follows `$md5$` and `$sha1$` and its longer sisters.
    pub(super) fn parse(function: HashFunction, rest: &str) -> Result<Self, HashError> {
        let fields = Fields::of("salted digest");
        let (template, digest) = if function == HashFunction::Md5 && !rest.contains('$') {
            (vec![Piece::Password], rest)
        } else {
            let [template, salt, digest] = fields.split(rest)?;
            let template =
                template.strip_prefix("pf=").ok_or_else(|| fields.malformed("it has no pf parameter"))?;
            (pieces(fields, &fields.base64(template)?, &fields.base64(salt)?)?, digest)
        };
        let digest = fields.base64(digest)?;
        if digest.len() != function.digest_bytes() {
            return Err(fields.malformed("its digest has the wrong length"));
        }
        Ok(Self { function, template, digest })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let parts: Vec<&[u8]> = self
            .template
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(bytes) => bytes,
                Piece::Password => password,
            })
            .collect();
        self.function.digest(&parts).ct_eq(&self.digest).into()
    }
}

/// Reads a template such as `{SALT}-{PASSWORD}`, in one pass: what a salt contains is not read again.
fn pieces(fields: Fields, template: &[u8], salt: &[u8]) -> Result<Vec<Piece>, HashError> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((&first, others)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(b"{PASSWORD}") {
            pieces.push(Piece::Password);
            rest = after;
            continue;
        }
        let (bytes, after) = match rest.strip_prefix(b"{SALT}") {
            Some(after) => (salt, after),
            None => (&[first][..], others),
        };
        match pieces.last_mut() {
            Some(Piece::Bytes(last)) => last.extend(bytes),
            Some(Piece::Password) | None => pieces.push(Piece::Bytes(bytes.to_vec())),
        }
        rest = after;
    }
    // SECURITY: a template without the password would make every password right; guarded by
    // `a_template_names_the_password`.
    if pieces.iter().any(|piece| matches!(piece, Piece::Password)) {
        Ok(pieces)
    } else {
        Err(fields.malformed("its pf template does not contain {PASSWORD}"))
    }
}

/// A stored HMAC of the password under a key that stands beside it.
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct KeyedHash {
    function: HashFunction,
    key: Vec<u8>,
    digest: Vec<u8>,
}

impl KeyedHash {
    /// Reads what follows `$hmac-<function>$`: base64 of the digest's hexadecimal text, and of the key.
    pub(super) fn parse(function: HashFunction, rest: &str) -> Result<Self, HashError> {
        let fields = Fields::of("hmac");
        let [digest, key] = fields.split(rest)?;
        let digest = unhex(&fields.base64(digest)?)
            .filter(|digest| digest.len() == function.digest_bytes())
            .ok_or_else(|| fields.malformed("its digest is not hexadecimal text of the right length"))?;
        Ok(Self { function, key: fields.base64(key)?, digest })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        self.function.mac(&self.key, password).ct_eq(&self.digest).into()
    }
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    pairs.iter().map(|&[high, low]| Some(nibble(high)? << 4 | nibble(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    fn templated(template: &str) -> Result<SaltedHash, HashError> {
        let salt = STANDARD.encode("{PASSWORD}");
        let digest = STANDARD.encode(HashFunction::Sha1.digest(&[b"a{PASSWORD}b"]));
        SaltedHash::parse(HashFunction::Sha1, &format!("pf={}${salt}${digest}", STANDARD.encode(template)))
    }

    #[test]
    fn a_template_names_the_password() {
        for bad in ["", "{SALT}", "PASSWORD", "{password}"] {
            assert!(templated(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_salt_is_not_read_as_a_template() {
        let hash = templated("{PASSWORD}{SALT}b").unwrap();
        assert!(hash.matches(b"a") && !hash.matches(b"b"));
    }

    #[test]
    fn digests_have_the_length_of_their_function() {
        let short = STANDARD.encode([0; 15]);
        assert!(SaltedHash::parse(HashFunction::Md5, &short).is_err());
        assert!(SaltedHash::parse(HashFunction::Md5, "").is_err());
        assert!(SaltedHash::parse_ldap(HashFunction::Sha1, &short).is_err());
        assert!(KeyedHash::parse(HashFunction::Md5, &format!("{short}$a2V5")).is_err());
        assert!(KeyedHash::parse(HashFunction::Md5, "$a2V5").is_err());
    }

    #[test]
    fn hexadecimal_in_either_case() {
        assert_eq!(unhex(b"00fF"), Some(vec![0, 255]));
        assert_eq!(unhex(b"0"), None);
        assert_eq!(unhex(b"0g"), None);
    }
}
