//! What can be asked for on the command line (03 §10).

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::{
    FormatCommand, HashCommand, HashersCommand, JsonnetCommand, LintCommand, Preview, SendTest,
    TemplatesCommand, admin::AdminCommand, config::ConfigCommand, doctor::Doctor,
};
use crate::config::parse_duration;

/// A self-service identity engine.
#[derive(Debug, Parser)]
#[command(name = "zelos", version, about, propagate_version = true, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// Configuration file, YAML, JSON or TOML; may be given several times, later files win
    #[arg(short = 'c', long = "config", value_name = "FILE", global = true, value_delimiter = ',')]
    pub config: Vec<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the public and the admin API
    Serve(Serve),
    /// Deliver mail
    #[command(subcommand, arg_required_else_help = true)]
    Courier(CourierCommand),
    /// Look after the wording of messages
    #[command(subcommand, arg_required_else_help = true)]
    Templates(TemplatesCommand),
    /// Bring a database up to date
    #[command(subcommand, arg_required_else_help = true)]
    Migrate(MigrateCommand),
    /// Take away what has served
    #[command(subcommand, arg_required_else_help = true)]
    Cleanup(CleanupCommand),
    /// Look at a configuration
    #[command(subcommand, arg_required_else_help = true)]
    Config(ConfigCommand),
    /// Look at everything an installation needs, and say what to do
    #[command(after_long_help = DOCTOR_HELP)]
    Doctor(Doctor),
    /// Ask a running server.
    #[command(flatten)]
    Admin(AdminCommand),
    /// List the routes of both APIs
    Routes,
    /// List the methods and the parts they play
    Methods,
    /// List the hooks of every moment, in the order in which they act
    Hooks(Dev),
    /// Tell the version
    Version,
    /// Work that needs neither server nor configuration.
    #[command(flatten)]
    Tool(ToolCommand),
}

/// Work that needs neither server nor configuration.
#[derive(Debug, Subcommand)]
pub enum ToolCommand {
    /// Find parameters of password hashes for this machine
    #[command(subcommand, arg_required_else_help = true)]
    Hash(HashCommand),
    /// Measure password hashes
    #[command(subcommand, arg_required_else_help = true)]
    Hashers(HashersCommand),
    /// Check files
    #[command(subcommand, arg_required_else_help = true)]
    Lint(LintCommand),
    /// Format files
    #[command(subcommand, hide = true, arg_required_else_help = true)]
    Format(FormatCommand),
    /// Print what a shell needs to complete these commands
    #[command(after_long_help = COMPLETION_HELP)]
    Completion {
        /// Which shell
        shell: Shell,
    },
    /// Evaluate Jsonnet from the standard input; the server starts these by itself
    #[command(hide = true, arg_required_else_help = true)]
    Jsonnet {
        /// Programs and results end with a NUL byte
        #[arg(short = '0')]
        null: bool,
        /// The older spelling of `lint jsonnet` and `format jsonnet`.
        #[command(subcommand)]
        command: Option<JsonnetCommand>,
    },
}

/// Start the public and the admin API.
#[derive(Debug, Args)]
pub struct Serve {
    /// Weaken what gets in the way of development; without -c also use the built-in configuration
    #[arg(long)]
    pub dev: bool,
    /// Deliver mail in this process
    #[arg(long)]
    pub watch_courier: bool,
    /// Accepted for compatibility; there is no telemetry
    #[arg(long, hide = true)]
    pub sqa_opt_out: bool,
    /// Accepted for compatibility, as in `serve all`
    #[arg(hide = true)]
    pub words: Vec<String>,
}

/// The flag for development.
#[derive(Debug, Args)]
pub struct Dev {
    /// Use the built-in development configuration when there is no -c
    #[arg(long)]
    pub dev: bool,
}

/// Deliver mail.
#[derive(Debug, Subcommand)]
pub enum CourierCommand {
    /// Deliver mail until stopped
    Watch(Dev),
    /// Show what a message looks like, with sample data and your own templates
    Preview(Preview),
    /// Send a message with sample data, to see whether it arrives
    SendTest(SendTest),
}

/// Bring a database up to date.
#[derive(Debug, Subcommand)]
pub enum MigrateCommand {
    /// Apply, undo or list the migrations of the SQL database
    #[command(args_conflicts_with_subcommands = true)]
    Sql(Sql),
    /// Accepted for compatibility: there is nothing to do, numbers are stored in one form from the start
    NormalizePhoneNumbers(Normalize),
}

