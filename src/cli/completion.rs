//! `zelos completion`: what shells need to complete our commands.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, Out};

/// Prints the script of a shell.
pub fn completion(out: &Out, shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "zelos", &mut script);
    out.line(String::from_utf8_lossy(&script).trim_end());
}
