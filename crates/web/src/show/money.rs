//! Amounts: exact in tables, compact on cards.

use guanxi_gate::words;
use guanxi_model::Locale;
use rust_decimal::Decimal;

/// `¥1,234,567`, with decimals only when there are some.
pub fn exact(yuan: Decimal) -> String {
    words::money(yuan)
}

/// At most four figures: in Chinese by ten thousands and hundred millions, in English by thousands and millions.
pub fn compact(yuan: Decimal, locale: Locale) -> String {
    let steps: &[(i64, &str)] = match locale {
        Locale::Zh => &[(100_000_000, "unit.hundred_million"), (10_000, "unit.ten_thousand")],
        Locale::En => {
            &[(1_000_000_000, "unit.billion"), (1_000_000, "unit.million"), (10_000, "unit.thousand")]
        }
    };
    for (size, unit) in steps {
        if yuan.abs() >= Decimal::from(*size) {
            // The English thousand begins at ten thousand so that 9,800 stays readable.
            let size = if *unit == "unit.thousand" { 1_000 } else { *size };
            let figure = (yuan / Decimal::from(size)).round_dp(1).normalize();
            let whole = words::grouped(&figure.abs().to_string());
            let sign = if figure.is_sign_negative() { "-" } else { "" };
            let space = if locale == Locale::Zh { "\u{a0}" } else { "" };
            return format!("{sign}\u{a5}{whole}{space}{}", crate::texts::t(locale, unit));
        }
    }
    words::money(yuan.round_dp(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_amounts_are_short_in_both_languages() {
        let yuan = |n: i64| Decimal::from(n);
        assert_eq!(compact(yuan(536_000), Locale::Zh), "¥53.6\u{a0}万");
        assert_eq!(compact(yuan(10_940_000), Locale::Zh), "¥1,094\u{a0}万");
        assert_eq!(compact(yuan(6_590), Locale::Zh), "¥6,590");
        assert_eq!(compact(yuan(536_000), Locale::En), "¥536K");
        assert_eq!(compact(yuan(-1_250_000), Locale::En), "-¥1.2M");
    }
}
