//! Puts messages at the fields they are about.

use super::{Node, input};
use crate::text::Message;

/// The first node named `field`, which is appended when there is none (01 §5.4).
///
/// COMPAT: the appended node is a plain text field of the default group, whatever it is about; pinned by
/// registration.password.api.validation.
pub fn ensure_field<'a>(nodes: &'a mut Vec<Node>, field: &str) -> Option<&'a mut Node> {
    let at = match nodes.iter().position(|node| node.id() == field) {
        Some(at) => at,
        None => {
            nodes.push(input(field).build());
            nodes.len().saturating_sub(1)
        }
    };
    nodes.get_mut(at)
}

/// Puts each message at its field, in the given order.
pub fn place<'a>(nodes: &mut Vec<Node>, notes: impl IntoIterator<Item = (&'a str, Message)>) {
    for (field, message) in notes {
        if let Some(node) = ensure_field(nodes, field) {
            node.messages.push(message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        text::validation,
        ui::{Group, InputKind},
    };

    #[test]
    fn a_message_goes_to_the_first_node_of_that_name() {
        let mut nodes = vec![
            input("method").group(Group::Code).hidden().value("code").build(),
            input("method").group(Group::Code).submit("code").build(),
        ];
        place(&mut nodes, [("method", validation::generic("No such method."))]);
        assert_eq!(nodes.len(), 2);
        assert_eq!(nodes[0].messages.len(), 1);
        assert!(nodes[1].messages.is_empty());
    }

    #[test]
    fn a_field_without_a_node_gets_one() {
        let mut nodes = Vec::new();
        let notes = [("traits", validation::generic("No.")), ("traits", validation::required("email"))];
        place(&mut nodes, notes);
        assert_eq!(nodes.len(), 1);
        assert_eq!(nodes[0].messages.len(), 2);
        assert_eq!(nodes[0].group, Group::Default);
        assert_eq!(nodes[0].as_input().unwrap().kind, InputKind::Text);
    }
}
