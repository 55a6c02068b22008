//! Puts one letter into words, within limits of size and time.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use handlebars::{Context, RenderError, RenderErrorReason};
use serde_json::Value;

use super::{
    Part, Templates,
    compile::{Wording, normalised},
    variable,
};
use crate::{
    identity::Channel,
    outbox::{Letter, TemplateType},
};

/// Bytes that one rendered text may have.
const OUTPUT_LIMIT: usize = 1024 * 1024;
/// Time that rendering one text may take.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// A letter in words.
#[derive(Clone, PartialEq, Eq)]
pub enum Rendered {
    /// A mail.
    Mail(Mail),
    /// A text message.
    Sms(String),
}

/// A mail in words. Never logged: subject and texts hold codes.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML; `None` when it could not be rendered, which leaves a mail of plain text.
    pub html: Option<String>,
}

impl Rendered {
    /// The subject, which text messages do not have.
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::Mail(mail) => Some(&mail.subject),
            Self::Sms(_) => None,
        }
    }

    /// The plain text.
    pub fn text(&self) -> &str {
        match self {
            Self::Mail(mail) => &mail.text,
            Self::Sms(text) => text,
        }
    }

    /// The HTML, where there is some.
    pub fn html(&self) -> Option<&str> {
        match self {
            Self::Mail(mail) => mail.html.as_deref(),
            Self::Sms(_) => None,
        }
    }
}

/// Why a letter could not be put into words. The text holds nothing of the letter.
#[derive(Debug, thiserror::Error)]
pub enum RenderFailure {
    /// There is no such text.
    #[error("the template {} has no {} text", .0.wire_name(), .1.file_stem())]
    NoPart(TemplateType, Part),
    /// The text became too long or took too long.
    #[error("the template `{name}` made more than {OUTPUT_LIMIT} bytes or took longer than {TIME_LIMIT:?}")]
    Limit {
        /// The name of the text.
        name: String,
    },
    /// A helper was called wrongly.
    #[error("the template `{name}` cannot be rendered: {reason}")]
    Template {
        /// The name of the text.
        name: String,
        /// The line.
        line: Option<usize>,
        /// What is wrong.
        reason: String,
    },
}

impl RenderFailure {
    /// The text that failed.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Template { name, .. } | Self::Limit { name } => Some(name),
            Self::NoPart(..) => None,
        }
    }

    pub(super) fn line(&self) -> Option<usize> {
        match self {
            Self::Template { line, .. } => *line,
            Self::NoPart(..) | Self::Limit { .. } => None,
        }
    }
}

impl Templates {
    /// Words a letter for its channel, in the best language that there are texts for.
    ///
    /// # Errors
    /// Subject or text could not be rendered. HTML that could not is left out and logged.
    pub fn render(&self, letter: &Letter) -> Result<Rendered, RenderFailure> {
        let template = letter.content.template();
        let missing = || RenderFailure::NoPart(template, Part::Text);
        let wording = self.wording(template).ok_or_else(missing)?;
        let (variables, locales) = (variable::variables(letter), variable::locales(letter));
        let part = |part: Part| {
            let name = wording.name_of(template, part, &locales)?;
            wording.render(part, name, &variables)
        };
        match letter.channel {
            Channel::Sms => Ok(Rendered::Sms(part(Part::Sms)?.trim().to_owned())),
            Channel::Email => Ok(Rendered::Mail(Mail {
                subject: one_line(&part(Part::Subject)?),
                text: format!("{}\n", part(Part::Text)?.trim()),
                html: part(Part::Html)
                    .inspect_err(|failure| {
                        tracing::warn!(
                            template = template.wire_name(),
                            error = %failure,
                            "the HTML part of a mail could not be rendered, so it goes out as plain text"
                        );
                    })
                    .ok(),
            })),
        }
    }
}

impl Wording {
    /// The name of the text for a part in the first locale that has one, else without locale.
    fn name_of(&self, template: TemplateType, part: Part, locales: &[String]) -> Result<&str, RenderFailure> {
        let localised = locales.iter().find_map(|locale| self.localised.get(&(part, normalised(locale))));
        let name = localised.map_or(part.file_stem(), String::as_str);
        if self.plain.has_template(name) { Ok(name) } else { Err(RenderFailure::NoPart(template, part)) }
    }

    pub(super) fn render(&self, part: Part, name: &str, variables: &Value) -> Result<String, RenderFailure> {
        let registry = if part == Part::Html { &self.html } else { &self.plain };
        let context = Context::from(variables.clone());
        let mut out = Bounded { bytes: Vec::new(), ends: Instant::now() + TIME_LIMIT };
        registry
            .render_with_context_to_write(name, &context, &mut out)
            .map_err(|error| failure(name, &error))?;
        // The library writes whole strings, so the bytes are text.
        Ok(String::from_utf8_lossy(&out.bytes).into_owned())
    }
}

fn failure(name: &str, error: &RenderError) -> RenderFailure {
    let name = error.template_name.clone().unwrap_or_else(|| name.to_owned());
    match error.reason() {
        RenderErrorReason::IOError(_) => RenderFailure::Limit { name },
        reason => RenderFailure::Template { name, line: error.line_no, reason: reason.to_string() },
    }
}

/// SECURITY: a line break in a subject would begin another header (`subjects_are_one_line`). Control
/// characters become one space.
fn one_line(text: &str) -> String {
    text.split(char::is_control)
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A buffer that takes only so much, only so long.
struct Bounded {
    bytes: Vec<u8>,
    ends: Instant,
}

impl Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(more.len()) > OUTPUT_LIMIT || Instant::now() > self.ends {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
