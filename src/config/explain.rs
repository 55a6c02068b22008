//! One key, explained: what it means, what it is, where that comes from, and what its change does.

use super::{
    LoadRequest, Place, Variable,
    about::about,
    check::{default, distance},
    dump::redacted,
    impact::{Concern, TakesEffect, rules_of},
    load::tree_of,
    source::{Target, key_of_variable, variable_of},
    table::{Kind, Spec, Standing, TABLE},
    value::{KeyOrder, Node},
};

/// What was asked about.
#[derive(Debug)]
pub enum Explained {
    /// One key.
    Key(Box<KeyFacts>),
    /// The beginning of several keys: each with what it means.
    Section {
        /// The beginning.
        path: String,
        /// The keys below it, with `*` for elements and names of one's own.
        keys: Vec<(String, &'static str)>,
    },
}

/// What is known about one key.
#[derive(Debug)]
pub struct KeyFacts {
    /// Its dotted path, elements of lists by number.
    pub path: String,
    /// What it means.
    pub about: Option<&'static str>,
    /// What a value has to be.
    pub kind: String,
    /// Whether it does something, when it does not or should be written otherwise.
    pub standing: Option<String>,
    /// Its default, as JSON.
    pub default: Option<String>,
    /// The value in effect, as JSON, secrets left out; `None` when there is none.
    pub value: Option<String>,
    /// Where that comes from.
    pub place: Option<Place>,
    /// The variable that sets it.
    pub variable: Option<Variable>,
    /// When a change takes effect.
    pub effect: TakesEffect,
    /// What changes do: which change, what it does, why.
    pub effects: Vec<(String, Concern, &'static str)>,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

/// There is no such key.
#[derive(Debug)]
pub struct UnknownKey {
    /// Keys that may have been meant, the nearest first.
    pub nearest: Vec<String>,
}

/// Explains a key: by its dotted path, with `.0` or `[0]` for elements of lists, or by the name of its variable.
///
/// # Errors
/// There is no such key.
pub fn explain(request: &LoadRequest, asked: &str) -> Result<Explained, UnknownKey> {
    let path = path_of(asked);
    let Some((spec, meaning)) = lookup(&path) else {
        return Err(UnknownKey { nearest: nearest(&path) });
    };
    if spec.is_section() {
        return Ok(Explained::Section { keys: below(spec, &path), path });
    }
    let (tree, report) = tree_of(request);
    let pattern = pattern(&path);
    let found = find(&tree, &path);
    let problems = report.into_inner().problems;
    Ok(Explained::Key(Box::new(KeyFacts {
        about: meaning,
        kind: kind(spec),
        standing: standing(spec.row.standing),
        default: default(spec).map(|node| json(&node)),
        value: found.map(|node| json(&redacted(Some(spec), node))),
        place: found.map(|node| node.at.clone()),
        variable: variable_of(&path),
        effect: TakesEffect::of(spec, &pattern),
        effects: rules_of(around(&pattern))
            .map(|rule| (rule.when.title(), rule.concern, rule.because))
            .collect(),
        problems: problems.iter().filter(|one| one.key == path).map(ToString::to_string).collect(),
        path,
    })))
}

fn path_of(asked: &str) -> String {
    let path = asked.trim().replace('[', ".").replace(']', "");
    let path = path.trim_matches('.').to_owned();
    let is_variable = !path.contains('.') && path.chars().any(|c| c.is_ascii_uppercase());
    let target = is_variable.then(|| key_of_variable(&path)).flatten();
    target.as_ref().map_or(path, Target::path)
}

/// What is known about a path, and what it means; an element of a list is what the list says.
fn lookup(path: &str) -> Option<(&'static Spec, Option<&'static str>)> {
    let pattern = pattern(path);
    let spec = TABLE.find(path)?;
    Some((spec, about(&pattern).or_else(|| about(around(&pattern)))))
}

/// The list or map of an element.
fn around(pattern: &str) -> &str {
    pattern.strip_suffix(".*").unwrap_or(pattern)
}

/// The path with `*` for elements of lists and names of one's own.
fn pattern(path: &str) -> String {
    let mut at: Option<&Spec> = Some(&TABLE);
    let segments = path.split('.').map(|segment| {
        let Some(spec) = at else { return segment };
        let field = spec.field(segment);
        at = field.or(spec.each.as_deref());
        if field.is_none() && at.is_some() { "*" } else { segment }
    });
    segments.collect::<Vec<_>>().join(".")
}

fn below(spec: &Spec, path: &str) -> Vec<(String, &'static str)> {
    let pattern = pattern(path);
    let joined = |below: String| (format!("{path}.{below}"), about(&format!("{pattern}.{below}")));
    let known = spec.paths().into_iter().map(joined);
    known.filter_map(|(path, about)| Some((path, about?))).collect()
}

fn find<'a>(tree: &'a Node, path: &str) -> Option<&'a Node> {
    path.split('.').try_fold(tree, |node, segment| match segment.parse::<usize>() {
        Ok(number) if !node.items().is_empty() => node.items().get(number),
        _ => node.get(segment),
    })
}

fn json(node: &Node) -> String {
    node.to_json(KeyOrder::Written).to_string()
}

fn standing(standing: Standing) -> Option<String> {
    match standing {
        Standing::Acts => None,
        Standing::Later => Some("It is accepted, and does nothing in this version yet".to_owned()),
        Standing::Deprecated(instead) => Some(format!("It is outdated: write {instead} instead")),
        Standing::Inert(why) => Some(format!("It has no effect: {why}")),
        Standing::Vendor => Some("It has no effect: it belongs to the vendor's hosted product".to_owned()),
    }
}

/// What a value has to be, in words.
fn kind(spec: &Spec) -> String {
    let own = match spec.row.kind {
        Kind::Section | Kind::OpenSection | Kind::Group(_) => "a map of keys",
        Kind::Map => "a map with names of your own",
        Kind::List { min: 0, unique: false } => "a list",
        Kind::List { min: 0, .. } => "a list of different values",
        Kind::List { .. } => "a list that is not empty",
        Kind::Hooks => "a list of hooks",
        Kind::Bool | Kind::BoolOrText => "true or false",
        Kind::Whole { min, max: i64::MAX } => return format!("a whole number of at least {min}"),
        Kind::Whole { min, max } => return format!("a whole number from {min} to {max}"),
        Kind::Ratio => "a number from 0 to 1",
        Kind::Text => "text",
        Kind::Name => "text that is not empty",
        Kind::OneOf(allowed) => return format!("one of {}", allowed.join(", ")),
        Kind::Duration => "a duration such as 1h30m",
        Kind::SimpleDuration => "a duration of one number and one unit, such as 90s",
        Kind::LongDuration => "a duration above zero, such as 1h30m",
        Kind::Size => "a size such as 64MB",
        Kind::Version => "a version such as v1.2.3",
        Kind::Uri => "an absolute URI",
        Kind::Page => "an absolute URI, or an absolute path on the public URL",
        Kind::Source => "a source: file://, http://, https:// or base64://",
        Kind::SchemaSource => "a source: file://, http://, https://, base64:// or preset://",
        Kind::Mail => "an e-mail address",
        Kind::SmtpUri => "a URL with smtp:// or smtps://",
        Kind::HttpUrl => "a URL with http:// or https://",
        Kind::Secret { min, max: usize::MAX } => return format!("a secret of at least {min} characters"),
        Kind::Secret { min, .. } => return format!("a secret of exactly {min} characters"),
        Kind::Network => "an address or a network such as 10.0.0.0/8",
        Kind::Any => "anything",
    };
    own.to_owned()
}

/// How many keys are offered in place of one that does not exist.
const OFFERED: usize = 5;

/// Keys whose path or whose last name is like the one that was asked for.
fn nearest(asked: &str) -> Vec<String> {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let wanted = last(asked);
    let rank = |path: &String| {
        let name = last(path);
        let whole = distance(asked, path);
        let short = distance(&wanted, &name);
        let named = path.split('.').any(|segment| segment == wanted);
        if named { whole.min(1) } else { whole.min(short.saturating_add(1)) }
    };
    let close = wanted.chars().count() / 3 + 2;
    let mut ranked: Vec<(usize, String)> = TABLE
        .paths()
        .into_iter()
        .map(|path| (rank(&path), path))
        .filter(|(rank, _)| *rank <= close)
        .collect();
    ranked.sort();
    let best = ranked.first().map(|(rank, _)| *rank);
    ranked.into_iter().filter(|(rank, _)| Some(*rank) == best).map(|(_, path)| path).take(OFFERED).collect()
}
