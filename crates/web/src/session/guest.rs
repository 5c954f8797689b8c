//! Someone who has not logged in: the log-in page and the first set-up are for them.

use super::Asks;
use crate::{app::App, error::Problem, texts};
use axum::{extract::FromRequestParts, http::request::Parts};
use guanxi_model::Locale;
use std::sync::Arc;

/// Someone who has not logged in.
#[derive(Clone)]
pub struct Guest {
    /// The web room.
    pub app: App,
    /// The request.
    pub asks: Arc<Asks>,
    /// Chosen on the page, else the browser's, else Chinese.
    pub locale: Locale,
}

impl Guest {
    pub(crate) fn new(app: App, asks: Arc<Asks>) -> Self {
        let chosen = asks.param("lang").and_then(|tag| tag.parse().ok());
        let locale = chosen.or(asks.locale).unwrap_or_default();
        Guest { app, asks, locale }
    }

    /// A phrase in the reader's language.
    pub fn t(&self, key: &'static str) -> &'static str {
        texts::t(self.locale, key)
    }

    /// A phrase with its gaps filled.
    pub fn fill(&self, key: &str, args: &[(&str, &str)]) -> String {
        texts::fill(self.locale, key, args)
    }
}

impl FromRequestParts<App> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let asks = parts.extensions.get::<Arc<Asks>>().cloned().unwrap_or_default();
        Ok(Guest::new(app.clone(), asks))
    }
}
