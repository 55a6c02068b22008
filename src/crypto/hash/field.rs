//! Reading the parts of a hash text: fields between dollar signs, base64, numbers with limits.

use base64::{Engine as _, engine::general_purpose::STANDARD_PAD_INDIFFERENT};

use super::HashError;

/// Salts, digests, keys and templates do not take more base64 than this: 1 KiB each.
const MAX_FIELD_CHARS: u64 = 1368;

/// Digests shorter than this are refused.
///
/// SECURITY: a short digest matches by chance and an empty one matches every password; guarded by
/// `short_digests_are_refused`.
const MIN_DIGEST_BYTES: usize = 10;

/// The texts of one format, with its name for errors.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) format: &'static str,
}

impl Fields {
    pub(super) const fn of(format: &'static str) -> Self {
        Self { format }
    }

    pub(super) const fn malformed(self, problem: &'static str) -> HashError {
        HashError::Malformed { format: self.format, problem }
    }

    /// Splits at the dollar signs into exactly `N` fields.
    pub(super) fn split<const N: usize>(self, text: &str) -> Result<[&str; N], HashError> {
        let fields: Vec<&str> = text.split('$').take(N + 1).collect();
        fields.try_into().map_err(|_| self.malformed("it has the wrong number of fields"))
    }

    /// Base64 in the standard alphabet, padded or not: the formats differ in that, and nothing hangs on it.
    pub(super) fn base64(self, text: &str) -> Result<Vec<u8>, HashError> {
        if u64::try_from(text.len()).is_ok_and(|chars| chars > MAX_FIELD_CHARS) {
            return Err(self.over("length of a field", MAX_FIELD_CHARS));
        }
        STANDARD_PAD_INDIFFERENT.decode(text).map_err(|_| self.malformed("a field is not base64"))
    }

    /// The digest of a slow hash: base64, and long enough to mean something.
    pub(super) fn digest(self, text: &str) -> Result<Vec<u8>, HashError> {
        let digest = self.base64(text)?;
        if digest.len() < MIN_DIGEST_BYTES {
            return Err(self.malformed("its digest is too short"));
        }
        Ok(digest)
    }

    /// Parameters such as `m=64,t=1`, all of them, in the order of `names`.
    pub(super) fn costs<const N: usize>(self, text: &str, names: [&str; N]) -> Result<[u32; N], HashError> {
        let mut rest = text.split(',');
        let mut costs = [0; N];
        for (cost, name) in costs.iter_mut().zip(names) {
            *cost = rest
                .next()
                .and_then(|pair| pair.strip_prefix(name)?.strip_prefix('='))
                .and_then(number)
                .ok_or_else(|| self.malformed("its parameters are not the expected ones"))?;
        }
        match rest.next() {
            None => Ok(costs),
            Some(_) => Err(self.malformed("it has parameters too many")),
        }
    }

    /// Refuses a parameter above its limit.
    pub(super) fn at_most(self, parameter: &'static str, value: u32, limit: u32) -> Result<(), HashError> {
        if value > limit { Err(self.over(parameter, limit.into())) } else { Ok(()) }
    }

    pub(super) const fn over(self, parameter: &'static str, limit: u64) -> HashError {
        HashError::OverLimit { format: self.format, parameter, limit }
    }
}

/// Decimal digits only. What does not fit is the greatest number: it is above every limit, not malformed.
pub(super) fn number(digits: &str) -> Option<u32> {
    let decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    decimal.then(|| digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: Fields = Fields::of("test");

    #[test]
    fn costs_are_all_there_in_order_and_nothing_else() {
        assert_eq!(FIELDS.costs("m=64,t=1", ["m", "t"]), Ok([64, 1]));
        assert_eq!(FIELDS.costs("m=99999999999,t=1", ["m", "t"]), Ok([u32::MAX, 1]));
        for bad in ["", "m=64", "t=1,m=64", "m=64,t=1,p=1", "m=+4,t=1", "m=-4,t=1", "m=,t=1", "m=6 ,t=1"] {
            assert!(FIELDS.costs(bad, ["m", "t"]).is_err(), "{bad}");
        }
    }

    #[test]
    fn splits_into_exactly_as_many_fields() {
        assert_eq!(FIELDS.split::<2>("a$b"), Ok(["a", "b"]));
        assert!(FIELDS.split::<2>("a").is_err() && FIELDS.split::<2>("a$b$c").is_err());
    }

    #[test]
    fn short_digests_are_refused() {
        assert!(FIELDS.digest("").is_err() && FIELDS.digest("AAAAAAAAAAAA").is_err());
        assert_eq!(FIELDS.digest("AAAAAAAAAAAAAA").unwrap().len(), 10);
    }
}
