//! The knowledge base: written by whoever knows, published by whoever answers for it, read and judged by all.

use guanxi_gate::{Change, Counts, Ctx, Draft, Error, Gate, JobDef, Record, Result, Rule, Schedule, Tx};
use guanxi_model::{
    Message, RecordId, Value,
    access::action,
    expr::{Comparison, Expr},
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;

/// What readers rely on once it is published.
const CONTENT: [&str; 8] =
    ["title", "kind", "category", "audience", "body", "keywords", "product", "answers"];
/// So many days before it runs out its owner is reminded.
const AHEAD: i64 = 14;

/// What was reviewed is what is read: published words change only by a revision, words in review only by who
/// reviews them.
pub(crate) struct Reviewed;

impl Rule for Reviewed {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let reviewer = tx.ctx().rights.may("article", "publish");
        for change in changes {
            if change.changes("valid_until") {
                change.set("reminded", "no");
            }
            if change.by_program {
                continue;
            }
            let Some(status) = change.before.as_ref().map(|before| before.text("status").to_owned()) else {
                continue;
            };
            if !CONTENT.iter().any(|field| change.changes(field)) {
                continue;
            }
            match status.as_str() {
                "published" | "retired" => change.refuse_record(Message::new("article.published")),
                "review" if !reviewer => change.refuse_record(Message::new("article.in_review")),
                _ => {}
            }
        }
        Ok(())
    }

    fn before_delete(&self, _tx: &mut Tx<'_>, article: &Record) -> Result<()> {
        let published = article.decimal("edition").is_some_and(|edition| edition > Decimal::ZERO);
        if published { Err(Error::refused("article.retire_it")) } else { Ok(()) }
    }
}

/// Hands it to those who review.
pub(crate) fn submit(tx: &mut Tx<'_>, article: &Record, _input: &Draft) -> Result<()> {
    let waiting = tx.update(article, Draft::new().set("status", "review"))?;
    for reviewer in tx.users_with_role("sales_manager")? {
        let message = Message::new("article.notice.review").with("title", waiting.title());
        tx.notify(reviewer.id, &waiting, message)?;
    }
    Ok(())
}

/// Gives it to everybody, and keeps it as it is now.
pub(crate) fn publish(tx: &mut Tx<'_>, article: &Record, input: &Draft) -> Result<()> {
    let ctx = tx.ctx();
    let until = input.get("valid_until").as_date().or(article.date("valid_until"));
    if until.is_some_and(|until| until < ctx.today) {
        return Err(Error::invalid("valid_until", "range", Message::new("article.ran_out")));
    }
    let edition = article.decimal("edition").unwrap_or_default() + Decimal::ONE;
    let by = (ctx.subject.user.0 > 0).then_some(ctx.subject.user);
    let published = tx.update(
        article,
        Draft::new()
            .set("status", "published")
            .set("valid_until", until)
            .set("edition", edition)
            .set("published_on", ctx.today)
            .set("published_by", by)
            .set("remark", Value::Null),
    )?;
    let kept = Draft::new()
        .set("name", format!("V{} {}", edition.normalize(), published.title()))
        .set("article", published.id)
        .set("edition", edition)
        .set("body", published.get("body").clone())
        .set("published_by", by)
        .set("published_on", ctx.today);
    tx.create("article_edition", kept)?;
    tell(tx, &published, "article.notice.published")
}

/// Gives it back to its author, with what is to be changed.
pub(crate) fn send_back(tx: &mut Tx<'_>, article: &Record, input: &Draft) -> Result<()> {
    let draft = Draft::new().set("status", "draft").set("remark", input.get("remark").clone());
    let back = tx.update(article, draft)?;
    tell(tx, &back, "article.notice.back")
}

/// Takes it back to its author's desk to be changed; what readers had is kept as an edition.
pub(crate) fn revise(tx: &mut Tx<'_>, article: &Record, _input: &Draft) -> Result<()> {
    tx.update(article, Draft::new().set("status", "draft"))?;
    Ok(())
}

/// Takes it out of the shelves.
pub(crate) fn retire(tx: &mut Tx<'_>, article: &Record, input: &Draft) -> Result<()> {
    let draft = Draft::new().set("status", "retired").set("remark", input.get("remark").clone());
    let retired = tx.update(article, draft)?;
    tell(tx, &retired, "article.notice.retired")
}

fn tell(tx: &mut Tx<'_>, article: &Record, key: &'static str) -> Result<()> {
    let Some(owner) = article.owner() else { return Ok(()) };
    tx.notify(owner, article, Message::new(key).with("title", article.title()))
}

/// It helped.
pub(crate) fn useful(tx: &mut Tx<'_>, article: &Record, _input: &Draft) -> Result<()> {
    let reader = tx.ctx().subject.user;
    judge(tx, article, reader, Draft::new().set("vote", "useful").set("missing", Value::Null))
}

