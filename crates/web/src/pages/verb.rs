//! Verbs: each is drawn from its form in the object's document, run through the door, and, when it can be
//! taken back by another verb, its toast offers that.

use crate::{
    pages::{
        answer::{self, Ask, record_id},
        form,
        form::input::{self, Inputs},
    },
    session::{Answer, Params, Visit},
    ui::{self, Act, Button, Tone},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Error, Visible};
use guanxi_model::{Field, Issue, Object, Value, VerbDef, access::action};
use maud::html as markup;

/// The verbs that may be done to a record now, in the order of its document. Locking is no status, so the
/// door allows both of its verbs at any time; only the one that changes something is offered.
pub fn offered(record: &Visible) -> Vec<&VerbDef> {
    let locked = record.get("locked").as_bool().unwrap_or(false);
    let idle = |verb: &VerbDef| match verb.name.as_str() {
        "lock" => locked,
        "unlock" => !locked && record.object.field("locked").is_some(),
        _ => false,
    };
    record.object.verbs.iter().filter(|verb| record.may.act(&verb.name) && !idle(verb)).collect()
}

/// What a verb's button does: verbs that ask nothing and destroy nothing run at once.
pub fn act(record: &Visible, verb: &VerbDef) -> Act {
    let url = format!("/{}/{}/{}", record.object.name, record.id, verb.name);
    if verb.form.is_empty() && verb.tone != "danger" { Act::Post(url) } else { Act::Dialog(url) }
}

/// A verb's button.
pub fn button(visit: &Visit, record: &Visible, verb: &VerbDef) -> Button {
    Button::new(verb.label.get(visit.locale())).icon(&verb.icon).act(act(record, verb))
}

/// `GET /{object}/{id}/{verb}`: what the verb asks.
///
/// # Errors
/// When there is no such record or verb, or it may not be done now.
pub async fn show(visit: Visit, Path((object, id, verb)): Path<(String, String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let record = visit.gate().get(visit.ctx(), &object, record_id(&id)?)?;
            let def = record.object.verb(&verb).ok_or(Error::NotFound)?.clone();
            let mut params = Params::default();
            for field in &def.form {
                let value = match input::default_of(field, visit) {
                    Value::Null => known(&record, field),
                    value => value,
                };
                // A link may say what it is about: the article that a request is solved with.
                match visit.asks.param(&field.name) {
                    Some(text) => params.0.push((field.name.clone(), text)),
                    None => input::put(&mut params, "", field, &value, visit),
                }
            }
            // Opened by its address although it cannot be done: the dialog says so instead of asking.
            let issues = if record.may.act(&verb) {
                Vec::new()
            } else {
                vec![Issue::record("refused", not_now(&record, &def))]
            };
            let status = if issues.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
            draw(visit, &record, &def, &params, &issues, status)
        })
        .await
}

/// `POST /{object}/{id}/{verb}`: runs it.
///
/// # Errors
/// When the door fails; what it refuses is the dialog again, or a toast when there was none.
pub async fn run(
    visit: Visit,
    Path((object, id, verb)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let before = visit.gate().get(visit.ctx(), &object, id)?;
            let def = before.object.verb(&verb).ok_or(Error::NotFound)?.clone();
            let draft = input::read(&def.form, &params, "");
            let done = if draft.issues.is_empty() {
                visit.gate().verb(visit.ctx(), &object, id, &verb, draft)
            } else {
                Err(Error::Invalid(draft.issues))
            };
            match done {
                Ok(after) => {
                    let text = visit.fill(
                        "verbs.done",
                        &[("verb", def.label.get(visit.locale())), ("name", &before.title())],
                    );
                    let undo = reverse(&before, &after, &def).map(|verb| format!("/{object}/{id}/{verb}"));
                    // A record that left the reader's hands has no page to stay on: the list is next. One that
                    // came to its end is edited no more, but is still theirs.
                    let closed = after.object.record.closed.as_deref();
                    let ended =
                        closed.is_some_and(|it| visit.gate().holds(visit.ctx(), &after, it) == Some(true));
                    let left = before.may.act(action::EDIT) && !after.may.act(action::EDIT) && !ended;
                    let page = if left { format!("/{object}") } else { format!("/{object}/{id}") };
                    if left || after.cells.is_empty() {
                        return Ok(answer::done(visit, &page, text, undo));
                    }
                    Ok(answer::stay(visit, &page, text, undo))
                }
                // What was found is shown above the form; the sentence asks to choose.
                Err(Error::Duplicate(_)) if def.twins.is_some() => {
                    let issue = Issue::record("duplicate", guanxi_model::Message::new("verbs.choose"));
                    draw(visit, &before, &def, &params, &[issue], StatusCode::UNPROCESSABLE_ENTITY)
                }
                Err(error) => match answer::issues(visit, &error) {
                    Some(issues) if params.has("dialog") || !visit.asks.htmx => {
                        draw(visit, &before, &def, &params, &issues, StatusCode::UNPROCESSABLE_ENTITY)
                    }
                    Some(issues) => {
                        let text = issues
                            .iter()
                            .map(|issue| answer::say(visit, issue))
                            .collect::<Vec<_>>()
                            .join(" ");
                        let response = answer::fragment(StatusCode::UNPROCESSABLE_ENTITY, markup! {});
                        Ok(answer::toasted(response, Tone::Bad, text, None))
                    }
                    None => Err(error),
                },
            }
        })
        .await
}

