//! Hashes that other programs made, and texts that nobody should have made.

use proptest::prelude::*;

use super::{HashError, HashMemory, HashPolicy, PasswordHash, policy::Argon2Costs};
use crate::{
    crypto::{HashText, Password},
    kernel::Seed,
};

/// Made with crypt(3), Python's `hashlib` and OpenSSL, all of the same password.
const OF_ONE_PASSWORD: &[&str] = &[
    "$md5-crypt$saltsalt$8SCQkvROj7HYfgO6DDxEh/",
    "$sha256-crypt$saltsalt$wpDlpnBBqFwZsbjIFEsAtk8oFddbAWrxlkUaa0aWDA/",
    "$sha512-crypt$saltsalt$BKxkSWZq/T8e1tc4uOfRaytHcIJo2hi5YXzpgDAlekLoCp81TM.EfiYN/v86WajGNZHHgU/fXyOVHetBOsMbE0",
    "$sha256-crypt$rounds=1234$abc$D3VMweY8WZ6IhbxxOoDSieNHzjuNIbGy0pq99GMDcq6",
    "$sha512-crypt$rounds=1234$abc$9T05gI19N6QEfKIByX2yabACMYqOp4tLjMDE8nqmEUCGedP51DaQOz11tINaAMQG6hr4b4NVF/Yi0WG/s0BsF/",
    "$2b$04$abcdefghijklmnopqrstuuwUmHU9FsUjOhJx5p.66foxAvi0fq/XS",
    "$2a$04$abcdefghijklmnopqrstuuwUmHU9FsUjOhJx5p.66foxAvi0fq/XS",
    "$pbkdf2-sha1$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$l5yr0UT0Iu2ztOUJtvVwxW+Z6PU",
    "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$kq4saRmAQoDqy83Jfdo3WyqCGBYq65LmX3nSMRe0puk",
    "$pbkdf2-sha224$i=1000,l=28$MDEyMzQ1Njc4OWFiY2RlZg$SfkjsuYnklAdfRZEmVSCsYSpagJgp9aa3Ubbwg",
    "$pbkdf2-sha384$i=1000,l=48$MDEyMzQ1Njc4OWFiY2RlZg$fRwdvDtZBtHh4R1Jzpziq/XWBDCyqGG8IUWJiyrSzNeuarSiakGDgGI5oI9IFLbV",
    "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$NeNVQGaibjTNWdWaZ7tpNSN4aqljdbCZ/oBwkBw2nfntZ+rcMPkfmcwFih7Mjfb9GocVn/gg1v9z1Wr5SJpUqQ",
    "$pbkdf2-sha256$i=10,l=100$MDEyMzQ1Njc4OWFiY2RlZg$IQohJ2eYhTCMnc95ShDv4AwdBPxwE7B7Yl+llZ5Qpj/Msh8YdDK+hJbzSfm/36Iu+hJFHe9P/NXajP/alO1QgvEeHXxOOhUCzPAosq+NF+hDvJnPuRhDGKcskxV7aS8T1rM1tQ",
    "$scrypt$ln=1024,r=8,p=2$MDEyMzQ1Njc4OWFiY2RlZg==$c9JwqNkzBlCMOEMf2FbshU4UYHGqLjyjxND0OLn9Zo0=",
    "$firescrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg==$n3ytFKkeIb/wxlClCuCh/99SCg7xTeFcQ0fZiprcNBPKV7qmryu4CZhY+7kHfXeb1Lh+oVw631D1RG75tpbv+g==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
    "{SSHA}xwvqCXcyyvK2AtDpxdq075qnW6IwMTIzNDU2Nzg5YWJjZGVm",
    "{SSHA256}08d7cUs/IMIDM4ai/2ptyN8F0rxd21iEc6exhpSdffgwMTIzNDU2Nzg5YWJjZGVm",
    "{SSHA512}ZAIydFkYf6UmhBLcuIX9O4x28QmorCO6lxaAlfDvgrD7WC5a3zNyLAETQp0DqVxqwdli072vv22CIVo0jZUQFzAxMjM0NTY3ODlhYmNkZWY=",
    "$sha1$pf=eHtTQUxUfSQke1BBU1NXT1JEfXtTQUxUfQ==$MDEyMzQ1Njc4OWFiY2RlZg==$uEZ60cW+bgVN74FMwlBgV43/wQk=",
    "$sha256$pf=eHtTQUxUfSQke1BBU1NXT1JEfXtTQUxUfQ==$MDEyMzQ1Njc4OWFiY2RlZg==$7jdZD/ucz7Grr1AH1OMB0f7KgHVr4ut122zNgj+xTSQ=",
    "$sha512$pf=eHtTQUxUfSQke1BBU1NXT1JEfXtTQUxUfQ==$MDEyMzQ1Njc4OWFiY2RlZg==$6zmQKsxeTa+pfbQkNgAe/LCrpuWNmZkNKCHSzAjrjZcIVMWtzKf2RXMe02p+3xp/Um/Qt02TsrLeY4CcbPlOAQ==",
    "$md5$pf=eHtTQUxUfSQke1BBU1NXT1JEfXtTQUxUfQ==$MDEyMzQ1Njc4OWFiY2RlZg==$7la4flKxcd8uffuIgVcm0Q==",
    "$md5$zr7MBbZbt8VEr/mhrJUBng==",
    "$hmac-md4$MjcxMmRiYWY3YWFlODUxZTg3ZGE5ODRmMmU0MmExMDg=$dGhlIGtleQ==",
    "$hmac-md5$YzBlYzk1YTZkOGI5ZjM2ZWE3ZDRkM2UyMjNiYmY2NDU=$dGhlIGtleQ==",
    "$hmac-sha1$YzI3Mzc1YWJiMzYxYjRiNDQ0MDE4NWM3NzRiN2ZkODg5ZWNlNjgxOA==$dGhlIGtleQ==",
    "$hmac-sha224$NzA0N2NlMTBlYWViYjlmMmU0M2UyOTQ1ZWY4MmZkMDMyNTNiMzQ0ZjdjZjYxZDc1ODJmM2VhOGE=$dGhlIGtleQ==",
    "$hmac-sha256$ZWEwMTM1MTA1MWRiZjY1NDQyMWI1ODJmMDVmM2FhZWJjMDNiYjE2OTY5YWMxY2U0NjJjZDBlYWJhOTRkMzJmOQ==$dGhlIGtleQ==",
    "$hmac-sha384$NTU4N2YwY2YzZDk3ZmU1YmZhNmVkNDU0ZWQwNWFkMjIwNDlhZjA4NDFiOTI4NzljNmUzYWMwMmMwOTkyNjlmODc4Yjc3NzE0MjhkYmVhOTI4YWMzYWFhNTlkZjY5OWEx$dGhlIGtleQ==",
    "$hmac-sha512$YTg2ZjBmZTIxNTJmYzAzYTkyYjJjMjA4M2M3NDM3Y2Q2MDNmYjEzZDgyN2ExNGUzOTFlZDg5YTRiYWQ1YjYyODQyNTc1NzZjODkxZGRmODk1YmY4OGMwMWNhOTdiNGYzMWY4ZGI3YzliMGZmY2Q0YzE3NGJkNDUxNTVjMjIxNTk=$dGhlIGtleQ==",
];

