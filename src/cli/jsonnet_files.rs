//! `lint jsonnet` and `format jsonnet`.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand};

use super::{CliError, Out};
use crate::jsonnet;

/// What can be checked.
#[derive(Debug, Subcommand)]
pub enum LintCommand {
    /// Check that Jsonnet files can be read and name nothing that does not exist; exits with 1 when not
    #[command(after_long_help = LINT_EXAMPLES)]
    Jsonnet(Patterns),
}

/// What can be formatted.
#[derive(Debug, Subcommand)]
pub enum FormatCommand {
    /// Refused: use jsonnetfmt of Jsonnet itself
    Jsonnet(Rewrite),
}

/// The older order of words.
#[derive(Debug, Subcommand)]
pub enum JsonnetCommand {
    /// Check Jsonnet files
    Lint(Patterns),
    /// Refused: use jsonnetfmt of Jsonnet itself
    Format(Rewrite),
}

/// Which files.
#[derive(Debug, Args)]
pub struct Patterns {
    /// Files, or patterns of them: * within a folder, ** through all below
    #[arg(value_name = "PATTERN", required = true)]
    pub patterns: Vec<String>,
}

/// Which files, and whether to rewrite them.
#[derive(Debug, Args)]
pub struct Rewrite {
    /// Which files.
    #[command(flatten)]
    pub files: Patterns,
    /// Rewrite the files
    #[arg(short, long)]
    pub write: bool,
}

const LINT_EXAMPLES: &str = "\
Examples:
  zelos lint jsonnet claims.jsonnet
  zelos lint jsonnet 'config/**/*.jsonnet'";

/// Checks Jsonnet files.
///
/// # Errors
/// One of them is wrong, or there is none.
pub fn lint(out: &Out, asked: &Patterns) -> Result<(), CliError> {
    let mut flaws = 0_usize;
    let files = files(&asked.patterns)?;
    for file in &files {
        let name = file.display().to_string();
        let text =
            fs::read_to_string(file).map_err(|error| CliError::because(&format!("read {name}"), &error))?;
        if let Err(flaw) = jsonnet::check(&name, &text) {
            out.line(flaw);
            flaws = flaws.saturating_add(1);
        }
    }
    match flaws {
        0 => Ok(()),
        _ => Err(CliError::new(format!("{flaws} of {} files are wrong.", files.len()))),
    }
}

fn files(patterns: &[String]) -> Result<Vec<PathBuf>, CliError> {
    let mut found = Vec::new();
    for pattern in patterns {
        let before = found.len();
        let paths =
            glob::glob(pattern).map_err(|error| CliError::because(&format!("read {pattern}"), &error))?;
        for path in paths {
            let path = path.map_err(|error| CliError::because(&format!("follow {pattern}"), &error))?;
            if path.is_file() {
                found.push(path);
            }
        }
        if found.len() == before {
            return Err(CliError::new(format!("No file is named {pattern}.")));
        }
    }
    Ok(found)
}

/// Refuses to format.
///
/// # Errors
/// Always: laying out programs of others is the business of Jsonnet's own formatter.
pub fn format(asked: &Rewrite) -> Result<(), CliError> {
    let flag = if asked.write { " -i" } else { "" };
    let files = asked.files.patterns.join(" ");
    Err(CliError::new(format!(
        "There is no formatter in this program. Use that of Jsonnet itself: jsonnetfmt{flag} {files}"
    )))
}
