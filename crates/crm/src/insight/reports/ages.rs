//! Ages in bands of ten years, by the year of birth.

use guanxi_model::expr::{Comparison, Expr};
use jiff::civil::Date;

/// Youngest and oldest of each band, and how it is written in every language.
pub(super) const BANDS: [(i16, i16, &str); 6] = [
    (0, 24, "< 25"),
    (25, 34, "25\u{2013}34"),
    (35, 44, "35\u{2013}44"),
    (45, 54, "45\u{2013}54"),
    (55, 64, "55\u{2013}64"),
    (65, 200, "\u{2265} 65"),
];

/// The band of somebody born in a year.
pub(super) fn band(born: &str, today: Date) -> Option<usize> {
    let age = today.year() - born.parse::<i16>().ok()?;
    BANDS.iter().position(|(youngest, oldest, _)| (*youngest..=*oldest).contains(&age))
}

/// Everybody of a band.
pub(super) fn of(band: usize, today: Date) -> Expr {
    let Some((youngest, oldest, _)) = BANDS.get(band) else { return Expr::Bool(false) };
    let day = |year: i16, month: i8, day: i8| Date::new(year, month, day).unwrap_or(today);
    let from = Expr::compare("birthday", Comparison::GreaterOrEqual, day(today.year() - oldest, 1, 1));
    let to = Expr::compare("birthday", Comparison::LessOrEqual, day(today.year() - youngest, 12, 31));
    from.and(to)
}