/// A form that asks for what the record knows already starts from that.
fn known(record: &Visible, field: &Field) -> Value {
    match record.object.field(&field.name) {
        Some(own) if own.kind.word() == field.kind.word() => record.get(&field.name).clone(),
        _ => Value::Null,
    }
}

fn not_now(record: &Visible, def: &VerbDef) -> guanxi_model::Message {
    let object: &Object = &record.object;
    let status = object.status.as_deref().and_then(|status| object.field(status));
    let now = status.and_then(|field| field.option(record.get(&field.name).as_text()?));
    let wrong = !def.from.is_empty() && now.is_some_and(|now| !def.from.contains(&now.value));
    match now {
        Some(now) if wrong => guanxi_model::Message::new("verbs.not_now")
            .with_label("verb", &def.label)
            .with_label("status", &now.label),
        _ => guanxi_model::Message::new("verbs.not_yours").with_label("verb", &def.label),
    }
}

/// The verb that leads back to the status before, if there is one that asks nothing.
fn reverse(before: &Visible, after: &Visible, done: &VerbDef) -> Option<String> {
    let status = before.object.status.as_deref()?;
    let (was, is) = (before.get(status).as_text()?, after.get(status).as_text()?);
    let back = before.object.verbs.iter().find(|verb| {
        verb.name != done.name
            && verb.form.is_empty()
            && verb.to.as_deref() == Some(was)
            && verb.from.iter().any(|from| from == is)
    })?;
    (was != is && after.may.act(&back.name)).then(|| back.name.clone())
}

/// What the verb may make a second time, as far as the reader may know of it.
fn twins(visit: &Visit, record: &Visible, def: &VerbDef) -> Result<maud::Markup, Error> {
    let Some(twins) = &def.twins else { return Ok(markup! {}) };
    if !visit.may(&twins.object, action::CREATE) {
        return Ok(markup! {});
    }
    let object = visit.gate().object(&twins.object)?;
    let draft = twins
        .fields
        .iter()
        .fold(guanxi_gate::Draft::new(), |draft, (field, own)| draft.set(field, record.get(own).clone()));
    let hits = visit.gate().duplicates(visit.ctx(), &object.name, &draft)?;
    Ok(form::similar::list(visit, &object, &hits))
}

fn draw(
    visit: &Visit,
    record: &Visible,
    def: &VerbDef,
    params: &Params,
    issues: &[Issue],
    status: StatusCode,
) -> Result<Response, Error> {
    let titles = input::titles(visit, &def.form, params)?;
    let inputs = Inputs { visit, params, titles: &titles, issues, prefix: String::new() };
    let names: Vec<&str> = def.form.iter().map(|field| field.name.as_str()).collect();
    let hint = def.hint.as_ref().map(|hint| hint.get(visit.locale()));
    let mut first = true;
    let body = markup! {
        input type="hidden" name="dialog" value="1";
        input type="hidden" name="shown" value=(names.join(","));
        p .muted { (record.title()) }
        (answer::refusals(visit, issues, &names))
        @if let Some(hint) = hint { p { (hint) } }
        (twins(visit, record, def)?)
        @if def.form.is_empty() && hint.is_none() {
            p { (visit.fill("verbs.sure", &[("verb", def.label.get(visit.locale()))])) }
        }
        @for field in &def.form {
            @let mut input = inputs.field(field, field.required);
            @let () = { input.wide = true; input.autofocus = std::mem::take(&mut first); };
            (ui::form_field(&input))
        }
        @if names.contains(&"latitude") && names.contains(&"longitude") {
            div .row {
                button .btn.sz-s type="button" data-locate { (ui::icon("map-pin")) span .label { (visit.t("compose.locate")) } }
                span .muted data-located aria-live="polite" {}
            }
        }
    };
    let ask = Ask {
        title: def.label.get(visit.locale()).to_owned(),
        body,
        submit: def.label.get(visit.locale()).to_owned(),
        danger: def.tone == "danger",
        status,
        ..Ask::about(record, &def.name)
    };
    ask.answer(visit)
}
