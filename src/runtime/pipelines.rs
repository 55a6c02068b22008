//! From lists of hooks in the configuration to the pipelines of every moment.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::{BuildError, Outside, fetch::program, letters::plan};
use crate::{
    config::{Config, FlowSettings, HookConfig, HookName as Configured, WebHookSettings},
    flow::FlowKind,
    hook::{Heed, HookList, HookName, Listed, Moment, Pipelines, Recipients, WebHook},
};

/// The hooks of every moment. Fetches the programs of web hooks; reports the problems of all of them.
pub async fn pipelines(config: &Config, outside: &Outside) -> Result<Pipelines, Vec<BuildError>> {
    let flows = &config.selfservice;
    let (mut lists, mut problems) = (BTreeMap::new(), Vec::new());
    for (moment, configured) in [
        (FlowKind::Login, &flows.login.flow),
        (FlowKind::Registration, &flows.registration.flow),
        (FlowKind::Verification, &flows.verification.flow),
        (FlowKind::Recovery, &flows.recovery.flow),
        (FlowKind::Settings, &flows.settings.flow),
    ]
    .into_iter()
    .flat_map(|(kind, flow)| moments(kind, flow))
    {
        let mut list = HookList::new();
        for hook in configured {
            match listed(hook, outside).await {
                Ok(built) => list.extend(built),
                Err(problem) => problems.push(problem),
            }
        }
        lists.insert(moment, list);
    }
    if problems.is_empty() { Ok(Pipelines::new(lists, flows.verification.enabled)) } else { Err(problems) }
}

/// The lists of one flow, each with its moment.
fn moments(kind: FlowKind, flow: &FlowSettings) -> Vec<(Moment, &[HookConfig])> {
    let mut lists: Vec<(Moment, &[HookConfig])> = vec![
        (Moment::Before(kind), flow.before.as_slice()),
        (Moment::After(kind, None), flow.after.hooks.as_slice()),
    ];
    for (method, own) in &flow.after.methods {
        let own = own.hooks.as_deref();
        lists.extend(own.map(|hooks| (Moment::After(kind, Some(*method)), hooks)));
    }
    lists
}

async fn listed(hook: &HookConfig, outside: &Outside) -> Result<Option<Listed>, BuildError> {
    let own = match hook.name {
        Configured::Session => HookName::Session,
        Configured::RevokeActiveSessions => HookName::RevokeActiveSessions,
        Configured::RequireVerifiedAddress => HookName::RequireVerifiedAddress,
        Configured::Verification => HookName::Verification,
        Configured::ShowVerificationUi => HookName::ShowVerificationUi,
        Configured::NotifyPreviousAddresses => {
            let recipients =
                hook.config.get("recipients").and_then(Value::as_str).and_then(Recipients::parse);
            HookName::NotifyPreviousAddresses(recipients.unwrap_or(Recipients::Removed))
        }
        Configured::VerifyNewAddress => HookName::VerifyNewAddress,
        Configured::WebHook => {
            let Some(web) = &hook.web else { return Ok(None) };
            return web_hook(&hook.key, web, outside).await.map(|hook| Some(Listed::Web(Arc::new(hook))));
        }
    };
    Ok(Some(Listed::Own(own)))
}

async fn web_hook(key: &str, settings: &WebHookSettings, outside: &Outside) -> Result<WebHook, BuildError> {
    let request = &settings.request;
    let plan = plan(request).map_err(|error| BuildError::new(format!("{key}.config"), error.to_string()))?;
    let body = program(&format!("{key}.config.body"), request.body.as_ref(), outside).await?;
    let heed = match (settings.ignore, settings.parse, settings.can_interrupt) {
        (true, _, _) => Heed::Ignored,
        (false, true, _) => Heed::MayChange,
        (false, false, true) => Heed::MayRefuse,
        (false, false, false) => Heed::Awaited,
    };
    Ok(WebHook {
        id: settings.id.clone().unwrap_or_else(|| key.to_owned()),
        client: outside.http.clone(),
        plan,
        body,
        heed,
        numbered: settings.numbered,
    })
}
