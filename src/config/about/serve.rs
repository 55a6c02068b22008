//! `serve` and the top level.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "dsn",
        "Which database everything is kept in: sqlite:///path, postgres://user:password@host/name, or memory.",
    ),
    (
        "version",
        "The version of Kratos that the file was written for; another one than v26 is warned of, and nothing depends on it.",
    ),
    ("dev", "Weakens what gets in the way of development; better given as the flag --dev."),
    ("help", "A trace of the command line of Kratos."),
    ("config", "A trace of the command line of Kratos: the files that were named."),
    ("sqa-opt-out", "Switches telemetry off; there is none, so it is always off."),
    ("watch-courier", "Whether serve delivers letters, too; mostly given as the flag --watch-courier."),
    ("expose-metrics-port", "The port at which courier watch shows metrics; 0 for none."),
    (
        "revision",
        "What /health/config answers instead of a hash, to see whether all processes run the same configuration.",
    ),
    (
        "enterprise.identity_schema_fallback_url_template",
        "Where the vendor's product looks for schemas that are not listed.",
    ),
    ("organizations", "Organisations of the vendor's product."),
    ("preview.default_read_consistency_level", "How fresh list reads have to be on CockroachDB."),
    ("profiling", "What Kratos measures about itself while it runs."),
    (
        "serve.{public,admin}.request_log.disable_for_health",
        "Whether health checks are left out of the log of requests.",
    ),
    (
        "serve.public.base_url",
        "The URL that clients use: it stands in forms, links and redirects. By default it is made from host and port.",
    ),
    ("serve.admin.base_url", "The URL of the admin API as services of your own see it."),
    ("serve.{public,admin}.host", "The name or address to listen at, or unix:/path/to/socket."),
    ("serve.{public,admin}.port", "The port to listen at."),
    ("serve.{public,admin}.socket.owner", "The user who owns the socket of a unix: host."),
    ("serve.{public,admin}.socket.group", "The group that owns the socket of a unix: host."),
    (
        "serve.{public,admin}.socket.mode",
        "The permissions of the socket of a unix: host, as a number: 493 is 0755.",
    ),
    (
        "serve.{public,admin}.tls.cert.path",
        "The file with the certificate chain, PEM; with the key it makes the listener speak HTTPS.",
    ),
    ("serve.{public,admin}.tls.key.path", "The file with the private key of the certificate, PEM."),
    ("serve.{public,admin}.tls.cert.base64", "The certificate chain, PEM in base64, instead of a file."),
    (
        "serve.{public,admin}.tls.key.base64",
        "The private key of the certificate, PEM in base64, instead of a file.",
    ),
    ("serve.public.cors.enabled", "Whether pages of other origins may call the public API from a browser."),
    (
        "serve.public.cors.allowed_origins",
        "Those origins, each exact or with one * left of a domain of your own.",
    ),
    ("serve.public.cors.allowed_methods", "The HTTP methods that such pages may use."),
    ("serve.public.cors.allowed_headers", "The headers that such pages may send."),
    ("serve.public.cors.exposed_headers", "The headers of answers that such pages may read."),
    ("serve.public.cors.allow_credentials", "Whether browsers send cookies along with such calls."),
    ("serve.public.cors.options_passthrough", "Whether preflights go on to the route behind."),
    (
        "serve.public.cors.max_age",
        "How many seconds browsers keep the answer to a preflight; 0 leaves it to them.",
    ),
    ("serve.public.cors.debug", "Whether decisions about other origins are logged."),
];
