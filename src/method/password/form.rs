//! The two fields that every form with a password has.

use crate::{
    text::{self, Message},
    ui::{Group, InputKind, Node, input},
};

/// The password and the button that sends it.
pub(super) fn secret(autocomplete: &'static str, submit: Message) -> [Node; 2] {
    [
        input("password")
            .group(Group::Password)
            .kind(InputKind::Password)
            .required()
            .autocomplete(autocomplete)
            .label(text::label::password())
            .build(),
        input("method")
            .group(Group::Password)
            .kind(InputKind::Submit)
            .value("password")
            .label(submit)
            .build(),
    ]
}
