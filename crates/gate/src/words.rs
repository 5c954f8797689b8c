//! Values in words: dates, amounts, choices and names as people read them.

use crate::visible::Titles;
use guanxi_model::{Field, FieldKind, Locale, Value};

/// A field's value in a language.
pub fn value(field: &Field, value: &Value, titles: &Titles, locale: Locale) -> String {
    match (field.value_kind(), value) {
        (FieldKind::Choice, Value::Text(text)) => choice(field, text, locale).to_owned(),
        (FieldKind::Choices, Value::List(items)) => {
            items.iter().map(|item| choice(field, item, locale)).collect::<Vec<_>>().join(separator(locale))
        }
        (FieldKind::Money { .. }, Value::Decimal(yuan)) => money(*yuan),
        (FieldKind::Percent, Value::Decimal(percent)) => format!("{}%", percent.normalize()),
        (FieldKind::Number { scale, .. }, Value::Decimal(number)) => {
            grouped(&format!("{:.*}", usize::from(*scale), number))
        }
        (FieldKind::Phone, Value::Text(phone)) => guanxi_text::phone::display(phone),
        (FieldKind::Region, Value::Text(code)) => {
            guanxi_text::region::name(code).unwrap_or_else(|| code.clone())
        }
        (FieldKind::YesNo, Value::Bool(yes)) => yes_no(*yes, locale).to_owned(),
        (FieldKind::Tags, Value::List(items)) => items.join(separator(locale)),
        (_, value) => plain(value, titles),
    }
}

/// A value without its field.
pub fn plain(value: &Value, titles: &Titles) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => yes.to_string(),
        Value::Decimal(number) => number.normalize().to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date.to_string(),
        Value::Instant(instant) => instant.to_zoned(crate::zone()).strftime("%Y-%m-%d %H:%M").to_string(),
        Value::Ref(id) | Value::AnyRef(_, id) => {
            titles.get(*id).map_or_else(|| format!("#{id}"), str::to_owned)
        }
        Value::List(items) => items.join(", "),
        Value::Address { region, detail } => {
            let region = guanxi_text::region::name(region).unwrap_or_default();
            format!("{region} {detail}").trim().to_owned()
        }
        Value::Lookup(lookup) => lookup.1.clone(),
    }
}

/// An amount in yuan: `¥1,234.50`, without decimals when it is whole.
pub fn money(yuan: rust_decimal::Decimal) -> String {
    let text = if yuan.fract().is_zero() { format!("{yuan:.0}") } else { format!("{yuan:.2}") };
    match text.strip_prefix('-') {
        Some(text) => format!("-\u{a5}{}", grouped(text)),
        None => format!("\u{a5}{}", grouped(&text)),
    }
}

/// Digits in groups of three.
pub fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(number.len() + 4);
    out.push_str(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn choice<'a>(field: &'a Field, value: &'a str, locale: Locale) -> &'a str {
    field.option(value).map_or(value, |option| option.label.get(locale))
}

fn separator(locale: Locale) -> &'static str {
    match locale {
        Locale::Zh => "\u{3001}",
        Locale::En => ", ",
    }
}

fn yes_no(yes: bool, locale: Locale) -> &'static str {
    match (locale, yes) {
        (Locale::Zh, true) => "\u{662f}",
        (Locale::Zh, false) => "\u{5426}",
        (Locale::En, true) => "Yes",
        (Locale::En, false) => "No",
    }
}
