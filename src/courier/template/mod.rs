//! Wording: built-in templates and their overrides, compiled and checked once, rendered per letter.
//!
//! Nothing is read from disk or network while rendering. Start at [`Templates::compile`]; what templates
//! may refer to is in `variable`, what they may call in `helper`, and what is refused early in `lint`.

mod compile;
mod directory;
mod helper;
mod lint;
mod part;
mod render;
mod variable;

pub use compile::{Override, OverrideFile, Overrides, TemplateProblem, Templates};
pub use directory::{TemplateWarning, read_overrides};
pub use part::Part;
pub use render::{Mail, RenderFailure, Rendered};
pub use variable::template_data;
