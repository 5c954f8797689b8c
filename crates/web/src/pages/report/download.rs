//! A report as a file: CSV that spreadsheets open rightly, or a sheet with numbers as numbers.

use super::{Asked, draw};
use crate::session::{Answer, Visit, encode};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use guanxi_crm::admin::exchange::{Out, Writer};
use guanxi_gate::Error;
use guanxi_model::Value;

/// `GET /report/{name}/csv`
///
/// # Errors
/// When the report refuses.
pub async fn csv(visit: Visit, Path(name): Path<String>) -> Answer {
    visit.answer(move |visit| file(visit, &name, "csv", "text/csv; charset=utf-8")).await
}

/// `GET /report/{name}/xlsx`
///
/// # Errors
/// When the report refuses.
pub async fn xlsx(visit: Visit, Path(name): Path<String>) -> Answer {
    let mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    visit.answer(move |visit| file(visit, &name, "xlsx", mime)).await
}

fn file(visit: &Visit, name: &str, ending: &str, mime: &str) -> Result<Response, Error> {
    let asked = Asked::of(visit, name)?;
    let report = asked.run(visit)?;
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let path = folder.path().join(format!("report.{ending}"));
    let mut writer = Writer::create(&path)?;
    writer.row(report.columns.iter().map(|column| column.field.label.get(visit.locale())))?;
    let cells = |values: &[Value]| -> Vec<Out> {
        values
            .iter()
            .enumerate()
            .map(|(n, value)| match value {
                Value::Null => Out::Empty,
                Value::Decimal(number) => Out::Number(number.normalize().to_string()),
                value => Out::Text(draw::words(visit, &report, n, value)),
            })
            .collect()
    };
    for row in &report.rows {
        writer.cells(&cells(&row.cells))?;
    }
    if report.totals.iter().any(|total| !total.is_null()) {
        let mut totals = cells(&report.totals);
        if let Some(first @ Out::Empty) = totals.first_mut() {
            *first = Out::Text(visit.t("report.total").to_owned());
        }
        writer.cells(&totals)?;
    }
    writer.finish()?;
    let bytes = std::fs::read(&path).map_err(Error::internal)?;
    let title = format!("{}-{}.{ending}", asked.def.label.get(visit.locale()), visit.ctx().today);
    let disposition = format!("attachment; filename*=UTF-8''{}", encode(&title).replace('+', "%20"));
    Ok(([(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
        .into_response())
}
