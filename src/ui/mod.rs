//! What a form consists of on the wire: nodes, their builders, the container, and the one ordering function.
//!
//! Knows nothing of flows, methods or schemas, and stores nothing: a form is computed when it is shown.
//! Start at [`input`] for making nodes and at [`order`] for their order.

mod attributes;
mod builder;
mod container;
mod key_script;
mod node;
mod notes;
mod order;

pub use attributes::{
    Anchor, Attributes, Div, Image, Input, InputKind, InputOption, NodeKind, Script, TextBlock, Trigger,
};
pub use builder::{InputBuilder, anchor, csrf, image, input, script, text};
pub use container::{Container, FormMethod};
pub use key_script::{KEY_SCRIPT, KEY_SCRIPT_PATH, key_script_integrity};
pub use node::{Group, Meta, Node};
pub use notes::{ensure_field, place};
pub use order::{FieldOrder, order};
