//! `GET /dev/ui`: every component in both themes.

use crate::{
    page::Page,
    session::{Answer, Visit},
    ui,
};
use guanxi_gate::Error;

/// The gallery.
///
/// # Errors
/// When the frame cannot be drawn.
pub async fn gallery(visit: Visit) -> Answer {
    visit
        .page(|visit| {
            let main = ui::gallery::page(visit.locale().code());
            Ok::<_, Error>(Page { title: "UI".to_owned(), main, ..Page::default() })
        })
        .await
}
