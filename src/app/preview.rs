//! Shows messages on a page of this machine, until stopped.

use actix_web::{
    App, HttpResponse, HttpServer,
    http::header::{CONTENT_SECURITY_POLICY, ContentType},
    web::{self, Data, Query},
};
use serde::Deserialize;

use super::serve::stop_signal;
use crate::{
    cli::{self, CliError, Out, PAGE_RULES, Preview, SampleData, preview_page},
    config::Config,
    outbox::TemplateType,
};

/// What the page is asked for.
#[derive(Deserialize)]
struct Asked {
    template: Option<String>,
    locale: Option<String>,
}

struct Shown {
    config: Config,
    first: TemplateType,
    data: SampleData,
}

/// Serves the page. Templates are read anew for each look at it.
///
/// # Errors
/// The port cannot be bound.
pub async fn serve(out: &Out, config: Config, asked: &Preview, port: u16) -> Result<(), CliError> {
    let failed = |error: std::io::Error| CliError::because("serve the preview", &error);
    let [default, ..] = TemplateType::ALL;
    let first = asked.template.unwrap_or(default);
    let shown = Data::new(Shown { config, first, data: asked.data.clone() });
    let server = HttpServer::new(move || App::new().app_data(shown.clone()).route("/", web::get().to(page)))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", port))
        .map_err(failed)?;
    for address in server.addrs() {
        out.line(format!("Messages are shown at http://{address}/ until you press Ctrl-C."));
    }
    let running = server.run();
    let (handle, stop) = (running.handle(), stop_signal()?);
    actix_web::rt::spawn(async move {
        stop.await;
        handle.stop(false).await;
    });
    running.await.map_err(failed)
}

async fn page(shown: Data<Shown>, asked: Query<Asked>) -> HttpResponse {
    let template = asked.template.as_deref().and_then(TemplateType::parse).unwrap_or(shown.first);
    let asked_for = asked.locale.clone().filter(|locale| !locale.is_empty());
    let data = SampleData { locale: asked_for.or_else(|| shown.data.locale.clone()), ..shown.data.clone() };
    let templates = cli::templates(&shown.config).await.map_err(|error| error.to_string());
    let page = preview_page(templates.as_ref().map_err(String::as_str), template, &data);
    HttpResponse::Ok()
        .insert_header(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, PAGE_RULES))
        .body(page)
}
