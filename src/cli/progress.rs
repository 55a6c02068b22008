//! How far long work has come, for whoever watches a terminal; elsewhere nothing is shown.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often a bar moves while nothing is told.
const TICK: Duration = Duration::from_millis(200);

/// A bar on standard error.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar over so many things.
    pub fn over(count: usize, things: &'static str) -> Self {
        let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} {msg}, {eta} left");
        Self::styled(bar, style.ok(), things)
    }

    /// A sign of life for work of unknown length.
    pub fn of(doing: &'static str) -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg}, {pos} so far, {elapsed}");
        Self::styled(ProgressBar::no_length(), style.ok(), doing)
    }

    fn styled(bar: ProgressBar, style: Option<ProgressStyle>, words: &'static str) -> Self {
        if let Some(style) = style {
            bar.set_style(style);
        }
        bar.set_message(words);
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// So many more are done.
    pub fn advance(&self, count: usize) {
        self.0.inc(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.0.finish_and_clear();
    }
}
