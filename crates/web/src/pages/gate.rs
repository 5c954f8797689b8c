//! What a stage asks for before a record enters it: a small form with everything that is missing, filled in and
//! moved in one step.

use crate::{
    pages::{
        answer::{self, record_id},
        form::input::{self, Inputs},
    },
    session::{self, Answer, Params, Visit},
    ui::{self, Button, Tone},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Draft, Error};
use guanxi_model::{Field, Issue, Object, RecordId};
use maud::html as markup;

/// Whether a refusal asks for more before a move: every problem is a field that the stage wants.
pub fn asks(issues: &[Issue], moved: &str) -> bool {
    let gate = |issue: &Issue| issue.code == "gate";
    issues.iter().any(gate) && issues.iter().all(|issue| gate(issue) || issue.field.as_deref() == Some(moved))
}

/// The form that asks for what is missing.
///
/// # Errors
/// When the record cannot be read.
pub fn dialog(
    visit: &Visit,
    object: &Object,
    id: RecordId,
    move_to: &Params,
    issues: &[Issue],
) -> Result<Response, Error> {
    let record = visit.gate().get(visit.ctx(), &object.name, id)?;
    let wanted: Vec<&Field> = issues
        .iter()
        .filter_map(|issue| object.field(issue.field.as_deref()?))
        .filter(|f| input::is_input(f))
        .collect();
    let mut params = Params::default();
    for field in &wanted {
        input::put(&mut params, "", field, record.get(&field.name), visit);
    }
    let wanted: Vec<Field> = wanted.into_iter().cloned().collect();
    draw(visit, object, id, move_to, &wanted, &params, issues)
}

fn draw(
    visit: &Visit,
    object: &Object,
    id: RecordId,
    move_to: &Params,
    wanted: &[Field],
    params: &Params,
    issues: &[Issue],
) -> Result<Response, Error> {
    let titles = input::titles(visit, wanted, params)?;
    // What only has to be filled in needs no sentence beside the empty field.
    let told: Vec<Issue> = issues
        .iter()
        .filter(|issue| {
            let shown =
                issue.field.as_deref().is_some_and(|name| wanted.iter().any(|field| field.name == name));
            !(issue.code == "gate"
                && shown
                && params.get(issue.field.as_deref().unwrap_or_default()).is_none())
        })
        .cloned()
        .collect();
    let inputs = Inputs { visit, params, titles: &titles, issues: &told, prefix: String::new() };
    let names: Vec<&str> = wanted.iter().map(|field| field.name.as_str()).collect();
    let moved = move_to.get("field").unwrap_or_default();
    let value = move_to.get("value").unwrap_or_default();
    let stage = object.field(moved).and_then(|field| field.option(value));
    let stage = stage.map_or(value, |option| option.label.get(visit.locale()));
    let mut first = true;
    let body = markup! {
        (session::csrf(visit))
        input type="hidden" name="field" value=(moved);
        input type="hidden" name="value" value=(value);
        input type="hidden" name="shown" value=(names.join(","));
        p .muted { (visit.fill("board.gate_hint", &[("stage", stage)])) }
        (answer::refusals(visit, &told, &names))
        @for field in wanted {
            @let mut input = inputs.field(field, true);
            @let () = { input.wide = true; input.autofocus = std::mem::take(&mut first); };
            (ui::form_field(&input))
        }
    };
    let submit = Button::new(visit.t("board.gate_move")).primary().submit();
    // With nothing that could be typed here the form only says what to do first.
    let buttons = if wanted.is_empty() { Vec::new() } else { vec![submit] };
    let action = format!("/{}/{id}/step", object.name);
    let title = visit.fill("board.gate_title", &[("stage", stage)]);
    let form = answer::dialog_form(visit, &title, &action, &body, &buttons, false);
    Ok(answer::fragment(StatusCode::UNPROCESSABLE_ENTITY, form))
}

/// `POST /{object}/{id}/step`: fills in what was asked for and moves the record, in one change.
///
/// # Errors
/// With whatever the door refuses; what is still wrong is the form again.
pub async fn step(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let object = visit.gate().object(&object)?;
            let moved = params.get("field").unwrap_or_default();
            let field = object.field(moved).filter(|field| field.among.is_some()).ok_or(Error::NotFound)?;
            let value = params.get("value").unwrap_or_default();
            let shown: Vec<&str> = params.get("shown").unwrap_or_default().split(',').collect();
            let wanted: Vec<Field> = object
                .active_fields()
                .filter(|field| shown.contains(&field.name.as_str()) && input::is_input(field))
                .cloned()
                .collect();
            let mut draft: Draft = input::read(&wanted, &params, "");
            match field.parse_text(value) {
                Ok(value) => drop(draft.values.insert(moved.to_owned(), value)),
                Err((code, message)) => draft.issues.push(Issue::field(moved, code, message)),
            }
            match visit.gate().update(visit.ctx(), &object.name, id, None, draft) {
                Ok(_) => {
                    let label = field.option(value).map_or(value, |option| option.label.get(visit.locale()));
                    let text = visit.fill("board.moved", &[("column", label)]);
                    Ok(answer::stay(visit, &format!("/{}/{id}", object.name), text, None))
                }
                Err(error) => match answer::issues(visit, &error) {
                    Some(issues) if visit.asks.htmx => {
                        draw(visit, &object, id, &params, &wanted, &params, &issues)
                    }
                    Some(issues) => {
                        let text: Vec<String> =
                            issues.iter().map(|issue| answer::say(visit, issue)).collect();
                        let response = answer::fragment(StatusCode::UNPROCESSABLE_ENTITY, markup! {});
                        Ok(answer::toasted(response, Tone::Bad, text.join(" "), None))
                    }
                    None => Err(error),
                },
            }
        })
        .await
}
