//! All Go templates of one message: which of them are texts of their own, and which become partials.

use std::collections::BTreeSet;

use super::{
    convert::{Surroundings, convert},
    parse::parse,
    tree::{File, Node, Refusal},
    write::{Lines, write},
};
use crate::{
    courier::template::{Part, TemplateProblem},
    outbox::TemplateType,
};

/// A Go template of a message.
#[derive(Debug, Clone)]
pub struct GoFile {
    /// Its name without `.gotmpl`.
    pub stem: String,
    /// The file, key or URI, for error texts.
    pub source_name: String,
    /// The text.
    pub text: String,
}

/// What became of one: itself, or a template that it defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// Its name without `.hbs`.
    pub stem: String,
    /// Where it comes from.
    pub source_name: String,
    /// The text in Handlebars.
    pub text: String,
    /// For each line of the text the line that it comes from.
    pub lines: Vec<usize>,
}

/// A template with all that it defines.
struct Parsed<'a> {
    source: &'a GoFile,
    part: Part,
    /// Its name among the converted.
    name: String,
    file: File,
    /// The templates that it defines: their names in Go, and among the converted.
    defined: Vec<(String, String)>,
}

/// Converts all Go templates that belong to one message. Files that belong to none of its parts are left
/// out, as Go does not read them either.
///
/// # Errors
/// Everything that cannot be converted, with file, line and what to write instead.
pub fn convert_files(
    template: TemplateType,
    files: &[GoFile],
) -> Result<Vec<Converted>, Vec<TemplateProblem>> {
    let mut problems = Vec::new();
    let mut parsed = Vec::new();
    let mut taken = BTreeSet::new();
    for source in files {
        let Some(part) = part_of(&source.stem) else { continue };
        match parse(&source.text) {
            Ok(file) => {
                let name = own_name(&source.stem, part);
                let name = unused(&mut taken, name);
                let named = |taken: &mut BTreeSet<String>, define: &str| {
                    unused(taken, format!("{name}--{}", plain(define)))
                };
                let names = file.defines.iter().map(|(define, _)| define.clone());
                let defined = names.map(|define| (named(&mut taken, &define), define));
                let defined = defined.map(|(name, define)| (define, name)).collect();
                parsed.push(Parsed { source, part, name: name.clone(), file, defined });
            }
            Err(refusal) => problems.push(problem(source, refusal)),
        }
    }
    let mut converted = Vec::new();
    for one in &parsed {
        let partial = |name: &str| find(&parsed, one, name);
        let defines = one.defined.iter().zip(&one.file.defines).map(|((_, name), (_, body))| (name, body));
        for (name, body) in std::iter::once((&one.name, &one.file.body)).chain(defines) {
            let surroundings = Surroundings {
                is_main: *name == one.name && *name == one.part.file_stem(),
                in_html: one.part == Part::Html,
                identity_is_traits: template == TemplateType::RegistrationCodeValid && one.part == Part::Sms,
                partial: &partial,
            };
            match written(one, name, body, &surroundings) {
                Ok(done) => converted.push(done),
                Err(refusals) => {
                    problems.extend(refusals.into_iter().map(|refusal| problem(one.source, refusal)));
                }
            }
        }
    }
    if problems.is_empty() { Ok(converted) } else { Err(problems) }
}

fn written(
    one: &Parsed<'_>,
    name: &str,
    body: &[Node],
    surroundings: &Surroundings<'_>,
) -> Result<Converted, Vec<Refusal>> {
    let lines = if surroundings.in_html { Lines::Free } else { Lines::Kept };
    let written = write(convert(body, surroundings)?, lines);
    Ok(Converted {
        stem: name.to_owned(),
        source_name: one.source.source_name.clone(),
        text: written.text,
        lines: written.lines,
    })
}

fn problem(source: &GoFile, refusal: Refusal) -> TemplateProblem {
    TemplateProblem {
        source_name: source.source_name.clone(),
        line: Some(refusal.at.line),
        column: Some(refusal.at.column),
        text: refusal.text,
    }
}

/// The part whose files begin like this one.
fn part_of(stem: &str) -> Option<Part> {
    // The longer beginning first: `email.body.plaintext` also begins with `email.body`.
    [Part::Subject, Part::Text, Part::Html, Part::Sms]
        .into_iter()
        .find(|part| stem.starts_with(part.file_stem()))
}

/// What a file is called once it is converted. In Go only the main file of a part is looked for, so
/// `email.body.de` must not become the German text of that part: it is a partial.
fn own_name(stem: &str, part: Part) -> String {
    let rest = stem.strip_prefix(part.file_stem()).unwrap_or_default();
    if rest.is_empty() {
        stem.to_owned()
    } else {
        format!("{}--{}", part.file_stem(), plain(rest.trim_matches('.')))
    }
}

/// A name with what a partial may be called.
fn plain(name: &str) -> String {
    name.chars()
        .map(|char| if char.is_alphanumeric() || matches!(char, '_' | '-' | '.') { char } else { '-' })
        .collect()
}

fn unused(taken: &mut BTreeSet<String>, name: String) -> String {
    let mut free = name.clone();
    let mut n = 2_u32;
    while !taken.insert(free.clone()) {
        free = format!("{name}-{n}");
        n = n.saturating_add(1);
    }
    free
}

/// The template that a name means in a file: one that it defines itself, a file beside it, or one that a
/// file beside it defines.
fn find(parsed: &[Parsed<'_>], from: &Parsed<'_>, name: &str) -> Option<String> {
    let defined = |one: &Parsed<'_>| {
        one.defined.iter().rev().find(|(define, _)| define == name).map(|(_, converted)| converted.clone())
    };
    let stem = name.strip_suffix(".gotmpl").unwrap_or(name);
    let beside = || parsed.iter().filter(|one| one.source.stem.starts_with(from.part.file_stem()));
    defined(from)
        .or_else(|| beside().find(|one| one.source.stem == stem).map(|one| one.name.clone()))
        .or_else(|| beside().rev().find_map(defined))
}

/// Whether a text without a telling file name is a Go template: something in it means nothing in Handlebars
/// and something in Go, and nothing the other way round.
pub fn is_go(text: &str) -> bool {
    let mut says_go = false;
    for action in text.split("{{").skip(1) {
        if action.starts_with(['#', '/', '>', '!', '^', '~', '&', '{', '*', '@']) {
            if !action.starts_with("/*") {
                return false;
            }
            says_go = true;
            continue;
        }
        let inside = action.split("}}").next().unwrap_or_default();
        let trimmed = inside.strip_prefix('-').unwrap_or(inside).trim_start();
        let word = trimmed.split(|char: char| !char.is_alphanumeric()).next().unwrap_or_default();
        let is_keyword = matches!(word, "end" | "if" | "range" | "define" | "template" | "block");
        let is_field = trimmed
            .split([' ', '(', '|'])
            .filter_map(|word| word.strip_prefix(['.', '$']))
            .any(|field| field.starts_with(|char: char| char.is_alphabetic() || char == '_'));
        says_go |= inside.starts_with("- ") || is_keyword || is_field;
    }
    says_go
}
