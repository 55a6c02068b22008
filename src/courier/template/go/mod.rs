//! Converts templates that were written for Go to Handlebars, so those of an existing installation go on.
//!
//! A template is cut into tokens (`lex`), read into a tree (`parse`), converted (`convert`, with the
//! functions in `function` and the places of values in HTML in `html`) and written (`write`). What has no
//! counterpart is refused with its line and the way to write it. Start at [`convert_files`].

mod convert;
mod expression;
mod format;
mod function;
mod html;
mod lex;
mod parse;
mod pipeline;
mod set;
mod tree;
mod write;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use set::{Converted, GoFile, convert_files, is_go};
