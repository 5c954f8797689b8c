//! From the contract to the cash: what may be entered, what follows from it, and that every sum is exact.

use crate::world::{World, date, draft, story, why, yuan};
use guanxi_gate::{Draft, Error};
use guanxi_model::{Locale, RecordId};
use rust_decimal::Decimal;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A contract as a draft.
fn signed(world: &World, customer: RecordId, total: &str) -> RecordId {
    let contract =
        draft([("title", "年度供货合同".into()), ("total", yuan(total))]).set("customer", customer);
    world.make("li", "contract", contract).unwrap().id
}

/// A contract that passed.
fn passed(world: &World, customer: RecordId, total: &str) -> RecordId {
    let contract = signed(world, customer, total);
    act(world, "li", "contract", contract, "submit").unwrap();
    act(world, "manager", "contract", contract, "approve").unwrap();
    contract
}

fn act(
    world: &World,
    who: &str,
    object: &str,
    id: RecordId,
    verb: &str,
) -> guanxi_gate::Result<guanxi_gate::Visible> {
    world.verb(who, object, id, verb, Draft::new().set("reason", "写明原因"))
}

fn plan(world: &World, contract: RecordId, amount: &str, due: &str) -> RecordId {
    let plan = draft([("amount", yuan(amount)), ("due_on", date(due))]).set("contract", contract);
    world.make("li", "payment_plan", plan).unwrap().id
}

fn receipt(world: &World, contract: RecordId, amount: &str) -> guanxi_gate::Result<guanxi_gate::Visible> {
    world.make("li", "payment", Draft::new().set("contract", contract).set("amount", yuan(amount)))
}

fn paid(world: &World, contract: RecordId, amount: &str) -> RecordId {
    let id = receipt(world, contract, amount).unwrap().id;
    act(world, "manager", "payment", id, "approve").unwrap();
    id
}

fn status(world: &World, object: &str, id: RecordId) -> String {
    world.look(object, id).text("status").to_owned()
}

fn sum(world: &World, object: &str, id: RecordId, field: &str) -> Decimal {
    world.look(object, id).decimal(field).unwrap_or_default()
}

/// The refusal as people read it.
fn said<T: std::fmt::Debug>(world: &World, result: guanxi_gate::Result<T>) -> String {
    let message = match result {
        Err(Error::Refused(message)) => message,
        Err(Error::Invalid(issues)) => issues[0].message.clone(),
        other => panic!("{other:?}"),
    };
    world.gate.phrases().say(Locale::Zh, &message)
}

// Contracts

#[test]
fn a_contract_is_handed_in_decided_about_and_not_edited_afterwards() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contract = signed(world, customer, "100000");
        let edit = |by: &str| {
            let terms = format!("由{by}修改：{}", world.look("contract", contract).version);
            why(world.edit(by, "contract", contract, Draft::new().set("terms", terms)))
        };
        assert_eq!(edit("li"), "done");
        assert_eq!(sum(world, "customer", customer, "contract_total"), dec("0"), "a draft does not count");
        act(world, "li", "contract", contract, "submit").unwrap();
        assert_eq!(status(world, "contract", contract), "submitted");
        assert_eq!(edit("li"), "contract.closed");
        assert_eq!(why(act(world, "li", "contract", contract, "approve")), "forbidden");
        act(world, "li", "contract", contract, "withdraw").unwrap();
        assert_eq!(edit("li"), "done");
        act(world, "li", "contract", contract, "submit").unwrap();
        assert_eq!(
            why(world.verb("manager", "contract", contract, "reject", Draft::new())),
            "field.required"
        );
        act(world, "manager", "contract", contract, "reject").unwrap();
        assert!(world.notices("li").iter().any(|n| n.contains("拒绝") && n.contains("写明原因")));
        act(world, "li", "contract", contract, "submit").unwrap();
        assert!(
            world.notices("manager").iter().any(|n| n.contains("年度供货合同") && n.contains("等待你审核"))
        );
        act(world, "manager", "contract", contract, "approve").unwrap();
        let record = world.look("contract", contract);
        assert_eq!(record.reference("reviewed_by"), Some(world.id("manager")));
        assert_eq!(record.decimal("approved_total"), Some(dec("100000")));
        assert_eq!(sum(world, "customer", customer, "contract_total"), dec("100000"));
        for person in ["li", "manager"] {
            assert_eq!(edit(person), "contract.closed", "{person}");
        }
        let line = draft([("name", "耗材".into()), ("unit_price", yuan("1"))]).set("contract", contract);
        assert_eq!(why(world.make("li", "contract_line", line)), "contract.closed");
    });
}

