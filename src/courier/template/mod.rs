//! Wording: built-in templates and their overrides, compiled and checked once, rendered per letter.
//!
//! Nothing is read from disk or network while rendering. Start at [`Templates::compile`]; what templates
//! may refer to is in `variable`, what they may call in `helper`, and what is refused early in `lint`.

mod compile;
mod directory;
mod go;
mod helper;
mod lint;
mod part;
mod render;
mod value;
mod variable;

pub use compile::{Override, OverrideFile, Overrides, TemplateProblem, Templates};
pub use directory::{TemplateWarning, read_go, read_overrides};
pub use go::{Converted, GoFile, convert_files, is_go};
pub use part::Part;
pub use render::{Mail, RenderFailure, Rendered};
pub use variable::template_data;
