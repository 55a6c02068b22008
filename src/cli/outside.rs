//! What every command that compiles a configuration needs of the world outside.

use std::{num::NonZeroUsize, thread};

use super::CliError;
use crate::{
    config::Config,
    jsonnet::{Jsonnet, JsonnetConfig, Launch},
    net::Trust,
    runtime::Outside,
};

/// The trusted certificates, an HTTP client under the rules of `clients`, and Jsonnet workers.
///
/// # Errors
/// Whatever stands in the way, in words for the operator.
pub fn outside(config: &Config) -> Result<Outside, CliError> {
    let trust =
        Trust::system().map_err(|error| CliError::because("read the trusted certificates", &error))?;
    let workers = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let launch = Launch::of_this_program().map_err(|error| CliError::because("find this program", &error))?;
    let jsonnet = Jsonnet::start(JsonnetConfig { workers, launch })
        .map_err(|error| CliError::because("start the Jsonnet threads", &error))?;
    Outside::new(trust, config, jsonnet).map_err(|error| CliError::because("make an HTTP client", &error))
}