#[test]
fn whoever_may_decide_decides_by_handing_in() {
    story(|world| {
        let customer = world.customer("manager", "明德科技");
        let contract =
            draft([("title", "主管自签".into()), ("total", yuan("100"))]).set("customer", customer);
        let contract = world.make("manager", "contract", contract).unwrap().id;
        act(world, "manager", "contract", contract, "submit").unwrap();
        assert_eq!(status(world, "contract", contract), "approved");
        assert_eq!(sum(world, "contract", contract, "approved_total"), dec("100"));
        let payment = Draft::new().set("contract", contract).set("amount", yuan("60"));
        let payment = world.make("manager", "payment", payment).unwrap().id;
        assert_eq!(status(world, "payment", payment), "approved");
        assert_eq!(sum(world, "customer", customer, "outstanding_total"), dec("40"));
    });
}

#[test]
fn contracts_are_numbered_by_day_and_have_an_order_of_dates() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let numbers = ["1", "2"].map(|total| {
            let id = signed(world, customer, total);
            world.look("contract", id).text("number").to_owned()
        });
        assert_eq!(numbers, ["HT-20260615-001", "HT-20260615-002"]);
        world.later(1);
        let id = signed(world, customer, "3");
        assert_eq!(world.look("contract", id).text("number"), "HT-20260616-001", "it starts again each day");
        let same = draft([("starts_on", date("2026-07-01")), ("ends_on", date("2026-07-01"))]);
        assert_eq!(why(world.edit("li", "contract", id, same)), "gate.rule");
        let stranger = world
            .given("contact", Draft::new().set("name", "外人").set("customer", world.customer("li", "别家")));
        let signer = Draft::new().set("signer_theirs", stranger);
        assert_eq!(why(world.edit("li", "contract", id, signer)), "contract.other_signer");
    });
}

#[test]
fn lines_make_the_amount_of_a_contract() {
    story(|world| {
        let contract = signed(world, world.customer("li", "明德科技"), "1");
        for price in ["33.33", "66.67"] {
            let line = draft([("name", "耗材".into()), ("quantity", yuan("3")), ("unit_price", yuan(price))]);
            world.make("li", "contract_line", line.set("contract", contract)).unwrap();
        }
        world.edit("li", "contract", contract, Draft::new().set("discount", yuan("0.01"))).unwrap();
        assert_eq!(sum(world, "contract", contract, "total"), dec("299.99"));
        let typed = world.edit("li", "contract", contract, Draft::new().set("total", yuan("5")));
        assert_eq!(why(typed), "contract.made_by_lines");
        let nothing = signed(world, world.customer("li", "空客户"), "0");
        assert_eq!(why(act(world, "li", "contract", nothing, "submit")), "contract.worth_nothing");
    });
}

#[test]
fn the_end_of_a_contract_is_reminded_of_once() {
    story(|world| {
        let contract = signed(world, world.customer("li", "明德科技"), "10");
        let dates = draft([("starts_on", date("2026-01-01")), ("ends_on", date("2026-06-20"))]);
        world.edit("li", "contract", contract, dates).unwrap();
        let run = || world.gate.run_job("contract.remind", world.today()).unwrap();
        world.later(2);
        assert_eq!(run(), [("reminded", 0)], "a draft");
        act(world, "li", "contract", contract, "submit").unwrap();
        act(world, "manager", "contract", contract, "approve").unwrap();
        // Three days before the 20th by default; on the 17th it is time.
        assert_eq!(world.look("contract", contract).date("remind_on"), Some("2026-06-17".parse().unwrap()));
        assert_eq!(run(), [("reminded", 1)]);
        assert_eq!(run(), [("reminded", 0)]);
        assert!(world.notices("li").iter().any(|n| n.contains("2026-06-20") && n.contains("到期")));
    });
}

