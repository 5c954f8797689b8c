//! `GET /settings/api`: the REST interface for people, from the same documents that make it.

use crate::{
    pages::settings,
    session::{Answer, Params, Visit},
    ui::{self, Button},
};
use guanxi_gate::Error;
use guanxi_model::{Field, FieldKind, Object, access::action};
use maud::{Markup, html as markup};
use std::sync::Arc;

/// The page.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit.page(move |visit| Ok::<_, Error>(draw(visit, params.get("object")))).await
}

fn draw(visit: &Visit, wanted: Option<&str>) -> crate::page::Page {
    let registry = visit.gate().registry();
    let objects: Vec<&Arc<Object>> =
        registry.objects().filter(|object| visit.may(&object.name, action::READ)).collect();
    let object = objects
        .iter()
        .find(|object| Some(object.name.as_str()) == wanted)
        .or_else(|| objects.iter().find(|object| object.name == "customer"))
        .or(objects.first());
    let body = markup! {
        section {
            p { (visit.t("api.about")) }
            pre .code { code { "curl -H 'Authorization: Bearer gx_…' \\\n  https://…/api/v1/" (object.map_or("customer", |object| &object.name)) "?limit=10" } }
            p .muted { (visit.t("api.errors")) }
        }
        section {
            h3 { (visit.t("api.general")) }
            (calls(visit, &[
                ("GET", "/api/v1/objects".to_owned(), "api.objects"),
                ("GET", "/api/v1/objects/{object}".to_owned(), "api.object"),
                ("GET", "/api/v1/search?q=".to_owned(), "api.search"),
                ("GET", "/api/v1/reports/{name}".to_owned(), "api.report"),
                ("GET", "/api/openapi.json".to_owned(), "api.openapi"),
            ]))
        }
        @if let Some(object) = object {
            section {
                form .row method="get" action="/settings/api" {
                    label for="api-object" { (visit.t("objects.object")) }
                    select .input id="api-object" name="object" {
                        @for each in &objects { option value=(each.name) selected[each.name == object.name] { (each.label.get(visit.locale())) " · " (each.name) } }
                    }
                    (Button::new(visit.t("api.show")).submit())
                }
                (of_object(visit, object))
            }
        }
    };
    let actions = markup! {
        (Button::new(visit.t("me.new_key")).icon("key-round").dialog("/settings/me/keys/new"))
        (Button::new("OpenAPI").icon("download").act(ui::Act::Download("/api/openapi.json".to_owned())))
    };
    settings::page(visit, "api", visit.t("settings.api"), Some(actions), &body)
}

