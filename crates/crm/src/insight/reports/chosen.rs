//! Reading what was chosen for a report.

use guanxi_gate::{Ctx, Error, Gate, Result, report::Params};
use guanxi_model::{
    Message, RecordId,
    expr::{Comparison, Expr},
};
use jiff::civil::Date;

/// The parameters of a report, read strictly: what cannot be understood is refused, not ignored.
pub(crate) struct Chosen<'a>(pub &'a Params);

impl Chosen<'_> {
    /// A text, if one was chosen.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// A date.
    pub fn date(&self, name: &str) -> Result<Option<Date>> {
        self.parsed(name, "field.date")
    }

    /// A whole number within bounds.
    pub fn number(&self, name: &str, least: i64, most: i64) -> Result<Option<i64>> {
        let number: Option<i64> = self.parsed(name, "field.whole_number")?;
        match number {
            Some(number) if number < least || number > most => {
                let message = Message::new("field.range").with("min", least).with("max", most);
                Err(Error::invalid(name, "range", message))
            }
            number => Ok(number),
        }
    }

    /// A user, by id or log-in name; `me` is the caller.
    pub fn user(&self, gate: &Gate, ctx: &Ctx, name: &str) -> Result<Option<RecordId>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        if text == "me" {
            return Ok(Some(ctx.subject.user));
        }
        if let Ok(id) = text.parse() {
            return Ok(Some(id));
        }
        match gate.read(ctx, |tx| tx.first("user", &Expr::eq("login", text)))? {
            Some(user) => Ok(Some(user.id)),
            None => {
                Err(Error::invalid(name, "reference", Message::new("field.reference").with("value", text)))
            }
        }
    }

    /// First and last day of what the report is about: a year, or dates, none later than the business date.
    pub fn period(&self) -> Result<(Option<Date>, Option<Date>)> {
        let (mut from, mut to) = (self.date("from")?, self.date("to")?);
        if let Some(year) = self.number("year", 1900, 9999)? {
            let year = i16::try_from(year).unwrap_or(i16::MAX);
            let (first, last) = (Date::new(year, 1, 1), Date::new(year, 12, 31));
            from = first.ok().max(from);
            to = [last.ok(), to].into_iter().flatten().min();
        }
        let to = [self.date("as_of")?, to].into_iter().flatten().min();
        Ok((from, to))
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str, refusal: &'static str) -> Result<Option<T>> {
        match self.text(name) {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(Error::invalid(name, "format", Message::new(refusal))),
            },
        }
    }
}

/// Records dated within a period, by a date field.
pub(crate) fn dated(field: &str, (from, to): (Option<Date>, Option<Date>)) -> Expr {
    let mut parts = Vec::new();
    parts.extend(from.map(|from| Expr::compare(field, Comparison::GreaterOrEqual, from)));
    parts.extend(to.map(|to| Expr::compare(field, Comparison::LessOrEqual, to)));
    Expr::all(parts)
}

/// The same by an instant field: the last day counts to its end.
pub(crate) fn happened(field: &str, (from, to): (Option<Date>, Option<Date>)) -> Expr {
    let mut parts = Vec::new();
    parts.extend(from.map(|from| Expr::compare(field, Comparison::GreaterOrEqual, from)));
    let after = to.map(|to| to.tomorrow().unwrap_or(to));
    parts.extend(after.map(|after| Expr::compare(field, Comparison::Less, after)));
    Expr::all(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(pairs: &[(&str, &str)]) -> (Option<String>, Option<String>) {
        let params = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let (from, to) = Chosen(&params).period().unwrap();
        (from.map(|d| d.to_string()), to.map(|d| d.to_string()))
    }

    #[test]
    fn a_year_and_dates_narrow_each_other_and_nothing_passes_the_business_date() {
        let some = |from: &str, to: &str| (Some(from.to_owned()), Some(to.to_owned()));
        assert_eq!(period(&[]), (None, None));
        assert_eq!(period(&[("year", "1997")]), some("1997-01-01", "1997-12-31"));
        assert_eq!(period(&[("year", "1997"), ("from", "1997-03-01")]), some("1997-03-01", "1997-12-31"));
        assert_eq!(period(&[("year", "1997"), ("as_of", "1997-06-30")]), some("1997-01-01", "1997-06-30"));
        assert_eq!(period(&[("as_of", "1997-06-30")]), (None, Some("1997-06-30".to_owned())));
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        let params = [("from".to_owned(), "soon".to_owned())].into();
        assert!(matches!(Chosen(&params).period(), Err(Error::Invalid(_))));
        let params = [("limit".to_owned(), "0".to_owned())].into();
        assert!(matches!(Chosen(&params).number("limit", 1, 100), Err(Error::Invalid(_))));
    }
}
