//! `identity`, `security` and `clients`.

use super::{Scope, Source};

/// Which identity schemas there are.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// The schema of who does not ask for one; it is in the list.
    pub default_schema_id: String,
    /// All schemas, in the order of the file, ids unique.
    pub schemas: Vec<SchemaSettings>,
}

/// One identity schema.
#[derive(Debug, Clone)]
pub struct SchemaSettings {
    /// The id that identities carry.
    pub id: String,
    /// Where it is loaded from.
    pub source: Source,
    /// Whether people may ask for it when they register.
    pub selectable: bool,
}

/// Rules that protect accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Security {
    /// Whether registration and identifier-first login hide if an account exists.
    pub hide_accounts: bool,
    /// Whether schemas may not refer to other documents.
    pub forbid_schema_references: bool,
}

/// Rules for calls that we make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clients {
    /// Whether HTTP requests to private networks are refused.
    pub http_forbids_private: bool,
    /// URL patterns that are excepted from that.
    pub private_exceptions: Vec<String>,
    /// Whether mail servers in private networks are refused.
    pub smtp_forbids_private: bool,
    /// Headers of incoming requests that webhooks and letters see, as written.
    pub header_allowlist: Vec<String>,
}

impl IdentitySettings {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("identity");
        let mut schemas: Vec<SchemaSettings> = Vec::new();
        for item in scope.at("schemas").items() {
            let (Some(id), Some(source)) = (item.at("id").text(), Source::read(&item.at("url"))) else {
                continue;
            };
            if schemas.iter().any(|known| known.id == id) {
                // COMPAT: the first one wins (03 §2.4).
                item.at("id").warn(
                    "is the id of an earlier schema, so this one is never used",
                    "give it an id of its own",
                );
                continue;
            }
            schemas.push(SchemaSettings { id, source, selectable: item.at("selfservice_selectable").flag() });
        }
        let default = scope.at("default_schema_id");
        let default_schema_id = default.text().unwrap_or_default();
        if !schemas.is_empty() && !schemas.iter().any(|schema| schema.id == default_schema_id) {
            let ids: Vec<&str> = schemas.iter().map(|schema| schema.id.as_str()).collect();
            default.problem(format!("must be the id of one of identity.schemas: {}", ids.join(", ")));
        }
        Self { default_schema_id, schemas }
    }
}

impl Security {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("security");
        Self {
            hide_accounts: scope.at("account_enumeration.mitigate").flag(),
            forbid_schema_references: scope.at("disallow_ref_in_identity_schemas").flag(),
        }
    }
}

impl Clients {
    pub(in crate::config) fn read(root: &Scope<'_>) -> Self {
        let scope = root.at("clients");
        Self {
            http_forbids_private: scope.at("http.disallow_private_ip_ranges").flag(),
            private_exceptions: scope.at("http.private_ip_exception_urls").texts(),
            smtp_forbids_private: scope.at("smtp.disallow_private_ip_ranges").flag(),
            header_allowlist: scope.at("web_hook.header_allowlist").texts(),
        }
    }
}
