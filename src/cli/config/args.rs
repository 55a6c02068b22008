//! What can be asked of `zelos config`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Look at a configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Tell everything that is wrong with a configuration, its schemas and its templates
    Check {
        /// Warnings count as errors
        #[arg(long)]
        strict: bool,
        /// Check what `serve --dev` would use
        #[arg(long)]
        dev: bool,
    },
    /// Print the JSON schema of configuration files, for editors and other tools
    Schema,
    /// Explain a key: what it means, what it is, where that comes from, and what its change does
    Explain {
        /// Its path such as serve.public.port or identity.schemas.0.url, or the beginning of several, or a variable
        key: String,
        /// Look at what `serve --dev` would use
        #[arg(long)]
        dev: bool,
    },
    /// Print the configuration in effect, with all defaults; secrets are left out
    Dump(Dump),
    /// Tell what comes of a new configuration in place of that of -c; exit code 2 when it needs attention
    #[command(
        long_about = "Tell what comes of a new configuration in place of that of -c: what changes, what needs a \
                      restart, what logs people out, and what breaks flows that are under way. Environment and \
                      flags count for both. The exit code is 0 when there is nothing to worry about, 1 when one \
                      of them is wrong, and 2 when somebody should look before the change is made."
    )]
    Plan {
        /// The files of the new configuration; later ones win
        #[arg(required = true, value_name = "NEW")]
        new: Vec<PathBuf>,
        /// How to print it
        #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
        format: PlanFormat,
        /// Compare what `serve --dev` would use
        #[arg(long)]
        dev: bool,
    },
}

/// Print the configuration in effect.
#[derive(Debug, Args)]
pub struct Dump {
    /// Leave secrets out, which is what happens anyway
    #[arg(long, conflicts_with = "show_secrets")]
    pub redacted: bool,
    /// Show secrets, too
    #[arg(long)]
    pub show_secrets: bool,
    /// Say where each value comes from
    #[arg(long)]
    pub origins: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = DumpFormat::Yaml)]
    pub format: DumpFormat,
    /// Print what `serve --dev` would use
    #[arg(long)]
    pub dev: bool,
}

/// How a configuration is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DumpFormat {
    /// YAML
    Yaml,
    /// JSON
    Json,
}

/// How a plan is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Text,
    /// JSON
    Json,
}
