//! The server: pages and REST on one address, and the job loop beside them.

mod house;
mod jobs;
mod proxy;
mod requests;

use crate::{
    commands::set::show_demo,
    failure::{Failure, Result, door},
    output::Output,
    place,
    settings::Settings,
    texts::fill,
};
use axum::{Router, middleware::from_fn_with_state};
use guanxi_crm::sets::{Demo, Login};
use guanxi_gate::{Clock, Gate, backups::RestoreOrder, sets};
use guanxi_model::Message;
use guanxi_web::{App, DemoUser};
use house::House;
use std::{
    net::SocketAddr,
    sync::mpsc::{Sender, channel},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch};

/// How long a restore waits for requests and jobs that are under way; after that the set stays as it is.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the thread that owns the account set is told.
enum Word {
    /// To restore it.
    Restore(RestoreOrder),
    /// That nothing is answered any more.
    Stopped(Result<()>),
}

/// The account set, open and at work.
struct Open {
    gate: Gate,
    jobs: jobs::Running,
}

/// Answers until told to stop.
pub fn run(settings: &Settings, listen: Option<String>, output: Output) -> Result<()> {
    crate::logs::start(&settings.file.log);
    // Only a place without any account set gets one; a misspelt name must not.
    let made = sets::list(&settings.config)?.is_empty();
    if !made {
        sets::forget_old(&settings.config)?;
    }
    let gate = if made { place::create(&settings.config)? } else { place::open(settings)? };
    let listen =
        listen.or_else(|| settings.file.listen.clone()).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (listener, address) = runtime.block_on(bind(&listen))?;
    welcome(&gate, &output, address, made, Demo::of(&gate)?.as_ref());
    let house = House::closed();
    let (tell, told) = channel();
    let mut open = Open::start(gate, settings, &house, &tell)?;
    let patience = Duration::from_secs(settings.file.web.stop_seconds);
    let served = answer(listener, house.router(), patience);
    let stopped = tell.clone();
    runtime.spawn(async move {
        // Nobody is left to hear it only when the program is ending already.
        let _ = stopped.send(Word::Stopped(served.await));
    });
    let answer = loop {
        match told.recv() {
            Ok(Word::Restore(order)) => open = open.restore(&order, settings, &house, &tell, &output)?,
            Ok(Word::Stopped(answer)) => break answer,
            Err(_) => break Ok(()),
        }
    };
    open.jobs.stop();
    // Work that a request handed to a thread is finished by the writer before the account set closes.
    runtime.shutdown_timeout(Duration::from_secs(2));
    drop(open.gate);
    answer
}

impl Open {
    /// Lets an open set answer, run its jobs and hear of other programs.
    fn start(gate: Gate, settings: &Settings, house: &House, tell: &Sender<Word>) -> Result<Open> {
        gate.set_session_times(settings.file.web.session_times());
        if let Err(failure) = gate.follow_others() {
            tracing::warn!(%failure, "changes by other programs show when a page is next loaded");
        }
        let (closes, orders) = (house.clone(), tell.clone());
        gate.serve_with(move |order| {
            // The next request already belongs to the time after.
            closes.close();
            let _ = orders.send(Word::Restore(order));
        });
        let demo = Demo::of(&gate)?;
        let jobs = jobs::start(gate.clone(), settings.file.jobs.clone());
        house.answers(router(&gate, settings, demo));
        Ok(Open { gate, jobs })
    }

    /// Closes the set, restores it and opens it again. Whatever goes wrong, what was there stays and is opened again.
    fn restore(
        self,
        order: &RestoreOrder,
        settings: &Settings,
        house: &House,
        tell: &Sender<Word>,
        output: &Output,
    ) -> Result<Open> {
        tracing::info!(file = order.name, by = order.by, "the account set is being restored");
        house.close();
        self.jobs.stop();
        let (gate, problem) = match self.gate.close(PATIENCE) {
            Err(gate) => (gate, Some(fill(output.locale, "serve.still_busy", &[]))),
            Ok(()) => {
                let restored = sets::restore(&settings.config, &order.path, &Clock::default());
                let problem = restored.err().map(|error| door(&error, output.locale).join(" "));
                (place::open(settings)?, problem)
            }
        };
        match &problem {
            Some(problem) => tracing::error!(problem, "the account set was not restored and is as it was"),
            None => tracing::info!("the account set is restored"),
        }
        gate.note_restored(order, problem)?;
        Open::start(gate, settings, house, tell)
    }
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
        let user = |login: Login| DemoUser { role: login.role, login: login.login, password: login.password };
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
        show_demo(demo, output);
    }
    output.note("serve.stop", &[]);
}
