//! The commands that measure password hashes (03 §9.2).

use std::{num::NonZeroUsize, time::Duration};

use clap::{Args, Subcommand};

use crate::config::{parse_duration, parse_size};

/// Find parameters for this machine.
#[derive(Debug, Subcommand)]
pub enum HashCommand {
    /// Measure argon2id and bcrypt on this machine and recommend parameters for both
    #[command(after_long_help = CALIBRATE_HELP)]
    Calibrate(Recommend),
}

/// The tools of the reference.
#[derive(Debug, Subcommand)]
pub enum HashersCommand {
    /// Measure argon2id on this machine
    #[command(subcommand, arg_required_else_help = true)]
    Argon2(Argon2Command),
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Argon2Command {
    /// Look for the costs that a number of logins per minute leaves room for
    Calibrate(Calibrate),
    /// Hash passwords and print how long that took, nothing else
    Hash(Timed),
    /// Hash at a rate for a while and print how long people would have waited
    LoadTest(LoadTest),
}

/// What a hash may cost.
#[derive(Debug, Args)]
pub struct Recommend {
    /// How long one hash may take
    #[arg(long, value_name = "DURATION", default_value = "250ms", value_parser = span)]
    pub target: Duration,
    /// Memory for all hashes together
    #[arg(long, value_name = "SIZE", default_value = "1GB", value_parser = size)]
    pub memory: u64,
}

/// The costs of argon2id.
#[derive(Debug, Args)]
pub struct Costs {
    /// Lanes of one hash
    #[arg(long, default_value_t = 1)]
    pub parallelism: u32,
    /// Bytes of salt
    #[arg(long, value_name = "BYTES", default_value_t = 16)]
    pub salt_length: u32,
    /// Bytes of the digest
    #[arg(long, value_name = "BYTES", default_value_t = 32)]
    pub key_length: u32,
}

/// A search.
#[derive(Debug, Args)]
pub struct Calibrate {
    /// Logins per minute at the busiest time
    #[arg(value_name = "REQUESTS_PER_MINUTE", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: u32,
    /// Memory of the first probe
    #[arg(short = 'm', long, value_name = "SIZE", default_value = "64MB", value_parser = size)]
    pub start_memory: u64,
    /// Memory of one hash at most; the default is the dedicated memory
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_memory: Option<u64>,
    /// How much more each next probe takes
    #[arg(long, value_name = "SIZE", default_value = "512MB", value_parser = size)]
    pub adjust_memory_by: u64,
    /// Passes of the first probe
    #[arg(short = 'i', long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    pub start_iterations: u32,
    /// How often each probe is measured
    #[arg(short = 'r', long, value_name = "COUNT", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub probe_runs: u32,
    /// Hashes at once at most
    #[arg(long, value_name = "COUNT", default_value = "16")]
    pub max_concurrent: NonZeroUsize,
    /// Memory for all hashes together
    #[arg(long, value_name = "SIZE", default_value = "1GB", value_parser = size)]
    pub dedicated_memory: u64,
    /// How long a hash should take at least
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = span)]
    pub min_duration: Duration,
    /// How much longer it may take
    #[arg(long, value_name = "DURATION", default_value = "500ms", value_parser = span)]
    pub expected_deviation: Duration,
    /// What else a hash costs.
    #[command(flatten)]
    pub costs: Costs,
    /// Print the result only
    #[arg(short, long)]
    pub quiet: bool,
}

/// Fixed costs.
#[derive(Debug, Args)]
pub struct Fixed {
    /// Memory of one hash
    #[arg(short = 'm', long, value_name = "SIZE", default_value = "128MB", value_parser = size)]
    pub memory: u64,
    /// Passes over the memory
    #[arg(short = 'i', long, value_name = "COUNT", default_value_t = 1)]
    pub iterations: u32,
    /// What else a hash costs.
    #[command(flatten)]
    pub costs: Costs,
}

/// Passwords to hash.
#[derive(Debug, Args)]
pub struct Timed {
    /// Passwords
    #[arg(value_name = "PASSWORD", required = true)]
    pub passwords: Vec<String>,
    /// Hash all of them at once
    #[arg(long)]
    pub parallel: bool,
    /// The costs.
    #[command(flatten)]
    pub fixed: Fixed,
}

/// A rate.
#[derive(Debug, Args)]
pub struct LoadTest {
    /// Logins per minute
    #[arg(value_name = "REQUESTS_PER_MINUTE", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: u32,
    /// For how long
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = span)]
    pub duration: Duration,
    /// Memory for all hashes together
    #[arg(long, value_name = "SIZE", default_value = "1GB", value_parser = size)]
    pub dedicated_memory: u64,
    /// The costs.
    #[command(flatten)]
    pub fixed: Fixed,
}

const CALIBRATE_HELP: &str = "\
Run it on the machine that will serve, while nothing else is busy there. Every core hashes one password at a
time, so each may use its share of --memory.

Example:
  zelos hash calibrate --target 500ms --memory 2GB";

fn span(text: &str) -> Result<Duration, String> {
    parse_duration(text)
        .filter(|span| !span.is_zero())
        .ok_or_else(|| "write a duration as 250ms or 1s".to_owned())
}

fn size(text: &str) -> Result<u64, String> {
    parse_size(text).filter(|bytes| *bytes > 0).ok_or_else(|| "write a size as 64MB or 1GB".to_owned())
}
