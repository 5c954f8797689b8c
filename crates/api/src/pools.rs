//! Pools: their rules in words, and what the nightly job will take back.

use crate::{call::Call, reply::Reply, routes::Answer};
use guanxi_crm::customers::pool;
use guanxi_model::Message;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// Most customers of a preview.
const MOST: usize = 1000;

/// `GET /pool/{id}/rules`: what its settings mean, sentence by sentence.
pub fn rules(call: &Call) -> Answer {
    let said = pool::rules(&call.gate, &call.ctx, call.id()?)?;
    Ok(Reply::json(200, &json!({ "rules": said })))
}

/// `GET /pool/{id}/preview?as_of=DATE`: what the job will take back when it runs for that date; without one,
/// for tomorrow, whose early hours are tonight.
pub fn preview(call: &Call) -> Answer {
    let mut params = call.params();
    let tonight = call.ctx.today.tomorrow().unwrap_or(call.ctx.today);
    let date = match params.text("as_of").map(str::parse::<Date>) {
        None => tonight,
        Some(Ok(date)) => date,
        Some(Err(_)) => {
            params.wrong("as_of", "format", Message::new("field.date"));
            tonight
        }
    };
    params.done()?;
    let found = pool::preview(&call.gate, &call.ctx, call.id()?, date, MOST)?;
    let items: Vec<Json> = found
        .items
        .iter()
        .map(|due| {
            json!({
                "customer": due.customer,
                "owner": due.owner,
                "reason": due.reason,
                "due_on": due.due_on.to_string(),
            })
        })
        .collect();
    Ok(Reply::json(200, &json!({ "as_of": date.to_string(), "items": items, "more": found.more })))
}
