//! `zelos routes`, `zelos methods` and `zelos hooks`: the closed tables of the program, printed.

use super::Out;
use crate::{
    hook::{Moment, Pipelines},
    method::table,
    web::{admin, public},
};

/// Prints every route of both APIs.
pub fn routes(out: &Out) {
    let mut rows = Vec::new();
    for route in public::routes() {
        for (method, _) in &route.methods {
            rows.push(vec!["public".to_owned(), method.to_string(), route.path.to_owned()]);
        }
    }
    for route in admin::routes() {
        for (method, _) in &route.methods {
            rows.push(vec!["admin".to_owned(), method.to_string(), route.path.to_owned()]);
        }
    }
    out.table(&rows);
}

/// Prints every method with the parts it plays.
pub fn methods(out: &Out) {
    let rows: Vec<Vec<String>> = table()
        .map(|(method, roles)| {
            let parts: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            vec![method.wire_name().to_owned(), parts.join(", ")]
        })
        .collect();
    out.table(&rows);
}

/// Prints the hooks of every moment that has some, in the order in which they act.
pub fn hooks(out: &Out, pipelines: &Pipelines) {
    let rows: Vec<Vec<String>> = pipelines
        .all()
        .filter(|(_, hooks)| !hooks.is_empty())
        .map(|(moment, hooks)| {
            let names: Vec<&str> = hooks.iter().map(|hook| hook.wire_name()).collect();
            vec![name(moment), names.join(", ")]
        })
        .collect();
    out.table(&rows);
}

fn name(moment: Moment) -> String {
    match moment {
        Moment::Before(kind) => format!("before {}", kind.wire_name()),
        Moment::After(kind, None) => format!("after {}", kind.wire_name()),
        Moment::After(kind, Some(method)) => format!("after {} by {}", kind.wire_name(), method.wire_name()),
    }
}
