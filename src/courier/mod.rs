//! Delivers what waits in the outbox: opens a letter, puts it into words, hands it to a channel, and tries
//! again later when that fails.
//!
//! Decides nothing about who gets a letter, and keeps no state of its own besides idle connections: what
//! must survive a crash is in the outbox, behind [`Queue`]. Start reading at [`Worker`].

mod extract;
mod sample;
mod template;

pub use extract::{Clues, clues};
pub use template::{
    Mail, Override, OverrideFile, Overrides, Part, RenderFailure, Rendered, TemplateProblem, TemplateWarning,
    Templates, read_overrides, template_data,
};
