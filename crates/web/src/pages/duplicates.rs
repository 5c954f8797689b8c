//! Finding duplicates: the box that is asked before a record is made, and the walk through all that look alike.

use crate::{
    page::Page,
    pages::answer,
    session::{Answer, Params, Visit},
    show,
    ui::{self, Bar, Button, Empty, EmptyKind, Tone},
};
use axum::{body::Bytes, extract::Path, response::Response};
use guanxi_gate::{Cluster, DuplicateHit, Error, merge::MERGE};
use guanxi_model::{Object, RecordId, access::action};
use maud::{Markup, html as markup};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

/// Groups on a page.
const PAGE: usize = 20;

/// `GET /duplicates?q=`: whose customer is it?
///
/// # Errors
/// When the check fails.
pub async fn check(visit: Visit) -> Answer {
    visit.page(box_page).await
}

/// Objects among whose records the caller may ask.
fn asked(visit: &Visit) -> Vec<Arc<Object>> {
    let registry = visit.gate().registry();
    let may =
        |object: &Object| [action::CREATE, action::READ].iter().any(|action| visit.may(&object.name, action));
    registry.objects().filter(|object| !object.duplicates.is_empty() && may(object)).cloned().collect()
}

fn box_page(visit: &Visit) -> Result<Page, Error> {
    let text: String = visit.asks.param("q").unwrap_or_default().trim().chars().take(100).collect();
    let (hits, refused) = match visit.gate().check(visit.ctx(), &text) {
        _ if text.is_empty() => (Vec::new(), None),
        Ok(hits) => (hits, None),
        Err(Error::TooMany(message)) => {
            (Vec::new(), Some(crate::error::say_message(visit.gate().phrases(), visit.locale(), &message)))
        }
        Err(error @ Error::Invalid(_)) => (Vec::new(), answer::sentence(visit, &error)),
        Err(error) => return Err(error),
    };
    let title = visit.t("duplicates.title");
    let objects = asked(visit);
    let names: Vec<&str> = objects.iter().map(|object| object.label.get(visit.locale())).collect();
    let (same, similar): (Vec<&DuplicateHit>, Vec<&DuplicateHit>) = hits.iter().partition(|hit| !hit.similar);
    let walks = objects.iter().filter(|o| visit.may(&o.name, MERGE) && o.verb(MERGE).is_some());
    let main = markup! {
        (ui::bar(&Bar {
            title: title.to_owned(),
            actions: Some(markup! {
                @for object in walks {
                    (Button::new(visit.fill("duplicates.walk", &[("object", object.plural_label(visit.locale()))])).icon("git-merge").go(format!("/{}/duplicates", object.name)))
                }
            }),
            ..Bar::default()
        }))
        div .form-page.scroll-end {
            div .body {
                form .search-page method="get" action="/duplicates" role="search" {
                    label .sr-only for="duplicates-input" { (title) }
                    input .input type="search" id="duplicates-input" name="q" value=(text) placeholder=(visit.t("duplicates.placeholder"))
                        autocomplete="off" autofocus[text.is_empty()] aria-invalid=[refused.is_some().then_some("true")] aria-describedby="duplicates-hint";
                    (Button::new(visit.t("duplicates.check")).primary().icon("scan-search").submit())
                }
                p .hint id="duplicates-hint" { (visit.fill("duplicates.hint", &[("objects", &names.join(visit.t("merge.comma")))])) }
                @if let Some(text) = &refused {
                    (ui::notice(Tone::Warn, &markup! { (text) }, None))
                } @else if !text.is_empty() && hits.is_empty() {
                    (ui::empty_state(&Empty {
                        kind: EmptyKind::NoMatch,
                        icon: "circle-check".to_owned(),
                        title: visit.fill("duplicates.none", &[("q", &text)]),
                        text: visit.t("duplicates.none_text").to_owned(),
                        actions: Some(new_buttons(visit, &objects)),
                        ..Empty::default()
                    }))
                }
                @for (heading, list) in [("duplicates.same", &same), ("duplicates.similar", &similar)] {
                    @if !list.is_empty() {
                        section .card.related {
                            h2 { span { (visit.t(heading)) } span .count { (list.len()) } }
                            (table(visit, list, false))
                        }
                    }
                }
            }
        }
    };
    Ok(Page { title: title.to_owned(), menu: "duplicates".to_owned(), main, ..Page::default() })
}

