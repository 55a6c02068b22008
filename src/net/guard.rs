//! Which addresses may be dialled: the defence against server-side request forgery (03 §5.6).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{Ipv4Net, Ipv6Net};
use url::{Host, Url};

use super::glob::Glob;

/// What to do with addresses of private networks. Special-purpose addresses are refused either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PrivateRanges {
    /// They may be dialled.
    #[default]
    Allowed,
    /// They may not.
    Refused,
}

/// The rule for one client, with the URLs that are exempt from its private part.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    private: PrivateRanges,
    exceptions: Vec<Glob>,
}

/// An address that must not be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Never: not a place where a service lives, or the metadata service of a cloud.
    #[error("{0} is a special-purpose address, which is never dialled")]
    Special(IpAddr),
    /// Not with this configuration.
    #[error("{0} is a private address, and the configuration does not allow those")]
    Private(IpAddr),
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// The blocks of the IANA special-purpose registry that are not mere private networks, and multicast.
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    // SECURITY: the metadata service of clouds hands out credentials (`the_metadata_service_is_out_of_reach`).
    v4(169, 254, 169, 254, 32),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 31, 196, 0, 24),
    v4(192, 52, 193, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 175, 48, 0, 24),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
    v4(255, 255, 255, 255, 32),
];
const PRIVATE_V4: [Ipv4Net; 5] = [
    v4(10, 0, 0, 0, 8),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
];
const SPECIAL_V6: [Ipv6Net; 14] = [
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16),
    // SECURITY: the metadata service again, under its IPv6 address.
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];
const PRIVATE_V6: [Ipv6Net; 2] = [v6([0, 0, 0, 0, 0, 0, 0, 1], 128), v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7)];
/// Addresses below these prefixes carry an IPv4 address in their last 32 bits, which decides.
const CARRIES_V4: [Ipv6Net; 3] = [
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96),
];

impl PrivateRanges {
    /// Whether `address` may be dialled.
    ///
    /// # Errors
    /// The reason why it may not.
    pub fn check(self, address: IpAddr) -> Result<(), Refused> {
        let (special, private) = match plain(address) {
            IpAddr::V4(ip) => (
                SPECIAL_V4.iter().any(|net| net.contains(&ip)),
                PRIVATE_V4.iter().any(|net| net.contains(&ip)),
            ),
            IpAddr::V6(ip) => (
                SPECIAL_V6.iter().any(|net| net.contains(&ip)),
                PRIVATE_V6.iter().any(|net| net.contains(&ip)),
            ),
        };
        match self {
            _ if special => Err(Refused::Special(address)),
            Self::Refused if private => Err(Refused::Private(address)),
            Self::Allowed | Self::Refused => Ok(()),
        }
    }

    /// Checks the host of a URL when it is an address: resolvers are not asked for those.
    ///
    /// # Errors
    /// The reason why it may not be dialled.
    pub fn check_literal(self, url: &Url) -> Result<(), Refused> {
        match url.host() {
            Some(Host::Ipv4(ip)) => self.check(ip.into()),
            Some(Host::Ipv6(ip)) => self.check(ip.into()),
            Some(Host::Domain(_)) | None => Ok(()),
        }
    }
}

/// The address that is really meant: SECURITY: `::ffff:127.0.0.1` reaches what `127.0.0.1` reaches.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(ip) = address else { return address };
    if ip.is_loopback() || ip.is_unspecified() || !CARRIES_V4.iter().any(|net| net.contains(&ip)) {
        return address;
    }
    let [.., a, b, c, d] = ip.octets();
    Ipv4Addr::new(a, b, c, d).into()
}

impl Guard {
    /// A guard that lifts the private part for URLs that one of the patterns covers
    /// (`clients.http.private_ip_exception_urls`).
    pub fn new(private: PrivateRanges, exceptions: &[String]) -> Self {
        Self { private, exceptions: exceptions.iter().map(|pattern| Glob::parse(pattern)).collect() }
    }

