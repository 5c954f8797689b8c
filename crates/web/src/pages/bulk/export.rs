//! A list, or the selected records, as a file.

use super::{chosen::Chosen, dialog};
use crate::{
    pages::list,
    session::{Answer, Params, Visit, encode},
    ui::{Act, Button},
};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use guanxi_crm::admin::exchange::{self, ExportOptions};
use guanxi_gate::Error;
use maud::html;

/// Asks for the kind of file.
pub(super) fn dialog(visit: &Visit, chosen: &Chosen, count: i64) -> Result<Response, Error> {
    let link = |format: &str| chosen.address("export", &[("format", format)]);
    let body = html! {
        p .hint { (visit.t("bulk.export_text")) }
        div .row {
            (Button::new("Excel (.xlsx)").primary().icon("file-spreadsheet").act(Act::Download(link("xlsx"))))
            (Button::new("CSV").icon("file-text").act(Act::Download(link("csv"))))
        }
    };
    let title = visit.fill("bulk.export_n", &[("n", &list::capped(count))]);
    dialog::plain(visit, chosen, title, body)
}

/// `GET /{object}/export?format=xlsx|csv`: the list, or the selected records, as a file.
///
/// # Errors
/// When the caller may not take records out.
pub async fn export(visit: Visit, Path(object): Path<String>) -> Answer {
    let mut params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    if !params.has("ids") && !params.has("all") {
        params.0.push(("all".to_owned(), "1".to_owned()));
    }
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let chosen = Chosen::read(visit, &object, &params)?;
            let format = match params.get("format") {
                Some("csv") => "csv",
                _ => "xlsx",
            };
            let fields: Vec<String> = params
                .all("columns")
                .flat_map(|list| list.split(','))
                .map(str::to_owned)
                .filter(|name| !name.is_empty())
                .collect();
            let options = ExportOptions {
                object: object.clone(),
                filter: chosen.filter.clone(),
                search: (!chosen.q.is_empty()).then(|| chosen.q.clone()),
                fields,
                ..Default::default()
            };
            let folder = tempfile::tempdir().map_err(Error::internal)?;
            let path = folder.path().join(format!("export.{format}"));
            exchange::export(visit.gate(), visit.ctx(), &options, &path, &mut |_| true)?;
            let bytes = std::fs::read(&path).map_err(Error::internal)?;
            let label = chosen.object.plural_label(visit.locale());
            let name = encode(&format!("{label}-{}.{format}", visit.ctx().today)).replace('+', "%20");
            let kind = if format == "csv" {
                "text/csv; charset=utf-8"
            } else {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            };
            let disposition = format!("attachment; filename=\"{object}.{format}\"; filename*=UTF-8''{name}");
            Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
                .into_response())
        })
        .await
}
