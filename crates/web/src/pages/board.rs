//! The board: a column for each value of one field, its cards, and the figures over them.

use crate::{
    pages::{
        answer, gate,
        list::{self, State},
    },
    session::{Answer, Params, Visit, html},
    show::{self, Showing},
    ui::{self, Act, Board, BoardColumn, Button, Deal, NextStep, Sum, Tone},
};
use axum::{body::Bytes, extract::Path, response::Response};
use guanxi_gate::{Cell, Draft, Error, Titles, Visible};
use guanxi_model::{
    Aggregate, Field, FieldKind, Object, Query, RecordId, Value, access,
    expr::{Comparison, Expr, Function, Word},
    object::BoardDef,
    query::{Group, Measure, MeasureFn},
};
use maud::{Markup, html as markup};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use std::collections::BTreeMap;

/// Cards of a column that are drawn at first.
const CARDS: usize = 30;

/// What the heads and the strip say of a column.
#[derive(Default, Clone, Copy)]
struct Figures {
    count: i64,
    amount: Decimal,
    weighted: Decimal,
}

/// The whole content of the page.
///
/// # Errors
/// When the set cannot be read.
pub fn draw(visit: &Visit, state: &State) -> Result<Markup, Error> {
    let (object, def, field) = parts(state)?;
    let figures = figures(visit, state, object, def)?;
    let groups = Groups::read(visit, state, field)?;
    let mut columns = Vec::new();
    let mut titles = Titles::default();
    for mut column in columns_of(visit, object, def, field, &groups, &figures) {
        if !column.folded {
            let more = visit.asks.param("column").as_deref() == Some(column.value.as_str());
            let query = cards_query(state, object, def, &column.value, if more { 500 } else { CARDS });
            let page = visit.gate().list(visit.ctx(), &query)?;
            column.cards =
                page.rows.iter().map(|row| deal(visit, object, def, state, row, &page.titles)).collect();
            column.more = page
                .next
                .map(|_| (state.url(&[("column", Some(&column.value))]), visit.t("board.more").to_owned()));
            titles.0.extend(page.titles.0);
        }
        columns.push(column);
    }
    let titles = list::named(visit, state, titles)?;
    let chips = list::chips(visit, state, &titles);
    let board = Board {
        object: object.name.clone(),
        field: def.by.clone(),
        label: object.plural_label(visit.locale()).to_owned(),
        columns,
    };
    let body = markup! {
        (groups.switch(visit, state))
        (ui::sums(&strip(visit, state, object, def, &figures)?))
        (ui::board(&board))
    };
    Ok(list::frame(visit, state, &chips, None, &body))
}

fn parts(state: &State) -> Result<(&Object, &BoardDef, &Field), Error> {
    let object = &*state.object;
    let def = object.board(&state.layout).ok_or(Error::NotFound)?;
    let field = object.field(&def.by).ok_or(Error::NotFound)?;
    Ok((object, def, field))
}

/// Who lists the columns, when records of another object do: the pipelines whose stages they are.
#[derive(Default)]
struct Groups {
    /// The reference that both objects have.
    via: String,
    /// Those there are, with their names.
    all: Vec<(RecordId, String)>,
    /// The one that the filter names, and the columns in its order.
    chosen: Option<(RecordId, Vec<String>)>,
}

impl Groups {
    fn read(visit: &Visit, state: &State, field: &Field) -> Result<Groups, Error> {
        let Some(among) = &field.among else { return Ok(Groups::default()) };
        let target = state.object.field(&among.via).and_then(Field::target).unwrap_or_default().to_owned();
        if !visit.may(&target, access::action::READ) {
            return Ok(Groups::default());
        }
        let group = visit.gate().object(&target)?;
        let query = Query::of(&target).fields([group.title.clone()]).sort(&group.list.sort).limit(50);
        let all: Vec<(RecordId, String)> =
            visit.gate().list(visit.ctx(), &query)?.rows.iter().map(|row| (row.id, row.title())).collect();
        let named = state.expr.as_ref().and_then(|expr| named(expr, &among.via));
        let chosen = match named {
            Some(id) => listed(visit, field, Some(id))?.map(|values| (id, values)),
            None => None,
        };
        Ok(Groups { via: among.via.clone(), all, chosen })
    }

