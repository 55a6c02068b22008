//! `zelos config plan`: what comes of a new configuration.

use serde_json::{Value, json};

use super::args::PlanFormat;
use crate::{
    cli::{CliError, Out},
    config::{Change, ChangeKind, Concern, LoadRequest, NoPlan, Plan, plan as planned},
};

/// The exit code when somebody should look at the plan before it is carried out.
const ATTENTION: u8 = 2;

/// Prints what comes of `new` taking the place of `current`.
///
/// # Errors
/// One of them is wrong; or the change needs a restart, logs people out or breaks what is under way, which is
/// exit code 2.
pub fn plan(out: &Out, format: PlanFormat, current: &LoadRequest, new: &LoadRequest) -> Result<(), CliError> {
    let plan = planned(current, new).map_err(|why| match why {
        NoPlan::Current(problems) => CliError::new(format!("Of the current configuration: {problems}")),
        NoPlan::Planned(problems) => CliError::new(format!("Of the new configuration: {problems}")),
    })?;
    match format {
        PlanFormat::Text => text(out, &plan),
        PlanFormat::Json => out.line(format!("{:#}", document(&plan))),
    }
    if plan.needs_attention() {
        return Err(CliError::with_code("This change needs attention.", ATTENTION));
    }
    Ok(())
}

fn text(out: &Out, plan: &Plan) {
    if plan.changes.is_empty() {
        out.line("Nothing changes.");
    }
    for change in &plan.changes {
        let sign = match change.kind {
            ChangeKind::Added => "+",
            ChangeKind::Removed => "-",
            ChangeKind::Changed => "~",
        };
        out.line(format!("{sign} {}", change.key));
        out.line(format!("    {}", values(change)));
        if let Some(place) = &change.place {
            out.line(format!("    at {place}"));
        }
        out.line(format!("    {}", change.effect.title()));
        for (concern, because) in &change.concerns {
            out.line(format!("    {}: {because}", concern.title()));
        }
    }
}

fn values(change: &Change) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
    let mut text = format!("{} -> {}", shown(&change.before), shown(&change.after));
    if let Some(elements) = change.elements {
        text.push_str(&match (elements.added, elements.removed) {
            (0, 0) => " (another order)".to_owned(),
            (added, removed) => format!(" ({added} added, {removed} taken away)"),
        });
    }
    text
}

fn document(plan: &Plan) -> Value {
    let concern =
        |(concern, because): &(Concern, &str)| json!({ "kind": concern.wire_name(), "because": because });
    let change = |change: &Change| {
        json!({
            "key": change.key,
            "change": change.kind.wire_name(),
            "before": change.before,
            "after": change.after,
            "elements": change.elements.map(|of| json!({ "added": of.added, "removed": of.removed })),
            "place": change.place.as_ref().map(ToString::to_string),
            "takes_effect": change.effect.wire_name(),
            "concerns": change.concerns.iter().map(concern).collect::<Vec<_>>(),
        })
    };
    json!({
        "needs_attention": plan.needs_attention(),
        "changes": plan.changes.iter().map(change).collect::<Vec<_>>(),
    })
}
