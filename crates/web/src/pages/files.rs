//! Attached files: kept when they are chosen, handed out to whoever may see the record they belong to.

use crate::{
    pages::form::input,
    session::{Answer, Visit},
};
use axum::{
    Json,
    extract::{Multipart, Path},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use guanxi_gate::Error;
use guanxi_model::Message;

/// Largest request with files.
pub const LIMIT: usize = 51 * 1024 * 1024;

/// `POST /files`: keeps one file and answers with its id, by which a record names it.
///
/// # Errors
/// When there is no file, or it is too large.
pub async fn keep(visit: Visit, mut form: Multipart) -> Answer {
    let malformed = || Error::Malformed(Message::new("form.no_file"));
    let mut found = None;
    while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
        if let Some(name) = field.file_name().map(str::to_owned) {
            let mime = field.content_type().unwrap_or("application/octet-stream").to_owned();
            let bytes = field.bytes().await.map_err(|_| malformed())?;
            found = Some((name, mime, bytes));
            break;
        }
    }
    let Some((name, mime, bytes)) = found else { return Err(malformed().into()) };
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let file = visit.gate().put_file(visit.ctx(), &name, &mime, &bytes)?;
            Ok(Json(serde_json::json!({ "id": file.id, "name": file.name, "size": input::size(file.size) }))
                .into_response())
        })
        .await
}

/// `GET /files/{id}`
///
/// # Errors
/// When there is no such file, or the caller may not see its record.
pub async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (info, bytes) = visit.gate().get_file(visit.ctx(), &id)?;
            // Only pictures are shown in the page; anything else could be a page of its own with our rights.
            let picture =
                matches!(info.mime.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp");
            let mime = if picture { info.mime.as_str() } else { "application/octet-stream" };
            let name: String =
                form_urlencoded::byte_serialize(info.name.as_bytes()).collect::<String>().replace('+', "%20");
            let kind = if picture { "inline" } else { "attachment" };
            let disposition = format!("{kind}; filename*=UTF-8''{name}");
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(mime).map_err(Error::internal)?);
            headers.insert(
                header::CONTENT_DISPOSITION,
                HeaderValue::from_str(&disposition).map_err(Error::internal)?,
            );
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
            Ok(response)
        })
        .await
}
