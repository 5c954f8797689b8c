//! Someone who is logged in, as handlers see them: the door, the reader's words, and the ways to answer.

use super::Asks;
use crate::{app::App, error::Problem, page::Page, texts};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use guanxi_gate::{Ctx, Error, Gate, auth::Session};
use guanxi_model::Locale;
use maud::Markup;
use std::sync::Arc;

/// What handlers return.
pub type Answer = Result<Response, Problem>;

/// Someone who is logged in, and what they ask for. Cheap to clone.
#[derive(Clone)]
pub struct Visit {
    /// The web room.
    pub app: App,
    /// Their session.
    pub session: Arc<Session>,
    /// The request.
    pub asks: Arc<Asks>,
}

impl Visit {
    /// The door.
    pub fn gate(&self) -> &Gate {
        &self.app.gate
    }

    /// Who asks.
    pub fn ctx(&self) -> &Ctx {
        &self.session.ctx
    }

    /// The reader's language.
    pub fn locale(&self) -> Locale {
        self.session.ctx.locale
    }

    /// A phrase in the reader's language.
    pub fn t(&self, key: &'static str) -> &'static str {
        texts::t(self.locale(), key)
    }

    /// A phrase with its gaps filled.
    pub fn fill(&self, key: &str, args: &[(&str, &str)]) -> String {
        texts::fill(self.locale(), key, args)
    }

    /// Whether the caller may do this to some record of the object.
    pub fn may(&self, object: &str, action: &str) -> bool {
        self.ctx().rights.may(object, action)
    }

    /// Answers with a page: the whole document, or its `<main>` for htmx. `make` runs on a thread that
    /// may wait and is the only place of a handler that goes through the door.
    ///
    /// # Errors
    /// With whatever refused.
    pub async fn page<E>(self, make: impl FnOnce(&Visit) -> Result<Page, E> + Send + 'static) -> Answer
    where
        E: Into<Problem> + Send + 'static,
    {
        let app = self.app.clone();
        app.run(move |_| self.reading(|| Ok::<_, Problem>(make(&self).map_err(Into::into)?.answer(&self)?)))
            .await
    }

    /// Answers with a part of a page.
    ///
    /// # Errors
    /// With whatever refused.
    pub async fn fragment<E>(self, make: impl FnOnce(&Visit) -> Result<Markup, E> + Send + 'static) -> Answer
    where
        E: Into<Problem> + Send + 'static,
    {
        self.answer(move |visit| make(visit).map(|markup| html(markup.into_string()))).await
    }

    /// Answers with anything, made on a thread that may wait.
    ///
    /// # Errors
    /// With whatever refused.
    pub async fn answer<E>(self, make: impl FnOnce(&Visit) -> Result<Response, E> + Send + 'static) -> Answer
    where
        E: Into<Problem> + Send + 'static,
    {
        let app = self.app.clone();
        app.run(move |_| self.reading(|| make(&self))).await
    }

    /// A request that changes nothing reads from one snapshot.
    fn reading<T>(&self, f: impl FnOnce() -> T) -> T {
        if self.asks.reads { self.gate().on_snapshot(f) } else { f() }
    }

    /// Leads to another page after a change: htmx is told to navigate inside the shell.
    pub fn go(&self, url: &str) -> Response {
        if !self.asks.htmx {
            return Redirect::to(url).into_response();
        }
        // A boosted form is htmx's own, which needs to know the target; our own scripts take the bare address.
        let place = match self.asks.main {
            true => {
                serde_json::json!({ "path": url, "target": "#main", "select": "#main", "swap": "outerMorph" })
                    .to_string()
            }
            false => url.to_owned(),
        };
        ([("hx-location", place)], ()).into_response()
    }
}

/// HTML as a response.
pub fn html(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

impl FromRequestParts<App> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        // The guard of a public route puts none there, and then the handler should not have asked for one.
        parts
            .extensions
            .get::<Visit>()
            .cloned()
            .ok_or_else(|| Problem::from(Error::forbidden("error.log_in")))
    }
}
