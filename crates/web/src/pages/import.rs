//! Bringing records in from a file, in four steps: choose the file, say what its columns mean, look at a
//! trial, and let it run. Nothing is kept between the steps but the file itself; what runs is a job whose progress
//! and outcome stand in the database.

mod run;
mod steps;

pub use run::{ask, cancel, progress, rejects, undo};

use crate::{
    pages::answer,
    session::{Answer, Params, Visit},
};
use axum::{
    body::Bytes,
    extract::{Multipart, Path},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use guanxi_crm::admin::exchange::{self, ImportOptions, OnDuplicate, Upload};
use guanxi_gate::Error;
use guanxi_model::{Message, Object, access::action};
use std::sync::Arc;

/// A file that was chosen, with what was said about it so far.
struct Chosen {
    object: Arc<Object>,
    file: String,
    upload: Upload,
    options: ImportOptions,
}

fn object(visit: &Visit, name: &str) -> Result<Arc<Object>, Error> {
    let object = visit.gate().object(name)?;
    if !visit.may(&object.name, action::IMPORT) {
        return Err(Error::forbidden("error.no_action"));
    }
    Ok(object)
}

impl Chosen {
    /// Reads the stored file and the form of the step before.
    fn of(visit: &Visit, params: &Params) -> Result<Chosen, Error> {
        let object = object(visit, params.get("object").unwrap_or_default())?;
        let file = params.get("file").ok_or(Error::NotFound)?.to_owned();
        let (info, bytes) = visit.gate().get_file(visit.ctx(), &file)?;
        let upload = Upload::new(&info.name, &bytes)?;
        let map = upload
            .source
            .headings()
            .iter()
            .enumerate()
            .filter(|(n, _)| params.has(&format!("map.{n}")))
            .map(|(n, heading)| {
                (heading.clone(), params.get(&format!("map.{n}")).unwrap_or_default().to_owned())
            })
            .collect();
        let options = ImportOptions {
            object: object.name.clone(),
            map,
            match_by: params.get("match").map(str::to_owned),
            on_duplicate: match params.get("duplicates") {
                Some("skip") => Some(OnDuplicate::Skip),
                Some("update") => Some(OnDuplicate::Update),
                _ => None,
            },
            keep_good: params.all("keep_good").last() == Some("true"),
            ..ImportOptions::default()
        };
        Ok(Chosen { object, file, upload, options })
    }
}

/// `GET /import?object=…`: the first step.
///
/// # Errors
/// When the caller may not import the object.
pub async fn show(visit: Visit) -> Answer {
    visit
        .page(|visit| {
            let object = object(visit, &visit.asks.param("object").unwrap_or_default())?;
            steps::choose(visit, &object, None)
        })
        .await
}

/// `GET /import/{object}/template`: a sheet to fill in.
///
/// # Errors
/// When the caller may not import the object.
pub async fn template(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let bytes = exchange::template(visit.gate(), visit.ctx(), &name)?;
            let mut response = bytes.into_response();
            let mime =
                HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
            response.headers_mut().insert(header::CONTENT_TYPE, mime);
            let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.xlsx\""))
                .map_err(Error::internal)?;
            response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
            Ok(response)
        })
        .await
}

/// `POST /import`: the file, as the upload field or a plain form sends it.
///
/// # Errors
/// When the caller may not import the object; a file that cannot be read is the first step again.
pub async fn upload(visit: Visit, mut form: Multipart) -> Answer {
    let malformed = || Error::Malformed(Message::new("form.no_file"));
    let (mut name, mut file) = (String::new(), None);
    while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
        match (field.name().map(str::to_owned).as_deref(), field.file_name().map(str::to_owned)) {
            (Some("object"), None) => name = field.text().await.map_err(|_| malformed())?,
            (Some("file"), Some(title)) => {
                file = Some((title, field.bytes().await.map_err(|_| malformed())?))
            }
            _ => {}
        }
    }
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let object = object(visit, &name)?;
            let stored = match &file {
                Some((title, bytes)) if !bytes.is_empty() => {
                    visit.gate().put_file(visit.ctx(), title, "application/octet-stream", bytes)
                }
                _ => Err(malformed()),
            };
            let opened = stored.and_then(|stored| {
                let params =
                    Params(vec![("object".to_owned(), name.clone()), ("file".to_owned(), stored.id)]);
                let chosen = Chosen::of(visit, &params)?;
                steps::map(visit, &chosen, &params, None)
            });
            match opened {
                Ok(page) => page.answer(visit),
                Err(error) => match answer::sentence(visit, &error) {
                    Some(text) => steps::choose(visit, &object, Some(&text))?.answer(visit),
                    None => Err(error),
                },
            }
        })
        .await
}

/// `POST /import/map`: back to what the columns mean.
///
/// # Errors
/// When the file is gone.
pub async fn map(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .page(move |visit| {
            let chosen = Chosen::of(visit, &params)?;
            steps::map(visit, &chosen, &params, None)
        })
        .await
}

/// `POST /import/check`: the trial, which changes nothing.
///
/// # Errors
/// When the door fails; what it refuses is the step before.
pub async fn check(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .page(move |visit| {
            let chosen = Chosen::of(visit, &params)?;
            let options = ImportOptions { dry_run: true, ..chosen.options.clone() };
            match exchange::import(visit.gate(), visit.ctx(), &chosen.upload.source, &options, &mut |_| true)
            {
                Ok(report) => Ok(steps::trial(visit, &chosen, &params, &report)),
                Err(error) => match answer::sentence(visit, &error) {
                    Some(text) => steps::map(visit, &chosen, &params, Some(&text)),
                    None => Err(error),
                },
            }
        })
        .await
}

/// `POST /import/run`: begins, and leads to the page that shows how far it has come.
///
/// # Errors
/// When the file is gone.
pub async fn start(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let chosen = Chosen::of(visit, &params)?;
            match exchange::start(visit.gate(), visit.ctx(), chosen.upload, chosen.options) {
                Ok(id) => Ok(visit.go(&format!("/imports/{id}"))),
                Err(error) => match answer::sentence(visit, &error) {
                    Some(text) => {
                        let chosen = Chosen::of(visit, &params)?;
                        steps::map(visit, &chosen, &params, Some(&text))?.answer(visit)
                    }
                    None => Err(error),
                },
            }
        })
        .await
}
