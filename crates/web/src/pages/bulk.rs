//! The same change for many records: the selected ones, or all that a list holds. Every record passes the
//! door on its own, so one that may not be changed does not hold up the others.

mod chosen;
mod dialog;
mod export;
mod outcome;
mod run;

pub use export::export;

use crate::{
    pages::answer::{self, form},
    session::{Answer, Params, Visit},
};
use axum::{body::Bytes, extract::Path, response::Response};
use chosen::Chosen;
use guanxi_gate::Error;

/// Most records changed at once from the page; more is a job for an import.
const MOST: usize = 10_000;

/// `GET /{object}/bulk?do=…`: what a change asks for.
///
/// # Errors
/// When the caller may not do it to any record.
pub async fn ask(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .answer(move |visit| {
            let chosen = Chosen::read(visit, &object, &params)?;
            dialog::draw(visit, &chosen, &params, &[])
        })
        .await
}

/// `POST /{object}/bulk`: makes the change.
///
/// # Errors
/// When the caller may not do it, or the set cannot be written.
pub async fn change(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let mut params = form(&body);
    if !params.has("do") {
        params.0.extend(visit.asks.param("do").map(|what| ("do".to_owned(), what)));
    }
    if !params.has("ids") {
        params.0.extend(visit.asks.param("ids").map(|ids| ("ids".to_owned(), ids)));
    }
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let chosen = Chosen::read(visit, &object, &params)?;
            match run::run(visit, &chosen, &params) {
                Ok(done) => Ok(outcome::told(visit, &chosen, &params, done)),
                Err(error) => match answer::issues(visit, &error) {
                    Some(issues) => dialog::draw(visit, &chosen, &params, &issues),
                    None => Err(error),
                },
            }
        })
        .await
}
