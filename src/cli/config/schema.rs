//! `zelos config schema`: the JSON schema of configuration files.

use crate::{cli::Out, config::json_schema};

/// Prints the schema.
pub fn schema(out: &Out) {
    out.line(format!("{:#}", json_schema()));
}
