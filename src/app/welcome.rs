//! What the start tells whoever started it.

use crate::{
    cli::Out,
    config::{Config, Dsn},
};

/// Tells where everything is: in words for a newcomer, in one log line for an operator.
pub fn greet(out: &Out, config: &Config) {
    let (public, admin) = (&config.serve.public.base_url, &config.serve.admin.base_url);
    tracing::info!(public = %public, admin = %admin, "ready for requests");
    if !config.dev {
        return;
    }
    tracing::warn!("--dev weakens protection: use it for development only");
    out.line(format!("Sign up    {}", config.selfservice.registration.flow.ui_url.against(public)));
    if config.inbox {
        out.line(format!("Inbox      {admin}dev/inbox"));
    }
    out.line(format!("Admin API  {admin}admin/identities"));
    out.line(format!("Data       {}", place(&config.dsn)));
}

fn place(dsn: &Dsn) -> String {
    match dsn {
        Dsn::Memory => "a temporary file, gone when this ends".to_owned(),
        Dsn::Sqlite(sqlite) => sqlite.path.display().to_string(),
        Dsn::Postgres(_) => "the PostgreSQL server of the DSN".to_owned(),
    }
}