#[test]
fn a_void_contract_stays_void_and_money_keeps_one_from_it() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contract = passed(world, customer, "1000");
        let first = plan(world, contract, "600", "2026-07-01");
        let received = receipt(world, contract, "100").unwrap().id;
        assert_eq!(why(act(world, "li", "contract", contract, "void")), "forbidden");
        assert_eq!(why(act(world, "manager", "contract", contract, "void")), "contract.has_receipts");
        assert_eq!(
            why(world.gate.delete(&world.ctx("li"), "contract", contract, None)),
            "contract.delete_closed"
        );
        act(world, "li", "payment", received, "withdraw").unwrap();
        act(world, "manager", "contract", contract, "void").unwrap();
        assert_eq!(status(world, "payment_plan", first), "voided");
        assert_eq!(sum(world, "customer", customer, "contract_total"), dec("0"));
        for verb in ["submit", "approve", "change", "withdraw"] {
            assert_eq!(why(act(world, "manager", "contract", contract, verb)), "gate.wrong_status", "{verb}");
        }
        assert_eq!(why(receipt(world, contract, "1")), "payment.not_passed");
        assert_eq!(why(world.gate.delete(&world.ctx("li"), "contract", contract, None)), "contract.linked");
    });
}

#[test]
fn a_change_counts_when_it_has_passed_and_not_before() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contract = passed(world, customer, "1000");
        paid(world, contract, "400");
        act(world, "li", "contract", contract, "change").unwrap();
        assert_eq!(sum(world, "customer", customer, "contract_total"), dec("1000"));
        assert_eq!(why(receipt(world, contract, "1")), "payment.not_passed", "while it is being changed");
        world.edit("li", "contract", contract, Draft::new().set("total", yuan("399.99"))).unwrap();
        assert_eq!(why(act(world, "li", "contract", contract, "submit")), "contract.below_received");
        world.edit("li", "contract", contract, Draft::new().set("total", yuan("700"))).unwrap();
        act(world, "li", "contract", contract, "submit").unwrap();
        assert_eq!(sum(world, "contract", contract, "unreceived"), dec("600"));
        act(world, "manager", "contract", contract, "approve").unwrap();
        assert_eq!(sum(world, "contract", contract, "unreceived"), dec("300"));
        assert_eq!(sum(world, "customer", customer, "outstanding_total"), dec("300"));
        assert_eq!(why(receipt(world, contract, "300.01")), "payment.above_rest");
        assert_eq!(sum(world, "contract", contract, "revision"), dec("1"));
    });
}

// Payment plans

#[test]
fn parts_are_numbered_and_together_no_more_than_the_contract() {
    story(|world| {
        let contract = signed(world, world.customer("li", "明德科技"), "1000");
        let first = plan(world, contract, "400", "2026-07-01");
        let second = plan(world, contract, "500", "2026-08-01");
        assert_eq!(world.look("payment_plan", first).title(), "年度供货合同 第 1 期");
        assert_eq!(sum(world, "payment_plan", second, "period"), dec("2"));
        let third =
            draft([("amount", yuan("100.01")), ("due_on", date("2026-09-01"))]).set("contract", contract);
        let refused = said(world, world.make("li", "payment_plan", third));
        assert!(refused.contains("¥100"), "{refused}");
        world.edit("li", "payment_plan", first, Draft::new().set("amount", yuan("500"))).unwrap();
        assert_eq!(sum(world, "contract", contract, "planned"), dec("1000"));
        let more = world.edit("li", "payment_plan", first, Draft::new().set("amount", yuan("500.01")));
        assert_eq!(why(more), "payment_plan.above_contract");
        act(world, "li", "payment_plan", second, "void").unwrap();
        let next = plan(world, contract, "500", "2026-09-01");
        assert_eq!(sum(world, "payment_plan", next, "period"), dec("3"), "a number is not given twice");
    });
}