fn new_buttons(visit: &Visit, objects: &[Arc<Object>]) -> Markup {
    markup! {
        @for object in objects.iter().filter(|object| visit.may(&object.name, action::CREATE) && !object.access.program_only) {
            (Button::new(visit.fill("common.new", &[("object", object.label.get(visit.locale()))])).icon("plus").go(format!("/{}/new", object.name)))
        }
    }
}

/// Records as a table: what, who has it, since when. With a box for each when they are to be chosen from.
fn table(visit: &Visit, hits: &[&DuplicateHit], choose: bool) -> Markup {
    let several = hits.iter().any(|hit| hit.object != hits[0].object);
    markup! {
        div .table-scroll {
            table .table {
                thead { tr {
                    @if choose { th scope="col" { span .sr-only { (visit.t("duplicates.choose")) } } }
                    th scope="col" { (visit.t("duplicates.record")) }
                    @if several { th scope="col" { (visit.t("duplicates.kind")) } }
                    @if !choose { th scope="col" { (visit.t("duplicates.agrees")) } }
                    th scope="col" { (visit.t("duplicates.owner")) }
                    th scope="col" { (visit.t("duplicates.department")) }
                    th scope="col" { (visit.t("duplicates.since")) }
                } }
                tbody { @for hit in hits { (row(visit, hit, several, choose)) } }
            }
        }
    }
}

fn row(visit: &Visit, hit: &DuplicateHit, several: bool, choose: bool) -> Markup {
    let object = visit.gate().object(&hit.object).ok();
    let title = hit.title.clone().unwrap_or_else(|| visit.t("form.not_yours").to_owned());
    let label = |name: &str| {
        object.as_ref().and_then(|o| o.field(name).map(|f| f.label.get(visit.locale()).to_owned()))
    };
    markup! {
        tr {
            @if choose { td { input type="checkbox" name="ids" value=(hit.id) checked aria-label=(title); } }
            td {
                @if hit.visible { a .link href={ "/" (hit.object) "/" (hit.id) } { (title) } } @else { (title) }
            }
            @if several { td { (object.as_ref().map(|object| object.label.get(visit.locale()).to_owned()).unwrap_or_default()) } }
            @if !choose { td { (label(&hit.field).unwrap_or_default()) } }
            td { (holder(visit, hit)) }
            td { (hit.department.clone().unwrap_or_default()) }
            td { @if let Some(at) = hit.created_at { (show::ago(visit.ctx(), at)) } }
        }
    }
}

/// Who has it: a person, a pool, or nobody.
fn holder(visit: &Visit, hit: &DuplicateHit) -> String {
    match (&hit.owner, &hit.pool) {
        (Some(owner), _) => owner.clone(),
        (None, Some(pool)) => visit.fill("duplicates.in_pool", &[("pool", pool)]),
        (None, None) => visit.t("duplicates.nobody").to_owned(),
    }
}

