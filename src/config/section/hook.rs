//! Lists of hooks, and where each hook may stand (03 §5.2).

use std::fmt;

use serde_json::Value;

use super::{RequestSettings, Scope, request::check_auth};
use crate::{
    config::{
        check::nearest,
        value::{KeyOrder, Node},
    },
    identity::MethodId,
};

/// One configured hook.
#[derive(Clone)]
pub struct HookConfig {
    /// Which hook.
    pub name: HookName,
    /// Its `config`, checked, defaults filled in; null when it takes none. It may hold secrets.
    pub config: Value,
    /// The call of a `web_hook`.
    pub web: Option<Box<WebHookSettings>>,
    /// The dotted path at which it stands, for messages.
    pub key: String,
}

/// The call of a `web_hook` (03 §5.5).
#[derive(Debug, Clone)]
pub struct WebHookSettings {
    /// What it is called in logs.
    pub id: Option<String>,
    /// The request.
    pub request: RequestSettings,
    /// Whether nobody waits for the answer.
    pub ignore: bool,
    /// Whether the answer may change the identity.
    pub parse: bool,
    /// Whether the answer may refuse.
    pub can_interrupt: bool,
    /// Whether calls carry the id of what caused them.
    pub numbered: bool,
}

/// The hooks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HookName {
    /// Issues a session after registration.
    Session,
    /// Ends all other sessions.
    RevokeActiveSessions,
    /// Lets nobody in whose address is not verified.
    RequireVerifiedAddress,
    /// Sends a code or link to an address that is not verified.
    Verification,
    /// Sends the browser to that verification.
    ShowVerificationUi,
    /// Changes an address only when the new one is proven.
    VerifyNewAddress,
    /// Tells the old addresses of a change.
    NotifyPreviousAddresses,
    /// Calls somebody else.
    WebHook,
}

/// The flows that a configuration names; the engine runs some of them in a later version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlowName {
    Login,
    Registration,
    Verification,
    Recovery,
    Settings,
}

/// Where a list of hooks stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    Before,
    After(FlowName),
    AfterMethod(FlowName, MethodId),
}

/// Hooks of the vendor's own builds.
const VENDOR: [&str; 2] = ["b2b_sso", "organization"];

impl fmt::Debug for HookConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SECURITY: the config holds credentials for other services.
        f.debug_struct("HookConfig").field("name", &self.name).field("key", &self.key).finish_non_exhaustive()
    }
}

impl HookName {
    /// All hooks.
    pub const ALL: [Self; 8] = [
        Self::Session,
        Self::RevokeActiveSessions,
        Self::RequireVerifiedAddress,
        Self::Verification,
        Self::ShowVerificationUi,
        Self::VerifyNewAddress,
        Self::NotifyPreviousAddresses,
        Self::WebHook,
    ];

    /// The name in the configuration.
    pub const fn wire_name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::RevokeActiveSessions => "revoke_active_sessions",
            Self::RequireVerifiedAddress => "require_verified_address",
            Self::Verification => "verification",
            Self::ShowVerificationUi => "show_verification_ui",
            Self::VerifyNewAddress => "verify_new_address",
            Self::NotifyPreviousAddresses => "notify_previous_addresses",
            Self::WebHook => "web_hook",
        }
    }

    /// The hook with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.wire_name() == name)
    }
}

impl Position {
    fn allows(self) -> &'static [HookName] {
        use HookName as H;
        match self {
            Self::Before
            | Self::After(FlowName::Registration | FlowName::Settings | FlowName::Verification) => {
                &[H::WebHook]
            }
            Self::AfterMethod(FlowName::Login, MethodId::Oidc) => {
                &[H::RevokeActiveSessions, H::RequireVerifiedAddress, H::WebHook]
            }
            Self::After(FlowName::Login) | Self::AfterMethod(FlowName::Login, _) => &[
                H::RevokeActiveSessions,
                H::RequireVerifiedAddress,
                H::WebHook,
                H::Verification,
                H::ShowVerificationUi,
            ],
            Self::AfterMethod(FlowName::Registration, _) => &[H::Session, H::WebHook, H::ShowVerificationUi],
            Self::AfterMethod(FlowName::Settings, MethodId::Profile) => {
                &[H::WebHook, H::ShowVerificationUi, H::VerifyNewAddress, H::NotifyPreviousAddresses]
            }
            Self::AfterMethod(FlowName::Settings, _) | Self::After(FlowName::Recovery) => {
                &[H::WebHook, H::RevokeActiveSessions]
            }
            Self::AfterMethod(FlowName::Verification | FlowName::Recovery, _) => &[],
        }
    }
}

/// The hooks of a list; `None` when there is no list, which is not the same as an empty one.
pub(super) fn read(scope: &Scope<'_>, position: Position) -> Option<Vec<HookConfig>> {
    scope.exists().then(|| scope.items().iter().filter_map(|item| hook(item, position)).collect())
}

fn hook(scope: &Scope<'_>, position: Position) -> Option<HookConfig> {
    let written = scope.at("hook");
    let text = written.text()?;
    if VENDOR.contains(&text.as_str()) {
        written.warn("belongs to the vendor's hosted product and is left out", "remove it");
        return None;
    }
    let allowed = position.allows();
    let names = allowed.iter().map(|name| name.wire_name()).collect::<Vec<_>>().join(", ");
    let Some(name) = HookName::parse(&text) else {
        let guess = nearest(&text, allowed.iter().map(|name| name.wire_name()));
        let guess = guess.map(|guess| format!("did you mean {guess}? ")).unwrap_or_default();
        written.problem_with_remedy("is not a hook", format!("{guess}allowed here: {names}"));
        return None;
    };
    if !allowed.contains(&name) {
        written.problem_with_remedy("may not stand here", format!("allowed here: {names}"));
        return None;
    }
    let web = match name {
        HookName::WebHook => web_hook(&scope.at("config")),
        _ => None,
    };
    let config =
        scope.at("config").node().map(|node: &Node| node.to_json(KeyOrder::Written)).unwrap_or_default();
    Some(HookConfig { name, config, web, key: scope.path().to_owned() })
}

fn web_hook(scope: &Scope<'_>) -> Option<Box<WebHookSettings>> {
    if scope.at("response.ignore").flag() && scope.at("response.parse").flag() {
        scope.at("response.parse").problem("cannot be used together with response.ignore");
    }
    let body = super::Source::read_or_path(&scope.at("body"));
    check_auth(&scope.at("auth"));
    let request = RequestSettings::read_with(scope, body)?;
    Some(Box::new(WebHookSettings {
        id: scope.at("id").filled(),
        request,
        ignore: scope.at("response.ignore").flag(),
        parse: scope.at("response.parse").flag(),
        can_interrupt: scope.at("can_interrupt").flag(),
        numbered: scope.at("emit_analytics_event").flag(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_round_trip() {
        for hook in HookName::ALL {
            assert_eq!(HookName::parse(hook.wire_name()), Some(hook));
        }
    }

    #[test]
    fn debug_hides_the_config() {
        let config = serde_json::json!({"auth": {"config": {"value": "s3cr3t"}}});
        let hook = HookConfig { name: HookName::WebHook, config, web: None, key: "x".to_owned() };
        assert!(!format!("{hook:?}").contains("s3cr3t"));
    }
}
