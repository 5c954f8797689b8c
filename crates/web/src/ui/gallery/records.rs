//! A sample record page.

use maud::{Markup, Render, html};

use super::Samples;
use crate::ui::{
    Act, AvatarKind, Bar, Button, Composer, ComposerKind, Fact, InlineField, RecordHeader, RecordTabs,
    Related, RelatedItem, Size, Stage, StagePath, StageState, TimelineDay, TimelineEvent, Tone, Walk, avatar,
    avatar_sized, bar, composer, crumbs, fact_strip, field_group, hue_of, icon, record_header, record_page,
    related_list, sparkline, stage_path, tag, tag_dot, timeline, toned,
};

pub(super) fn record(samples: &Samples) -> Markup {
    let start = crumbs(
        &samples.t("prev"),
        &[(samples.t("view_mine"), Some("#list".to_owned())), (samples.name(0).to_owned(), None)],
    );
    let walk = Walk {
        text: "3 / 328".to_owned(),
        previous: Some("#previous".to_owned()),
        next: Some("#next".to_owned()),
        previous_label: samples.t("prev"),
        next_label: samples.t("nextp"),
    };
    let actions =
        html! { (Button::icon_only("ellipsis", samples.t("tip_more")).menu("record-menu").render()) };
    let top = Bar { start: Some(start), walk: Some(walk), actions: Some(actions), ..Bar::default() };
    let tabs = RecordTabs {
        label: samples.t("panes"),
        timeline: samples.t("t_timeline"),
        fields: samples.t("t_fields"),
        related: samples.t("t_related"),
    };
    html! {
        (bar(&top))
        (record_page(("customer", "1", 3), &header(samples), &tabs, (&left(samples), &middle(samples), &right(samples))))
    }
}

fn header(samples: &Samples) -> Markup {
    let below = html! { (facts(samples)) (path(samples)) };
    record_header(&RecordHeader {
        name: samples.name(0).to_owned(),
        hue: 30,
        kind: AvatarKind::Company,
        tags: Some(html! { (tag("A", 158)) (tag_dot(&samples.t("champion"), 158)) }),
        line: vec![
            (None, html! { (samples.t("line1")) }),
            (None, html! { (samples.t("line2")) }),
            (Some("globe".to_owned()), html! { "yunfan.example" }),
        ],
        actions: Some(html! {
            (Button::new(samples.t("call")).icon("phone").dialog("/call").render())
            (Button::new(samples.t("message")).icon("message-circle").dialog("/message").render())
            (Button::new(samples.t("new_deal")).icon("handshake").dialog("/deal").hide_small().render())
            (Button::new(samples.t("follow")).icon("notebook-pen").primary().key("F").run("compose").render())
        }),
        below: Some(below),
    })
}

fn facts(samples: &Samples) -> Markup {
    let person = samples.person(1);
    let fact = |key: &str, body: Markup| Fact { label: samples.t(key), body, href: None };
    fact_strip(&[
        fact("owner", html! { (avatar(person, hue_of(person), AvatarKind::Person)) (person) }),
        fact("total", html! { "¥1,286,400" small .tone-ok { "↑ 18%" } }),
        fact("open_deals", html! { "2 · ¥716,000" }),
        fact("due", html! { span .tone-bad { "¥86,000" } }),
        fact("last", html! { (samples.t("hours")) }),
        fact("next", toned("clock", &samples.t("today"), Tone::Ok)),
        fact(
            "health",
            html! { "86" (sparkline(&[3.0, 4.0, 4.0, 5.0, 4.5, 6.0], Tone::Ok, &samples.t("trend_up"))) },
        ),
    ])
}

fn path(samples: &Samples) -> Markup {
    let stages = ["p1", "p2", "p3", "p4", "p5"].iter().enumerate().map(|(index, key)| Stage {
        value: (*key).to_owned(),
        label: samples.t(key),
        note: if index == 3 { samples.t("stayed") } else { String::new() },
        state: match index {
            0..3 => StageState::Done,
            3 => StageState::Now,
            _ => StageState::Ahead,
        },
        movable: true,
        dialog: None,
    });
    stage_path(&StagePath {
        label: samples.t("path"),
        action: "/customer/1/move".to_owned(),
        id: "path",
        field: "stage".to_owned(),
        version: 3,
        stages: stages.collect(),
    })
}

fn left(samples: &Samples) -> Markup {
    let field = |key: &str, body: Option<Markup>| InlineField {
        field: key.to_owned(),
        label: samples.t(key),
        body,
        add: samples.t("add_value"),
        value: Some(String::new()),
        edit: Some("text".to_owned()),
        locked: None,
        warning: None,
    };
    let words = |key: &str| Some(html! { (samples.t(key)) });
    let basics = [
        InlineField {
            locked: Some(samples.t("locked")),
            edit: None,
            ..field("no_", Some(html! { "KH-20251101" }))
        },
        field("type", Some(tag(&samples.t("direct"), 230))),
        field("industry", words("line1")),
        field("source", words("referral")),
        field("size", None),
        field("tags", Some(html! { (tag(&samples.t("tag2"), 158)) (tag(&samples.t("tag1"), 345)) })),
    ];
    let contact = [
        field("phone", Some(html! { span .tnum { "138 0000 1024" } })),
        field("email", Some(html! { "zhang.yt@yunfan.example" })),
        field("address", words("address_v")),
    ];
    html! {
        (field_group("basic", &samples.t("g_basic"), "", true, &basics))
        (field_group("contact", &samples.t("g_contact"), "", true, &contact))
    }
}

