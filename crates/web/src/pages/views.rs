//! Saved views: keeping what one sees under a name, sharing it, dropping it.

use crate::{
    pages::{
        answer::{self, Ask, done, form},
        list::Shape,
    },
    session::{Answer, Params, Visit, encode},
    ui::{Choice, Field, Tone, Widget, form_field},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Error, admin::View};
use maud::html;

/// `GET /{object}/views/new?…`: asks for a name.
///
/// # Errors
/// When there is no such object.
pub async fn ask(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .answer(move |visit| {
            let current = params.get("view").unwrap_or_default();
            let own = visit
                .gate()
                .views(visit.ctx(), &object)?
                .into_iter()
                .find(|view| view.name == current && view.mine);
            dialog(visit, &object, own.as_ref(), &params, None)
        })
        .await
}

/// `GET /{object}/views/{id}`: asks for another name or other readers.
///
/// # Errors
/// When there is no such view of the reader's own.
pub async fn edit(visit: Visit, Path((object, id)): Path<(String, i64)>) -> Answer {
    visit
        .answer(move |visit| {
            let view = own(visit, &object, id)?;
            let params = Params(vec![
                ("filter".to_owned(), view.filter.clone()),
                ("sort".to_owned(), view.sort.join(",")),
                ("columns".to_owned(), view.columns.join(",")),
                ("pin".to_owned(), Shape::of_view(&view).pin()),
                ("widths".to_owned(), Shape::of_view(&view).widths()),
                ("layout".to_owned(), view.layout.clone()),
            ]);
            dialog(visit, &object, Some(&view), &params, None)
        })
        .await
}

/// `POST /{object}/views`: keeps it, under its id or as a new one.
///
/// # Errors
/// When the set cannot be written.
pub async fn save(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let form = form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let existing = match form.get("id").and_then(|id| id.parse().ok()) {
                Some(id) if form.get("as_new") != Some("true") => Some(own(visit, &object, id)?),
                _ => None,
            };
            let label = form.get("label").unwrap_or_default().trim().to_owned();
            if label.is_empty() {
                return dialog(visit, &object, existing.as_ref(), &form, Some(visit.t("view.name_missing")));
            }
            let list = |name: &str| -> Vec<String> {
                form.get(name).map(|text| text.split(',').map(str::to_owned).collect()).unwrap_or_default()
            };
            let (pinned, widths) = Shape::of_form(&form);
            let view = View {
                pinned,
                widths,
                id: existing.as_ref().and_then(|view| view.id),
                name: existing.map(|view| view.name).unwrap_or_default(),
                label: label.chars().take(40).collect(),
                filter: form.get("filter").unwrap_or_default().to_owned(),
                sort: list("sort"),
                columns: list("columns"),
                layout: form.get("layout").unwrap_or("table").to_owned(),
                audience: form.get("audience").unwrap_or("own").to_owned(),
                mine: true,
            };
            let saved = visit.gate().save_view(visit.ctx(), &object, view)?;
            visit.app.forget_favourites();
            let url = format!("/{object}?view={}", encode(&saved.name));
            Ok(done(visit, &url, visit.fill("view.saved", &[("name", &saved.label)]), None))
        })
        .await
}

/// `POST /{object}/views/{id}/delete`
///
/// # Errors
/// When there is no such view of the reader's own.
pub async fn delete(visit: Visit, Path((object, id)): Path<(String, i64)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let view = own(visit, &object, id)?;
            visit.gate().delete_view(visit.ctx(), id)?;
            visit.app.forget_favourites();
            let text = visit.fill("view.deleted", &[("name", &view.label)]);
            Ok(answer::toasted(visit.go(&format!("/{object}")), Tone::Ok, text, None))
        })
        .await
}

fn own(visit: &Visit, object: &str, id: i64) -> Result<View, Error> {
    let views = visit.gate().views(visit.ctx(), object)?;
    views.into_iter().find(|view| view.id == Some(id) && view.mine).ok_or(Error::NotFound)
}

fn dialog(
    visit: &Visit,
    object: &str,
    view: Option<&View>,
    params: &Params,
    problem: Option<&str>,
) -> Result<Response, Error> {
    let view = view.filter(|view| view.id.is_some());
    // What the address leaves out is the view's own.
    let filter = match params.get("filter") {
        Some(filter) => filter.to_owned(),
        None if params.has("filter") => String::new(),
        None => base_filter(visit, object, params)?,
    };
    let audience = view.map_or("own", |view| view.audience.as_str());
    let choices = [("own", "view.own"), ("team", "view.team"), ("everyone", "view.everyone")];
    let label = Field {
        id: "view-label".to_owned(),
        name: "label".to_owned(),
        label: visit.t("view.name").to_owned(),
        value: view.map(|view| view.label.clone()).unwrap_or_default(),
        required: Some(visit.t("form.required").to_owned()),
        error: problem.map(str::to_owned),
        autofocus: true,
        wide: true,
        ..Field::default()
    };
    let readers = Field {
        id: "view-audience".to_owned(),
        name: "audience".to_owned(),
        label: visit.t("view.audience").to_owned(),
        value: audience.to_owned(),
        widget: Widget::Radio(choices.iter().map(|(value, key)| Choice::new(*value, visit.t(key))).collect()),
        wide: true,
        ..Field::default()
    };
    let as_new = Field {
        id: "view-as-new".to_owned(),
        name: "as_new".to_owned(),
        label: String::new(),
        value: "false".to_owned(),
        widget: Widget::Switch(visit.t("view.as_new").to_owned()),
        wide: true,
        ..Field::default()
    };
    let keep = |name: &'static str| params.get(name).unwrap_or_default().to_owned();
    let body = html! {
        @if let Some(id) = view.and_then(|view| view.id) { input type="hidden" name="id" value=(id); }
        input type="hidden" name="filter" value=(filter);
        input type="hidden" name="sort" value=(keep("sort"));
        input type="hidden" name="columns" value=(keep("columns"));
        input type="hidden" name="pin" value=(keep("pin"));
        input type="hidden" name="widths" value=(keep("widths"));
        input type="hidden" name="layout" value=(keep("layout"));
        div .stack {
            (form_field(&label))
            (form_field(&readers))
            @if view.is_some() { (form_field(&as_new)) }
        }
    };
    Ask {
        title: visit.t(if view.is_some() { "view.edit" } else { "view.save" }).to_owned(),
        action: format!("/{object}/views"),
        body,
        submit: visit.t("common.save").to_owned(),
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: format!("/{object}"),
        menu: object.to_owned(),
        ..Ask::default()
    }
    .answer(visit)
}

fn base_filter(visit: &Visit, object: &str, params: &Params) -> Result<String, Error> {
    let name = params.get("view").unwrap_or_default();
    let views = visit.gate().views(visit.ctx(), object)?;
    Ok(views.into_iter().find(|view| view.name == name).map(|view| view.filter).unwrap_or_default())
}
