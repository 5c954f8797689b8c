//! A sample list page.

use maud::{Markup, Render, html};
use serde_json::json;

use super::Samples;
use crate::ui::{
    Act, AvatarKind, Bar, BulkBar, Button, Cell, Chip, Column, Grid, GridTexts, KeyHint, Pager, Row, RowCard,
    Size, Sort, Tab, Tone, avatar, avatar_sized, bar, bulk_bar, chip, column_button, data_grid, fab,
    filter_button, hue_of, name_cell, pager, row_cards, segmented, sparkline, tag_dot, toned, toolbar,
    view_tabs,
};

const SEGMENTS: [(&str, u16); 4] = [("retain", 15), ("champion", 158), ("promising", 230), ("warning", 345)];

pub(super) fn list(samples: &Samples, selected: bool) -> Markup {
    let grid = grid(samples);
    html! {
        (top(samples))
        (tabs(samples))
        (tools(samples))
        div .has-fab.list-page {
            (data_grid(&grid))
            (row_cards(&cards(samples), None))
        }
        (foot(samples))
        (bulk(samples))
        (fab("plus", &samples.t("new_customer"), &Act::Dialog("/customer/new".to_owned())))
        @if selected { span hidden data-select-sample {} }
    }
}

fn top(samples: &Samples) -> Markup {
    bar(&Bar {
        title: samples.t("customers"),
        sub: samples.t("count"),
        actions: Some(html! {
            (Button::icon_only("moon", samples.t("theme")).run("theme").render())
            (Button::icon_only("bell", samples.t("notices")).hide_small().render())
            (Button::new(samples.t("import")).icon("upload").go("#import").hide_small().render())
            (Button::new(samples.t("new_customer")).primary().icon("plus").key("C").dialog("/customer/new").hide_small().render())
        }),
        ..Bar::default()
    })
}

fn tabs(samples: &Samples) -> Markup {
    let counts = ["12,846", "328", "64", "117", "2,905"];
    let tabs: Vec<Tab> = ["view_all", "view_mine", "view_key", "view_idle", "view_pool"]
        .iter()
        .zip(counts)
        .map(|(key, count)| Tab {
            label: samples.t(key),
            count: Some(count.to_owned()),
            href: format!("#{key}"),
            icon: (*key == "view_pool").then(|| "droplets".to_owned()),
            current: *key == "view_mine",
            id: None,
        })
        .collect();
    let option = |icon: &str, key: &str, on: bool| (icon.to_owned(), samples.t(key), format!("#{key}"), on);
    let layouts = [
        option("table-2", "as_table", true),
        option("kanban", "as_board", false),
        option("calendar", "as_calendar", false),
    ];
    view_tabs(
        &samples.t("customers"),
        &tabs,
        Some(&html! { span .hide-s { (segmented(&samples.t("layout"), &layouts)) } }),
    )
}

