//! What is refused in a template before anyone is mailed: unknown variables, helpers and partials, and
//! constructs whose cost or meaning cannot be told in advance.

use std::collections::{BTreeMap, BTreeSet};

use handlebars::template::{DecoratorTemplate, HelperTemplate, Parameter, Template, TemplateElement};

use super::helper;

/// Partials may include partials this deep.
const DEEPEST: usize = 16;
const PARTIAL_BLOCK: &str = "@partial-block";

/// Something wrong in a line of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) line: Option<usize>,
    pub(super) text: String,
}

/// How the texts of one template include each other.
#[derive(Default)]
pub(super) struct Includes {
    /// Who includes whom, by name.
    edges: BTreeMap<String, BTreeSet<String>>,
    /// Names that includes set for a partial (`{{> footer color="red"}}`).
    given: BTreeMap<String, BTreeSet<String>>,
    /// Partials that are included with a context of their own: `{{> person Identity}}`, or within `each`.
    moved: BTreeSet<String>,
}

impl Includes {
    /// Notes what `name` includes. To be called for every text before any is [inspected](inspect).
    pub(super) fn note(&mut self, name: &str, template: &Template) {
        self.note_within(name, template, Scope::Top);
    }

    /// A partial of a partial with a context of its own has it, too. To be called once, after all notes.
    pub(super) fn settle(&mut self) {
        let mut more: Vec<String> = self.moved.iter().cloned().collect();
        while let Some(name) = more.pop() {
            for target in self.edges.get(&name).into_iter().flatten() {
                if self.moved.insert(target.clone()) {
                    more.push(target.clone());
                }
            }
        }
    }

