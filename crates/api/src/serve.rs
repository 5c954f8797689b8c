//! From HTTP to an operation and back: the only asynchronous file of this room.

use crate::{
    Origin,
    call::Call,
    caller::{self, Credentials},
    health::Health,
    imports::Part,
    metrics::{Metrics, track},
    problem::{Fault, Reader},
    reply::Reply,
    routes::{self, Access, Answer, Method, ROUTES, Route, Run},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{
        ConnectInfo, DefaultBodyLimit, FromRequest, Multipart, Query, RawPathParams, Request, State,
        rejection::RawPathParamsRejection,
    },
    http::{HeaderMap, HeaderValue, Response, Uri, header},
    middleware,
    routing::{MethodFilter, MethodRouter},
};
use guanxi_gate::{Ctx, Error, Gate};
use guanxi_model::{Issue, Locale, Message};
use std::{
    collections::BTreeMap,
    hash::{BuildHasher, RandomState},
    net::SocketAddr,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// What every operation shares.
pub struct Api {
    /// The door.
    pub gate: Gate,
    /// Counters.
    pub metrics: Metrics,
    /// The last proof of health.
    pub health: Health,
}

/// The routes, with problem documents for what they do not cover.
pub fn router(api: Arc<Api>) -> Router {
    let mut by_path: BTreeMap<&str, MethodRouter<Arc<Api>>> = BTreeMap::new();
    for route in ROUTES {
        let methods =
            by_path.remove(route.path).unwrap_or_else(|| MethodRouter::new().fallback(other_method));
        by_path.insert(route.path, with_operation(methods, route));
    }
    let mut router = Router::new();
    for (path, methods) in by_path {
        router = router.route(path, methods);
    }
    router
        .route("/api/{*rest}", MethodRouter::new().fallback(no_such_path))
        .route_layer(middleware::from_fn_with_state(api.metrics.clone(), track))
        .with_state(api)
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

fn with_operation(methods: MethodRouter<Arc<Api>>, route: &'static Route) -> MethodRouter<Arc<Api>> {
    let run = move |State(api): State<Arc<Api>>,
                    params: Result<RawPathParams, RawPathParamsRejection>,
                    request: Request| {
        let path = params.map(|params| params.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect());
        serve(api, route, path.ok(), request)
    };
    methods.on(filter(route.method), run)
}

async fn other_method(State(api): State<Arc<Api>>, request: Request) -> Response<Body> {
    let fault = Fault::Http(405, "method", Message::new("api.detail.method"));
    refuse(&api, request.headers(), &fault)
}

async fn no_such_path(State(api): State<Arc<Api>>, request: Request) -> Response<Body> {
    refuse(&api, request.headers(), &Fault::Gate(Error::NotFound))
}

fn refuse(api: &Api, headers: &HeaderMap, fault: &Fault) -> Response<Body> {
    let trace = trace_id(headers);
    let locale = caller::wanted_language(headers).unwrap_or_default();
    finish(Reader { gate: &api.gate, locale, trace: &trace }.reply(fault), &trace)
}

fn finish(reply: Reply, trace: &str) -> Response<Body> {
    reply.with("x-trace-id", trace).into_response()
}

/// The headers an operation needs, before the body is read.
struct Sent {
    credentials: Option<Credentials>,
    locale: Option<Locale>,
    if_match: Option<String>,
    key: Option<String>,
    ip: Option<String>,
    origin: Option<String>,
    trace: String,
    uri: Uri,
}

async fn serve(
    api: Arc<Api>,
    route: &'static Route,
    path: Option<Vec<(String, String)>>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let text = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let sent = Sent {
        credentials: caller::credentials(&parts.headers),
        locale: caller::wanted_language(&parts.headers),
        if_match: text(header::IF_MATCH.as_str()),
        key: text("idempotency-key"),
        ip: parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string()),
        origin: parts.extensions.get::<Origin>().map(|origin| origin.0.clone()),
        trace: trace_id(&parts.headers),
        uri: parts.uri,
    };
    // Strangers are turned away before their body is read.
    if route.access != Access::Public && sent.credentials.is_none() {
        let fault = Fault::Gate(Error::Unauthenticated(Message::new("api.no_credentials")));
        return refuse(&api, &parts.headers, &fault);
    }
    let Some(path) = path else { return refuse(&api, &parts.headers, &Fault::malformed("api.path")) };
    let limit = route.body.limit();
    let Ok(body) = axum::body::to_bytes(body, limit).await else {
        let message = Message::new("api.detail.too_large").with("max", limit >> 10);
        return refuse(&api, &parts.headers, &Fault::Http(413, "too_large", message));
    };
    let kind =
        parts.headers.get(header::CONTENT_TYPE).filter(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let form = match kind.filter(|_| route.body == routes::Body::File) {
        None => Vec::new(),
        Some(kind) => match form(kind.clone(), body.clone()).await {
            Some(form) => form,
            None => return refuse(&api, &parts.headers, &Fault::malformed("api.form")),
        },
    };
    let (trace, origin) = (sent.trace.clone(), sent.origin.clone());
    // Every operation waits for the database, so none runs on the threads that serve connections.
    let done = tokio::task::spawn_blocking(move || answer(&api, route, path, sent, (body, form))).await;
    let reply = done.unwrap_or_else(|error| {
        tracing::error!(%error, trace_id = trace, "an operation panicked");
        Reply::text(500, String::new())
    });
    finish(reply.under(origin.as_deref()), &trace)
}

/// The fields of a multipart form; none when it cannot be read as one.
async fn form(kind: HeaderValue, body: Bytes) -> Option<Vec<Part>> {
    let mut request = Request::builder().header(header::CONTENT_TYPE, kind).body(Body::from(body)).ok()?;
    // The body has been measured already.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        parts.push(Part { name, file, bytes: field.bytes().await.ok()? });
    }
    Some(parts)
}

fn answer(
    api: &Api,
    route: &'static Route,
    path: Vec<(String, String)>,
    sent: Sent,
    body: (Bytes, Vec<Part>),
) -> Reply {
    if let Run::Open(run) = route.run {
        return run(api);
    }
    let mut locale = sent.locale.unwrap_or_default();
    let trace = sent.trace.clone();
    run(api, route, path, sent, body, &mut locale)
        .unwrap_or_else(|fault| Reader { gate: &api.gate, locale, trace: &trace }.reply(&fault))
}

fn run(
    api: &Api,
    route: &'static Route,
    path: Vec<(String, String)>,
    sent: Sent,
    (body, form): (Bytes, Vec<Part>),
    locale: &mut Locale,
) -> Answer {
    let credentials = sent.credentials.ok_or(Error::NotFound)?;
    let ctx = caller::identify(&api.gate, credentials, route.method, sent.locale, sent.ip.as_deref())?;
    *locale = ctx.locale;
    admit(route, &ctx)?;
    let query = query(route, &sent.uri)?;
    let key = sent.key.filter(|_| route.method == Method::Post);
    // The same key may not be used for another operation either.
    let hashed = key.as_ref().map(|_| {
        let mut hashed = [sent.uri.to_string().as_bytes(), b"\n"].concat();
        if form.is_empty() {
            hashed.extend(&body);
        }
        // A form sent once more has another boundary, so its fields count and not its text.
        for part in &form {
            hashed.extend([part.name.as_bytes(), b"\n", &part.bytes, b"\n"].concat());
        }
        hashed
    });
    let call = Call {
        gate: api.gate.clone(),
        registry: api.gate.registry(),
        ctx,
        path,
        query,
        body,
        form,
        origin: sent.origin,
        if_match: sent.if_match,
        trace: sent.trace,
    };
    match (route.run, key.zip(hashed)) {
        (Run::Open(run), _) => Ok(run(api)),
        (Run::Read(run), _) => call.gate.on_snapshot(|| run(&call)),
        (Run::Write(run), keyed) => write(call, run, keyed),
        (Run::Setup(run), None) => run(&call),
        (Run::Setup(run), Some((key, hashed))) => set_up(&call, run, &key, &hashed),
    }
}

/// Whether the caller's rights fit the row of the route.
fn admit(route: &Route, ctx: &Ctx) -> Result<(), Fault> {
    match route.access {
        Access::Setting(setting) if !ctx.rights.may_set(setting) => {
            Err(Fault::Gate(Error::Forbidden(Message::new("api.setting").with("setting", setting))))
        }
        _ => Ok(()),
    }
}

fn query(route: &Route, uri: &Uri) -> Result<Vec<(String, String)>, Fault> {
    let Query(pairs) =
        Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| Fault::malformed("api.query"))?;
    let mut issues = Vec::new();
    for (i, (name, _)) in pairs.iter().enumerate() {
        if !route.params.contains(&name.as_str()) && route.params != ["*"] {
            let message = Message::new("api.unknown_param").with("name", name);
            issues.push(Issue::field(name, "unknown", message));
        } else if pairs[..i].iter().any(|(earlier, _)| earlier == name) {
            issues.push(Issue::field(
                name,
                "repeated",
                Message::new("api.repeated_param").with("name", name),
            ));
        }
    }
    if issues.is_empty() { Ok(pairs) } else { Err(Fault::Params(issues)) }
}