    /// Links from one to the other; nothing where there is no choice.
    fn switch(&self, visit: &Visit, state: &State) -> Markup {
        if self.all.len() < 2 {
            return markup! {};
        }
        let base = state.view.filter.trim();
        let link = |id: Option<RecordId>| {
            let only = id.map(|id| format!(r#"{} == "{id}""#, self.via));
            let parts: Vec<String> =
                [Some(base.to_owned()).filter(|it| !it.is_empty()), only].into_iter().flatten().collect();
            let filter = parts.join(" && ");
            state.url(&[("filter", Some(&filter))])
        };
        let now = self.chosen.as_ref().map(|(id, _)| *id);
        let mut options = vec![(String::new(), visit.t("common.all").to_owned(), link(None), now.is_none())];
        options.extend(
            self.all
                .iter()
                .map(|(id, name)| (String::new(), name.clone(), link(Some(*id)), now == Some(*id))),
        );
        let label = state.object.field(&self.via).map(|field| field.label.get(visit.locale()));
        markup! { div .board-groups { (ui::segmented(label.unwrap_or_default(), &options)) } }
    }
}

/// The record that a filter demands in a reference field.
fn named(expr: &Expr, field: &str) -> Option<RecordId> {
    match expr {
        Expr::And(parts) => parts.iter().find_map(|part| named(part, field)),
        Expr::Compare(Comparison::Equal, left, right) => match (&**left, &**right) {
            (Expr::Field(path), value) if path.len() == 1 && path[0] == field => match value {
                Expr::Id(id) => Some(*id),
                Expr::Text(text) => text.parse().ok(),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The options that a record which belongs to one of those takes, in their order; none when it may take all.
///
/// # Errors
/// When they cannot be read.
pub fn listed(visit: &Visit, field: &Field, group: Option<RecordId>) -> Result<Option<Vec<String>>, Error> {
    let (Some(among), Some(group)) = (&field.among, group) else { return Ok(None) };
    if !visit.may(&among.object, access::action::READ) {
        return Ok(None);
    }
    let query = Query::of(&among.object)
        .fields([among.value.clone()])
        .filter(Expr::eq(&among.via, group))
        .sort([among.order.clone()])
        .limit(100);
    let rows = visit.gate().list(visit.ctx(), &query)?.rows;
    let values = rows.iter().filter_map(|row| row.get(&among.value).as_text().map(str::to_owned)).collect();
    Ok(Some(values))
}

/// The columns without their cards, open ones first.
fn columns_of(
    visit: &Visit,
    object: &Object,
    def: &BoardDef,
    field: &Field,
    groups: &Groups,
    figures: &BTreeMap<String, Figures>,
) -> Vec<BoardColumn> {
    let locale = visit.locale();
    // A column that holds records is shown even where its value is no longer offered.
    let holds = |value: &String| figures.get(value).is_some_and(|figures| figures.count > 0);
    let place = |value: &String| match &groups.chosen {
        Some((_, values)) => values.iter().position(|listed| listed == value),
        None => Some(0),
    };
    let mut shown: Vec<_> = field
        .options
        .iter()
        .filter(|option| !option.inactive && !def.hidden.contains(&option.value))
        .filter(|option| place(&option.value).is_some() || holds(&option.value))
        .collect();
    shown.sort_by_key(|option| place(&option.value).unwrap_or(usize::MAX));
    let mut columns: Vec<BoardColumn> = shown
        .into_iter()
        .map(|option| {
            let figures = figures.get(&option.value).copied().unwrap_or_default();
            let folded = def.folded.contains(&option.value);
            let starts = field.default.as_ref().and_then(|default| default.as_str()) == Some(&option.value);
            let addable = !folded
                && def.ends.is_empty()
                && list::may_create(visit, object)
                && (starts || !field.read_only);
            BoardColumn {
                value: option.value.clone(),
                label: option.label.get(locale).to_owned(),
                hue: if option.hue == 0 { 256 } else { option.hue },
                count: list::capped(figures.count),
                amount: if def.amount.is_some() {
                    show::compact(figures.amount, locale)
                } else {
                    String::new()
                },
                note: note(visit, def, figures),
                folded,
                verb: def.verbs.get(&option.value).cloned(),
                add: addable.then(|| {
                    let url = if field.read_only {
                        format!("/{}/new", object.name)
                    } else {
                        format!("/{}/new?{}={}", object.name, field.name, option.value)
                    };
                    (Act::Go(url), visit.fill("common.new", &[("object", object.label.get(locale))]))
                }),
                cards: Vec::new(),
                more: None,
            }
        })
        .collect();
    columns.sort_by_key(|column| column.folded);
    let status = object.status.as_deref().and_then(|status| object.field(status));
    let ends = status.into_iter().flat_map(|status| &status.options);
    columns.extend(ends.filter_map(|option| {
        let verb = def.ends.get(&option.value)?;
        Some(BoardColumn {
            value: option.value.clone(),
            label: option.label.get(locale).to_owned(),
            hue: if option.hue == 0 { 256 } else { option.hue },
            folded: true,
            verb: Some(verb.clone()),
            ..BoardColumn::default()
        })
    }));
    columns
}

fn note(visit: &Visit, def: &BoardDef, figures: Figures) -> String {
    if def.weight.is_none() || figures.amount.is_zero() {
        return String::new();
    }
    let rate = (figures.weighted / figures.amount * Decimal::from(100)).round();
    visit.fill("board.rate", &[("n", &rate.to_string())])
}

fn cards_query(state: &State, object: &Object, def: &BoardDef, value: &str, limit: usize) -> Query {
    let mut fields = vec![object.title.clone(), def.by.clone(), "updated_at".to_owned(), "owner".to_owned()];
    let more = def.card.iter().chain(&def.amount).chain(&def.weight).chain(&object.status);
    fields.extend(more.chain(&def.since).chain(&def.stale_after).cloned());
    fields.dedup();
    // Whoever chose an order sees it; otherwise what moved last comes first.
    let sort =
        if state.sort == object.list.sort { vec!["-updated_at".to_owned()] } else { state.sort.clone() };
    let mut query =
        Query::of(&object.name).fields(fields).sort(sort).limit(limit).filter(Expr::eq(&def.by, value));
    if let Some(expr) = &state.expr {
        query = query.filter(expr.clone());
    }
    query.search = (!state.q.is_empty()).then(|| state.q.clone());
    query
}

/// Count, amount and weighted amount of each column, in one pass. The weight is grouped by, because a sum of
/// products is the sum of sums of equal weights.
fn figures(
    visit: &Visit,
    state: &State,
    object: &Object,
    def: &BoardDef,
) -> Result<BTreeMap<String, Figures>, Error> {
    let group = |field: &str| Group { field: field.to_owned(), part: guanxi_model::query::DatePart::Whole };
    let mut group_by = vec![group(&def.by)];
    let mut measures = vec![Measure { function: MeasureFn::Count, field: None }];
    if let Some(amount) = &def.amount {
        measures.push(Measure { function: MeasureFn::Sum, field: Some(amount.clone()) });
        group_by.extend(def.weight.iter().map(|weight| group(weight)));
    }
    let aggregate = Aggregate {
        object: object.name.clone(),
        group_by,
        measures,
        filter: state.expr.clone(),
        search: (!state.q.is_empty()).then(|| state.q.clone()),
        limit: 10_000,
        ..Aggregate::default()
    };
    let table = match visit.gate().aggregate(visit.ctx(), &aggregate) {
        Ok(table) => table,
        // Without the right to sums the columns still have their cards.
        Err(Error::Forbidden(_)) => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let mut figures: BTreeMap<String, Figures> = BTreeMap::new();
    for row in table.rows {
        let Some(value) = row.keys.first().and_then(Value::as_text) else { continue };
        let figure = figures.entry(value.to_owned()).or_default();
        let number = |at: usize| row.measures.get(at).and_then(Value::as_decimal).unwrap_or_default();
        let weight = row.keys.get(1).and_then(Value::as_decimal).unwrap_or_default();
        figure.count += number(0).to_i64().unwrap_or_default();
        figure.amount += number(1);
        figure.weighted += number(1) * weight / Decimal::from(100);
    }
    Ok(figures)
}

fn strip(
    visit: &Visit,
    state: &State,
    object: &Object,
    def: &BoardDef,
    figures: &BTreeMap<String, Figures>,
) -> Result<Vec<Sum>, Error> {
    let locale = visit.locale();
    let mut open = Figures::default();
    for (value, figure) in figures {
        if !def.folded.contains(value) && !def.hidden.contains(value) {
            open.count += figure.count;
            open.amount += figure.amount;
            open.weighted += figure.weighted;
        }
    }
    let mut sums = Vec::new();
    let sum =
        |key: &'static str, value: String| Sum { label: visit.t(key).to_owned(), value, ..Sum::default() };
    if def.amount.is_some() {
        let note = visit.fill("board.count", &[("n", &open.count.to_string())]);
        sums.push(Sum { note, ..sum("board.amount", show::compact(open.amount, locale)) });
        if def.weight.is_some() {
            sums.push(sum("board.weighted", show::compact(open.weighted, locale)));
        }
    } else {
        sums.push(sum("board.open", list::capped(open.count)));
    }
    if def.stale_days.is_some() || def.stale_after.is_some() {
        let stale = stale(visit, state, object, def)?;
        let tone = if stale > 0 { Tone::Bad } else { Tone::Plain };
        let note = match def.stale_days {
            Some(days) => visit.fill("board.stale_note", &[("n", &days.to_string())]),
            None => visit.t("board.stale_limit").to_owned(),
        };
        sums.push(Sum { note, tone, ..sum("board.stale", list::capped(stale)) });
    }
    for value in &def.folded {
        let Some(option) = object.field(&def.by).and_then(|field| field.option(value)) else { continue };
        let figure = figures.get(value).copied().unwrap_or_default();
        let note = if def.amount.is_some() { show::compact(figure.amount, locale) } else { String::new() };
        sums.push(Sum {
            label: option.label.get(locale).to_owned(),
            value: list::capped(figure.count),
            note,
            ..Sum::default()
        });
    }
    Ok(sums)
}

/// Open records that nobody touched for too long, or that stand in their column beyond its limit.
fn stale(visit: &Visit, state: &State, object: &Object, def: &BoardDef) -> Result<i64, Error> {
    let field = object.field(&def.by).ok_or(Error::NotFound)?;
    let open = field
        .options
        .iter()
        .filter(|option| !def.folded.contains(&option.value) && !def.hidden.contains(&option.value))
        .map(|option| option.value.as_str());
    let late = match &def.stale_after {
        Some(field) => Expr::compare(field, Comparison::Less, Expr::Word(Word::Today)),
        None => {
            let days = i64::from(def.stale_days.unwrap_or_default());
            let before = Expr::Call(Function::DaysAgo, vec![Expr::from(days)]);
            Expr::compare("updated_at", Comparison::Less, Expr::Call(Function::Instant, vec![before]))
        }
    };
    let filter = Expr::one_of(&def.by, open).and(late);
    let filter = state.expr.clone().map_or_else(|| filter.clone(), |expr| expr.and(filter.clone()));
    list::count(visit, &object.name, Some(filter), &state.q)
}

/// A record as a card.
fn deal(
    visit: &Visit,
    object: &Object,
    def: &BoardDef,
    state: &State,
    row: &Visible,
    titles: &Titles,
) -> Deal {
    let locale = visit.locale();
    let showing = Showing { ctx: visit.ctx(), titles, object, record: Some(row) };
    let mut deal = Deal {
        id: row.id.to_string(),
        version: row.version,
        peek: Some(format!("/{}/{}/peek", object.name, row.id)),
        href: format!("/{}/{}?from={}", object.name, row.id, state.from_here()),
        title: row.title(),
        locked: !row.may.edit(&def.by)
            && !def.verbs.values().chain(def.ends.values()).any(|verb| row.may.act(verb)),
        ..Deal::default()
    };
    if let Some(amount) = def.amount.as_deref().and_then(|amount| row.get(amount).as_decimal()) {
        deal.amount = show::compact(amount, locale);
        deal.fen = guanxi_model::field::to_fen(amount);
    }
    let open = !def.folded.iter().any(|end| row.get(&def.by).as_text() == Some(end));
    for name in &def.card {
        let Some(field) = object.field(name) else { continue };
        let cell = row.cell(name);
        match (field.value_kind(), cell) {
            (FieldKind::User, Some(Cell::Value(Value::Ref(id)))) => {
                deal.owner = titles.get(*id).map(|name| (name.to_owned(), ui::hue_of(name)));
            }
            (FieldKind::Choice, Some(Cell::Value(Value::Text(value)))) if *name != def.by => {
                let option = field.option(value);
                deal.tag = option.map(|option| {
                    (option.label.get(locale).to_owned(), if option.hue == 0 { 256 } else { option.hue })
                });
            }
            (FieldKind::Date | FieldKind::Instant, cell) => deal.next = next(visit, open, cell),
            (FieldKind::Money { .. }, _) => {}
            (_, cell) if deal.customer.is_empty() => deal.customer = show::text(showing, field, cell),
            _ => {}
        }
    }
    let since = def.since.as_deref().unwrap_or("updated_at");
    if let Some(at) = row.get(since).as_instant() {
        let days = (visit.ctx().now.as_second() - at.as_second()).max(0) / 86_400;
        deal.age =
            if days > 0 { visit.fill("board.age", &[("n", &days.to_string())]) } else { String::new() };
        let due = def.stale_after.as_deref().and_then(|field| row.get(field).as_date());
        let late = due.is_some_and(|due| due < visit.ctx().today);
        deal.stale = open && (late || def.stale_days.is_some_and(|limit| days > i64::from(limit)));
    }
    deal
}

fn next(visit: &Visit, open: bool, cell: Option<&Cell>) -> NextStep {
    let ctx = visit.ctx();
    let step = |(icon, text, tone): (&str, String, Tone)| NextStep { icon: icon.to_owned(), text, tone };
    match cell {
        Some(Cell::Value(Value::Date(date))) => step(show::due(ctx, *date, None)),
        Some(Cell::Value(Value::Instant(at))) => {
            step(show::due(ctx, at.to_zoned(ctx.zone.clone()).date(), Some(*at)))
        }
        _ if open => step(("triangle-alert", visit.t("board.no_next").to_owned(), Tone::Warn)),
        _ => NextStep::default(),
    }
}

/// `POST /{object}/{id}/move`: a card was dropped on a column, or a stage of the path was clicked. The column's
/// verb is performed when it has one; otherwise the field is set, if nobody changed the record in between.
///
/// # Errors
/// With whatever the door refuses; the browser then puts the card back.
pub async fn r#move(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let form = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = answer::record_id(&id)?;
            let object = visit.gate().object(&object)?;
            let by = object.boards.first().map(|board| board.by.as_str());
            let name = form.get("field").or(by).ok_or(Error::NotFound)?;
            let field = object.field(name).ok_or(Error::NotFound)?;
            let value = form.get("value").unwrap_or_default();
            let version = form.get("version").and_then(|version| version.parse().ok());
            match verb_to(&object, name, value) {
                Some(verb) if object.verb(verb).is_some_and(|verb| !verb.form.is_empty()) => {
                    return Err(Error::refused("board.needs_form"));
                }
                Some(verb) => drop(visit.gate().verb(visit.ctx(), &object.name, id, verb, Draft::new())?),
                None => {
                    let mut draft = Draft::new();
                    match field.parse_text(value) {
                        Ok(value) => drop(draft.values.insert(name.to_owned(), value)),
                        Err((code, message)) => return Err(Error::invalid(name, code, message)),
                    }
                    match visit.gate().update(visit.ctx(), &object.name, id, version, draft) {
                        // What is missing before the move is asked for at once.
                        Err(Error::Invalid(issues)) if gate::asks(&issues, name) => {
                            return gate::dialog(visit, &object, id, &form, &issues);
                        }
                        saved => drop(saved?),
                    }
                }
            }
            let label = field.option(value).map_or(value, |option| option.label.get(visit.locale()));
            let text = visit.fill("board.moved", &[("column", label)]);
            let fragments = changed(visit, &object.name, id)?;
            Ok(answer::toasted(html(fragments.into_string()), Tone::Ok, text, None))
        })
        .await
}

/// The verb that leads to a value: the board's own, or the one whose outcome it is.
fn verb_to<'o>(object: &'o Object, field: &str, value: &str) -> Option<&'o str> {
    if let Some(verb) = object.drop_verb(field, value) {
        return Some(verb);
    }
    if object.status.as_deref() != Some(field) {
        return None;
    }
    object.verbs.iter().find(|verb| verb.to.as_deref() == Some(value)).map(|verb| verb.name.as_str())
}

/// `GET /{object}/{id}/card`: one card, after someone else changed it.
///
/// # Errors
/// When the record is gone.
pub async fn card(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit.fragment(move |visit| changed(visit, &object, answer::record_id(&id)?)).await
}

/// A card with the heads and the strip of the board that is open in the browser.
fn changed(visit: &Visit, object: &str, id: RecordId) -> Result<Markup, Error> {
    let query =
        visit.asks.current.as_deref().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    let mut params = Params::parse(query);
    if params.get("layout").is_none() && visit.asks.uri.query().is_some() {
        params.0.extend(Params::parse(visit.asks.uri.query().unwrap_or_default()).0);
    }
    let state = State::read(visit, object, &params)?;
    if state.object.board(&state.layout).is_none() {
        return Ok(markup! {});
    }
    let (object, def, field) = parts(&state)?;
    let groups = Groups::read(visit, &state, field)?;
    let mut query = cards_query(&state, object, def, "", 1);
    query.filter = Some(Expr::eq("id", id));
    let page = visit.gate().list(visit.ctx(), &query)?;
    let row = page.rows.first().ok_or(Error::NotFound)?;
    let figures = figures(visit, &state, object, def)?;
    Ok(markup! {
        (ui::deal_card(&deal(visit, object, def, &state, row, &page.titles)))
        @for column in columns_of(visit, object, def, field, &groups, &figures) { (ui::board_column_head(&column)) }
        (ui::sums(&strip(visit, &state, object, def, &figures)?))
    })
}

/// A link to the board from elsewhere.
pub fn link(visit: &Visit, object: &Object) -> Option<Button> {
    object.boards.first().map(|_| {
        Button::new(visit.t("layout.board")).icon("kanban").go(format!("/{}?layout=board", object.name))
    })
}