fn middle(samples: &Samples) -> Markup {
    let kind = |key: &str, icon: &str| ComposerKind {
        value: key.to_owned(),
        label: samples.t(key),
        icon: icon.to_owned(),
        placeholder: samples.t("c_ph"),
    };
    let form = composer(&Composer {
        action: "/customer/1/activity".to_owned(),
        draft_key: "customer-1".to_owned(),
        kinds: vec![
            kind("c_follow", "notebook-pen"),
            kind("c_task", "list-checks"),
            kind("c_call", "phone"),
            kind("c_mail", "mail"),
        ],
        label: samples.t("c_label"),
        extra: None,
        tools: Some(html! {
            (Button::icon_only("at-sign", samples.t("mention")).small().render())
            (Button::icon_only("paperclip", samples.t("attach")).small().render())
            (Button::new(samples.t("next_at")).ghost().small().icon("clock").render())
        }),
        submit: samples.t("post"),
        key: "⌘↵".to_owned(),
        ..Composer::default()
    });
    html! { (form) (timeline(&days(samples), Some(("#earlier", &samples.t("earlier"))))) }
}

fn days(samples: &Samples) -> Vec<TimelineDay> {
    let event = |id: &str, icon: &str, hue: Option<u16>, head: Markup, time: &str| TimelineEvent {
        id: id.to_owned(),
        icon: icon.to_owned(),
        hue,
        head,
        time: time.to_owned(),
        instant: format!("2026-11-22T{time}:00+08:00"),
        ..TimelineEvent::default()
    };
    let base = html! {
        a href="#reply" { (icon("message-circle")) (samples.t("reply")) }
        a href="#task" { (icon("list-checks")) (samples.t("to_task")) }
    };
    let call = TimelineEvent {
        body: Some(html! { (samples.t("e_body")) }),
        base: Some(base),
        ..event(
            "1",
            "phone-outgoing",
            Some(158),
            html! { b { (samples.person(1)) } (samples.t("e_called")) " " a href="#c" { (samples.t("contact1")) } },
            "11:24",
        )
    };
    let moved = event(
        "2",
        "arrow-up-down",
        None,
        html! { b { (samples.person(1)) } (samples.t("e_moved")) " " (tag_dot(&samples.t("stage4"), 75)) },
        "10:02",
    );
    let wrote = TimelineEvent {
        body: Some(html! { (samples.t("e_body")) }),
        ..event(
            "3",
            "notebook-pen",
            Some(256),
            html! { b { (samples.person(4)) } (samples.t("e_wrote")) },
            "17:36",
        )
    };
    vec![
        TimelineDay { title: samples.t("d_today"), events: vec![call, moved] },
        TimelineDay { title: samples.t("d_yesterday"), events: vec![wrote] },
    ]
}

fn right(samples: &Samples) -> Markup {
    let person = |index: usize| {
        let name = samples.person(index);
        RelatedItem {
            href: "#contact".to_owned(),
            avatar: Some(avatar_sized(name, hue_of(name), AvatarKind::Person, Size::Medium)),
            title: name.to_owned(),
            hint: Some(html! { (samples.t("r_hint")) }),
            end: samples.t("d_today"),
            ..RelatedItem::default()
        }
    };
    let deal = |key: &str, stage: &str, hue: u16| RelatedItem {
        href: "#deal".to_owned(),
        title: samples.t(key),
        hint: Some(tag_dot(&samples.t(stage), hue)),
        end: "¥536,000".to_owned(),
        end_hint: samples.t("r_expected"),
        ..RelatedItem::default()
    };
    let list = |id: &str, key: &str, count: &str, items: Vec<RelatedItem>| {
        related_list(&Related {
            id: id.to_owned(),
            title: samples.t(key),
            count: count.to_owned(),
            add: Some((Act::Dialog(format!("/{id}/new")), samples.t("add"))),
            items,
            all: None,
            none: samples.t("r_none"),
        })
    };
    html! {
        section .card.advice {
            h3 { (icon("sparkles")) (samples.t("advice")) }
            p { (samples.t("advice_text")) }
        }
        (list("contact", "r_contacts", "4", vec![person(0), person(2), person(3)]))
        (list("opportunity", "r_deals", "2 · ¥716,000", vec![deal("deal3", "stage4", 75), deal("deal2", "stage2", 230)]))
        (list("request", "requests", "0", Vec::new()))
    }
}
