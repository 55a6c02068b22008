//! The `zelos` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The one provider of cryptography in the process; only a second call could fail.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    zelos::app::run()
}
