//! `zelos config dump`: the configuration in effect.

use serde_json::json;

use super::args::{Dump, DumpFormat};
use crate::{
    cli::{CliError, Out},
    config::{LoadRequest, Secrecy, effective},
};

/// Prints what files, environment, flags and defaults say together.
///
/// # Errors
/// The configuration is wrong.
pub fn dump(out: &Out, asked: &Dump, request: &LoadRequest) -> Result<(), CliError> {
    let secrecy = if asked.show_secrets { Secrecy::Shown } else { Secrecy::Redacted };
    let effective = effective(request, secrecy).map_err(|problems| CliError::new(problems.to_string()))?;
    let text = match (asked.format, asked.origins) {
        (DumpFormat::Yaml, false) => effective.yaml(),
        (DumpFormat::Yaml, true) => effective.yaml_with_origins(),
        (DumpFormat::Json, false) => format!("{:#}", effective.json()),
        (DumpFormat::Json, true) => {
            format!("{:#}", json!({ "configuration": effective.json(), "origins": effective.origins() }))
        }
    };
    out.line(text.trim_end());
    Ok(())
}
