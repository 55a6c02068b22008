//! One spelling for names that people sign in with: two spellings of one name must not be two accounts.
//!
//! Pure; knows no schema and no storage. The rules are those of 03 §4.4.

use email_address::{EmailAddress, Options};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Characters without a meaning of their own that would make two names look alike: format controls, fillers,
/// variation selectors, private use. Inclusive ranges, sorted.
const DENIED: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x0600, 0x0605),
    (0x061C, 0x061C),
    (0x06DD, 0x06DD),
    (0x070F, 0x070F),
    (0x0890, 0x0891),
    (0x08E2, 0x08E2),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xE000, 0xF8FF),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFF),
    (0x1_10BD, 0x1_10CD),
    (0x1_3430, 0x1_343F),
    (0x1_BCA0, 0x1_BCA3),
    (0x1_D173, 0x1_D17A),
    (0xE_0000, 0x10_FFFF),
];

/// Punctuation beyond ASCII. Symbols, and with them all emoji, are outside the profile.
const PUNCTUATION: &[(u32, u32)] = &[
    (0x00A1, 0x00A1),
    (0x00A7, 0x00A7),
    (0x00AB, 0x00AB),
    (0x00B6, 0x00B7),
    (0x00BB, 0x00BB),
    (0x00BF, 0x00BF),
    (0x055A, 0x055F),
    (0x0589, 0x058A),
    (0x05BE, 0x05BE),
    (0x05F3, 0x05F4),
    (0x060C, 0x060D),
    (0x061F, 0x061F),
    (0x066A, 0x066D),
    (0x0964, 0x0965),
    (0x2010, 0x2027),
    (0x2030, 0x2043),
    (0x2045, 0x2051),
    (0x2053, 0x205E),
    (0x3001, 0x3003),
    (0x3008, 0x3011),
    (0x3014, 0x301F),
    (0x3030, 0x3030),
    (0x30A0, 0x30A0),
    (0x30FB, 0x30FB),
];

/// Scripts written from right to left. Inclusive ranges, sorted.
const RIGHT_TO_LEFT: &[(u32, u32)] =
    &[(0x0590, 0x08FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF), (0x1_0800, 0x1_0FFF), (0x1_E800, 0x1_EFFF)];

/// How often folding is repeated until nothing changes. Two rounds do for all known characters.
const ROUNDS: usize = 4;

/// An identifier as typed or as found in a trait, in the spelling it is stored and looked up in. Never fails:
/// what the profile does not allow is left out, so the result may be empty. Phone numbers with a country code
/// become E.164.
pub fn graceful(raw: &str) -> String {
    let folded = graceful_without_phone(raw);
    // A name with letters is no phone number, even if digits in it look like one.
    if !folded.chars().any(char::is_alphabetic)
        && let Some(number) = strict_phone(&folded)
    {
        return number;
    }
    folded
}

/// The spellings under which something typed is looked up: normalised and as typed, and nothing more
/// (06 "Identifiers").
pub fn candidates(raw: &str) -> Vec<String> {
    let mut spellings = vec![graceful(raw)];
    if spellings.first().is_none_or(|normal| normal != raw) {
        spellings.push(raw.to_owned());
    }
    spellings
}

/// As [`graceful`], but a phone number stays as it is written.
pub fn graceful_without_phone(raw: &str) -> String {
    let mut name = raw.trim().to_owned();
    for _ in 0..ROUNDS {
        let folded: String = name.nfkc().filter(|c| is_allowed(*c)).collect();
        let folded: String = folded.to_lowercase().nfkc().collect();
        let folded = folded.trim();
        if folded == name {
            break;
        }
        name = folded.to_owned();
    }
    name
}

/// The spelling of an e-mail address that messages are sent to, or `None` when it is not one. Of
/// `Name <address>` the address is kept.
pub fn strict_email(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let bare = match (raw.find('<'), raw.strip_suffix('>')) {
        (Some(open), Some(inner)) => inner.get(open.saturating_add(1)..)?,
        _ => raw,
    };
    // SECURITY: characters that cannot be seen, or that turn the direction of writing, make two addresses
    // look the same to the person who reads them. Test: strict_email_refuses_what_cannot_be_seen.
    if !bare.nfkc().all(is_allowed) || bare.chars().any(|c| is_in(RIGHT_TO_LEFT, c)) {
        return None;
    }
    let address = graceful_without_phone(bare);
    is_email(&address).then_some(address)
}

/// The E.164 form of a phone number with country code, or `None` when it is not a valid one.
pub fn strict_phone(raw: &str) -> Option<String> {
    let folded: String = raw.trim().chars().map(fold_width).collect();
    let number = PHONE_NUMBER_UTIL.parse(&folded, None).ok()?;
    PHONE_NUMBER_UTIL
        .is_valid_number(&number)
        .then(|| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
}

/// Whether a text is an e-mail address and nothing else: at most 254 bytes, of which 64 before the last `@`,
/// an ASCII host name of two labels or more, no display name, no IP address.
pub fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
    text.len() <= 254
        && local.len() <= 64
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        && EmailAddress::parse_with_options(text, options).is_ok()
}