#[test]
fn a_part_goes_through_its_six_states() {
    story(|world| {
        let contract = signed(world, world.customer("li", "明德科技"), "1000");
        let part = plan(world, contract, "600", "2026-06-20");
        let state = || status(world, "payment_plan", part);
        assert_eq!(state(), "pending");
        act(world, "li", "contract", contract, "submit").unwrap();
        assert_eq!(state(), "pending");
        act(world, "manager", "contract", contract, "approve").unwrap();
        assert_eq!(state(), "due");
        let first = receipt(world, contract, "250").unwrap().id;
        assert_eq!(state(), "due", "what waits for review has not come in");
        act(world, "manager", "payment", first, "approve").unwrap();
        assert_eq!((state().as_str(), sum(world, "payment_plan", part, "left")), ("part", dec("350")));
        paid(world, contract, "350");
        assert_eq!((state().as_str(), sum(world, "payment_plan", part, "left")), ("done", dec("0")));
        act(world, "manager", "payment", first, "reverse").unwrap();
        assert_eq!((state().as_str(), sum(world, "payment_plan", part, "left")), ("part", dec("250")));
        let other = plan(world, contract, "400", "2026-06-20");
        act(world, "li", "payment_plan", other, "void").unwrap();
        assert_eq!(status(world, "payment_plan", other), "voided");
    });
}

#[test]
fn a_part_is_overdue_from_the_day_after_its_day() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contract = passed(world, customer, "1000");
        let part = plan(world, contract, "600", "2026-06-20");
        let run = || world.gate.run_job("payment_plan.overdue", world.today()).unwrap();
        world.later(5);
        assert_eq!(world.today().to_string(), "2026-06-20");
        assert_eq!((run(), status(world, "payment_plan", part).as_str()), (vec![("overdue", 0)], "due"));
        world.later(1);
        let listed = world
            .all("payment_plan", r#"status == "overdue" || status in ["due", "part"] && due_on < today"#);
        assert_eq!(listed.len(), 1, "the list knows it before the job has run");
        assert_eq!((run(), status(world, "payment_plan", part).as_str()), (vec![("overdue", 1)], "overdue"));
        assert_eq!(run(), [("overdue", 0)]);
        assert_eq!(sum(world, "customer", customer, "overdue_total"), dec("600"));
        assert!(world.notices("li").iter().any(|n| n.contains("逾期") && n.contains("¥600")));
        let late = paid(world, contract, "200");
        assert_eq!(status(world, "payment_plan", part), "overdue", "partly paid and still late");
        assert_eq!(sum(world, "customer", customer, "overdue_total"), dec("400"));
        paid(world, contract, "400");
        assert_eq!(status(world, "payment_plan", part), "done");
        assert_eq!(sum(world, "customer", customer, "overdue_total"), dec("0"));
        act(world, "manager", "payment", late, "reverse").unwrap();
        assert_eq!(status(world, "payment_plan", part), "overdue", "at once, without the job");
        assert_eq!(sum(world, "customer", customer, "overdue_total"), dec("200"));
    });
}

#[test]
fn a_part_with_a_receipt_is_locked() {
    story(|world| {
        let contract = passed(world, world.customer("li", "明德科技"), "1000");
        let part = plan(world, contract, "600", "2026-07-20");
        let taken = receipt(world, contract, "1").unwrap().id;
        assert_eq!(
            world.look("payment", taken).reference("payment_plan"),
            Some(part),
            "the earliest open part"
        );
        let later =
            || why(world.edit("li", "payment_plan", part, Draft::new().set("due_on", date("2026-08-01"))));
        assert_eq!(later(), "payment_plan.locked");
        assert_eq!(
            why(world.gate.delete(&world.ctx("li"), "payment_plan", part, None)),
            "payment_plan.locked"
        );
        assert_eq!(why(act(world, "li", "payment_plan", part, "void")), "payment_plan.locked");
        act(world, "li", "payment", taken, "withdraw").unwrap();
        assert_eq!(later(), "done");
    });
}

#[test]
fn what_is_due_soon_is_reminded_of_once_for_each_date() {
    story(|world| {
        let contract = passed(world, world.customer("li", "明德科技"), "1000");
        let part = plan(world, contract, "600", "2026-06-18");
        let run = || world.gate.run_job("payment_plan.remind", world.today()).unwrap();
        assert_eq!((run(), run()), (vec![("reminded", 1)], vec![("reminded", 0)]));
        world.edit("li", "payment_plan", part, Draft::new().set("due_on", date("2026-06-17"))).unwrap();
        assert_eq!(run(), [("reminded", 1)]);
    });
}

// Receipts