type WriteFn = fn(&Call, &mut guanxi_gate::Door<'_, '_>) -> Answer;

/// A write in one transaction. Under a key its answer is kept in that transaction; the refusal of a repeat
/// is said anew each time, because a refusal changed nothing.
fn write(call: Call, run: WriteFn, keyed: Option<(String, Vec<u8>)>) -> Answer {
    let gate = call.gate.clone();
    let ctx = call.ctx.clone();
    match keyed {
        Some((key, hashed)) => {
            let (status, text) =
                gate.idempotent(&ctx, &key, &hashed, move |door| answered(&call, run(&call, door)).pack())?;
            Ok(Reply::unpack(status, &text))
        }
        // Refusals that are not the gate's own travel beside its error, which undoes the transaction.
        None => {
            let refused: Arc<parking_lot::Mutex<Option<Fault>>> = Arc::default();
            let slot = refused.clone();
            let done = gate.door(&ctx, move |door| match run(&call, door) {
                Ok(reply) => Ok(reply),
                Err(Fault::Gate(error)) => Err(error),
                Err(fault) => {
                    *slot.lock() = Some(fault);
                    Err(Error::NotFound)
                }
            });
            match (done, refused.lock().take()) {
                (Err(_), Some(fault)) => Err(fault),
                (done, _) => Ok(done?),
            }
        }
    }
}

