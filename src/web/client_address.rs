//! Who sent a request, from where, and to which address, as far as proxies are trusted (02 §6.9, 01 §1.7).

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{self, HeaderMap};
use ipnet::IpNet;

/// User agents and locations are cut to this many characters.
const LONGEST: usize = 512;

/// Peers whose word about the client counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Peers in these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// A peer without an address has come through a socket of this machine.
    fn trust_peer(&self, peer: Option<SocketAddr>) -> bool {
        peer.is_none_or(|peer| self.trust(peer.ip()))
    }
}

impl Default for TrustedProxies {
    /// This machine.
    fn default() -> Self {
        let v4 = IpNet::new_assert(IpAddr::from([127, 0, 0, 0]), 8);
        let v6 = IpNet::new_assert(IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1_u16]), 128);
        Self(vec![v4, v6])
    }
}

/// What is recorded about the client when a session is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientAddress {
    /// Its address; with the port when it is the peer's own.
    pub ip_address: String,
    /// Its user agent; empty when it sent none.
    pub user_agent: String,
    /// City and country; empty unless a trusted proxy told them.
    pub location: String,
}

impl ClientAddress {
    /// The client of a request that came from `peer`.
    pub fn of(headers: &HeaderMap, peer: Option<SocketAddr>, proxies: &TrustedProxies) -> Self {
        // SECURITY: whoever may name the client's address can evade limits and put others on record, so
        // only proxies we know may (tests::sec_10_strangers_are_not_believed).
        let told = proxies.trust_peer(peer).then(|| told_address(headers, proxies)).flatten();
        let own = peer.map(|peer| peer.to_string()).unwrap_or_default();
        let location = match proxies.trust_peer(peer) {
            true => ["Cf-Ipcity", "Cf-Ipcountry"].map(|name| text(headers, name)),
            false => Default::default(),
        };
        let location: Vec<_> = location.into_iter().filter(|part| !part.is_empty()).collect();
        Self {
            ip_address: told.map_or(own, |address| address.to_string()),
            user_agent: cut(&text(headers, header::USER_AGENT.as_str())),
            location: cut(&location.join(", ")),
        }
    }
}

/// The client's address in the headers of a trusted proxy.
fn told_address(headers: &HeaderMap, proxies: &TrustedProxies) -> Option<IpAddr> {
    let single = ["True-Client-IP", "Cf-Connecting-IP", "X-Real-IP"];
    let named = single.iter().find_map(|name| parse_address(&text(headers, name)));
    named.or_else(|| {
        let chain: Vec<String> = headers
            .get_all("X-Forwarded-For")
            .flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .map(str::to_owned)
            .collect();
        // Each proxy appends who called it, so the truth stands at the end and lies before it. What cannot
        // be read ends the part that can be believed.
        let strangers: Vec<IpAddr> = chain
            .iter()
            .rev()
            .map_while(|entry| parse_address(entry))
            .filter(|address| !proxies.trust(*address))
            .collect();
        strangers.iter().find(|address| !is_private(**address)).or(strangers.first()).copied()
    })
}

/// An address as proxies write it, with or without a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => {
            v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local()
        }
    }
}

