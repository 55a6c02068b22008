//! Traits on a form: their fields, what was typed into them, and the steps between the two screens.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{FormCx, csrf};
use crate::{
    flow::{AnyFlow, Note, RegistrationState, Submission},
    identity::CheckedTraits,
    schema::Schema,
    text,
    ui::{Group, InputKind, Node, input},
};

/// A step between the two screens of a registration (01 §12.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The traits are filled in.
    Forward,
    /// Back to the traits.
    Back,
}

/// The step that a submission asks for; `None` when it is about something else.
pub fn step(body: &Submission) -> Option<Result<Step, Vec<Note>>> {
    let screen = body.text("screen");
    match (body.text("method").as_deref(), screen.as_deref()) {
        (_, Some("previous")) | (Some("profile:back"), _) => Some(Ok(Step::Back)),
        (_, Some("credential-selection")) | (Some("profile"), None) => Some(Ok(Step::Forward)),
        (_, Some(other)) => {
            let reason = format!("The screen {other:?} is not known; use previous or credential-selection.");
            Some(Err(vec![Note::field("screen", text::validation::generic(&reason))]))
        }
        (_, None) => None,
    }
}

/// The traits that were typed, with the types of the schema where they fit.
pub fn traits(schema: &Schema, body: &Submission) -> Map<String, Value> {
    let mut traits = schema.traits_from_form(body.form_pairs());
    if let Some(object) = body.json_object() {
        traits = schema.traits_from_json(object);
    }
    traits
}

/// Checks traits against the schema.
///
/// # Errors
/// A message for each field that does not do.
pub fn check(schema: &Schema, traits: &Map<String, Value>) -> Result<CheckedTraits, Vec<Note>> {
    match schema.validate(traits) {
        Ok(checked) => Ok(CheckedTraits::from_schema(schema, checked)),
        Err(violations) => Err(violations
            .into_iter()
            .map(|violation| match violation.field {
                Some(field) => Note::field(field, violation.message),
                None => Note::form(violation.message),
            })
            .collect()),
    }
}

/// Whether what was typed says nothing else than what was typed before, as far as it says anything
/// (01 §11.3).
pub fn agrees(typed: &Map<String, Value>, before: &Map<String, Value>) -> bool {
    typed.iter().all(|(key, value)| match (value, before.get(key)) {
        (Value::Object(typed), Some(Value::Object(before))) => agrees(typed, before),
        (Value::Object(typed), _) => agrees(typed, &Map::new()),
        (value, Some(before)) => value == before,
        (value, None) => value.is_null() || value == "",
    })
}

/// Checks that what the client sent along for templates and hooks is an object.
///
/// # Errors
/// A message for the field.
pub fn check_payload(body: &Submission) -> Result<(), Vec<Note>> {
    match body.object("transient_payload") {
        Ok(_) => Ok(()),
        Err(wrong) => {
            let message = text::validation::wrong_type(&[wrong.allowed], wrong.actual);
            Err(vec![Note::field(wrong.field, message)])
        }
    }
}

/// Checks a whole form: its traits, what was sent along, and what the method itself asks for.
///
/// # Errors
/// The messages of all three, in this order.
pub fn check_form<T>(
    schema: &Schema,
    traits: &Map<String, Value>,
    body: &Submission,
    own: Result<T, Vec<Note>>,
) -> Result<(CheckedTraits, T), Vec<Note>> {
    match (check(schema, traits), check_payload(body), own) {
        (Ok(checked), Ok(()), Ok(own)) => Ok((checked, own)),
        (traits, payload, own) => {
            Err([traits.err(), payload.err(), own.err()].into_iter().flatten().flatten().collect())
        }
    }
}

/// The fields of a registration form that hold traits, and the buttons between the screens.
pub fn nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let AnyFlow::Registration(flow) = cx.flow else { return Vec::new() };
    let mut nodes = vec![csrf(cx)];
    let fields = cx.schema.field_nodes(Group::Default, &flow.head.draft.traits);
    match flow.state {
        RegistrationState::AwaitingProfile { .. } => {
            nodes.extend(fields);
            nodes.push(button("method", "profile", text::registration::sign_up()));
        }
        RegistrationState::AwaitingCredential { .. } => {
            nodes.extend(fields.into_iter().map(hidden));
            nodes.push(button("screen", "previous", text::registration::back()));
        }
        RegistrationState::AwaitingAll => nodes.extend(fields),
        // Its provider brings them.
        RegistrationState::Vouched { .. } => return Vec::new(),
        RegistrationState::AwaitingCode { .. } | RegistrationState::CodePassed { .. } => {
            nodes.extend(fields.into_iter().map(hidden));
        }
    }
    nodes
}

/// The button that leads from a code that is under way back to the choice of a credential.
pub(super) fn choose_again() -> Node {
    button("screen", "credential-selection", text::registration::back())
}

/// The fields of a settings form that hold traits: those of the account, or what was typed in their place.
/// Traits that the schema does not know are shown, too (golden `settings.body`).
pub fn settings_nodes(cx: &FormCx<'_>) -> Vec<Node> {
    let draft = &cx.flow.head().draft;
    let none = Map::new();
    let kept = cx.owner.map_or(&none, |owner| &owner.traits);
    let traits = if draft.retyped { &draft.traits } else { kept };
    let mut nodes = cx.schema.field_nodes(Group::Profile, traits);
    nodes.push(button("method", "profile", text::label::save()));
    let known: BTreeSet<String> = nodes.iter().map(|node| node.id().to_owned()).collect();
    let mut unknown = Vec::new();
    collect_unknown("traits", traits, &known, &mut unknown);
    nodes.extend(unknown);
    nodes
}

/// No more fields than this are made for what the schema does not know: a body can name a million.
const MAX_UNKNOWN: usize = 64;

/// Makes a field for each value that has none; objects and lists cannot be shown in one.
fn collect_unknown(
    prefix: &str,
    traits: &Map<String, Value>,
    known: &BTreeSet<String>,
    nodes: &mut Vec<Node>,
) {
    for (key, value) in traits {
        if nodes.len() >= MAX_UNKNOWN {
            return;
        }
        let name = format!("{prefix}.{key}");
        let kind = match value {
            Value::Object(inner) => {
                collect_unknown(&name, inner, known, nodes);
                continue;
            }
            Value::String(_) => InputKind::Text,
            Value::Number(_) => InputKind::Number,
            Value::Bool(_) => InputKind::Checkbox,
            Value::Null | Value::Array(_) => continue,
        };
        if !known.contains(&name) {
            nodes.push(input(&name).group(Group::Profile).kind(kind).value(value.clone()).build());
        }
    }
}

fn button(name: &str, value: &str, label: text::Message) -> Node {
    input(name).group(Group::Profile).kind(InputKind::Submit).value(value).label(label).build()
}

fn hidden(mut node: Node) -> Node {
    node.hide();
    node
}
