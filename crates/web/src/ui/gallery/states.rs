//! Samples of the small components, of states and of overlays.

use maud::{Markup, Render, html};

use super::{Samples, frame};
use crate::ui::{
    Act, AuditEntry, AvatarKind, Bar, Button, Dialog, Difference, Empty, EmptyKind, KeyHint, Menu, MenuItem,
    Size, Tone, audit_trail, avatar_sized, bar, conflict, dialog, drawer, empty_state, hue_of, icon, menu,
    notice, outline_tag, palette, plain_tag, progress, shortcut_help, skeleton, stars, stepper, tag, tag_dot,
    toned,
};

/// Buttons in every form.
pub(super) fn buttons(samples: &Samples) -> Markup {
    let label = samples.t("save");
    html! {
        div .row {
            (Button::new(&label).primary().icon("plus").key("C").render())
            (Button::new(&label).icon("upload").render())
            (Button::new(&label).ghost().icon("filter").render())
            (Button::new(samples.t("delete")).danger().icon("trash-2").render())
            (Button::new(&label).small().render())
            (Button::icon_only("ellipsis", samples.t("tip_more")).render())
            (Button::new(&label).disabled(samples.t("disabled")).render())
            kbd { "⌘K" }
            span .badge { "5" }
        }
    }
}

/// Tags in every hue, avatars, stars.
pub(super) fn tags(samples: &Samples) -> Markup {
    let hues = [15, 30, 60, 75, 100, 158, 200, 230, 256, 285, 300, 345];
    html! {
        div .tags { @for hue in hues { (tag(&samples.t("champion"), hue)) } }
        div .tags { @for hue in hues { (tag_dot(&samples.t("promising"), hue)) } }
        div .tags { (plain_tag(&samples.t("tag1"))) (outline_tag(&samples.t("tag2"))) (stars(4, 5, &samples.t("rating"))) }
        div .row {
            @for index in 0..5 { (avatar_sized(samples.person(index), hue_of(samples.person(index)), AvatarKind::Person, Size::Medium)) }
            @for index in 0..5 { (avatar_sized(samples.name(index), hue_of(samples.name(index)), AvatarKind::Company, Size::Large)) }
        }
        div .row {
            (toned("clock", &samples.t("today"), Tone::Ok))
            (toned("triangle-alert", &samples.t("unplanned"), Tone::Warn))
            (toned("circle-alert", &samples.t("overdue"), Tone::Bad))
        }
    }
}

/// Notices, progress, skeletons, steps, a toast.
pub(super) fn notices(samples: &Samples) -> Markup {
    let steps = ["step1", "step2", "step3", "step4"].map(|key| samples.t(key));
    html! {
        (notice(Tone::Plain, &html! { (samples.t("notice")) }, None))
        (notice(Tone::Warn, &html! { (samples.t("warn_n")) }, Some(&Button::new(samples.t("follow")).small().render())))
        (notice(Tone::Ok, &html! { (samples.t("done_n")) }, None))
        (notice(Tone::Bad, &html! { (samples.t("x_title")) }, None))
        (progress(81, 100, Tone::Plain, &samples.t("progress"), &samples.t("progress")))
        (stepper(&steps, 1))
        (skeleton(3))
        div .toast.ok {
            (icon("circle-check"))
            span { (samples.t("toast")) }
            button type="button" { (samples.t("undo")) }
        }
    }
}

/// A menu, shown open.
pub(super) fn menus(samples: &Samples) -> Markup {
    let items = vec![
        MenuItem::new("copy", samples.t("duplicate"), Act::Post("#".to_owned())),
        MenuItem::new("archive", samples.t("archive"), Act::Post("#".to_owned())),
        MenuItem::choice(samples.t("view_mine"), Act::Go("#".to_owned()), true),
        MenuItem::Rule,
        MenuItem::danger("trash-2", samples.t("delete"), Act::Post("#".to_owned())),
    ];
    let shown = menu(&Menu { id: "sample-menu".to_owned(), label: samples.t("tip_more"), items });
    html! { div .row { (Button::new(samples.t("tip_more")).end_icon("chevron-down").menu("sample-menu").render()) (shown) } }
}

