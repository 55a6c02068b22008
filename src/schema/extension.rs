//! The extension keyword: what a trait is besides a value.

use serde::Deserialize;
use serde_json::Value;

/// The extension keyword. Its name is part of the contract.
pub(super) const KEYWORD: &str = "ory.sh/kratos";

/// How messages reach the address in a trait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
}

/// What the extension object of one sub-schema says, together with the `format` beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extension {
    pub(super) password: bool,
    pub(super) webauthn: bool,
    pub(super) passkey: bool,
    pub(super) totp: bool,
    pub(super) code: Option<Via>,
    pub(super) verification: Option<Via>,
    pub(super) recovery: Option<Via>,
    pub(super) format: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    credentials: RawCredentials,
    verification: Option<RawVia>,
    recovery: Option<RawVia>,
    /// Accepted for compatibility; no organisations are attached to anything.
    #[serde(rename = "organizations")]
    _organizations: Option<RawOrganizations>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawCredentials {
    password: RawIdentifier,
    webauthn: RawIdentifier,
    passkey: RawDisplayName,
    totp: RawAccountName,
    code: RawCode,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawIdentifier {
    identifier: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawDisplayName {
    display_name: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawAccountName {
    account_name: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawCode {
    identifier: bool,
    via: Option<Via>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVia {
    via: Via,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOrganizations {
    #[serde(rename = "matcher")]
    _matcher: RawMatcher,
}

#[derive(Deserialize)]
enum RawMatcher {
    #[serde(rename = "email_domain")]
    EmailDomain,
}

/// What is wrong with an extension object: where inside of it, and what.
pub(super) type Wrong = (String, String);

impl Extension {
    /// Reads an extension object strictly.
    pub(super) fn parse(object: &Value, format: Option<&str>) -> Result<Self, Wrong> {
        let raw: Raw = serde_path_to_error::deserialize(object)
            .map_err(|error| (pointer(error.path()), error.inner().to_string()))?;
        let Raw { credentials, verification, recovery, _organizations } = raw;
        let code = match (credentials.code.identifier, credentials.code.via) {
            (false, _) => None,
            (true, Some(via)) => Some(via),
            (true, None) => {
                return Err((
                    "/credentials/code".to_owned(),
                    "`via` is missing beside `identifier`".to_owned(),
                ));
            }
        };
        Ok(Self {
            password: credentials.password.identifier,
            webauthn: credentials.webauthn.identifier,
            passkey: credentials.passkey.display_name,
            totp: credentials.totp.account_name,
            code,
            verification: verification.map(|verification| verification.via),
            recovery: recovery.map(|recovery| recovery.via),
            format: format.map(str::to_owned),
        })
    }

    /// Whether its trait counts for the label of the login identifier (01 §7.4).
    pub(super) fn names_the_account(&self) -> bool {
        self.password || self.webauthn || self.code.is_some() || self.passkey || self.totp
    }

    /// Whether its trait is an identifier or an address, and not only a name to show.
    pub(super) fn is_collected(&self) -> bool {
        self.password
            || self.webauthn
            || self.code.is_some()
            || self.verification.is_some()
            || self.recovery.is_some()
    }

    /// Whether its trait holds a phone number that messages are sent to.
    pub(super) fn is_phone(&self) -> bool {
        [self.code, self.verification, self.recovery].contains(&Some(Via::Sms))
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter().map(|segment| format!("/{segment}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_all_keys() {
        let extension = json!({
            "credentials": {
                "password": {"identifier": true}, "webauthn": {"identifier": false},
                "passkey": {"display_name": true}, "totp": {"account_name": true},
                "code": {"identifier": true, "via": "email"},
            },
            "verification": {"via": "email"}, "recovery": {"via": "sms"},
            "organizations": {"matcher": "email_domain"},
        });
        let read = Extension::parse(&extension, Some("email")).unwrap();
        assert!(read.password && !read.webauthn && read.passkey && read.totp);
        assert_eq!(
            (read.code, read.verification, read.recovery),
            (Some(Via::Email), Some(Via::Email), Some(Via::Sms))
        );
        assert!(read.is_phone() && read.names_the_account());
    }

    #[test]
    fn is_strict_and_says_where() {
        let wrong = [
            (json!({"credentials": {"password": {"identifer": true}}}), "/credentials/password"),
            (json!({"credentials": {"password": {"identifier": "yes"}}}), "/credentials/password/identifier"),
            (json!({"verification": {"via": "pigeon"}}), "/verification/via"),
            (json!({"verification": {}}), "/verification"),
            (json!({"credentials": {"code": {"identifier": true}}}), "/credentials/code"),
            (json!({"shoe": 1}), "/shoe"),
            (json!([]), ""),
        ];
        for (extension, at) in wrong {
            let (pointer, what) = Extension::parse(&extension, None).unwrap_err();
            assert!(pointer.starts_with(at), "{extension}: {pointer} {what}");
        }
    }

    #[test]
    fn a_flag_that_is_false_is_no_flag() {
        let read = Extension::parse(&json!({"credentials": {"code": {"identifier": false}}}), None).unwrap();
        assert!(!read.names_the_account());
    }
}
