//! `selfservice`: URLs and flows.

use std::{collections::BTreeMap, time::Duration};

use url::Url;

use super::{
    HookConfig, HookName, PageUrl, RequiredAal, ReturnRule, Scope,
    hook::{self, FlowName, Position},
};
use crate::{flow::Proof, identity::MethodId, kernel::Lifespan};

/// Where browsers go, and how the flows run.
#[derive(Debug, Clone)]
pub struct SelfService {
    /// Where a browser goes when nothing else was asked for.
    pub default_return_url: PageUrl,
    /// Where it may ask to go; our own self-service pages are always among them.
    pub allowed_return_urls: Vec<ReturnRule>,
    /// Where errors are shown.
    pub error_ui: PageUrl,
    /// Login.
    pub login: LoginSettings,
    /// Registration.
    pub registration: RegistrationSettings,
    /// Proving an address.
    pub verification: ProofSettings,
    /// Getting back in.
    pub recovery: ProofSettings,
    /// Changing one's account.
    pub settings: SettingsSettings,
    /// Logout.
    pub logout: LogoutSettings,
}

/// What every flow with a form has.
#[derive(Debug, Clone)]
pub struct FlowSettings {
    /// Where its form is shown.
    pub ui_url: PageUrl,
    /// How long it lives.
    pub lifespan: Lifespan,
    /// Hooks that run when it is created.
    pub before: Vec<HookConfig>,
    /// What happens when it succeeds.
    pub after: After,
}

/// What happens when a flow succeeds.
#[derive(Debug, Clone, Default)]
pub struct After {
    /// Where the browser goes.
    pub return_url: Option<PageUrl>,
    /// Hooks for methods that have no list of their own.
    pub hooks: Vec<HookConfig>,
    /// What differs per method.
    pub methods: BTreeMap<MethodId, AfterMethod>,
}

/// What happens when a flow succeeds by one method.
#[derive(Debug, Clone, Default)]
pub struct AfterMethod {
    /// Where the browser goes.
    pub return_url: Option<PageUrl>,
    /// Its hooks; `None` when no list was written, which leaves it to the list for all methods.
    pub hooks: Option<Vec<HookConfig>>,
}

/// Login.
#[derive(Debug, Clone)]
pub struct LoginSettings {
    /// What every flow has.
    pub flow: FlowSettings,
    /// Whether the identifier is asked for first, and the rest after it.
    pub identifier_first: bool,
}

/// Registration.
#[derive(Debug, Clone)]
pub struct RegistrationSettings {
    /// What every flow has.
    pub flow: FlowSettings,
    /// Whether anybody may register.
    pub enabled: bool,
    /// Whether somebody who has an account is told how to get in.
    pub login_hints: bool,
    /// Whether the profile is asked for first, and the credential after it.
    pub profile_first: bool,
}

/// Verification or recovery.
#[derive(Debug, Clone)]
pub struct ProofSettings {
    /// What every flow has.
    pub flow: FlowSettings,
    /// Whether there is this flow.
    pub enabled: bool,
    /// How an address is proven.
    pub proof: Proof,
    /// Whether a letter goes to addresses that nobody has.
    pub notify_unknown_recipients: bool,
}

/// Changing one's account.
#[derive(Debug, Clone)]
pub struct SettingsSettings {
    /// What every flow has.
    pub flow: FlowSettings,
    /// How long after signing in credentials and addresses may be changed.
    pub privileged_for: Duration,
    /// What is asked of the session.
    pub required_aal: RequiredAal,
}

/// Logout.
#[derive(Debug, Clone)]
pub struct LogoutSettings {
    /// Where the browser goes.
    pub return_url: Option<PageUrl>,
    /// Whether browsers are told to forget what they stored.
    pub clear_browser_data: bool,
}

impl After {
    /// Where a browser goes after this method, unless it asked for something else.
    pub fn return_url(&self, method: MethodId) -> Option<&PageUrl> {
        let own = self.methods.get(&method).and_then(|after| after.return_url.as_ref());
        own.or(self.return_url.as_ref())
    }

    /// The hooks after this method: its own list, or else the one for all methods.
    pub fn hooks(&self, method: MethodId) -> &[HookConfig] {
        let own = self.methods.get(&method).and_then(|after| after.hooks.as_ref());
        own.unwrap_or(&self.hooks)
    }
}

impl SelfService {
    pub(in crate::config) fn read(root: &Scope<'_>, public: &Url) -> Self {
        let scope = root.at("selfservice");
        let flows = scope.at("flows");
        check_new_addresses(&flows);
        let default_return_url =
            PageUrl::read(&scope.at("default_browser_return_url")).unwrap_or_else(|| fallback(public, ""));
        Self {
            default_return_url,
            allowed_return_urls: return_rules(root, public),
            error_ui: ui_url(&flows.at("error"), public, "error"),
            login: LoginSettings {
                flow: flow(&flows.at("login"), public, FlowName::Login),
                identifier_first: flows.at("login.style").text().as_deref() == Some("identifier_first"),
            },
            registration: registration(&flows.at("registration"), public),
            verification: proof(root, &flows.at("verification"), public, FlowName::Verification),
            recovery: proof(root, &flows.at("recovery"), public, FlowName::Recovery),
            settings: SettingsSettings {
                flow: flow(&flows.at("settings"), public, FlowName::Settings),
                privileged_for: flows.at("settings.privileged_session_max_age").span().unwrap_or_default(),
                required_aal: RequiredAal::read(&flows.at("settings.required_aal")),
            },
            logout: LogoutSettings {
                return_url: PageUrl::read(&flows.at("logout.after.default_browser_return_url")),
                clear_browser_data: flows.at("logout.clear_browser_data").flag(),
            },
        }
    }
}