/// Owner, department and time of a record in one line.
pub fn facts(visit: &Visit, hit: &DuplicateHit) -> String {
    let since = hit.created_at.map(|at| visit.fill("form.made", &[("when", &show::ago(visit.ctx(), at))]));
    [Some(holder(visit, hit)), hit.department.clone(), since]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

/// A search that is running, or why it failed.
#[derive(Clone, Default)]
struct Running {
    done: i64,
    of: i64,
    ended: bool,
    failed: Option<String>,
}

type Runs = HashMap<(String, String), Arc<Mutex<Running>>>;

/// Searches by account set and object. A search belongs to the set, not to who began it.
static RUNNING: LazyLock<Mutex<Runs>> = LazyLock::new(Mutex::default);

fn running(visit: &Visit, object: &str) -> Option<Running> {
    let key = (visit.gate().set_name().to_owned(), object.to_owned());
    let state = RUNNING.lock().get(&key).cloned()?;
    let state = state.lock().clone();
    Some(state)
}

/// `GET /{object}/duplicates`: all that look alike, group by group.
///
/// # Errors
/// When the caller may not merge such records.
pub async fn walk(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit.page(move |visit| walk_page(visit, &object, &params)).await
}

fn walk_page(visit: &Visit, object: &str, params: &Params) -> Result<Page, Error> {
    let object = visit.gate().object(object)?;
    let last = visit.gate().last_duplicate_search(visit.ctx(), &object.name)?;
    let after = params.get("after").and_then(|n| n.parse().ok()).unwrap_or(0);
    let (clusters, next) = visit.gate().duplicate_clusters(visit.ctx(), &object.name, after, PAGE)?;
    let plural = object.plural_label(visit.locale());
    let title = visit.fill("duplicates.walk", &[("object", plural)]);
    let sub = last.map_or_else(String::new, |found| {
        let groups = crate::texts::count(visit.locale(), "duplicates.groups", found.groups);
        visit.fill("duplicates.last", &[("groups", &groups), ("when", &show::ago(visit.ctx(), found.at))])
    });
    let trail =
        [(visit.t("duplicates.title").to_owned(), Some("/duplicates".to_owned())), (title.clone(), None)];
    let main = markup! {
        (ui::bar(&Bar { start: Some(ui::crumbs(visit.t("common.back"), &trail)), sub, ..Bar::default() }))
        div .form-page.scroll-end {
            div .body {
                (progress(visit, &object))
                @if clusters.is_empty() && last.is_some() {
                    (ui::empty_state(&Empty {
                        kind: EmptyKind::NoMatch,
                        icon: "circle-check".to_owned(),
                        title: visit.t("duplicates.clean").to_owned(),
                        text: visit.t("duplicates.clean_text").to_owned(),
                        ..Empty::default()
                    }))
                }
                @for cluster in &clusters { (card(visit, &object, cluster)) }
                @if let Some(next) = next {
                    p { a .btn.ghost href={ "/" (object.name) "/duplicates?after=" (next) } { (visit.t("duplicates.more")) } }
                }
            }
        }
    };
    Ok(Page { title, menu: "duplicates".to_owned(), main, ..Page::default() })
}

/// The button that begins a search, or how far it has come.
fn progress(visit: &Visit, object: &Object) -> Markup {
    let url = format!("/{}/duplicates/search", object.name);
    let state = running(visit, &object.name);
    markup! {
        div id="duplicates-search" .stack {
            @match &state {
                Some(state) if !state.ended => {
                    @let whole = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
                    @let text = format!("{} / {}", guanxi_gate::words::grouped(&state.done.to_string()), guanxi_gate::words::grouped(&state.of.to_string()));
                    div aria-live="polite" hx-get=(url) hx-trigger="every 1s" hx-target="#duplicates-search" hx-swap="outerHTML" {
                        (ui::progress(whole(state.done), whole(state.of.max(1)), Tone::Plain, visit.t("duplicates.searching"), &text))
                    }
                }
                state => {
                    @if let Some(text) = state.as_ref().and_then(|state| state.failed.as_ref()) {
                        (ui::notice(Tone::Bad, &markup! { (text) }, None))
                    }
                    form .row method="post" action=(url) {
                        (crate::session::csrf(visit))
                        (Button::new(visit.t("duplicates.search_all")).icon("radar").submit())
                        span .muted { (visit.fill("duplicates.search_text", &[("object", object.plural_label(visit.locale()))])) }
                    }
                }
            }
        }
    }
}

fn card(visit: &Visit, object: &Object, cluster: &Cluster) -> Markup {
    let evidence: Vec<String> = cluster
        .evidence
        .iter()
        .filter(|(name, similar)| !similar || !cluster.evidence.contains(&(name.clone(), false)))
        .map(|(name, similar)| {
            let label = object.field(name).map(|f| f.label.get(visit.locale())).unwrap_or_default();
            visit.fill(if *similar { "form.similar_by" } else { "form.same" }, &[("field", label)])
        })
        .collect();
    let hits: Vec<&DuplicateHit> = cluster.hits.iter().collect();
    let tone = if cluster.similar { Tone::Muted } else { Tone::Warn };
    let word = visit.t(if cluster.similar { "duplicates.similar" } else { "duplicates.same" });
    let button = |key: &'static str, icon: &str, to: &str, primary: bool| {
        markup! {
            button .btn.sz-s .primary[primary] type="submit" name="do" value=(to) { (ui::icon(icon)) span .label { (visit.t(key)) } }
        }
    };
    markup! {
        section .card.duplicate-group id={ "group-" (cluster.number) } aria-label=(evidence.join(" · ")) {
            form method="post" action={ "/" (object.name) "/duplicates/decide" } {
                (crate::session::csrf(visit))
                header .row {
                    (ui::toned(if cluster.similar { "scan-search" } else { "copy" }, word, tone))
                    span .muted { (evidence.join(" · ")) }
                }
                (table(visit, &hits, true))
                div .row {
                    (button("duplicates.merge", "git-merge", "merge", true))
                    (button("duplicates.distinct", "x", "distinct", false))
                }
            }
        }
    }
}

