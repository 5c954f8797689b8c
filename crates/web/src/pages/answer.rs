//! What changes answer with: a toast, a dialog that says what is wrong, or the way to the next page.

use crate::{
    error::{say_issue, say_message},
    session::{self, Params, Visit, html},
    ui::{self, Button, Toast, Tone},
};
use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use guanxi_gate::{Error, Visible};
use guanxi_model::{Issue, RecordId};
use maud::{Markup, Render, html as markup};

/// The parameters of a posted form.
pub fn form(body: &Bytes) -> Params {
    Params::parse(&String::from_utf8_lossy(body))
}

/// A record's id from its part of the path. What is no number is no record.
///
/// # Errors
/// Not found.
pub fn record_id(text: &str) -> Result<RecordId, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

/// A record to which the reader may do something.
///
/// # Errors
/// When there is no such record, or they may not.
pub fn record_for(visit: &Visit, object: &str, id: &str, action: &str) -> Result<Visible, Error> {
    let record = visit.gate().get(visit.ctx(), object, record_id(id)?)?;
    if record.may.act(action) { Ok(record) } else { Err(Error::forbidden("error.no_action")) }
}

/// Adds a toast to an answer.
pub fn toasted(
    mut response: Response,
    tone: Tone,
    text: impl Into<String>,
    undo: Option<String>,
) -> Response {
    let toast = ui::toast(&Toast { text: text.into(), tone, undo });
    if let Ok(value) = HeaderValue::from_str(&toast) {
        response.headers_mut().insert("x-toast", value);
    }
    response
}

/// Adds a bad toast, where the page that asked has no place beside a field for words.
pub fn toasted_when(response: Response, wanted: bool, text: &str) -> Response {
    if wanted { toasted(response, Tone::Bad, text, None) } else { response }
}

/// Leads on to a page, with a toast that says what was done.
pub fn done(visit: &Visit, url: &str, text: impl Into<String>, undo: Option<String>) -> Response {
    let response = if in_dialog(visit) {
        ([("hx-location", url.to_owned())], ()).into_response()
    } else {
        visit.go(url)
    };
    toasted(response, Tone::Ok, text, undo)
}

/// Shows the page that was asked from again, with a toast: a dialog or button leaves the reader where they
/// are, a form that was a page of its own leads to `url`.
pub fn stay(visit: &Visit, url: &str, text: impl Into<String>, undo: Option<String>) -> Response {
    let response = if in_dialog(visit) { StatusCode::OK.into_response() } else { visit.go(url) };
    toasted(response, Tone::Ok, text, undo)
}

/// Shows the page that was asked from again, without a word.
pub fn refreshed(visit: &Visit, url: &str) -> Response {
    if in_dialog(visit) { StatusCode::OK.into_response() } else { visit.go(url) }
}

/// A form as the content of the dialog, with a button that closes it before its own.
pub fn dialog_form(
    visit: &Visit,
    title: &str,
    action: &str,
    body: &Markup,
    buttons: &[Button],
    wide: bool,
) -> Markup {
    markup! {
        form method="post" action=(action) data-dialog-form novalidate {
            header data-wide[wide] {
                h2 id="dialog-title" { (title) }
                button .btn.ghost.square.sz-s type="button" data-close aria-label=(visit.t("common.close")) { (ui::icon("x")) }
            }
            div .content { (body) }
            footer {
                button .btn type="button" data-close { span .label { (visit.t("common.cancel")) } }
                @for button in buttons { (button.render()) }
            }
        }
    }
}

/// Where a change was asked for: the `back` the form carries, else a page of ours.
pub fn back<'a>(form: &'a Params, otherwise: &'a str) -> &'a str {
    form.get("back").filter(|path| session::is_local(path)).unwrap_or(otherwise)
}

/// Whether the answer belongs into a dialog: htmx asks, but not for the whole of `<main>`.
pub fn in_dialog(visit: &Visit) -> bool {
    visit.asks.htmx && !visit.asks.main
}

/// A fragment with a status.
pub fn fragment(status: StatusCode, content: Markup) -> Response {
    let mut response = html(content.into_string());
    *response.status_mut() = status;
    response
}

/// The problems of a refusal, when it is one that a form can show: with its fields, and as a whole.
pub fn issues(visit: &Visit, error: &Error) -> Option<Vec<Issue>> {
    match error {
        Error::Invalid(issues) => Some(issues.clone()),
        Error::Refused(message) => Some(vec![Issue::record("refused", message.clone())]),
        Error::Forbidden(message) if !visit.asks.reads => {
            Some(vec![Issue::record("forbidden", message.clone())])
        }
        _ => None,
    }
}

