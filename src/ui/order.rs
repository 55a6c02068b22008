//! The order of nodes, exactly as clients have always seen it (01 §9.1).

use serde_json::Value;

use super::{Attributes, Group, Node};

/// What the order of a flow's nodes follows: its groups, then its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOrder {
    groups: &'static [Group],
    keys: Vec<String>,
    ties: Ties,
}

/// What decides between nodes of one group with the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ties {
    /// Their values.
    ByValue,
    /// Which of them was put in first.
    AsInserted,
}

const LOGIN_GROUPS: &[Group] = &[
    Group::Oidc,
    Group::Default,
    Group::Webauthn,
    Group::Passkey,
    Group::Code,
    Group::Password,
    Group::Totp,
    Group::LookupSecret,
];

const REGISTRATION_GROUPS: &[Group] = &[
    Group::Oidc,
    Group::Saml,
    Group::Default,
    Group::Webauthn,
    Group::Passkey,
    Group::Code,
    Group::Password,
    Group::Captcha,
    Group::Profile,
];

const SETTINGS_GROUPS: &[Group] = &[
    Group::Default,
    Group::Profile,
    Group::Password,
    Group::Oidc,
    Group::LookupSecret,
    Group::Webauthn,
    Group::Passkey,
    Group::Totp,
];

/// The fields of security keys come before the script that they need.
const KEYS_OF_KEYS: [&str; 3] = ["webauthn_remove", "webauthn_register_displayname", "webauthn_register"];

impl FieldOrder {
    /// The order of the login flow.
    pub fn login() -> Self {
        let keys = ["csrf_token", "identifier", "password"].map(str::to_owned).to_vec();
        Self { groups: LOGIN_GROUPS, keys, ties: Ties::ByValue }
    }

    /// The order of the registration flow; `leaf_keys` are those of the identity schema, in document order.
    /// The password comes after the first of them.
    pub fn registration<'a>(leaf_keys: impl IntoIterator<Item = &'a str>) -> Self {
        let mut leaf_keys = leaf_keys.into_iter();
        let keys = ["csrf_token"]
            .into_iter()
            .chain(leaf_keys.next())
            .chain(["password"])
            .chain(leaf_keys)
            .chain(KEYS_OF_KEYS)
            .map(str::to_owned)
            .collect();
        Self { groups: REGISTRATION_GROUPS, keys, ties: Ties::ByValue }
    }

    /// The order of the settings flow (02 §4.3); `leaf_keys` as for the registration.
    pub fn settings<'a>(leaf_keys: impl IntoIterator<Item = &'a str>) -> Self {
        let keys = ["csrf_token"].into_iter().chain(leaf_keys).chain(KEYS_OF_KEYS);
        Self { groups: SETTINGS_GROUPS, keys: keys.map(str::to_owned).collect(), ties: Ties::AsInserted }
    }

    /// Position of a group; one that is not listed comes before all others.
    fn of_group(&self, group: Group) -> Option<usize> {
        self.groups.iter().position(|listed| *listed == group)
    }

    /// Position of a node among the keys: the first key that its id begins with; `method` is always last.
    fn of_id(&self, id: &str) -> usize {
        if id == "method" {
            return usize::MAX;
        }
        self.keys.iter().position(|key| id.starts_with(key.as_str())).unwrap_or(self.keys.len())
    }
}

struct Ranked {
    group: Option<usize>,
    key: usize,
    value: String,
    node: Node,
}

/// Puts nodes in order.
///
/// COMPAT: two consecutive stable sorts, but for the settings, where values do not count. The comparison of the
/// second is not transitive, because it compares default with password nodes and neither with others; what comes
/// out depends on the sort being an insertion sort. Pinned by the worked results of 01 §9.2 and by all registration goldens.
pub fn order(nodes: Vec<Node>, fields: &FieldOrder) -> Vec<Node> {
    let mut ranked: Vec<Ranked> = nodes
        .into_iter()
        .map(|node| Ranked {
            group: fields.of_group(node.group),
            key: fields.of_id(node.id()),
            value: value_text(&node.attributes),
            node,
        })
        .collect();
    if fields.ties == Ties::AsInserted {
        ranked.sort_by_key(|node| (node.group, node.key));
        return ranked.into_iter().map(|ranked| ranked.node).collect();
    }
    ranked.sort_by_key(|node| node.group);

    let mut ordered: Vec<Ranked> = Vec::with_capacity(ranked.len());
    for next in ranked {
        let at = ordered.iter().rposition(|placed| !comes_before(&next, placed)).map_or(0, |last| last + 1);
        ordered.insert(at, next);
    }
    ordered.into_iter().map(|ranked| ranked.node).collect()
}

