//! The identity schemas of a configuration, compiled.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{flow::Origin, identity::Identity, schema::Schema};

/// One identity schema as it is served and used.
pub struct Served {
    /// Its configured id.
    pub id: String,
    /// The document, as it was written.
    pub document: Value,
    /// Whether clients may ask for it.
    pub selectable: bool,
    /// The compiled form.
    pub schema: Schema,
}

/// All identity schemas, in the order of the configuration. There is always a default one.
pub struct Schemas {
    default: Served,
    others: Vec<Served>,
    /// Where the default one stands among the others, for lists.
    position: usize,
}

/// What comes of asking for a schema by its id (01 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// It is, or nothing else was asked for than, the default one.
    Default,
    /// It may be asked for.
    Selectable,
    /// It exists and may not be asked for.
    NotSelectable,
    /// It does not exist.
    Unknown,
}

impl Schemas {
    /// Takes the schemas of a configuration; `None` when the default one is not among them.
    pub fn new(mut all: Vec<Served>, default_id: &str) -> Option<Self> {
        let position = all.iter().position(|served| served.id == default_id)?;
        let default = all.remove(position);
        Some(Self { default, others: all, position })
    }

    /// The schema with this id; an empty id means the default one (03 Q25).
    pub fn find(&self, id: &str) -> Option<&Served> {
        if id.is_empty() || id == self.default.id {
            return Some(&self.default);
        }
        self.others.iter().find(|served| served.id == id)
    }

    /// The schema whose id, or whose id in unpadded base64url, this is (02 §8.2).
    pub fn find_by_path(&self, name: &str) -> Option<&Served> {
        let decoded = || String::from_utf8(URL_SAFE_NO_PAD.decode(name).ok()?).ok();
        self.find(name).or_else(|| self.find(&decoded()?))
    }

    /// The schema that a flow was opened for; the default one when that is gone.
    pub fn of_flow(&self, origin: &Origin) -> &Schema {
        let asked = origin.identity_schema.as_deref().unwrap_or_default();
        &self.find(asked).unwrap_or(&self.default).schema
    }

    /// The schema that an identity was last written with; the default one when that is gone.
    pub fn of_identity(&self, identity: &Identity) -> &Schema {
        &self.find(&identity.schema_id).unwrap_or(&self.default).schema
    }

    /// The id of the default schema.
    pub fn default_id(&self) -> &str {
        &self.default.id
    }

    /// Whether clients may ask for the schema with this id.
    pub fn select(&self, asked: Option<&str>) -> Selection {
        let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Selection::Default };
        match self.find(asked) {
            Some(served) if served.id == self.default.id => Selection::Default,
            Some(served) if served.selectable => Selection::Selectable,
            Some(_) => Selection::NotSelectable,
            None => Selection::Unknown,
        }
    }

    /// All schemas in the order of the configuration.
    pub fn all(&self) -> impl Iterator<Item = &Served> {
        let (before, after) = self.others.split_at(self.position.min(self.others.len()));
        before.iter().chain(std::iter::once(&self.default)).chain(after)
    }
}
