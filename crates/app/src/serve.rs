//! The server: pages and REST on one address, and the job loop beside them.

mod jobs;
mod proxy;
mod requests;

use crate::{
    commands::set::Demo,
    failure::{Failure, Result},
    output::Output,
    place,
    settings::Settings,
    texts::fill,
};
use axum::{Router, middleware::from_fn_with_state};
use guanxi_gate::{Gate, sets};
use guanxi_model::Message;
use guanxi_web::{App, DemoUser};
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpListener, sync::watch};

/// Answers until told to stop.
pub fn run(settings: &Settings, listen: Option<String>, output: Output) -> Result<()> {
    crate::logs::start(&settings.file.log);
    // Only a place without any account set gets one; a misspelt name must not.
    let made = sets::list(&settings.config)?.is_empty();
    let gate = if made { place::create(&settings.config)? } else { place::open(settings)? };
    gate.set_session_times(settings.file.web.session_times());
    let listen =
        listen.or_else(|| settings.file.listen.clone()).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let demo = Demo::of(&gate)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (listener, address) = runtime.block_on(bind(&listen))?;
    if let Err(failure) = gate.follow_others() {
        tracing::warn!(%failure, "changes by other programs show when a page is next loaded");
    }
    welcome(&gate, &output, address, made, demo.as_ref());
    let router = router(&gate, settings, demo);
    let jobs = jobs::start(gate.clone(), settings.file.jobs.clone());
    let patience = Duration::from_secs(settings.file.web.stop_seconds);
    let answer = runtime.block_on(answer(listener, router, patience));
    jobs.stop();
    // Work that a request handed to a thread is finished by the writer before the account set closes.
    runtime.shutdown_timeout(Duration::from_secs(2));
    drop(gate);
    answer
}

async fn bind(listen: &str) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::refused(Message::new("serve.cannot_listen").with("address", listen).with("reason", error))
    })?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Answers until told to stop. Nothing here may go through the door: an engine may wait, and this must not.
async fn answer(listener: TcpListener, router: Router, patience: Duration) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        told_to_stop().await;
        let _ = stop.send(true);
    });
    tokio::select! {
        answered = serve(listener, router, stopped.clone()) => answered,
        // Live update streams never end by themselves; they must not hold the program.
        () = out_of_patience(stopped, patience) => Ok(()),
    }
}

fn router(gate: &Gate, settings: &Settings, demo: Option<Demo>) -> Router {
    let mut app = App::new(gate.clone());
    app.https = settings.file.web.secure_cookies;
    app.behind_proxy = settings.file.web.behind_proxy;
    if let Some(demo) = demo {
        let user = |login: crate::commands::set::Login| DemoUser {
            role: login.role,
            login: login.login,
            password: login.password,
        };
        app = app.with_demo(demo.logins.into_iter().map(user).collect());
    }
    let metrics = guanxi_api::Metrics::default();
    let pages = guanxi_web::router(app).layer(from_fn_with_state(metrics.clone(), guanxi_api::track));
    let router = guanxi_api::router_with(gate.clone(), metrics).merge(pages);
    let reached = proxy::Reached {
        behind_proxy: settings.file.web.behind_proxy,
        https: settings.file.web.secure_cookies,
    };
    let router = router.layer(from_fn_with_state(reached, proxy::settle));
    if settings.file.log.requests { requests::logged(router) } else { router }
}

async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    Ok(axum::serve(listener, service).with_graceful_shutdown(stop).await?)
}

async fn out_of_patience(mut stopped: watch::Receiver<bool>, patience: Duration) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
    tokio::time::sleep(patience).await;
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! { _ = interrupt => {}, () = terminate => {} }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}

/// What a person needs to know first: where to go, and as whom.
fn welcome(gate: &Gate, output: &Output, address: SocketAddr, made: bool, demo: Option<&Demo>) {
    let url = format!("http://{address}");
    let locale = output.locale;
    if output.is_json() {
        let logins = demo.map(|demo| &demo.logins);
        let json = serde_json::json!({ "url": url, "set": gate.set_name(), "engine": gate.engine(), "logins": logins });
        crate::output::print(&json.to_string());
        return;
    }
    let engine = fill(locale, &format!("serve.engine.{}", gate.engine()), &[]);
    output.note("serve.ready", &[("url", &url), ("set", gate.set_name()), ("engine", &engine)]);
    if made {
        output.note("serve.made", &[("set", gate.set_name())]);
    }
    if made || gate.is_fresh().unwrap_or(false) {
        output.note("serve.fresh", &[("url", &url)]);
    }
    if let Some(demo) = demo {
        demo.show(output);
    }
    output.note("serve.stop", &[]);
}
