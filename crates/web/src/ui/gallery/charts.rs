//! A sample dashboard.

use maud::{Markup, Render, html};
use serde_json::json;

use super::Samples;
use crate::ui::{
    Bar, Button, ChartCard, HeatCell, Kpi, Tone, bar, chart_card, heat_table, kpi, panel, sparkline,
};

pub(super) fn dashboard(samples: &Samples) -> Markup {
    let top = Bar {
        title: samples.t("reports"),
        sub: samples.t("notice"),
        actions: Some(html! { (Button::new(samples.t("edit")).icon("pencil").go("#edit").render()) }),
        ..Bar::default()
    };
    html! {
        (bar(&top))
        div .dash {
            @for card in figures(samples) { (kpi(&card)) }
            (funnel(samples))
            (trend(samples))
            (panel(&samples.t("rfm"), "half", None, &rfm(samples)))
            (panel(&samples.t("cohort"), "half", None, &cohort(samples)))
        }
    }
}

fn figures(samples: &Samples) -> Vec<Kpi> {
    let figure = |key: &str, value: &str, unit: &str, rose: bool| Kpi {
        title: samples.t(key),
        value: value.to_owned(),
        unit: samples.t(unit),
        delta: samples.t(if rose { "up" } else { "down" }),
        tone: if rose { Tone::Ok } else { Tone::Bad },
        rose: Some(rose),
        spark: Some(sparkline(
            &[3.0, 4.0, 3.5, 5.0, 4.5, 6.0, 7.0],
            if rose { Tone::Ok } else { Tone::Bad },
            &samples.t("trend_up"),
        )),
        href: Some("#list".to_owned()),
    };
    vec![
        figure("kpi1", "¥1,286.4", "wan", true),
        figure("kpi2", "¥942.8", "wan", true),
        figure("kpi3", "214", "ge", false),
        figure("kpi4", "42", "sec", true),
    ]
}

fn funnel(samples: &Samples) -> Markup {
    let names = ["leads", "qualified", "deals", "quotes", "won"].map(|key| samples.t(key));
    chart_card(&ChartCard {
        id: "funnel".to_owned(),
        title: samples.t("chart1"),
        unit: samples.t("chart1u"),
        span: 5,
        data: json!({"kind": "funnel", "categories": names, "series": [{"name": samples.t("chart1"), "values": [1860, 1124, 642, 318, 146]}]}),
        menu: samples.t("chart_menu"),
        ..ChartCard::default()
    })
}

fn trend(samples: &Samples) -> Markup {
    let weeks: Vec<String> = (38..50).map(|week| format!("W{week}")).collect();
    chart_card(&ChartCard {
        id: "trend".to_owned(),
        title: samples.t("chart2"),
        unit: samples.t("chart2u"),
        summary: samples.t("chart_s"),
        span: 7,
        data: json!({
            "kind": "bar", "categories": weeks, "smooth": true, "target": {"name": samples.t("target"), "value": 115},
            "series": [
                {"name": samples.t("signed"), "values": [82, 96, 74, 118, 105, 132, 98, 126, 141, 120, 156, 138]},
                {"name": samples.t("received"), "type": "line", "values": [60, 72, 88, 70, 92, 84, 110, 96, 102, 124, 108, 130]},
            ],
        }),
        menu: samples.t("chart_menu"),
        ..ChartCard::default()
    })
}

fn rfm(samples: &Samples) -> Markup {
    let heads: Vec<String> = ["", "R1", "R2", "R3", "R4", "R5"].map(str::to_owned).to_vec();
    let rows: Vec<_> = (1..=5_u8)
        .rev()
        .map(|frequency| {
            let cells = (1..=5_u8).map(|recency| {
                Some(HeatCell {
                    value: (u32::from(frequency) * u32::from(recency) * 47).to_string(),
                    note: if frequency > 3 && recency > 3 { samples.t("champion") } else { String::new() },
                    level: frequency + recency,
                    href: Some("#list".to_owned()),
                })
            });
            (format!("F{frequency}"), cells.collect())
        })
        .collect();
    heat_table("", &samples.t("rfm"), &heads, &rows)
}

fn cohort(samples: &Samples) -> Markup {
    let mut heads = vec![samples.t("month")];
    heads.extend((0..8).map(|month| format!("M{month}")));
    let rows: Vec<_> = (0..6_u8)
        .map(|row| {
            let cells = (0..8_u8)
                .map(|month| {
                    (month + row < 9).then(|| HeatCell {
                        value: format!("{}%", 100 - month * 4 - row),
                        level: 10 - month,
                        ..HeatCell::default()
                    })
                })
                .collect();
            (format!("2026-{:02}", row + 3), cells)
        })
        .collect();
    heat_table("green cohort", &samples.t("cohort"), &heads, &rows)
}
