//! Compiles all templates at once: each text by the order of 03 §8.2, each problem with its file and line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use handlebars::{Handlebars, Template, TemplateError, no_escape};

use super::{
    Converted, Part, helper,
    lint::{self, Includes},
    part::{self, LAYOUT},
    variable,
};
use crate::{courier::sample, outbox::TemplateType};

/// Bytes that one template may have.
pub(super) const SOURCE_LIMIT: usize = 256 * 1024;

/// A text that replaces one part of one template (`courier.templates.…`), loaded by the caller.
#[derive(Debug, Clone)]
pub struct Override {
    /// The template.
    pub template: TemplateType,
    /// Its part.
    pub part: Part,
    /// The configuration key or URI, for error texts.
    pub source_name: String,
    /// The text.
    pub text: String,
    /// For each line the line of the source that it comes from; nothing when the text is the source.
    pub lines: Vec<usize>,
}

/// A file of an override directory: a part, a part in some language, or a partial.
#[derive(Debug, Clone)]
pub struct OverrideFile {
    /// The template whose folder it is in.
    pub template: TemplateType,
    /// Its name without `.hbs`.
    pub stem: String,
    /// Its path, for error texts.
    pub source_name: String,
    /// The text.
    pub text: String,
    /// For each line the line of the source that it comes from; nothing when the text is the source.
    pub lines: Vec<usize>,
}

impl OverrideFile {
    /// A template that was written for Go.
    pub fn converted(template: TemplateType, from: Converted) -> Self {
        let Converted { stem, source_name, text, lines } = from;
        Self { template, stem, source_name, text, lines }
    }
}

/// Everything that an operator words differently.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Single texts; they win over files.
    pub sources: Vec<Override>,
    /// The files of the override directory; they win over built-in texts.
    pub files: Vec<OverrideFile>,
}

/// A reason why templates do not take effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    /// The file, key or URI.
    pub source_name: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The column, from 1, where it is known.
    pub column: Option<usize>,
    /// What is wrong and what would be right.
    pub text: String,
}

impl fmt::Display for TemplateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source_name)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.text)
    }
}

impl std::error::Error for TemplateProblem {}

/// All templates, compiled and tried on a sample.
#[derive(Debug)]
pub struct Templates(BTreeMap<TemplateType, Wording>);

/// The texts of one template. A text has its file stem for a name, so partials of two templates do not mix.
#[derive(Debug)]
pub(super) struct Wording {
    /// With HTML escaping.
    pub(super) html: Handlebars<'static>,
    /// Without.
    pub(super) plain: Handlebars<'static>,
    /// The texts that are parts in some language: part, normalised locale → name.
    pub(super) localised: BTreeMap<(Part, String), String>,
}

impl Templates {
    /// Compiles every template, inspects it and renders it with sample data.
    ///
    /// # Errors
    /// All problems of all templates.
    pub fn compile(overrides: &Overrides) -> Result<Self, Vec<TemplateProblem>> {
        let (mut wordings, mut problems) = (BTreeMap::new(), Vec::new());
        for template in TemplateType::ALL {
            match Wording::compile(template, overrides) {
                Ok(wording) => {
                    wordings.insert(template, wording);
                }
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(Self(wordings)) } else { Err(problems) }
    }

    pub(super) fn wording(&self, template: TemplateType) -> Option<&Wording> {
        self.0.get(&template)
    }
}

/// A text and where it comes from.
struct Piece<'a> {
    source_name: &'a str,
    text: &'a str,
    lines: &'a [usize],
}

impl Piece<'_> {
    fn problem(&self, line: Option<usize>, text: String) -> TemplateProblem {
        let source = |line: usize| self.lines.get(line.saturating_sub(1)).copied().unwrap_or(line);
        let source_name = self.source_name.to_owned();
        TemplateProblem { source_name, line: line.map(source), column: None, text }
    }
}

/// Texts under their names.
type Pieces<'a> = BTreeMap<&'a str, Piece<'a>>;

impl Wording {
    fn compile(template: TemplateType, overrides: &Overrides) -> Result<Self, Vec<TemplateProblem>> {
        let pieces = gather(template, overrides);
        let compiled = parse(&pieces)?;
        let problems = inspect(template, &pieces, &compiled);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut wording =
            Self { html: Handlebars::new(), plain: Handlebars::new(), localised: BTreeMap::new() };
        wording.html.register_escape_fn(escape_html);
        wording.plain.register_escape_fn(no_escape);
        for registry in [&mut wording.html, &mut wording.plain] {
            helper::register(registry);
            for (name, compiled) in &compiled {
                registry.register_template(name, compiled.clone());
            }
        }
        for name in pieces.keys() {
            if let Some((part, Some(locale))) = Part::of_stem(name) {
                wording.localised.insert((part, normalised(locale)), (*name).to_owned());
            }
        }
        wording.try_on(template, &pieces)?;
        Ok(wording)
    }