/// It did not help, and perhaps why.
pub(crate) fn useless(tx: &mut Tx<'_>, article: &Record, input: &Draft) -> Result<()> {
    let reader = tx.ctx().subject.user;
    let missing = input.get("missing").clone();
    judge(tx, article, reader, Draft::new().set("vote", "useless").set("missing", missing))
}

/// Everybody has one vote, and may change it. The key keeps two requests at once from voting twice.
fn judge(tx: &mut Tx<'_>, article: &Record, reader: RecordId, vote: Draft) -> Result<()> {
    if reader.0 <= 0 {
        return Err(Error::refused("article.who_votes"));
    }
    if article.owner() == Some(reader) {
        return Err(Error::refused("article.own_vote"));
    }
    match place_of(tx, article.id, reader)? {
        Some(place) => tx.update(&place, vote).map(drop),
        None => {
            // Whoever judges has read it.
            let read = fresh(article.id, reader).set("reads", Decimal::ONE).set("read_on", tx.ctx().today);
            let draft = vote.values.into_iter().fold(read, |draft, (field, value)| draft.set(&field, value));
            tx.create("article_reader", draft).map(drop)
        }
    }
}

fn fresh(article: RecordId, reader: RecordId) -> Draft {
    Draft::new().set("key", format!("{article}-{reader}")).set("article", article).set("reader", reader)
}

fn place_of(tx: &mut Tx<'_>, article: RecordId, reader: RecordId) -> Result<Option<Record>> {
    tx.first("article_reader", &Expr::eq("key", format!("{article}-{reader}")))
}

/// Somebody opened the page of a published article. Counted once a day for each reader, and not for its
/// author, so that the number says how many needed it.
pub fn opened(gate: &Gate, ctx: &Ctx, article: RecordId) -> Result<()> {
    let (reader, today) = (ctx.subject.user, ctx.today);
    if reader.0 <= 0 || !ctx.rights.may("article", action::READ) {
        return Ok(());
    }
    let known = gate.read(ctx, |tx| place_of(tx, article, reader))?;
    if known.is_some_and(|place| place.date("read_on") == Some(today)) {
        return Ok(());
    }
    gate.write(ctx, move |tx| {
        let record = tx.get("article", article)?;
        if record.text("status") != "published" || record.owner() == Some(reader) {
            return Ok(());
        }
        match place_of(tx, article, reader)? {
            Some(place) if place.date("read_on") == Some(today) => Ok(()),
            Some(place) => {
                let reads = place.decimal("reads").unwrap_or_default() + Decimal::ONE;
                tx.update(&place, Draft::new().set("reads", reads).set("read_on", today)).map(drop)
            }
            None => {
                let draft = fresh(article, reader).set("reads", Decimal::ONE).set("read_on", today);
                tx.create("article_reader", draft).map(drop)
            }
        }
    })
}

/// Reminds owners before an article runs out, and once more when it has.
pub(crate) const REMIND: JobDef =
    JobDef { name: "article.remind", schedule: Schedule::Nightly { hour: 7 }, run: remind };

fn remind(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Counts> {
    let limit = as_of.checked_add(AHEAD.days()).unwrap_or(as_of);
    let published = || Expr::eq("status", "published");
    let soon = published()
        .and(Expr::eq("reminded", "no"))
        .and(Expr::compare("valid_until", Comparison::GreaterOrEqual, as_of))
        .and(Expr::compare("valid_until", Comparison::LessOrEqual, limit));
    let over = published().and(Expr::one_of("reminded", ["no", "soon"])).and(Expr::compare(
        "valid_until",
        Comparison::Less,
        as_of,
    ));
    let soon = announce(gate, ctx, soon, "article.notice.soon", "soon")?;
    let over = announce(gate, ctx, over, "article.notice.over", "over")?;
    Ok(vec![("soon", soon), ("over", over)])
}

fn announce(gate: &Gate, ctx: &Ctx, which: Expr, key: &'static str, mark: &'static str) -> Result<i64> {
    let mut told = 0;
    loop {
        let which = which.clone();
        let n = gate.write(ctx, move |tx| {
            let articles = tx.find("article", &which, Some(500))?;
            for article in &articles {
                let Some(owner) = article.owner() else { continue };
                let until = article.date("valid_until").map(|date| date.to_string()).unwrap_or_default();
                let message = Message::new(key).with("title", article.title()).with("date", until);
                tx.notify(owner, article, message)?;
            }
            let n = i64::try_from(articles.len()).unwrap_or(i64::MAX);
            let marked = articles.into_iter().map(|a| (a, Draft::new().set("reminded", mark))).collect();
            tx.update_many(marked)?;
            Ok(n)
        })?;
        if n == 0 {
            return Ok(told);
        }
        told += n;
    }
}
