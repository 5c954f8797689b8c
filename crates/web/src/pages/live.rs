//! `GET /events`: what changes, as it changes, for whoever has a page open. Changes are gathered for a moment
//! so that an import does not flood a browser, and only what the reader may see is told.

use crate::session::{Answer, Visit};
use axum::response::{
    IntoResponse,
    sse::{Event, KeepAlive, Sse},
};
use guanxi_gate::{Ctx, Error, Gate, Live};
use guanxi_model::{Query, RecordId, access::action, expr::Expr};
use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    time::Duration,
};
use tokio::sync::{broadcast::error::RecvError, mpsc};
use tokio_stream::wrappers::ReceiverStream;

/// How long changes are gathered.
const GATHER: Duration = Duration::from_millis(300);
/// Most changes of one object that are told at a time; a page shows at most a few hundred rows.
const TOLD: usize = 200;
/// After this many tellings rights are looked up again.
const REFRESH: u32 = 50;

/// The stream; it ends when the reader's account does.
///
/// # Errors
/// Never; a reader without rights hears nothing.
pub async fn events(visit: Visit) -> Answer {
    let (to_browser, stream) = mpsc::channel::<Result<Event, Infallible>>(32);
    tokio::spawn(tell(visit, to_browser));
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(25));
    let mut response = Sse::new(ReceiverStream::new(stream)).keep_alive(keep_alive).into_response();
    // Proxies that collect answers would hold changes back.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

async fn tell(visit: Visit, to_browser: mpsc::Sender<Result<Event, Infallible>>) {
    let mut changes = visit.gate().live();
    let mut ctx = visit.ctx().clone();
    let mut unread = None;
    let mut told = 0_u32;
    loop {
        let first = tokio::select! {
            () = to_browser.closed() => return,
            change = changes.recv() => change,
        };
        let mut gathered = Vec::new();
        match first {
            Ok(change) => gathered.push(change),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(GATHER).await;
        while let Ok(change) = changes.try_recv() {
            gathered.push(change);
        }
        told += 1;
        let renew = told.is_multiple_of(REFRESH);
        let reader = ctx.clone();
        let seen = visit.app.run(move |gate| look(gate, reader, renew, &gathered)).await;
        let Ok(seen) = seen else { return };
        ctx = seen.ctx;
        for change in seen.changes {
            let event = Event::default().event("change").data(change.to_string());
            if to_browser.send(Ok(event)).await.is_err() {
                return;
            }
        }
        if unread != Some(seen.unread) {
            unread = Some(seen.unread);
            let event = Event::default().event("unread").data(seen.unread.to_string());
            if to_browser.send(Ok(event)).await.is_err() {
                return;
            }
        }
    }
}

/// What a reader may know of some changes.
struct Seen {
    ctx: Ctx,
    changes: Vec<serde_json::Value>,
    unread: i64,
}

fn look(gate: &Gate, ctx: Ctx, renew: bool, gathered: &[Live]) -> Result<Seen, Error> {
    let ctx = if renew { gate.ctx_of(ctx.subject.user, ctx.channel)?.reading(ctx.locale) } else { ctx };
    let mut latest: BTreeMap<&str, HashMap<RecordId, &Live>> = BTreeMap::new();
    for change in gathered {
        if ctx.rights.may(&change.object, action::READ) {
            latest.entry(&change.object).or_default().insert(change.record, change);
        }
    }
    let mut changes = Vec::new();
    for (object, records) in latest {
        let ids: Vec<RecordId> = records.keys().copied().take(TOLD).collect();
        let query = Query::of(object).filter(Expr::ids("id", &ids)).fields(["id"]).limit(ids.len().max(1));
        let visible = gate.list(&ctx, &query)?;
        let shown = |id: RecordId| visible.rows.iter().any(|row| row.id == id);
        for id in ids {
            let change = records[&id];
            let gone = change.name == "deleted";
            // That a record is gone is told by its id alone; a browser that does not show it ignores it.
            if gone || shown(id) {
                changes.push(serde_json::json!({
                    "object": object,
                    "id": id,
                    "change": match change.name.as_str() { "created" => "created", "deleted" => "deleted", _ => "updated" },
                    "version": change.version,
                }));
            }
        }
    }
    Ok(Seen { unread: gate.unread_notices(&ctx)?, changes, ctx })
}
