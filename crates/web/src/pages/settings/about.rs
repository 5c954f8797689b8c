//! What this program is.

use crate::{
    session::{Answer, Visit},
    ui,
};
use guanxi_gate::Error;
use maud::html as markup;

/// `GET /settings/about`
///
/// # Errors
/// When the users cannot be counted.
pub async fn show(visit: Visit) -> Answer {
    visit
        .page(|visit| -> Result<_, Error> {
            let engine = if visit.gate().engine() == "postgres" { "PostgreSQL" } else { "SQLite" };
            let objects = visit.gate().registry().objects().count();
            let users = super::users::count(visit)?;
            let fact =
                |key: &'static str, text: &str| ui::setting(visit.t(key), "", &markup! { span { (text) } });
            let body = markup! {
                section {
                    p { (visit.t("about.text")) }
                    (fact("about.version", env!("CARGO_PKG_VERSION")))
                    (fact("about.licence", env!("CARGO_PKG_LICENSE")))
                    (fact("sets.engine", engine))
                    (fact("about.objects", &objects.to_string()))
                    (fact("about.users", &users.to_string()))
                }
            };
            Ok(super::page(visit, "about", visit.t("settings.about"), None, &body))
        })
        .await
}
