//! `log`, `tracing`, `feature_flags` and `database`.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("log.level", "The least serious lines that are logged."),
    ("log.format", "Whether log lines are text or JSON."),
    (
        "log.leak_sensitive_values",
        "Whether the log shows paths and queries of requests as they are; secrets are never logged.",
    ),
    ("log.redaction_text", "What the log shows in place of what it leaves out."),
    ("tracing.provider", "Which kind of service traces go to; without it, none are made."),
    ("tracing.service_name", "What traces call this service."),
    ("tracing.deployment_environment", "What traces call this installation."),
    ("tracing.providers.jaeger.local_agent_address", "The Jaeger agent, as host and port."),
    ("tracing.providers.jaeger.sampling.server_url", "Where Jaeger says how many traces to keep."),
    (
        "tracing.providers.{jaeger.sampling.trace_id_ratio,zipkin.sampling.sampling_ratio,otlp.sampling.sampling_ratio}",
        "Which share of traces is kept, from 0 to 1.",
    ),
    ("tracing.providers.zipkin.server_url", "The Zipkin service."),
    ("tracing.providers.otlp.server_url", "The OpenTelemetry collector, as host and port."),
    ("tracing.providers.otlp.insecure", "Whether it is spoken to without TLS."),
    ("tracing.providers.otlp.authorization_header", "What is sent to it as Authorization."),
    (
        "feature_flags.cacheable_sessions",
        "Whether whoami says how long its answer may be kept, in the vendor's product.",
    ),
    ("feature_flags.cacheable_sessions_max_age", "How long that is at most."),
    (
        "feature_flags.use_continue_with_transitions",
        "Whether flows are joined by continue_with instead of redirects.",
    ),
    (
        "feature_flags.choose_recovery_address",
        "Whether people choose among the addresses of their account when they recover it.",
    ),
    (
        "feature_flags.legacy_continue_with_verification_ui",
        "Whether a verification is offered after each registration, with or without the hook show_verification_ui.",
    ),
    (
        "feature_flags.legacy_require_verified_login_error",
        "Whether the hook require_verified_address answers with an error in the form.",
    ),
    ("feature_flags.faster_session_extend", "Whether extending a session answers without it."),
    ("feature_flags.password_profile_registration_node_group", "The group of trait fields at registration."),
    (
        "feature_flags.legacy_oidc_registration_node_group",
        "Whether traits that are missing after sign-in by another service stand in the group oidc.",
    ),
    ("feature_flags.legacy_allow_insecure_origins", "Whether wildcards may reach other people's domains."),
    (
        "feature_flags.refresh_login_choose_address",
        "Whether people choose the address of a code when they sign in anew.",
    ),
    ("database.cleanup.batch_size", "How many rows are cleaned up at once."),
    ("database.cleanup.sleep.tables", "How long cleanup sql rests between two tables."),
    ("database.cleanup.older_than", "Meant to say how long expired rows stay; nothing reads it."),
];
