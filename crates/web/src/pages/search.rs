//! `GET /search?q=`: records of all objects, by object, with what matched marked.

use crate::{
    page::Page,
    session::{Answer, Visit},
    ui::{self, Bar, Empty, EmptyKind},
};
use guanxi_gate::{Error, Hit};
use maud::{Markup, html as markup};

/// The page.
///
/// # Errors
/// When the search fails.
pub async fn show(visit: Visit) -> Answer {
    visit.page(draw).await
}

fn draw(visit: &Visit) -> Result<Page, Error> {
    let text: String = visit.asks.param("q").unwrap_or_default().trim().chars().take(100).collect();
    let hits =
        if text.is_empty() { Vec::new() } else { visit.gate().search(visit.ctx(), &text, None, 100)? };
    let mut groups: Vec<(&str, Vec<&Hit>)> = Vec::new();
    for hit in &hits {
        match groups.iter_mut().find(|(name, _)| *name == hit.object.name) {
            Some((_, list)) => list.push(hit),
            None => groups.push((&hit.object.name, vec![hit])),
        }
    }
    let title = visit.t("search.title");
    let sub = if hits.is_empty() {
        String::new()
    } else {
        crate::texts::count(visit.locale(), "search.found", hits.len() as i64)
    };
    let main = markup! {
        (ui::bar(&Bar { title: title.to_owned(), sub, ..Bar::default() }))
        div .form-page.scroll-end {
            div .body {
                form .search-page method="get" action="/search" role="search" {
                    label .sr-only for="search-input" { (title) }
                    input .input type="search" id="search-input" name="q" value=(text) placeholder=(visit.t("search.placeholder"))
                        autocomplete="off" autofocus[text.is_empty()];
                }
                @if text.is_empty() {
                    (ui::empty_state(&Empty { icon: "search".to_owned(), title: visit.t("search.start").to_owned(), text: visit.t("search.hint").to_owned(), ..Empty::default() }))
                } @else if hits.is_empty() {
                    (ui::empty_state(&Empty {
                        kind: EmptyKind::NoMatch,
                        title: visit.fill("search.none", &[("q", &text)]),
                        text: visit.t("search.none_text").to_owned(),
                        ..Empty::default()
                    }))
                }
                @for (name, list) in &groups {
                    section .card.related {
                        h3 {
                            (ui::icon(&list[0].object.icon))
                            span { (list[0].object.plural_label(visit.locale())) }
                            span .count { (list.len()) }
                        }
                        ul { @for hit in list { li { (line(hit)) } } }
                        @if list.len() >= 20 {
                            a .all href={ "/" (name) "?q=" (crate::session::encode(&text)) } { (visit.t("search.all")) }
                        }
                    }
                }
            }
        }
    };
    Ok(Page { title: title.to_owned(), menu: "search".to_owned(), main, ..Page::default() })
}

fn line(hit: &Hit) -> Markup {
    markup! {
        a href={ "/" (hit.object.name) "/" (hit.id) } {
            span .text {
                span .ell { (marked(&hit.title, &hit.ranges)) }
                @if !hit.hint.is_empty() { small { (hit.hint) } }
            }
        }
    }
}

/// A title with what matched marked.
fn marked(title: &str, ranges: &[(usize, usize)]) -> Markup {
    let mut at = 0;
    let mut parts: Vec<(bool, &str)> = Vec::new();
    for (from, to) in ranges {
        // Ranges that do not fall on letters would be a fault of the search; the title is then shown plain.
        if let (Some(before), Some(hit)) = (title.get(at..*from), title.get(*from..*to)) {
            parts.extend([(false, before), (true, hit)]);
            at = *to;
        }
    }
    parts.push((false, title.get(at..).unwrap_or_default()));
    markup! {
        @for (hit, text) in parts { @if hit { mark { (text) } } @else { (text) } }
    }
}