#[test]
fn receipts_never_exceed_the_contract_and_the_refusal_names_the_rest() {
    story(|world| {
        let contract = signed(world, world.customer("li", "明德科技"), "1000");
        assert_eq!(why(receipt(world, contract, "1")), "payment.not_passed");
        act(world, "li", "contract", contract, "submit").unwrap();
        assert_eq!(why(receipt(world, contract, "1")), "payment.not_passed");
        act(world, "manager", "contract", contract, "approve").unwrap();
        paid(world, contract, "300");
        let waiting = receipt(world, contract, "600.01").unwrap().id;
        let refused = said(world, receipt(world, contract, "100"));
        assert!(refused.contains("99.99"), "{refused}");
        assert_eq!(why(receipt(world, contract, "0")), "gate.rule");
        let together = world.gate.write(&world.operator(), move |tx| {
            let one = || Draft::new().set("contract", contract).set("amount", yuan("50"));
            tx.create_many("payment", vec![one(), one()]).map(drop)
        });
        assert_eq!(why(together), "payment.above_rest", "of a batch the second is too much");
        // Rejected, it takes nothing; handed in again, it must fit again.
        act(world, "manager", "payment", waiting, "reject").unwrap();
        let other = receipt(world, contract, "500").unwrap().id;
        assert_eq!(why(act(world, "li", "payment", waiting, "submit")), "payment.above_rest");
        act(world, "li", "payment", other, "withdraw").unwrap();
        act(world, "li", "payment", waiting, "submit").unwrap();
        assert_eq!(sum(world, "contract", contract, "reserved"), dec("900.01"));
    });
}

#[test]
fn deleting_or_reversing_a_receipt_gives_the_amount_back() {
    story(|world| {
        let contract = passed(world, world.customer("li", "明德科技"), "1000");
        let first = receipt(world, contract, "1000").unwrap().id;
        assert_eq!(why(receipt(world, contract, "0.01")), "payment.above_rest");
        world.gate.delete(&world.ctx("li"), "payment", first, None).unwrap();
        let second = paid(world, contract, "1000");
        let back = world.gate.restore(&world.ctx("manager"), "payment", first);
        assert_eq!(why(back), "payment.above_rest", "its place is taken");
        assert_eq!(
            why(world.gate.delete(&world.ctx("li"), "payment", second, None)),
            "payment.reverse_first"
        );
        assert_eq!(why(act(world, "li", "payment", second, "reverse")), "forbidden");
        act(world, "manager", "payment", second, "reverse").unwrap();
        let record = world.look("contract", contract);
        assert_eq!(
            (record.decimal("received"), record.decimal("unreceived")),
            (Some(dec("0")), Some(dec("1000")))
        );
        assert_eq!(why(world.gate.delete(&world.ctx("manager"), "payment", second, None)), "payment.kept");
        world.gate.restore(&world.ctx("manager"), "payment", first).unwrap();
    });
}

#[test]
fn a_receipt_fits_into_its_part() {
    story(|world| {
        let contract = passed(world, world.customer("li", "明德科技"), "1000");
        let first = plan(world, contract, "300", "2026-07-01");
        let second = plan(world, contract, "500", "2026-08-01");
        let into = |part: RecordId, amount: &str| {
            let receipt = Draft::new().set("contract", contract).set("payment_plan", part);
            world.make("li", "payment", receipt.set("amount", yuan(amount)))
        };
        assert_eq!(why(into(first, "300.01")), "payment.above_plan");
        into(second, "500").unwrap();
        let other = passed(world, world.customer("li", "别家"), "1000");
        let strange = plan(world, other, "1", "2026-07-01");
        assert_eq!(why(into(strange, "1")), "payment.other_plan");
        let loose = receipt(world, contract, "400").unwrap().id;
        assert!(world.look("payment", loose).get("payment_plan").is_null(), "more than a part waits for");
        let future = Draft::new().set("contract", contract).set("amount", yuan("1"));
        let future = world.make("li", "payment", future.set("received_on", date("2026-06-16")));
        assert_eq!(why(future), "payment.future");
    });
}

