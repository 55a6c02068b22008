//! As much of CBOR (RFC 8949) as authenticators write: definite lengths, no tags, no floating point.

/// Authenticators nest four levels (CTAP 2.1, section 8); statements of attestation a little more.
const DEEPEST: u8 = 8;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cbor<'a> {
    Whole(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Simple(u8),
}

impl<'a> Cbor<'a> {
    /// Reads one value, and gives what follows it.
    pub(super) fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut reader = Reader(bytes);
        let value = reader.value(DEEPEST)?;
        Some((value, reader.0))
    }

    /// The value at a key of a map.
    pub(super) fn get(&self, key: &Self) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::Whole(_) | Self::Bytes(_) | Self::Text(_) | Self::List(_) | Self::Simple(_) => None,
        }
    }

    /// The value at a number.
    pub(super) fn at(&self, key: i64) -> Option<&Self> {
        self.get(&Self::Whole(key))
    }

    pub(super) fn whole(&self) -> Option<i64> {
        if let Self::Whole(value) = self { Some(*value) } else { None }
    }

    pub(super) fn bytes(&self) -> Option<&'a [u8]> {
        if let Self::Bytes(value) = self { Some(value) } else { None }
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    /// The major type of the next value, and its number.
    fn head(&mut self) -> Option<(u8, u64)> {
        let first = *self.take(1)?.first()?;
        let number = match first & 0x1f {
            small @ 0..=23 => u64::from(small),
            size @ 24..=27 => {
                let bytes = self.take(1 << (size - 24))?;
                bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
            }
            // Indefinite lengths: authenticators must not use them.
            _ => return None,
        };
        Some((first >> 5, number))
    }

    fn value(&mut self, levels: u8) -> Option<Cbor<'a>> {
        let below = levels.checked_sub(1)?;
        let size = self.0.first()? & 0x1f;
        let (major, number) = self.head()?;
        Some(match major {
            0 => Cbor::Whole(i64::try_from(number).ok()?),
            1 => Cbor::Whole(-1 - i64::try_from(number).ok()?),
            2 => Cbor::Bytes(self.take(number)?),
            3 => Cbor::Text(std::str::from_utf8(self.take(number)?).ok()?),
            // Every item takes a byte at least, so no list is longer than what was sent.
            4 => Cbor::List((0..number).map(|_| self.value(below)).collect::<Option<_>>()?),
            5 => Cbor::Map((0..number).map(|_| self.entry(below)).collect::<Option<_>>()?),
            // What is longer is a floating point number.
            7 if size < 25 => Cbor::Simple(u8::try_from(number).ok()?),
            _ => return None,
        })
    }

    fn entry(&mut self, levels: u8) -> Option<(Cbor<'a>, Cbor<'a>)> {
        Some((self.value(levels)?, self.value(levels)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        for (bytes, value) in [
            (&[0x17][..], Cbor::Whole(23)),
            (&[0x18, 0x64], Cbor::Whole(100)),
            (&[0x1b, 0, 0, 0, 0xe8, 0xd4, 0xa5, 0x10, 0], Cbor::Whole(1_000_000_000_000)),
            (&[0x20], Cbor::Whole(-1)),
            (&[0x39, 0x03, 0xe7], Cbor::Whole(-1000)),
            (&[0x44, 1, 2, 3, 4], Cbor::Bytes(&[1, 2, 3, 4])),
            (&[0x62, 0xc3, 0xbc], Cbor::Text("ü")),
            (&[0x82, 1, 0xf5], Cbor::List(vec![Cbor::Whole(1), Cbor::Simple(21)])),
            (&[0xa1, 1, 2], Cbor::Map(vec![(Cbor::Whole(1), Cbor::Whole(2))])),
        ] {
            assert_eq!(Cbor::read(bytes), Some((value, &[][..])), "{bytes:02x?}");
        }
        assert_eq!(Cbor::read(&[1, 2]), Some((Cbor::Whole(1), &[2][..])));
    }

    #[test]
    fn what_makes_no_sense_is_none() {
        let deep = [vec![0x81; 40], vec![1]].concat();
        for bytes in [
            &[][..],
            &[0x18],
            &[0x44, 1],
            &[0x5f],
            &[0x61, 0xff],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xc0, 0x61, 0x61],
            &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
            &deep,
        ] {
            assert_eq!(Cbor::read(bytes), None, "{bytes:02x?}");
        }
    }
}
