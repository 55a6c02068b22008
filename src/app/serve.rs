//! Starts both listeners and the courier, and stops them in order.

use std::{future::Future, net::ToSocketAddrs as _, sync::Arc};

use actix_web::{
    App, HttpServer,
    dev::ServerHandle,
    middleware::from_fn,
    web::{self, Data},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};

use super::{
    assemble::Assembled,
    courier, janitor,
    reload::{self, Watched},
    socket::{self, Access},
    tls::{self, Certificate},
    welcome,
};
use crate::{
    cli::{CliError, Out},
    config::{Bind, Listener},
    engine::Engine,
    runtime::Runtime,
    web::{admin, dev, dev::Closing, front, front::Front, limits, public, router::not_found, web_policy},
};

/// Binds a server to where its listener is configured. A macro, because the type of a server cannot be named.
macro_rules! bound {
    ($server:expr, $listener:expr, $certificate:expr, $name:expr) => {{
        let failed = |error: std::io::Error| CliError::because(&format!("bind serve.{}", $name), &error);
        match (&$listener.bind, $certificate) {
            (Bind::Unix { path, owner, group, mode }, _) => {
                let access = Access { owner: owner.as_deref(), group: group.as_deref(), mode: *mode };
                $server.listen_uds(socket::listen(path, &access).map_err(failed)?).map_err(failed)?
            }
            (Bind::Tcp { host, port }, None) => {
                let addresses: Vec<_> = (host.as_str(), *port).to_socket_addrs().map_err(failed)?.collect();
                $server.bind(addresses.as_slice()).map_err(failed)?
            }
            (Bind::Tcp { host, port }, Some(certificate)) => {
                let addresses: Vec<_> = (host.as_str(), *port).to_socket_addrs().map_err(failed)?.collect();
                $server.bind_rustls_0_23(addresses.as_slice(), certificate.server_config()).map_err(failed)?
            }
        }
    }};
}

/// Requests that are under way get this many seconds to end (03 §11.6).
const GRACE_SECONDS: u64 = 120;

/// Serves until the process is told to stop.
///
/// # Errors
/// A listener cannot be bound, a server failed, or the files of the configuration cannot be watched.
pub async fn serve(assembled: Assembled, watched: Watched, out: &Out) -> Result<(), CliError> {
    let runtime = assembled.live.get();
    let config = Arc::clone(&runtime.config);
    let stop = stop_signal()?;
    let (public_certificate, admin_certificate) =
        (certificate(&config.serve.public)?, certificate(&config.serve.admin)?);
    let public = public_server(&assembled, &config.serve.public, public_certificate.as_ref(), config.dev)?;
    let (closing, closed) = watch::channel(false);
    let inbox = config.inbox.then(|| Closing(closed));
    let admin = admin_server(&assembled, &config.serve.admin, admin_certificate.as_ref(), inbox)?;
    let (stopping, stopped) = watch::channel(false);
    let courier = config.watch_courier.then(|| courier::start(&assembled, wait(stopped.clone())));
    let inbox_only =
        (!config.watch_courier && config.inbox).then(|| courier::start(&assembled, wait(stopped.clone())));
    let janitor = janitor::start(&assembled, wait(stopped));
    let reloading = reload::start(&assembled, watched)?;
    let renewing = tls::watch([public_certificate, admin_certificate].into_iter().flatten().collect())?;
    welcome::greet(out, &config);

    let handles = [public.handle(), admin.handle()];
    actix_web::rt::spawn(async move {
        stop.await;
        closing.send_replace(true);
        stop_all(&handles).await;
    });
    let ended = futures_util::future::try_join(public, admin).await;
    reloading.abort();
    renewing.inspect(JoinHandle::abort);
    stopping.send_replace(true);
    for worker in [courier, inbox_only, Some(janitor)].into_iter().flatten() {
        worker.await.ok();
    }
    ended.map(drop).map_err(|error| CliError::because("serve", &error))
}

async fn wait(mut stopped: watch::Receiver<bool>) {
    stopped.wait_for(|stopped| *stopped).await.ok();
}

async fn stop_all(handles: &[ServerHandle]) {
    tracing::info!("stopping: no new requests, those under way are finished");
    for handle in handles {
        handle.stop(true).await;
    }
}

/// Ready when the process is told to stop.
///
/// # Errors
/// The signals cannot be listened to.
pub fn stop_signal() -> Result<impl Future<Output = ()>, CliError> {
    let listen = |kind| signal(kind).map_err(|error| CliError::because("listen to signals", &error));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn front(assembled: &Assembled) -> Data<Front<Runtime>> {
    let live = Arc::clone(&assembled.live);
    let front = Front::new(
        move || live.get(),
        web_policy,
        Arc::clone(&assembled.clock),
        Arc::clone(&assembled.entropy),
    );
    Data::new(front.counting_in(Arc::clone(&assembled.meter)))
}

fn certificate(listener: &Listener) -> Result<Option<Certificate>, CliError> {
    listener.tls.as_ref().map(Certificate::open).transpose()
}

fn public_server(
    assembled: &Assembled,
    listener: &Listener,
    certificate: Option<&Certificate>,
    with_ui: bool,
) -> Result<actix_web::dev::Server, CliError> {
    let (engine, front): (Data<Engine>, _) = (Data::new(assembled.engine.clone()), front(assembled));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(engine.clone())
            .app_data(front.clone())
            .wrap(from_fn(front::public::<Runtime, _>))
            .configure(public::configure)
            .configure(|service| {
                if with_ui {
                    dev::configure_ui(service)
                }
            })
            .default_service(web::to(not_found))
    })
    .keep_alive(limits::PUBLIC_IDLE_TIME)
    .client_request_timeout(limits::HEAD_TIME)
    .shutdown_timeout(GRACE_SECONDS)
    .disable_signals();
    Ok(bound!(server, listener, certificate, "public").run())
}

fn admin_server(
    assembled: &Assembled,
    listener: &Listener,
    certificate: Option<&Certificate>,
    inbox: Option<Closing>,
) -> Result<actix_web::dev::Server, CliError> {
    let (engine, front): (Data<Engine>, _) = (Data::new(assembled.engine.clone()), front(assembled));
    let inbox = inbox.map(Data::new);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(engine.clone())
            .app_data(front.clone())
            .wrap(from_fn(front::admin::<Runtime, _>))
            .configure(admin::configure)
            .configure(|service| {
                if let Some(closing) = &inbox {
                    service.app_data(closing.clone()).configure(dev::configure_inbox);
                }
            })
            .default_service(web::to(not_found))
    })
    .keep_alive(limits::ADMIN_IDLE_TIME)
    .client_request_timeout(limits::HEAD_TIME)
    .shutdown_timeout(GRACE_SECONDS)
    .disable_signals();
    Ok(bound!(server, listener, certificate, "admin").run())
}
