//! Numbers by rule: fixed text, date parts and a counter, `KH-{yyyy}{MM}-{0000}`.

use jiff::civil::Date;

/// The counter's key and the two halves around the counter, for a date. The counter starts again
/// whenever the rendered text around it changes, so a pattern with `{yyyy}` restarts each year.
pub fn render(pattern: &str, date: Date) -> (String, usize, String) {
    let dated = pattern
        .replace("{yyyy}", &format!("{:04}", date.year()))
        .replace("{MM}", &format!("{:02}", date.month()))
        .replace("{dd}", &format!("{:02}", date.day()));
    let Some(open) = dated.find("{0") else { return (dated, 1, String::new()) };
    let Some(close) = dated[open..].find('}') else { return (dated, 1, String::new()) };
    (dated[..open].to_owned(), close - 1, dated[open + close + 1..].to_owned())
}
