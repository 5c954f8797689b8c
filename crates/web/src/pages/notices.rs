//! `/notices`: what one should know, newest first.

use crate::{
    page::Page,
    pages::answer,
    session::{Answer, Visit},
    show,
    ui::{self, Bar, Button, Empty},
};
use axum::{extract::Path, response::Response};
use guanxi_gate::{Error, admin::Notice};
use maud::{Markup, html as markup};

/// Messages of the page.
const SHOWN: usize = 200;

/// The page.
///
/// # Errors
/// When the messages cannot be read.
pub async fn show(visit: Visit) -> Answer {
    visit.page(draw).await
}

fn draw(visit: &Visit) -> Result<Page, Error> {
    let notices = visit.gate().notices(visit.ctx(), SHOWN)?;
    let unread = visit.gate().unread_notices(visit.ctx())?;
    let ctx = visit.ctx();
    let mut days: Vec<(String, Vec<&Notice>)> = Vec::new();
    for notice in &notices {
        let title = show::day(ctx, notice.at.to_zoned(ctx.zone.clone()).date());
        match days.last_mut() {
            Some((last, list)) if *last == title => list.push(notice),
            _ => days.push((title, vec![notice])),
        }
    }
    let actions = (unread > 0).then(
        || markup! { (Button::new(visit.t("notices.read_all")).icon("check-check").post("/notices/read")) },
    );
    let sub = if unread > 0 {
        crate::texts::count(visit.locale(), "notices.unread", unread)
    } else {
        String::new()
    };
    let main = markup! {
        (ui::bar(&Bar { title: visit.t("nav.messages").to_owned(), sub, actions, ..Bar::default() }))
        @if notices.is_empty() {
            (ui::empty_state(&Empty {
                icon: "bell".to_owned(),
                title: visit.t("notices.none").to_owned(),
                text: visit.t("notices.none_text").to_owned(),
                ..Empty::default()
            }))
        } @else {
            div .form-page.scroll-end {
                div .body.notices {
                    @for (day, list) in &days {
                        h2 .day { (day) }
                        ul .card.notice-list { @for notice in list { (line(visit, notice)) } }
                    }
                }
            }
        }
    };
    Ok(Page {
        title: visit.t("nav.messages").to_owned(),
        menu: "messages".to_owned(),
        main,
        ..Page::default()
    })
}

fn line(visit: &Visit, notice: &Notice) -> Markup {
    let object = visit.gate().object(&notice.object).ok();
    let icon = object.as_ref().map_or("bell", |object| object.icon.as_str());
    let label = object.as_ref().map(|object| object.label.get(visit.locale()).to_owned()).unwrap_or_default();
    markup! {
        li id={ "n-" (notice.id) } .notice-line.unread[!notice.read] {
            span class={ "mark" @if !notice.read { " h-256" } } { (ui::icon(icon)) }
            div .text {
                @match notice.record {
                    Some(record) => a .link href={ "/notices/" (notice.id) "/open" } title=(record) { (notice.text) },
                    None => span { (notice.text) },
                }
                small .muted { (label) }
            }
            @if !notice.read { span .sr-only { (visit.t("notices.new")) } }
            time .muted datetime=(notice.at) { (show::clock(visit.ctx(), notice.at)) }
            @if !notice.read {
                (Button::icon_only("check", visit.t("notices.read")).small().post(format!("/notices/{}/read", notice.id)))
            }
        }
    }
}

/// `GET /notices/{id}/open`: marks it read and leads to its record.
///
/// # Errors
/// When there is no such message.
pub async fn open(visit: Visit, Path(id): Path<i64>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let notice = visit
                .gate()
                .notices(visit.ctx(), 1000)?
                .into_iter()
                .find(|notice| notice.id == id)
                .ok_or(Error::NotFound)?;
            visit.gate().read_notices(visit.ctx(), Some(id))?;
            let url = notice
                .record
                .map_or_else(|| "/notices".to_owned(), |record| format!("/{}/{record}", notice.object));
            // Reading it again from the history must lead on as well, so this is a redirect for everyone.
            Ok(axum::response::IntoResponse::into_response(axum::response::Redirect::to(&url)))
        })
        .await
}

/// `POST /notices/{id}/read`
///
/// # Errors
/// When it cannot be written.
pub async fn read(visit: Visit, Path(id): Path<i64>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            visit.gate().read_notices(visit.ctx(), Some(id))?;
            Ok(answer::refreshed(visit, "/notices"))
        })
        .await
}

/// `POST /notices/read`: all of them.
///
/// # Errors
/// When they cannot be written.
pub async fn read_all(visit: Visit) -> Answer {
    visit
        .answer(|visit| -> Result<Response, Error> {
            visit.gate().read_notices(visit.ctx(), None)?;
            Ok(answer::stay(visit, "/notices", visit.t("notices.all_read"), None))
        })
        .await
}
