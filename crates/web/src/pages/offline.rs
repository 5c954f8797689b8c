//! The program without the network: what a phone needs to install it, and the page that says there is none.

use crate::{
    assets,
    page::{self, Page},
    session::{Answer, Guest, Visit},
    ui::{self, Bar, Empty, EmptyKind},
};
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use guanxi_gate::Error;
use maud::html;
use serde_json::json;

/// `GET /manifest.webmanifest`: the name and the icon under which the program is installed.
///
/// # Errors
/// When the settings cannot be read.
pub async fn manifest(guest: Guest) -> Answer {
    let locale = guest.locale;
    let company = guest.app.run(move |gate| page::company(gate, locale)).await?;
    let icon = |purpose: &str| json!({ "src": assets::url("favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": purpose });
    let manifest = json!({
        "id": "/",
        "name": company,
        "short_name": guest.t("app.name"),
        "lang": locale.tag(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f8f9fa",
        "theme_color": "#f8f9fa",
        "icons": [icon("any"), icon("maskable")],
    });
    let mut response: Response = manifest.to_string().into_response();
    let kind = HeaderValue::from_static("application/manifest+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// `GET /offline`: kept by the browser and shown in place of a page that it does not have. The island lists
/// the records that it has.
///
/// # Errors
/// When the frame cannot be drawn.
pub async fn show(visit: Visit) -> Answer {
    visit
        .page(|visit| -> Result<Page, Error> {
            let title = visit.t("offline.title").to_owned();
            let empty = ui::empty_state(&Empty {
                kind: EmptyKind::Failed,
                icon: "wifi-off".to_owned(),
                title: title.clone(),
                text: visit.t("offline.text").to_owned(),
                ..Empty::default()
            });
            let main = html! {
                (ui::bar(&Bar { title: title.clone(), ..Bar::default() }))
                offline-pages .scroll-end {
                    (empty)
                    section .card {
                        h2 { (visit.t("offline.records")) }
                        ul {}
                    }
                }
            };
            Ok(Page { title, main, ..Page::default() })
        })
        .await
}