/// A new address that waits to be proven waits for ever where nothing can be proven.
fn check_new_addresses(flows: &Scope<'_>) {
    if flows.at("verification.enabled").flag() {
        return;
    }
    for item in flows.at("settings.after.profile.hooks").items() {
        let hook = item.at("hook");
        if hook.text().as_deref() == Some(HookName::VerifyNewAddress.wire_name()) {
            hook.warn(
                "lets no address be changed, because verification is switched off",
                "set selfservice.flows.verification.enabled to true",
            );
        }
    }
}

fn return_rules(root: &Scope<'_>, public: &Url) -> Vec<ReturnRule> {
    let allow_insecure = root.at("feature_flags.legacy_allow_insecure_origins").flag();
    let listed = root.at("selfservice.allowed_return_urls").items();
    let own = public.join("self-service").map(|url| ReturnRule::below(&url)).ok();
    own.into_iter().chain(listed.iter().filter_map(|item| ReturnRule::read(item, allow_insecure))).collect()
}

/// A page of the built-in front end.
fn fallback(public: &Url, page: &str) -> PageUrl {
    let url = format!("{public}ui/{page}");
    PageUrl::parse(&url).unwrap_or_else(|| unreachable!("below a base URL everything is absolute: {url}"))
}

fn ui_url(scope: &Scope<'_>, public: &Url, page: &str) -> PageUrl {
    PageUrl::read(&scope.at("ui_url")).unwrap_or_else(|| fallback(public, page))
}

/// The methods that may have settings of their own after a flow, as in the table of keys.
fn methods_after(kind: FlowName) -> &'static [MethodId] {
    use MethodId as M;
    match kind {
        FlowName::Login => &[M::Password, M::Webauthn, M::Passkey, M::Oidc, M::Code, M::Totp, M::Lookup],
        FlowName::Registration => &[M::Password, M::Webauthn, M::Passkey, M::Oidc, M::Code],
        FlowName::Settings => {
            &[M::Password, M::Totp, M::Oidc, M::Webauthn, M::Passkey, M::Lookup, M::Profile]
        }
        FlowName::Verification | FlowName::Recovery => &[],
    }
}

fn flow(scope: &Scope<'_>, public: &Url, kind: FlowName) -> FlowSettings {
    let after = scope.at("after");
    let methods = methods_after(kind).iter().filter_map(|method| {
        let scope = after.at(method.wire_name());
        let settings = AfterMethod {
            return_url: PageUrl::read(&scope.at("default_browser_return_url")),
            hooks: hook::read(&scope.at("hooks"), Position::AfterMethod(kind, *method)),
        };
        scope.exists().then_some((*method, settings))
    });
    FlowSettings {
        ui_url: ui_url(scope, public, page(kind)),
        lifespan: scope.at("lifespan").span().unwrap_or_default(),
        before: hook::read(&scope.at("before.hooks"), Position::Before).unwrap_or_default(),
        after: After {
            return_url: PageUrl::read(&after.at("default_browser_return_url")),
            hooks: hook::read(&after.at("hooks"), Position::After(kind)).unwrap_or_default(),
            methods: methods.collect(),
        },
    }
}

fn page(kind: FlowName) -> &'static str {
    match kind {
        FlowName::Login => "login",
        FlowName::Registration => "registration",
        FlowName::Verification => "verification",
        FlowName::Recovery => "recovery",
        FlowName::Settings => "settings",
    }
}

fn registration(scope: &Scope<'_>, public: &Url) -> RegistrationSettings {
    let one_step = scope.at("enable_legacy_one_step").flag();
    let unified = scope.at("style").text().as_deref() == Some("unified");
    RegistrationSettings {
        flow: flow(scope, public, FlowName::Registration),
        enabled: scope.at("enabled").flag(),
        login_hints: scope.at("login_hints").flag(),
        profile_first: !one_step && !unified,
    }
}

fn proof(root: &Scope<'_>, scope: &Scope<'_>, public: &Url, kind: FlowName) -> ProofSettings {
    let enabled = scope.at("enabled").flag();
    let (proof, method) = match scope.at("use").text().as_deref() {
        Some("link") => (Proof::Link, "link"),
        _ => (Proof::Code, "code"),
    };
    let methods = root.at("selfservice.methods");
    let implied = method == "code" && methods.at("code.passwordless_enabled").flag();
    if enabled && !implied && !methods.at(method).at("enabled").flag() {
        let switch = format!("selfservice.methods.{method}.enabled");
        scope.at("use").problem_with_remedy("names a method that is off", format!("set {switch} to true"));
    }
    ProofSettings {
        flow: flow(scope, public, kind),
        enabled,
        proof,
        notify_unknown_recipients: scope.at("notify_unknown_recipients").flag(),
    }
}
