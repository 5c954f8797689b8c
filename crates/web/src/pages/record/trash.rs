//! Into the recycle bin, out of it, and gone for good.

use crate::{
    page::Page,
    pages::answer::{self, record_id},
    session::{Answer, Visit},
    show,
    ui::{self, Button, Tone},
};
use axum::{extract::Path, response::Response};
use guanxi_gate::{Error, Titles, Visible};
use guanxi_model::access::action;
use maud::html as markup;

/// `POST /{object}/{id}/delete`
///
/// # Errors
/// When the door refuses.
pub async fn delete(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let record = visit.gate().get(visit.ctx(), &object, id)?;
            match visit.gate().delete(visit.ctx(), &object, id, None) {
                Ok(()) => {
                    let text = visit.fill("record.deleted", &[("name", &record.title())]);
                    let undo = visit.may(&object, action::RESTORE).then(|| format!("/{object}/{id}/restore"));
                    // Deleted from another record's page, one stays there.
                    match visit.asks.param("back").filter(|back| crate::session::is_local(back)) {
                        Some(back) => Ok(answer::stay(visit, &back, text, undo)),
                        None => Ok(answer::done(visit, &format!("/{object}"), text, undo)),
                    }
                }
                Err(error) => match answer::sentence(visit, &error).filter(|_| answer::in_dialog(visit)) {
                    Some(text) => {
                        let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
                        Ok(answer::toasted(answer::fragment(status, markup! {}), Tone::Bad, text, None))
                    }
                    None => Err(error),
                },
            }
        })
        .await
}

/// `POST /{object}/{id}/restore`
///
/// # Errors
/// When the door refuses.
pub async fn restore(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let record = visit.gate().restore(visit.ctx(), &object, id)?;
            let text = visit.fill("record.restored", &[("name", &record.title())]);
            Ok(answer::stay(visit, &format!("/{object}/{id}"), text, None))
        })
        .await
}

/// `GET /{object}/{id}/purge`: asks, because this cannot be undone.
///
/// # Errors
/// When the record is not in the recycle bin.
pub async fn ask_purge(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let (record, _) = visit.gate().get_deleted(visit.ctx(), &object, id)?;
            let ask = answer::Ask {
                title: visit.t("record.purge").to_owned(),
                action: format!("/{object}/{id}/purge"),
                body: markup! { p { (visit.fill("record.purge_sure", &[("name", &record.title())])) } },
                submit: visit.t("record.purge").to_owned(),
                danger: true,
                cancel: format!("/{object}/{id}"),
                menu: object.clone(),
                ..answer::Ask::default()
            };
            ask.answer(visit)
        })
        .await
}

/// `POST /{object}/{id}/purge`
///
/// # Errors
/// When the door refuses.
pub async fn purge(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            visit.gate().purge(visit.ctx(), &object, id)?;
            Ok(answer::done(
                visit,
                &format!("/settings/trash?object={object}"),
                visit.t("record.purged"),
                None,
            ))
        })
        .await
}

/// The page of a record in the recycle bin: what it was, and the way back.
///
/// # Errors
/// Never today; it keeps the shape of the page beside it.
pub fn page(visit: &Visit, record: &Visible, titles: &Titles) -> Result<Page, Error> {
    let object = &record.object;
    let title = record.title();
    let when = record.get("deleted_at").as_instant().map(|at| show::ago(visit.ctx(), at)).unwrap_or_default();
    let url = |part: &str| format!("/{}/{}/{part}", object.name, record.id);
    let action = markup! {
        @if visit.may(&object.name, action::RESTORE) {
            (Button::new(visit.t("record.restore")).primary().small().icon("rotate-ccw").post(url("restore")))
        }
        @if visit.may(&object.name, action::PURGE) {
            (Button::new(visit.t("record.purge")).danger().small().dialog(url("purge")))
        }
    };
    let trail = [
        (object.plural_label(visit.locale()).to_owned(), Some(format!("/{}", object.name))),
        (title.clone(), None),
    ];
    let text = markup! { (visit.fill("record.in_trash", &[("when", &when)])) };
    let main = markup! {
        (ui::bar(&ui::Bar { start: Some(ui::crumbs(visit.t("common.back"), &trail)), ..ui::Bar::default() }))
        div .form-page {
            div .body {
                (ui::notice(Tone::Warn, &text, Some(&action)))
                (super::fields::draw(visit, record, titles, None))
            }
        }
    };
    Ok(Page { title, menu: object.name.clone(), main, ..Page::default() })
}
