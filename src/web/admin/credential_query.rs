//! The parameter `include_credential` (02 §7.4).

use crate::{
    identity::MethodId,
    web::{envelope::ErrorBody, query::Query},
};

/// What may be asked for. Those that are no method of ours reveal nothing.
const KINDS: [&str; 11] = [
    "password",
    "oidc",
    "saml",
    "totp",
    "lookup_secret",
    "webauthn",
    "passkey",
    "code",
    "link_recovery",
    "code_recovery",
    "deviceauthn",
];

/// The methods whose secret part shall be shown.
///
/// # Errors
/// A kind of credential that does not exist.
pub fn revealed(query: &Query) -> Result<Vec<MethodId>, ErrorBody> {
    let mut methods = Vec::new();
    for kind in query.all("include_credential") {
        if !KINDS.contains(&kind) {
            let kinds = KINDS.join(", ");
            return Err(ErrorBody::bad_request(format!("The parameter include_credential takes {kinds}.")));
        }
        methods.extend(MethodId::parse(kind));
    }
    Ok(methods)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Vec<MethodId>, ErrorBody> {
        revealed(&Query::parse(query).unwrap())
    }

    #[test]
    fn known_kinds_that_are_no_methods_reveal_nothing_and_unknown_ones_are_refused() {
        let two = asked("include_credential=password&include_credential=deviceauthn&include_credential=code");
        assert_eq!(two.unwrap(), [MethodId::Password, MethodId::Code]);
        assert_eq!(asked("").unwrap(), []);
        for no_credential in ["pigeon", "profile", "link", "identifier_first"] {
            assert!(asked(&format!("include_credential={no_credential}")).is_err(), "{no_credential}");
        }
    }
}