    /// The rule for one URL. Query, fragment and user information take no part.
    pub fn ranges_for(&self, url: &Url) -> PrivateRanges {
        if self.private == PrivateRanges::Allowed {
            return PrivateRanges::Allowed;
        }
        let mut bare = url.clone();
        bare.set_query(None);
        bare.set_fragment(None);
        // SECURITY: text before an `@` is free, so a pattern with `**` could be made to cover any host.
        let cleared = bare.set_username("").and(bare.set_password(None));
        let excepted =
            cleared.is_ok() && self.exceptions.iter().any(|pattern| pattern.matches(bare.as_str()));
        if excepted { PrivateRanges::Allowed } else { PrivateRanges::Refused }
    }
}

/// Looks a name up and keeps the addresses that may be dialled. Checking the looked-up address, and dialling
/// that very address, leaves no gap for a name that changes its address in between.
///
/// # Errors
/// The name has no address, or only such as are refused; a refusal is the source of the error.
pub async fn resolve(host: &str, port: u16, ranges: PrivateRanges) -> std::io::Result<Vec<SocketAddr>> {
    let (mut allowed, mut refused) = (Vec::new(), None);
    for address in tokio::net::lookup_host((host, port)).await? {
        match ranges.check(address.ip()) {
            Ok(()) => allowed.push(address),
            Err(reason) => refused = Some(reason),
        }
    }
    match (allowed.is_empty(), refused) {
        (false, _) => Ok(allowed),
        (true, Some(reason)) => Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, reason)),
        (true, None) => Err(std::io::Error::new(std::io::ErrorKind::NotFound, "the name has no address")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(address: &str) -> (bool, bool) {
        let ip: IpAddr = address.parse().unwrap();
        (PrivateRanges::Allowed.check(ip).is_ok(), PrivateRanges::Refused.check(ip).is_ok())
    }

    #[test]
    fn public_private_and_special_addresses() {
        for public in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "64:ff9b::1.1.1.1"] {
            assert_eq!(verdicts(public), (true, true), "{public}");
        }
        let private = [
            "10.1.2.3",
            "127.0.0.1",
            "127.9.9.9",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "::1",
            "fd12::1",
            "::ffff:10.1.2.3",
            "::ffff:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "::7f00:1",
        ];
        for private in private {
            assert_eq!(verdicts(private), (true, false), "{private}");
        }
        let special = [
            "0.0.0.0",
            "0.1.2.3",
            "100.64.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "::ffff:0.0.0.0",
        ];
        for special in special {
            assert_eq!(verdicts(special), (false, false), "{special}");
        }
    }

    #[test]
    fn the_metadata_service_is_out_of_reach() {
        for spelling in ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fd00:ec2::254"] {
            assert_eq!(verdicts(spelling), (false, false), "{spelling}");
        }
        for url in ["http://169.254.169.254/", "http://2852039166/", "http://0xa9.0xfe.0xa9.0xfe/"] {
            assert!(PrivateRanges::Allowed.check_literal(&Url::parse(url).unwrap()).is_err(), "{url}");
        }
    }

    #[test]
    fn exceptions_lift_the_private_part_of_their_urls_only() {
        let guard = Guard::new(PrivateRanges::Refused, &["http://hooks.internal:8080/**".to_owned()]);
        let ranges = |url: &str| guard.ranges_for(&Url::parse(url).unwrap());
        assert_eq!(ranges("http://hooks.internal:8080/a/b?x=1#y"), PrivateRanges::Allowed);
        assert_eq!(ranges("http://user:pass@hooks.internal:8080/a"), PrivateRanges::Allowed);
        assert_eq!(ranges("http://hooks.internal:8081/a"), PrivateRanges::Refused);
        assert_eq!(ranges("http://other.internal/?http://hooks.internal:8080/"), PrivateRanges::Refused);
        let wide = Guard::new(PrivateRanges::Refused, &["http://**.example/".to_owned()]);
        let trick = Url::parse("http://a.example@127.0.0.1/").unwrap();
        assert_eq!(wide.ranges_for(&trick), PrivateRanges::Refused);
    }

    #[tokio::test]
    async fn names_of_refused_addresses_do_not_resolve() {
        let refused = resolve("localhost", 1, PrivateRanges::Refused).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::PermissionDenied);
        assert!(!resolve("localhost", 1, PrivateRanges::Allowed).await.unwrap().is_empty());
    }
}
