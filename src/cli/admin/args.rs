//! The commands that ask a running server (03 §10).

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use url::Url;

use super::format::Format;
use crate::config::parse_duration;

/// What can be asked of a running server by its admin API.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Create identities from files
    #[command(subcommand, arg_required_else_help = true)]
    Import(ImportCommand),
    /// Check identities in files against their schemas, and create nothing
    #[command(subcommand, arg_required_else_help = true)]
    Validate(ValidateCommand),
    /// Show identities by their ids
    #[command(subcommand, arg_required_else_help = true)]
    Get(GetCommand),
    /// List identities
    #[command(subcommand, visible_alias = "ls", arg_required_else_help = true)]
    List(ListCommand),
    /// Delete identities
    #[command(subcommand, arg_required_else_help = true)]
    Delete(DeleteCommand),
    /// Ask a server how it is
    #[command(subcommand, arg_required_else_help = true)]
    Remote(RemoteCommand),
    /// The older spelling: `identities import` is `import identities`
    #[command(subcommand, hide = true, alias = "identity", arg_required_else_help = true)]
    Identities(IdentitiesCommand),
}

/// What can be imported.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Create identities from JSON files: each holds an identity, a list of them, or several in a row
    #[command(alias = "identity", after_long_help = IMPORT_EXAMPLES)]
    Identities(Import),
}

/// What can be validated.
#[derive(Debug, Subcommand)]
pub enum ValidateCommand {
    /// Check identities in JSON files: their shape, then their traits by the schema that each names
    #[command(alias = "identities", after_long_help = VALIDATE_EXAMPLES)]
    Identity(Files),
}

/// What can be shown.
#[derive(Debug, Subcommand)]
pub enum GetCommand {
    /// Show identities
    #[command(alias = "identities", after_long_help = GET_EXAMPLES)]
    Identity(Get),
}

/// What can be listed.
#[derive(Debug, Subcommand)]
pub enum ListCommand {
    /// List identities, page by page
    #[command(alias = "identity", after_long_help = LIST_EXAMPLES)]
    Identities(List),
}

/// What can be deleted.
#[derive(Debug, Subcommand)]
pub enum DeleteCommand {
    /// Delete identities with all that belongs to them; there is no way back
    #[command(alias = "identities", after_long_help = DELETE_EXAMPLES)]
    Identity(Delete),
}

/// What a server can be asked.
#[derive(Debug, Subcommand)]
pub enum RemoteCommand {
    /// Tell whether a server is alive and ready; exits with 1 when it is not
    Status(Remote),
    /// Tell the version of a server
    Version(Remote),
}

/// The older order of words.
#[derive(Debug, Subcommand)]
pub enum IdentitiesCommand {
    /// Create identities from files
    Import(Import),
    /// Check identities in files
    Validate(Files),
    /// Show identities
    Get(Get),
    /// List identities
    #[command(visible_alias = "ls")]
    List(List),
    /// Delete identities
    Delete(Delete),
}

/// Which server, and how patient to be with it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct Endpoint {
    /// The URL of the admin API; without it, that in the variable ZELOS_ADMIN_URL or KRATOS_ADMIN_URL
    #[arg(short = 'e', long, value_name = "URL")]
    pub endpoint: Option<Url>,
    /// How long one answer may take
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = patience)]
    pub timeout: Duration,
    /// How often to try again when no connection comes about
    #[arg(long, value_name = "TIMES", default_value_t = 4)]
    pub retries: u32,
}

/// How to show what comes back.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// table, json, json-pretty, yaml, jsonpath=EXPRESSION or jsonpointer=POINTER
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// Print ids only
    #[arg(short, long)]
    pub quiet: bool,
}

/// What to import.
#[derive(Debug, Args)]
pub struct Import {
    /// How many identities go in one request
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub batch_size: u16,
    /// Which files.
    #[command(flatten)]
    pub files: Files,
}

/// Files with identities.
#[derive(Debug, Args)]
pub struct Files {
    /// JSON files; - or none is the standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Which server.
    #[command(flatten)]
    pub endpoint: Endpoint,
    /// How to show what comes back.
    #[command(flatten)]
    pub output: Output,
}

/// Which identities to show.
#[derive(Debug, Args)]
pub struct Get {
    /// Ids of identities
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    /// Show what these credentials hold too, decrypted; may be given several times
    #[arg(short, long, value_name = "TYPE", value_delimiter = ',')]
    pub include_credentials: Vec<String>,
    /// The ids are external ids
    #[arg(long)]
    pub external_id: bool,
    /// Which server.
    #[command(flatten)]
    pub endpoint: Endpoint,
    /// How to show what comes back.
    #[command(flatten)]
    pub output: Output,
}

/// Which identities to list.
#[derive(Debug, Args)]
pub struct List {
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub page_size: u32,
    /// Where to go on: the token that the page before ended with
    #[arg(long, value_name = "TOKEN")]
    pub page_token: Option<String>,
    /// strong or eventual; handed to the server, which always reads what was written last
    #[arg(long, value_name = "LEVEL")]
    pub consistency: Option<String>,
    /// Which server.
    #[command(flatten)]
    pub endpoint: Endpoint,
    /// How to show what comes back.
    #[command(flatten)]
    pub output: Output,
}

/// Which identities to delete.
#[derive(Debug, Args)]
pub struct Delete {
    /// Ids of identities
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    /// Which server.
    #[command(flatten)]
    pub endpoint: Endpoint,
    /// How to show what comes back.
    #[command(flatten)]
    pub output: Output,
}

/// Which server to ask.
#[derive(Debug, Args)]
pub struct Remote {
    /// Which server.
    #[command(flatten)]
    pub endpoint: Endpoint,
    /// How to show what comes back.
    #[command(flatten)]
    pub output: Output,
}

const IMPORT_EXAMPLES: &str = "\
Each identity has the shape that POST /admin/identities takes: schema_id, traits, and what else there is.
One that is refused does not keep the others; all that were are listed with file and number at the end, and
the exit code is 1.

Examples:
  zelos import identities people.json -e http://127.0.0.1:4434
  jq -c '.users[] | {schema_id: \"default\", traits: {email}}' old.json | zelos import identities -q
  zelos import identities exports/*.json --format json > created.json";

const VALIDATE_EXAMPLES: &str = "\
Stops at the first identity that does not fit, and exits with 1.

Example:
  zelos validate identity people.json -e http://127.0.0.1:4434";

const GET_EXAMPLES: &str = "\
Goes on after an id that is not there; those are listed at the end, and the exit code is 1.

Examples:
  zelos get identity 01a1fec6-b81e-7752-b7da-336df4acdcfe --format json-pretty
  zelos get identity --external-id crm-4711 --format jsonpath=$.traits.email
  zelos get identity 01a1fec6-b81e-7752-b7da-336df4acdcfe -i oidc --format jsonpointer=/credentials/oidc";

const LIST_EXAMPLES: &str = "\
Examples:
  zelos list identities --page-size 20
  zelos ls identities -q
  zelos ls identities --format 'jsonpath=$.identities[*].traits.email'";

const DELETE_EXAMPLES: &str = "\
Goes on after an id that is not there; those are listed at the end, and the exit code is 1.

Examples:
  zelos delete identity 01a1fec6-b81e-7752-b7da-336df4acdcfe
  zelos delete identity $(zelos ls identities -q)";

/// Reads a duration that is some time.
fn patience(text: &str) -> Result<Duration, String> {
    parse_duration(text)
        .filter(|span| !span.is_zero())
        .ok_or_else(|| "write a duration as 10s or 1m30s".to_owned())
}
