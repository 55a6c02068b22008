//! From lists of hooks in the configuration to the pipelines of every moment.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    config::{Config, FlowSettings, HookConfig, HookName as Configured},
    flow::FlowKind,
    hook::{HookList, HookName, Moment, Pipelines, Recipients},
};

/// The hooks of every moment.
pub fn pipelines(config: &Config) -> Pipelines {
    let flows = &config.selfservice;
    let mut lists = BTreeMap::new();
    put(&mut lists, FlowKind::Login, &flows.login.flow);
    put(&mut lists, FlowKind::Registration, &flows.registration.flow);
    put(&mut lists, FlowKind::Verification, &flows.verification.flow);
    put(&mut lists, FlowKind::Recovery, &flows.recovery.flow);
    put(&mut lists, FlowKind::Settings, &flows.settings.flow);
    Pipelines::new(lists, flows.verification.enabled)
}

fn put(lists: &mut BTreeMap<Moment, HookList>, kind: FlowKind, flow: &FlowSettings) {
    lists.insert(Moment::Before(kind), names(&flow.before));
    lists.insert(Moment::After(kind, None), names(&flow.after.hooks));
    for (method, own) in &flow.after.methods {
        if let Some(hooks) = &own.hooks {
            lists.insert(Moment::After(kind, Some(*method)), names(hooks));
        }
    }
}

/// The configured hooks that are built; the configuration warns of the others.
fn names(hooks: &[HookConfig]) -> HookList {
    hooks.iter().filter_map(built).collect()
}

fn built(hook: &HookConfig) -> Option<HookName> {
    match hook.name {
        Configured::Session => Some(HookName::Session),
        Configured::RevokeActiveSessions => Some(HookName::RevokeActiveSessions),
        Configured::RequireVerifiedAddress => Some(HookName::RequireVerifiedAddress),
        Configured::Verification => Some(HookName::Verification),
        Configured::ShowVerificationUi => Some(HookName::ShowVerificationUi),
        Configured::NotifyPreviousAddresses => {
            let recipients =
                hook.config.get("recipients").and_then(Value::as_str).and_then(Recipients::parse);
            Some(HookName::NotifyPreviousAddresses(recipients.unwrap_or(Recipients::Removed)))
        }
        Configured::VerifyNewAddress => Some(HookName::VerifyNewAddress),
        Configured::WebHook => None,
    }
}
