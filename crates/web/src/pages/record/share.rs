//! Sharing a record with colleagues and departments, to read or to edit, until a date.

use crate::{
    pages::{
        answer::{self, record_id},
        form::input::{self, Inputs},
    },
    session::{self, Answer, Params, Visit},
    ui::{self, Button, Widget},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Error, Visible, admin::Share};
use guanxi_model::{Field, FieldKind, Issue, Message, access::action};
use maud::{Markup, html as markup};

/// `GET /{object}/{id}/share`
///
/// # Errors
/// When the caller may not share the record.
pub async fn show(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let record = answer::record_for(visit, &object, &id, action::SHARE)?;
            draw(visit, &record, &Params::default(), &[], StatusCode::OK)
        })
        .await
}

/// `POST /{object}/{id}/share`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn add(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let record = visit.gate().get(visit.ctx(), &object, id)?;
            let fields = fields();
            let draft = input::read(&fields, &params, "");
            let mut issues = draft.issues.clone();
            let (user, department) = (draft.get("user").as_ref(), draft.get("department").as_ref());
            if user.is_none() && department.is_none() {
                issues.push(Issue::record("required", Message::new("record.share_whom")));
            }
            if issues.is_empty() {
                let edit = params.get("level") == Some("edit");
                let until = draft.get("until").as_date();
                let shares = [
                    user.map(|user| (Some(user), None)),
                    department.map(|department| (None, Some(department))),
                ];
                for (user, department) in shares.into_iter().flatten() {
                    let share = Share { user, department, edit, until };
                    if let Err(error) = visit.gate().share(visit.ctx(), &object, id, share) {
                        issues.extend(answer::issues(visit, &error).ok_or(error)?);
                    }
                }
            }
            if !issues.is_empty() {
                return draw(visit, &record, &params, &issues, StatusCode::UNPROCESSABLE_ENTITY);
            }
            let text = visit.fill("record.shared", &[("name", &record.title())]);
            Ok(answer::stay(visit, &format!("/{object}/{id}"), text, None))
        })
        .await
}

/// `POST /{object}/{id}/unshare/{kind}/{whom}`: ends one share.
///
/// # Errors
/// When the door refuses.
pub async fn remove(
    visit: Visit,
    Path((object, id, kind, whom)): Path<(String, String, String, String)>,
) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (id, whom) = (record_id(&id)?, record_id(&whom)?);
            let found = visit.gate().shares(visit.ctx(), &object, id)?.into_iter().find(|share| {
                match kind.as_str() {
                    "user" => share.user == Some(whom),
                    _ => share.department == Some(whom),
                }
            });
            visit.gate().unshare(visit.ctx(), &object, id, found.ok_or(Error::NotFound)?)?;
            Ok(answer::stay(visit, &format!("/{object}/{id}"), visit.t("record.unshared"), None))
        })
        .await
}

fn fields() -> [Field; 3] {
    [
        input::labelled("user", "record.share_user", FieldKind::User),
        input::labelled("department", "record.share_department", FieldKind::Department),
        input::labelled("until", "record.share_until", FieldKind::Date),
    ]
}

fn draw(
    visit: &Visit,
    record: &Visible,
    params: &Params,
    issues: &[Issue],
    status: StatusCode,
) -> Result<Response, Error> {
    let fields = fields();
    let titles = input::titles(visit, &fields, params)?;
    let inputs = Inputs { visit, params, titles: &titles, issues, prefix: String::new() };
    let level = ui::Field {
        id: "in-level".to_owned(),
        name: "level".to_owned(),
        label: visit.t("record.share_level").to_owned(),
        value: params.get("level").unwrap_or("read").to_owned(),
        widget: Widget::Radio(vec![
            ui::Choice::new("read", visit.t("record.share_read")),
            ui::Choice::new("edit", visit.t("record.share_edit")),
        ]),
        ..ui::Field::default()
    };
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let body = markup! {
        p .muted { (record.title()) }
        (present(visit, record)?)
        (answer::refusals(visit, issues, &names))
        div .fields {
            (ui::form_field(&inputs.field(&fields[0], false)))
            (ui::form_field(&inputs.field(&fields[1], false)))
            (ui::form_field(&level))
            (ui::form_field(&inputs.field(&fields[2], false)))
        }
        p .hint { (visit.t("record.share_hint")) }
    };
    let ask = answer::Ask {
        title: visit.t("record.share").to_owned(),
        body,
        submit: visit.t("record.share").to_owned(),
        wide: true,
        status,
        ..answer::Ask::about(record, "share")
    };
    ask.answer(visit)
}

/// With whom it is shared now.
fn present(visit: &Visit, record: &Visible) -> Result<Markup, Error> {
    let shares = visit.gate().shares(visit.ctx(), &record.object.name, record.id)?;
    let users: Vec<_> = shares.iter().filter_map(|share| share.user).collect();
    let departments: Vec<_> = shares.iter().filter_map(|share| share.department).collect();
    let mut titles = input::names(visit, "user", &users)?;
    titles.0.extend(input::names(visit, "department", &departments)?.0);
    Ok(markup! {
        @if !shares.is_empty() {
            ul .plain-list {
                @for share in &shares {
                    @let (kind, whom) = match share.user { Some(user) => ("user", Some(user)), None => ("department", share.department) };
                    @if let Some(whom) = whom {
                        li .row {
                            (ui::icon(if kind == "user" { "user" } else { "network" }))
                            span { (titles.get(whom).unwrap_or("—")) }
                            (ui::plain_tag(visit.t(if share.edit { "record.share_edit" } else { "record.share_read" })))
                            @if let Some(until) = share.until {
                                span .muted { (visit.fill("record.share_to", &[("date", &until.to_string())])) }
                            }
                            span .spacer {}
                            (Button::icon_only("x", visit.t("record.unshare")).small()
                                .post(format!("/{}/{}/unshare/{kind}/{whom}", record.object.name, record.id)))
                        }
                    }
                }
            }
        }
        (session::csrf(visit))
    })
}
