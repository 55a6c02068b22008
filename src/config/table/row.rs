//! What a row of the table says.

/// One key, or several whose paths differ in a `{a,b}` only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub path: &'static str,
    pub kind: Kind,
    /// The default: verbatim for texts, JSON for everything else.
    pub default: Option<&'static str>,
    pub standing: Standing,
    pub required: bool,
    /// Whether the value must not be shown.
    pub secret: bool,
}

/// What a value has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A map with known keys; others are errors.
    Section,
    /// A map with known keys; others are warnings (03 §1.2).
    OpenSection,
    /// A map with free keys.
    Map,
    /// A list.
    List {
        min: usize,
        unique: bool,
    },
    /// A list of hooks.
    Hooks,
    /// A section with the rows of another table.
    Group(&'static [Row]),
    Bool,
    /// `true` and `false`, or the same as quoted text, which is what Kratos asks for (03 Q12).
    BoolOrText,
    Whole {
        min: i64,
        max: i64,
    },
    Ratio,
    Text,
    /// A text that is not empty.
    Name,
    OneOf(&'static [&'static str]),
    /// `1h30m`; zero is allowed.
    Duration,
    /// `1m`: one number with one unit.
    SimpleDuration,
    /// A duration above zero.
    LongDuration,
    /// `64MB`, units of 1024.
    Size,
    Version,
    /// An absolute URI.
    Uri,
    /// An absolute URI or an absolute path.
    Page,
    /// Something that is loaded: `file://`, `http(s)://`, `base64://`.
    Source,
    /// The same, or one of our own identity schemas: `preset://`.
    SchemaSource,
    Mail,
    SmtpUri,
    HttpUrl,
    /// A secret of at least `min` and at most `max` characters.
    Secret {
        min: usize,
        max: usize,
    },
    Network,
    /// Any value.
    Any,
}

/// Whether a key acts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Standing {
    /// It does what it says. Also keys that belong to a switch which warns by itself.
    Acts,
    /// Accepted and not acted upon in this version: a warning when set to something else than its default.
    Later,
    /// It acts, and something else should be written instead.
    Deprecated(&'static str),
    /// It never acted, neither here nor in Kratos.
    Inert(&'static str),
    /// Means something in the vendor's own builds only.
    Vendor,
}

/// The start of a row.
pub(crate) const fn key(path: &'static str, kind: Kind) -> Row {
    Row { path, kind, default: None, standing: Standing::Acts, required: false, secret: false }
}

impl Row {
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub const fn later(mut self) -> Self {
        self.standing = Standing::Later;
        self
    }

    pub const fn deprecated(mut self, instead: &'static str) -> Self {
        self.standing = Standing::Deprecated(instead);
        self
    }

    pub const fn inert(mut self, why: &'static str) -> Self {
        self.standing = Standing::Inert(why);
        self
    }

    pub const fn vendor(mut self) -> Self {
        self.standing = Standing::Vendor;
        self
    }
}

impl Kind {
    /// A whole number with a lower bound only.
    pub const fn from(min: i64) -> Self {
        Self::Whole { min, max: i64::MAX }
    }

    /// A list without conditions.
    pub const LIST: Self = Self::List { min: 0, unique: false };
    /// A list whose elements differ.
    pub const SET: Self = Self::List { min: 0, unique: true };
}