/// Published by others, with their passwords.
const PUBLISHED: &[(&str, &str)] = &[
    ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
    ("password", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"),
    (
        "user1password",
        "$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
    ),
    (
        "correct-horse-7-battery",
        "$argon2id$v=19$m=64,t=1,p=1$mQD+KiXmVtGzEJ0inb48DA$2wfJntv8KHW8c9GD6nAk2UC0DmPj0KyUnsQ8OW3Bb64",
    ),
    ("correct-horse-7-battery", "$2b$04$kitkitkitkitkitkitkitepFDXxhvy/1Gc19stpRmQRmfiDFhYnDu"),
];

fn parse(text: &str) -> Result<PasswordHash, HashError> {
    PasswordHash::parse(&HashText::new(text))
}

fn matches(text: &str, password: &str) -> bool {
    let password = Password::new(password.to_owned()).unwrap();
    parse(text).unwrap().matching_form(&password, &mut HashMemory::default()).unwrap().is_some()
}

fn policies() -> [HashPolicy; 2] {
    let costs =
        Argon2Costs { memory_kib: 64, iterations: 1, parallelism: 2, salt_length: 16, key_length: 32 };
    [HashPolicy::argon2(costs).unwrap(), HashPolicy::bcrypt(4).unwrap()]
}

#[test]
fn hashes_of_other_programs_verify() {
    for text in OF_ONE_PASSWORD {
        assert!(matches(text, "corréct horse 7"), "{text}");
        assert!(!matches(text, "corréct horse 8") && !matches(text, ""), "{text}");
    }
    for (password, text) in PUBLISHED {
        assert!(matches(text, password), "{text}");
        assert!(!matches(text, "wrong") && !matches(text, ""), "{text}");
    }
}

#[test]
fn bcrypt_is_read_in_all_its_spellings() {
    for version in ["2", "2a", "2b", "2y", "2z"] {
        let text = format!("${version}$04$kitkitkitkitkitkitkitepFDXxhvy/1Gc19stpRmQRmfiDFhYnDu");
        assert!(matches(&text, "correct-horse-7-battery"), "{version}");
    }
    assert_eq!(
        parse("$2x$04$kitkitkitkitkitkitkitepFDXxhvy/1Gc19stpRmQRmfiDFhYnDu"),
        Err(HashError::Unrecognised)
    );
}

#[test]
fn unrecognised_malformed_and_excessive_texts_are_told_apart() {
    for text in
        ["", "nonsense", "$", "$$", "$1$saltsalt$x", "$hmac-sha3$a$b", "{SHA}x", "argon2id$v=19", "$sha224$x"]
    {
        assert_eq!(parse(text), Err(HashError::Unrecognised), "{text}");
    }
    let salt_and_digest = "c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8";
    for costs in ["m=1048577,t=1,p=1", "m=64,t=11,p=1", "m=64,t=1,p=17", "m=4294967295,t=1,p=1"] {
        let result = parse(&format!("$argon2id$v=19${costs}${salt_and_digest}"));
        assert!(matches!(result, Err(HashError::OverLimit { .. })), "{costs}");
    }
    for rest in
        ["v=16$m=64,t=1,p=1", "v=19$m=7,t=1,p=1", "v=19$m=64,t=0,p=1", "v=19$m=64,t=1,p=9", "v=19$m=64"]
    {
        let result = parse(&format!("$argon2i${rest}${salt_and_digest}"));
        assert!(matches!(result, Err(HashError::Malformed { .. })), "{rest}");
    }
    assert!(parse("$argon2id$v=19$m=64,t=1,p=1$c29t$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8").is_err());
    let long = format!("$md5${}", "A".repeat(5000));
    assert!(matches!(parse(&long), Err(HashError::OverLimit { .. })));
}

#[test]
fn other_algorithms_and_changed_costs_are_hashed_again() {
    let [argon, bcrypt] = policies();
    for text in OF_ONE_PASSWORD.iter().filter(|text| !text.starts_with("$2")) {
        assert!(
            parse(text).unwrap().needs_rehash(&argon) && parse(text).unwrap().needs_rehash(&bcrypt),
            "{text}"
        );
    }
    let rest = "mQD+KiXmVtGzEJ0inb48DA$2wfJntv8KHW8c9GD6nAk2UC0DmPj0KyUnsQ8OW3Bb64";
    let needs = |text: &str| parse(text).unwrap().needs_rehash(&argon);
    assert!(!needs(&format!("$argon2id$v=19$m=64,t=1,p=2${rest}")));
    assert!(!needs(&format!("$argon2id$v=19$m=64,t=1,p=1${rest}")), "lanes differ from host to host");
    assert!(needs(&format!("$argon2id$v=19$m=128,t=1,p=2${rest}")));
    assert!(needs(&format!("$argon2id$v=19$m=64,t=2,p=2${rest}")));
    assert!(needs(&format!("$argon2i$v=19$m=64,t=1,p=2${rest}")));
    assert!(needs("$argon2id$v=19$m=64,t=1,p=2$c29tZXNhbHQ$2wfJntv8KHW8c9GD6nAk2UC0DmPj0KyUnsQ8OW3Bb64"));
    let stored = "$2b$04$kitkitkitkitkitkitkitepFDXxhvy/1Gc19stpRmQRmfiDFhYnDu";
    assert!(!parse(stored).unwrap().needs_rehash(&bcrypt));
    assert!(parse(stored).unwrap().needs_rehash(&HashPolicy::bcrypt(5).unwrap()));
    assert!(needs(stored));
}

/// Texts that look like hashes: a real one, cut and joined with pieces of others, or with numbers changed.
fn hostile() -> impl Strategy<Value = String> {
    let real = prop::sample::select(
        OF_ONE_PASSWORD.iter().copied().chain(PUBLISHED.iter().map(|(_, text)| *text)).collect::<Vec<_>>(),
    );
    let joined = (real.clone(), real.clone(), any::<prop::sample::Index>(), any::<prop::sample::Index>())
        .prop_map(|(a, b, i, j)| format!("{}{}", &a[..i.index(a.len())], &b[j.index(b.len())..]));
    let numbers =
        (real.clone(), any::<u64>(), any::<prop::sample::Index>()).prop_map(|(text, number, at)| {
            let pairs: Vec<usize> = text.match_indices('=').map(|(i, _)| i + 1).chain([text.len()]).collect();
            let (head, tail) = text.split_at(pairs[at.index(pairs.len())]);
            format!("{head}{number}{}", tail.trim_start_matches(|c: char| c.is_ascii_digit()))
        });
    let salted = (real, "\\PC{0,40}").prop_map(|(text, tail)| format!("{text}${tail}"));
    prop_oneof![joined, numbers, salted, "\\PC{0,80}", "\\$[a-z0-9-]{1,12}\\$.{0,60}"]
}

proptest! {
    #[test]
    fn sec_09_hostile_texts_stay_within_the_limits(text in hostile()) {
        if let Ok(hash) = parse(&text) {
            prop_assert!(hash.memory_bytes() <= 1 << 30);
            if hash.memory_bytes() < 1 << 20 && hash.is_cheap() {
                let password = Password::new("hostile".into()).unwrap();
                prop_assert_eq!(hash.matching_form(&password, &mut HashMemory::default()).unwrap(), None);
            }
        }
    }

    #[test]
    fn sec_08_what_is_written_is_read_again_with_scheme_and_cost(password in "\\PC{0,18}", bits in any::<[u8; 32]>()) {
        let password = Password::new(password).unwrap();
        for policy in policies() {
            let memory = &mut HashMemory::default();
            let salt = policy.salt(&mut Seed::new(bits).stream("salt"));
            let text = policy.hash(&password, salt, memory).unwrap();
            let hash = PasswordHash::parse(&text).unwrap();
            prop_assert!(hash.to_text() == Some(text));
            prop_assert!(!hash.needs_rehash(&policy));
            prop_assert!(hash.matching_form(&password, memory).unwrap().is_some());
        }
    }
}