#[test]
fn receipts_come_in_by_eight_methods() {
    story(|world| {
        let object = world.gate.object("payment").unwrap();
        let methods = &object.field("method").unwrap().options;
        let labels: Vec<&str> = methods.iter().map(|method| method.label.zh.as_str()).collect();
        assert_eq!(labels, ["支票", "现金", "邮政汇款", "电汇", "网上转账", "支付宝", "微信支付", "其它"]);
    });
}

#[test]
fn totals_of_customers_are_exact_to_the_fen() {
    story(|world| {
        let customers = [world.customer("li", "明德科技"), world.customer("li", "云帆科技")];
        // Computed beside, by plain addition over what was done.
        let (mut signed_sum, mut received, mut invoiced) = ([dec("0"); 2], [dec("0"); 2], [dec("0"); 2]);
        for n in 0..6_usize {
            let who = n % 2;
            let total = dec("1000.01") + Decimal::from(n);
            let contract = passed(world, customers[who], &total.to_string());
            if n == 4 {
                act(world, "manager", "contract", contract, "void").unwrap();
                continue;
            }
            signed_sum[who] += total;
            plan(world, contract, "333.33", "2026-06-30");
            for amount in ["111.11", "0.07", "99.99"] {
                let id = paid(world, contract, amount);
                if n == 1 && amount == "0.07" {
                    act(world, "manager", "payment", id, "reverse").unwrap();
                } else {
                    received[who] += dec(amount);
                }
            }
            receipt(world, contract, "5").unwrap();
            let title = Draft::new().set("customer", customers[who]).set("name", format!("抬头{n}"));
            let title = world.make("li", "invoice_title", title.set("kind", "person")).unwrap().id;
            let invoice = asked(world, contract, title, "123.45").unwrap().id;
            act(world, "manager", "invoice", invoice, "approve").unwrap();
            if n != 3 {
                issue(world, invoice, &format!("{n:08}")).unwrap();
                invoiced[who] += dec("123.45");
            }
        }
        for (who, customer) in customers.into_iter().enumerate() {
            let is = |field: &str| sum(world, "customer", customer, field);
            assert_eq!(is("contract_total"), signed_sum[who]);
            assert_eq!(is("received_total"), received[who]);
            assert_eq!(is("outstanding_total"), signed_sum[who] - received[who]);
            assert_eq!(is("invoiced_total"), invoiced[who]);
        }
        let proof = world.gate.run_job("facts.prove", world.today()).unwrap();
        assert_eq!(proof.iter().find(|(name, _)| *name == "differing"), Some(&("differing", 0)));
    });
}

// Invoices

fn title(world: &World, customer: RecordId) -> RecordId {
    let title = draft([("name", "明德科技有限公司".into()), ("tax_number", "91350100M000100Y43".into())]);
    world.given("invoice_title", title.set("customer", customer))
}

fn asked(
    world: &World,
    contract: RecordId,
    title: RecordId,
    amount: &str,
) -> guanxi_gate::Result<guanxi_gate::Visible> {
    let invoice = Draft::new().set("contract", contract).set("invoice_title", title);
    world.make("li", "invoice", invoice.set("amount", yuan(amount)))
}

fn issue(world: &World, id: RecordId, number: &str) -> guanxi_gate::Result<guanxi_gate::Visible> {
    let form = Draft::new().set("invoice_number", number).set("issued_on", world.today());
    world.verb("manager", "invoice", id, "issue", form)
}

#[test]
fn a_title_of_a_company_needs_a_tax_number_that_is_right() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let object = world.gate.object("invoice_title").unwrap();
        let with = |code: &str| {
            let form = [("name", "明德科技有限公司"), ("kind", "unit"), ("tax_number", code)];
            let title = Draft::from_form(&object, form).set("customer", customer);
            why(world.make("li", "invoice_title", title))
        };
        assert_eq!(with(""), "field.required");
        assert_ne!(with("91350100M000100Y44"), "done", "the check digit is wrong");
        assert_eq!(with("91350100M000100Y43"), "done");
        let person = draft([("name", "张三".into()), ("kind", "person".into())]).set("customer", customer);
        world.make("li", "invoice_title", person).unwrap();
    });
}