fn is_allowed(c: char) -> bool {
    match c {
        ' '..='~' => true,
        _ if is_in(DENIED, c) => false,
        _ => c.is_alphanumeric() || is_combining_mark(c) || is_in(PUNCTUATION, c),
    }
}

fn is_in(ranges: &[(u32, u32)], c: char) -> bool {
    let code = u32::from(c);
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

/// Full-width forms of ASCII characters become ASCII.
fn fold_width(c: char) -> char {
    match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn graceful_folds_case_width_and_space() {
        let table = [
            ("Foo@EXAMPLE.com ", "foo@example.com"),
            (" ADA", "ada"),
            ("ＡＤＡ", "ada"),
            ("ﬁsh", "fish"),
            ("Stra\u{DF}e", "stra\u{DF}e"),
            ("e\u{301}", "\u{e9}"),
            ("a\u{200B}d\u{202E}a", "ada"),
            ("ada\u{1F600}", "ada"),
            ("ada \u{200B}", "ada"),
            ("a\u{A0}b", "a b"),
            ("user+tag@example.com", "user+tag@example.com"),
            ("O\u{2019}Neil", "o\u{2019}neil"),
            ("", ""),
            ("\u{200B}", ""),
            ("\u{3386}", "mb"),
        ];
        for (raw, expected) in table {
            assert_eq!(graceful(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn graceful_turns_numbers_with_country_code_into_e164_and_nothing_else() {
        assert_eq!(graceful("+49 (176) 1234-5678"), "+4917612345678");
        assert_eq!(graceful("+49 176 12345678"), "+4917612345678");
        assert_eq!(graceful_without_phone("+49 176 12345678"), "+49 176 12345678");
        for name in ["017612345678", "12", "+12", "abc+4917612345678", "+4917612345678@example.com"] {
            assert_eq!(graceful(name), name);
        }
    }

    #[test]
    fn strict_phone_wants_a_valid_number_with_country_code() {
        assert_eq!(strict_phone("+49 171 123 45 67").as_deref(), Some("+491711234567"));
        assert_eq!(strict_phone("＋49 171 123 45 67").as_deref(), Some("+491711234567"));
        for raw in ["12", "0171 1234567", "+49", "+999123456789", "", "ada"] {
            assert_eq!(strict_phone(raw), None, "{raw}");
        }
    }

    #[test]
    fn strict_email_keeps_the_address_alone() {
        assert_eq!(strict_email(" Ada@Example.TEST ").as_deref(), Some("ada@example.test"));
        assert_eq!(strict_email("Ada L <ADA@example.test>").as_deref(), Some("ada@example.test"));
        for raw in ["nobody", "", "@example.test", "ada@", "a@b", "ada@[127.0.0.1]", "<>", "a b@example.test"]
        {
            assert_eq!(strict_email(raw), None, "{raw}");
        }
    }

    #[test]
    fn strict_email_refuses_what_cannot_be_seen() {
        for raw in ["a\u{200B}da@example.test", "ada\u{202E}@example.test", "\u{5D0}\u{5D1}@example.test"] {
            assert_eq!(strict_email(raw), None, "{raw:?}");
        }
    }

    #[test]
    fn email_addresses_have_limits() {
        assert!(is_email("ada@example.test"));
        assert!(is_email("\u{e4}da@example.test"));
        assert!(is_email(&format!("{}@example.test", "a".repeat(64))));
        assert!(!is_email(&format!("{}@example.test", "a".repeat(65))));
        let long = format!("a@{}test", format!("{}.", "b".repeat(60)).repeat(4));
        assert!(is_email(&long) && long.len() < 254);
        assert!(!is_email(&format!("aaaaaaaa{long}")));
        for text in
            ["Foo <a@example.test>", "<a@example.test>", "a@b", "a@ex_ample.test", "a@-x.test", " a@b.test"]
        {
            assert!(!is_email(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(raw in "\\PC{0,24}|[ +0-9()-]{0,20}|.{0,12}") {
            let once = graceful(&raw);
            prop_assert_eq!(graceful(&once), once.clone());
            let folded = graceful_without_phone(&raw);
            prop_assert_eq!(graceful_without_phone(&folded), folded);
            if let Some(address) = strict_email(&raw) {
                prop_assert_eq!(strict_email(&address), Some(address));
            }
            if let Some(number) = strict_phone(&raw) {
                prop_assert_eq!(strict_phone(&number), Some(number));
            }
        }

        #[test]
        fn what_is_a_strict_address_is_found_by_the_graceful_look_up(raw in "[A-Za-z0-9.+]{1,12}@[A-Za-z0-9.]{1,12}") {
            if let Some(address) = strict_email(&raw) {
                prop_assert_eq!(graceful(&raw), address);
            }
        }
    }
}
