//! Sample forms: every input, a form page, settings, log-in.

use maud::{Markup, Render, html};

use super::Samples;
use crate::ui::{
    Bar, Button, Choice, DemoLogin, Field, FormPage, Login, NavItem, NavSection, Problem, Region, Widget,
    bar, dirty_bar, form_field, form_page, login_page, problem_summary, setting, settings_page,
};

fn field(samples: &Samples, key: &str, value: &str, widget: Widget) -> Field {
    Field {
        id: format!("f-{key}"),
        name: key.to_owned(),
        label: samples.t(key),
        value: value.to_owned(),
        widget,
        ..Field::default()
    }
}

/// Every input of a form, in two columns.
pub(super) fn fields(samples: &Samples) -> Markup {
    html! { div .fields { (inputs(samples)) } }
}

fn inputs(samples: &Samples) -> Markup {
    let choices = || {
        vec![
            Choice::new("", samples.t("choose")),
            Choice::new("web", samples.t("web")),
            Choice::new("expo", samples.t("expo")),
        ]
    };
    let some = || choices().split_off(1);
    let stars = (1..=5).map(|count| format!("{count} {}", samples.t("star"))).collect();
    let picked = vec![Choice { value: "1".to_owned(), label: samples.name(0).to_owned(), hue: Some(230) }];
    let region = Region {
        levels: [
            vec![Choice::new("", samples.t("province")), Choice::new("31", samples.t("shanghai"))],
            vec![Choice::new("", samples.t("citylv")), Choice::new("3101", samples.t("shanghai"))],
            vec![Choice::new("", samples.t("district")), Choice::new("310115", samples.t("pudong"))],
        ],
        chosen: ["31".to_owned(), "3101".to_owned(), String::new()],
        labels: ["province", "citylv", "district"].map(|key| samples.t(key)),
    };
    let files = vec![("9".to_owned(), "contract.pdf".to_owned(), "1.2 MB".to_owned())];
    let all = [
        Field {
            required: Some(samples.t("required")),
            ..field(samples, "name", samples.name(0), Widget::Text)
        },
        Field { error: Some(samples.t("error_v")), ..field(samples, "phone", "138000010", Widget::Phone) },
        Field {
            hint: samples.t("hint"),
            ..field(samples, "amount", "536000.00", Widget::Money("¥".to_owned()))
        },
        field(samples, "chance", "65", Widget::Percent),
        field(samples, "rating", "4", Widget::Rating(stars)),
        field(samples, "remind", "true", Widget::Switch(samples.t("remind"))),
        field(samples, "date", "2026-12-10", Widget::Date),
        field(samples, "when", "2026-11-22 15:30", Widget::DateTime),
        field(samples, "choice", "web", Widget::Select(choices())),
        field(samples, "source", "expo", Widget::Radio(some())),
        Field {
            values: vec!["web".to_owned()],
            ..field(samples, "channels", "", Widget::MultiSelect(some()))
        },
        Field {
            values: vec!["expo".to_owned()],
            placeholder: samples.t("add_value"),
            ..field(samples, "tags", "", Widget::Tags(some()))
        },
        Field {
            placeholder: samples.t("customer_pick"),
            ..field(
                samples,
                "customers",
                "",
                Widget::Reference { object: "customer".to_owned(), multiple: true, picked },
            )
        },
        Field { readonly: true, ..field(samples, "no_", "KH-20251101", Widget::Text) },
        field(samples, "email", "zhang.yt@yunfan.example", Widget::Email),
        field(samples, "website", "https://yunfan.example", Widget::Link),
        Field {
            wide: true,
            ..field(
                samples,
                "address",
                "",
                Widget::Address { region, detail: samples.t("address_v"), placeholder: samples.t("detail") },
            )
        },
        Field { wide: true, ..field(samples, "note", &samples.t("e_body"), Widget::Textarea) },
        Field {
            wide: true,
            ..field(
                samples,
                "files",
                "",
                Widget::File {
                    accept: String::new(),
                    multiple: true,
                    prompt: samples.t("drop"),
                    upload: Some("/files".to_owned()),
                    files,
                },
            )
        },
    ];
    html! { @for field in &all { (form_field(field)) } }
}

/// A form page that was refused.
pub(super) fn form(samples: &Samples) -> Markup {
    let problem = |key: &str, message: &str| Problem {
        field: format!("f-{key}"),
        label: samples.t(key),
        message: samples.t(message),
    };
    html! {
        (bar(&Bar { title: samples.t("new_customer"), ..Bar::default() }))
        (form_page(&FormPage {
            action: "/customer".to_owned(),
            id: "form".to_owned(),
            problems: Some(problem_summary(&samples.t("problems"), &[problem("phone", "error_v"), problem("name", "already")])),
            sections: vec![(samples.t("g_basic"), inputs(samples))],
            buttons: vec![Button::new(samples.t("cancel")).go("#back"), Button::new(samples.t("save")).primary().submit()],
            ..FormPage::default()
        }))
    }
}

/// A settings page with an unsaved change.
pub(super) fn settings(samples: &Samples) -> Markup {
    let item = |key: &str, icon: &str, current: bool| NavItem {
        label: samples.t(key),
        href: format!("#{key}"),
        icon: icon.to_owned(),
        current,
        ..NavItem::default()
    };
    let sections = [
        NavSection {
            title: String::new(),
            items: vec![item("s_general", "settings", true), item("s_security", "shield-check", false)],
            ..NavSection::default()
        },
        NavSection {
            title: samples.t("s_team"),
            items: vec![item("s_users", "users", false), item("s_roles", "key-round", false)],
            ..NavSection::default()
        },
    ];
    let languages = vec![Choice::new("zh", samples.t("shanghai")), Choice::new("en", "English")];
    let body = html! {
        form data-guard {
            section {
                h2 { (samples.t("s_general")) }
                (setting(&samples.t("s_lang"), &samples.t("s_lang_t"), &form_field(&field(samples, "s_lang", "zh", Widget::Select(languages)))))
                (setting(&samples.t("s_mail"), &samples.t("s_mail_t"), &form_field(&field(samples, "s_mail", "true", Widget::Switch(String::new())))))
            }
            (dirty_bar(&samples.t("dirty"), &[Button::new(samples.t("restore")).ghost().small(), Button::new(samples.t("save")).primary().small().submit()]))
        }
    };
    html! {
        (bar(&Bar { title: samples.t("s_general"), ..Bar::default() }))
        (settings_page(&samples.t("s_general"), &sections, &body))
    }
}

/// The log-in page.
pub(super) fn login(samples: &Samples) -> Markup {
    let demo = |role: &str, login: &str| DemoLogin {
        role: samples.t(role),
        login: login.to_owned(),
        password: "demo".to_owned(),
    };
    let form = html! {
        form method="post" {
            (form_field(&Field { autocomplete: Some("username".to_owned()), ..field(samples, "login_name", "", Widget::Text) }))
            (form_field(&Field { autocomplete: Some("current-password".to_owned()), ..field(samples, "password", "", Widget::Password) }))
            (Button::new(samples.t("login")).primary().submit().render())
        }
    };
    login_page(&Login {
        brand: samples.t("company"),
        mark: samples.t("mark"),
        title: samples.t("login"),
        form,
        demo_title: samples.t("demo"),
        demo: vec![demo("role_sm", "manager"), demo("role_am", "sales")],
        footer: samples.t("edition"),
    })
}