fn calls(visit: &Visit, calls: &[(&str, String, &'static str)]) -> Markup {
    let rows: Vec<Vec<Markup>> = calls
        .iter()
        .map(|(method, path, key)| {
            vec![method_tag(method), markup! { code { (path) } }, markup! { (visit.t(key)) }]
        })
        .collect();
    settings::table(&[visit.t("api.method"), visit.t("api.path"), visit.t("api.meaning")], &rows)
}

fn method_tag(method: &str) -> Markup {
    let hue = match method {
        "GET" => 230,
        "POST" => 158,
        "PATCH" => 60,
        _ => 15,
    };
    ui::tag(method, hue)
}

fn of_object(visit: &Visit, object: &Object) -> Markup {
    let name = &object.name;
    let mut list = vec![
        ("GET", format!("/api/v1/{name}?filter=&sort=&limit=&cursor=&fields="), "api.list"),
        ("GET", format!("/api/v1/{name}/{{id}}"), "api.get"),
        ("POST", format!("/api/v1/{name}/aggregate"), "api.aggregate"),
    ];
    if !object.access.program_only {
        list.push(("POST", format!("/api/v1/{name}"), "api.create"));
        list.push(("PATCH", format!("/api/v1/{name}/{{id}}"), "api.update"));
        list.push(("DELETE", format!("/api/v1/{name}/{{id}}"), "api.delete"));
        list.push(("POST", format!("/api/v1/{name}/batch"), "api.batch"));
    }
    let verbs: Vec<Vec<Markup>> = object
        .verbs
        .iter()
        .map(|verb| {
            let inputs: Vec<String> = verb.form.iter().map(|field| format!("{}{}", field.name, if field.required { "*" } else { "" })).collect();
            vec![
                method_tag("POST"),
                markup! { code { "/api/v1/" (name) "/{id}/" (verb.name) } },
                markup! { (verb.label.get(visit.locale())) @if !inputs.is_empty() { " " code { "{ " (inputs.join(", ")) " }" } } },
            ]
        })
        .collect();
    let fields: Vec<Vec<Markup>> = object
        .active_fields()
        .filter(|field| field.name != "deleted_at")
        .map(|field| row(visit, field))
        .collect();
    markup! {
        (calls(visit, &list))
        @if !verbs.is_empty() {
            h3 { (visit.t("roles.verbs")) }
            (settings::table(&[visit.t("api.method"), visit.t("api.path"), visit.t("api.meaning")], &verbs))
        }
        h3 { (visit.t("objects.fields")) }
        (settings::table(&[visit.t("objects.field"), visit.t("dictionaries.api_name"), visit.t("objects.kind"), visit.t("api.json"), visit.t("objects.rules")], &fields))
    }
}

fn row(visit: &Visit, field: &Field) -> Vec<Markup> {
    let computed =
        field.read_only || field.is_computed() || matches!(field.kind, FieldKind::AutoNumber { .. });
    vec![
        markup! { (field.label.get(visit.locale())) },
        markup! { code { (field.name) } },
        markup! { (settings::objects::fields::kind_label(visit, &field.kind)) },
        markup! { code { (shape(field)) } },
        markup! {
            span .tags {
                @if field.required { (ui::plain_tag(visit.t("objects.required"))) }
                @if field.unique { (ui::plain_tag(visit.t("objects.unique"))) }
                @if computed { (ui::plain_tag(visit.t("api.read_only"))) }
                @if field.fixed { (ui::plain_tag(visit.t("api.fixed"))) }
            }
        },
    ]
}

/// An example of the field's value on the wire.
fn shape(field: &Field) -> String {
    match field.value_kind() {
        FieldKind::Choice => {
            let values: Vec<String> = field
                .options
                .iter()
                .filter(|option| !option.inactive)
                .take(4)
                .map(|option| format!("\"{}\"", option.value))
                .collect();
            let more = if field.options.len() > 4 { " | …" } else { "" };
            if values.is_empty() { "\"…\"".to_owned() } else { format!("{}{more}", values.join(" | ")) }
        }
        FieldKind::Number { .. } | FieldKind::Percent | FieldKind::Rating { .. } => "12.5".to_owned(),
        FieldKind::Money { .. } => "{\"amount\":\"1234.50\",\"currency\":\"CNY\"}".to_owned(),
        FieldKind::Date => "\"2026-01-31\"".to_owned(),
        FieldKind::Instant => "\"2026-01-31T01:30:00Z\"".to_owned(),
        FieldKind::YesNo => "true".to_owned(),
        FieldKind::Choices | FieldKind::Tags | FieldKind::File | FieldKind::Image => "[\"…\"]".to_owned(),
        FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department | FieldKind::Id => {
            "\"42\"".to_owned()
        }
        FieldKind::AnyReference { to } => {
            format!("{{\"object\":\"{}\",\"id\":\"42\"}}", to.first().map_or("…", String::as_str))
        }
        FieldKind::Address => "{\"region\":\"310115\",\"detail\":\"…\"}".to_owned(),
        FieldKind::Region => "\"310115\"".to_owned(),
        FieldKind::Phone => "\"13800001024\"".to_owned(),
        _ => "\"…\"".to_owned(),
    }
}
