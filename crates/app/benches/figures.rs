//! The figures of the program on a large account set, beside what the engine alone takes for the same question.
//!
//! It makes files of customers and orders, imports them with the real program, serves them, and asks as people and
//! programs do. A table on screen; JSON in `$GUANXI_BENCH_OUT/figures.json`. Settings, all optional:
//! `GUANXI_BENCH_CUSTOMERS` (1,000,000), `GUANXI_BENCH_ORDERS` (five for each customer), `GUANXI_BENCH_SECONDS`
//! (5 for each figure), `GUANXI_BENCH_DATA` (a directory to keep; a set that is there is used again).

#[path = "../tests/http/mod.rs"]
mod http;
#[path = "upkeep/mod.rs"]
mod upkeep;

use http::{Client, free_port};
use serde_json::{Value as Json, json};
use std::{
    fs::File,
    io::{BufWriter, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

const CLIENTS: usize = 8;
/// Whose customers the imported ones are.
const OWNER: &str = "keeper";

fn main() {
    // `cargo test` runs benchmarks once to see that they work; a large account set is not made for that.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let bench = Bench::new();
    let mut figures = Figures::default();
    bench.load(&mut figures);
    bench.start_up(&mut figures);
    let served = bench.serve();
    bench.reads(&served, &mut figures);
    bench.checks(&served, &mut figures);
    bench.writes(&served, &mut figures);
    bench.merges(&served, &mut figures);
    let resident = memory(served.child.id(), "VmHWM").unwrap_or(0);
    figures.add("memory of the server, most", resident as f64 / 1024.0, "MiB", Goal::AtMost(250.0), None);
    drop(served);
    bench.nights(&mut figures);
    figures.show();
    figures.save(&bench);
}

struct Bench {
    directory: PathBuf,
    _vanishes: Option<tempfile::TempDir>,
    customers: u64,
    orders: u64,
    seconds: f64,
}

struct Served {
    child: Child,
    address: SocketAddr,
    key: String,
    cookie: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.replace('_', "").parse().ok()).unwrap_or(default)
}

impl Bench {
    fn new() -> Bench {
        let customers = setting("GUANXI_BENCH_CUSTOMERS", 1_000_000);
        let (directory, vanishes) = match std::env::var_os("GUANXI_BENCH_DATA") {
            Some(directory) => (PathBuf::from(directory), None),
            None => {
                let directory = tempfile::tempdir().expect("a temporary directory can be made");
                (directory.path().to_owned(), Some(directory))
            }
        };
        Bench {
            directory,
            _vanishes: vanishes,
            customers,
            orders: setting("GUANXI_BENCH_ORDERS", customers * 5),
            seconds: setting("GUANXI_BENCH_SECONDS", 5) as f64,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
        command.args(arguments).arg("--data").arg(self.directory.join("data"));
        command.env_remove("GUANXI_DATABASE").env_remove("GUANXI_LISTEN").env("LANG", "en");
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the program can be started");
        let problems = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "guanxi {} failed:\n{problems}", arguments.join(" "));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Makes the set: two imports, timed.
    fn load(&self, figures: &mut Figures) {
        if self.directory.join("data/sets/main/current").exists() {
            eprintln!("the account set in {} is used again", self.directory.display());
            return;
        }
        std::fs::create_dir_all(&self.directory).expect("the directory can be made");
        self.run(&["set", "create", "main"]);
        // Pools take customers back from their owners, so there has to be one.
        let keeper = ["user", "add", OWNER, "--name", "Keeper", "--department", "Bench"];
        self.run(&[&keeper[..], &["--role", "account_manager"]].concat());
        let (customers, orders) = (self.directory.join("customers.csv"), self.directory.join("orders.csv"));
        write_customers(&customers, self.customers).expect("the file can be written");
        write_orders(&orders, self.customers, self.orders).expect("the file can be written");
        let (seconds, most) = self.import("customer", &customers, &["--on-duplicate", "error"]);
        let rate = self.customers as f64 / seconds;
        let name = "import of customers, with duplicate check, search and audit";
        figures.add(name, rate, "rows/s", Goal::AtLeast(10_000.0), None);
        figures.add("memory of that import, most", most, "MiB", Goal::AtMost(400.0), None);
        let (seconds, _) = self.import("order", &orders, &["--match", "external_id"]);
        let rate = self.orders as f64 / seconds;
        figures.add("import of orders by key, with roll-ups", rate, "rows/s", Goal::AtLeast(10_000.0), None);
        let _ = std::fs::remove_file(customers);
        let _ = std::fs::remove_file(orders);
    }

    fn import(&self, object: &str, file: &Path, more: &[&str]) -> (f64, f64) {
        self.watch(&[&["import", object, file.to_str().expect("the path is text")], more].concat())
    }

    /// Runs the program to its end: seconds, and the most memory it held in MiB.
    fn watch(&self, arguments: &[&str]) -> (f64, f64) {
        let began = Instant::now();
        let mut child =
            self.command(arguments).stdout(Stdio::null()).spawn().expect("the program can be started");
        let mut most = 0;
        loop {
            most = most.max(memory(child.id(), "VmHWM").unwrap_or(0));
            if let Some(status) = child.try_wait().expect("the program can be waited for") {
                assert!(status.success(), "guanxi {} failed", arguments.join(" "));
                return (began.elapsed().as_secs_f64(), most as f64 / 1024.0);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn spawn(&self) -> (Child, SocketAddr, Duration) {
        let address = free_port();
        let began = Instant::now();
        let mut command = self.command(&["serve", "--listen", &address.to_string()]);
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program can be started");
        while began.elapsed() < Duration::from_secs(60) {
            let answer =
                Client::connect(address, "").and_then(|mut client| client.call("GET", "/readyz", "", ""));
            if answer.is_ok_and(|(status, _)| status == 200) {
                return (child, address, began.elapsed());
            }
            thread::sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        let _ = child.wait();
        panic!("the program did not start");
    }

    fn start_up(&self, figures: &mut Figures) {
        let mut times: Vec<f64> = (0..5)
            .map(|_| {
                let (mut child, _, took) = self.spawn();
                let _ = child.kill();
                let _ = child.wait();
                took.as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        figures.add("start until the first answer", times[2], "s", Goal::AtMost(0.3), None);
    }

    /// A user who sees everything, with a key and a session, on a running server.
    fn serve(&self) -> Served {
        let login = format!("bench{}", std::process::id());
        let roles = ["--role", "sales_manager", "--role", "service_agent"];
        // Someone without a department may not make records, which would lie outside everyone's reach.
        let added = ["user", "add", &login, "--name", "Bench", "--department", "Bench", "--format", "json"];
        let added: Json =
            serde_json::from_str(&self.run(&[&added[..], &roles].concat())).expect("an answer in JSON");
        let password = added["password"].as_str().expect("a first password").to_owned();
        let key = self.run(&["key", "create", "--user", &login, "--name", "bench"]).trim().to_owned();
        let (child, address, _) = self.spawn();
        let cookie = log_in(address, &login, &password);
        Served { child, address, key, cookie }
    }

    fn reads(&self, served: &Served, figures: &mut Figures) {
        let api = format!("Authorization: Bearer {}\r\n", served.key);
        let web = format!("Cookie: {}\r\n", served.cookie);
        let mut client = Client::connect(served.address, &api).expect("the server listens");
        let (status, body) = client.call("GET", "/api/v1/customer?limit=50", "", "").expect("an answer");
        assert_eq!(status, 200, "{body}");
        let list: Json = serde_json::from_str(&body).expect("JSON");
        let items = list["items"].as_array().expect("items");
        assert_eq!(items.len(), 50, "the list is full");
        let ids: Vec<String> =
            items.iter().map(|item| item["id"].as_str().unwrap_or_default().to_owned()).collect();

        let raw = self.raw(&[
            "SELECT * FROM customer WHERE deleted_at IS NULL ORDER BY id DESC LIMIT 50",
            &format!("SELECT * FROM customer WHERE id = {}", ids[7]),
        ]);
        let at = |i: usize| raw.get(i).copied();
        let list = "/api/v1/customer?limit=50".to_owned();
        let alone = self.ask(served.address, &api, 1, "GET", &|_| (list.clone(), String::new()));
        let goal = at(0).map_or(Goal::None, |raw| Goal::AtMost(raw * 3.0));
        figures.add("list of 50, JSON, one client, p50", alone.p50, "us", goal, at(0));
        let many = self.ask(served.address, &api, CLIENTS, "GET", &|_| (list.clone(), String::new()));
        figures.add(
            "list of 50, JSON, 8 clients",
            many.rate,
            "/s",
            Goal::AtLeast(3_000.0),
            at(0).map(|us| 1e6 / us),
        );
        let pages =
            self.ask(served.address, &web, CLIENTS, "GET", &|_| ("/customer".to_owned(), String::new()));
        figures.add(
            "list page, HTML, 8 clients",
            pages.rate,
            "/s",
            Goal::AtLeast(800.0),
            at(0).map(|us| 1e6 / us),
        );
        let record = |n: u64| (format!("/customer/{}", ids[n as usize % ids.len()]), String::new());
        let pages = self.ask(served.address, &web, CLIENTS, "GET", &record);
        figures.add(
            "record page, HTML, 8 clients",
            pages.rate,
            "/s",
            Goal::AtLeast(1_500.0),
            at(1).map(|us| 1e6 / us),
        );
        // Two characters of a name, percent-encoded, and four digits of a phone.
        let word = |n: u64| {
            let two: String =
                [FAMILY[n as usize % FAMILY.len()], GIVEN[(n / 7) as usize % GIVEN.len()]].concat();
            let encoded: String = two.bytes().map(|byte| format!("%{byte:02X}")).collect();
            (format!("/api/v1/search?q={encoded}&limit=20"), String::new())
        };
        let found = self.ask(served.address, &api, 1, "GET", &word);
        figures.add("search for two characters, p95", found.p95 / 1000.0, "ms", Goal::AtMost(20.0), None);
        let digits = |n: u64| (format!("/api/v1/search?q={:04}&limit=20", n * 7919 % 10_000), String::new());
        let found = self.ask(served.address, &api, 1, "GET", &digits);
        figures.add(
            "search for four digits of a phone, p95",
            found.p95 / 1000.0,
            "ms",
            Goal::AtMost(20.0),
            None,
        );
    }

    fn writes(&self, served: &Served, figures: &mut Figures) {
        let api = format!("Authorization: Bearer {}\r\n", served.key);
        let run = u64::from(std::process::id());
        // A set that is kept has the customers of earlier runs, so each run has numbers of its own.
        let new = |n: u64| {
            let phone = phone(900_000_000 + run % 997 * 100_000 + n);
            let name = format!("{}\u{516c}\u{53f8}{run}-{n}", name(n));
            let body = json!({ "name": name, "kind": "company", "phone": phone });
            ("/api/v1/customer".to_owned(), body.to_string())
        };
        let made = self.ask(served.address, &api, 1, "POST", &new);
        figures.add(
            "new customer with duplicate check, one client, p50",
            made.p50 / 1000.0,
            "ms",
            Goal::None,
            None,
        );
        let further = |n: u64| new(50_000 + n);
        let made = self.ask(served.address, &api, CLIENTS, "POST", &further);
        figures.add(
            "durable new customers with duplicate check, 8 clients",
            made.rate,
            "/s",
            Goal::AtLeast(2_000.0),
            None,
        );
        let mut client = Client::connect(served.address, &api).expect("the server listens");
        let (_, body) = client.call("GET", "/api/v1/customer?limit=50", "", "").expect("an answer");
        let list: Json = serde_json::from_str(&body).expect("JSON");
        let ids: Vec<Json> =
            list["items"].as_array().into_iter().flatten().map(|item| item["id"].clone()).collect();
        let new = |n: u64| {
            let customer = &ids[n as usize % ids.len()];
            let body = json!({ "customer": customer, "ordered_on": "2026-01-31", "total": "12.00" });
            ("/api/v1/order".to_owned(), body.to_string())
        };
        let made = self.ask(served.address, &api, CLIENTS, "POST", &new);
        figures.add("durable new orders, 8 clients", made.rate, "/s", Goal::AtLeast(2_000.0), None);
    }

    /// Asks the same again and again from several connections.
    fn ask(
        &self,
        address: SocketAddr,
        headers: &str,
        clients: usize,
        method: &str,
        request: &(dyn Fn(u64) -> (String, String) + Sync),
    ) -> Asked {
        let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
        let began = Instant::now();
        let mut times: Vec<f64> = thread::scope(|scope| {
            let one = || {
                let mut client = Client::connect(address, headers).expect("the server listens");
                let mut times = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let (path, body) = request(next.fetch_add(1, Ordering::Relaxed));
                    let start = Instant::now();
                    let (status, answer) = client.call(method, &path, "", &body).expect("an answer");
                    times.push(start.elapsed().as_secs_f64() * 1e6);
                    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
                }
                times
            };
            let running: Vec<_> = (0..clients).map(|_| scope.spawn(one)).collect();
            thread::sleep(Duration::from_secs_f64(self.seconds));
            stop.store(true, Ordering::Relaxed);
            running.into_iter().flat_map(|client| client.join().expect("a client that ends")).collect()
        });
        let seconds = began.elapsed().as_secs_f64();
        times.sort_by(f64::total_cmp);
        let at = |part: usize| times[(times.len() - 1) * part / 100];
        Asked { rate: times.len() as f64 / seconds, p50: at(50), p95: at(95) }
    }

    /// Medians of statements on the engine alone, in microseconds. Empty when the yardstick was not built:
    /// `cargo build --release -p guanxi-store --example raw_sqlite`.
    fn raw(&self, statements: &[&str]) -> Vec<f64> {
        let program = Path::new(env!("CARGO_BIN_EXE_guanxi")).with_file_name("examples").join("raw_sqlite");
        let database = self.directory.join("data/sets/main/1/guanxi.sqlite");
        let started = Command::new(program)
            .arg(database)
            .arg(self.seconds.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            eprintln!("the engine alone is not measured: build the example raw_sqlite of guanxi-store");
            return Vec::new();
        };
        if let Some(mut input) = child.stdin.take() {
            let _ = input.write_all((statements.join("\n") + "\n").as_bytes());
        }
        let Ok(output) = child.wait_with_output() else { return Vec::new() };
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        lines.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok()?["p50_us"].as_f64()).collect()
    }
}

struct Asked {
    rate: f64,
    p50: f64,
    p95: f64,
}

/// Logs in, changes the first password as every new user must, and gives the cookie.
fn log_in(address: SocketAddr, login: &str, password: &str) -> String {
    let mut client = Client::connect(address, "").expect("the server listens");
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let form = format!("login={login}&password={}", encode(password));
    let (status, _) = client.call("POST", "/login", "", &form).expect("an answer");
    assert!((300..400).contains(&status), "the log-in answered {status}");
    let mut cookie = client.cookie.clone().expect("a session");
    let with = format!("Cookie: {cookie}\r\n");
    let (_, page) = client.call("GET", "/password", &with, "").expect("an answer");
    let token = page
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default();
    let new = "Figures-are-measured-2026";
    let form = format!("csrf={}&old={}&new={new}&again={new}", encode(token), encode(password));
    let (status, page) = client.call("POST", "/password", &with, &form).expect("an answer");
    assert!((200..400).contains(&status), "the password was not changed: {status} {page}");
    if let Some(newer) = client.cookie.clone() {
        cookie = newer;
    }
    cookie
}

/// A figure of the kernel about a process, in KiB.
fn memory(process: u32, line: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find(|text| text.starts_with(line))?.split_whitespace().nth(1)?.parse().ok()
}

// Parts of names, written as code points because what people read stands in phrase tables.
const FAMILY: [&str; 12] = [
    "\u{534e}", "\u{4e1c}", "\u{5b89}", "\u{6c5f}", "\u{6d77}", "\u{5929}", "\u{91d1}", "\u{65b0}",
    "\u{4e2d}", "\u{8fdc}", "\u{540c}", "\u{5149}",
];
const GIVEN: [&str; 16] = [
    "\u{76db}", "\u{8fbe}", "\u{660e}", "\u{5174}", "\u{6cf0}", "\u{79d1}", "\u{6069}", "\u{5fb7}",
    "\u{8054}", "\u{901a}", "\u{5b8f}", "\u{5cf0}", "\u{7acb}", "\u{65b9}", "\u{5143}", "\u{98de}",
];

fn name(n: u64) -> String {
    let (family, given) = (FAMILY.len() as u64, GIVEN.len() as u64);
    let part = |list: &'static [&'static str], n: u64| list[n as usize % list.len()];
    let n = n.wrapping_mul(2_654_435_761) % 1_000_003;
    [
        part(&FAMILY, n),
        part(&GIVEN, n / family),
        part(&GIVEN, n / family / given),
        part(&GIVEN, n / family / given / given),
    ]
    .concat()
}

fn phone(n: u64) -> String {
    format!("13{:09}", n % 1_000_000_000)
}

fn write_customers(path: &Path, count: u64) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "external_id,name,kind,phone,satisfaction,owner")?;
    for n in 0..count {
        writeln!(file, "C{n:08},{}{n},company,{},{},{OWNER}", name(n), phone(n), n % 5 + 1)?;
    }
    file.flush()
}

fn write_orders(path: &Path, customers: u64, count: u64) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "external_id,customer.external_id,ordered_on,quantity,total")?;
    for n in 0..count {
        let customer = n.wrapping_mul(2_654_435_761) % customers;
        let (year, month, day) = (2021 + n % 5, n / 5 % 12 + 1, n / 60 % 28 + 1);
        let (yuan, fen) = (n * 31 % 5000, n % 100);
        writeln!(file, "O{n:09},C{customer:08},{year}-{month:02}-{day:02},{},{yuan}.{fen:02}", n % 9 + 1)?;
    }
    file.flush()
}

#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64),
    AtMost(f64),
    None,
}

struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    goal: Goal,
    raw: Option<f64>,
}

#[derive(Default)]
struct Figures(Vec<Figure>);

impl Figures {
    fn add(&mut self, name: &str, value: f64, unit: &'static str, goal: Goal, raw: Option<f64>) {
        eprintln!("{name}: {value:.1} {unit}");
        self.0.push(Figure { name: name.to_owned(), value, unit, goal, raw });
    }

    fn show(&self) {
        let mut table = comfy_table::Table::new();
        table.load_preset(comfy_table::presets::UTF8_BORDERS_ONLY);
        table.set_header(["figure", "value", "unit", "goal", "met", "SQLite alone"]);
        for figure in &self.0 {
            let (goal, met) = match figure.goal {
                Goal::AtLeast(goal) => (format!("≥ {goal:.1}"), Some(figure.value >= goal)),
                Goal::AtMost(goal) => (format!("≤ {goal:.1}"), Some(figure.value <= goal)),
                Goal::None => (String::new(), None),
            };
            let met = met.map_or("", |met| if met { "yes" } else { "NO" });
            let raw = figure.raw.map(|raw| format!("{raw:.1}")).unwrap_or_default();
            table.add_row([
                figure.name.clone(),
                format!("{:.1}", figure.value),
                figure.unit.to_owned(),
                goal,
                met.to_owned(),
                raw,
            ]);
        }
        println!("{table}");
    }

    fn save(&self, bench: &Bench) {
        let Some(folder) = std::env::var_os("GUANXI_BENCH_OUT") else { return };
        let figures: Vec<Json> = self
            .0
            .iter()
            .map(|figure| {
                let goal = match figure.goal {
                    Goal::AtLeast(goal) => json!({ "at_least": goal }),
                    Goal::AtMost(goal) => json!({ "at_most": goal }),
                    Goal::None => Json::Null,
                };
                json!({ "name": figure.name, "value": figure.value, "unit": figure.unit, "goal": goal, "engine_alone": figure.raw })
            })
            .collect();
        let all = json!({ "customers": bench.customers, "orders": bench.orders, "figures": figures });
        let file = Path::new(&folder).join("figures.json");
        if let Err(error) = std::fs::write(&file, format!("{all:#}\n")) {
            eprintln!("{}: {error}", file.display());
        }
    }
}
