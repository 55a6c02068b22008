//! Our own section.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("zelos.limits", "How often something may be tried per address, identity and network."),
    (
        "zelos.hashing.threads",
        "How many passwords are hashed at once; by default what cores and hashers.argon2.dedicated_memory allow.",
    ),
    ("zelos.hashing.waiting_room", "How many more may wait for that; by default what the patience allows."),
    ("zelos.hashing.patience", "How long one may wait before the answer is 503."),
    (
        "zelos.inbox.enabled",
        "Whether the admin listener shows every letter, readable; for development only, and on with --dev.",
    ),
    ("zelos.trusted_proxies", "Networks whose forwarding headers count."),
    ("zelos.retention.flows", "How long flows stay after they expired."),
    ("zelos.retention.sessions", "How long sessions stay after they ended."),
    ("zelos.retention.codes", "How long codes and links stay after they expired."),
    ("zelos.retention.messages", "How long the content of letters stays after they were sent or given up."),
    ("zelos.retention.errors", "How long the errors of the error page stay."),
    ("zelos.retention.audit", "How long the audit trail stays."),
    ("zelos.compat", "Switches back to a behaviour of Kratos that we changed."),
    ("zelos.appwrite", "A second API."),
];