/// An operation that changes metadata runs in transactions of its own, because tables change with it. Its
/// answer is kept right after it; a crash in between makes the repeat say that the name is taken.
fn set_up(call: &Call, run: fn(&Call) -> Answer, key: &str, hashed: &[u8]) -> Answer {
    const NOT_YET: u16 = 404;
    let (status, text) = call.gate.idempotent(&call.ctx, key, hashed, |_| (NOT_YET, String::new()))?;
    if status != NOT_YET {
        return Ok(Reply::unpack(status, &text));
    }
    let (status, text) = run(call)?.pack();
    let (status, text) = call.gate.idempotent(&call.ctx, key, hashed, move |_| (status, text.clone()))?;
    Ok(Reply::unpack(status, &text))
}

fn answered(call: &Call, answer: Answer) -> Reply {
    answer.unwrap_or_else(|fault| {
        Reader { gate: &call.gate, locale: call.ctx.locale, trace: &call.trace }.reply(&fault)
    })
}

/// The trace of a W3C `traceparent`, or a new one. The seed comes from the operating system; the hash of a
/// counter under it is unique and not guessable, which is all that a name in a log needs.
fn trace_id(headers: &HeaderMap) -> String {
    static SEED: LazyLock<(RandomState, RandomState)> = LazyLock::new(Default::default);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let sent = headers.get("traceparent").and_then(|value| value.to_str().ok()?.split('-').nth(1));
    match sent.filter(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())) {
        Some(id) => id.to_ascii_lowercase(),
        None => {
            let n = COUNT.fetch_add(1, Ordering::Relaxed);
            format!("{:016x}{:016x}", SEED.0.hash_one(n), SEED.1.hash_one(n))
        }
    }
}