#[test]
fn invoices_never_exceed_what_is_not_invoiced() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contract = signed(world, customer, "1000");
        let made_out = title(world, customer);
        assert_eq!(why(asked(world, contract, made_out, "1")), "invoice.not_passed");
        act(world, "li", "contract", contract, "submit").unwrap();
        act(world, "manager", "contract", contract, "approve").unwrap();
        let first = asked(world, contract, made_out, "700").unwrap().id;
        let refused = said(world, asked(world, contract, made_out, "300.01"));
        assert!(refused.contains("¥300"), "{refused}");
        assert_eq!(why(act(world, "manager", "contract", contract, "void")), "contract.has_invoices");
        let stranger = title(world, world.customer("li", "别家"));
        assert_eq!(why(asked(world, contract, stranger, "1")), "invoice.other_title");
        act(world, "manager", "invoice", first, "approve").unwrap();
        assert_eq!(why(issue(world, first, "12345")), "invoice.number");
        issue(world, first, "24312000000123456789").unwrap();
        assert!(world.notices("li").iter().any(|n| n.contains("24312000000123456789")));
        let record = world.look("invoice", first);
        assert_eq!(
            (record.text("title_name"), record.text("tax_number")),
            ("明德科技有限公司", "91350100M000100Y43")
        );
        // The paper keeps what it says when the title is changed later.
        world.edit("li", "invoice_title", made_out, Draft::new().set("name", "新名称")).unwrap();
        assert_eq!(world.look("invoice", first).text("title_name"), "明德科技有限公司");
        assert_eq!(sum(world, "contract", contract, "uninvoiced"), dec("300"));
        let second = asked(world, contract, made_out, "300").unwrap().id;
        act(world, "manager", "invoice", second, "approve").unwrap();
        assert_eq!(why(issue(world, second, "24312000000123456789")), "field.unique", "no number twice");
        act(world, "manager", "invoice", first, "void").unwrap();
        assert_eq!(sum(world, "contract", contract, "uninvoiced"), dec("700"));
        assert_eq!(sum(world, "customer", customer, "invoiced_total"), dec("0"));
        assert_eq!(why(world.gate.delete(&world.ctx("manager"), "invoice", first, None)), "invoice.kept");
        let mail = Draft::new().set("parcel_number", "SF1234567890");
        issue(world, second, "12345678").unwrap();
        world.verb("manager", "invoice", second, "mail", mail).unwrap();
        assert_eq!(world.look("invoice", second).text("parcel_number"), "SF1234567890");
    });
}

// Returns

#[test]
fn returns_flow_back_into_the_order_and_the_customer() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let order = world.make("li", "order", Draft::new().set("customer", customer)).unwrap().id;
        let product = draft([("name", "门锁".into()), ("price", yuan("33.34")), ("cost", yuan("20"))]);
        let product = world.given("product", product);
        let line = draft([("quantity", yuan("3"))]).set("order", order).set("product", product);
        let line = world.make("li", "order_line", line).unwrap().id;
        world.edit("li", "order", order, Draft::new().set("discount", yuan("0.02"))).unwrap();
        assert_eq!(sum(world, "order", order, "total"), dec("100"));
        let back = |quantity: &str| {
            let back = draft([("quantity", yuan(quantity)), ("reason", "defect".into())]);
            world.make("li", "sales_return", back.set("order_line", line))
        };
        assert_eq!(why(back("3.001")), "sales_return.above_sold");
        let first = back("1").unwrap().id;
        // A third of 100.00, to the fen.
        assert_eq!(sum(world, "sales_return", first, "amount"), dec("33.33"));
        assert_eq!(sum(world, "order", order, "total"), dec("100"), "not before it is accepted");
        assert_eq!(why(act(world, "li", "sales_return", first, "accept")), "forbidden");
        act(world, "manager", "sales_return", first, "accept").unwrap();
        assert_eq!(sum(world, "order", order, "total"), dec("66.67"));
        assert_eq!(sum(world, "order", order, "cost"), dec("40"), "two are left, of 20 each");
        assert_eq!(sum(world, "order", order, "margin"), dec("26.67"));
        assert_eq!(sum(world, "customer", customer, "order_total"), dec("66.67"));
        assert_eq!(why(back("2.001")), "sales_return.above_sold");
        let rest = back("2").unwrap().id;
        act(world, "manager", "sales_return", rest, "accept").unwrap();
        assert_eq!(sum(world, "order", order, "total"), dec("0"), "all of it is back, to the fen");
        let touched = world.edit("li", "order_line", line, Draft::new().set("quantity", yuan("1")));
        assert_eq!(why(touched), "sales_return.line_kept");
        act(world, "manager", "sales_return", rest, "take_back").unwrap();
        assert_eq!(sum(world, "order", order, "total"), dec("66.67"));
        let problems = guanxi_crm::insight::problems::of(&world.gate, &world.ctx("li"), customer).unwrap();
        let kinds: Vec<(&str, bool)> =
            problems.iter().map(|problem| (problem.kind, problem.settled)).collect();
        assert_eq!(kinds, [("return", true)]);
        assert_eq!(sum(world, "customer", customer, "return_count"), dec("1"));
        // One by one, the last takes the fen that a third leaves over.
        let (second, third) = (back("1").unwrap().id, back("1").unwrap().id);
        assert_eq!(sum(world, "sales_return", second, "amount"), dec("33.33"));
        assert_eq!(sum(world, "sales_return", third, "amount"), dec("33.34"));
    });
}

