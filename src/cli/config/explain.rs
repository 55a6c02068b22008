//! `zelos config explain`: one key, explained.

use crate::{
    cli::{CliError, Out},
    config::{Explained, KeyFacts, LoadRequest, UnknownKey, Variable, explain as explained},
};

/// Explains a key.
///
/// # Errors
/// There is no such key.
pub fn explain(out: &Out, request: &LoadRequest, key: &str) -> Result<(), CliError> {
    match explained(request, key) {
        Ok(Explained::Key(facts)) => one(out, &facts),
        Ok(Explained::Section { path, keys }) => {
            out.line(format!("{path}: a map of keys. Those below it:"));
            out.line("");
            let rows: Vec<Vec<String>> =
                keys.into_iter().map(|(path, about)| vec![path, about.to_owned()]).collect();
            out.table(&rows);
        }
        Err(UnknownKey { nearest }) => return Err(unknown(key, &nearest)),
    }
    Ok(())
}

fn one(out: &Out, facts: &KeyFacts) {
    out.line(&facts.path);
    if let Some(about) = facts.about {
        out.line(format!("  {about}"));
    }
    if let Some(standing) = &facts.standing {
        out.line(format!("  {standing}."));
    }
    out.line("");
    let variable = match &facts.variable {
        Some(Variable::Own(name)) => name.clone(),
        Some(Variable::Within(name)) => format!("{name}, which holds the whole map as JSON"),
        None => "none".to_owned(),
    };
    let mut rows = vec![
        ("takes", facts.kind.clone()),
        ("default", facts.default.clone().unwrap_or_else(|| "none".to_owned())),
        ("in effect", facts.value.clone().unwrap_or_else(|| "nothing".to_owned())),
    ];
    rows.extend(facts.place.as_ref().map(|place| ("comes from", place.to_string())));
    rows.push(("variable", variable));
    rows.push(("a change", facts.effect.title().to_owned()));
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(name, text)| vec![format!("  {name}"), text]).collect();
    out.table(&rows);
    for (change, concern, because) in &facts.effects {
        out.line(format!("\n  {change} – {}: {because}.", concern.title()));
    }
    for problem in &facts.problems {
        out.line(format!("\n{problem}"));
    }
}

fn unknown(key: &str, nearest: &[String]) -> CliError {
    let mut text = format!("There is no key {key}.");
    if !nearest.is_empty() {
        text.push_str(" Did you mean one of these?");
    }
    for path in nearest {
        text.push_str(&format!("\n  {path}"));
    }
    CliError::new(text)
}