    /// Renders each part with a sample, so a helper that is called wrongly shows at start.
    fn try_on(&self, template: TemplateType, pieces: &Pieces<'_>) -> Result<(), Vec<TemplateProblem>> {
        let variables = variable::variables(&sample::letter(template));
        let mut problems = Vec::new();
        for (name, piece) in pieces {
            let Some((part, _)) = Part::of_stem(name) else { continue };
            if let Err(error) = self.render(part, name, &variables) {
                // The line is one of the text that failed, which may be a partial of this one.
                let failed = error.name().and_then(|failed| pieces.get(failed)).unwrap_or(piece);
                problems.push(failed.problem(error.line(), error.to_string()));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// The texts of a template: built-in, then files over them, then single sources over both. A source takes
/// the place of its part in every language.
fn gather(template: TemplateType, overrides: &Overrides) -> Pieces<'_> {
    let built_in = |(source_name, text)| Piece { source_name, text, lines: &[] };
    let mut pieces = Pieces::from([(LAYOUT.0, built_in(("templates/layout.html.hbs", LAYOUT.1)))]);
    for part in Part::ALL {
        pieces.extend(part::built_in(template, part).map(|own| (part.file_stem(), built_in(own))));
    }
    for file in overrides.files.iter().filter(|file| file.template == template) {
        let OverrideFile { stem, source_name, text, lines, .. } = file;
        pieces.insert(stem, Piece { source_name, text, lines });
    }
    for source in overrides.sources.iter().filter(|source| source.template == template) {
        pieces.retain(|name, _| Part::of_stem(name).is_none_or(|(part, _)| part != source.part));
        let Override { part, source_name, text, lines, .. } = source;
        pieces.insert(part.file_stem(), Piece { source_name, text, lines });
    }
    pieces
}

fn parse<'a>(pieces: &Pieces<'a>) -> Result<BTreeMap<&'a str, Template>, Vec<TemplateProblem>> {
    let (mut compiled, mut problems) = (BTreeMap::new(), Vec::new());
    for (name, piece) in pieces {
        if piece.text.len() > SOURCE_LIMIT {
            let text = format!("is larger than {SOURCE_LIMIT} bytes: shorten it or split it");
            problems.push(piece.problem(None, text));
            continue;
        }
        match Template::compile_with_name(piece.text, (*name).to_owned()) {
            Ok(template) => {
                compiled.insert(*name, template);
            }
            Err(error) => problems.push(piece.problem(error.pos().map(|at| at.0), syntax(&error))),
        }
    }
    if problems.is_empty() { Ok(compiled) } else { Err(problems) }
}

/// The reason of a syntax error without the picture that the library draws.
fn syntax(error: &TemplateError) -> String {
    let reason = error.reason().to_string();
    let reason = reason.lines().next().unwrap_or_default().trim();
    format!("this is not Handlebars: {reason}")
}

fn inspect(
    template: TemplateType,
    pieces: &Pieces<'_>,
    compiled: &BTreeMap<&str, Template>,
) -> Vec<TemplateProblem> {
    let mut includes = Includes::default();
    for (name, compiled) in compiled {
        includes.note(name, compiled);
    }
    includes.settle();
    let variables: BTreeSet<&str> = variable::known(template).collect();
    let names: BTreeSet<&str> = compiled.keys().copied().collect();
    let mut problems = Vec::new();
    for (name, piece) in pieces {
        let Some(compiled) = compiled.get(name) else { continue };
        // A partial that nobody includes is rendered by nobody.
        if Part::of_stem(name).is_none() && !includes.uses(name) {
            continue;
        }
        if !includes.is_shallow(name) {
            let text = "partials include each other in a circle, or more than 16 deep".to_owned();
            problems.push(piece.problem(None, text));
        }
        let findings = lint::inspect(name, compiled, &variables, &names, &includes);
        problems.extend(findings.into_iter().map(|finding| piece.problem(finding.line, finding.text)));
    }
    problems
}

/// Locales are compared in lower case with hyphens.
pub(super) fn normalised(locale: &str) -> String {
    locale.to_ascii_lowercase().replace('_', "-")
}

/// Escapes for HTML text and quoted attributes. The stock function also turns `=` and backticks into
/// entities, which breaks links in clients that show the source of a mail.
pub(super) fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