#[test]
fn counters_lead_to_what_waits_for_whom() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contract = signed(world, customer, "1000");
        let open = |who: &str, name: &str| {
            let todos = guanxi_crm::office::todo::todos(&world.gate, &world.ctx(who)).unwrap();
            todos.iter().find(|todo| todo.name == name).map(|todo| (todo.today.count, todo.late()))
        };
        assert_eq!(open("manager", "contract_review"), Some((0, 0)));
        act(world, "li", "contract", contract, "submit").unwrap();
        assert_eq!(open("manager", "contract_review"), Some((1, 0)));
        assert_eq!(open("li", "contract_review"), None, "not theirs to decide");
        world.later(1);
        assert_eq!(open("manager", "contract_review"), Some((0, 1)));
        act(world, "manager", "contract", contract, "approve").unwrap();
        plan(world, contract, "500", "2026-06-18");
        receipt(world, contract, "10").unwrap();
        asked(world, contract, title(world, customer), "10").unwrap();
        assert_eq!(open("manager", "payment_review"), Some((1, 0)));
        assert_eq!(open("manager", "invoice_review"), Some((1, 0)));
        assert_eq!(open("li", "payment_due"), Some((1, 0)));
        world.later(3);
        assert_eq!(open("li", "payment_due"), Some((0, 1)), "late, whether the job has run or not");
    });
}

// Quotes

#[test]
fn a_quote_becomes_a_contract_once_with_its_lines_and_discount() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let quote = draft([("name", "门禁报价".into()), ("valid_until", date("2026-06-20"))])
            .set("customer", customer);
        let quote = world.make("li", "quote", quote).unwrap().id;
        assert_eq!(why(act(world, "li", "quote", quote, "sign")), "quote.empty");
        for price in ["33.33", "66.67"] {
            let line = draft([("name", "耗材".into()), ("quantity", yuan("3")), ("unit_price", yuan(price))]);
            world.make("li", "quote_line", line.set("quote", quote)).unwrap();
        }
        world.edit("li", "quote", quote, Draft::new().set("discount", yuan("10.01"))).unwrap();
        assert_eq!(sum(world, "quote", quote, "total"), dec("289.99"));
        act(world, "li", "quote", quote, "send").unwrap();
        world.later(6);
        assert_eq!(why(act(world, "li", "quote", quote, "sign")), "quote.expired");
        world.edit("li", "quote", quote, Draft::new().set("valid_until", date("2026-07-20"))).unwrap();
        act(world, "li", "quote", quote, "sign").unwrap();
        let contract = world.look("quote", quote).reference("contract").unwrap();
        let record = world.look("contract", contract);
        assert_eq!((record.decimal("total"), record.text("status")), (Some(dec("289.99")), "draft"));
        assert_eq!(record.decimal("line_count"), Some(dec("2")));
        assert_eq!(why(act(world, "li", "quote", quote, "sign")), "gate.wrong_status");
        assert_eq!(world.all("contract", "true").len(), 1);
        let edit = world.edit("li", "quote", quote, Draft::new().set("discount", yuan("1")));
        assert_eq!(why(edit), "quote.closed");
    });
}