    fn note_within(&mut self, name: &str, template: &Template, scope: Scope) {
        for element in &template.elements {
            match element {
                TemplateElement::PartialExpression(partial) | TemplateElement::PartialBlock(partial) => {
                    self.note_partial(name, partial, scope);
                }
                TemplateElement::HelperBlock(block) => {
                    let inside = Scope::inside(block, scope);
                    for (inner, scope) in [(&block.template, inside), (&block.inverse, scope)] {
                        if let Some(inner) = inner {
                            self.note_within(name, inner, scope);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn note_partial(&mut self, name: &str, partial: &DecoratorTemplate, scope: Scope) {
        if let Some(target) = partial.name.as_name().filter(|target| *target != PARTIAL_BLOCK) {
            self.edges.entry(name.to_owned()).or_default().insert(target.to_owned());
            self.given.entry(target.to_owned()).or_default().extend(partial.hash.keys().cloned());
            if !partial.params.is_empty() || scope == Scope::Inner {
                self.moved.insert(target.to_owned());
            }
        }
        if let Some(inner) = &partial.template {
            self.note_within(name, inner, scope);
        }
    }

    /// Whether anything includes `name`.
    pub(super) fn uses(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// Whether following includes from `name` ends before it gets too deep. A circle never does.
    pub(super) fn is_shallow(&self, name: &str) -> bool {
        let mut level = BTreeSet::from([name]);
        for _ in 0..DEEPEST {
            level = level
                .iter()
                .filter_map(|name| self.edges.get(*name))
                .flat_map(|targets| targets.iter().map(String::as_str))
                .collect();
            if level.is_empty() {
                return true;
            }
        }
        false
    }
}

/// Inspects one text. `variables` are its known top-level ones; `names` are all texts that it may include.
pub(super) fn inspect(
    name: &str,
    template: &Template,
    variables: &BTreeSet<&str>,
    names: &BTreeSet<&str>,
    includes: &Includes,
) -> Vec<Finding> {
    let given = includes.given.get(name);
    let mut inspection = Inspection { variables, names, given, findings: Vec::new() };
    let scope = if includes.moved.contains(name) { Scope::Inner } else { Scope::Top };
    inspection.template(template, scope);
    inspection.findings
}

struct Inspection<'a> {
    variables: &'a BTreeSet<&'a str>,
    names: &'a BTreeSet<&'a str>,
    given: Option<&'a BTreeSet<String>>,
    findings: Vec<Finding>,
}

/// What a plain name refers to at a place in a template.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The variables of the letter.
    Top,
    /// Something inside of one of them, by `each` or `with`; its names depend on the data.
    Inner,
}

impl Scope {
    /// What names refer to inside of a block.
    fn inside(block: &HelperTemplate, around: Self) -> Self {
        if matches!(block.name.as_name(), Some("each" | "with")) { Self::Inner } else { around }
    }
}

impl Inspection<'_> {
    fn find(&mut self, line: Option<usize>, text: String) {
        self.findings.push(Finding { line, text });
    }

    fn template(&mut self, template: &Template, scope: Scope) {
        for (n, element) in template.elements.iter().enumerate() {
            let line = template.mapping.get(n).map(|at| at.0);
            match element {
                TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
                TemplateElement::Expression(call) | TemplateElement::HtmlExpression(call) => {
                    self.expression(call, scope, line);
                }
                TemplateElement::HelperBlock(block) => self.block(block, scope, line),
                TemplateElement::PartialExpression(partial) | TemplateElement::PartialBlock(partial) => {
                    self.partial(partial, scope, line);
                }
                // SECURITY: an inline partial may include itself, which would exhaust the stack and end the
                // process (`circles_and_inline_partials_are_refused`).
                _ => self.find(
                    line,
                    "decorators and inline partials are not supported: use a partial file".into(),
                ),
            }
        }
    }

    fn expression(&mut self, call: &HelperTemplate, scope: Scope, line: Option<usize>) {
        let is_plain = call.params.is_empty() && call.hash.is_empty();
        match call.name.as_name() {
            Some(name) if is_plain && !helper::NAMES.contains(&name) => self.path(name, scope, line),
            Some(name) => {
                self.helper(name, line);
                self.parameters(call, scope, line);
            }
            None => {
                self.parameter(&call.name, scope, line);
                self.parameters(call, scope, line);
            }
        }
    }

    fn block(&mut self, block: &HelperTemplate, scope: Scope, line: Option<usize>) {
        let name = block.name.as_name().unwrap_or_default();
        self.helper(name, line);
        self.parameters(block, scope, line);
        let inside = Scope::inside(block, scope);
        if let Some(template) = &block.template {
            self.template(template, inside);
        }
        if let Some(inverse) = &block.inverse {
            self.template(inverse, scope);
        }
    }

    fn partial(&mut self, partial: &DecoratorTemplate, scope: Scope, line: Option<usize>) {
        match partial.name.as_name() {
            Some(PARTIAL_BLOCK) => {}
            Some(name) if self.names.contains(name) => {}
            Some(name) => {
                let known: Vec<_> = self.names.iter().copied().collect();
                let text =
                    format!("there is no partial “{name}” beside this file; there are {}", known.join(", "));
                self.find(line, text);
            }
            None => {
                self.find(line, "the name of a partial must stand there as it is: choose with `#if`".into())
            }
        }
        for parameter in partial.params.iter().chain(partial.hash.values()) {
            self.parameter(parameter, scope, line);
        }
        if let Some(inner) = &partial.template {
            self.template(inner, scope);
        }
    }

    fn parameters(&mut self, call: &HelperTemplate, scope: Scope, line: Option<usize>) {
        for parameter in call.params.iter().chain(call.hash.values()) {
            self.parameter(parameter, scope, line);
        }
    }

    fn parameter(&mut self, parameter: &Parameter, scope: Scope, line: Option<usize>) {
        match parameter {
            Parameter::Literal(_) => {}
            Parameter::Subexpression(inner) => match inner.as_element() {
                TemplateElement::Expression(call) => self.expression(call, scope, line),
                _ => self.find(line, "this expression is not supported".into()),
            },
            other => self.path(other.as_name().unwrap_or_default(), scope, line),
        }
    }

    fn helper(&mut self, name: &str, line: Option<usize>) {
        if !helper::NAMES.contains(&name) {
            let known = helper::NAMES.join(" ");
            self.find(line, format!("there is no helper “{name}”; there are {known}"));
        }
    }

    fn path(&mut self, raw: &str, scope: Scope, line: Option<usize>) {
        let (path, scope) = match raw.strip_prefix("@root") {
            Some(rest) => (rest.trim_start_matches(['.', '/']), Scope::Top),
            None => {
                (["./", "this.", "this/"].iter().find_map(|own| raw.strip_prefix(own)).unwrap_or(raw), scope)
            }
        };
        let first = path.trim_start_matches('[').split(['.', '/', '[', ']']).next().unwrap_or_default();
        let is_free = scope == Scope::Inner || path.starts_with(['@', '.']) || matches!(first, "" | "this");
        let is_given = self.given.is_some_and(|given| given.contains(first));
        if !is_free && !is_given && !self.variables.contains(first) {
            let known: Vec<_> = self.variables.iter().copied().collect();
            self.find(line, format!("there is no variable “{first}” here; there are {}", known.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str, partials: &[(&str, &str)]) -> Vec<(usize, String)> {
        let main = Template::compile(text).unwrap();
        let mut includes = Includes::default();
        includes.note("main", &main);
        for (name, text) in partials {
            includes.note(name, &Template::compile(text).unwrap());
        }
        includes.settle();
        let names = partials.iter().map(|(name, _)| *name).collect();
        let variables = BTreeSet::from(["To", "Identity"]);
        let mut all = inspect("main", &main, &variables, &names, &includes);
        for (name, text) in partials {
            all.extend(inspect(name, &Template::compile(text).unwrap(), &variables, &names, &includes));
        }
        all.into_iter().map(|finding| (finding.line.unwrap(), finding.text)).collect()
    }

    #[test]
    fn accepts_what_is_known() {
        for text in [
            "{{To}} {{{To}}} {{Identity.traits.x}} {{this.To}} {{@root.To}} {{[To]}}",
            "{{#if (eq To 'x')}}{{upper To}}{{else if Identity.a}}b{{else}}{{/if}}",
            "{{#each Identity.list}}{{name}}{{@index}}{{../To}}{{this}}{{/each}}",
            "{{#with Identity.traits as |traits|}}{{traits.email}}{{/with}}",
            "{{! a comment }}{{!-- another --}}plain",
        ] {
            assert_eq!(findings(text, &[]), [], "{text}");
        }
        let partials =
            [("footer", "{{color}} {{To}}"), ("person", "{{name}}{{> first}}"), ("first", "{{n}}")];
        assert_eq!(findings("{{> footer color='red'}}{{> person Identity}}", &partials), []);
        assert_eq!(
            findings("{{> footer color='red'}}{{#each Identity.x}}{{> person}}{{/each}}", &partials),
            []
        );
    }

    #[test]
    fn names_what_is_unknown_with_its_line() {
        for (text, line, part) in [
            ("a\n{{Too}}", 2, "variable “Too”"),
            ("{{#if\n Code}}{{/if}}", 1, "variable “Code”"),
            ("{{upper Name}}", 1, "variable “Name”"),
            ("{{#if (eq To Name)}}{{/if}}", 1, "variable “Name”"),
            ("{{#each Identity.x}}\n{{@root.Nope}}{{/each}}", 2, "variable “Nope”"),
            ("{{shout To}}", 1, "helper “shout”"),
            ("{{#log To}}{{/log}}", 1, "helper “log”"),
            ("\n\n{{> nowhere}}", 3, "partial “nowhere”"),
            ("{{> (lookup Identity 'x')}}", 1, "must stand there"),
        ] {
            let found = findings(text, &[]);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].0, line, "{text}");
            assert!(found[0].1.contains(part), "{text}: {found:?}");
        }
    }

    #[test]
    fn circles_and_inline_partials_are_refused() {
        assert_eq!(findings("{{#*inline 'x'}}{{> x}}{{/inline}}", &[]).len(), 1);
        let mut includes = Includes::default();
        includes.note("a", &Template::compile("{{#if To}}{{> b}}{{/if}}").unwrap());
        includes.note("b", &Template::compile("{{> c}}").unwrap());
        assert!(includes.is_shallow("a"));
        includes.note("c", &Template::compile("{{#> a}}{{/a}}").unwrap());
        assert!(!includes.is_shallow("a"));
    }
}
