//! Where a finished flow leads to: the wish if it is allowed, else what the operator set (01 §6.3).

use std::collections::BTreeMap;

use super::{Failure, FlowKind, Refused, ReturnPolicy};
use crate::{identity::MethodId, text::ErrorCode};

/// A flow that people are sent on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaving {
    /// A flow that is stored.
    Flow(FlowKind),
    /// Logging out.
    Logout,
}

/// Where finished flows lead to.
#[derive(Debug, Clone)]
pub struct Returns {
    /// Which wishes are granted.
    pub allowed: ReturnPolicy,
    /// Where to go when nothing else is said, as the operator wrote it.
    pub default: String,
    /// Where to go without a wish, by flow and method; without a method for all of them.
    pub defaults: BTreeMap<(Leaving, Option<MethodId>), String>,
}

impl Returns {
    /// Where to go when nothing else is said.
    pub fn default_url(&self) -> &str {
        &self.default
    }

    /// Checks a wish when a flow is opened, so that nobody learns at its end that it is not granted.
    ///
    /// # Errors
    /// The wish is not allowed.
    pub fn check_wish(&self, wish: Option<&str>) -> Result<(), Failure> {
        let Some(wish) = wish else { return Ok(()) };
        match self.allowed.check(wish) {
            Ok(_) => Ok(()),
            Err(Refused::NotAllowed) => Err(Failure::because(
                ErrorCode::ReturnToForbidden,
                format!("The return_to URL {wish:?} is not on the list of allowed return URLs."),
            )),
            Err(Refused::Malformed) => {
                Err(Failure::because(ErrorCode::BadRequest, "The return_to parameter is not a URL."))
            }
        }
    }

    /// Where a finished flow leads to.
    pub fn after(&self, kind: FlowKind, method: Option<MethodId>, wish: Option<&str>) -> String {
        self.leaving(Leaving::Flow(kind), method, wish)
    }

    /// Where a finished flow leads to if that was wished for or set for this flow, by method or for all.
    pub fn chosen(&self, kind: FlowKind, method: Option<MethodId>, wish: Option<&str>) -> Option<String> {
        let from = Leaving::Flow(kind);
        let set = |method| self.defaults.get(&(from, method)).cloned();
        self.granted(wish).or_else(|| set(method)).or_else(|| set(None))
    }

    /// What is set for all ways through a flow.
    pub fn configured(&self, kind: FlowKind) -> Option<&str> {
        self.defaults.get(&(Leaving::Flow(kind), None)).map(String::as_str)
    }

    /// Where a logout leads to.
    pub fn after_logout(&self, wish: Option<&str>) -> String {
        self.leaving(Leaving::Logout, None, wish)
    }

    /// The wish if it is granted, else the default for everything.
    pub fn wished_or_default(&self, wish: Option<&str>) -> String {
        self.granted(wish).unwrap_or_else(|| self.default_url().to_owned())
    }

    fn leaving(&self, from: Leaving, method: Option<MethodId>, wish: Option<&str>) -> String {
        self.granted(wish)
            .or_else(|| self.defaults.get(&(from, method)).cloned())
            .or_else(|| self.defaults.get(&(from, None)).cloned())
            .unwrap_or_else(|| self.default_url().to_owned())
    }

    fn granted(&self, wish: Option<&str>) -> Option<String> {
        self.allowed.check(wish?).ok()
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::flow::AllowedUrl;

    fn returns() -> Returns {
        let url = |text| Url::parse(text).unwrap();
        let allowed = vec![AllowedUrl::parse("https://app.example.test/").unwrap()];
        let policy =
            ReturnPolicy::new(url("https://ui.example.test/welcome"), allowed, &url("https://id.test/"));
        let login = Leaving::Flow(FlowKind::Login);
        let defaults = BTreeMap::from([
            ((login, None), "https://ui.example.test/any".to_owned()),
            ((login, Some(MethodId::Password)), "https://ui.example.test/password".to_owned()),
        ]);
        Returns { allowed: policy, default: "https://ui.example.test/welcome".to_owned(), defaults }
    }

    #[test]
    fn wish_then_method_then_flow_then_default() {
        let returns = returns();
        let wish = Some("https://app.example.test/x");
        let after = |method, wish| returns.after(FlowKind::Login, method, wish);
        assert_eq!(after(Some(MethodId::Password), wish), "https://app.example.test/x");
        assert_eq!(after(Some(MethodId::Password), None), "https://ui.example.test/password");
        assert_eq!(after(Some(MethodId::Code), None), "https://ui.example.test/any");
        assert_eq!(after(None, Some("https://evil.test/")), "https://ui.example.test/any");
        assert_eq!(returns.after_logout(None), "https://ui.example.test/welcome");
    }

    #[test]
    fn a_wish_is_checked_when_a_flow_is_opened() {
        assert!(returns().check_wish(None).is_ok());
        let refused = returns().check_wish(Some("https://evil.test/")).unwrap_err();
        assert_eq!(refused.code, ErrorCode::ReturnToForbidden);
    }
}