/// All values of a header in one text, without control characters.
fn text(headers: &HeaderMap, name: &str) -> String {
    let values: Vec<_> =
        headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    values.join(" ").chars().filter(|c| !c.is_control()).collect()
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The whole URL of a request, as the browser or app saw it, with path and query word for word.
///
/// `encrypted` tells whether TLS ended here; `fallback_host` is used when the request names no host that
/// could be one.
pub fn request_url(
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
    proxies: &TrustedProxies,
    encrypted: bool,
    path_and_query: &str,
    fallback_host: &str,
) -> String {
    let trusted = proxies.trust_peer(peer);
    let forwarded = |name: &str| {
        let value = headers.get(name).filter(|_| trusted)?.to_str().ok()?;
        value.split(',').next().map(|first| first.trim().to_ascii_lowercase())
    };
    let scheme = match forwarded("X-Forwarded-Proto").as_deref() {
        Some("https") => "https",
        Some("http") => "http",
        _ if encrypted => "https",
        _ => "http",
    };
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let host = [forwarded("X-Forwarded-Host"), asked].into_iter().flatten().find(|host| is_host(host));
    format!("{scheme}://{}{path_and_query}", host.as_deref().unwrap_or(fallback_host))
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(list: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in list {
            map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn client(peer: &str, list: &[(&str, &str)]) -> ClientAddress {
        ClientAddress::of(&headers(list), Some(peer.parse().unwrap()), &TrustedProxies::default())
    }

    const NEAR: &str = "127.0.0.1:5000";

    #[test]
    fn without_a_proxy_it_is_the_peer() {
        let expected = ClientAddress {
            ip_address: NEAR.to_owned(),
            user_agent: "kit".to_owned(),
            location: String::new(),
        };
        assert_eq!(client(NEAR, &[("user-agent", "kit")]), expected);
        let none = ClientAddress::of(&headers(&[]), None, &TrustedProxies::default());
        assert_eq!(none.ip_address, "");
    }

    #[test]
    fn what_proxies_tell() {
        for (list, expected) in [
            (vec![("true-client-ip", "1.1.1.1"), ("x-real-ip", "2.2.2.2")], "1.1.1.1"),
            (vec![("cf-connecting-ip", "2001:db8::1"), ("x-real-ip", "2.2.2.2")], "2001:db8::1"),
            (vec![("x-real-ip", "2.2.2.2"), ("x-forwarded-for", "3.3.3.3")], "2.2.2.2"),
            (vec![("x-real-ip", "<script>"), ("x-forwarded-for", "3.3.3.3")], "3.3.3.3"),
            (vec![("x-forwarded-for", "6.6.6.6, 3.3.3.3, 10.0.0.1")], "3.3.3.3"),
            (vec![("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "3.3.3.3:77, 127.0.0.1")], "3.3.3.3"),
            (vec![("x-forwarded-for", "10.0.0.9, 10.0.0.1")], "10.0.0.1"),
            (vec![("x-forwarded-for", "6.6.6.6, unknown, 127.0.0.1")], NEAR),
            (vec![("x-forwarded-for", "")], NEAR),
            (vec![("x-forwarded-for", "::ffff:3.3.3.3")], "3.3.3.3"),
        ] {
            assert_eq!(client(NEAR, &list).ip_address, expected, "{list:?}");
        }
        assert_eq!(client("[::ffff:127.0.0.1]:9", &[("x-real-ip", "2.2.2.2")]).ip_address, "2.2.2.2");
    }

    #[test]
    fn sec_10_strangers_are_not_believed() {
        let list = [("x-real-ip", "1.1.1.1"), ("x-forwarded-for", "1.1.1.1"), ("cf-ipcity", "Paris")];
        let stranger = client("9.9.9.9:1", &list);
        assert_eq!((stranger.ip_address.as_str(), stranger.location.as_str()), ("9.9.9.9:1", ""));
        let proxies = TrustedProxies::new(vec!["9.9.9.0/24".parse().unwrap()]);
        let known = ClientAddress::of(&headers(&list), Some("9.9.9.9:1".parse().unwrap()), &proxies);
        assert_eq!(known.ip_address, "1.1.1.1");
    }

    #[test]
    fn places_and_agents_are_joined_and_cut() {
        let long = "é".repeat(600);
        let list = [("cf-ipcity", "Köln"), ("cf-ipcountry", "DE"), ("user-agent", "a"), ("user-agent", "b")];
        let found = client(NEAR, &list);
        assert_eq!((found.location.as_str(), found.user_agent.as_str()), ("Köln, DE", "a b"));
        assert_eq!(client(NEAR, &[("user-agent", &long)]).user_agent.chars().count(), 512);
        assert_eq!(client(NEAR, &[("cf-ipcountry", "DE")]).location, "DE");
    }

    #[test]
    fn urls_as_the_client_saw_them() {
        let url = |peer: &str, list: &[(&str, &str)], encrypted| {
            let proxies = TrustedProxies::default();
            request_url(
                &headers(list),
                Some(peer.parse().unwrap()),
                &proxies,
                encrypted,
                "/a?b=%20",
                "base.test",
            )
        };
        let proxied =
            [("host", "a.test:4433"), ("x-forwarded-proto", "HTTPS, http"), ("x-forwarded-host", "B.test")];
        for (peer, list, encrypted, expected) in [
            (NEAR, &[("host", "a.test:4433")][..], false, "http://a.test:4433/a?b=%20"),
            (NEAR, &[("host", "a.test")], true, "https://a.test/a?b=%20"),
            (NEAR, &proxied, false, "https://b.test/a?b=%20"),
            ("9.9.9.9:1", &proxied, false, "http://a.test:4433/a?b=%20"),
            (NEAR, &[("host", "a.test"), ("x-forwarded-host", "x/..\"y")], false, "http://a.test/a?b=%20"),
            (NEAR, &[("host", "a@b")], false, "http://base.test/a?b=%20"),
            (NEAR, &[("host", "[::1]:80"), ("x-forwarded-proto", "ftp")], false, "http://[::1]:80/a?b=%20"),
            (NEAR, &[], false, "http://base.test/a?b=%20"),
        ] {
            assert_eq!(url(peer, list, encrypted), expected, "{list:?}");
        }
    }
}
