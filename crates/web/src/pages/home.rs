//! The first page: what is to be done today, what is coming up, what one worked on, and how one stands.

mod goals;

use crate::{
    page::Page,
    pages::{calendar::agenda, list},
    session::{Answer, Visit, encode},
    show,
    ui::{self, Bar, Button, ChartCard, Kpi, Related, RelatedItem, Tone},
};
use guanxi_crm::office::todo::{Todo, todos};
use guanxi_gate::Error;
use guanxi_model::{
    Aggregate, Object, Query, Value,
    access::action,
    expr::{self, Expr, Word},
    query::{DatePart, Group, Measure, MeasureFn},
};
use jiff::{Timestamp, ToSpan as _};
use maud::{Markup, html};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde_json::json;
use std::sync::Arc;

/// Objects whose records one works on.
const WORKED_ON: [&str; 5] = ["customer", "opportunity", "contact", "service_request", "order"];
/// What one makes most often.
const MADE: [&str; 5] = ["customer", "opportunity", "service_request", "task", "activity"];

/// `GET /`
///
/// # Errors
/// When the set cannot be read.
pub async fn show(visit: Visit) -> Answer {
    visit
        .page(|visit| -> Result<Page, Error> {
            let todos = todos(visit.gate(), visit.ctx())?;
            let pipeline = pipeline(visit)?;
            let main = html! {
                (head(visit))
                div .dash.home.scroll-end {
                    (figures(visit, &todos)?)
                    (goals::draw(visit)?)
                    (to_do(visit, &todos))
                    (upcoming(visit)?)
                    @if let Some(pipeline) = pipeline { (pipeline) }
                    (recent(visit)?)
                }
            };
            Ok(Page {
                title: visit.t("nav.home").to_owned(),
                menu: "home".to_owned(),
                main,
                ..Page::default()
            })
        })
        .await
}

fn head(visit: &Visit) -> Markup {
    let hour = visit.ctx().now.to_zoned(visit.ctx().zone.clone()).hour();
    let greeting = match hour {
        5..=10 => "home.morning",
        11..=12 => "home.noon",
        13..=17 => "home.afternoon",
        _ => "home.evening",
    };
    let quick = MADE
        .iter()
        .filter_map(|name| visit.gate().object(name).ok())
        .filter(|object| list::may_create(visit, object));
    let quick: Vec<Arc<Object>> = quick.take(3).collect();
    ui::bar(&Bar {
        title: visit.fill(greeting, &[("name", &visit.ctx().subject.name)]),
        sub: show::long_day(visit.ctx(), visit.ctx().today),
        actions: Some(html! {
            (Button::icon_only("moon", visit.t("nav.theme")).run("theme").hide_small())
            (Button::icon_only("bell", visit.t("nav.bell")).go("/notices").hide_small())
            @for (position, object) in quick.iter().enumerate().rev() {
                @let label = visit.fill("common.new", &[("object", object.label.get(visit.locale()))]);
                @let button = Button::new(label).icon("plus").go(format!("/{}/new", object.name)).hide_small();
                @if position == 0 { (button.primary().key("C")) } @else { (button) }
            }
        }),
        ..Bar::default()
    })
}

fn joined(reach: Option<Expr>, more: &str) -> Result<Expr, Error> {
    let more = expr::parse(more)?;
    Ok(reach.map_or_else(|| more.clone(), |reach| reach.and(more.clone())))
}

fn list_url(object: &str, filter: &Expr) -> String {
    format!("/{object}?view=all&filter={}", encode(&filter.to_string()))
}

