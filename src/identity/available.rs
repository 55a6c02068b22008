//! How surely an account can be entered.

use serde::{Deserialize, Serialize};

use super::{Aal, Credential};

/// The levels that the credentials of an account allow.
///
/// Kept with the account, so that who is logged in can be told in one read. What the operator switched on is
/// not part of it: see [`Available::with`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Available {
    /// The highest level without codes.
    pub aal: Aal,
    /// Whether a code could be sent on top of something else.
    pub code: bool,
}

/// Which second factors the operator switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactors {
    /// Authenticator apps.
    pub totp: bool,
    /// Backup codes.
    pub lookup: bool,
    /// Security keys.
    pub webauthn: bool,
    /// Codes that are sent.
    pub code: bool,
}

impl Available {
    /// Nothing to enter by.
    pub const NOTHING: Self = Self { aal: Aal::Aal0, code: false };

    /// What credentials allow.
    ///
    /// SECURITY: who gets in by a code has to show the second factor on top, although codes by themselves
    /// raise nothing; guarded by `a_second_factor_needs_a_first_one`.
    pub fn of<'a>(credentials: impl IntoIterator<Item = &'a Credential>) -> Self {
        let (mut first, mut second, mut code) = (0, 0, false);
        for credential in credentials {
            first += credential.first_factors();
            second += credential.second_factors();
            code |= !credential.code_addresses().is_empty();
        }
        let aal = match (first, second) {
            (0, 0) => Aal::Aal0,
            (0, _) if !code => Aal::Aal0,
            (_, 0) => Aal::Aal1,
            (_, _) => Aal::Aal2,
        };
        Self { aal, code }
    }

    /// The highest level that can be reached with what is switched on. What cannot be shown is not asked for.
    pub fn with(self, on: SecondFactors) -> Aal {
        match self.aal {
            Aal::Aal0 => Aal::Aal0,
            Aal::Aal1 | Aal::Aal2 if self.code && on.code => Aal::Aal2,
            Aal::Aal2 if on.totp || on.lookup || on.webauthn => Aal::Aal2,
            Aal::Aal1 | Aal::Aal2 => Aal::Aal1,
        }
    }
}

const WITH_CODE: &str = "+code";

impl From<Available> for String {
    fn from(available: Available) -> Self {
        let code = if available.code { WITH_CODE } else { "" };
        format!("{}{code}", available.aal.wire_name())
    }
}

impl TryFrom<String> for Available {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (level, code) = match text.strip_suffix(WITH_CODE) {
            Some(level) => (level, true),
            None => (text.as_str(), false),
        };
        let aal = [Aal::Aal0, Aal::Aal1, Aal::Aal2].into_iter().find(|aal| aal.wire_name() == level);
        aal.map(|aal| Self { aal, code }).ok_or_else(|| format!("{text:?} is no assurance level"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: SecondFactors = SecondFactors { totp: false, lookup: false, webauthn: false, code: false };

    #[test]
    fn what_is_switched_off_is_not_asked_for() {
        let both = Available { aal: Aal::Aal2, code: true };
        assert_eq!(both.with(NONE), Aal::Aal1);
        assert_eq!(both.with(SecondFactors { lookup: true, ..NONE }), Aal::Aal2);
        assert_eq!(both.with(SecondFactors { code: true, ..NONE }), Aal::Aal2);
        let plain = Available { aal: Aal::Aal1, code: false };
        let all = SecondFactors { totp: true, lookup: true, webauthn: true, code: true };
        assert_eq!(plain.with(all), Aal::Aal1);
        assert_eq!(Available { code: true, ..plain }.with(all), Aal::Aal2);
        assert_eq!(Available { aal: Aal::Aal0, code: true }.with(all), Aal::Aal0);
    }

    #[test]
    fn it_comes_back_from_its_text() {
        for aal in [Aal::Aal0, Aal::Aal1, Aal::Aal2] {
            for code in [false, true] {
                let available = Available { aal, code };
                assert_eq!(Available::try_from(String::from(available)), Ok(available));
            }
        }
        assert!(Available::try_from("aal3".to_owned()).is_err());
    }
}