/// The contents of a dialog and of a drawer.
pub(super) fn dialogs(samples: &Samples) -> Markup {
    let body = html! {
        p { (samples.t("dlg_text")) }
        div .field { label { (samples.t("reason")) } select .input aria-label=(samples.t("reason")) { option { (samples.t("price")) } } }
    };
    let content = Dialog {
        title: samples.t("dlg"),
        body,
        close: samples.t("close"),
        actions: vec![Button::new(samples.t("cancel")), Button::new(samples.t("confirm")).danger().submit()],
        wide: false,
    };
    html! {
        dialog .dialog.still open { (dialog(&content)) }
        div .drawer.still { (drawer(samples.name(0), Some(("#page", &samples.t("open_page"))), &samples.t("close"), &html! { p { (samples.t("e_body")) } }, None)) }
    }
}

/// The four empty states.
pub(super) fn empties(samples: &Samples) -> Markup {
    let state = |kind: EmptyKind, title: &str, text: &str, action: Option<&str>| {
        empty_state(&Empty {
            kind,
            title: samples.t(title),
            text: samples.t(text),
            actions: action.map(|key| Button::new(samples.t(key)).render()),
            code: (kind == EmptyKind::Failed).then(|| "7f3a-91c2".to_owned()),
            ..Empty::default()
        })
    };
    html! {
        (state(EmptyKind::NothingYet, "e_title", "e_text", Some("new_request")))
        (state(EmptyKind::NoMatch, "n_title", "n_text", Some("clear_filter")))
        (state(EmptyKind::NoAccess, "a_title", "a_text", None))
        (state(EmptyKind::Failed, "x_title", "x_text", Some("retry")))
    }
}

/// A page with nothing on it yet.
pub(super) fn empty_page(samples: &Samples) -> Markup {
    let actions = html! {
        (Button::new(samples.t("new_request")).primary().icon("plus").key("C").dialog("/new").render())
        (Button::new(samples.t("import")).go("#import").render())
    };
    html! {
        (bar(&Bar { title: samples.t("requests"), ..Bar::default() }))
        (empty_state(&Empty { icon: "ticket".to_owned(), title: samples.t("e_title"), text: samples.t("e_text"), actions: Some(actions), ..Empty::default() }))
    }
}

/// A conflict and a trail of changes.
pub(super) fn differences(samples: &Samples) -> Markup {
    let one = Difference {
        field: "phone".to_owned(),
        label: samples.t("phone"),
        old: html! { "138 0000 1024" },
        new: html! { "139 1111 2048" },
        mine: false,
    };
    let person = samples.person(4);
    let entry = AuditEntry {
        avatar: avatar_sized(person, hue_of(person), AvatarKind::Person, Size::Normal),
        head: html! { b { (person) } " " (samples.t("au_changed")) },
        time: "11:24".to_owned(),
        changes: vec![(samples.t("grade"), "B".to_owned(), "A".to_owned())],
    };
    html! {
        b { (samples.t("conf_title")) }
        (conflict([&samples.t("field"), &samples.t("mine"), &samples.t("theirs")], &[one]))
        (audit_trail(&[entry]))
    }
}

/// The palette's button and the help of shortcuts.
pub(super) fn overlays(samples: &Samples) -> Markup {
    let hint = |keys: &[&str], key: &str| KeyHint {
        keys: keys.iter().map(|cap| (*cap).to_owned()).collect(),
        label: samples.t(key),
    };
    let groups = [
        (
            samples.t("sc_global"),
            vec![hint(&["⌘", "K"], "sc_search"), hint(&["C"], "sc_new"), hint(&["G", "C"], "customers")],
        ),
        (
            samples.t("sc_list"),
            vec![hint(&["J", "K"], "k_move"), hint(&["X"], "k_select"), hint(&["↵"], "k_edit")],
        ),
    ];
    html! {
        (shortcut_help(&groups))
        div hidden { (palette(&frame::palette_texts(samples))) }
    }
}