fn tools(samples: &Samples) -> Markup {
    let chips = [("user", "owner", "is", "me_team"), ("layers", "segment", "in", "segments")].map(
        |(icon, key, op, value)| {
            chip(&Chip {
                icon: Some(icon.to_owned()),
                key: samples.t(key),
                op: samples.t(op),
                value: samples.t(value),
                remove: Some("#removed".to_owned()),
                remove_label: samples.t("remove"),
            })
        },
    );
    let columns = json!([
        {"field": "name", "label": samples.t("name"), "shown": true, "fixed": true},
        {"field": "segment", "label": samples.t("segment"), "shown": true},
        {"field": "city", "label": samples.t("city"), "shown": false},
    ]);
    let start = html! {
        @for chip in &chips { (chip) }
        (filter_button(&samples.t("filter"), "customer", r#"owner in my_team && segment in ["champion", "promising"]"#, "/customer/count"))
        (Button::new(samples.t("next")).ghost().small().icon("arrow-up-down").go("#sort").render())
        (column_button(&samples.t("fields"), "customer", &columns))
    };
    let end = html! {
        span .muted { (samples.t("changed")) }
        (Button::new(samples.t("restore")).ghost().small().go("#restore").render())
        (Button::new(samples.t("save_view")).small().dialog("/views/new").render())
    };
    toolbar(&start, Some(&html! { span .row.hide-s { (end) } }))
}

fn column(samples: &Samples, key: &str, icon: &str, width: u16, numeric: bool) -> Column {
    Column {
        field: key.to_owned(),
        label: samples.t(key),
        icon: Some(icon.to_owned()),
        width,
        numeric,
        sort: Some(Sort { href: format!("#{key}"), descending: (key == "next").then_some(false) }),
        ..Column::default()
    }
}

fn grid(samples: &Samples) -> Grid {
    let columns = vec![
        column(samples, "name", "building-2", 260, false),
        column(samples, "segment", "layers", 0, false),
        column(samples, "grade", "star", 0, false),
        column(samples, "owner", "user", 0, false),
        column(samples, "next", "calendar", 0, false),
        column(samples, "last", "clock", 0, false),
        column(samples, "total", "wallet", 0, true),
        column(samples, "trend", "trending-up", 0, false),
        column(samples, "phone", "phone", 0, false),
        column(samples, "city", "map-pin", 0, false),
    ];
    let fields = json!([
        {"name": "name", "label": samples.t("name"), "kind": "text", "required": true},
        {"name": "segment", "label": samples.t("segment"), "kind": "choice", "options": SEGMENTS.map(|(key, hue)| json!({"value": key, "label": samples.t(key), "hue": hue}))},
        {"name": "owner", "label": samples.t("owner"), "kind": "user", "target": "user"},
        {"name": "next", "label": samples.t("next"), "kind": "date"},
        {"name": "total", "label": samples.t("total"), "kind": "money"},
    ]);
    Grid {
        object: "customer".to_owned(),
        columns,
        rows: (0..30).map(|index| row(samples, index)).collect(),
        texts: GridTexts {
            caption: samples.t("customers"),
            select_page: samples.t("select_page"),
            select_row: samples.t("select"),
            peek: samples.t("peek"),
        },
        footer: Vec::new(),
        selectable: true,
        fields,
        more: None,
        has_cards: true,
    }
}

fn next_step(samples: &Samples, index: usize) -> Markup {
    match index % 4 {
        0 => toned("clock", &samples.t("today"), Tone::Ok),
        1 => toned("calendar", &samples.t("later"), Tone::Muted),
        2 => toned("circle-alert", &samples.t("overdue"), Tone::Bad),
        _ => toned("triangle-alert", &samples.t("unplanned"), Tone::Warn),
    }
}

fn kind_of(samples: &Samples, index: usize) -> AvatarKind {
    if samples.name(index).chars().count() < 4 { AvatarKind::Person } else { AvatarKind::Company }
}

fn row(samples: &Samples, index: usize) -> Row {
    let (segment, hue) = SEGMENTS[index % 4];
    let name = samples.name(index);
    let person = samples.person(index);
    let face = avatar(name, hue_of(name), kind_of(samples, index));
    let waves = [[4.0, 5.0, 3.0, 6.0, 4.0, 7.0, 8.0, 7.0], [8.0, 7.0, 7.5, 5.0, 6.0, 4.0, 5.0, 2.0]];
    let wave = &waves[index % 2];
    let tone = if index.is_multiple_of(2) { Tone::Ok } else { Tone::Bad };
    let text = |body: Markup| Cell { body, edit: Some("text".to_owned()), ..Cell::default() };
    let total = 6_590 + index * 37_013;
    let cells = vec![
        Cell { value: Some(name.to_owned()), ..text(name_cell(&face, name, "#record")) },
        Cell {
            body: tag_dot(&samples.t(segment), hue),
            value: Some(segment.to_owned()),
            edit: Some("choice".to_owned()),
            ..Cell::default()
        },
        text(html! { (["A", "B", "C", "D"][index % 4]) }),
        text(
            html! { span .inline { (avatar(person, hue_of(person), AvatarKind::Person)) span { (person) } } },
        ),
        Cell {
            value: Some("2026-11-25".to_owned()),
            edit: Some("date".to_owned()),
            body: next_step(samples, index),
            ..Cell::default()
        },
        Cell {
            locked: Some(samples.t("locked")),
            body: html! { span .muted { (samples.t("hours")) } },
            ..Cell::default()
        },
        Cell {
            value: Some(total.to_string()),
            edit: Some("money".to_owned()),
            body: html! { "¥" (thousands(total)) },
            ..Cell::default()
        },
        Cell { body: sparkline(wave, tone, &samples.t("trend_up")), ..Cell::default() },
        text(html! { span .tnum { "1579****" (4055 + index) } }),
        text(html! { (samples.city(index)) }),
    ];
    Row { id: (index + 1).to_string(), version: 1, cells }
}

fn thousands(value: usize) -> String {
    if value < 1000 { value.to_string() } else { format!("{},{:03}", value / 1000, value % 1000) }
}

fn cards(samples: &Samples) -> Vec<RowCard> {
    (0..12)
        .map(|index| {
            let name = samples.name(index);
            let (segment, hue) = SEGMENTS[index % 4];
            RowCard {
                id: (index + 1).to_string(),
                href: "#record".to_owned(),
                avatar: avatar_sized(name, hue_of(name), kind_of(samples, index), Size::Large),
                title: name.to_owned(),
                amount: format!("¥{}", thousands(6_590 + index * 37_013)),
                meta: html! { (tag_dot(&samples.t(segment), hue)) span .ell { (samples.city(index)) } },
                next: next_step(samples, index),
            }
        })
        .collect()
}

fn foot(samples: &Samples) -> Markup {
    let hint = |keys: &[&str], key: &str| KeyHint {
        keys: keys.iter().map(|cap| (*cap).to_owned()).collect(),
        label: samples.t(key),
    };
    pager(&Pager {
        facts: vec![html! { b { (samples.t("f_count")) } }, html! { (samples.t("f_sum")) }],
        keys: vec![
            hint(&["J", "K"], "k_move"),
            hint(&["X"], "k_select"),
            hint(&["↵"], "k_edit"),
            hint(&["␣"], "k_peek"),
        ],
        range: samples.t("range"),
        previous: None,
        next: Some("#next".to_owned()),
        labels: (samples.t("prev"), samples.t("nextp")),
    })
}

fn bulk(samples: &Samples) -> Markup {
    let action = |key: &str, icon: &str| {
        Button::new(samples.t(key)).icon(icon).dialog(format!("/customer/bulk/{key}"))
    };
    bulk_bar(&BulkBar {
        selected: samples.t("selected"),
        select_all: samples.t("all_sel"),
        actions: vec![
            action("transfer", "user-plus"),
            action("tagit", "tag"),
            action("bulk_edit", "pencil"),
            action("to_pool", "droplets"),
            action("export", "download"),
        ],
        clear: samples.t("clear"),
    })
}