/// `POST /{object}/duplicates/search`: begins a search on a thread of its own.
///
/// # Errors
/// When the caller may not merge such records.
pub async fn search(visit: Visit, Path(object): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let object = visit.gate().object(&object)?;
            // Asks for the right before anything is begun.
            visit.gate().last_duplicate_search(visit.ctx(), &object.name)?;
            begin(visit, &object.name);
            Ok(visit.go(&format!("/{}/duplicates", object.name)))
        })
        .await
}

fn begin(visit: &Visit, object: &str) {
    let key = (visit.gate().set_name().to_owned(), object.to_owned());
    let state = {
        let mut all = RUNNING.lock();
        if all.get(&key).is_some_and(|state| !state.lock().ended) {
            return;
        }
        let state = Arc::new(Mutex::new(Running::default()));
        all.insert(key, state.clone());
        state
    };
    let (app, ctx, locale, object) =
        (visit.app.clone(), visit.ctx().clone(), visit.locale(), object.to_owned());
    std::thread::spawn(move || {
        let outcome = app.gate.search_duplicates(&ctx, &object, &mut |done, of| {
            let mut state = state.lock();
            (state.done, state.of) = (done, of);
        });
        let mut state = state.lock();
        state.ended = true;
        state.failed = outcome.err().map(|error| {
            let told = crate::error::Problem::from(error).tell(&app, locale);
            if told.text.is_empty() { told.title } else { told.text }
        });
    });
}

/// `GET /{object}/duplicates/search`: how far it has come; the page again when it has ended.
///
/// # Errors
/// When there is no such object.
pub async fn searching(visit: Visit, Path(object): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let object = visit.gate().object(&object)?;
            let ended = running(visit, &object.name).is_none_or(|state| state.ended);
            if ended || !visit.asks.htmx {
                return Ok(visit.go(&format!("/{}/duplicates", object.name)));
            }
            Ok(crate::session::html(progress(visit, &object).into_string()))
        })
        .await
}

/// `POST /{object}/duplicates/decide`: merge the ticked ones, or remember that they are not the same.
///
/// # Errors
/// When the door refuses.
pub async fn decide(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let ids: Vec<RecordId> = params.all("ids").filter_map(|id| id.parse().ok()).collect();
            let list = format!("/{object}/duplicates");
            if params.get("do") == Some("merge") {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                return Ok(visit.go(&format!("/{object}/merge?ids={}", ids.join(","))));
            }
            match visit.gate().mark_distinct(visit.ctx(), &object, &ids) {
                Ok(()) => Ok(answer::done(visit, &list, visit.t("duplicates.remembered"), None)),
                Err(error) => match answer::sentence(visit, &error) {
                    Some(text) => {
                        let response = visit.go(&list);
                        Ok(answer::toasted(response, Tone::Bad, text, None))
                    }
                    None => Err(error),
                },
            }
        })
        .await
}
