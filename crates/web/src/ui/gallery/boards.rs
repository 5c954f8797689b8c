//! A sample board and a sample month.

use maud::{Markup, Render, html};

use super::Samples;
use crate::ui::{
    Act, Bar, Board, BoardColumn, Button, Calendar, Day, Deal, Entry, NextStep, Sum, Tab, Tone, bar, board,
    calendar, hue_of, sums, view_tabs,
};

pub(super) fn board_page(samples: &Samples) -> Markup {
    let top = Bar {
        title: samples.t("deals"),
        actions: Some(
            html! { (Button::new(samples.t("new_deal")).primary().icon("plus").key("C").dialog("/opportunity/new").render()) },
        ),
        ..Bar::default()
    };
    let tab = |key: &str, current: bool| Tab {
        label: samples.t(key),
        count: Some("26".to_owned()),
        current,
        ..Tab::default()
    };
    let figure = |key: &str, value: &str, note: String, tone: Tone| Sum {
        label: samples.t(key),
        value: value.to_owned(),
        note,
        tone,
    };
    html! {
        (bar(&top))
        (view_tabs(&samples.t("deals"), &[tab("view_mine", true), tab("view_all", false)], None))
        (sums(&[
            figure("sum1", "¥10,940,000", "26".to_owned(), Tone::Plain),
            figure("sum2", "¥4,860,000", String::new(), Tone::Plain),
            figure("sum3", "7", samples.t("sum_note"), Tone::Bad),
        ]))
        (board(&sample_board(samples)))
    }
}

fn sample_board(samples: &Samples) -> Board {
    let open = [("stage1", 256), ("stage2", 230), ("stage3", 200), ("stage4", 75)].into_iter().enumerate();
    let mut columns: Vec<BoardColumn> = open
        .map(|(index, (key, hue))| BoardColumn {
            value: key.to_owned(),
            label: samples.t(key),
            hue,
            count: (4 - index % 2).to_string(),
            amount: "¥1,551,000".to_owned(),
            note: format!("{} {}%", samples.t("rate"), 10 + index * 20),
            add: Some((Act::Dialog("/opportunity/new".to_owned()), samples.t("add"))),
            cards: (0..4 - index % 2).map(|card| deal(samples, index * 4 + card)).collect(),
            ..BoardColumn::default()
        })
        .collect();
    columns.extend([("won", 158, "win"), ("lost", 15, "lose")].map(|(key, hue, verb)| BoardColumn {
        value: key.to_owned(),
        label: samples.t(key),
        hue,
        count: "3".to_owned(),
        folded: true,
        verb: Some(verb.to_owned()),
        ..BoardColumn::default()
    }));
    Board { object: "opportunity".to_owned(), field: "stage".to_owned(), label: samples.t("deals"), columns }
}

fn deal(samples: &Samples, index: usize) -> Deal {
    let owner = samples.person(index);
    let (icon, key, tone) = [
        ("calendar", "later", Tone::Muted),
        ("circle-alert", "overdue", Tone::Bad),
        ("clock", "today", Tone::Ok),
        ("triangle-alert", "no_next", Tone::Warn),
    ][index % 4];
    Deal {
        id: index.to_string(),
        version: 1,
        href: "#deal".to_owned(),
        peek: Some("/opportunity/1/peek".to_owned()),
        title: samples.t(["deal1", "deal2", "deal3"][index % 3]),
        customer: samples.name(index).to_owned(),
        amount: format!("¥{},000", 117 + index * 53),
        fen: i64::try_from(117 + index * 53).unwrap_or_default() * 100_000,
        tag: index
            .is_multiple_of(2)
            .then(|| (samples.t(["tag1", "tag2"][index / 2 % 2]), [345, 158][index / 2 % 2])),
        next: NextStep { icon: icon.to_owned(), text: samples.t(key), tone },
        age: format!("· {} {}", 4 + index * 3, samples.t("days")),
        owner: Some((owner.to_owned(), hue_of(owner))),
        stale: index % 4 == 1,
        locked: false,
    }
}

pub(super) fn calendar_page(samples: &Samples) -> Markup {
    let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|key| samples.t(key)).to_vec();
    let days = (0..35).map(|index| day(samples, index)).collect();
    html! {
        (bar(&Bar { title: samples.t("calendar"), sub: "2026-11".to_owned(), ..Bar::default() }))
        (calendar(&Calendar { label: samples.t("calendar"), weekdays, days }))
    }
}

fn day(samples: &Samples, index: usize) -> Day {
    let number = if index < 6 {
        index + 26
    } else if index < 36 {
        index - 5
    } else {
        index - 35
    };
    let busy = index % 5 == 2;
    let entry = |id: usize, hue: u16, done: bool| Entry {
        id: format!("{index}-{id}"),
        version: 1,
        action: Some("/activity/1/move".to_owned()),
        peek: "/activity/1/peek".to_owned(),
        time: "10:00".to_owned(),
        title: samples.t("visit"),
        hue,
        done,
        clash: false,
    };
    Day {
        date: format!("2026-{}-{number:02}", if index < 6 { 10 } else { 11 }),
        number: number.to_string(),
        today: index == 27,
        outside: index < 6,
        entries: if busy { vec![entry(1, 256, false), entry(2, 158, true)] } else { Vec::new() },
        more: (index == 12).then(|| ("#more".to_owned(), samples.t("more_n"))),
        ..Day::default()
    }
}
