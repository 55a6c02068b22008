//! What can be asked of `zelos config`.

use clap::Subcommand;

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
}
