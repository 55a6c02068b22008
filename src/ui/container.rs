//! The form as a whole.

use serde::Serialize;

use super::Node;
use crate::text::Message;

/// How a form is submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FormMethod {
    /// There is something to submit.
    Post,
    /// There is only a link to follow.
    Get,
}

/// The form as a whole (01 §7.1).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Container {
    /// Where it is submitted to.
    pub action: String,
    /// How it is submitted.
    pub method: FormMethod,
    /// Its nodes in the order in which they are shown. `None` when nothing was ever added, which is `null`
    /// on the wire and not an empty list (01 §2.3).
    pub nodes: Option<Vec<Node>>,
    /// What has to be said about the form as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<Message>,
}

impl Container {
    /// A form with these nodes.
    pub fn new(action: impl Into<String>, method: FormMethod, nodes: Vec<Node>) -> Self {
        let nodes = (!nodes.is_empty()).then_some(nodes);
        Self { action: action.into(), method, nodes, messages: Vec::new() }
    }

    /// The same form with these messages.
    #[must_use]
    pub fn with_messages(mut self, messages: Vec<Message>) -> Self {
        self.messages = messages;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text, ui::csrf};

    #[test]
    fn a_form_without_nodes_says_null_and_keeps_silent_about_messages() {
        let empty = Container::new("https://id.example/x", FormMethod::Post, Vec::new());
        assert_eq!(
            serde_json::to_string(&empty).unwrap(),
            r#"{"action":"https://id.example/x","method":"POST","nodes":null}"#
        );
    }

    #[test]
    fn messages_come_last() {
        let form = Container::new("/", FormMethod::Get, vec![csrf("t")])
            .with_messages(vec![text::verification::email_verified()]);
        let form = serde_json::to_value(form).unwrap();
        assert_eq!(
            form.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["action", "method", "nodes", "messages"]
        );
        assert_eq!(form["method"], "GET");
        assert_eq!(form["nodes"].as_array().unwrap().len(), 1);
    }
}
