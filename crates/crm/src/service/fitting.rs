//! Which articles may answer a request: those about the same product, for the same kind of request, and with
//! words of its title.

use guanxi_gate::{Ctx, Gate, Record, Result, Visible};
use guanxi_model::{
    Query, RecordId,
    access::action,
    expr::{Comparison, Expr, Function},
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Articles looked at; more than these share a word with the title only when it says nothing.
const LOOKED_AT: usize = 200;
/// Words of a title that are asked for; a longer title says the same again.
const WORDS: usize = 24;

/// An article that may answer, best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitting {
    /// The article.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Whether it is about the same product.
    pub same_product: bool,
    /// Whether it is written for this kind of request.
    pub same_kind: bool,
    /// How many words of the request's title it has.
    pub words: usize,
    /// How many requests it solved.
    pub solved: i64,
    /// Whether it may be sent to the customer.
    pub for_customers: bool,
}

impl Fitting {
    /// The product says most; two words weigh as much as it, and what was written for another kind of request
    /// loses against what fits it.
    fn weight(&self) -> usize {
        usize::from(self.same_product) * 4 + usize::from(self.same_kind) + self.words.min(6) * 2
    }
}

/// The articles that fit a request, as the caller may read them.
pub fn fitting(gate: &Gate, ctx: &Ctx, request: &Visible, most: usize) -> Result<Vec<Fitting>> {
    if !ctx.rights.may("article", action::READ) {
        return Ok(Vec::new());
    }
    let product = request.get("product").as_ref();
    let kind = request.get("kind").as_text();
    let words = words(&request.title());
    let mut touches: Vec<Expr> = words
        .iter()
        .take(WORDS)
        .flat_map(|word| ["title", "keywords"].map(|field| has(field, word)))
        .collect();
    touches.extend(product.map(|product| Expr::eq("product", product)));
    if touches.is_empty() {
        return Ok(Vec::new());
    }
    let offered = Expr::eq("status", "published").and(Expr::is_empty("valid_until").or(Expr::compare(
        "valid_until",
        Comparison::GreaterOrEqual,
        ctx.today,
    )));
    let query = Query::of("article")
        .fields(["title", "keywords", "product", "answers", "audience", "solved_count"])
        .filter(offered.and(Expr::any_of(touches)))
        .sort(["-solved_count"])
        .limit(LOOKED_AT);
    let mut found: Vec<Fitting> = gate
        .list(ctx, &query)?
        .rows
        .iter()
        .filter(|row| row.get("answers").as_text().is_none_or(|answers| Some(answers) == kind))
        .map(|row| {
            let said = said(row);
            Fitting {
                id: row.id,
                title: row.title(),
                same_product: product.is_some() && row.get("product").as_ref() == product,
                same_kind: row.get("answers").as_text().is_some(),
                words: words.iter().filter(|word| said.contains(word.as_str())).count(),
                solved: row.get("solved_count").as_decimal().and_then(|n| i64::try_from(n).ok()).unwrap_or(0),
                for_customers: row.get("audience").as_text() == Some("customer"),
            }
        })
        // One pair of characters in common is chance.
        .filter(|fit| fit.same_product || fit.words > 1 || words.len() < 3)
        .collect();
    found.sort_by_key(|fit| std::cmp::Reverse((fit.weight(), fit.solved, std::cmp::Reverse(fit.id))));
    found.truncate(most);
    Ok(found)
}

fn has(field: &str, word: &str) -> Expr {
    Expr::Call(Function::Contains, vec![Expr::field(field), Expr::text(word)])
}

/// What a title asks: the pairs of neighbours of each Han run, and the words between.
fn words(title: &str) -> BTreeSet<String> {
    let (mut words, mut han, mut latin) = (BTreeSet::new(), Vec::new(), String::new());
    for c in title.chars().chain([' ']) {
        if ('\u{4e00}'..='\u{9fff}').contains(&c) {
            han.push(c);
        } else {
            words.extend(han.windows(2).map(|pair| pair.iter().collect::<String>()));
            han.clear();
        }
        if c.is_ascii_alphanumeric() {
            latin.push(c.to_ascii_lowercase());
        } else {
            if latin.len() > 2 {
                words.insert(std::mem::take(&mut latin));
            }
            latin.clear();
        }
    }
    words
}

fn said(row: &Visible) -> String {
    let mut said = row.title();
    for keyword in row.get("keywords").as_list() {
        said.push(' ');
        said.push_str(keyword);
    }
    said.to_lowercase()
}

/// Whether an article may be named as what solved a request: it was published at least once.
pub(crate) fn is_citable(article: &Record) -> bool {
    article.decimal("edition").is_some_and(|edition| edition > Decimal::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_asks_for_pairs_of_characters_and_for_words() {
        let asked: Vec<String> = words("打印机 X100 卡纸").into_iter().collect();
        assert_eq!(asked, ["x100", "卡纸", "印机", "打印"]);
        assert!(words("我").is_empty());
    }
}
