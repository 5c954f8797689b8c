//! A follow-up on the timeline: what was said, the pictures that came with it, when to speak again, and what
//! colleagues said about it.

use super::{Events, actor, note_icon};
use crate::{
    pages::answer::{self, record_id},
    session::{self, Answer, Visit, encode},
    show::{self, Showing},
    ui::{self, TimelineEvent, Tone},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_crm::customers::{activity, mention};
use guanxi_gate::{Draft, Entry, Error, Titles, Visible};
use guanxi_model::{Query, RecordId, access::action, expr::Expr};
use maud::{Markup, html as markup};
use std::collections::HashMap;

/// Comments on follow-ups, the earliest first, with the names of who made them.
#[derive(Default)]
pub struct Talk {
    said: HashMap<RecordId, Vec<Visible>>,
    titles: Titles,
}

/// Most comments that a page reads.
const MOST: usize = 500;

/// What was said about follow-ups.
///
/// # Errors
/// When it cannot be read.
pub fn talk(visit: &Visit, about: impl Iterator<Item = RecordId>) -> Result<Talk, Error> {
    let about: Vec<RecordId> = about.collect();
    let mut talk = Talk::default();
    if about.is_empty() || !visit.may("comment", action::READ) {
        return Ok(talk);
    }
    let query = Query::of("comment")
        .fields(["content", "activity", "created_by", "created_at"])
        .filter(Expr::ids("activity", &about))
        .sort(["created_at"])
        .limit(MOST);
    let page = visit.gate().list(visit.ctx(), &query)?;
    talk.titles = page.titles;
    for row in page.rows {
        if let Some(activity) = row.get("activity").as_ref() {
            talk.said.entry(activity).or_default().push(row);
        }
    }
    Ok(talk)
}

/// The card of a follow-up.
pub fn draw(
    visit: &Visit,
    entry: &Entry,
    card: &Visible,
    events: &Events,
    base: TimelineEvent,
    back: Option<&str>,
) -> TimelineEvent {
    let titles = &events.titles;
    let kind = card.get("type").as_text().unwrap_or_default();
    let showing = Showing { ctx: visit.ctx(), titles, object: &card.object, record: None };
    let field = |name: &str| card.object.field(name).filter(|_| !card.get(name).is_null());
    let shown = |name: &str| field(name).map(|field| show::show(showing, field, card.cell(name)));
    let text = card.get("content").as_text().unwrap_or_default().to_owned();
    let next = field("next_contact_at").map(|f| show::text(showing, f, card.cell("next_contact_at")));
    let body = markup! {
        div .prose { (text) }
        (files(visit, card))
    };
    let happened = card.get("happened_at").as_instant();
    // Written down later than it happened: both times matter.
    let late = happened.filter(|at| (entry.at.as_second() - at.as_second()).abs() > 3600);
    let foot = markup! {
        @if let Some(at) = late { span .inline { (ui::icon("calendar-clock")) (show::moment(visit.ctx(), at)) } }
        @if let Some(next) = next { span .inline { (ui::icon("clock")) (visit.fill("timeline.next", &[("when", &next)])) } }
        @if let Some(place) = card.get("place").as_text() { span .inline { (ui::icon("map-pin")) (place) } }
        @if let Some(kind) = shown("communication") { (kind) }
        @if let Some(status) = shown("follow_up_status") { (status) }
        a .link href={ "/activity/" (card.id) } { (visit.t("timeline.open")) }
        @if let Some(back) = back { (tools(visit, card, &text, back)) }
    };
    TimelineEvent {
        icon: note_icon(kind).to_owned(),
        hue: Some(card.object.field("type").and_then(|f| f.option(kind)).map_or(158, |option| option.hue)),
        head: markup! {
            (actor(visit, entry))
            span .muted { (visit.t("timeline.wrote")) }
            @if let Some(kind) = shown("type") { (kind) }
            @if let Some(contact) = shown("contact") { (contact) }
            @if let Some(opportunity) = shown("opportunity") { (opportunity) }
        },
        body: Some(body),
        base: Some(foot),
        talk: Some(said(visit, card, &events.talk, back)),
        ..base
    }
}

/// What is written on a follow-up's own page: the talk about it, which elsewhere stands under its card.
///
/// # Errors
/// When it cannot be read.
pub fn tell(visit: &Visit, record: &Visible, back: &str) -> Result<Markup, Error> {
    let talk = talk(visit, std::iter::once(record.id))?;
    Ok(markup! {
        div .card.own-talk {
            (files(visit, record))
            (said(visit, record, &talk, Some(back)))
        }
    })
}

/// Mending, deleting, and making a task of it.
fn tools(visit: &Visit, card: &Visible, text: &str, back: &str) -> Markup {
    let url = |part: &str| format!("/activity/{}/{part}?back={}", card.id, encode(back));
    let (edit, delete) = (card.may.act(action::EDIT), card.may.act(action::DELETE));
    let fresh = (edit || delete) && is_fresh(visit, card);
    let customer = card.get("customer").as_ref();
    markup! {
        @if fresh && edit { button type="button" data-dialog=(url("edit")) { (visit.t("common.edit")) } }
        @if fresh && delete { button type="button" data-post=(url("delete")) { (visit.t("common.delete")) } }
        @if let Some(customer) = customer.filter(|_| visit.may("task", action::CREATE)) {
            @let title: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
            button type="button" data-dialog={ "/task/new?title=" (encode(&title)) "&regarding=customer:" (customer) "&back=" (encode(back)) } {
                (visit.t("timeline.to_task"))
            }
        }
    }
}

fn is_fresh(visit: &Visit, record: &Visible) -> bool {
    let setting = visit.gate().setting(activity::EDIT_HOURS).ok().flatten();
    let (by, at) = (record.get("created_by").as_ref(), record.get("created_at").as_instant());
    activity::may_mend(visit.ctx(), &record.object.name, by, at, setting.as_deref())
}

/// Pictures as small pictures, everything else by name.
fn files(visit: &Visit, card: &Visible) -> Markup {
    let infos: Vec<_> = card
        .get("attachments")
        .as_list()
        .iter()
        .filter_map(|id| visit.gate().file_info(visit.ctx(), id).ok())
        .collect();
    let is_picture = |mime: &str| matches!(mime, "image/png" | "image/jpeg" | "image/gif" | "image/webp");
    let (pictures, others): (Vec<_>, Vec<_>) = infos.into_iter().partition(|info| is_picture(&info.mime));
    markup! {
        @if !pictures.is_empty() {
            div .pictures {
                @for info in &pictures {
                    a href={ "/files/" (info.id) } data-picture=(info.name) target="_blank" {
                        img src={ "/files/" (info.id) } alt=(info.name) loading="lazy";
                    }
                }
            }
        }
        @if !others.is_empty() {
            ul .attached {
                @for info in &others {
                    li { a href={ "/files/" (info.id) } download=(info.name) {
                        (ui::icon("paperclip")) span .ell { (info.name) }
                        span .muted { (crate::pages::form::input::size(info.size)) }
                    } }
                }
            }
        }
    }
}

fn said(visit: &Visit, card: &Visible, talk: &Talk, back: Option<&str>) -> Markup {
    let comments = talk.said.get(&card.id).map(Vec::as_slice).unwrap_or_default();
    let back = back.filter(|_| visit.may("comment", action::CREATE));
    markup! {
        @if !comments.is_empty() || back.is_some() {
            div .talk id={ "talk-" (card.id) } {
                @for comment in comments { (one(visit, comment, &talk.titles, back)) }
                @if let Some(back) = back { (reply(visit, card, back, comments.len())) }
            }
        }
    }
}

fn one(visit: &Visit, comment: &Visible, titles: &Titles, back: Option<&str>) -> Markup {
    let name = comment.get("created_by").as_ref().and_then(|by| titles.get(by)).unwrap_or_default();
    let at = comment.get("created_at").as_instant();
    let url = |part: &str, back: &str| format!("/comment/{}/{part}?back={}", comment.id, encode(back));
    markup! {
        div .said id={ "c-" (comment.id) } {
            b .strong { (name) }
            span .prose { (comment.get("content").as_text().unwrap_or_default()) }
            span .muted {
                @if let Some(at) = at { time datetime=(at) { (show::ago(visit.ctx(), at)) } }
                @if let Some(back) = back.filter(|_| is_fresh(visit, comment)) {
                    " "
                    button .link type="button" data-dialog=(url("edit", back)) { (visit.t("common.edit")) }
                    " "
                    button .link type="button" data-post=(url("delete", back)) { (visit.t("common.delete")) }
                }
            }
        }
    }
}

fn reply(visit: &Visit, card: &Visible, back: &str, so_far: usize) -> Markup {
    let label = visit.t("timeline.comment");
    markup! {
        details .reply {
            summary { (ui::icon("message-square")) (label) @if so_far > 0 { span .count { (so_far) } } }
            form method="post" action={ "/activity/" (card.id) "/comment" } {
                (session::csrf(visit))
                input type="hidden" name="back" value=(back);
                mention-area {
                    textarea .input name="content" id={ "comment-" (card.id) } rows="2" required maxlength="2000" aria-label=(label)
                        placeholder=(visit.t("timeline.comment_hint")) {}
                }
                (ui::Button::new(visit.t("timeline.send")).small().submit())
            }
        }
    }
}

/// `POST /{object}/{id}/comment`: a word on a follow-up.
///
/// # Errors
/// When the door fails; what it refuses is a toast, and the page stays.
pub async fn comment(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            if object != "activity" {
                return Err(Error::NotFound);
            }
            let draft = Draft::new()
                .set("content", params.get("content").unwrap_or_default().trim())
                .set("activity", id);
            let page = format!("/activity/{id}");
            match visit.gate().create(visit.ctx(), "comment", draft, true) {
                Ok(made) => {
                    let response = visit.go(answer::back(&params, &page));
                    Ok(told(visit, response, "comment", made.id, visit.t("timeline.commented"))?)
                }
                Err(error) => match answer::sentence(visit, &error).filter(|_| visit.asks.htmx) {
                    Some(text) => Ok(answer::toasted(kept(), Tone::Bad, text, None)),
                    None => Err(error),
                },
            }
        })
        .await
}

/// The answer after which the page stays as it is, so that what was written is not lost.
pub fn kept() -> Response {
    let mut response = answer::fragment(StatusCode::UNPROCESSABLE_ENTITY, markup! {});
    response.headers_mut().insert("hx-reswap", axum::http::HeaderValue::from_static("none"));
    response
}

/// Says that it was written, and who of those it names will not hear of it.
///
/// # Errors
/// When the record cannot be read.
pub fn told(
    visit: &Visit,
    response: Response,
    object: &str,
    id: RecordId,
    text: &str,
) -> Result<Response, Error> {
    let strangers = mention::out_of_sight(visit.gate(), visit.ctx(), object, id)?;
    if strangers.is_empty() {
        return Ok(answer::toasted(response, Tone::Ok, text, None));
    }
    let names = strangers.join(", ");
    let text = visit.fill("compose.not_told", &[("done", text), ("names", &names)]);
    Ok(answer::toasted(response, Tone::Warn, text, None))
}
