//! `cookies`, `session`, `secrets`, `hashers` and `ciphers`.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("cookies.domain", "The domain of all cookies; without it they belong to the host alone."),
    ("cookies.path", "The path of all cookies."),
    (
        "cookies.secure",
        "Whether cookies other than that of the session travel over HTTPS only; by default unless --dev is given.",
    ),
    ("cookies.same_site", "Whether browsers send cookies along with requests from other sites."),
    ("session.lifespan", "How long a session lives from when it is issued or extended."),
    (
        "session.earliest_possible_extend",
        "A session is extended only when less than this is left of it; without it, always.",
    ),
    ("session.cookie.name", "The name of the session cookie; front ends that look at cookies know it."),
    ("session.cookie.domain", "The domain of the session cookie; by default that of cookies.domain."),
    ("session.cookie.path", "The path of the session cookie; by default that of cookies.path."),
    (
        "session.cookie.same_site",
        "Whether browsers send the session cookie along with requests from other sites; by default as cookies.same_site.",
    ),
    (
        "session.cookie.secure",
        "Whether the session cookie travels over HTTPS only; by default unless --dev is given, whatever cookies.secure says.",
    ),
    ("session.cookie.persistent", "Whether the session cookie survives the end of the browser."),
    (
        "session.whoami.required_aal",
        "Whether whoami accepts a session with one factor of somebody who has a second one.",
    ),
    (
        "session.whoami.tokenizer.templates",
        "Signed tokens that whoami makes of a session, by the name that tokenize_as asks for.",
    ),
    ("session.whoami.tokenizer.templates.*.ttl", "How long such a token lasts."),
    (
        "session.whoami.tokenizer.templates.*.jwks_url",
        "The set of private keys of which the first that can sign does.",
    ),
    ("session.whoami.tokenizer.templates.*.claims_mapper_url", "The Jsonnet that makes further claims."),
    (
        "session.whoami.tokenizer.templates.*.subject_source",
        "Whether such a token names the identity by its id or by its external id.",
    ),
    (
        "secrets.default",
        "Random texts behind session tokens, codes and links, and behind whatever has no list of its own; the first one writes, all of them read.",
    ),
    (
        "secrets.cookie",
        "Random texts that seal cookies, in place of secrets.default; the first one writes, all of them read.",
    ),
    (
        "secrets.cipher",
        "Random texts of 32 characters that seal what rests in the database, in place of secrets.default; the first one writes, all of them read.",
    ),
    (
        "secrets.pagination",
        "Random texts that seal page tokens, in place of secrets.default; the first one writes, all of them read.",
    ),
    ("hashers.algorithm", "How new passwords are hashed; stored ones change at the next login."),
    ("hashers.argon2.memory", "The memory of one argon2id hash, 1GB at most."),
    ("hashers.argon2.iterations", "How often argon2id goes over that memory."),
    (
        "hashers.argon2.parallelism",
        "The lanes of argon2id; by default twice the cores, which differs from machine to machine, so set it.",
    ),
    ("hashers.argon2.salt_length", "The bytes of salt of new argon2id hashes."),
    ("hashers.argon2.key_length", "The bytes of new argon2id hashes."),
    ("hashers.argon2.expected_duration", "How long one hash should take; calibration aims at it."),
    ("hashers.argon2.expected_deviation", "How far calibration may be off."),
    ("hashers.argon2.dedicated_memory", "The memory of all hashes together: bounds how many run at once."),
    (
        "hashers.bcrypt.cost",
        "The cost of new bcrypt hashes; each step doubles the time. Below 12 it is raised to 12 unless --dev is given.",
    ),
    (
        "ciphers.algorithm",
        "The cipher of what rests in the database; what was sealed with another one still opens.",
    ),
];