/// Four figures: customers, open business, orders of the month, what is late.
fn figures(visit: &Visit, todos: &[Todo]) -> Result<Markup, Error> {
    let locale = visit.locale();
    let mut kpis = Vec::new();
    if visit.may("customer", action::READ) {
        let mine = joined(list::reach(visit, "customer"), "true")?;
        let fresh = mine.clone().and(
            expr::parse("created_at >= instant(start_of_month)")
                .or_else(|_| expr::parse("created_at >= start_of_month"))?,
        );
        let count = list::count(visit, "customer", Some(mine.clone()), "")?;
        let new = list::count(visit, "customer", Some(fresh), "")?;
        kpis.push(Kpi {
            title: visit.t("home.customers").to_owned(),
            value: list::capped(count),
            delta: visit.fill("home.new_this_month", &[("n", &list::capped(new))]),
            tone: if new > 0 { Tone::Ok } else { Tone::Muted },
            href: Some(list_url("customer", &mine)),
            ..Kpi::default()
        });
    }
    if visit.may("opportunity", action::READ) {
        let open = joined(list::reach(visit, "opportunity"), r#"status in ["assigned", "developing"]"#)?;
        let (count, amount) = sum(visit, "opportunity", "amount", open.clone())?;
        kpis.push(Kpi {
            title: visit.t("home.pipeline").to_owned(),
            value: show::compact(amount, locale),
            delta: visit.fill("home.deals", &[("n", &count.to_string())]),
            href: Some(list_url("opportunity", &open)),
            ..Kpi::default()
        });
    }
    if visit.may("order", action::READ) {
        let month = joined(list::reach(visit, "order"), "ordered_on >= start_of_month")?;
        let (count, amount) = sum(visit, "order", "total", month.clone())?;
        kpis.push(Kpi {
            title: visit.t("home.orders").to_owned(),
            value: show::compact(amount, locale),
            delta: visit.fill("home.orders_n", &[("n", &count.to_string())]),
            href: Some(list_url("order", &month)),
            ..Kpi::default()
        });
    }
    let late: i64 = todos.iter().map(Todo::late).sum();
    if !todos.is_empty() {
        let open: i64 = todos.iter().map(Todo::open).sum();
        kpis.push(Kpi {
            title: visit.t("home.late").to_owned(),
            value: late.to_string(),
            delta: visit.fill("home.open", &[("n", &open.to_string())]),
            tone: if late > 0 { Tone::Bad } else { Tone::Muted },
            href: Some("/todo".to_owned()),
            ..Kpi::default()
        });
    }
    Ok(html! { @for kpi in kpis.iter().take(4) { (ui::kpi(kpi)) } })
}

fn sum(visit: &Visit, object: &str, field: &str, filter: Expr) -> Result<(i64, Decimal), Error> {
    let measures = vec![
        Measure { function: MeasureFn::Count, field: None },
        Measure { function: MeasureFn::Sum, field: Some(field.to_owned()) },
    ];
    let aggregate = Aggregate {
        object: object.to_owned(),
        measures,
        filter: Some(filter),
        limit: 1,
        ..Aggregate::default()
    };
    let table = match visit.gate().aggregate(visit.ctx(), &aggregate) {
        Ok(table) => table,
        Err(Error::Forbidden(_)) => return Ok((0, Decimal::ZERO)),
        Err(error) => return Err(error),
    };
    let row = table.rows.first();
    let number =
        |at: usize| row.and_then(|row| row.measures.get(at)).and_then(Value::as_decimal).unwrap_or_default();
    Ok((number(0).to_i64().unwrap_or_default(), number(1)))
}

/// The counters of the day, each leading to the list of exactly what it counts.
fn to_do(visit: &Visit, todos: &[Todo]) -> Markup {
    let mut open: Vec<&Todo> = todos.iter().filter(|todo| todo.open() > 0).collect();
    open.sort_by_key(|todo| todo.late() == 0);
    let items = open.into_iter().map(|todo| {
        let late = todo.late();
        RelatedItem {
            href: crate::pages::todo::url(todo.name, if todo.today.count > 0 { "today" } else { "overdue" }),
            avatar: Some(html! { (ui::icon(todo.icon)) }),
            title: todo.label.clone(),
            end: list::capped(todo.open()),
            end_hint: if late > 0 {
                visit.fill("todo.late_n", &[("n", &list::capped(late))])
            } else {
                String::new()
            },
            tone: if late > 0 { Tone::Bad } else { Tone::Plain },
            ..RelatedItem::default()
        }
    });
    let list = ui::related_list(&Related {
        id: "to-do".to_owned(),
        title: visit.t("home.to_do").to_owned(),
        items: items.collect(),
        all: Some(("/todo".to_owned(), visit.t("todo.open_page").to_owned())),
        none: visit.t("home.nothing_to_do").to_owned(),
        ..Related::default()
    });
    html! { div .half { (list) } }
}

/// What is on in the coming week.
fn upcoming(visit: &Visit) -> Result<Markup, Error> {
    let ctx = visit.ctx();
    let last = ctx.today.checked_add(7.days()).unwrap_or(ctx.today);
    let mut items: Vec<(jiff::civil::Date, Option<Timestamp>, RelatedItem)> = Vec::new();
    for due in agenda::own(visit, ctx.today, last, 8)? {
        let agenda::Due { object, field, row } = &due;
        let Some((day, at)) = agenda::moment_of(ctx, row, field).filter(|_| !show::has_ended(object, row))
        else {
            continue;
        };
        let (_, words, tone) = show::due(ctx, day, at);
        let item = RelatedItem {
            href: format!("/{}/{}", object.name, row.id),
            avatar: Some(html! { (ui::icon(&object.icon)) }),
            title: row.title(),
            hint: Some(html! { (object.label.get(visit.locale())) }),
            end: words,
            tone,
            ..RelatedItem::default()
        };
        items.push((day, at, item));
    }
    items.sort_by_key(|(day, at, _)| (*day, at.is_none(), *at));
    let list = ui::related_list(&Related {
        id: "upcoming".to_owned(),
        title: visit.t("home.upcoming").to_owned(),
        items: items.into_iter().take(7).map(|(_, _, item)| item).collect(),
        all: Some(("/calendar".to_owned(), visit.t("nav.calendar").to_owned())),
        none: visit.t("home.nothing_upcoming").to_owned(),
        ..Related::default()
    });
    Ok(html! { div .half { (list) } })
}

/// Open business by where it stands.
fn pipeline(visit: &Visit) -> Result<Option<Markup>, Error> {
    if !visit.may("opportunity", action::READ) {
        return Ok(None);
    }
    let object = visit.gate().object("opportunity")?;
    let Some(field) = object.field("status") else { return Ok(None) };
    let reach = list::reach(visit, "opportunity");
    let aggregate = Aggregate {
        object: "opportunity".to_owned(),
        group_by: vec![Group { field: "status".to_owned(), part: DatePart::Whole }],
        measures: vec![
            Measure { function: MeasureFn::Count, field: None },
            Measure { function: MeasureFn::Sum, field: Some("amount".to_owned()) },
        ],
        filter: reach.clone(),
        limit: 50,
        ..Aggregate::default()
    };
    let table = match visit.gate().aggregate(visit.ctx(), &aggregate) {
        Ok(table) => table,
        Err(Error::Forbidden(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let ten_thousand = Decimal::from(10_000);
    let (mut categories, mut amounts, mut urls, mut total) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for option in field.options.iter().filter(|option| option.value != "archived") {
        let row =
            table.rows.iter().find(|row| row.keys.first().and_then(Value::as_text) == Some(&option.value));
        let number = |at: usize| {
            row.and_then(|row| row.measures.get(at)).and_then(Value::as_decimal).unwrap_or_default()
        };
        total += number(0).to_i64().unwrap_or_default();
        let amount = if visit.locale() == guanxi_model::Locale::Zh {
            number(1) / ten_thousand
        } else {
            number(1) / Decimal::from(1000)
        };
        categories.push(option.label.get(visit.locale()).to_owned());
        amounts.push(amount.round_dp(1).to_f64().unwrap_or_default());
        let at = Expr::eq("status", option.value.as_str());
        urls.push(list_url(
            "opportunity",
            &reach.clone().map_or_else(|| at.clone(), |reach| reach.and(at.clone())),
        ));
    }
    if total == 0 {
        return Ok(None);
    }
    Ok(Some(ui::chart_card(&ChartCard {
        id: "pipeline".to_owned(),
        title: visit.t("home.by_status").to_owned(),
        unit: visit.t("home.by_status_unit").to_owned(),
        summary: visit.fill("home.by_status_summary", &[("n", &total.to_string())]),
        span: 6,
        tall: false,
        data: json!({
            "kind": "hbar",
            "categories": categories,
            "series": [{ "name": visit.t("home.amount"), "values": amounts }],
            "urls": urls,
            "unit": visit.t("home.by_status_unit"),
        }),
        menu: visit.t("common.more").to_owned(),
    })))
}

/// What one changed last; for those who change little themselves, what their people changed.
fn recent(visit: &Visit) -> Result<Markup, Error> {
    let mine = Expr::eq("owner", Expr::Word(Word::Me));
    let mut title = "home.recent";
    let mut items = latest(visit, Some(&mine), "updated_at")?;
    if items.is_empty() {
        title = "home.team_recent";
        items = latest(visit, None, "created_at")?;
    }
    let list = ui::related_list(&Related {
        id: "recent".to_owned(),
        title: visit.t(title).to_owned(),
        items,
        none: visit.t("home.nothing_recent").to_owned(),
        ..Related::default()
    });
    Ok(html! { div .half { (list) } })
}

/// The last of the caller's records by when they were changed, or of everyone's by when they were made. Everyone's are
/// found by their ids, which rise with time: in a large set an order by change would be a walk through all of it.
fn latest(visit: &Visit, filter: Option<&Expr>, by: &str) -> Result<Vec<RelatedItem>, Error> {
    let order = if filter.is_some() { format!("-{by}") } else { "-id".to_owned() };
    let mut items: Vec<(Timestamp, RelatedItem)> = Vec::new();
    for name in WORKED_ON {
        let Ok(object) = visit.gate().object(name) else { continue };
        if !visit.may(name, action::READ) {
            continue;
        }
        let fields = [object.title.as_str(), by, "kind"];
        let mut query = Query::of(name)
            .fields(fields.into_iter().filter(|field| object.field(field).is_some()))
            .sort([order.as_str()])
            .limit(6);
        query.filter = filter.cloned();
        for row in visit.gate().list(visit.ctx(), &query)?.rows {
            let Some(at) = row.get(by).as_instant() else { continue };
            let title = row.title();
            let avatar = match list::avatar(&object, &row, &title) {
                none if none.0.is_empty() => html! { (ui::icon(&object.icon)) },
                avatar => avatar,
            };
            let item = RelatedItem {
                href: format!("/{name}/{}", row.id),
                avatar: Some(avatar),
                hint: Some(html! { (object.label.get(visit.locale())) }),
                end_hint: show::ago(visit.ctx(), at),
                title,
                ..RelatedItem::default()
            };
            items.push((at, item));
        }
    }
    items.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(items.into_iter().take(7).map(|(_, item)| item).collect())
}
