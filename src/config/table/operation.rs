//! Rows of `log`, `tracing`, `feature_flags` and `database`.

use super::row::{Kind, Row, key};

pub(super) const ROWS: &[Row] = &[
    key("log.level", Kind::OneOf(&["trace", "debug", "info", "warning", "warn", "error", "fatal", "panic"]))
        .or("info"),
    key("log.format", Kind::OneOf(&["json", "text"])).or("text"),
    key("log.leak_sensitive_values", Kind::Bool).or("false"),
    key("log.redaction_text", Kind::Text),
    key("tracing.provider", Kind::OneOf(&["jaeger", "otel", "zipkin"])).later(),
    key("tracing.{service_name,deployment_environment}", Kind::Text),
    key("tracing.providers.jaeger.local_agent_address", Kind::Text),
    key("tracing.providers.jaeger.sampling.server_url", Kind::Text),
    key("tracing.providers.jaeger.sampling.trace_id_ratio", Kind::Ratio).or("1"),
    key("tracing.providers.zipkin.server_url", Kind::Uri),
    key("tracing.providers.zipkin.sampling.sampling_ratio", Kind::Ratio).or("1"),
    key("tracing.providers.otlp.server_url", Kind::Text),
    key("tracing.providers.otlp.insecure", Kind::Bool).or("false"),
    key("tracing.providers.otlp.sampling.sampling_ratio", Kind::Ratio).or("1"),
    key("tracing.providers.otlp.authorization_header", Kind::Text).secret(),
    key("feature_flags.cacheable_sessions", Kind::Bool).or("false").vendor(),
    key("feature_flags.cacheable_sessions_max_age", Kind::Duration).vendor(),
    key("feature_flags.use_continue_with_transitions", Kind::Bool).or("false"),
    key("feature_flags.choose_recovery_address", Kind::Bool).or("false"),
    key("feature_flags.legacy_continue_with_verification_ui", Kind::Bool)
        .or("false")
        .deprecated("the hook show_verification_ui"),
    key("feature_flags.legacy_require_verified_login_error", Kind::Bool)
        .or("false")
        .deprecated("the answer that require_verified_address gives without this flag"),
    key("feature_flags.faster_session_extend", Kind::Bool).or("false"),
    key("feature_flags.password_profile_registration_node_group", Kind::OneOf(&["password", "default"]))
        .or("default")
        .inert("Kratos reads another path, which its own schema refuses"),
    key("feature_flags.legacy_oidc_registration_node_group", Kind::Bool).or("false"),
    key("feature_flags.legacy_allow_insecure_origins", Kind::Bool)
        .or("false")
        .deprecated("origins and return URLs whose wildcard stands left of a domain of your own"),
    key("feature_flags.refresh_login_choose_address", Kind::Bool).or("false"),
    key("database.cleanup", Kind::OpenSection),
    key("database.cleanup.batch_size", Kind::Whole { min: 1, max: 1_000_000 }).or("100"),
    key("database.cleanup.sleep", Kind::OpenSection),
    key("database.cleanup.sleep.tables", Kind::SimpleDuration).or("1m"),
    key("database.cleanup.older_than", Kind::SimpleDuration)
        .or("0s")
        .inert("use the flag --keep-last of cleanup sql, or zelos.retention"),
];