/// An issue in the reader's language.
pub fn say(visit: &Visit, issue: &Issue) -> String {
    say_issue(visit.gate().phrases(), visit.locale(), issue)
}

/// Any refusal that people can do something about, as one sentence.
pub fn sentence(visit: &Visit, error: &Error) -> Option<String> {
    match error {
        Error::Invalid(issues) => {
            Some(issues.iter().map(|issue| say(visit, issue)).collect::<Vec<_>>().join(" "))
        }
        Error::Refused(message) | Error::Forbidden(message) | Error::Malformed(message) => {
            Some(say_message(visit.gate().phrases(), visit.locale(), message))
        }
        _ => None,
    }
}

/// Sentences about the form as a whole, above its fields.
pub fn refusals(visit: &Visit, issues: &[Issue], fields: &[&str]) -> Markup {
    let general: Vec<String> = issues
        .iter()
        .filter(|issue| issue.field.as_deref().is_none_or(|field| !fields.contains(&field)))
        .map(|issue| say(visit, issue))
        .collect();
    markup! {
        @for text in general {
            div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (text) } }
        }
    }
}

/// A small form in a dialog, or on a page of its own when someone opens its address.
pub struct Ask {
    /// Its title.
    pub title: String,
    /// Where it is posted to.
    pub action: String,
    /// What it asks.
    pub body: Markup,
    /// The label of its main button.
    pub submit: String,
    /// Whether the main button destroys.
    pub danger: bool,
    /// Whether it is wide.
    pub wide: bool,
    /// What is wrong with it, if it was refused.
    pub status: StatusCode,
    /// Where to go back to from the page.
    pub cancel: String,
    /// The menu entry it belongs to.
    pub menu: String,
}

impl Default for Ask {
    fn default() -> Self {
        Ask {
            title: String::new(),
            action: String::new(),
            body: markup! {},
            submit: String::new(),
            danger: false,
            wide: false,
            status: StatusCode::OK,
            cancel: "/".to_owned(),
            menu: String::new(),
        }
    }
}

impl Ask {
    /// A form about a record, at an address below the record's own.
    pub fn about(record: &Visible, what: &str) -> Self {
        let page = format!("/{}/{}", record.object.name, record.id);
        Ask {
            action: format!("{page}/{what}"),
            cancel: page,
            menu: record.object.name.clone(),
            ..Ask::default()
        }
    }

    /// Draws it where it was asked for.
    ///
    /// # Errors
    /// When the frame of the page cannot be drawn.
    pub fn answer(self, visit: &Visit) -> Result<Response, Error> {
        let main = Button::new(&self.submit).submit();
        let main = if self.danger { main.danger() } else { main.primary() };
        let body = markup! { (session::csrf(visit)) (self.body) };
        if in_dialog(visit) {
            return Ok(fragment(
                self.status,
                dialog_form(visit, &self.title, &self.action, &body, &[main], self.wide),
            ));
        }
        let trail =
            [(visit.t("common.back").to_owned(), Some(self.cancel.clone())), (self.title.clone(), None)];
        let start = ui::crumbs(visit.t("common.back"), &trail);
        let content = markup! {
            (ui::bar(&ui::Bar { start: Some(start), ..ui::Bar::default() }))
            div .form-page {
                form .narrow method="post" action=(self.action) {
                    (body)
                    (ui::form_bar(&[Button::new(visit.t("common.cancel")).go(self.cancel), main]))
                }
            }
        };
        let page = crate::page::Page {
            title: self.title,
            menu: self.menu,
            main: content,
            status: self.status,
            ..crate::page::Page::default()
        };
        page.answer(visit)
    }
}

/// Content for the drawer, or a page of its own when someone opens its address.
///
/// # Errors
/// When the frame of the page cannot be drawn.
pub fn drawer(
    visit: &Visit,
    title: &str,
    page: &str,
    menu: &str,
    body: &Markup,
    actions: Option<&Markup>,
    status: StatusCode,
) -> Result<Response, Error> {
    if in_dialog(visit) {
        let open = visit.t("record.open_page");
        return Ok(fragment(
            status,
            ui::drawer(title, Some((page, open)), visit.t("common.close"), body, actions),
        ));
    }
    let trail = [(visit.t("common.back").to_owned(), Some(page.to_owned())), (title.to_owned(), None)];
    let main = markup! {
        (ui::bar(&ui::Bar { start: Some(ui::crumbs(visit.t("common.back"), &trail)), ..ui::Bar::default() }))
        div .form-page { div .body { (body) } }
    };
    let page = crate::page::Page {
        title: title.to_owned(),
        menu: menu.to_owned(),
        main,
        status,
        ..crate::page::Page::default()
    };
    page.answer(visit)
}