/// The migrations of the SQL database.
#[derive(Debug, Args)]
pub struct Sql {
    /// What to do; without it, apply what is pending
    #[command(subcommand)]
    pub command: Option<SqlCommand>,
    /// Which database.
    #[command(flatten)]
    pub target: Target,
    /// Which answers are given beforehand.
    #[command(flatten)]
    pub consent: Consent,
}

/// What the reference takes to rewrite phone numbers.
#[derive(Debug, Args)]
pub struct Normalize {
    /// Which database.
    #[command(flatten)]
    pub target: Target,
    /// Rows at once
    #[arg(short, long, default_value_t = 1000)]
    pub batch_size: u32,
    /// Change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The pause between batches
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = span)]
    pub batch_delay: Duration,
    /// Where to go on: KEY=ID, the keys being ci, va and ra
    #[arg(long, value_name = "KEY=ID")]
    pub start_after: Vec<String>,
}

/// What to do with the migrations.
#[derive(Debug, Subcommand)]
pub enum SqlCommand {
    /// Apply what is pending
    Up {
        /// Which database.
        #[command(flatten)]
        target: Target,
        /// Which answers are given beforehand.
        #[command(flatten)]
        consent: Consent,
    },
    /// Undo the latest
    Down {
        /// Which database.
        #[command(flatten)]
        target: Target,
        /// How many to undo
        #[arg(long, default_value_t = 0)]
        steps: usize,
        /// Which answers are given beforehand.
        #[command(flatten)]
        consent: Consent,
    },
    /// List what is applied and what is pending
    Status {
        /// Which database.
        #[command(flatten)]
        target: Target,
        /// Wait until nothing is pending
        #[arg(long)]
        block: bool,
        /// Exit with 2 when something is pending
        #[arg(long)]
        exit_code: bool,
    },
}

/// Which database.
#[derive(Debug, Args)]
pub struct Target {
    /// The DSN of the database; with -e it comes from the configuration or the environment
    pub dsn: Option<String>,
    /// Take the DSN from the variable DSN or from the files of -c
    #[arg(short = 'e', long)]
    pub read_from_env: bool,
}

/// Answers given beforehand.
#[derive(Debug, Args)]
pub struct Consent {
    /// Do not ask
    #[arg(short = 'y', long)]
    pub yes: bool,
}

/// Take away what has served.
#[derive(Debug, Subcommand)]
pub enum CleanupCommand {
    /// Delete expired sessions, flows and codes, and what else has stayed long enough, from the SQL database
    Sql(CleanupSql),
}

/// What is taken away from the SQL database, and how.
#[derive(Debug, Args)]
pub struct CleanupSql {
    /// The DSN of the database; without it, it comes from the variable DSN or from the files of -c
    pub dsn: Option<String>,
    /// Accepted for compatibility; that is what happens without a DSN
    #[arg(
        short = 'e',
        long,
        hide = true,
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true"
    )]
    pub read_from_env: bool,
    /// How long expired sessions, flows and codes stay after they expired
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = span)]
    pub keep_last: Duration,
    /// How many rows go at once; the default is database.cleanup.batch_size
    #[arg(short = 'b', long = "database.cleanup.batch_size", value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..))]
    pub batch_size: Option<u32>,
    /// The pause after each table; the default is database.cleanup.sleep.tables
    #[arg(long = "database.cleanup.sleep.tables", value_name = "DURATION", value_parser = span)]
    pub pause: Option<Duration>,
}

/// Reads a duration; zero may go without a unit.
fn span(text: &str) -> Result<Duration, String> {
    match text {
        "0" => Ok(Duration::ZERO),
        _ => parse_duration(text).ok_or_else(|| "write a duration as 90s or 1h30m".to_owned()),
    }
}

const DOCTOR_HELP: &str = "\
Looks at configuration, secrets, cookies, database, migrations, schemas, mail server, URLs, pages and clocks.
Changes nothing and sends no mail. What is not started yet is a warning.

Exit codes:
  0  all is well
  1  something does not work
  2  it works, and something should be known

Examples:
  zelos doctor -c kratos.yml
  zelos doctor -c kratos.yml --offline --format json | jq '.findings[] | select(.level != \"ok\")'";

const EXIT_CODES: &str = "\
Exit codes: 0 for success; 1 for any failure, also of one among many; 2 for an answer that wants attention
(`doctor` with nothing but warnings, `migrate sql status --exit-code` with pending migrations).
`zelos help COMMAND` tells more, with examples.";

const COMPLETION_HELP: &str = "\
Examples:
  zelos completion bash > /etc/bash_completion.d/zelos
  zelos completion zsh > ~/.zfunc/_zelos
  zelos completion fish > ~/.config/fish/completions/zelos.fish";
