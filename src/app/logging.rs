//! Where log lines go and what they look like (03 §11.5).

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::config::{LogLevel, LogSettings};

/// Starts logging. A second call changes nothing.
pub fn start(settings: &LogSettings) {
    let level = match settings.level {
        LogLevel::Trace => "trace",
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    };
    // Libraries talk about themselves; what they say is for those who look for it.
    let filter = EnvFilter::new(format!("warn,zelos={level}"));
    let registry = tracing_subscriber::registry().with(filter);
    let started = if settings.json {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(io::stderr)).try_init()
    } else {
        let lines = fmt::layer().with_writer(io::stderr);
        // Colours are for people at a terminal (`NO_COLOR` turns them off there, too); a file gets plain text.
        let lines = if io::stderr().is_terminal() { lines } else { lines.with_ansi(false) };
        registry.with(lines).try_init()
    };
    started.ok();
}
