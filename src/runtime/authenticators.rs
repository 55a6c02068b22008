//! From the configuration of security keys and passkeys to the policies that flows follow.

use std::time::Duration;

use url::Url;

use crate::{
    config::{Config, PartySettings},
    flow::{Need, PasskeyPolicy, RelyingParty, SecurityKeyPolicy},
};

/// What the operator decided about security keys.
pub(super) fn security_keys(config: &Config, base: &Url) -> SecurityKeyPolicy {
    let settings = &config.methods.webauthn;
    SecurityKeyPolicy {
        enabled: settings.enabled,
        passwordless: settings.passwordless,
        party: party(&settings.party, base),
    }
}

/// What the operator decided about passkeys.
pub(super) fn passkeys(config: &Config, base: &Url) -> PasskeyPolicy {
    let settings = &config.methods.passkey;
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    PasskeyPolicy {
        enabled: settings.enabled,
        party: party(&settings.party, base),
        attachment: settings.attachment.clone(),
        resident_key: Need::parse(&settings.resident_key).unwrap_or(Need::Required),
        user_verification: Need::parse(&settings.user_verification).unwrap_or(Need::Preferred),
        attestation: settings.attestation.clone(),
        registration_timeout: settings.registration_timeout.map(millis),
        login_timeout: settings.login_timeout.map(millis),
    }
}

fn party(settings: &PartySettings, base: &Url) -> RelyingParty {
    let origins: Vec<String> = match settings.origins.as_slice() {
        [] => vec![format!("{}://{}", base.scheme(), settings.id)],
        origins => origins.iter().map(|origin| origin_of(origin)).collect(),
    };
    RelyingParty { id: settings.id.clone(), name: settings.display_name.clone(), origins }
}

/// An origin as browsers name it: without path, and without a port that goes without saying. What is no URL, for
/// instance the hash of an Android app, stays as it is.
fn origin_of(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.origin().is_tuple() => url.origin().ascii_serialization(),
        Ok(_) | Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_named_as_browsers_name_them() {
        for (text, origin) in [
            ("https://Example.test/", "https://example.test"),
            ("https://example.test:443/login?x", "https://example.test"),
            ("http://localhost:4455", "http://localhost:4455"),
            ("https://bücher.test", "https://xn--bcher-kva.test"),
            ("android:apk-key-hash:abc", "android:apk-key-hash:abc"),
        ] {
            assert_eq!(origin_of(text), origin);
        }
    }

    #[test]
    fn without_origins_that_of_the_domain_may_ask() {
        let base = Url::parse("https://id.example.test/auth/").unwrap();
        let settings =
            |origins| PartySettings { id: "example.test".to_owned(), display_name: String::new(), origins };
        assert_eq!(party(&settings(Vec::new()), &base).origins, ["https://example.test"]);
        assert_eq!(party(&settings(vec!["https://a.test/".to_owned()]), &base).origins, ["https://a.test"]);
    }
}