fn comes_before(a: &Ranked, b: &Ranked) -> bool {
    let comparable = a.node.group == b.node.group
        || matches!(
            (a.node.group, b.node.group),
            (Group::Default, Group::Password) | (Group::Password, Group::Default)
        );
    comparable && (a.key, &a.value) < (b.key, &b.value)
}

/// The value as text, for comparing; one that is not set comes after an empty one and before most others.
fn value_text(attributes: &Attributes) -> String {
    match attributes {
        Attributes::Input(input) => match &input.value {
            None => "<nil>".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        },
        Attributes::Image(image) => image.src.clone(),
        Attributes::Anchor(anchor) => anchor.href.clone(),
        Attributes::Text(text) => format!("{{{} {}}}", text.text.id, text.text.text),
        Attributes::Script(script) => script.src.clone(),
        Attributes::Div(_) => "<nil>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ui::{csrf, input, script};

    const TRAITS: [&str; 3] = ["traits.email", "traits.name.first", "traits.name.last"];

    fn show(nodes: &[Node]) -> String {
        let shown = nodes.iter().map(|node| {
            let group = serde_json::to_value(node.group).unwrap();
            let value = node
                .as_input()
                .and_then(|input| input.value.clone())
                .and_then(|v| v.as_str().map(str::to_owned));
            let value =
                value.filter(|value| !value.is_empty()).map(|value| format!("={value}")).unwrap_or_default();
            format!("{}:{}{value}", group.as_str().unwrap(), node.id())
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    fn method(group: Group, value: &str) -> Node {
        input("method").group(group).submit(value).build()
    }

    fn password() -> [Node; 2] {
        [input("password").group(Group::Password).build(), method(Group::Password, "password")]
    }

    fn traits() -> Vec<Node> {
        TRAITS.map(|name| input(name).build()).to_vec()
    }

    fn passkey() -> Vec<Node> {
        ["passkey_register_trigger", "passkey_register"]
            .map(|name| input(name).group(Group::Passkey).build())
            .into_iter()
            .chain([input("passkey_create_data").group(Group::Passkey).value("{}").build()])
            .collect()
    }

    #[test]
    fn login_with_password() {
        let nodes = [vec![csrf("t"), input("identifier").value("").build()], password().to_vec()].concat();
        let reversed = nodes.iter().rev().cloned().collect();
        let expected = "default:csrf_token=t default:identifier password:password password:method=password";
        assert_eq!(show(&order(nodes, &FieldOrder::login())), expected);
        assert_eq!(show(&order(reversed, &FieldOrder::login())), expected);
    }

    #[test]
    fn login_with_providers_and_code() {
        let providers =
            ["google", "apple"].map(|name| input("provider").group(Group::Oidc).submit(name).build());
        let nodes = [
            password().to_vec(),
            vec![method(Group::Code, "code"), csrf("t"), input("identifier").value("").build()],
            providers.to_vec(),
        ]
        .concat();
        assert_eq!(
            show(&order(nodes, &FieldOrder::login())),
            "oidc:provider=apple oidc:provider=google default:csrf_token=t default:identifier code:method=code \
             password:password password:method=password"
        );
    }

    #[test]
    fn login_identifier_first_begins_with_the_group_that_is_not_listed() {
        let nodes = vec![
            csrf("t"),
            method(Group::IdentifierFirst, "identifier_first"),
            input("identifier").group(Group::IdentifierFirst).value("").build(),
        ];
        assert_eq!(
            show(&order(nodes, &FieldOrder::login())),
            "identifier_first:identifier identifier_first:method=identifier_first default:csrf_token=t"
        );
    }

    #[test]
    fn registration_with_password_alone_puts_it_after_the_first_trait() {
        let nodes = [password().to_vec(), vec![csrf("t")], traits()].concat();
        assert_eq!(
            show(&order(nodes, &FieldOrder::registration(TRAITS))),
            "default:csrf_token=t default:traits.email password:password default:traits.name.first \
             default:traits.name.last password:method=password"
        );
    }

    #[test]
    fn registration_with_code_keeps_the_password_behind_it() {
        let nodes =
            [password().to_vec(), vec![csrf("t")], traits(), vec![method(Group::Code, "code")]].concat();
        assert_eq!(
            show(&order(nodes, &FieldOrder::registration(TRAITS))),
            "default:csrf_token=t default:traits.email default:traits.name.first default:traits.name.last \
             code:method=code password:password password:method=password"
        );
    }

    #[test]
    fn registration_second_screen() {
        let screen = input("screen").group(Group::Profile).submit("previous").build();
        let page =
            script(Group::Webauthn, "webauthn_script", "http://x".into(), String::new(), String::new());
        let nodes = [
            traits(),
            vec![screen, csrf("t")],
            password().to_vec(),
            passkey(),
            vec![method(Group::Code, "code"), page],
        ]
        .concat();
        assert_eq!(
            show(&order(nodes, &FieldOrder::registration(TRAITS))),
            "default:csrf_token=t default:traits.email default:traits.name.first default:traits.name.last \
             webauthn:webauthn_script passkey:passkey_register_trigger passkey:passkey_register \
             passkey:passkey_create_data={} code:method=code password:password password:method=password \
             profile:screen=previous"
        );
    }

    /// 01 §9.1 written down word for word: swaps, indices, and a comparison of its own.
    fn naive(mut nodes: Vec<Node>, groups: &[Group], keys: &[&str]) -> Vec<Node> {
        let group = |node: &Node| {
            groups.iter().position(|g| *g == node.group).map_or(-1, |at| i64::try_from(at).unwrap())
        };
        let position = |node: &Node| match node.id() {
            "method" => keys.len() + 1,
            id => keys.iter().position(|key| id.starts_with(key)).unwrap_or(keys.len()),
        };
        let print = |node: &Node| match node.as_input().and_then(|input| input.value.as_ref()) {
            None => "<nil>".to_owned(),
            Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        let mixed = |a: Group, b: Group| a == Group::Default && b == Group::Password;
        let sort = |nodes: &mut Vec<Node>, less: &dyn Fn(&Node, &Node) -> bool| {
            for i in 1..nodes.len() {
                let mut j = i;
                while j > 0 && less(&nodes[j], &nodes[j - 1]) {
                    nodes.swap(j, j - 1);
                    j -= 1;
                }
            }
        };
        sort(&mut nodes, &|a, b| group(a) < group(b));
        sort(&mut nodes, &|a, b| {
            if a.group == b.group || mixed(a.group, b.group) || mixed(b.group, a.group) {
                let (of_a, of_b) = (position(a), position(b));
                return if of_a == of_b { print(a) < print(b) } else { of_a < of_b };
            }
            false
        });
        nodes
    }

    fn any_node() -> impl Strategy<Value = Node> {
        let group = prop::sample::select(vec![
            Group::Default,
            Group::Password,
            Group::Oidc,
            Group::Code,
            Group::Profile,
            Group::IdentifierFirst,
            Group::Passkey,
        ]);
        let name = prop::sample::select(vec![
            "csrf_token",
            "identifier",
            "password",
            "method",
            "traits.email",
            "traits.email_second",
            "traits.name.first",
            "provider",
            "screen",
        ]);
        let value = prop::option::of(prop::sample::select(vec![
            Value::from(""),
            Value::from("a"),
            Value::from("http://x"),
            Value::from("{}"),
            Value::from(true),
            Value::from(12),
        ]));
        (group, name, value).prop_map(|(group, name, value)| {
            let builder = input(name).group(group);
            match value {
                Some(value) => builder.value(value).build(),
                None => builder.build(),
            }
        })
    }

    proptest! {
        #[test]
        fn order_is_that_of_the_written_rule(nodes in prop::collection::vec(any_node(), 0..20)) {
            let login = ["csrf_token", "identifier", "password"];
            prop_assert_eq!(
                order(nodes.clone(), &FieldOrder::login()),
                naive(nodes.clone(), LOGIN_GROUPS, &login)
            );
            let registration = [
                "csrf_token", "traits.email", "password", "traits.name.first", "traits.name.last",
                "webauthn_remove", "webauthn_register_displayname", "webauthn_register",
            ];
            prop_assert_eq!(
                order(nodes.clone(), &FieldOrder::registration(TRAITS)),
                naive(nodes, REGISTRATION_GROUPS, &registration)
            );
        }
    }
}
