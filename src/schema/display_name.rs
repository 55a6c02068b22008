//! What people call an account, to show it in an authenticator (01 §11.5, 03 §4.2).

use serde_json::{Map, Value};

use super::{compile::Schema, extension::Extension, path::Path};

impl Schema {
    /// The names of the traits that can say it, sorted: those that the schema flags, or else the first one without
    /// a title. Without any, passkeys are not offered.
    pub fn display_name_fields(&self) -> Vec<String> {
        let mut names: Vec<String> = self.flagged(|extension| extension.passkey || extension.webauthn);
        names.sort_unstable();
        names.dedup();
        match names.is_empty() {
            true => self.untitled().into_iter().map(|path| path.name.clone()).collect(),
            false => names,
        }
    }

    /// What `traits` say.
    pub fn display_name(&self, traits: &Map<String, Value>) -> Option<String> {
        let paths = self.trait_paths();
        let find = |names: Vec<String>| {
            let named = paths.iter().filter(|path| names.contains(&path.name));
            named.filter_map(|path| path.text_in(traits)).next().map(str::to_owned)
        };
        find(self.flagged(|extension| extension.passkey))
            .or_else(|| find(self.flagged(|extension| extension.webauthn)).map(|name| name.to_lowercase()))
            .or_else(|| self.untitled().and_then(|path| path.text_in(traits)).map(str::to_owned))
    }

    fn flagged(&self, has: fn(&Extension) -> bool) -> Vec<String> {
        let flagged =
            self.trait_paths().iter().filter(|path| path.extension().is_some_and(|found| has(&found)));
        flagged.map(|path| path.name.clone()).collect()
    }

    fn untitled(&self) -> Option<&Path> {
        self.trait_paths().iter().find(|path| path.is_text() && path.title().is_none())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::schema::fixtures::compiled;

    fn schema(properties: &serde_json::Value) -> crate::schema::Schema {
        let traits = json!({ "type": "object", "properties": properties });
        compiled(&json!({ "type": "object", "properties": { "traits": traits } }).to_string())
    }

    fn says(properties: &serde_json::Value, traits: &serde_json::Value) -> (Vec<String>, Option<String>) {
        let schema = schema(properties);
        (schema.display_name_fields(), schema.display_name(traits.as_object().unwrap()))
    }

    #[test]
    fn what_is_flagged_counts_before_what_has_no_title() {
        let passkey = json!({ "type": "string", "ory.sh/kratos": { "credentials": { "passkey": { "display_name": true } } } });
        let key = json!({ "type": "string", "ory.sh/kratos": { "credentials": { "webauthn": { "identifier": true } } } });
        let plain = json!({ "type": "string" });
        let titled = json!({ "type": "string", "title": "City" });
        let traits = json!({ "a": "Aa", "b": "Bb", "c": "Cc" });
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (properties, fields, name) in [
            (json!({ "c": key, "a": plain, "b": passkey }), names(&["traits.b", "traits.c"]), Some("Bb")),
            (json!({ "a": plain, "c": key }), names(&["traits.c"]), Some("cc")),
            (json!({ "c": titled, "b": plain, "a": plain }), names(&["traits.b"]), Some("Bb")),
            (json!({ "a": titled }), names(&[]), None),
            (
                json!({ "a": { "type": "object", "properties": { "x": plain } } }),
                names(&["traits.a.x"]),
                None,
            ),
        ] {
            assert_eq!(says(&properties, &traits), (fields, name.map(str::to_owned)), "{properties}");
        }
        let nested = json!({ "a": { "type": "object", "properties": { "x": passkey } } });
        assert_eq!(says(&nested, &json!({ "a": { "x": "Ax" } })).1.as_deref(), Some("Ax"));
    }
}
